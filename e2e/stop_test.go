package e2e

import (
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
)

// stop cancels and insists that there was something to cancel.
func (s *site) stop(t *testing.T, agentID, conversationID string) {
	t.Helper()
	got := want[object](t, s, http.StatusOK, request{method: "POST", path: conversationPath(agentID, conversationID) + "/cancel"})
	if got["cancelled"] != true {
		t.Errorf("cancel answers %v, want that something was cancelled", got)
	}
}

// The model's server sees the connection closed, and nothing more is asked of it, wherever a cancel
// comes. How soon is measured by `go run ./bench -only cancel`.
func TestACancelIsSeenByTheModel(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(c *call, at chan<- struct{}){
		"before the first byte": func(_ *call, at chan<- struct{}) { at <- struct{}{} },
		"after the head": func(c *call, at chan<- struct{}) {
			c.w.Header().Set("Content-Type", "text/event-stream")
			c.flush()
			at <- struct{}{}
		},
		"in mid reply": func(c *call, at chan<- struct{}) { c.say("Once "); at <- struct{}{} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, gone := make(chan struct{}, 8), make(chan struct{}, 8)
			m := newModel(t, func(c *call) {
				if c.last() == "next" {
					echo(c)
					return
				}
				begin(c, at)
				<-c.gone
				gone <- struct{}{}
			})
			s := serving(t, onSQLite, m.settings()...)
			a := s.newAgent(t, nil)
			first := s.say(t, a.ID, "a story")
			waitFor(t, at, "the model is asked")
			l := s.listen(t, a.ID, first.ConversationID, nil)
			s.stop(t, a.ID, first.ConversationID)
			waitFor(t, gone, "the connection to the model is closed")
			s.goesOn(t, l, a.ID, first.ConversationID)
			if n := m.count(); n != 2 {
				t.Errorf("the model was asked %d times, want once for each message", n)
			}
		})
	}
}

// goesOn says the next thing and insists on its answer. Half a reply may come before it.
func (s *site) goesOn(t *testing.T, l *listening, agentID, conversationID string) {
	t.Helper()
	s.reply(t, agentID, conversationID, "user", "next")
	for {
		if got := l.fromAgent(t); got.Text == "You said: next" {
			return
		}
	}
}

// A model that is to be asked again later is not asked again.
func TestACancelEndsTheWaitForAModel(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 8)
	m := newModel(t, func(c *call) {
		if c.last() == "next" {
			echo(c)
			return
		}
		c.w.Header().Set("Retry-After", "20")
		c.fail(http.StatusTooManyRequests)
		asked <- struct{}{}
	})
	s := serving(t, onSQLite, m.settings()...)
	a := s.newAgent(t, nil)
	first := s.say(t, a.ID, "a story")
	waitFor(t, asked, "the model is asked")
	l := s.listen(t, a.ID, first.ConversationID, nil)
	s.stop(t, a.ID, first.ConversationID)
	s.goesOn(t, l, a.ID, first.ConversationID)
	if n := m.count(); n != 2 {
		t.Errorf("the model was asked %d times, want once for each message", n)
	}
}

// A connection that is not even made yet is given up.
func TestACancelEndsConnecting(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begun, closed := make(chan struct{}, 1), make(chan error, 1)
	go func() {
		conn, err := l.Accept() // and no word of TLS
		if err != nil {
			closed <- err
			return
		}
		hello := make([]byte, 1)
		_, err = io.ReadFull(conn, hello)
		begun <- struct{}{}
		if err == nil {
			_, err = io.Copy(io.Discard, conn)
		}
		closed <- errors.Join(err, conn.Close())
	}()
	t.Cleanup(func() { _ = l.Close() }) // nobody listens any more
	s := serving(t, onSQLite, "BIMPE_MODEL_PROVIDER=openai", "BIMPE_MODEL_URL=https://"+l.Addr().String()+"/v1",
		"BIMPE_MODEL_KEY=model-secret", "BIMPE_MODEL=scripted")
	a := s.newAgent(t, nil)
	first := s.say(t, a.ID, "a story")
	waitFor(t, begun, "the model is connected to")
	s.stop(t, a.ID, first.ConversationID)
	select {
	case err := <-closed:
		t.Logf("the connection ended: %v", err)
	case <-within(t, patience).Done():
		t.Error("the connection is still open")
	}
}
