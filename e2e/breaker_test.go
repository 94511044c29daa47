package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// setClock puts the clock of the servers that look into a file ahead by so much.
func setClock(t *testing.T, file string, ahead time.Duration) {
	t.Helper()
	// Renamed, so that nobody reads half of it.
	if err := os.WriteFile(file+".new", []byte(ahead.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
}

// patient is a model that fails, waits until it may answer, or answers.
type patient struct {
	fault   int // the status of its failures
	well    atomic.Bool
	release chan struct{}
}

func (p *patient) serve(c *call) {
	if !p.well.Load() {
		c.fail(p.fault)
		return
	}
	<-p.release
	c.answer("I am back")
}

// The breaker of a model, against a server that fails: it opens, lets one probe through and opens for
// longer, lets another one through while everybody else is still answered by the fallback, and closes.
func TestABreakerOpensHalfOpensAndCloses(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		t.Helper()
		p := &patient{fault: http.StatusServiceUnavailable, release: make(chan struct{})}
		sick, spare := newModel(t, p.serve), newModel(t, echo)
		clock := filepath.Join(t.TempDir(), "clock")
		setClock(t, clock, 0)
		s := serving(t, e, loopback, "BIMPE_TEST_CLOCK="+clock)
		a := s.newAgent(t, object{
			"model_connection_id": s.connect(t, sick), "fallback_model_connection_ids": []string{s.connect(t, spare)},
		})
		spared := func(when string, calls int) {
			t.Helper()
			if log := s.asked(t, a.ID, "", "hello"); len(log) != 2 || log[1] != "assistant: You said: hello" {
				t.Errorf("%s: log %q, want the fallback's", when, log)
			}
			if n := sick.count(); n != calls {
				t.Errorf("%s: it has been asked %d times, want %d", when, n, calls)
			}
		}
		spared("it fails", 4)
		spared("it fails once more", 5)
		spared("it is left alone", 5)
		setClock(t, clock, 6*time.Second)
		spared("one probe, which fails", 6)
		setClock(t, clock, 12*time.Second)
		spared("it is left alone for longer", 6)
		setClock(t, clock, 20*time.Second)
		p.well.Store(true)
		probe := s.say(t, a.ID, "are you there?")
		eventually(t, "the probe is under way", func() bool { return sick.count() == 7 })
		spared("a probe is under way", 7)
		close(p.release)
		eventually(t, "the probe is answered", func() bool { return s.idle(t, a.ID, probe.ConversationID) })
		back := []string{"user: are you there?", "assistant: I am back"}
		if log := texts(s.log(t, a.ID, probe.ConversationID)); !slices.Equal(log, back) {
			t.Errorf("the probe: log %q, want %q", log, back)
		}
		if log := s.asked(t, a.ID, "", "hello"); len(log) != 2 || !strings.HasSuffix(log[1], "I am back") || sick.count() != 8 {
			t.Errorf("afterwards: log %q, asked %d times; want it to be asked again", log, sick.count())
		}
	})
}

// A model with nobody behind it is asked as a last resort, and answers as soon as it can.
func TestAModelAloneIsNotLeftAlone(t *testing.T) {
	t.Parallel()
	p := &patient{fault: http.StatusUnauthorized, release: make(chan struct{})}
	close(p.release)
	m := newModel(t, p.serve)
	clock := filepath.Join(t.TempDir(), "clock")
	setClock(t, clock, 0)
	s := serving(t, onSQLite, m.settings("BIMPE_TEST_CLOCK="+clock)...)
	a := s.newAgent(t, nil)
	says := func(reply string, calls int) {
		t.Helper()
		if log := s.asked(t, a.ID, "", "hello"); len(log) != 2 || !strings.HasPrefix(log[1], "assistant: "+reply) || m.count() != calls {
			t.Errorf("log %q, asked %d times; want %q after %d", log, m.count(), reply, calls)
		}
	}
	for i := range 5 {
		says("I am sorry", i+1)
	}
	setClock(t, clock, 6*time.Second) // its breaker is open; this probe opens it for ten seconds more
	says("I am sorry", 6)
	says("I am sorry", 7)
	p.well.Store(true)
	says("I am back", 8)
	says("I am back", 9)
}
