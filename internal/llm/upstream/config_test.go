package upstream_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/anthropic"
	"github.com/bimpe/bimpe/internal/llm/llmtest"
	"github.com/bimpe/bimpe/internal/llm/openai"
	"github.com/bimpe/bimpe/internal/llm/upstream"
)

// A key is for the server that it was given for, and for none that this one names: neither with a client
// of the model's own nor with one that was handed over.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	adapters := map[string]func(upstream.Config) (*upstream.Model, error){"openai": openai.New, "anthropic": anthropic.New}
	for name, open := range adapters {
		for _, status := range []int{301, 302, 303, 307, 308} {
			for _, client := range []*http.Client{nil, {}} {
				thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					t.Errorf("%s %d: the other server is asked, with %v", name, status, r.Header)
				}))
				s := httptest.NewServer(http.RedirectHandler(thief.URL, status))
				m, err := open(upstream.Config{BaseURL: s.URL, Key: "secret", Model: "m", HTTP: client})
				if err != nil {
					t.Fatalf("New: %v", err)
				}
				checkKind(t, llmtest.Collect(t, m.Stream(t.Context(), llmtest.Question())), llm.KindInvalid)
				s.Close()
				thief.Close()
			}
		}
	}
}

// The client that is handed over stays as it was.
func TestClientIsNotChanged(t *testing.T) {
	t.Parallel()
	var client http.Client
	if _, err := openai.New(upstream.Config{Model: "m", HTTP: &client}); err != nil || client.CheckRedirect != nil {
		t.Errorf("New: %v; CheckRedirect changed: %t", err, client.CheckRedirect != nil)
	}
}
