package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"
)

const api = "/api/v1/console"

// The parts of the wire that tests look at.
type (
	agent struct {
		ID        string    `json:"id"`
		CreatedAt time.Time `json:"created_at"`
	}
	conversation struct {
		ID             string `json:"id"`
		Paused         bool   `json:"is_ai_chat_paused"`
		NeedsAttention bool   `json:"needs_attention"`
	}
	message struct {
		ID             string    `json:"id"`
		ConversationID string    `json:"conversation_id"`
		Role           string    `json:"role"`
		Text           string    `json:"message"`
		CreatedAt      time.Time `json:"created_at"`
	}
	failure struct {
		Message   json.RawMessage `json:"message"`
		Error     string          `json:"error"`
		Code      string          `json:"code"`
		Reason    string          `json:"reason"`
		Status    int             `json:"statusCode"`
		RequestID string          `json:"request_id"`
	}
	object map[string]any
)

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// request is one call; what is empty is left out.
type request struct {
	method, path string
	body         any    // an object, or a string that goes out as it is
	key          string // none: the site's own; "-": no key
	headers      map[string]string
}

// client keeps connections for all tests, and never waits for ever.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: patience}

// try sends a request; an error means that no whole answer came.
func (s *site) try(ctx context.Context, r request) (answer, error) {
	var body io.Reader
	switch b := r.body.(type) {
	case nil:
	case string:
		body = bytes.NewReader([]byte(b))
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			return answer{}, err
		}
		body = bytes.NewReader(raw)
	}
	out, err := http.NewRequestWithContext(ctx, r.method, s.base()+r.path, body)
	if err != nil {
		return answer{}, err
	}
	out.Close = s.proxy != nil // so that the next request goes to another node
	if body != nil {
		out.Header.Set("Content-Type", "application/json")
	}
	switch r.key {
	case "":
		out.Header.Set("Authorization", "Bearer "+s.key)
	case "-":
	default:
		out.Header.Set("X-Api-Key", r.key)
	}
	for name, value := range r.headers {
		out.Header.Set(name, value)
	}
	in, err := client.Do(out)
	if err != nil {
		return answer{}, err
	}
	got, err := io.ReadAll(in.Body)
	a := answer{in.StatusCode, in.Header, got}
	if err = errors.Join(err, in.Body.Close()); err == nil {
		s.hold(r, a)
	}
	return a, err
}

// hold compares an answer with the document. A test that has ended is told nothing any more.
func (s *site) hold(r request, a answer) {
	s.t.Helper()
	faults, err := notAsDocumented(r.method, r.path, a)
	if (faults != "" || err != nil) && s.t.Context().Err() == nil {
		s.t.Errorf("%s %.200s: the answer %d is not as documented, %v:\n%s%.500s", r.method, r.path, a.status, err, faults, a.body)
	}
}

// send is try for those who want an answer in any case.
func (s *site) send(t *testing.T, r request) answer {
	t.Helper()
	a, err := s.try(within(t, patience), r)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", r.method, r.path, err, s.current().stderr)
	}
	return a
}

// want sends a request, insists on the status and decodes the answer's data.
func want[T any](t *testing.T, s *site, status int, r request) T {
	t.Helper()
	return data[T](t, s.send(t, r), status)
}

// data insists on the status and decodes the answer's data.
func data[T any](t *testing.T, a answer, status int) T {
	t.Helper()
	var in struct {
		Message string
		Data    T
	}
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	if err := json.Unmarshal(a.body, &in); err != nil {
		t.Fatalf("decode %s: %v", a.body, err)
	}
	if in.Message == "" {
		t.Errorf("the envelope has no message: %s", a.body)
	}
	return in.Data
}

// refused insists on an error of a code and returns its envelope.
func refused(t *testing.T, a answer, status int, code string) failure {
	t.Helper()
	var f failure
	if err := json.Unmarshal(a.body, &f); err != nil {
		t.Fatalf("status %d, decode %.200s: %v", a.status, a.body, err)
	}
	if a.status != status || f.Status != status || f.Code != code {
		t.Errorf("got %d: %s, want %d %s", a.status, a.body, status, code)
	}
	if f.RequestID == "" || f.RequestID != a.header.Get("X-Request-Id") {
		t.Errorf("request id %q in the body, %q in the header", f.RequestID, a.header.Get("X-Request-Id"))
	}
	if f.Error != http.StatusText(status) || len(f.Message) < 3 {
		t.Errorf("error %q and message %s, want %q and words", f.Error, f.Message, http.StatusText(status))
	}
	return f
}

func (s *site) newAgent(t *testing.T, fields object) agent {
	t.Helper()
	if fields == nil {
		fields = object{}
	}
	if fields["name"] == nil {
		fields["name"] = "Tester"
	}
	return want[agent](t, s, http.StatusCreated, request{method: "POST", path: api + "/agents", body: fields})
}

// say begins a conversation as a new customer.
func (s *site) say(t *testing.T, agentID, text string) message {
	t.Helper()
	return want[message](t, s, http.StatusCreated, request{
		method: "POST", path: api + "/agents/" + agentID + "/conversations/messages", body: object{"message": text},
	})
}

func conversationPath(agentID, id string) string {
	return api + "/agents/" + agentID + "/conversations/" + id
}

// reply goes on with a conversation, in a role.
func (s *site) reply(t *testing.T, agentID, conversationID, role, text string) message {
	t.Helper()
	return want[message](t, s, http.StatusCreated, request{
		method: "POST", path: conversationPath(agentID, conversationID) + "/messages",
		body: object{"message": text, "role": role},
	})
}

func (s *site) conversation(t *testing.T, agentID, id string) conversation {
	t.Helper()
	return want[conversation](t, s, http.StatusOK, request{method: "GET", path: conversationPath(agentID, id)})
}

// log returns all messages of a conversation, oldest first.
func (s *site) log(t *testing.T, agentID, id string) []message {
	t.Helper()
	var all []message
	for page := 1; ; page++ {
		a := s.send(t, request{method: "GET", path: conversationPath(agentID, id) + "/messages?" + url.Values{
			"sort": {"created_at"}, "limit": {"100"}, "page": {itoa(page)},
		}.Encode()})
		all = append(all, data[[]message](t, a, http.StatusOK)...)
		var in struct {
			Meta struct {
				HasNext bool `json:"has_next_page"`
			}
		}
		if err := json.Unmarshal(a.body, &in); err != nil || !in.Meta.HasNext {
			return all
		}
	}
}

// texts are the words of messages, each after its role.
func texts(log []message) []string {
	var all []string
	for _, m := range log {
		all = append(all, m.Role+": "+m.Text)
	}
	return all
}
