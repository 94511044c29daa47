package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

const turnColumns = `id, team_id, agent_id, conversation_id, state, why, from_seq, to_seq, attempt, node_id, ` +
	`conversation_epoch, agent_epoch, key_id, created_at, ended_at, ended_by`

func scanTurn(r *row) console.Turn {
	return console.Turn{
		ID: r.id(), TeamID: r.id(), AgentID: r.id(), ConversationID: r.id(), State: console.TurnState(r.text()),
		Why: console.Why(r.text()), FromSeq: r.num(), ToSeq: r.num(), Attempt: r.num(), Node: r.id(),
		ConversationEpoch: r.num(), AgentEpoch: r.num(), KeyID: r.id(), CreatedAt: r.at(), EndedAt: r.atOr(),
		EndedBy: r.id(),
	}
}

// Turn returns one turn, or CodeNotFound, and holds it until the unit ends.
func (t *Tx) Turn(_ context.Context, id console.ID) (console.Turn, error) {
	const text = `SELECT ` + turnColumns + ` FROM turn x WHERE id = $1 AND team_id = $2` + agentLives + ` FOR UPDATE OF x`
	r, err := t.s.again("turn", text, string(id), t.team)
	if err != nil {
		return console.Turn{}, err
	}
	if r == nil {
		return console.Turn{}, console.NotFound("turn", id)
	}
	turn := scanTurn(r)
	return turn, r.err
}

