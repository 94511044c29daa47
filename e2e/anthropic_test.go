package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// messagesIn is a request of the Messages API.
type messagesIn struct {
	Model     string
	MaxTokens int `json:"max_tokens"`
	System    string
	Stream    bool
	Messages  []struct {
		Role    string
		Content []struct{ Text string }
	}
}

// newMessages starts a server that speaks the Messages API and answers every request that is one with
// events, by the newest text.
func newMessages(t *testing.T, events func(asked string) []string) (settings []string, calls *atomic.Int64) {
	t.Helper()
	return newMessagesOf(t, func(in messagesIn) []string {
		last := in.Messages[len(in.Messages)-1]
		return events(last.Content[len(last.Content)-1].Text)
	})
}

// newMessagesOf is newMessages for those who look at the whole request.
func newMessagesOf(t *testing.T, events func(messagesIn) []string) (settings []string, calls *atomic.Int64) {
	t.Helper()
	calls = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in messagesIn
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.URL.Path != "/v1/messages" ||
			r.Header.Get("X-Api-Key") != "model-secret" || r.Header.Get("Anthropic-Version") == "" ||
			in.Model != "scripted" || in.MaxTokens < 1 || in.System == "" || !in.Stream || len(in.Messages) == 0 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		calls.Add(1)
		w.Header().Set("Content-Type", "text/event-stream")
		for _, data := range events(in) {
			_, _ = fmt.Fprintf(w, "data: %s\n\n", data) // a reader who is gone is no fault
		}
	}))
	t.Cleanup(s.Close)
	return []string{
		"BIMPE_MODEL_PROVIDER=anthropic", "BIMPE_MODEL_URL=" + s.URL, "BIMPE_MODEL_KEY=model-secret", "BIMPE_MODEL=scripted",
	}, calls
}

const messageEnd = `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4}}`

func TestAnthropicAnswers(t *testing.T) {
	t.Parallel()
	settings, _ := newMessages(t, func(asked string) []string {
		text, err := json.Marshal("You said: " + asked)
		if err != nil {
			t.Error(err)
		}
		return []string{
			`{"type":"message_start","message":{"usage":{"input_tokens":30}}}`,
			`{"type":"content_block_delta","delta":{"type":"text_delta","text":` + string(text) + `}}`,
			messageEnd, `{"type":"message_stop"}`,
		}
	})
	s := serving(t, onSQLite, settings...)
	a := s.newAgent(t, nil)
	m := s.say(t, a.ID, "hello")
	eventually(t, "it is answered", func() bool { return s.idle(t, a.ID, m.ConversationID) })
	if log := s.log(t, a.ID, m.ConversationID); len(log) != 2 || !strings.Contains(log[1].Text, "hello") {
		t.Errorf("log %q", texts(log))
	}
}

// A model that calls what nobody offered, ten thousand times over, is one that failed.
func TestCallsThatNobodyOfferedAreAFault(t *testing.T) {
	t.Parallel()
	settings, calls := newMessages(t, func(string) []string {
		var all []string
		for i := range 10_000 {
			all = append(all, fmt.Sprintf(`{"type":"content_block_start","index":%d,"content_block":{"type":"tool_use","id":"c%d","name":"rm","input":{}}}`, i, i))
		}
		return append(all, messageEnd)
	})
	s := serving(t, onSQLite, settings...)
	a := s.newAgent(t, nil)
	m := s.say(t, a.ID, "hello")
	eventually(t, "there is an apology", func() bool { return s.idle(t, a.ID, m.ConversationID) })
	if n := calls.Load(); n < 2 {
		t.Errorf("the model was asked %d times, want more than once", n)
	}
	if log := s.log(t, a.ID, m.ConversationID); len(log) != 2 || !s.conversation(t, a.ID, m.ConversationID).NeedsAttention {
		t.Errorf("log %q, want one apology and a human called", texts(log))
	}
}
