package store

import (
	"context"
	"strconv"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// alert queues an e-mail where the change is one after which a human is needed, and none was before.
// An agent without an address for it has no mail to wait for. An older alert of the conversation makes
// room: the time in which no human was needed is over.
func (t *Tx) alert(c console.Change) error {
	if !t.db.alerts || !c.Now.NeedsAttention || c.Was != nil && c.Was.NeedsAttention {
		return nil
	}
	const text = `INSERT INTO alert (conversation_id, team_id, agent_id, why, raised_at, due_at, mail_id, node_id, tries)
		SELECT $1, $2, id, $4, $5, $5, '', '', 0 FROM agent WHERE id = $3 AND escalation_email IS NOT NULL
		ON CONFLICT (conversation_id) DO UPDATE SET why = excluded.why, raised_at = excluded.raised_at,
			due_at = excluded.due_at, mail_id = '', node_id = '', tries = 0`
	why := console.Why("")
	if c.Ended != nil {
		why = c.Ended.Why
	}
	_, err := t.s.exec(text, string(c.Now.ID), t.team, string(c.Now.AgentID), string(why), ms(c.Now.UpdatedAt))
	return err
}

// TakeAlert gives a node the e-mail that has been due the longest, under the given id if it has not
// been tried before, or nil if there is none for it. It is the node's until FinishAlert, or until the
// node is gone or has it without knowing; no two nodes have the same one. An agent's mails keep
// console.AlertPause, and none begins while an earlier one is on its way or waits for its next try,
// as long as somebody is needed there: what comes meanwhile goes together. Conversations in which
// nobody is needed any more, or whose alert is too old, are taken out.
func (db *DB) TakeAlert(ctx context.Context, by console.Taker, id console.ID) (mail *console.AlertMail, err error) {
	if !db.d.many && !db.mine {
		return nil, errNotMine
	}
	due, args := db.dueAlert(by, "")
	found := false
	// As with pages there is nothing to do nearly always.
	err = db.eng.read(ctx, func(s *session) error {
		r, err := s.one(due, args...)
		found = r != nil
		return err
	})
	if err != nil || !found {
		return nil, err
	}
	err = db.Write(ctx, "", func(tx *Tx) error {
		mail, err = tx.takeAlert(by, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return mail, nil
}

// dueAlert is the question for the one that a node may take, of an agent if it is named.
func (db *DB) dueAlert(by console.Taker, agent console.ID) (string, []any) {
	args := []any{ms(by.At), string(by.Node), ms(by.At.Add(-console.AlertPause))}
	gone, ofAgent := "", ""
	if agent != "" {
		var place string
		place, args = param(args, string(agent))
		ofAgent = ` AND x.agent_id = ` + place
	}
	if db.d.many {
		gone = ` AND NOT EXISTS (SELECT 1 FROM node n WHERE n.id = x.node_id AND n.beat_at > ` + db.d.clock +
			` - ` + strconv.FormatInt(silence.Milliseconds(), 10) + `)`
	}
	return `SELECT x.mail_id, x.agent_id FROM alert x
		WHERE x.due_at <= $1 AND (x.node_id = '' OR x.node_id = $2 OR x.node_id <> $2` + gone + `)
			AND NOT EXISTS (SELECT 1 FROM alert s WHERE s.agent_id = x.agent_id AND s.sent_at > $3)
			AND (x.mail_id <> '' OR NOT EXISTS (
				SELECT 1 FROM alert w WHERE w.agent_id = x.agent_id AND w.mail_id <> '' AND w.due_at IS NOT NULL
					AND (w.node_id <> '' OR EXISTS (
						SELECT 1 FROM conversation c WHERE c.id = w.conversation_id AND c.needs_attention))))` + ofAgent + agentLives + `
		ORDER BY x.due_at, x.conversation_id LIMIT 1`, args
}

// alertToTake returns the mail that is to be taken, empty for one that is to begin, and its agent; no agent where
// there is none. Where several nodes look at once, each may find another row of the same agent: only one of them
// gets on, and it looks again, for a mail may have begun since it looked first.
func (t *Tx) alertToTake(by console.Taker) (mail, agent console.ID, err error) {
	due, args := t.db.dueAlert(by, "")
	r, err := t.s.one(due+` FOR UPDATE OF x SKIP LOCKED`, args...)
	if err != nil || r == nil {
		return "", "", err
	}
	mail, agent = r.id(), r.id()
	if r.err != nil || !t.db.d.many {
		return mail, agent, r.err
	}
	const mine = `SELECT pg_try_advisory_xact_lock(hashtextextended($1, $2))`
	if r, err = t.s.one(mine, string(agent), int64(alertLock)); err != nil {
		return "", "", err
	}
	if !r.flag() || r.err != nil {
		return "", "", r.err
	}
	due, args = t.db.dueAlert(by, agent)
	if r, err = t.s.one(due+` FOR UPDATE OF x SKIP LOCKED`, args...); err != nil || r == nil {
		return "", "", err
	}
	mail, agent = r.id(), r.id()
	return mail, agent, r.err
}

// alertLock tells the locks of agents whose mail begins from other advisory locks.
const alertLock = 0x616c657274

func (t *Tx) takeAlert(by console.Taker, id console.ID) (*console.AlertMail, error) {
	const gather = `UPDATE alert SET mail_id = $1 WHERE conversation_id IN (SELECT x.conversation_id FROM alert x
		WHERE x.agent_id = $2 AND x.mail_id = '' AND x.due_at IS NOT NULL
		ORDER BY x.raised_at, x.conversation_id LIMIT $3 FOR UPDATE OF x SKIP LOCKED)`
	const drop = `UPDATE alert SET due_at = NULL, node_id = '' WHERE mail_id = $1 AND due_at IS NOT NULL AND (raised_at < $2
		OR NOT EXISTS (SELECT 1 FROM conversation c WHERE c.id = alert.conversation_id AND c.needs_attention)
		OR NOT EXISTS (SELECT 1 FROM agent a WHERE a.id = alert.agent_id AND a.escalation_email IS NOT NULL))`
	const mark = `UPDATE alert SET node_id = $2, tries = tries + 1 WHERE mail_id = $1 AND due_at IS NOT NULL`
	tried, agent, err := t.alertToTake(by)
	if err != nil || agent == "" {
		return nil, err
	}
	if tried == "" {
		if _, err := t.s.exec(gather, string(id), string(agent), int64(console.MaxAlerts)); err != nil {
			return nil, err
		}
	} else {
		id = tried
	}
	if _, err := t.s.exec(drop, string(id), ms(by.At.Add(-console.AlertLife))); err != nil {
		return nil, err
	}
	if _, err := t.s.exec(mark, string(id), string(by.Node)); err != nil {
		return nil, err
	}
	return t.alertMail(id, agent, by.At.Add(-console.AlertLife))
}

// alertMail reads the mail that has just been taken. Of those that wait for the next one it counts what would not be
// taken out: what was raised before the given moment, or where nobody is needed any more, will never be told.
func (t *Tx) alertMail(id, agent console.ID, since time.Time) (*console.AlertMail, error) {
	const head = `SELECT a.team_id, a.name, a.timezone, coalesce(a.escalation_email, ''),
			(SELECT coalesce(max(x.tries), 0) FROM alert x WHERE x.mail_id = $1),
			(SELECT count(*) FROM alert x JOIN conversation c ON c.id = x.conversation_id
				WHERE x.agent_id = $2 AND x.mail_id = '' AND x.due_at IS NOT NULL AND x.raised_at >= $3 AND c.needs_attention)
		FROM agent a WHERE a.id = $2`
	const rows = `SELECT x.conversation_id, x.why, x.raised_at, c.channel, c.test, coalesce(c.full_name, c.customer_name),
			c.customer_id, coalesce(m.text, '')
		FROM alert x JOIN conversation c ON c.id = x.conversation_id
			LEFT JOIN message m ON m.conversation_id = c.id AND m.seq = c.customer_seq
		WHERE x.mail_id = $1 AND x.due_at IS NOT NULL ORDER BY x.raised_at, x.conversation_id`
	r, err := t.s.one(head, string(id), string(agent), ms(since))
	if err != nil || r == nil {
		return nil, err
	}
	mail := &console.AlertMail{
		ID: id, AgentID: agent, Team: r.id(), Agent: r.text(), Timezone: r.text(), To: r.text(), Tries: r.num(),
		More: int(r.num()),
	}
	if r.err != nil {
		return nil, r.err
	}
	err = t.s.all(rows, func(r *row) {
		mail.Alerts = append(mail.Alerts, console.Alert{
			ConversationID: r.id(), Why: console.Why(r.text()), RaisedAt: r.at(), Channel: console.Channel(r.text()),
			Test: r.flag(), CustomerName: r.textOr(), CustomerID: r.text(), Said: console.Preview(r.text()),
		})
	}, string(id))
	return mail, err
}

// FinishAlert says what came of a mail that a node has taken. What has been raised anew since, or has
// gone to another node, stays as it is.
func (db *DB) FinishAlert(ctx context.Context, mail, node console.ID, o console.AlertOutcome) error {
	const again = `UPDATE alert SET due_at = $3, node_id = '' WHERE mail_id = $1 AND node_id = $2 AND due_at IS NOT NULL`
	const done = `UPDATE alert SET due_at = NULL, node_id = '', sent_at = $3
		WHERE mail_id = $1 AND node_id = $2 AND due_at IS NOT NULL`
	return db.Write(ctx, "", func(tx *Tx) error {
		if !o.Again.IsZero() {
			_, err := tx.s.exec(again, string(mail), string(node), ms(o.Again))
			return err
		}
		// One that was refused begins a pause too: the next one would be as well.
		_, err := tx.s.exec(done, string(mail), string(node), ms(o.At))
		return err
	})
}
