package store

import (
	"context"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// nodeLife is how long the row of a node that has gone silent is kept.
const nodeLife = 24 * time.Hour

// placeLife is how long the places of messages are known that were removed, and how old these may have
// been: who was told of one last has that long to come back and go on behind it. maxPlaces is how many
// a conversation leaves.
const (
	placeLife = 24 * time.Hour
	maxPlaces = 500
)

// Purge removes what nobody can see any more, at most about limit rows at a time, and reports
// whether there is more: answers older than a day, spent tickets that have expired, places of messages
// that are long gone, alerts that are of no use any more, prompts that are old enough, nodes long gone,
// and what Sweep removes.
func (db *DB) Purge(ctx context.Context, limit int) (more bool, err error) {
	return db.slice(ctx, limit, func(p *purge) error {
		if err := p.expired(p.now); err != nil {
			return err
		}
		if err := p.places(); err != nil {
			return err
		}
		if err := p.prompts(console.FirstID(db.now().Add(-max(db.prompts, 0)))); err != nil {
			return err
		}
		return p.deleted()
	})
}

// Sweep removes what was deleted, at most about limit rows at a time, and reports whether there is
// more: what conversations, agents and teams had. What the requests of a running server may still touch
// of a team is left for teamGrace, unless there is no server.
func (db *DB) Sweep(ctx context.Context, limit int) (more bool, err error) {
	served, err := db.served(ctx)
	if err != nil {
		return false, err
	}
	return db.slice(ctx, limit, func(p *purge) error {
		p.alone = !served
		return p.deleted()
	})
}

func (db *DB) slice(ctx context.Context, limit int, f func(*purge) error) (more bool, err error) {
	err = db.Write(ctx, "", func(tx *Tx) error {
		p := purge{s: tx.s, left: int64(max(limit, 1)), clock: db.d.clock, now: ms(db.now())}
		if err := f(&p); err != nil {
			return err
		}
		more = p.left <= 0
		return nil
	})
	return more && err == nil, err
}

// purge is one slice; left is how many rows it may still remove.
type purge struct {
	s     *session
	left  int64
	clock string
	now   int64
	alone bool // no server works on the data
}

// deleted removes what hung below what was deleted. Conversations go first, since those of a team that
// was deleted must be gone before what names it.
func (p *purge) deleted() error {
	for _, part := range []func() error{p.cutOff, p.agents, p.teams} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// remove runs a DELETE that takes a LIMIT as its last argument and reports whether it has removed
// all.
func (p *purge) remove(text string, args ...any) (bool, error) {
	if p.left <= 0 {
		return false, nil
	}
	n, err := p.s.exec(text, append(args, p.left)...)
	p.left -= n
	return err == nil && p.left > 0, err
}

func (p *purge) expired(now int64) error {
	const answers = `DELETE FROM answer WHERE (team_id, key) IN (
		SELECT team_id, key FROM answer WHERE created_at <= $1 ORDER BY created_at LIMIT $2)`
	if _, err := p.remove(answers, now-answerLife.Milliseconds()); err != nil {
		return err
	}
	const tickets = `DELETE FROM spent_ticket WHERE hash IN (
		SELECT hash FROM spent_ticket WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`
	if _, err := p.remove(tickets, now); err != nil {
		return err
	}
	const alerts = `DELETE FROM alert WHERE conversation_id IN (
		SELECT conversation_id FROM alert WHERE raised_at < $1 ORDER BY raised_at LIMIT $2)`
	if _, err := p.remove(alerts, now-2*console.AlertLife.Milliseconds()); err != nil {
		return err
	}
	_, err := p.remove(`DELETE FROM node WHERE id IN (SELECT id FROM node WHERE beat_at < `+p.clock+` - $1 LIMIT $2)`,
		nodeLife.Milliseconds())
	return err
}

// prompts removes those of turns that were opened before the one that would have an id.
func (p *purge) prompts(before console.ID) error {
	_, err := p.remove(`DELETE FROM turn_prompt WHERE turn_id IN (
		SELECT turn_id FROM turn_prompt WHERE turn_id < $1 ORDER BY turn_id LIMIT $2)`, string(before))
	return err
}

// places forgets those of messages that were removed long ago, but for the greatest of each team: the
// next one is to stand behind it.
func (p *purge) places() error {
	_, err := p.remove(`DELETE FROM gone_message WHERE message_id IN (SELECT g.message_id FROM gone_message g
		WHERE g.gone_at <= $1 AND (EXISTS (SELECT 1 FROM message m WHERE m.team_id = g.team_id AND m.pos > g.pos)
			OR EXISTS (SELECT 1 FROM gone_message h WHERE h.team_id = g.team_id AND h.pos > g.pos))
		ORDER BY g.gone_at LIMIT $2)`, p.now-placeLife.Milliseconds())
	return err
}

// keepPlaces notes where the newest messages of a conversation stood that is about to be removed: of
// those that may have been somebody's last one within placeLife. That are those not older, and the
// team's last one among the older.
func (p *purge) keepPlaces(conversation string) error {
	const text = `INSERT INTO gone_message (message_id, team_id, pos, said_at, gone_at)
		SELECT x.id, x.team_id, x.pos, x.created_at, $2
		FROM (SELECT m.id, m.team_id, m.pos, m.created_at FROM message m
			WHERE m.conversation_id = $1 ORDER BY m.seq DESC LIMIT $4) x
		WHERE x.pos > 0 AND (x.created_at > $3 OR NOT EXISTS (
				SELECT 1 FROM gone_message n WHERE n.team_id = x.team_id AND n.pos > x.pos AND n.said_at <= $3)
			AND NOT EXISTS (
				SELECT 1 FROM message n WHERE n.team_id = x.team_id AND n.pos > x.pos AND n.created_at <= $3))
		ON CONFLICT DO NOTHING`
	_, err := p.s.exec(text, conversation, p.now, p.now-placeLife.Milliseconds(), int64(maxPlaces))
	return err
}

// agents removes what agents had that were deleted, one after the other, and then themselves.
func (p *purge) agents() error {
	for p.left > 0 {
		r, err := p.s.one(`SELECT id FROM agent WHERE deleted_at IS NOT NULL ORDER BY deleted_at, id LIMIT 1`)
		if err != nil || r == nil {
			return err
		}
		if err := p.agent(r.text()); err != nil {
			return err
		}
	}
	return nil
}

func (p *purge) agent(id string) error {
	// Each is at an end before the next begins, so that nothing is left without what leads to it.
	for _, part := range []func(string) (bool, error){p.calls, p.contacts, p.notes, p.conversations, p.knowledge, p.rest} {
		if done, err := part(id); err != nil || !done {
			return err
		}
	}
	return nil
}

func (p *purge) calls(agent string) (bool, error) {
	return p.remove(`DELETE FROM call WHERE id IN (SELECT id FROM call WHERE agent_id = $1 LIMIT $2)`, agent)
}

func (p *purge) contacts(agent string) (bool, error) {
	return p.remove(`DELETE FROM contact WHERE id IN (SELECT id FROM contact WHERE agent_id = $1 LIMIT $2)`, agent)
}

func (p *purge) notes(agent string) (bool, error) {
	return p.remove(`DELETE FROM note WHERE id IN (SELECT id FROM note WHERE agent_id = $1 LIMIT $2)`, agent)
}

// What hangs below the conversation $1, at most $2 rows of it.
const (
	removeMessages = `DELETE FROM message WHERE (conversation_id, seq) IN (
		SELECT conversation_id, seq FROM message WHERE conversation_id = $1 ORDER BY seq LIMIT $2)`
	removePrompts = `DELETE FROM turn_prompt WHERE turn_id IN (SELECT p.turn_id FROM turn x
		JOIN turn_prompt p ON p.turn_id = x.id WHERE x.conversation_id = $1 LIMIT $2)`
	removeTurns = `DELETE FROM turn WHERE id IN (SELECT id FROM turn WHERE conversation_id = $1 LIMIT $2)`
)

// conversations removes an agent's conversations, each after its messages, prompts and turns. What they
// cost stays counted.
func (p *purge) conversations(agent string) (bool, error) {
	for {
		r, err := p.s.one(`SELECT id FROM conversation WHERE agent_id = $1 LIMIT 1`, agent)
		if err != nil || r == nil {
			return err == nil, err
		}
		id := r.text()
		if err := p.keepPlaces(id); err != nil {
			return false, err
		}
		for _, text := range []string{removeMessages, removePrompts, removeTurns} {
			if done, err := p.remove(text, id); err != nil || !done {
				return false, err
			}
		}
		for _, text := range []string{
			`DELETE FROM conversation_summary WHERE conversation_id = $1`, `DELETE FROM alert WHERE conversation_id = $1`,
		} {
			if _, err := p.s.exec(text, id); err != nil {
				return false, err
			}
		}
		if done, err := p.remove(`DELETE FROM conversation WHERE id IN (
			SELECT id FROM conversation WHERE id = $1 LIMIT $2)`, id); err != nil || !done {
			return false, err
		}
	}
}

func (p *purge) knowledge(agent string) (bool, error) {
	for _, text := range []string{
		`DELETE FROM posting_block WHERE (base_id, bucket) IN (SELECT p.base_id, p.bucket
			FROM knowledge_base x JOIN posting_block p ON p.base_id = x.id WHERE x.agent_id = $1 LIMIT $2)`,
		`DELETE FROM passage WHERE id IN (SELECT p.id
			FROM knowledge_base x JOIN passage p ON p.base_id = x.id WHERE x.agent_id = $1 LIMIT $2)`,
		`DELETE FROM knowledge_base WHERE id IN (SELECT id FROM knowledge_base WHERE agent_id = $1 LIMIT $2)`,
	} {
		if done, err := p.remove(text, agent); err != nil || !done {
			return false, err
		}
	}
	return true, nil
}

func (p *purge) rest(agent string) (bool, error) {
	for _, counts := range []string{"conversation_count", "resolved_count"} {
		if _, err := p.s.exec(`DELETE FROM `+counts+` WHERE agent_id = $1`, agent); err != nil {
			return false, err
		}
	}
	return p.remove(`DELETE FROM agent WHERE id IN (SELECT id FROM agent WHERE id = $1 AND deleted_at IS NOT NULL
		LIMIT $2)`, agent)
}
