package store

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

const callColumns = `x.id, x.agent_id, x.source, x.destination, x.status, x.direction, x.test, x.error_reason, ` +
	`x.end_reason, x.created_on, x.started_at, x.ringing_at, x.answered_at, x.ended_at, x.conversation_id, ` +
	`x.from_seq, x.to_seq`

func scanCall(r *row) console.Call {
	return console.Call{
		ID: r.id(), AgentID: r.id(), Source: r.textOr(), Destination: r.text(),
		Status: console.CallStatus(r.text()), Direction: console.CallDirection(r.text()), Test: r.flag(),
		ErrorReason: r.textOr(), EndReason: r.textOr(), CreatedAt: r.at(), StartedAt: r.atOr(),
		RingingAt: r.atOr(), AnsweredAt: r.atOr(), EndedAt: r.atOr(), ConversationID: idOr(r),
		FromSeq: r.num(), ToSeq: r.num(),
	}
}

// Calls returns one page of an agent's calls; search looks in source and destination, sort takes
// created_on. An agent that is not there is CodeNotFound.
func (r *reads) Calls(
	ctx context.Context, agent console.ID, f console.CallFilter, q console.Query,
) (page console.Page[console.Call], err error) {
	l := callList(agent, r.team, f)
	err = r.in(ctx, func(s *session) error {
		in := reads{db: r.db, team: r.team, s: s}
		if err := in.haveAgent(agent); err != nil {
			return err
		}
		page, err = l.page(ctx, s, q)
		return err
	})
	return page, err
}

func callList(agent console.ID, team string, f console.CallFilter) list[console.Call] {
	const created = "created_on"
	l := list[console.Call]{
		table: "call", columns: callColumns, scan: scanCall, where: `x.agent_id = $1 AND x.team_id = $2`,
		args: []any{string(agent), team}, sorts: []string{created}, newest: created,
	}
	if f.Status != nil {
		var place string
		place, l.args = param(l.args, string(*f.Status))
		l.where += ` AND x.status = ` + place
	}
	l.where += truth("x.test", f.Test)
	return l
}

// Call returns one of an agent's calls, or CodeNotFound.
func (r *reads) Call(ctx context.Context, agent, id console.ID) (c console.Call, err error) {
	const text = `SELECT ` + callColumns + ` FROM call x
		WHERE x.id = $1 AND x.agent_id = $2 AND x.team_id = $3` + agentLives
	err = r.in(ctx, func(s *session) error {
		found, err := s.one(text, string(id), string(agent), r.team)
		if err != nil {
			return err
		}
		if found == nil {
			return console.NotFound("call", id)
		}
		c = scanCall(found)
		return found.err
	})
	return c, err
}

// PutCall adds a call or replaces the one with its id. An agent that is not there, and an id of
// another agent's, are CodeNotFound.
func (t *Tx) PutCall(_ context.Context, c console.Call) error {
	const text = `INSERT INTO call (id, team_id, agent_id, source, destination, status, direction, test, error_reason,
			end_reason, created_on, started_at, ringing_at, answered_at, ended_at, conversation_id, from_seq, to_seq,
			search)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT (id) DO UPDATE SET source = excluded.source, destination = excluded.destination,
			status = excluded.status, direction = excluded.direction, test = excluded.test,
			error_reason = excluded.error_reason, end_reason = excluded.end_reason, created_on = excluded.created_on,
			started_at = excluded.started_at, ringing_at = excluded.ringing_at, answered_at = excluded.answered_at,
			ended_at = excluded.ended_at, conversation_id = excluded.conversation_id, from_seq = excluded.from_seq,
			to_seq = excluded.to_seq, search = excluded.search
		WHERE call.team_id = excluded.team_id AND call.agent_id = excluded.agent_id`
	held, err := t.s.one(haveAgent+` FOR SHARE`, string(c.AgentID), t.team)
	if err != nil {
		return err
	}
	if held == nil {
		return console.NotFound("agent", c.AgentID)
	}
	n, err := t.s.exec(text, string(c.ID), t.team, string(c.AgentID), textArg(c.Source), c.Destination,
		string(c.Status), string(c.Direction), c.Test, textArg(c.ErrorReason), textArg(c.EndReason),
		ms(c.CreatedAt), msOr(c.StartedAt), msOr(c.RingingAt), msOr(c.AnsweredAt), msOr(c.EndedAt),
		textArg(c.ConversationID), c.FromSeq, c.ToSeq, c.Searchable())
	return changed(n, err, "call", c.ID)
}
