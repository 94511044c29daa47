package alerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

// queue holds mails, and notes what came of them.
type queue struct {
	mu       sync.Mutex
	due      []console.AlertMail
	broken   error
	finished []string
}

func (q *queue) TakeAlert(_ context.Context, _ console.Taker, id console.ID) (*console.AlertMail, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.broken != nil || len(q.due) == 0 {
		return nil, q.broken
	}
	m := q.due[0]
	q.due = q.due[1:]
	if m.ID == "" {
		m.ID = id
	}
	return &m, nil
}

func (q *queue) FinishAlert(_ context.Context, mail, node console.ID, o console.AlertOutcome) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	what := "given up"
	switch {
	case o.Sent:
		what = "sent"
	case !o.Again.IsZero():
		what = fmt.Sprint("again in ", o.Again.Sub(o.At))
	}
	q.finished = append(q.finished, fmt.Sprintf("%s of %s: %s", mail, node, what))
	return nil
}

// mailer does with each mail what it is told.
type mailer struct {
	mu   sync.Mutex
	got  []Mail
	does func(ctx context.Context, m Mail) (bool, error)
}

func (m *mailer) Send(ctx context.Context, mail Mail) (bool, error) {
	m.mu.Lock()
	m.got = append(m.got, mail)
	m.mu.Unlock()
	return m.does(ctx, mail)
}

func mailOf(id console.ID, tries int64) console.AlertMail {
	return console.AlertMail{
		ID: id, Team: "t", AgentID: "a", Agent: "Ada", To: "owner@shop.example", Timezone: "Africa/Lagos", Tries: tries,
		Alerts: []console.Alert{{ConversationID: "c", CustomerID: "x", Channel: console.Webchat}},
	}
}

func worker(q *queue, m *mailer) *Worker {
	return New(Config{
		Queue: q, Mailer: m, Node: "n", NewID: func() console.ID { return "fresh" }, Now: time.Now,
		Log: slog.New(slog.DiscardHandler), Link: "https://bimpe.example",
	})
}

func TestWorkerSends(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		nobody := mailOf("m5", 1)
		nobody.Alerts = nil
		q := &queue{due: []console.AlertMail{
			mailOf("", 1), mailOf("m1", 1), mailOf("m2", 3), mailOf("m3", 20), mailOf("m4", 2), nobody, mailOf("m6", 1),
		}}
		m := &mailer{does: func(_ context.Context, m Mail) (bool, error) {
			switch m.ID {
			case "m1", "m2", "m3":
				return false, errors.New("busy")
			case "m4":
				return true, errors.New("no such mailbox")
			case "m6":
				panic("a server that nobody thought of")
			default:
				return false, nil
			}
		}}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- worker(q, m).Run(ctx) }()
		synctest.Wait()
		want := []string{
			"fresh of n: sent", "m1 of n: again in 30s", "m2 of n: again in 2m0s", "m3 of n: again in 1h0m0s",
			"m4 of n: given up", "m5 of n: given up", "m6 of n: again in 30s",
		}
		if d := cmp.Diff(want, q.finished); d != "" {
			t.Errorf("what came of the mails (-want +got):\n%s", d)
		}
		if len(m.got) != 6 {
			t.Errorf("%d mails were sent, want 6: nobody awaits m5", len(m.got))
		}
		q.mu.Lock()
		q.due = append(q.due, mailOf("m7", 1))
		q.mu.Unlock()
		time.Sleep(lookEvery)
		synctest.Wait()
		if n := len(q.finished); n != 8 {
			t.Errorf("%d are finished, want that the one that came later is too", n)
		}
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// A mail that is being sent when the node stops is there for another one at once.
func TestWorkerGivesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &queue{due: []console.AlertMail{mailOf("m1", 1), mailOf("m2", 1)}}
		m := &mailer{does: func(ctx context.Context, _ Mail) (bool, error) {
			<-ctx.Done()
			return false, ctx.Err()
		}}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- worker(q, m).Run(ctx) }()
		synctest.Wait()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if d := cmp.Diff([]string{"m1 of n: again in 0s"}, q.finished); d != "" {
			t.Errorf("what came of the mails (-want +got):\n%s", d)
		}
	})
}

// A server that never answers, and a store that is out of reach, hold nothing up for ever.
func TestWorkerWaitsForNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &queue{due: []console.AlertMail{mailOf("m1", 1)}}
		m := &mailer{does: func(ctx context.Context, _ Mail) (bool, error) {
			<-ctx.Done()
			return false, ctx.Err()
		}}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- worker(q, m).Run(ctx) }()
		time.Sleep(sendTime + time.Second)
		synctest.Wait()
		q.mu.Lock()
		if d := cmp.Diff([]string{"m1 of n: again in 30s"}, q.finished); d != "" {
			t.Errorf("what came of the mails (-want +got):\n%s", d)
		}
		q.broken = errors.New("out of reach")
		q.mu.Unlock()
		time.Sleep(time.Minute)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

func TestWrite(t *testing.T) {
	t.Parallel()
	name := "Eve\r\nBcc: all@victim.example\u202e"
	at := time.UnixMilli(1_800_000_000_000)
	m := mailOf("m1", 1)
	m.Agent, m.More = "Ada\nSubject: x", 3
	m.Alerts = []console.Alert{
		{
			ConversationID: "c1", Why: console.WhyModelFailed, RaisedAt: at, Channel: console.WhatsApp, CustomerName: &name,
			Said: "help\nme " + strings.Repeat("世", 500),
		},
		{ConversationID: "c2", RaisedAt: at, Channel: console.Webchat, Test: true, CustomerID: "anon-7"},
	}
	got := write(m, "https://bimpe.example/", at)
	want := Mail{
		ID: "m1", To: "owner@shop.example", Subject: "Ada Subject: x: 5 customers need you", At: at,
		Text: `A human is needed in conversations of Ada Subject: x.

Eve Bcc: all@victim.example (whatsapp)
  since Friday, 15 January 2027, 09:00 WAT
  No language model answered, so the customer got an apology.
  They wrote: "help me ` + strings.Repeat("世", 117) + `…"
  https://bimpe.example/api/v1/console/agents/a/conversations/c1/messages

anon-7 (test of webchat)
  since Friday, 15 January 2027, 09:00 WAT
  The agent did not know the answer, or a rule or a flow asked for a human.
  https://bimpe.example/api/v1/console/agents/a/conversations/c2/messages

And 3 more, of which you will be told.

You get this because your address is the agent's escalation_email.
`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("write (-want +got):\n%s", d)
	}
	m.More, m.Alerts = 0, m.Alerts[1:]
	m.Timezone = "Nowhere"
	got = write(m, "", at)
	if got.Subject != "Ada Subject: x: a customer needs you" || strings.Contains(got.Text, "http") ||
		!strings.Contains(got.Text, "Conversation c2 of agent a") || !strings.Contains(got.Text, "08:00 UTC") {
		t.Errorf("one, without a link: %q\n%s", got.Subject, got.Text)
	}
}

func TestWhySpeaksOfWhatCallsAHuman(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, w := range []console.Why{console.WhyModelFailed, console.WhyDeadline, ""} {
		text := why(w)
		if text == "" || seen[text] {
			t.Errorf("why(%q) = %q, want words of its own", w, text)
		}
		seen[text] = true
	}
}
