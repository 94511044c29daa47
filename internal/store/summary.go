package store

import (
	"context"

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

// PutSummary keeps a summary, unless one that stands for as much is kept already. It returns
// CodeNotFound where the conversation is not there.
func (t *Tx) PutSummary(ctx context.Context, s console.Summary) error {
	const text = `INSERT INTO conversation_summary (conversation_id, team_id, agent_id, to_seq, text)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (conversation_id) DO UPDATE SET to_seq = excluded.to_seq, text = excluded.text
		WHERE conversation_summary.to_seq < excluded.to_seq`
	if _, err := t.LockConversation(ctx, s.AgentID, s.ConversationID); err != nil {
		return err
	}
	_, err := t.s.exec(text, string(s.ConversationID), t.team, string(s.AgentID), s.ToSeq, s.Text)
	return err
}
