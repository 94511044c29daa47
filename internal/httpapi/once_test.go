package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
)

// call makes a request of the house with the key full; headers come in pairs.
func (h *house) call(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if !strings.HasPrefix(path, Prefix) {
		r = httptest.NewRequest(method, Prefix+path, strings.NewReader(body))
	}
	r.Header.Set("Authorization", "Bearer "+h.secrets["full"])
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	h.Handler().ServeHTTP(rec, r)
	return rec
}

func TestFiftyEqualRequestsAtOnceAreOneWrite(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	const many = 50
	answers := make([]*httptest.ResponseRecorder, many)
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			answers[i] = h.call(http.MethodPost, "/agents", `{"name":"Ada"}`, "Idempotency-Key", "once")
		})
	}
	all.Wait()
	first := 0
	for _, a := range answers {
		if a.Code != http.StatusCreated || a.Body.String() != answers[0].Body.String() {
			t.Fatalf("one of the equal requests got %d %s, another %s", a.Code, a.Body, answers[0].Body)
		}
		if a.Header().Get("Idempotency-Replayed") == "" {
			first++
		}
	}
	if first != 1 {
		t.Errorf("%d of the equal requests were carried out", first)
	}
	if got := h.call(http.MethodGet, "/agents", "").Body.String(); !strings.Contains(got, `"total_count":1,`) {
		t.Errorf("agents after %d equal requests: %s", many, got)
	}
}

func TestKeptSecretsAreSealed(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	body := `{"name":"Till","scopes":["agents:read"]}`
	first := h.call(http.MethodPost, "/api-keys", body, "Idempotency-Key", "k")
	var kept *console.Answer
	err := (&faultyStore{house: h}).Write(t.Context(), "t000000000000000000000001", func(tx Tx) error {
		var err error
		kept, err = tx.ClaimKey(t.Context(), "k", [32]byte{})
		return err
	})
	if err != nil || kept == nil {
		t.Fatalf("the kept answer: %v, %v", kept, err)
	}
	if !kept.Sealed || strings.Contains(string(kept.Body), "sk_") || strings.Contains(string(kept.Body), "Till") {
		t.Errorf("the answer is kept as %q", kept.Body)
	}
	other := h.call(http.MethodPost, "/api-keys", body, "Idempotency-Key", "k", "Authorization", "Bearer "+h.secrets["keymaker"])
	if other.Code != http.StatusConflict || strings.Contains(other.Body.String(), "sk_") {
		t.Errorf("another key got %d %s", other.Code, other.Body)
	}
	if again := h.call(http.MethodPost, "/api-keys", body, "Idempotency-Key", "k"); again.Body.String() != first.Body.String() {
		t.Errorf("the repetition got %s, the first %s", again.Body, first.Body)
	}
}

// Only who waits for another request with the same key is told so.
func TestAWriteThatTakesTooLong(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string]string{
		"hang": "store_unreachable", "slow": "store_unreachable", "claimed": "request_in_progress",
	} {
		h := openHouse(t, nil)
		h.fault.Store(fault)
		got := h.call(http.MethodPost, "/agents", `{"name":"Ada"}`, "Idempotency-Key", "k")
		isLate(t, fault, got, want)
		if fault == "claimed" {
			continue
		}
		isLate(t, fault+" without a key", h.call(http.MethodPost, "/agents", `{"name":"Ada"}`), "store_unreachable")
	}
}

func isLate(t *testing.T, what string, got *httptest.ResponseRecorder, reason string) {
	t.Helper()
	if got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" ||
		!strings.Contains(got.Body.String(), `"reason":"`+reason+`"`) {
		t.Errorf("%s: got %d %v %s, want 503 and %s", what, got.Code, got.Header(), got.Body, reason)
	}
}

// meanwhileStore has its first write, once it is underway, wait until other requests were made, and
// all others take too long.
type meanwhileStore struct {
	Store
	begun     atomic.Bool
	meanwhile func()
}

