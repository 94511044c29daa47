package httpapi

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/store"
)

// Whoever sends an example as it stands to a server of their own, with nothing but the ids of the
// path filled in, has success: an example names nothing that only the server has that it was
// recorded on. What cannot succeed yet says so by something else than that a thing is not there.
func TestEveryExampleCanBeSentAsItStands(t *testing.T) {
	t.Parallel()
	sent := 0
	for _, op := range openHouse(t, nil).operations() {
		if op.endpoint.body == nil {
			continue
		}
		sent++
		t.Run(op.name, func(t *testing.T) {
			t.Parallel()
			h := openHouse(t, nil)
			h.given(t, home, "library", nil)
			h.ids.n.Store(7_000_000) // or an id of the recording might be there by chance
			rec := h.sendExample(t, &op)
			if h.manual.Operation(op.name).NotYet == "" && rec.Code >= http.StatusMultipleChoices {
				t.Errorf("%s %s: the example is answered with %d %s", op.method, op.path, rec.Code, rec.Body)
			}
			// Nothing has an integration yet, so that its id cannot be filled in.
			if rec.Code == http.StatusNotFound && !strings.Contains(op.path, "{integrationId}") {
				t.Errorf("%s %s: the example names what is not there: %s", op.method, op.path, rec.Body)
			}
		})
	}
	if sent < 20 {
		t.Errorf("%d examples were sent", sent)
	}
}

// sendExample sends the example of an operation's body to things that are there.
func (h *house) sendExample(t *testing.T, op *operation) *httptest.ResponseRecorder {
	t.Helper()
	example, ok := h.manual.Example(op.name)
	if !ok || len(example.Request) == 0 {
		t.Fatalf("%s has no example of its body", op.name)
	}
	r := httptest.NewRequest(op.method, Prefix+h.filled(t, op.path), strings.NewReader(string(example.Request)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Api-Key", h.secrets["full"])
	rec := httptest.NewRecorder()
	h.Handler().ServeHTTP(rec, r)
	return rec
}

// filled is a path with ids of things that it makes.
func (h *house) filled(t *testing.T, path string) string {
	t.Helper()
	p := &place{house: h, t: t, secret: h.secrets["full"]}
	put := func(name string, id func() string) {
		if strings.Contains(path, name) {
			path = strings.ReplaceAll(path, name, id())
		}
	}
	agent := ""
	put("{agentId}", func() string {
		agent = "/agents/" + p.do(http.MethodPost, "/agents", item{"name": "Mine"}).text("id")
		return strings.TrimPrefix(agent, "/agents/")
	})
	put("{knowledgeBaseId}", func() string {
		return p.do(http.MethodPost, agent+"/knowledge_bases", item{"type": "text", "name": "Mine", "content": "Mine."}).text("id")
	})
	put("{conversationId}", func() string {
		return p.do(http.MethodPost, agent+"/conversations/messages", item{"message": "Hello"}).text("conversation_id")
	})
	put("{contactId}", func() string {
		chat := p.do(http.MethodPost, agent+"/conversations/messages", item{"message": "Hello"}).text("conversation_id")
		return p.do(http.MethodPatch, agent+"/conversations/"+chat+"/contact", item{"name": "Mine"}).text("id")
	})
	put("{workflowId}", func() string { return p.do(http.MethodPost, "/workflows", item{"name": "Mine"}).text("id") })
	put("{phoneNumberId}", func() string {
		n := p.newNumber()
		p.store(func(tx *store.Tx) error { return tx.InsertPhoneNumber(t.Context(), n) })
		return string(n.ID)
	})
	put("{connectionId}", func() string {
		return p.do(http.MethodPost, "/model-connections", item{"name": "Mine", "provider": "openai", "model": "m"}).text("id")
	})
	put("{integrationId}", func() string { return "cnobody000000000000000000" })
	if strings.Contains(path, "{") {
		t.Fatalf("nothing is known to fill %s with", path)
	}
	return path
}
