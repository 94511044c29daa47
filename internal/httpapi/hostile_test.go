package httpapi

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
)

// make makes a thing and returns the id that it was given.
func (h *house) make(t *testing.T, path, body, _ string) string {
	t.Helper()
	got := h.call(http.MethodPost, path, body)
	if got.Code != http.StatusCreated {
		t.Fatalf("POST %s: %d %s", path, got.Code, got.Body)
	}
	_, rest, _ := strings.Cut(got.Body.String(), `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

// A client that sends all of a large body before it reads gets to read why it was refused.
func TestTooLargeABodyIsAnsweredOverTheWire(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	server := httptest.NewServer(h.Handler())
	defer server.Close()
	for name, body := range map[string]io.Reader{
		"with its length": strings.NewReader(strings.Repeat("x", 2<<20)),
		"in chunks":       io.MultiReader(bytes.NewReader(bytes.Repeat([]byte("x"), 2<<20))),
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+Prefix+"/agents", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Api-Key", h.secrets["full"])
		got, err := server.Client().Do(r)
		if err != nil {
			t.Errorf("a body that is too large, %s: %v", name, err)
			continue
		}
		text, err := io.ReadAll(got.Body)
		if got.StatusCode != http.StatusRequestEntityTooLarge || err != nil || !strings.Contains(string(text), string(console.ReasonPayloadTooLarge)) {
			t.Errorf("a body that is too large, %s: got %d %s, %v", name, got.StatusCode, text, err)
		}
		if err := got.Body.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestOperationsWithoutABodyTakeAny(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	agent := h.make(t, "/agents", `{"name":"Ada"}`, "")
	got := h.call(http.MethodDelete, "/agents/"+agent, "not JSON", "Content-Type", "text/plain")
	if got.Code != http.StatusOK {
		t.Errorf("a deletion with a body: got %d %s", got.Code, got.Body)
	}
}
