package e2e

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// loopback lets teams' connections lead to the tests' own models.
const loopback = "BIMPE_OUTBOUND_ALLOW=127.0.0.0/8"

// connect gives the team a way to a model.
func (s *site) connect(t *testing.T, m *model) string {
	t.Helper()
	return want[struct{ ID string }](t, s, http.StatusCreated, request{
		method: http.MethodPost, path: api + "/model-connections",
		body: object{"name": "m", "provider": "openai", "model": "scripted", "base_url": m.server.URL + "/v1", "api_key": "model-secret"},
	}).ID
}

// asked says to an agent and returns the log once it has been answered.
func (s *site) asked(t *testing.T, agentID, conversationID, text string) []string {
	t.Helper()
	body := object{"message": text}
	if conversationID != "" {
		body["conversation_id"] = conversationID
	}
	m := want[message](t, s, http.StatusCreated, request{
		method: http.MethodPost, path: api + "/agents/" + agentID + "/conversations/messages", body: body,
	})
	eventually(t, "it is answered", func() bool { return s.idle(t, agentID, m.ConversationID) })
	return texts(s.log(t, agentID, m.ConversationID))
}

// The first model is dead and the fallback answers; once the first has failed often enough it is not
// asked any more.
func TestAFallbackAnswersAndADeadModelIsLeftAlone(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		t.Helper()
		dead := newModel(t, func(c *call) { c.fail(http.StatusServiceUnavailable) })
		spare := newModel(t, echo)
		s := serving(t, e, loopback)
		way := s.connect(t, dead)
		a := s.newAgent(t, object{
			"model_connection_id": way, "fallback_model_connection_ids": []string{s.connect(t, spare)},
		})
		for i := range 4 {
			if i == 3 { // another name leads to the same dead model
				s.send(t, request{method: http.MethodPatch, path: api + "/model-connections/" + way, body: object{"name": "renamed"}})
			}
			if log := s.asked(t, a.ID, "", "hello"); len(log) != 2 || !strings.Contains(log[1], "You said: ") {
				t.Errorf("log %q", log)
			}
		}
		if n := dead.count(); n != 5 {
			t.Errorf("the dead model was asked %d times, want 5 until it is left alone", n)
		}
		if n := spare.count(); n != 4 {
			t.Errorf("the fallback was asked %d times, want once a turn", n)
		}
	})
}

// A model that asks for a longer pause than a customer should wait is left for the fallback; one
// that asks for a short one is asked again.
func TestRetryAfterIsObeyed(t *testing.T) {
	t.Parallel()
	busy := newModel(t, func(c *call) {
		c.w.Header().Set("Retry-After", "3600")
		c.fail(http.StatusTooManyRequests)
	})
	soon := newModel(t, func(c *call) {
		if c.n == 1 {
			c.w.Header().Set("Retry-After", "1")
			c.fail(http.StatusTooManyRequests)
			return
		}
		c.answer("here now")
	})
	s := serving(t, onSQLite, loopback)
	a := s.newAgent(t, object{
		"model_connection_id": s.connect(t, busy), "fallback_model_connection_ids": []string{s.connect(t, soon)},
	})
	if log := s.asked(t, a.ID, "", "hello"); len(log) != 2 || log[1] != "assistant: here now" {
		t.Errorf("log %q", log)
	}
	if busy.count() != 1 || soon.count() != 2 {
		t.Errorf("asked %d and %d times, want 1 and 2", busy.count(), soon.count())
	}
}

// With all models dead the customer has one apology, and a human is called.
func TestAllModelsDeadIsOneApology(t *testing.T) {
	t.Parallel()
	refusing := newModel(t, func(c *call) { c.fail(http.StatusUnauthorized) })
	broken := newModel(t, func(c *call) { c.say("I was"); c.cut() })
	s := serving(t, onSQLite, loopback)
	a := s.newAgent(t, object{
		"language": "nl", "model_connection_id": s.connect(t, broken), "fallback_model_connection_ids": []string{s.connect(t, refusing)},
	})
	m := s.say(t, a.ID, "hello")
	eventually(t, "it is answered", func() bool { return s.idle(t, a.ID, m.ConversationID) })
	if log := texts(s.log(t, a.ID, m.ConversationID)); len(log) != 2 || !strings.HasPrefix(log[1], "assistant: Het spijt me") {
		t.Errorf("log %q", log)
	}
	if !s.conversation(t, a.ID, m.ConversationID).NeedsAttention {
		t.Error("no human is called")
	}
}

