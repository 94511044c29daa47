package store

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/console"
)

const messageColumns = `x.id, x.conversation_id, x.seq, x.created_at, x.role, x.author, x.partial, x.turn_id, ` +
	`x.attachments, x.text`

// inSight keeps the messages of another team and below a deleted agent out of sight. $1 is the
// conversation, $2 the team.
const inSight = ` AND x.team_id = $2 AND EXISTS (
		SELECT 1 FROM conversation c JOIN agent a ON a.id = c.agent_id WHERE c.id = $1 AND a.deleted_at IS NULL)`

func scanMessage(r *row) console.Message {
	m := console.Message{
		ID: r.id(), ConversationID: r.id(), Seq: r.num(), CreatedAt: r.at(), Role: console.Role(r.text()),
		Author: console.Author(r.text()), Partial: r.flag(), TurnID: r.id(),
	}
	if kept := decode[[]attachmentJSON](r, r.text()); kept != nil {
		for _, a := range kept {
			m.Attachments = append(m.Attachments, toAttachment(a))
		}
	}
	m.Text = r.text()
	return m
}

func (t *Tx) insertMessage(conversation console.ID, m console.Message) error {
	text := `INSERT INTO message (conversation_id, seq, id, team_id, created_at, role, author, partial, turn_id,
			attachments, text, folded, pos)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, ` + t.s.d.place + `)`
	var attachments any
	if len(m.Attachments) > 0 {
		var e encoder
		attachments = encodeAs(&e, m.Attachments, attachmentForm)
		if e.err != nil {
			return e.err
		}
	}
	return t.s.later(text, nil, string(conversation), m.Seq, string(m.ID), t.team, ms(m.CreatedAt), string(m.Role),
		string(m.Author), m.Partial, emptyNull(string(m.TurnID)), attachments, m.Text, folded(m.Text))
}

// folded is a text as a search sees it, NULL where lower() says the same in both databases.
func folded(text string) any {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return console.Fold(text)
		}
	}
	return nil
}

// Messages returns one page of a conversation's log, or CodeNotFound; search looks in the text;
// sort takes created_at.
func (r *reads) Messages(
	ctx context.Context, conversation console.ID, q console.Query,
) (page console.Page[console.Message], err error) {
	_, direction, err := order(q.Sort, []string{defaultSort}, defaultSort)
	if err != nil {
		return page, err
	}
	err = r.in(ctx, func(s *session) error {
		total, err := r.newest(s, conversation)
		if err != nil {
			return err
		}
		if q.Search == "" {
			page, err = r.numbered(s, conversation, total, q, direction)
			return err
		}
		defer s.until(ctx)()
		page, err = r.searched(s, conversation, q, direction)
		return err
	})
	return page, err
}

// newest returns the Seq of a conversation's newest message, which is how many it has, or
// CodeNotFound.
func (r *reads) newest(s *session, conversation console.ID) (int64, error) {
	found, err := s.one(`SELECT seq FROM conversation x WHERE id = $1 AND team_id = $2`+agentLives,
		string(conversation), r.team)
	if err != nil {
		return 0, err
	}
	if found == nil {
		return 0, console.NotFound("conversation", conversation)
	}
	n := found.num()
	return n, found.err
}

// numbered reads a page by the numbers of its messages: they are 1, 2, 3 … in the order of their
// times.
func (r *reads) numbered(
	s *session, conversation console.ID, total int64, q console.Query, direction string,
) (console.Page[console.Message], error) {
	skip, take := window(q)
	from, to := skip, min(skip+take, total)
	if direction != "" {
		from, to = max(total-skip-take, 0), total-skip
	}
	page := console.Page[console.Message]{Total: total, Items: []console.Message{}}
	if skip >= total {
		return page, nil
	}
	page.Items = make([]console.Message, 0, to-from)
	text := `SELECT ` + messageColumns + ` FROM message x
		WHERE x.conversation_id = $1 AND x.team_id = $2 AND x.seq > $3 AND x.seq <= $4 ORDER BY x.seq` + direction
	err := s.all(text, func(r *row) { page.Items = append(page.Items, scanMessage(r)) },
		string(conversation), r.team, from, to)
	return page, err
}

