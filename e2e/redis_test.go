package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/redistest"
)

// pair are two nodes on one database that hear of each other by Redis.
func pair(t *testing.T, m *model, settings ...string) (one, two *site, r *redistest.Server) {
	t.Helper()
	r = redistest.Start(t)
	one = serving(t, onPostgres, m.settings(append(settings, "BIMPE_REDIS_URL="+r.URL())...)...)
	return one, one.twin(t), r
}

var live = url.Values{"events": {"delta,status"}}

// TestAReplyIsHeardLiveOnAnotherNode has what only Redis carries: pieces of a reply and statuses.
func TestAReplyIsHeardLiveOnAnotherNode(t *testing.T) {
	t.Parallel()
	heard := make(chan struct{}, 8)
	one, two, _ := pair(t, newModel(t, func(c *call) {
		c.say("Once ")
		<-heard
		c.say("upon a time")
		c.finish()
	}))
	heard <- struct{}{} // for the first turn
	a := one.newAgent(t, nil)
	first := one.say(t, a.ID, "hello")
	l := two.listen(t, a.ID, first.ConversationID, url.Values{"events": live["events"], "after": {first.ID}})
	team := two.watchLive(t)
	l.fromAgent(t)
	one.reply(t, a.ID, first.ConversationID, "user", "a story")
	for name, from := range map[string]*listening{"conversation": l, "team": team} {
		from.until(t, "status", func(e event) bool { return is(t, e, "state", "thinking") })
		from.until(t, "delta", func(e event) bool { return is(t, e, "text", "Once ") })
		t.Logf("%s: heard while it was being written", name)
	}
	heard <- struct{}{}
	l.until(t, "message", func(e event) bool { return is(t, e, "message", "Once upon a time") })
	l.until(t, "status", func(e event) bool { return is(t, e, "state", "idle") })
}

// watchLive opens the team's stream with all that is live.
func (s *site) watchLive(t *testing.T) *listening {
	t.Helper()
	l, err := s.openAt(t.Context(), api+"/conversations", "", live)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.close)
	return l
}

func is(t *testing.T, e event, field, want string) bool {
	t.Helper()
	var in map[string]any
	if err := json.Unmarshal(e.data, &in); err != nil {
		t.Fatalf("%s: %v", e.data, err)
	}
	return in[field] == want
}

// TestTheNodeAtWorkIsStopped has another node cancel a reply, which keeps what had been written, or take
// a human's message, before the fence would discard the reply at its end.
func TestTheNodeAtWorkIsStopped(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		stop func(t *testing.T, two *site, agent, conversation string)
		want []string
	}{
		"by a cancel": {
			func(t *testing.T, two *site, agent, conversation string) {
				t.Helper()
				two.stop(t, agent, conversation)
			},
			[]string{"user: a story", "assistant: Once upon "},
		},
		"by a human": {
			func(t *testing.T, two *site, agent, conversation string) {
				t.Helper()
				two.reply(t, agent, conversation, "assistant", "I take over.")
			},
			[]string{"user: a story", "assistant: I take over."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gone, listening := make(chan struct{}, 8), make(chan struct{})
			one, two, _ := pair(t, newModel(t, func(c *call) {
				<-listening
				c.say("Once upon ")
				<-c.gone
				gone <- struct{}{}
			}))
			a := one.newAgent(t, nil)
			first := one.say(t, a.ID, "a story")
			l := one.listen(t, a.ID, first.ConversationID, live)
			close(listening)
			l.next(t, "delta")
			test.stop(t, two, a.ID, first.ConversationID)
			waitFor(t, gone, "the connection to the model is closed")
			if diff := cmp.Diff(test.want, texts(two.log(t, a.ID, first.ConversationID))); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAnotherNodeTakesTheNextMessageIn starts the reply over with both messages.
func TestAnotherNodeTakesTheNextMessageIn(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 8)
	m := newModel(t, func(c *call) {
		if c.n == 1 {
			asked <- struct{}{}
			<-c.gone
			return
		}
		echo(c)
	})
	one, two, _ := pair(t, m)
	a := one.newAgent(t, nil)
	first := one.say(t, a.ID, "hello")
	waitFor(t, asked, "the model is asked")
	l := two.listen(t, a.ID, first.ConversationID, url.Values{"after": {first.ID}})
	two.reply(t, a.ID, first.ConversationID, "user", "and more")
	if got := l.fromAgent(t); got.Text != "You said: and more" {
		t.Errorf("reply %q", got.Text)
	}
	if got := texts(two.log(t, a.ID, first.ConversationID)); len(got) != 3 {
		t.Errorf("log %q, want two messages and one reply", got)
	}
}

func TestNodesShareRateWindows(t *testing.T) {
	t.Parallel()
	one, two, r := pair(t, newModel(t, echo), "BIMPE_RATE_LIMIT=5")
	key := one.mint("agents:read")
	get := request{method: "GET", path: api + "/agents", key: key}
	for i, s := range []*site{one, two, one, two, one} {
		if got := s.send(t, get); got.status != http.StatusOK || got.header.Get("X-Ratelimit-Remaining") != itoa(4-i) {
			t.Errorf("request %d: %d, %s remain", i+1, got.status, got.header.Get("X-Ratelimit-Remaining"))
		}
	}
	for _, s := range []*site{one, two} {
		refused(t, s.send(t, get), http.StatusTooManyRequests, "too_many_requests")
	}
	// Without Redis each counts for itself, and grants its share.
	r.Stop()
	other := one.mint("agents:read")
	get.key = other
	granted := 0
	for range 5 {
		if one.send(t, get).status == http.StatusOK {
			granted++
		}
	}
	if granted == 0 {
		t.Error("nothing is granted while Redis is away")
	}
}

// TestNothingIsLostWithoutRedis has it go and come back under two nodes.
func TestNothingIsLostWithoutRedis(t *testing.T) {
	t.Parallel()
	one, two, r := pair(t, newModel(t, echo))
	a := one.newAgent(t, nil)
	first := one.say(t, a.ID, "hello")
	l := two.listen(t, a.ID, first.ConversationID, url.Values{"after": {first.ID}})
	ask := func(text string) {
		t.Helper()
		if text != "hello" {
			one.reply(t, a.ID, first.ConversationID, "user", text)
		}
		if got := l.fromAgent(t); got.Text != "You said: "+text {
			t.Errorf("reply %q", got.Text)
		}
	}
	ask("hello")
	r.Stop()
	ask("without")
	if err := r.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	ask("again")
}

func TestWhatEndsStreamsEndsThemOnAllNodes(t *testing.T) {
	t.Parallel()
	one, two, _ := pair(t, newModel(t, echo))
	a := one.newAgent(t, nil)
	first := one.say(t, a.ID, "hello")
	l := two.listen(t, a.ID, first.ConversationID, nil)
	l.next(t, "heartbeat")
	if got := one.send(t, request{method: "DELETE", path: api + "/agents/" + a.ID}); got.status != http.StatusOK {
		t.Fatalf("DELETE: %d %s", got.status, got.body)
	}
	for range l.events { // until the stream is at its end
	}
	if l.err != nil {
		t.Errorf("the stream ended by %v", l.err)
	}
}