// A connection of a team leads into no private network, and its key is nowhere to be read: not in the
// answers, the log, or the files.
func TestATeamsConnectionIsGuarded(t *testing.T) {
	t.Parallel()
	m := newModel(t, echo)
	s := serving(t, onSQLite)
	const secret = "sk-0123456789-very-secret-indeed"
	made := s.send(t, request{
		method: http.MethodPost, path: api + "/model-connections",
		body: object{"name": "m", "provider": "openai", "model": "x", "base_url": m.server.URL + "/v1", "api_key": secret},
	})
	id := data[struct{ ID string }](t, made, http.StatusCreated).ID
	tested := s.send(t, request{method: http.MethodPost, path: api + "/model-connections/" + id + "/test"})
	came := data[struct {
		Success bool
		Message string
	}](t, tested, http.StatusOK)
	if came.Success || !strings.Contains(came.Message, "private network") || m.count() != 0 {
		t.Errorf("the test came to %+v, and the model was asked %d times", came, m.count())
	}
	a := s.newAgent(t, object{"model_connection_id": id})
	if log := s.asked(t, a.ID, "", "hello"); len(log) != 2 || m.count() != 0 {
		t.Errorf("log %q, and the model was asked %d times", log, m.count())
	}
	list := s.send(t, request{method: http.MethodGet, path: api + "/model-connections"})
	for what, text := range map[string][]byte{"the answer": made.body, "the test": tested.body, "the list": list.body, "the log": []byte(s.current().stderr.String())} {
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("%s holds the key", what)
		}
	}
	s.searched(t, secret)
}

// A test that is repeated under its key asks the model no second time.
func TestATestOfAConnectionIsDoneOnceAKey(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		t.Helper()
		m := newModel(t, echo)
		s := serving(t, e, loopback)
		test := request{
			method: http.MethodPost, path: api + "/model-connections/" + s.connect(t, m) + "/test",
			headers: map[string]string{"Idempotency-Key": "once"},
		}
		first := s.send(t, test)
		for range 2 {
			again := s.send(t, test)
			if again.header.Get("Idempotency-Replayed") != "true" || !bytes.Equal(again.body, first.body) {
				t.Errorf("the same request was answered %s, then %s", first.body, again.body)
			}
		}
		if n := m.count(); n != 1 {
			t.Errorf("the model was asked %d times, want once", n)
		}
	})
}

// A connection is as good after a rotation of the master key as before, and neither master key is
// printed.
func TestKeysRotate(t *testing.T) {
	t.Parallel()
	m := newModel(t, echo)
	s := serving(t, onSQLite, loopback)
	a := s.newAgent(t, object{"model_connection_id": s.connect(t, m)})
	if out := s.command("keys", "rotate"); out.code == 0 {
		t.Errorf("rotated beside a running server: %s", out.stdout)
	}
	s.kill()
	before, err := os.ReadFile(filepath.Join(s.dataDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	out := s.command("keys", "rotate")
	after, err := os.ReadFile(filepath.Join(s.dataDir(), "master.key"))
	if err != nil || out.code != 0 || bytes.Equal(before, after) || !strings.Contains(out.stdout, "1 sealed value") {
		t.Fatalf("rotate: code %d, %s%s, %v", out.code, out.stdout, out.stderr, err)
	}
	if said := out.stdout + out.stderr; strings.Contains(said, strings.TrimSpace(string(before))) || strings.Contains(said, strings.TrimSpace(string(after))) {
		t.Error("a master key is printed")
	}
	s.start()
	if log := s.asked(t, a.ID, "", "hello"); len(log) != 2 || !strings.Contains(log[1], "You said: ") {
		t.Errorf("log %q", log)
	}
}

// searched looks for a text in all files of the data folder.
func (s *site) searched(t *testing.T, text string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(s.dataDir(), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		raw, err := os.ReadFile(path)
		if bytes.Contains(raw, []byte(text)) {
			t.Errorf("%s holds it in plain text", path)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files were looked through: %v", files, err)
	}
}