func (t *Tx) insertTurn(turn console.Turn) error {
	const text = `INSERT INTO turn (` + turnColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`
	vals := []any{
		string(turn.ID), t.team, string(turn.AgentID), string(turn.ConversationID),
		string(turn.State), string(turn.Why), turn.FromSeq, turn.ToSeq, turn.Attempt, string(turn.Node),
		turn.ConversationEpoch, turn.AgentEpoch, string(turn.KeyID), ms(turn.CreatedAt), msOr(turn.EndedAt),
		string(turn.EndedBy),
	}
	err := t.s.later(text, nil, vals...)
	if err == nil && t.s.kept.row(keptKey{"conversation", string(turn.ConversationID), t.team}) != nil {
		// Its agent is there, as its conversation is.
		put(t.s.kept, keptKey{"turn", string(turn.ID), t.team}, vals)
	}
	return err
}

// errNotOpen is of a change that was decided from something else than what is stored.
var errNotOpen = errors.New("store: the turn to end is not open")

// endTurn ends a turn, with its record where there is one.
func (t *Tx) endTurn(turn console.Turn) error {
	const text = `UPDATE turn SET state = $3, why = $4, to_seq = $5, ended_at = $6, ended_by = $7, record = $8
		WHERE id = $1 AND team_id = $2 AND state = 'open'`
	record, err := encodeRecord(turn.Record)
	if err != nil {
		return err
	}
	open := func(n int64) error {
		if n == 0 {
			return fmt.Errorf("end turn %s: %w", turn.ID, errNotOpen)
		}
		return nil
	}
	err = t.s.alter("turn", text, []int{4, 5, 7, 14, 15, -1}, open, string(turn.ID), t.team, string(turn.State), string(turn.Why), turn.ToSeq,
		msOr(turn.EndedAt), string(turn.EndedBy), record)
	if err != nil {
		return err
	}
	return t.putPrompt(turn)
}

// KeepRecord keeps what a run did that did not end its turn: it counts what the run spent, at a
// moment, and puts the record to the turn if somebody else has ended that, in the attempt that was the
// run's, and it has none. It is to be called once a run.
func (t *Tx) KeepRecord(ctx context.Context, turn console.Turn, at time.Time) error {
	// Locked first, so that whoever is about to end the turn, or to remove the conversation, does so before.
	var now console.Turn
	_, err := t.LockConversation(ctx, turn.AgentID, turn.ConversationID)
	if err == nil {
		now, err = t.Turn(ctx, turn.ID)
	}
	if err != nil && !console.IsNotFound(err) {
		return err
	}
	ended := err == nil && now.State != console.TurnOpen && now.Attempt == turn.Attempt
	if ended {
		record, err := encodeRecord(turn.Record)
		if err != nil {
			return err
		}
		const text = `UPDATE turn SET record = $2 WHERE id = $1 AND record IS NULL`
		if _, err := t.s.exec(text, string(turn.ID), record); err != nil {
			return err
		}
		if err := t.putPrompt(turn); err != nil {
			return err
		}
	}
	switch goesOn := err == nil && !ended; {
	case !ended && len(turn.Record.Spent) == 0:
		return nil
	case goesOn: // and is counted where it ends; here is only what was spent
		return t.spend(turn, console.DayOf(at), afterwards(turn.Record.Spent))
	default:
		return t.count(turn, console.DayOf(at))
	}
}

// turnRecordColumns are those of turn x, its record, and what it covers: the customer's messages from
// from_seq on, to to_seq where it has ended.
const turnRecordColumns = `x.id, x.team_id, x.agent_id, x.conversation_id, x.state, x.why, x.from_seq, x.to_seq, ` +
	`x.attempt, x.node_id, x.conversation_epoch, x.agent_epoch, x.key_id, x.created_at, x.ended_at, x.ended_by, ` +
	`x.record, (SELECT m.id` + covered + ` ORDER BY m.seq LIMIT 1), ` +
	`(SELECT m.id` + covered + ` ORDER BY m.seq DESC LIMIT 1), (SELECT count(*)` + covered + `), ` +
	`(SELECT m.id FROM message m WHERE m.turn_id = x.id)`

const covered = ` FROM message m WHERE m.conversation_id = x.conversation_id AND m.author = 'customer'
	AND m.seq >= x.from_seq AND (m.seq <= x.to_seq OR x.state = 'open')`

func scanTurnRecord(r *row) console.TurnRecord {
	t := console.TurnRecord{Turn: scanTurn(r)}
	t.Record = decodeRecord(r)
	t.First, t.Last, t.Messages, t.Reply = idOrEmpty(r), idOrEmpty(r), int(r.num()), idOrEmpty(r)
	return t
}

func idOrEmpty(r *row) console.ID {
	if s := r.textOr(); s != nil {
		return console.ID(*s)
	}
	return ""
}

// Turns returns one page of a conversation's turns; sort takes created_at; search is not looked at. An
// empty state means all.
func (r *reads) Turns(
	ctx context.Context, conversation console.ID, state console.TurnState, q console.Query,
) (page console.Page[console.TurnRecord], err error) {
	q.Search = ""
	l := list[console.TurnRecord]{
		table: "turn", columns: turnRecordColumns, scan: scanTurnRecord, sorts: []string{byCreated},
		where: `x.conversation_id = $1 AND x.team_id = $2` + agentLives, args: []any{string(conversation), r.team},
	}
	if state != "" {
		var place string
		place, l.args = param(l.args, string(state))
		l.where += ` AND x.state = ` + place
	}
	err = r.in(ctx, func(s *session) error {
		page, err = l.page(ctx, s, q)
		return err
	})
	return page, err
}

// TurnRecord returns one turn of a conversation, or CodeNotFound.
func (r *reads) TurnRecord(ctx context.Context, conversation, id console.ID) (t console.TurnRecord, err error) {
	const text = `SELECT ` + turnRecordColumns + ` FROM turn x
		WHERE x.id = $1 AND x.conversation_id = $2 AND x.team_id = $3` + agentLives
	err = r.in(ctx, func(s *session) error {
		found, err := s.one(text, string(id), string(conversation), r.team)
		if err != nil {
			return err
		}
		if found == nil {
			return console.NotFound("turn", id)
		}
		t = scanTurnRecord(found)
		return found.err
	})
	return t, err
}
