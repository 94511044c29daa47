package store

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

// Removed counts rows that were removed, or would be.
type Removed struct {
	Conversations, Messages, Turns, Prompts, Contacts, Notes, Summaries, Alerts, Calls, Answers int64
}

// Add counts others too.
func (r *Removed) Add(o Removed) {
	r.Conversations += o.Conversations
	r.Messages += o.Messages
	r.Turns += o.Turns
	r.Prompts += o.Prompts
	r.Contacts += o.Contacts
	r.Notes += o.Notes
	r.Summaries += o.Summaries
	r.Alerts += o.Alerts
	r.Calls += o.Calls
	r.Answers += o.Answers
}

// cut takes a conversation out of its team, and with it what names its customer: from the commit on
// nobody finds it, its open turn cannot end any more, and a customer who writes again begins anew. What
// hung below it is removed by slices. It reports whether the conversation was there.
//
//	conversation ─ cut ─▶ gone_conversation ─ slices: messages, prompts, turns, notes, calls ─▶ nothing
func (t *Tx) cut(id console.ID) (bool, error) {
	const text = `SELECT ` + conversationColumns + ` FROM conversation x WHERE x.id = $1 AND x.team_id = $2 FOR UPDATE OF x`
	r, err := t.s.one(text, string(id), t.team)
	if err != nil || r == nil {
		return false, err
	}
	was := scanConversation(r)
	if r.err != nil {
		return false, r.err
	}
	if err := t.step("conversation_count", &was, nil); err != nil {
		return false, err
	}
	if was.ResolvedAt != nil {
		if err := t.step("resolved_count", &was, nil); err != nil {
			return false, err
		}
	}
	p := purge{s: t.s, now: ms(t.db.now())}
	if err := p.keepPlaces(string(id)); err != nil {
		return false, err
	}
	for _, text := range []string{
		`DELETE FROM alert WHERE conversation_id = $1`,
		`DELETE FROM conversation_summary WHERE conversation_id = $1`,
		`DELETE FROM contact WHERE id = $1`,
		`DELETE FROM turn WHERE conversation_id = $1 AND state = 'open'`,
		`DELETE FROM conversation WHERE id = $1`,
	} {
		if _, err := t.s.exec(text, string(id)); err != nil {
			return false, err
		}
	}
	_, err = t.s.exec(`INSERT INTO gone_conversation (conversation_id, team_id, gone_at) VALUES ($1, $2, $3)`,
		string(id), t.team, p.now)
	return err == nil, err
}

// cutOff removes what hung below conversations that were cut, one after the other.
func (p *purge) cutOff() error {
	for p.left > 0 {
		r, err := p.s.one(`SELECT conversation_id FROM gone_conversation ORDER BY conversation_id LIMIT 1`)
		if err != nil || r == nil {
			return err
		}
		if _, err := p.below(r.text()); err != nil {
			return err
		}
	}
	return nil
}

// below removes what hung below one conversation, and then the mark that it was cut; it reports whether
// that was all.
func (p *purge) below(conversation string) (bool, error) {
	for _, text := range []string{
		removeMessages, removePrompts, removeTurns,
		`DELETE FROM note WHERE id IN (SELECT id FROM note WHERE conversation_id = $1 LIMIT $2)`,
		`DELETE FROM call WHERE id IN (SELECT id FROM call WHERE conversation_id = $1 LIMIT $2)`,
		`DELETE FROM gone_conversation WHERE conversation_id IN (
			SELECT conversation_id FROM gone_conversation WHERE conversation_id = $1 LIMIT $2)`,
	} {
		if done, err := p.remove(text, conversation); err != nil || !done {
			return false, err
		}
	}
	return true, nil
}

// below counts a conversation and what hangs below it.
func (r *reads) below(s *session, conversation string) (Removed, error) {
	const text = `SELECT (SELECT count(*) FROM conversation WHERE id = $1 AND team_id = $2),
		(SELECT count(*) FROM message WHERE conversation_id = $1 AND team_id = $2),
		(SELECT count(*) FROM turn WHERE conversation_id = $1 AND team_id = $2),
		(SELECT count(*) FROM turn x JOIN turn_prompt p ON p.turn_id = x.id WHERE x.conversation_id = $1 AND x.team_id = $2),
		(SELECT count(*) FROM contact WHERE id = $1 AND team_id = $2),
		(SELECT count(*) FROM note WHERE conversation_id = $1 AND team_id = $2),
		(SELECT count(*) FROM conversation_summary WHERE conversation_id = $1 AND team_id = $2),
		(SELECT count(*) FROM alert WHERE conversation_id = $1 AND team_id = $2),
		(SELECT count(*) FROM call WHERE conversation_id = $1 AND team_id = $2)`
	found, err := s.one(text, conversation, r.team)
	if err != nil {
		return Removed{}, err
	}
	n := Removed{
		Conversations: found.num(), Messages: found.num(), Turns: found.num(), Prompts: found.num(),
		Contacts: found.num(), Notes: found.num(), Summaries: found.num(), Alerts: found.num(), Calls: found.num(),
	}
	return n, found.err
}

// retainable bounds how many teams have their conversations looked at at a time.
const retainable = maxTeams

// Retire cuts conversations in which nothing has happened for as long as their team keeps them: no
// message, no change, no note, nothing learned of the customer. It cuts at most about limit of them and
// reports whether there are more. One that a turn is open in is at work, and stays. Many nodes may do
// so at once.
func (db *DB) Retire(ctx context.Context, limit int) (more bool, err error) {
	type team struct {
		id   console.ID
		days int64
	}
	var teams []team
	err = db.eng.read(ctx, func(s *session) error {
		return s.all(`SELECT id, retention_days FROM team WHERE retention_days > 0 AND deleted_at IS NULL LIMIT $1`,
			func(r *row) { teams = append(teams, team{r.id(), r.num()}) }, int64(retainable))
	})
	for _, t := range teams {
		if err != nil || more {
			return more, err
		}
		before := ms(db.now().AddDate(0, 0, -int(t.days)))
		more, err = db.retire(ctx, t.id, before, limit)
	}
	return more, err
}

// outlived finds conversations of team $1 in which nothing has happened after $2.
const outlived = `SELECT x.id FROM conversation x
	WHERE x.team_id = $1 AND x.last_message_at <= $2 AND x.updated_at <= $2 AND x.open_turn = ''
		AND NOT EXISTS (SELECT 1 FROM note n WHERE n.conversation_id = x.id AND n.created_at > $2)
		AND NOT EXISTS (SELECT 1 FROM contact k WHERE k.id = x.id AND k.updated_at > $2)
	ORDER BY x.last_message_at, x.id LIMIT $3`

func (db *DB) retire(ctx context.Context, team console.ID, before int64, limit int) (more bool, err error) {
	// Nearly always there is nothing to do, for which nobody shall wait.
	err = db.eng.read(ctx, func(s *session) error {
		r, err := s.one(outlived, string(team), before, int64(1))
		more = r != nil
		return err
	})
	if err != nil || !more {
		return false, err
	}
	err = db.Write(ctx, team, func(tx *Tx) error {
		var ids []console.ID
		text := outlived + ` FOR UPDATE OF x SKIP LOCKED`
		err := tx.s.all(text, func(r *row) { ids = append(ids, r.id()) }, string(team), before, int64(max(limit, 1)))
		for _, id := range ids {
			if _, e := tx.cut(id); e != nil {
				return e
			}
		}
		more = len(ids) == max(limit, 1)
		return err
	})
	return more && err == nil, err
}
