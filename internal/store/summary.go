package store

import (
	"context"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// Summary returns what stands for the beginning of a conversation, the zero value if nothing does or
// the conversation is not there.
func (r *reads) Summary(ctx context.Context, conversation console.ID) (found console.Summary, err error) {
	const text = `SELECT conversation_id, agent_id, to_seq, text FROM conversation_summary x
		WHERE conversation_id = $1 AND team_id = $2` + agentLives
	err = r.in(ctx, func(s *session) error {
		found = console.Summary{}
		row, err := s.one(text, string(conversation), r.team)
		if err != nil || row == nil {
			return err
		}
		found = console.Summary{ConversationID: row.id(), AgentID: row.id(), ToSeq: row.num(), Text: row.text()}
		return row.err
	})
	return found, err
}

// PutSummary keeps a summary, unless it stands for nothing (ToSeq 0), one that stands for as much is kept
// already, or the one that went into it has been forgotten since. In any case it counts what turn's Record
// says was spent for it and adds its steps to the record of the turn. It returns CodeNotFound where the
// conversation is not there.
func (t *Tx) PutSummary(ctx context.Context, s console.Summary, turn console.Turn, at time.Time) error {
	const text = `INSERT INTO conversation_summary (conversation_id, team_id, agent_id, to_seq, text)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (conversation_id) DO UPDATE SET to_seq = excluded.to_seq, text = excluded.text
		WHERE conversation_summary.to_seq < excluded.to_seq AND (conversation_summary.text <> '' OR $6 = '')`
	if _, err := t.LockConversation(ctx, s.AgentID, s.ConversationID); err != nil {
		return err
	}
	if s.ToSeq > 0 {
		if _, err := t.s.exec(text, string(s.ConversationID), t.team, string(s.AgentID), s.ToSeq, s.Text, s.Upon); err != nil {
			return err
		}
	}
	if err := t.addSteps(turn.ID, turn.Record.Steps); err != nil {
		return err
	}
	return t.spend(turn, console.DayOf(at), afterwards(turn.Record.Spent))
}

// addSteps adds to the record of a turn that has one.
func (t *Tx) addSteps(turn console.ID, steps []console.Step) error {
	r, err := t.s.one(`SELECT record FROM turn WHERE id = $1 AND team_id = $2 AND record IS NOT NULL`, string(turn), t.team)
	if err != nil || r == nil {
		return err
	}
	record := decodeRecord(r)
	if r.err != nil {
		return r.err
	}
	for _, s := range steps {
		record.Spend(s)
		if len(record.Steps) < console.MaxSteps {
			record.Steps = append(record.Steps, s)
		} else {
			record.Omitted++
		}
	}
	text, err := encodeRecord(record)
	if err != nil {
		return err
	}
	_, err = t.s.exec(`UPDATE turn SET record = $3 WHERE id = $1 AND team_id = $2`, string(turn), t.team, text)
	return err
}
