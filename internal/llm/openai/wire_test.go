package openai_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/llmtest"
	"github.com/bimpe/bimpe/internal/llm/openai"
)

const shortReply = "data: {\"choices\":[{\"delta\":{\"content\":\"Yes.\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"

// record answers with a short reply and keeps what was asked.
func record(t *testing.T) (url string, asked *http.Request, body *string) {
	t.Helper()
	asked, body = new(http.Request), new(string)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read the request: %v", err)
		}
		*asked, *body = *r, string(b)
		w.Header().Set("Content-Type", "text/event-stream")
		if _, err := io.WriteString(w, shortReply); err != nil {
			t.Errorf("write the reply: %v", err)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, asked, body
}

func TestRequest(t *testing.T) {
	t.Parallel()
	url, asked, body := record(t)
	m := open(t, url+"/v1/")
	r := llm.Request{
		System: "Be <kind> & brief.", MaxTokens: 99,
		Messages: []llm.Message{
			{Role: llm.RoleUser, Text: "Hi"}, {Role: llm.RoleAssistant, Text: "Hello!"}, {Role: llm.RoleUser, Text: "Open?"},
		},
		Grounding: llm.Grounding{Question: "not sent"},
	}
	if got := llmtest.Collect(t, m.Stream(t.Context(), r)); got.Text != "Yes." || got.Err != nil {
		t.Fatalf("reply %+v", got)
	}
	if asked.URL.Path != "/v1/chat/completions" || asked.Method != http.MethodPost {
		t.Errorf("asked %s %s", asked.Method, asked.URL.Path)
	}
	for header, want := range map[string]string{
		"Authorization": "Bearer " + key, "Accept": "text/event-stream", "Content-Type": "application/json",
	} {
		if got := asked.Header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	want := `{"model":"test-1","messages":[{"role":"system","content":"Be <kind> & brief."},` +
		`{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello!"},{"role":"user","content":"Open?"}],` +
		`"stream":true,"stream_options":{"include_usage":true},"max_tokens":99}` + "\n"
	if diff := cmp.Diff(want, *body); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}

func TestRequestWithTools(t *testing.T) {
	t.Parallel()
	url, _, body := record(t)
	r := llm.Request{
		Tools: []llm.Tool{{Name: "price", Description: "Costs.", Schema: `{"type":"object"}`}, {Name: "bare"}},
		Messages: []llm.Message{
			{Role: llm.RoleUser, Text: "Hi"},
			{Role: llm.RoleAssistant, Calls: []llm.Call{{ID: "a", Name: "price", Arguments: `{"of":"<b>"}`}}},
			{Role: llm.RoleTool, CallID: "a", Text: "3"},
		},
	}
	if got := llmtest.Collect(t, open(t, url).Stream(t.Context(), r)); got.Err != nil {
		t.Fatalf("reply %+v", got)
	}
	want := `{"model":"test-1","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"",` +
		`"tool_calls":[{"id":"a","type":"function","function":{"name":"price","arguments":"{\"of\":\"<b>\"}"}}]},` +
		`{"role":"tool","content":"3","tool_call_id":"a"}],` +
		`"tools":[{"type":"function","function":{"name":"price","description":"Costs.","parameters":{"type":"object"}}},` +
		`{"type":"function","function":{"name":"bare"}}],"stream":true,"stream_options":{"include_usage":true}}` + "\n"
	if diff := cmp.Diff(want, *body); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}

func TestRequestForWhole(t *testing.T) {
	t.Parallel()
	url, _, body := record(t)
	llmtest.Collect(t, open(t, url).Stream(t.Context(), llm.Request{Whole: true}))
	if want := `{"model":"test-1","messages":[],"stream":false}` + "\n"; *body != want {
		t.Errorf("asked %s, want %s", *body, want)
	}
}

// The official client would take a key from the environment and send it to whatever server is
// configured.
func TestEnvironmentIsNotSent(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "sk-of-the-environment")
	t.Setenv("OPENAI_ORG_ID", "org-of-the-environment")
	t.Setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/")
	t.Setenv("OPENAI_CUSTOM_HEADERS", "X-Secret: of-the-environment")
	url, asked, _ := record(t)
	m, err := openai.New(openai.Config{BaseURL: url, Model: "local"})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	if got := llmtest.Collect(t, m.Stream(t.Context(), llmtest.Question())); got.Err != nil {
		t.Fatalf("reply %+v", got)
	}
	for name, values := range asked.Header {
		if name == "Authorization" || strings.Contains(strings.Join(values, " "), "of-the-environment") {
			t.Errorf("sent %s: %v", name, values)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// OpenAI's newer models refuse max_tokens.
func TestLimitOfTheOfficialServer(t *testing.T) {
	t.Parallel()
	var body struct {
		Old int `json:"max_tokens"`
		New int `json:"max_completion_tokens"`
	}
	m, err := openai.New(openai.Config{Model: "big", Key: key, HTTP: &http.Client{
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if got, want := r.URL.String(), openai.DefaultBaseURL+"/chat/completions"; got != want {
				t.Errorf("asked %s, want %s", got, want)
			}
			err := json.NewDecoder(r.Body).Decode(&body)
			return &http.Response{
				StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(shortReply)),
			}, err
		}),
	}})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	if got := llmtest.Collect(t, m.Stream(t.Context(), llm.Request{MaxTokens: 7})); got.Err != nil {
		t.Fatalf("reply %+v", got)
	}
	if body.Old != 0 || body.New != 7 {
		t.Errorf("limits %+v, want only the new one", body)
	}
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	answers := map[string]string{
		"message": `{"error":{"message":"Bad key ` + key + `","type":"t","code":"c"}}`,
		"code":    `{"error":{"message":"m","type":"` + key + `","code":"x` + key + `"}}`,
		"text":    "no such key: " + key,
		"question": `{"error":{"message":"You asked: When do you open?","code":"When do you open?"},` +
			`"detail":"When do you open?"}`,
	}
	for name, answer := range answers {
		for _, status := range []int{400, 401, 429, 500} {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				_, _ = io.WriteString(w, answer) // a client that has gone is no concern here
			}))
			got := llmtest.Collect(t, open(t, s.URL).Stream(t.Context(), llmtest.Question()))
			s.Close()
			if text := got.Err.Error(); strings.Contains(text, key) || strings.Contains(text, "When do you") {
				t.Errorf("%s %d: %q", name, status, text)
			}
		}
	}
}

func TestTransportErrorsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	cause := errors.New("proxy refused Bearer " + key)
	m, err := openai.New(openai.Config{
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

func TestErrorNamesTheCode(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"error":{"message":"?","type":"invalid_request_error","code":"model_not_found"}}`)
	}))
	t.Cleanup(s.Close)
	got := llmtest.Collect(t, open(t, s.URL).Stream(t.Context(), llmtest.Question()))
	want := "model invalid: 404 Not Found (invalid_request_error, model_not_found)"
	if got.Err == nil || got.Err.Error() != want {
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
	for name, c := range map[string]openai.Config{
		"no model": {BaseURL: "http://localhost"},
		"no host":  {BaseURL: "http:///v1", Model: "m"},
		"scheme":   {BaseURL: "ftp://localhost/v1", Model: "m"},
		"nonsense": {BaseURL: "://", Model: "m"},
		"bad key":  {Model: "m", Key: "sk-1\r\nX-Other: 1"},
	} {
		if _, err := openai.New(c); err == nil {
			t.Errorf("%s: New(%+v) = nil, want an error", name, c)
		} else if c.Key != "" && strings.Contains(err.Error(), "X-Other") {
			t.Errorf("%s: error shows the key: %v", name, err)
		}
	}
	m, err := openai.New(openai.Config{Model: "m"})
	if err != nil || m.Name() != "openai/m" {
		t.Errorf("New = %v, %v", m, err)
	}
}
