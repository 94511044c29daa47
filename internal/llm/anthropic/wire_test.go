package anthropic_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/anthropic"
	"github.com/bimpe/bimpe/internal/llm/llmtest"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// The official client would take keys, profiles and addresses from the environment and send them to
// whatever server is configured.
func TestEnvironmentIsNotSent(t *testing.T) {
	t.Setenv("ANTHROPIC_API_KEY", "sk-of-the-environment")
	t.Setenv("ANTHROPIC_AUTH_TOKEN", "token-of-the-environment")
	t.Setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:1/")
	t.Setenv("ANTHROPIC_PROFILE", "profile-of-the-environment")
	t.Setenv("ANTHROPIC_CUSTOM_HEADERS", "X-Secret: of-the-environment")
	url, asked, _ := record(t)
	m, err := anthropic.New(anthropic.Config{BaseURL: url, Model: "local"})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	if got := llmtest.Collect(t, m.Stream(t.Context(), llmtest.Question())); got.Err != nil {
		t.Fatalf("reply %+v", got)
	}
	for name, values := range asked.Header {
		if name == "Authorization" || name == "X-Api-Key" || strings.Contains(strings.Join(values, " "), "of-the-environment") {
			t.Errorf("sent %s: %v", name, values)
		}
	}
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	answers := map[string]string{
		"message": `{"type":"error","error":{"type":"api_error","message":"Bad key ` + key + `"}}`,
		"type":    `{"type":"error","error":{"type":"` + key + `","message":"m"}}`,
		"text":    "no such key: " + key,
		"question": `{"type":"error","error":{"type":"When do you open?","message":"When do you open?"},` +
			`"detail":"When do you open?"}`,
	}
	for name, answer := range answers {
		for _, status := range []int{200, 400, 401, 429, 500} {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				_, _ = io.WriteString(w, "data: "+answer+"\n\n") // a client that has gone is no concern here
			}))
			got := llmtest.Collect(t, open(t, s.URL).Stream(t.Context(), llmtest.Question()))
			s.Close()
			if got.Err == nil || strings.Contains(got.Err.Error(), key) || strings.Contains(got.Err.Error(), "When do you") {
				t.Errorf("%s %d: %v", name, status, got.Err)
			}
		}
	}
}

func TestTransportErrorsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	cause := errors.New("proxy refused " + key)
	m, err := anthropic.New(anthropic.Config{
		BaseURL: "http://models.test/?token=" + key, Key: key, Model: "m",
		HTTP: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, cause })},
	})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	got := llmtest.Collect(t, m.Stream(t.Context(), llmtest.Question()))
	if got.Err == nil || strings.Contains(got.Err.Error(), key) || !llm.Retryable(got.Err) {
		t.Errorf("error %v, want one without the key that may be retried", got.Err)
	}
}

func TestErrorNamesTheType(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(529)
		_, _ = io.WriteString(w, `{"type":"error","error":{"type":"overloaded_error","message":"?"}}`)
	}))
	t.Cleanup(s.Close)
	got := llmtest.Collect(t, open(t, s.URL).Stream(t.Context(), llmtest.Question()))
	if want := "model overloaded: 529 (overloaded_error)"; got.Err == nil || got.Err.Error() != want {
		t.Errorf("error %v, want %q", got.Err, want)
	}
}

func TestConnectionIsUsedAgain(t *testing.T) {
	t.Parallel()
	connections := map[string]bool{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connections[r.RemoteAddr] = true
		_, _ = io.WriteString(w, shortReply)
	}))
	t.Cleanup(s.Close)
	m := open(t, s.URL)
	for range 5 {
		if got := llmtest.Collect(t, m.Stream(t.Context(), llmtest.Question())); got.Err != nil {
			t.Fatalf("reply %+v", got)
		}
	}
	if len(connections) != 1 {
		t.Errorf("5 replies took %d connections, want 1", len(connections))
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]anthropic.Config{
		"no model": {BaseURL: "http://localhost"},
		"no host":  {BaseURL: "http:///v1", Model: "m"},
		"bad key":  {Model: "m", Key: "sk-1\r\nX-Other: 1"},
	} {
		if _, err := anthropic.New(c); err == nil || strings.Contains(err.Error(), "X-Other") {
			t.Errorf("%s: New = %v, want an error without the key", name, err)
		}
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	url, _, body := record(t)
	if _, err := llm.Probe(t.Context(), open(t, url)); err != nil || !strings.Contains(*body, `"max_tokens":16,`) {
		t.Errorf("Probe: %v, asked %s", err, *body)
	}
}

// A status about the key or the account is what counts, whatever the body calls it.
func TestTheStatusSaysThatTheKeyIsRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusPaymentRequired} {
		for _, name := range []string{"invalid_request_error", "not_found_error", "api_error", "overloaded_error"} {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(status)
				_, _ = io.WriteString(w, `{"type":"error","error":{"type":"`+name+`","message":"m"}}`) // as above
			}))
			got := llmtest.Collect(t, open(t, s.URL).Stream(t.Context(), llmtest.Question()))
			s.Close()
			if e, ok := errors.AsType[*llm.Error](got.Err); !ok || e.Kind != llm.KindRefused {
				t.Errorf("%d with %s: %v, want %s", status, name, got.Err, llm.KindRefused)
			}
		}
	}
}

// Whatever a server sends, a stream holds to its contract and fails with an *llm.Error.
func FuzzStream(f *testing.F) {
	f.Add([]byte(shortReply), false)
	f.Add([]byte("data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"price\",\"input\":{\"a\":1}}}\n\ndata: {\"type\":\"message_stop\"}\n\n"), false)
	f.Add([]byte("data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"\xe4\"}}\r\n\r\ndata: {\"type\":\"message_stop\"}\r\n\r\n"), false)
	f.Add([]byte("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n"), false)
	f.Add([]byte("data: [[[[\n\n"), false)
	f.Add([]byte(`{"type":"message","content":[{"type":"text","text":"a"},{"type":"tool_use","name":"price","input":null}],"stop_reason":"tool_use"}`), true)
	f.Fuzz(func(t *testing.T, body []byte, whole bool) {
		m, err := anthropic.New(anthropic.Config{
			BaseURL: "http://models.test", Model: "m",
			HTTP: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body))}, nil
			})},
		})
		if err != nil {
			t.Fatalf("New: %v", err)
		}
		r := llmtest.Order()
		r.Whole = whole
		got := llmtest.Collect(t, m.Stream(t.Context(), r))
		if _, ok := errors.AsType[*llm.Error](got.Err); got.Err != nil && !ok {
			t.Errorf("%q: error %v (%T)", body, got.Err, got.Err)
		}
		if got.Err == nil && got.Text == "" && len(got.End.Calls) == 0 {
			t.Errorf("%q: a good reply of nothing", body)
		}
	})
}
