// Package alerts writes to the people of a team when a human is needed in a conversation. The store
// queues an alert in the transaction after which a human is needed; a Worker takes the mails that are
// due and sends them, one after the other, until they are through, refused or too old. It leaves SMTP
// to its Mailer.
//
// A mail is sent at least once: where a server takes it and the node dies before it has noted that,
// it is sent again under the same id, by which programs that read mail tell that they have it already.
package alerts

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// The bounds of sending.
const (
	lookEvery  = 2 * time.Second // for mails that are due
	sendTime   = time.Minute     // of one try
	settleTime = 5 * time.Second // to store what came of it
	firstPause = 30 * time.Second
	maxPause   = time.Hour
)

// Queue is where mails wait.
type Queue interface {
	// TakeAlert gives the taker the mail that has been due the longest, or nil if there is none for
	// it. A mail without alerts needs no sending, only FinishAlert. No two nodes that are alive have the
	// same mail.
	TakeAlert(ctx context.Context, by console.Taker, id console.ID) (*console.AlertMail, error)
	// FinishAlert says what came of a mail that the node has taken.
	FinishAlert(ctx context.Context, mail, node console.ID, o console.AlertOutcome) error
}

// Mailer hands mails over.
type Mailer interface {
	// Send returns nil once the mail has been taken. refused says that trying again is of no use.
	Send(ctx context.Context, m Mail) (refused bool, err error)
}

// Mail is an e-mail in plain text.
type Mail struct {
	ID      console.ID // the same whenever it is tried again
	To      string
	Subject string
	Text    string
	At      time.Time
}

// Config is what a Worker is made of. All must be set but Link.
type Config struct {
	Queue  Queue
	Mailer Mailer
	Node   console.ID
	NewID  func() console.ID
	Now    func() time.Time
	Log    *slog.Logger
	Link   string // the address under which the server is reached; empty: mails have no links
}

// Worker sends the mails of all teams.
type Worker struct{ cfg Config }

// New returns a Worker, which does nothing until it is Run.
func New(c Config) *Worker { return &Worker{cfg: c} }

// Run sends until ctx ends, gives back what it has not finished, and returns nil.
func (w *Worker) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		for w.once(ctx) {
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// once takes a mail and sends it. It returns false where there was none, or something was wrong with
// the store: then it is to look again later.
func (w *Worker) once(ctx context.Context) bool {
	if ctx.Err() != nil {
		return false
	}
	by := console.Taker{Node: w.cfg.Node, At: w.cfg.Now()}
	mail, err := w.cfg.Queue.TakeAlert(ctx, by, w.cfg.NewID())
	if err != nil && ctx.Err() == nil {
		w.cfg.Log.WarnContext(ctx, "taking an alert failed", "error", err.Error())
	}
	if err != nil || mail == nil {
		return false
	}
	return w.deliver(ctx, *mail)
}

// deliver sends one mail and stores what came of it, also when ctx has ended meanwhile.
func (w *Worker) deliver(ctx context.Context, mail console.AlertMail) bool {
	refused, err := false, error(nil)
	if len(mail.Alerts) > 0 {
		refused, err = w.send(ctx, mail)
	}
	o := w.outcome(ctx, mail, refused, err)
	log := w.cfg.Log.With("mail", mail.ID, "team", mail.Team, "agent", mail.AgentID, "conversations", len(mail.Alerts),
		"try", mail.Tries)
	switch {
	case err == nil:
		log.InfoContext(ctx, "alert", "sent", o.Sent)
	case o.Again.IsZero():
		log.WarnContext(ctx, "alert given up", "refused", refused, "error", err.Error())
	default:
		log.WarnContext(ctx, "alert failed", "again", o.Again, "error", err.Error())
	}
	store, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	if err := w.cfg.Queue.FinishAlert(store, mail.ID, w.cfg.Node, o); err != nil {
		log.WarnContext(ctx, "storing an alert failed", "error", err.Error())
		return false
	}
	return true
}

// send survives what a server does to its client.
func (w *Worker) send(ctx context.Context, mail console.AlertMail) (refused bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			refused, err = false, fmt.Errorf("sending a mail panicked: %v", p)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	return w.cfg.Mailer.Send(ctx, write(mail, w.cfg.Link, w.cfg.Now()))
}

// outcome decides what becomes of a mail. One that this node did not come to send, since it stops, is
// there for another one at once.
func (w *Worker) outcome(ctx context.Context, mail console.AlertMail, refused bool, err error) console.AlertOutcome {
	now := w.cfg.Now()
	switch {
	case err == nil:
		return console.AlertOutcome{At: now, Sent: len(mail.Alerts) > 0}
	case refused:
		return console.AlertOutcome{At: now}
	case ctx.Err() != nil:
		return console.AlertOutcome{At: now, Again: now}
	default:
		return console.AlertOutcome{At: now, Again: now.Add(pause(mail.Tries))}
	}
}

// pause is how long after its how many-th try a mail is tried again. It is given up by its age.
func pause(tries int64) time.Duration {
	p := firstPause
	for ; tries > 1 && p < maxPause; tries-- {
		p *= 2
	}
	return min(p, maxPause)
}
