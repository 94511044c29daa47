package store

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

const noteColumns = `x.id, x.agent_id, x.conversation_id, x.key_id, x.author, x.created_at, x.text`

func scanNote(r *row) console.Note {
	return console.Note{
		ID: r.id(), AgentID: r.id(), ConversationID: r.id(), Key: r.id(), Author: r.text(), CreatedAt: r.at(),
		Text: r.text(),
	}
}

// Notes returns one page of the notes beside one of an agent's conversations, or CodeNotFound;
// search looks in text and author, sort takes created_at.
func (r *reads) Notes(
	ctx context.Context, agent, conversation console.ID, q console.Query,
) (page console.Page[console.Note], err error) {
	l := list[console.Note]{
		table: "note", columns: noteColumns, scan: scanNote, where: `x.conversation_id = $1 AND x.team_id = $2`,
		args: []any{string(conversation), r.team}, sorts: []string{defaultSort},
	}
	err = r.in(ctx, func(s *session) error {
		in := reads{db: r.db, team: r.team, s: s}
		if _, err := in.Conversation(ctx, agent, conversation); err != nil {
			return err
		}
		page, err = l.page(ctx, s, q)
		return err
	})
	return page, err
}

// InsertNote adds a note beside a conversation, which the unit holds.
func (t *Tx) InsertNote(_ context.Context, n console.Note) error {
	const text = `INSERT INTO note (id, team_id, agent_id, conversation_id, key_id, author, created_at, text, search)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	_, err := t.s.exec(text, string(n.ID), t.team, string(n.AgentID), string(n.ConversationID), string(n.Key),
		n.Author, ms(n.CreatedAt), n.Text, n.Searchable())
	return err
}

// DeleteNote removes a note of one of an agent's conversations, or returns CodeNotFound.
func (t *Tx) DeleteNote(_ context.Context, agent, conversation, id console.ID) error {
	const text = `DELETE FROM note WHERE id = $1 AND conversation_id = $2 AND agent_id = $3 AND team_id = $4`
	n, err := t.s.exec(text, string(id), string(conversation), string(agent), t.team)
	return changed(n, err, "note", id)
}
