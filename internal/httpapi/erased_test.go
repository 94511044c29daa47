package httpapi

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

// A request whose answer has been erased with its customer stays done: its repetition is told so, and does
// nothing.
func TestARepetitionOfWhatWasErased(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	post := func() (int, string, string) {
		rec := h.call(http.MethodPost, "/agents", `{"name":"Ada"}`, "Idempotency-Key", "k", "X-Request-Id", "again")
		return rec.Code, rec.Body.String(), rec.Header().Get("Idempotency-Replayed")
	}
	if code, body, _ := post(); code != http.StatusCreated {
		t.Fatalf("the first request got %d %s", code, body)
	}
	ids := strings.SplitN(h.call(http.MethodGet, "/agents", "").Body.String(), `"id":"`, 2)
	id, _, _ := strings.Cut(ids[1], `"`)
	if _, err := h.db.Erase(t.Context(), "t000000000000000000000001", tracesOf(id)); err != nil {
		t.Fatal(err)
	}
	code, body, replayed := post()
	if code != http.StatusNotFound || replayed != "true" || !strings.Contains(body, `"code":"`+string(console.CodeNotFound)+`"`) ||
		!strings.Contains(body, "erased") || !strings.Contains(body, `"request_id":"again"`) {
		t.Errorf("the repetition got %d %s, replayed %q", code, body, replayed)
	}
	if got := h.call(http.MethodGet, "/agents", "").Body.String(); !strings.Contains(got, `"total_count":1,`) {
		t.Errorf("agents after the repetition: %s", got)
	}
	other := h.call(http.MethodPost, "/agents", `{"name":"Bob"}`, "Idempotency-Key", "k")
	if other.Code != http.StatusConflict {
		t.Errorf("another request under the key got %d %s", other.Code, other.Body)
	}
}

func tracesOf(name string) store.Traces { return store.Traces{Names: []string{name}} }
