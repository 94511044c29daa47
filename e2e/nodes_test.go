package e2e

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// twin is another node on the site's database.
func (s *site) twin(t *testing.T) *site {
	t.Helper()
	other := &site{t: t, key: s.key, env: append(append([]string{}, s.env...), "BIMPE_DATA_DIR="+t.TempDir())}
	t.Cleanup(other.kill)
	other.start()
	return other
}

func TestANodeFinishesWhatAnotherOneLeft(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	m := newModel(t, func(c *call) {
		if c.n == 1 {
			close(asked)
			<-c.gone
			return
		}
		echo(c)
	})
	one := serving(t, onPostgres, m.settings()...)
	two := one.twin(t)
	a := one.newAgent(t, nil)
	first := one.say(t, a.ID, "hello")
	waitFor(t, asked, "the model is asked")
	l := two.listen(t, a.ID, first.ConversationID, map[string][]string{"after": {first.ID}})
	one.kill()
	if got := l.fromAgent(t); got.Text != "You said: hello" {
		t.Errorf("reply %q", got.Text)
	}
	want := []string{"user: hello", "assistant: You said: hello"}
	if diff := cmp.Diff(want, texts(two.log(t, a.ID, first.ConversationID))); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestNodesShareKeysTicketsAndIdempotency(t *testing.T) {
	t.Parallel()
	one := serving(t, onPostgres, newModel(t, echo).settings()...)
	two := one.twin(t)
	a := one.newAgent(t, nil)
	once := request{
		method: "POST", path: api + "/agents/" + a.ID + "/conversations/messages",
		body:    object{"message": "hello", "channel_user_id": "ada"},
		headers: map[string]string{"Idempotency-Key": "once"},
	}
	first := one.send(t, once)
	m := data[message](t, first, http.StatusCreated)
	if again := two.send(t, once); string(again.body) != string(first.body) {
		t.Errorf("the other node answers %s, want %s", again.body, first.body)
	}
	ticket, err := one.ticket(t.Context(), a.ID, m.ConversationID, "")
	if err != nil {
		t.Fatal(err)
	}
	body, err := two.get(t.Context(), conversationPath(a.ID, m.ConversationID)+"/stream?ticket="+ticket)
	if err != nil {
		t.Fatalf("a ticket of the other node: %v", err)
	}
	if err := body.Close(); err != nil {
		t.Error(err)
	}
	refused(t, one.send(t, request{
		method: "GET", path: conversationPath(a.ID, m.ConversationID) + "/stream?ticket=" + ticket, key: "-",
	}), http.StatusUnauthorized, "unauthorized")
}

func TestAReaderHearsWhatAnotherNodeDoes(t *testing.T) {
	t.Parallel()
	one := serving(t, onPostgres, newModel(t, echo).settings()...)
	two := one.twin(t)
	a := one.newAgent(t, nil)
	first := one.say(t, a.ID, "hello")
	l := two.listen(t, a.ID, first.ConversationID, map[string][]string{"after": {first.ID}})
	for _, text := range []string{"You said: hello", "You said: again"} {
		if got := l.fromAgent(t); got.Text != text {
			t.Errorf("reply %q, want %q", got.Text, text)
		}
		if text == "You said: hello" {
			one.reply(t, a.ID, first.ConversationID, "user", "again")
		}
	}
}
