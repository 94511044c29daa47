package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAMessageIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		m := newModel(t, func(c *call) {
			if !strings.Contains(c.system(), "Mama Put") {
				c.fail(http.StatusBadRequest) // the business must stand in the prompt
				return
			}
			echo(c)
		})
		s := serving(t, e, m.settings()...)
		a := s.newAgent(t, object{"business_name": "Mama Put"})
		first := s.say(t, a.ID, "hello")
		l := s.listen(t, a.ID, first.ConversationID, withDeltas())
		second := s.reply(t, a.ID, first.ConversationID, "user", "are you open?")
		if second.ConversationID != first.ConversationID {
			t.Fatalf("conversation %q, want %q", second.ConversationID, first.ConversationID)
		}
		for {
			if got := l.fromAgent(t); strings.Contains(got.Text, "are you open?") {
				break
			}
		}
		eventually(t, "both are answered", func() bool { return s.idle(t, a.ID, first.ConversationID) })
		log := s.log(t, a.ID, first.ConversationID)
		if n := len(log); n < 3 || n > 4 || log[n-1].Text != "You said: are you open?" {
			t.Errorf("log %q, want two messages and the reply to each, or one to both", texts(log))
		}
	})
}

// idle reports that the log ends with a word of the agent.
func (s *site) idle(t *testing.T, agentID, conversationID string) bool {
	t.Helper()
	log := s.log(t, agentID, conversationID)
	return len(log) > 0 && log[len(log)-1].Role == "assistant"
}

func TestDeltasAddUpToTheReply(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		asked, go1 := make(chan struct{}), make(chan struct{})
		m := newModel(t, func(c *call) {
			close(asked)
			<-go1
			c.answer("one two three")
		})
		s := serving(t, e, m.settings()...)
		a := s.newAgent(t, nil)
		first := s.say(t, a.ID, "count")
		<-asked
		// Once it has told what the log had, the stream is sure to be ahead of the reply.
		query := withDeltas()
		query.Set("after", "2000-01-01T00:00:00Z")
		l := s.listen(t, a.ID, first.ConversationID, query)
		for ev := range l.events {
			if ev.name == "message" && decode[message](t, ev).ID == first.ID {
				break
			}
		}
		close(go1)
		var text, id string
		for {
			ev, ok := <-l.events
			if !ok {
				t.Fatalf("the stream ended: %v", l.err)
			}
			if ev.name == "delta" {
				d := decode[delta](t, ev)
				text, id = text+d.Text, d.MessageID
			}
			if ev.name == "message" {
				got := decode[message](t, ev)
				if got.ID != id || got.Text != text || text != "one two three" {
					t.Errorf("deltas %q for %q, message %q %q", text, id, got.Text, got.ID)
				}
				return
			}
		}
	})
}

