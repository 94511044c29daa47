package store

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

const (
	byRecent  = "last_message_at"
	byCreated = "created_at"
)

// Conversations returns one page of an agent's conversations; search looks in names, address and
// the channel's name for the customer; sort takes created_at, updated_at and last_message_at. An
// agent that is not there is CodeNotFound. Without a search nothing is counted: the total is kept.
func (r *reads) Conversations(
	ctx context.Context, agent console.ID, f console.ConversationFilter, q console.Query,
) (page console.Page[console.Conversation], err error) {
	field, direction, err := order(q.Sort, []string{byCreated, "updated_at", byRecent}, byRecent)
	if err != nil {
		return page, err
	}
	p := newPicker(agent, r.team, f)
	err = r.in(ctx, func(s *session) error {
		if err := p.count(s); err != nil {
			return err
		}
		if q.Search != "" && p.total > 0 {
			defer s.until(ctx)()
			if err := p.search(s, q.Search); err != nil {
				return err
			}
		}
		l := list[console.Conversation]{
			table: "conversation", columns: conversationColumns, scan: scanConversation,
			from: p.from(field, q, s.d), args: p.args, outer: ` AND x.team_id = $2`,
		}
		page, err = l.rows(s, q, p.total, direction)
		return err
	})
	return page, err
}

// picker finds the conversations of a page by the cheapest way there is.
type picker struct {
	agent  console.ID
	filter console.ConversationFilter
	args   []any  // the agent, the team, and what the conditions ask for
	where  string // all conditions but needs_attention, on conversations and on their counts
	all    int64  // how many conversations the agent has
	total  int64  // how many of them are asked for
}

func newPicker(agent console.ID, team string, f console.ConversationFilter) *picker {
	p := &picker{agent: agent, filter: f, args: []any{string(agent), team}}
	if f.Channel != nil {
		var place string
		place, p.args = param(p.args, string(*f.Channel))
		p.where = ` AND x.channel = ` + place
	}
	p.where += truth("x.test", f.Test) + truth("x.paused", f.Paused)
	return p
}

// truth is a condition on a column, none if want is nil. It stands in the text, so that an index of
// some rows only is seen to fit.
func truth(column string, want *bool) string {
	switch {
	case want == nil:
		return ""
	case *want:
		return " AND " + column
	default:
		return " AND NOT " + column
	}
}

// count reads the kept numbers, and with them whether the team has such an agent.
func (p *picker) count(s *session) error {
	const sum = `(SELECT CAST(coalesce(sum(x.n), 0) AS BIGINT) FROM conversation_count x WHERE x.agent_id = a.id`
	text := `SELECT ` + sum + `), ` + sum + p.where + truth("x.needs_attention", p.filter.NeedsAttention) +
		`) FROM agent a WHERE a.id = $1 AND a.team_id = $2 AND a.deleted_at IS NULL`
	r, err := s.one(text, p.args...)
	if err != nil {
		return err
	}
	if r == nil {
		return console.NotFound("agent", p.agent)
	}
	p.all, p.total = r.num(), r.num()
	return r.err
}

// search adds the search to the conditions and counts what it finds.
func (p *picker) search(s *session, search string) error {
	var place string
	place, p.args = param(p.args, pattern(search))
	p.where += ` AND x.search LIKE ` + place + ` ESCAPE '\'`
	total, err := s.count(`SELECT count(*) FROM conversation x WHERE x.agent_id = $1 AND x.team_id = $2`+
		p.where+truth("x.needs_attention", p.filter.NeedsAttention), p.args...)
	p.total = total
	return err
}

// from is the query for ids and sort keys. It does not name the team, whom the agent has been found
// to belong to: what it asks for stands in an index, so that skipping rows does not read them.
func (p *picker) from(field string, q console.Query, d *dialect) string {
	key := "x." + field
	if field == byRecent && p.rare(q) {
		key = "+" + key // an expression: the few are found by their channel and sorted
	}
	ids := `SELECT x.id, ` + key + ` AS k FROM conversation x WHERE x.agent_id = $1` + p.where
	wanted := p.filter.NeedsAttention
	switch {
	case field == byCreated, yes(p.filter.Paused), yes(p.filter.Test):
		return ids + looked(wanted) // there is an index for just these
	case wanted != nil || field != byRecent || !d.merges:
		return ids + equals(wanted)
	default:
		no, yes := false, true
		return ids + equals(&no) + ` UNION ALL ` + ids + equals(&yes)
	}
}

// rare reports whether sorting all that a channel has is less work than walking over the newest of
// all channels until the page is full.
func (p *picker) rare(q console.Query) bool {
	skip, take := window(q)
	return p.filter.Channel != nil && p.total*p.total < (skip+take)*p.all
}

func yes(b *bool) bool { return b != nil && *b }

// equals is a condition that an index can be entered by.
func equals(wanted *bool) string {
	switch {
	case wanted == nil:
		return ""
	case *wanted:
		return " AND x.needs_attention = true"
	default:
		return " AND x.needs_attention = false"
	}
}

// looked is the same as a condition that is looked at in each row, since another index is better.
func looked(wanted *bool) string {
	switch {
	case wanted == nil:
		return ""
	case *wanted:
		return " AND x.needs_attention IS TRUE"
	default:
		return " AND x.needs_attention IS FALSE"
	}
}
