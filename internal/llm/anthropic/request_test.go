package anthropic_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/anthropic"
	"github.com/bimpe/bimpe/internal/llm/llmtest"
)

const shortReply = "event: content_block_delta\n" +
	`data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Yes."}}` + "\n\n" +
	"event: message_delta\n" + `data: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}` + "\n\n" +
	"event: message_stop\n" + `data: {"type":"message_stop"}` + "\n\n"

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
	const fill = `{"role":"user","content":[{"type":"text","text":"(nothing was said yet)"}]}`
	user := func(s string) llm.Message { return llm.Message{Role: llm.RoleUser, Text: s} }
	said := func(s string) llm.Message { return llm.Message{Role: llm.RoleAssistant, Text: s} }
	tests := map[string]struct {
		request llm.Request
		want    string // what follows the model's name
	}{
		"a conversation": {
			llm.Request{System: "Be <kind> & brief.", MaxTokens: 99, Messages: []llm.Message{user("Hi"), said("Hello!"), user("Open?")}},
			`"max_tokens":99,"system":"Be <kind> & brief.","messages":[` +
				`{"role":"user","content":[{"type":"text","text":"Hi"}]},{"role":"assistant","content":[{"type":"text","text":"Hello!"}]},` +
				`{"role":"user","content":[{"type":"text","text":"Open?"}]}],"stream":true}`,
		},
		"sides that speak twice": {
			llm.Request{Messages: []llm.Message{user("Hi"), user("there"), said("Yes"), said("?"), user("Bye")}},
			`"max_tokens":4096,"messages":[` +
				`{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"text","text":"there"}]},` +
				`{"role":"assistant","content":[{"type":"text","text":"Yes"},{"type":"text","text":"?"}]},` +
				`{"role":"user","content":[{"type":"text","text":"Bye"}]}],"stream":true}`,
		},
		"an agent that spoke first and last": {
			llm.Request{Messages: []llm.Message{said("Welcome!")}},
			`"max_tokens":4096,"messages":[` + fill + `,{"role":"assistant","content":[{"type":"text","text":"Welcome!"}]},` +
				`{"role":"user","content":[{"type":"text","text":"(go on)"}]}],"stream":true}`,
		},
		"nobody": {llm.Request{System: "s"}, `"max_tokens":4096,"system":"s","messages":[` + fill + `],"stream":true}`},
		"a system in between, and silence": {
			llm.Request{System: "One.", Messages: []llm.Message{user("Hi"), {Role: llm.RoleSystem, Text: "Two."}, said(" \n"), user("Bye")}},
			`"max_tokens":4096,"system":"One.\n\nTwo.","messages":[` +
				`{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"text","text":"Bye"}]}],"stream":true}`,
		},
		"a whole reply": {
			llm.Request{Whole: true, Messages: []llm.Message{user("Hi")}},
			`"max_tokens":4096,"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],"stream":false}`,
		},
		"tools, calls and results": {
			llm.Request{
				Tools: []llm.Tool{{Name: "price", Description: "Costs.", Schema: `{"type":"object","properties":{}}`}, {Name: "bare"}},
				Messages: []llm.Message{
					user("Hi"),
					{Role: llm.RoleAssistant, Text: "Wait.", Calls: []llm.Call{{ID: "a", Name: "price", Arguments: `{"of":"<b>"}`}, {ID: "b", Name: "bare"}}},
					{Role: llm.RoleTool, CallID: "a", Text: "3"},
					{Role: llm.RoleTool, CallID: "b", Text: "no", Failed: true},
					user("And?"),
				},
			},
			`"max_tokens":4096,"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]},` +
				`{"role":"assistant","content":[{"type":"text","text":"Wait."},{"type":"tool_use","id":"a","name":"price","input":{"of":"<b>"}},` +
				`{"type":"tool_use","id":"b","name":"bare","input":{}}]},` +
				`{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"3"},` +
				`{"type":"tool_result","tool_use_id":"b","content":"no","is_error":true},{"type":"text","text":"And?"}]}],` +
				`"tools":[{"name":"price","description":"Costs.","input_schema":{"type":"object","properties":{}}},` +
				`{"name":"bare","input_schema":{"type":"object"}}],"stream":true}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, _, body := record(t)
			if got := llmtest.Collect(t, open(t, url).Stream(t.Context(), test.request)); got.Text != "Yes." || got.Err != nil {
				t.Fatalf("reply %+v", got)
			}
			if diff := cmp.Diff(`{"model":"test-1",`+test.want+"\n", *body); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSchemaThatIsNone(t *testing.T) {
	t.Parallel()
	r := llm.Request{Tools: []llm.Tool{{Name: "a", Schema: "{"}}}
	got := llmtest.Collect(t, open(t, "http://127.0.0.1:1").Stream(t.Context(), r))
	if got.Err == nil || llm.Retryable(got.Err) {
		t.Errorf("error %v, want one that is final", got.Err)
	}
}

// People write the address with /v1 or without it, with a slash or without it.
func TestAddressAndHeaders(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"": "/v1/messages", "/": "/v1/messages", "/v1": "/v1/messages", "/v1/": "/v1/messages",
		"/anthropic": "/anthropic/v1/messages", "/anthropic/v1": "/anthropic/v1/messages",
	} {
		url, asked, _ := record(t)
		if got := llmtest.Collect(t, open(t, url+path).Stream(t.Context(), llmtest.Question())); got.Err != nil {
			t.Fatalf("%q: %v", path, got.Err)
		}
		if asked.URL.Path != want || asked.Method != http.MethodPost {
			t.Errorf("%q: asked %s %s, want %s", path, asked.Method, asked.URL.Path, want)
		}
		for header, want := range map[string]string{
			"X-Api-Key": key, "Authorization": "", "Content-Type": "application/json", "Anthropic-Version": "2023-06-01",
		} {
			if got := asked.Header.Get(header); got != want {
				t.Errorf("%s: %q, want %q", header, got, want)
			}
		}
	}
}

func TestOfficialServer(t *testing.T) {
	t.Parallel()
	asked := ""
	m, err := anthropic.New(anthropic.Config{Model: "big", Key: key, HTTP: &http.Client{
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			asked = r.URL.String()
			return nil, io.ErrUnexpectedEOF
		}),
	}})
	if err != nil || m.Name() != "anthropic/big" {
		t.Fatalf("New = %v, %v", m, err)
	}
	llmtest.Collect(t, m.Stream(t.Context(), llmtest.Question()))
	if want := "https://api.anthropic.com/v1/messages"; asked != want {
		t.Errorf("asked %q, want %q", asked, want)
	}
}