func TestAKillBetweenMessageAndReplyCostsNothing(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		asked := make(chan struct{}, 8)
		m := newModel(t, func(c *call) {
			if c.n == 1 {
				c.say("never ")
				asked <- struct{}{}
				<-c.gone
				return
			}
			echo(c)
		})
		s := serving(t, e, m.settings()...)
		a := s.newAgent(t, nil)
		first := s.say(t, a.ID, "hello")
		<-asked
		s.restart()
		l := s.listen(t, a.ID, first.ConversationID, map[string][]string{"after": {first.ID}})
		if got := l.fromAgent(t); got.Text != "You said: hello" {
			t.Errorf("reply %q", got.Text)
		}
		s.restart() // and nothing comes after it
		l = s.listen(t, a.ID, first.ConversationID, map[string][]string{"after": {first.ID}})
		l.fromAgent(t)
		want := []string{"user: hello", "assistant: You said: hello"}
		if diff := cmp.Diff(want, texts(s.log(t, a.ID, first.ConversationID))); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

func TestAHumanWinsOverAReplyThatIsBeingWritten(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		asked, gone, goOn := make(chan struct{}), make(chan struct{}), make(chan struct{})
		m := newModel(t, func(c *call) {
			close(asked)
			<-goOn
			c.say("The agent ")
			c.say("says this ")
			<-c.gone
			close(gone)
		})
		s := serving(t, e, m.settings()...)
		a := s.newAgent(t, nil)
		first := s.say(t, a.ID, "hello")
		<-asked
		l := s.listen(t, a.ID, first.ConversationID, withDeltas())
		close(goOn)
		d := decode[delta](t, l.next(t, "delta"))
		want[message](t, s, http.StatusCreated, request{
			method: "POST", path: conversationPath(a.ID, first.ConversationID) + "/messages",
			body: object{"message": "I take this one", "role": "assistant", "takeover": true},
		})
		st := decode[status](t, l.until(t, "status", func(ev event) bool {
			return decode[status](t, ev).Discarded != ""
		}))
		if st.State != "idle" || st.Discarded != d.MessageID {
			t.Errorf("status %+v, want idle and %q discarded", st, d.MessageID)
		}
		waitFor(t, gone, "the connection to the model is closed")
		s.reply(t, a.ID, first.ConversationID, "user", "thanks")
		want := []string{"user: hello", "assistant: I take this one", "user: thanks"}
		if diff := cmp.Diff(want, texts(s.log(t, a.ID, first.ConversationID))); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
		if c := s.conversation(t, a.ID, first.ConversationID); !c.Paused {
			t.Error("taking over does not pause the AI")
		}
		if n := m.count(); n != 1 {
			t.Errorf("the model was asked %d times, want once", n)
		}
	})
}

func waitFor(t *testing.T, done <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-done:
	case <-within(t, patience).Done():
		t.Fatalf("waited in vain until %s", what)
	}
}

func TestACancelKeepsWhatWasWritten(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		said, gone := make(chan struct{}), make(chan struct{})
		m := newModel(t, func(c *call) {
			if c.n > 1 {
				echo(c)
				return
			}
			c.say("Once upon ")
			c.say("a time")
			close(said)
			<-c.gone
			close(gone)
		})
		s := serving(t, e, m.settings()...)
		a := s.newAgent(t, nil)
		first := s.say(t, a.ID, "a story")
		<-said
		l := s.listen(t, a.ID, first.ConversationID, withDeltas())
		// What the model has sent may still be on its way; only what has arrived can be kept.
		eventually(t, "something was kept", func() bool {
			s.send(t, request{method: "POST", path: conversationPath(a.ID, first.ConversationID) + "/cancel"})
			return s.idle(t, a.ID, first.ConversationID) || m.count() > 1
		})
		waitFor(t, gone, "the connection to the model is closed")
		got := l.fromAgent(t)
		if got.Text == "" || !strings.HasPrefix("Once upon a time", got.Text) {
			t.Errorf("kept %q, want the beginning of the reply", got.Text)
		}
		s.reply(t, a.ID, first.ConversationID, "user", "go on")
		if got := l.fromAgent(t); got.Text != "You said: go on" {
			t.Errorf("after the cancel: %q", got.Text)
		}
	})
}

