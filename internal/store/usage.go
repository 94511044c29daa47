package store

import (
	"cmp"
	"context"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// shards is over how many rows what is spent is spread where transactions run side by side.
const shards = 16

// mostNanos is where the cost of a row ends, at a hundred million of a currency, so that neither it nor
// a sum of rows can outgrow its column, whatever prices were set and whatever a provider says.
const mostNanos = 1e17

// count adds what a turn spent to what was spent on a day. The turn itself counts with the model that
// was asked last.
func (t *Tx) count(turn console.Turn, day console.Day) error {
	return t.spend(turn, day, counted(turn.Record.Spent))
}

// addUsage adds to a row.
const addUsage = `INSERT INTO usage (team_id, day, agent_id, key_id, connection_id, provider, model, currency, shard,
			turns, asked, prompt_tokens, completion_tokens, estimated_tokens, cost_nanos)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (team_id, day, agent_id, key_id, connection_id, provider, model, currency, shard) DO UPDATE SET
			turns = usage.turns + excluded.turns, asked = usage.asked + excluded.asked,
			prompt_tokens = usage.prompt_tokens + excluded.prompt_tokens,
			completion_tokens = usage.completion_tokens + excluded.completion_tokens,
			estimated_tokens = usage.estimated_tokens + excluded.estimated_tokens,
			cost_nanos = CASE WHEN usage.cost_nanos > $16 - excluded.cost_nanos THEN $16
				ELSE usage.cost_nanos + excluded.cost_nanos END`

// usageRow names a row.
type usageRow struct {
	team       string
	day        console.Day
	agent, key console.ID
	model      console.ModelRef
	currency   string
	shard      int64
}

// addition is what is to be added to a row.
type addition struct {
	usageRow
	counts
}

// spend adds rows that are in one order; on SQLite when the transaction is committed, which many units
// share that mostly add to the same row.
func (t *Tx) spend(turn console.Turn, day console.Day, rows []counts) error {
	for _, c := range rows {
		c.Cost.Nanos = min(c.Cost.Nanos, mostNanos)
		a := addition{usageRow{
			t.team, day, turn.AgentID, turn.KeyID, c.Model, c.Cost.Currency, t.shard(turn.ConversationID),
		}, c}
		if !t.db.d.many {
			t.spent = append(t.spent, a)
			continue
		}
		if err := t.s.add(a); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) add(a addition) error {
	return s.later(addUsage, nil, a.team, int64(a.day), string(a.agent), string(a.key), string(a.model.Connection),
		a.model.Provider, a.model.Name, a.currency, a.shard, a.turns, a.Asked, a.Tokens.Prompt, a.Tokens.Completion,
		a.Estimated, a.Cost.Nanos, int64(mostNanos))
}

// summed makes one addition of all to the same row, in the order in which rows first come.
func summed(all []addition) []addition {
	var sums []addition
	at := make(map[usageRow]int)
	for _, a := range all {
		i, known := at[a.usageRow]
		if !known {
			at[a.usageRow] = len(sums)
			sums = append(sums, a)
			continue
		}
		s := &sums[i]
		s.turns += a.turns
		s.Asked += a.Asked
		s.Tokens = s.Tokens.Plus(a.Tokens)
		s.Estimated += a.Estimated
		s.Cost.Nanos = min(s.Cost.Nanos+a.Cost.Nanos, mostNanos)
	}
	return sums
}

// counts is a row's part of a turn.
type counts struct {
	console.Spending
	turns int64
}

// counted returns the rows to which a turn adds, in one order, so that two turns never wait for each
// other in a circle.
func counted(spent []console.Spending) []counts {
	if len(spent) == 0 {
		return []counts{{turns: 1}}
	}
	all := unsorted(spent)
	all[len(all)-1].turns = 1
	return sorted(all)
}

// afterwards returns the rows to which is added what was spent after a turn that has been counted.
func afterwards(spent []console.Spending) []counts { return sorted(unsorted(spent)) }

func unsorted(spent []console.Spending) []counts {
	all := make([]counts, len(spent))
	for i, s := range spent {
		all[i].Spending = s
	}
	return all
}

func sorted(all []counts) []counts {
	slices.SortFunc(all, func(a, b counts) int {
		return cmp.Or(cmp.Compare(a.Model.Connection, b.Model.Connection), cmp.Compare(a.Model.Provider, b.Model.Provider),
			cmp.Compare(a.Model.Name, b.Model.Name), cmp.Compare(a.Cost.Currency, b.Cost.Currency))
	})
	return all
}

// shard is where a conversation's turns are counted.
func (t *Tx) shard(conversation console.ID) int64 {
	if !t.db.d.many {
		return 0
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(conversation)) // it never fails
	return int64(h.Sum32() % shards)
}

// usageColumns are the columns of a dimension.
func usageColumns(by console.UsageBy) []string {
	switch by {
	case console.UsageByDay:
		return []string{"day"}
	case console.UsageByAgent:
		return []string{"agent_id"}
	case console.UsageByKey:
		return []string{"key_id"}
	case console.UsageByModel:
		return []string{"connection_id", "provider", "model"}
	default:
		panic("store: usage by " + string(by))
	}
}

// Usage returns one page of what the team spent, told apart as asked for, and always by currency. sort
// takes day, turns and total_tokens; search is not looked at.
func (r *reads) Usage(
	ctx context.Context, f console.UsageFilter, q console.Query,
) (page console.Page[console.Usage], err error) {
	field, direction, err := order(q.Sort, []string{"day", "turns", "total_tokens"}, "day")
	if err != nil {
		return page, err
	}
	if field == "day" && !slices.Contains(f.By, console.UsageByDay) {
		field = "total_tokens"
	}
	err = r.in(ctx, func(s *session) error {
		defer s.until(ctx)()
		page, err = newUsageList(r.team, f).page(s, q, field+direction)
		return err
	})
	return page, err
}

// usageList is a question for usage.
type usageList struct {
	by    []console.UsageBy
	group string // the columns that tell the rows apart
	where string
	args  []any
}

func newUsageList(team string, f console.UsageFilter) usageList {
	l := usageList{
		by: f.By, where: `team_id = $1 AND day BETWEEN $2 AND $3`, args: []any{team, int64(f.From), int64(f.To)},
	}
	for _, n := range []struct{ column, value string }{
		{"agent_id", string(f.Agent)}, {"key_id", string(f.Key)}, {"model", f.Model},
	} {
		if n.value != "" {
			var place string
			place, l.args = param(l.args, n.value)
			l.where += ` AND ` + n.column + ` = ` + place
		}
	}
	var columns []string
	for _, by := range f.By {
		columns = append(columns, usageColumns(by)...)
	}
	l.group = strings.Join(append(columns, "currency"), ", ")
	return l
}

func (l usageList) page(s *session, q console.Query, sorted string) (console.Page[console.Usage], error) {
	page := console.Page[console.Usage]{Items: []console.Usage{}}
	groups := ` FROM usage WHERE ` + l.where + ` GROUP BY ` + l.group
	var err error
	if page.Total, err = s.count(`SELECT count(*) FROM (SELECT 1 AS one`+groups+`) g`, l.args...); err != nil {
		return page, err
	}
	limit, args := param(l.args, 0)
	offset, args := param(args, 0)
	args[len(args)-1], args[len(args)-2] = window(q)
	text := `SELECT ` + l.group
	for _, sum := range []string{
		"turns", "asked", "prompt_tokens", "completion_tokens", "estimated_tokens", "cost_nanos",
	} {
		text += `, CAST(sum(` + sum + `) AS BIGINT) AS ` + sum
	}
	text += `, CAST(sum(prompt_tokens + completion_tokens) AS BIGINT) AS total_tokens` + groups
	err = s.all(`SELECT * FROM (`+text+`) g ORDER BY `+sorted+`, `+l.group+` LIMIT `+limit+` OFFSET `+offset,
		func(r *row) { page.Items = append(page.Items, l.scan(r)) }, args...)
	return page, err
}

func (l usageList) scan(r *row) console.Usage {
	var u console.Usage
	for _, by := range l.by {
		switch by {
		case console.UsageByDay:
			day := console.Day(r.num())
			u.Day = &day
		case console.UsageByAgent:
			id := r.id()
			u.Agent = &id
		case console.UsageByKey:
			id := r.id()
			u.Key = &id
		case console.UsageByModel:
			u.Model = &console.ModelRef{Connection: r.id(), Provider: r.text(), Name: r.text()}
		}
	}
	u.Cost.Currency = r.text()
	u.Turns, u.Asked, u.Tokens.Prompt, u.Tokens.Completion = r.num(), r.num(), r.num(), r.num()
	u.Estimated, u.Cost.Nanos = r.num(), r.num()
	u.Tokens.Estimated = u.Estimated > 0
	return u
}

// Bounds returns what bounds the tokens of a day for the team, one of its agents and one of its keys,
// and how many each of those that have a bound has spent. What is not there has none.
func (r *reads) Bounds(ctx context.Context, day console.Day, agent, key console.ID) (b console.Bounds, err error) {
	const limits = `SELECT t.quota_tokens,
			(SELECT a.tokens_per_day FROM agent a WHERE a.id = $2 AND a.team_id = $1),
			(SELECT k.tokens_per_day FROM api_key k WHERE k.id = $3 AND k.team_id = $1)
		FROM team t WHERE t.id = $1`
	err = r.in(ctx, func(s *session) error {
		b = console.Bounds{}
		found, err := s.one(limits, r.team, string(agent), string(key))
		if err != nil || found == nil {
			return err
		}
		b.Team, b.Agent, b.Key = console.BoundOf(found.num()), console.BoundOf(found.num()), console.BoundOf(found.num())
		if found.err != nil {
			return found.err
		}
		const sum = `SELECT CAST(coalesce(sum(prompt_tokens + completion_tokens), 0) AS BIGINT) FROM usage
			WHERE team_id = $1 AND day = $2`
		for _, one := range []struct {
			bound *console.Bound
			where string
			args  []any
		}{
			{&b.Team, ``, nil},
			{&b.Agent, ` AND agent_id = $3`, []any{string(agent)}},
			{&b.Key, ` AND key_id = $3`, []any{string(key)}},
		} {
			if !one.bound.Set {
				continue
			}
			if one.bound.Spent, err = s.count(sum+one.where, append([]any{r.team, int64(day)}, one.args...)...); err != nil {
				return err
			}
		}
		return nil
	})
	return b, err
}
