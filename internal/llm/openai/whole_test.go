package openai_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/llm"
)

// serveWhole answers every request with one body, and notes the last request.
func serveWhole(t *testing.T, contentType, body string) (url string, asked *string) {
	t.Helper()
	asked = new(string)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		*asked = string(raw)
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s.URL, asked
}

func TestWholeReply(t *testing.T) {
	t.Parallel()
	const good = `{"choices":[{"message":{"role":"assistant","content":"Hello\u0000 there"},"finish_reason":"length"}],
		"usage":{"prompt_tokens":7,"completion_tokens":2}}`
	const streamed = "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n" +
		"data: {\"choices\":[{\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
	tests := map[string]struct {
		media, body string
		text        string
		finish      llm.Finish
		tokens      int
		kind        llm.Kind // of the fault
	}{
		"in one piece":          {media: "application/json", body: good, text: "Hello\uFFFD there", finish: llm.FinishLength, tokens: 7},
		"streamed all the same": {media: "text/event-stream; charset=utf-8", body: streamed, text: "Hello", finish: llm.FinishStop},
		"no JSON":               {media: "application/json", body: "<html>", kind: llm.KindBroken},
		"cut":                   {media: "application/json", body: good[:60], kind: llm.KindBroken},
		"no choice":             {media: "application/json", body: `{"choices":[]}`, kind: llm.KindBroken},
		"nothing said":          {media: "application/json", body: `{"choices":[{"message":{"content":null}}]}`, kind: llm.KindBroken},
		"endless":               {media: "application/json", body: strings.Repeat("x", 1<<20), kind: llm.KindBroken},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, asked := serveWhole(t, tt.media, tt.body)
			var said strings.Builder
			var end *llm.End
			var fault error
			for d, err := range open(t, url).Stream(t.Context(), llm.Request{Whole: true}) {
				said.WriteString(d.Text)
				end, fault = d.End, err
			}
			if !strings.Contains(*asked, `"stream":false`) || strings.Contains(*asked, "stream_options") {
				t.Errorf("asked %s", *asked)
			}
			if tt.kind != "" {
				if e, ok := errors.AsType[*llm.Error](fault); !ok || e.Kind != tt.kind {
					t.Errorf("fault %v, want %s", fault, tt.kind)
				}
				return
			}
			if fault != nil || said.String() != tt.text || end == nil || end.Finish != tt.finish {
				t.Fatalf("said %q, end %+v, fault %v", said.String(), end, fault)
			}
			if tt.tokens > 0 && end.Usage.PromptTokens != tt.tokens || end.Usage.Estimated != (tt.tokens == 0) {
				t.Errorf("usage %+v", end.Usage)
			}
		})
	}
}