func TestQuickMessagesAreAnsweredTogether(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		asked := make(chan struct{})
		m := newModel(t, func(c *call) {
			if c.n == 1 {
				close(asked)
				<-c.gone
				return
			}
			c.answer("To " + strings.Join(c.users(), " and "))
		})
		s := serving(t, e, m.settings()...)
		a := s.newAgent(t, nil)
		first := s.say(t, a.ID, "one")
		<-asked
		l := s.listen(t, a.ID, first.ConversationID, nil)
		s.reply(t, a.ID, first.ConversationID, "user", "two")
		if got := l.fromAgent(t); got.Text != "To one and two" {
			t.Errorf("reply %q", got.Text)
		}
		want := []string{"user: one", "user: two", "assistant: To one and two"}
		if diff := cmp.Diff(want, texts(s.log(t, a.ID, first.ConversationID))); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

func TestAModelThatFailsIsApologisedFor(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		script  func(*call)
		setting string
	}{
		{"unavailable", func(c *call) { c.fail(http.StatusServiceUnavailable) }, "BIMPE_TURN_TIMEOUT=30s"},
		{"refuses the credentials", func(c *call) { c.fail(http.StatusUnauthorized) }, "BIMPE_TURN_TIMEOUT=30s"},
		{"cut every time", func(c *call) { c.say("I was "); c.cut() }, "BIMPE_TURN_TIMEOUT=30s"},
		{"hangs", func(c *call) { <-c.gone }, "BIMPE_TURN_TIMEOUT=1s"},
		{"hangs in mid reply", func(c *call) { c.say("I was "); <-c.gone }, "BIMPE_TURN_TIMEOUT=1s"},
	}
	everywhere(t, func(t *testing.T, e engine) {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				m := newModel(t, test.script)
				s := serving(t, e, m.settings(test.setting)...)
				a := s.newAgent(t, nil)
				first := s.say(t, a.ID, "hello")
				l := s.listen(t, a.ID, first.ConversationID, map[string][]string{"after": {first.ID}})
				if got := l.fromAgent(t); !strings.Contains(got.Text, "sorry") {
					t.Errorf("reply %q, want an apology", got.Text)
				}
				if c := s.conversation(t, a.ID, first.ConversationID); !c.NeedsAttention {
					t.Error("no human is called")
				}
				if log := s.log(t, a.ID, first.ConversationID); len(log) != 2 {
					t.Errorf("log %q, want the message and one apology", texts(log))
				}
			})
		}
	})
}

func TestAModelThatFailsOnceIsAskedAgain(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		m := newModel(t, func(c *call) {
			switch c.n {
			case 1:
				c.fail(http.StatusServiceUnavailable)
			case 2:
				c.say("You ")
				c.cut()
			default:
				echo(c)
			}
		})
		s := serving(t, e, m.settings()...)
		a := s.newAgent(t, nil)
		first := s.say(t, a.ID, "hello")
		l := s.listen(t, a.ID, first.ConversationID, map[string][]string{"after": {first.ID}})
		if got := l.fromAgent(t); got.Text != "You said: hello" {
			t.Errorf("reply %q", got.Text)
		}
		if c := s.conversation(t, a.ID, first.ConversationID); c.NeedsAttention {
			t.Error("a human is called though the reply came")
		}
	})
}

func TestPausingIsHeldToAndEnds(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e, newModel(t, echo).settings()...)
		a := s.newAgent(t, nil)
		first := s.say(t, a.ID, "hello")
		l := s.listen(t, a.ID, first.ConversationID, map[string][]string{"after": {first.ID}})
		l.fromAgent(t)
		pause := func(paused bool) {
			got := want[object](t, s, http.StatusOK, request{
				method: "PATCH", path: conversationPath(a.ID, first.ConversationID) + "/ai-status",
				body: object{"is_ai_chat_paused": paused},
			})
			if diff := cmp.Diff(object{"is_ai_chat_paused": paused}, got); diff != "" {
				t.Errorf("ai-status (-want +got):\n%s", diff)
			}
		}
		pause(true)
		s.reply(t, a.ID, first.ConversationID, "user", "unheard")
		pause(false)
		s.reply(t, a.ID, first.ConversationID, "user", "heard")
		if got := l.fromAgent(t); got.Text != "You said: heard" {
			t.Errorf("reply %q", got.Text)
		}
		log := texts(s.log(t, a.ID, first.ConversationID))
		if slices.Contains(log, "assistant: You said: unheard") || len(log) != 5 {
			t.Errorf("log %q", log)
		}
	})
}

func TestADeletedAgentSaysNothingMore(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		asked, gone := make(chan struct{}), make(chan struct{})
		m := newModel(t, func(c *call) {
			close(asked)
			<-c.gone
			close(gone)
		})
		s := serving(t, e, m.settings()...)
		a := s.newAgent(t, nil)
		first := s.say(t, a.ID, "hello")
		<-asked
		want[any](t, s, http.StatusOK, request{method: "DELETE", path: api + "/agents/" + a.ID})
		waitFor(t, gone, "the connection to the model is closed")
		refused(t, s.send(t, request{method: "GET", path: conversationPath(a.ID, first.ConversationID)}),
			http.StatusNotFound, "not_found")
	})
}