func (s *meanwhileStore) Write(ctx context.Context, team console.ID, f func(Tx) error) error {
	if s.begun.Swap(true) {
		return context.DeadlineExceeded
	}
	s.meanwhile()
	return s.Store.Write(ctx, team, f)
}

// One writer, as SQLite has, is waited for before any claim is seen.
func TestWhoWaitsForTheFirstRequestIsToldSo(t *testing.T) {
	t.Parallel()
	meanwhile := &meanwhileStore{}
	h := openHouse(t, func(c *Config) { meanwhile.Store = c.Store; c.Store = meanwhile })
	ask := func(key string, headers ...string) *httptest.ResponseRecorder {
		return h.call(http.MethodPost, "/agents", `{"name":"Ada"}`, append(headers, "Idempotency-Key", key)...)
	}
	meanwhile.meanwhile = func() {
		isLate(t, "the same key", ask("k"), "request_in_progress")
		isLate(t, "another key", ask("other"), "store_unreachable")
		isLate(t, "the key of another team", ask("k", "Authorization", "Bearer "+h.secrets["other"]), "store_unreachable")
	}
	if got := ask("k"); got.Code != http.StatusCreated {
		t.Errorf("the first: %d %s", got.Code, got.Body)
	}
	isLate(t, "after the first", ask("k"), "store_unreachable")
	if n := len(h.underway.keys); n != 0 {
		t.Errorf("%d keys are still underway", n)
	}
}

// unitStore runs every unit twice, as PostgreSQL does with one that lost against another.
type unitStore struct{ Store }

var errTwice = errors.New("the first run does not count")

func (s unitStore) Write(ctx context.Context, team console.ID, f func(Tx) error) error {
	err := s.Store.Write(ctx, team, func(tx Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return errTwice
	})
	if !errors.Is(err, errTwice) {
		return err
	}
	return s.Store.Write(ctx, team, f)
}

func TestAUnitThatRunsTwice(t *testing.T) {
	t.Parallel()
	h := openHouse(t, func(c *Config) { c.Store = unitStore{c.Store} })
	for i, want := range []string{"", "true"} {
		got := h.call(http.MethodPost, "/agents", `{"name":"Ada"}`, "Idempotency-Key", "k")
		if got.Code != http.StatusCreated || got.Header().Get("Idempotency-Replayed") != want {
			t.Errorf("request %d: got %d %v %s", i, got.Code, got.Header(), got.Body)
		}
	}
	if got := h.call(http.MethodDelete, "/agents/none", "", "Idempotency-Key", "k2"); got.Code != http.StatusNotFound {
		t.Errorf("a deletion of nothing: got %d %s", got.Code, got.Body)
	}
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", maxKey)
	for _, tc := range []struct {
		given []string
		ok    bool
	}{
		{nil, true},
		{[]string{"k"}, true},
		{[]string{long}, true},
		{[]string{long + "x"}, false},
		{[]string{""}, false},
		{[]string{"\xff"}, false},
		{[]string{"a", "b"}, false},
	} {
		h := http.Header{}
		if tc.given != nil {
			h["Idempotency-Key"] = tc.given
		}
		if got, err := idempotencyKey(h); (err == nil) != tc.ok {
			t.Errorf("idempotencyKey(%q): got %q, %v", tc.given, got, err)
		}
	}
}

func TestFingerprintTellsRequestsApart(t *testing.T) {
	t.Parallel()
	seen := map[[32]byte]string{}
	for _, r := range []struct{ method, target, body string }{
		{"POST", "/a", ""},
		{"PATCH", "/a", ""},
		{"POST", "/b", ""},
		{"POST", "/a?x=1", ""},
		{"POST", "/a?x=2", ""},
		{"POST", "/a", "x=1"},
		{"POST", "/a%2Fb", ""},
		{"POST", "/a/b", ""},
		{"POST", "/", "a"},
	} {
		mark := fingerprint(httptest.NewRequest(r.method, r.target, nil), []byte(r.body), "")
		name := fmt.Sprint(r)
		if other, ok := seen[mark]; ok {
			t.Errorf("%s and %s look the same", name, other)
		}
		seen[mark] = name
	}
}
