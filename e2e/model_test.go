package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// model is an OpenAI-compatible server whose replies a test scripts.
type model struct {
	server *httptest.Server
	script func(*call)

	mu    sync.Mutex
	calls int
}

// call is one request to the model. A script answers it by saying pieces and then finishing, or
// by failing. A script that returns without either leaves a cut stream.
type call struct {
	n        int // 1 for the first
	messages []prompted
	gone     <-chan struct{} // closed when bimpe has closed the connection
	w        http.ResponseWriter
	begun    bool
}

// prompted is one message of a prompt.
type prompted struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// newModel starts a model that answers every call by the script.
func newModel(t *testing.T, script func(*call)) *model {
	t.Helper()
	m := &model{script: script}
	m.server = httptest.NewServer(http.HandlerFunc(m.serve))
	t.Cleanup(m.server.Close)
	return m
}

// settings point a server to the model.
func (m *model) settings(more ...string) []string {
	return append([]string{
		"BIMPE_MODEL_PROVIDER=openai", "BIMPE_MODEL_URL=" + m.server.URL + "/v1", "BIMPE_MODEL_KEY=model-secret",
		"BIMPE_MODEL=scripted",
	}, more...)
}

// count is how many calls have come.
func (m *model) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls
}

func (m *model) serve(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Stream   bool
		Messages []prompted
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || !in.Stream || r.URL.Path != "/v1/chat/completions" ||
		r.Header.Get("Authorization") != "Bearer model-secret" {
		(&call{w: w}).fail(http.StatusBadRequest)
		return
	}
	m.mu.Lock()
	m.calls++
	n := m.calls
	m.mu.Unlock()
	m.script(&call{n: n, messages: in.Messages, gone: r.Context().Done(), w: w})
}

// system is the prompt's system text.
func (c *call) system() string {
	for _, m := range c.messages {
		if m.Role == "system" || m.Role == "developer" {
			return m.Content
		}
	}
	return ""
}

// users are the customer's messages in the prompt, oldest first.
func (c *call) users() []string {
	var all []string
	for _, m := range c.messages {
		if m.Role == "user" {
			all = append(all, m.Content)
		}
	}
	return all
}

// last is the customer's newest message.
func (c *call) last() string {
	all := c.users()
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// say streams a piece of the reply.
func (c *call) say(text string) {
	if !c.begun {
		c.w.Header().Set("Content-Type", "text/event-stream")
		c.begun = true
	}
	c.frame(object{"delta": object{"role": "assistant", "content": text}, "index": 0, "finish_reason": nil})
}

// finish ends the reply.
func (c *call) finish() {
	c.frame(object{"delta": object{}, "index": 0, "finish_reason": "stop"})
	c.write("data: [DONE]\n\n")
}

func (c *call) frame(choice object) {
	raw, err := json.Marshal(object{
		"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": []any{choice},
	})
	if err != nil {
		panic(err)
	}
	c.write("data: " + string(raw) + "\n\n")
	c.flush()
}

func (c *call) write(text string) { _, _ = io.WriteString(c.w, text) } // a reader who is gone is no fault

func (c *call) flush() { _ = http.NewResponseController(c.w).Flush() } // as above

// answer says a whole reply, word by word.
func (c *call) answer(text string) {
	for _, word := range strings.SplitAfter(text, " ") {
		c.say(word)
	}
	c.finish()
}

// fail answers with an error.
func (c *call) fail(status int) {
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(status)
	c.write(`{"error":{"message":"scripted failure","type":"server_error"}}`)
}

// cut breaks the connection.
func (c *call) cut() {
	c.flush()
	panic(http.ErrAbortHandler)
}

// echo is a script that repeats the customer's newest message.
func echo(c *call) { c.answer("You said: " + c.last()) }
