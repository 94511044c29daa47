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
// agent that is not there is CodeNotFound. Without a search nothing is counted but those of an
// assignee: the totals of all else are kept.
func (r *reads) Conversations(
	ctx context.Context, agent console.ID, f console.ConversationFilter, q console.Query,
) (console.Page[console.Conversation], error) {
	return picked(ctx, r, newPicker(agent, r.team, f), q, list[console.Conversation]{
		table: "conversation", columns: conversationColumns, scan: scanConversation,
	})
}

// AllConversations returns one page of the conversations of all agents with the agents' names;
// search and sort are those of Conversations. An agent of the filter that is not there is CodeNotFound.
func (r *reads) AllConversations(
	ctx context.Context, f console.ConversationFilter, q console.Query,
) (console.Page[console.Named], error) {
	return picked(ctx, r, newPicker(f.Agent, r.team, f), q, list[console.Named]{
		table: "conversation", scan: scanNamed,
		columns: conversationColumns + `, (SELECT a.name FROM agent a WHERE a.id = x.agent_id)`,
	})
}

func scanNamed(r *row) console.Named {
	return console.Named{Conversation: scanConversation(r), AgentName: r.text()}
}

// picked reads a page of the conversations that a picker finds.
func picked[T any](
	ctx context.Context, r *reads, p *picker, q console.Query, l list[T],
) (page console.Page[T], err error) {
	field, direction, err := order(q.Sort, []string{byCreated, "updated_at", byRecent}, byRecent)
	if err != nil {
		return page, err
	}
	err = r.in(ctx, func(s *session) error {
		if err := p.count(s); err != nil {
			return err
		}
		if (q.Search != "" || p.filter.Assignee != nil) && p.total > 0 {
			defer s.until(ctx)()
			if err := p.narrow(s, q.Search); err != nil {
				return err
			}
		}
		l.from, l.args, l.outer = p.from(field, q, s.d), p.args, ` AND x.team_id = $1`
		page, err = l.rows(s, q, p.total, direction)
		return err
	})
	return page, err
}

// picker finds the conversations of a page by the cheapest way there is.
type picker struct {
	agent  console.ID // empty: all of the team's
	filter console.ConversationFilter
	args   []any  // the team, the agent if there is one, and what the conditions ask for
	kind   string // the conditions but needs_attention that hold of conversations and of their counts
	where  string // kind, and the conditions that hold of conversations only
	all    int64  // how many conversations there are
	total  int64  // how many of them are asked for
}

func newPicker(agent console.ID, team string, f console.ConversationFilter) *picker {
	p := &picker{agent: agent, filter: f, args: []any{team}}
	if agent != "" {
		p.args = append(p.args, string(agent))
	}
	if f.Channel != nil {
		var place string
		place, p.args = param(p.args, string(*f.Channel))
		p.kind = ` AND x.channel = ` + place
	}
	p.kind += truth("x.test", f.Test) + truth("x.paused", f.Paused)
	p.where = p.kind
	if f.Status != nil {
		resolved := *f.Status == console.DeskResolved
		p.where += map[bool]string{true: ` AND x.resolved_at IS NOT NULL`, false: ` AND x.resolved_at IS NULL`}[resolved]
	}
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

// mine is whose conversations are asked for. Those of one agent do not name the team, to whom the
// agent has been found to belong: what is asked for stands in an index, so that skipping rows does
// not read them. Those that someone takes care of have an index of their own, by the team, and the
// agent is hidden from the one that would be taken for better.
func (p *picker) mine() string {
	switch {
	case p.agent == "":
		return `x.team_id = $1 AND x.agent_id NOT IN (SELECT g.id FROM agent g WHERE g.deleted_at IS NOT NULL)`
	case p.filter.Assignee != nil:
		return `x.team_id = $1 AND x.agent_id || '' = $2`
	default:
		return `x.agent_id = $2`
	}
}

// count reads the kept numbers, and with them whether the team has such an agent.
func (p *picker) count(s *session) error {
	agents := ` FROM agent a WHERE a.team_id = $1 AND a.deleted_at IS NULL`
	sum := func(table, where string) string {
		of := `x.agent_id = a.id`
		if p.agent == "" {
			of = `x.agent_id IN (SELECT a.id` + agents + `)`
		}
		return `(SELECT CAST(coalesce(sum(x.n), 0) AS BIGINT) FROM ` + table + ` x WHERE ` + of + where + `)`
	}
	where := p.kind + truth("x.needs_attention", p.filter.NeedsAttention)
	asked := sum("conversation_count", where)
	switch status := p.filter.Status; {
	case status == nil:
	case *status == console.DeskResolved:
		asked = sum("resolved_count", where)
	default:
		asked += ` - ` + sum("resolved_count", where)
	}
	text := `SELECT ` + sum("conversation_count", "") + `, ` + asked
	if p.agent != "" {
		text += agents + ` AND a.id = $2`
	}
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

// narrow adds what is not kept a count of to the conditions, and counts what they find.
func (p *picker) narrow(s *session, search string) error {
	p.condition(search)
	total, err := s.count(`SELECT count(*) FROM conversation x WHERE x.team_id = $1 AND `+p.mine()+
		p.where+truth("x.needs_attention", p.filter.NeedsAttention), p.args...)
	p.total = total
	return err
}

func (p *picker) condition(search string) {
	if p.filter.Assignee != nil {
		var place string
		place, p.args = param(p.args, *p.filter.Assignee)
		p.where += ` AND x.assignee = ` + place
	}
	if search != "" {
		var place string
		place, p.args = param(p.args, pattern(search))
		p.where += ` AND x.search LIKE ` + place + ` ESCAPE '\'`
	}
}

// from is the query for ids and sort keys.
func (p *picker) from(field string, q console.Query, d *dialect) string {
	key := "x." + field
	if field == byRecent && p.rare(q) {
		key = "+" + key // an expression: the few are found by their channel and sorted
	}
	ids := `SELECT x.id, ` + key + ` AS k FROM conversation x WHERE ` + p.mine() + p.where
	wanted, f := p.filter.NeedsAttention, p.filter
	switch {
	case p.agent == "" && f.Assignee == nil && !yes(f.Paused):
		return ids + truth("x.needs_attention", wanted)
	case p.agent == "", field == byCreated, yes(f.Paused), yes(f.Test), p.resolved(), f.Assignee != nil:
		return ids + looked(wanted) // there is an index for just these
	case wanted != nil || field != byRecent || !d.merges:
		return ids + equals(wanted)
	default:
		no, yes := false, true
		return ids + equals(&no) + ` UNION ALL ` + ids + equals(&yes)
	}
}

func (p *picker) resolved() bool {
	return p.filter.Status != nil && *p.filter.Status == console.DeskResolved
}

// rare reports whether sorting all that an agent's channel has is less work than walking over the
// newest of all channels until the page is full.
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
