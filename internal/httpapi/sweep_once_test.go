package httpapi

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
)

// Every write that comes again under its idempotency key gets its first answer and is not done
// again, which the rest of the wire test would show. With another request the key is refused; it
// says nothing to another team; and what failed before it ran is not remembered.
func TestEveryWriteHappensOnce(t *testing.T) {
	t.Parallel()
	swept := newSwept()
	retell(t, func(s *step) *httptest.ResponseRecorder {
		if s.op == nil || s.op.method == http.MethodGet || !s.plain() || strings.Contains(s.text, "\nIdempotency-Key:") {
			return s.recorded()
		}
		if s.op.method == http.MethodPost && s.isRead() {
			return s.always(swept)
		}
		if s.usedWell() {
			swept.first(s, "")
		}
		return s.twice()
	})
	swept.complete(t, func(op *operation) bool { return op.method != http.MethodGet })
}

// isRead reports whether an operation changes nothing, whatever its method, and so is done anew each
// time: a stream ticket, a trial of rules.
func (s *step) isRead() bool { return !s.op.endpoint.once }

// always makes a request that is never remembered.
func (s *step) always(swept *swept) *httptest.ResponseRecorder {
	s.t.Helper()
	key := fmt.Sprint("again ", s.n)
	first := s.ask(s.text, "Idempotency-Key", key)
	again := s.ask(s.text, "Idempotency-Key", key)
	if first.Code == s.op.status {
		swept.first(s, "")
	}
	if again.Code != first.Code || again.Header().Get("Idempotency-Replayed") != "" ||
		first.Code == http.StatusCreated && again.Body.String() == first.Body.String() {
		s.fails("made again", again)
	}
	return again
}

// twice makes a request with a key, again and in other ways, and returns the first answer.
func (s *step) twice() *httptest.ResponseRecorder {
	s.t.Helper()
	key := fmt.Sprint("once ", s.n)
	first := s.ask(s.text, "Idempotency-Key", key)
	s.aside(func() {
		again := s.ask(s.text, "Idempotency-Key", key)
		replayed := again.Header().Get("Idempotency-Replayed") == "true"
		switch {
		case is(first, 404, console.CodeNotFound) && !replayed:
			// What the path names may be looked for before anything runs.
		case s.remembered(first) != replayed:
			s.fails(fmt.Sprintf("again after %d, remembered: %t,", first.Code, replayed), again)
		case again.Code != first.Code, replayed && again.Body.String() != first.Body.String():
			s.fails("again, after "+first.Body.String(), again)
		case replayed:
			s.elsewhere(key)
		}
	})
	return first
}

// remembered says which answers are kept: successes, and refusals that are the thing's own.
func (s *step) remembered(first *httptest.ResponseRecorder) bool {
	var kept bool
	switch {
	case first.Code < 300, is(first, 404, console.CodeNotFound):
		kept = true
	case is(first, 409, console.CodeConflict), is(first, 400, console.CodeAgentLimit):
		kept = true
	case is(first, 400, console.CodeBadRequest): // of the thing, if it has a reason; else of the body
		kept = strings.Contains(first.Body.String(), `"reason"`)
	}
	return kept
}

// elsewhere uses the key of a remembered request for another one, and in another team.
func (s *step) elsewhere(key string) {
	s.t.Helper()
	other := s.text + " "
	if s.op.endpoint.body == nil {
		other = strings.TrimSuffix(s.text, "\n") + "\n\n{}"
	}
	rec := s.ask(other, "Idempotency-Key", key)
	if !is(rec, 409, console.CodeConflict) || !strings.Contains(rec.Body.String(), string(console.ReasonIdempotencyReused)) {
		s.fails("with the same key and another body", rec)
	}
	if rec := s.ask("DELETE /agents/none\n"+regexp.MustCompile(`Key: \w+`).FindString(s.text), "Idempotency-Key", key); !is(rec, 409, console.CodeConflict) {
		s.fails("with the same key, another operation", rec)
	}
	if s.shared() {
		return // what another team does with it, the wire test would see
	}
	text := strings.ReplaceAll(s.keyless(), `"visibility": "public"`, `"visibility": "private"`)
	rec = s.ask(text, "X-Api-Key", s.abroad, "Idempotency-Key", key)
	if rec.Header().Get("Idempotency-Replayed") != "" || strings.Contains(rec.Body.String(), string(console.ReasonIdempotencyReused)) {
		s.fails("with the same key by another team", rec)
	}
}

// Equal requests that come at once are one, whatever they do.
func TestEqualWritesAtOnceAreOne(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, url func(*testing.T) string) {
		t.Helper()
		h := openHouseOn(t, url(t), nil)
		agent := h.make(t, "/agents", `{"name":"Ada"}`, "")
		workflow := h.make(t, "/workflows", `{"name":"Tables"}`, "")
		base := h.make(t, "/agents/"+agent+"/knowledge_bases", `{"type":"text","name":"Hours","content":"9 to 5"}`, "")
		for i, r := range []struct{ method, path, body string }{
			{http.MethodPost, "/agents/" + agent + "/conversations/messages", `{"message":"Hello"}`},
			{http.MethodPost, "/workflows/clone", `{"source_workflow_id":"` + workflow + `"}`},
			{http.MethodPost, "/api-keys", `{"name":"Till","scopes":["agents:read"]}`},
			{http.MethodPatch, "/agents/" + agent, `{"name":"Bola"}`},
			{http.MethodDelete, "/agents/" + agent + "/knowledge_bases/" + base, ""},
			{http.MethodDelete, "/agents/" + agent, ""},
			{http.MethodDelete, "/agents/" + agent, ""}, // it is gone: this is remembered too
		} {
			h.atOnce(t, func() *httptest.ResponseRecorder {
				return h.call(r.method, r.path, r.body, "Idempotency-Key", fmt.Sprint("k", i))
			})
		}
	})
}

// atOnce makes a request many times at once and insists that it was carried out once.
func (h *house) atOnce(t *testing.T, ask func() *httptest.ResponseRecorder) {
	t.Helper()
	answers := make([]*httptest.ResponseRecorder, 12)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = ask() })
	}
	all.Wait()
	first := 0
	for _, a := range answers {
		if a.Code != answers[0].Code || a.Body.String() != answers[0].Body.String() || a.Code >= 500 {
			t.Fatalf("of equal requests one got %d %s, another %d %s", a.Code, a.Body, answers[0].Code, answers[0].Body)
		}
		if a.Header().Get("Idempotency-Replayed") == "" {
			first++
		}
	}
	if first != 1 {
		t.Errorf("%d of the equal requests were carried out: %d %s", first, answers[0].Code, answers[0].Body)
	}
}