func (r *reads) searched(
	s *session, conversation console.ID, q console.Query, direction string,
) (console.Page[console.Message], error) {
	const where = ` FROM message x WHERE x.conversation_id = $1 AND x.team_id = $2
		AND coalesce(x.folded, lower(x.text)) LIKE $3 ESCAPE '\'`
	page := console.Page[console.Message]{Items: []console.Message{}}
	p := pattern(q.Search)
	total, err := s.count(`SELECT count(*)`+where, string(conversation), r.team, p)
	page.Total = total
	skip, take := window(q)
	if err != nil || skip >= total {
		return page, err
	}
	err = s.all(`SELECT `+messageColumns+where+` ORDER BY x.seq`+direction+` LIMIT $4 OFFSET $5`,
		func(r *row) { page.Items = append(page.Items, scanMessage(r)) }, string(conversation), r.team, p, take, skip)
	return page, err
}

// Message returns one message of a conversation, or CodeNotFound.
func (r *reads) Message(ctx context.Context, conversation, id console.ID) (m console.Message, err error) {
	const text = `SELECT ` + messageColumns + ` FROM message x WHERE x.id = $3 AND x.conversation_id = $1` + inSight
	err = r.in(ctx, func(s *session) error {
		found, err := s.one(text, string(conversation), r.team, string(id))
		if err != nil {
			return err
		}
		if found == nil {
			return console.NotFound("message", id)
		}
		m = scanMessage(found)
		return found.err
	})
	return m, err
}

// MessagesAfter returns the messages with a greater Seq in order, at most limit of them; none for a
// conversation that is not there.
func (r *reads) MessagesAfter(
	ctx context.Context, conversation console.ID, seq int64, limit int,
) ([]console.Message, error) {
	const text = `SELECT ` + messageColumns + ` FROM message x
		WHERE x.conversation_id = $1 AND x.seq > $3` + inSight + ` ORDER BY x.seq LIMIT $4`
	return r.messages(ctx, text, string(conversation), r.team, seq, int64(limit))
}

// Wrote returns how many messages of a conversation with a smaller Seq are its customer's; 0 for a
// conversation that is not there.
func (r *reads) Wrote(ctx context.Context, conversation console.ID, before int64) (n int64, err error) {
	const text = `SELECT count(*) FROM message x WHERE x.conversation_id = $1` + inSight + ` AND x.seq < $3 AND x.author = $4`
	err = r.in(ctx, func(s *session) error {
		n, err = s.count(text, string(conversation), r.team, before, string(console.ByCustomer))
		return err
	})
	return n, err
}

// History returns the newest messages of a conversation, oldest of them first, at most limit; none
// for a conversation that is not there. Every turn reads it, so that it holds only what a turn
// needs: who said what.
func (r *reads) History(
	ctx context.Context, conversation console.ID, limit int,
) (found []console.Message, err error) {
	const text = `SELECT x.seq, x.role, x.author, x.text FROM message x
		WHERE x.conversation_id = $1` + inSight + ` ORDER BY x.seq DESC LIMIT $3`
	said := func(r *row) {
		found = append(found, console.Message{
			Seq: r.num(), Role: console.Role(r.text()), Author: console.Author(r.text()), Text: r.text(),
		})
	}
	err = r.in(ctx, func(s *session) error {
		return s.all(text, said, string(conversation), r.team, int64(limit))
	})
	slices.Reverse(found)
	return found, err
}

func (r *reads) messages(ctx context.Context, text string, args ...any) (found []console.Message, err error) {
	err = r.in(ctx, func(s *session) error {
		return s.all(text, func(r *row) { found = append(found, scanMessage(r)) }, args...)
	})
	return found, err
}

// SeqAt returns the Seq of the newest message that is not later than at, 0 if there is none.
func (r *reads) SeqAt(ctx context.Context, conversation console.ID, at time.Time) (seq int64, err error) {
	// Times rise with the numbers, so the first one met on the way back is it.
	const text = `SELECT x.seq FROM message x
		WHERE x.conversation_id = $1 AND x.created_at <= $3` + inSight + ` ORDER BY x.seq DESC LIMIT 1`
	err = r.in(ctx, func(s *session) error {
		seq, err = s.count(text, string(conversation), r.team, ms(at))
		return err
	})
	return seq, err
}
