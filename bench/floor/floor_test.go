package floor

import (
	"context"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/bench/mock"
)

func do(t *testing.T, h http.Handler, method, body string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "/", strings.NewReader(body)))
	return w
}

func newTurns(t *testing.T, folder, sync string, model http.Handler) *Turns {
	t.Helper()
	server := httptest.NewServer(model)
	t.Cleanup(server.Close)
	turns, err := NewTurns(t.Context(), folder, sync, server.URL+"/v1", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := turns.Close(); err != nil {
			t.Error(err)
		}
	})
	return turns
}

func TestTurnKeepsBothMessages(t *testing.T) {
	t.Parallel()
	for sync, setting := range map[string]int{"FULL": 2, "NORMAL": 1} {
		t.Run(sync, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			turns := newTurns(t, folder, sync, mock.Model{Words: 2})
			w := do(t, turns, http.MethodPost, `{"conversation":7,"message":"hello"}`)
			if want := `{"data":{"message":"word word | hello","role":"assistant"}}` + "\n"; w.Code != 200 || w.Body.String() != want {
				t.Errorf("answered %d %s, want %s", w.Code, w.Body, want)
			}
			if diff := cmp.Diff([]string{"7 user hello", "7 assistant word word | hello"}, kept(t, folder)); diff != "" {
				t.Error(diff)
			}
			var got int
			if err := turns.db.QueryRowContext(t.Context(), `PRAGMA synchronous`).Scan(&got); err != nil || got != setting {
				t.Errorf("synchronous is %d (%v), want %d", got, err, setting)
			}
		})
	}
}

// kept reads what another connection sees.
func kept(t *testing.T, folder string) []string {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(folder, "floor.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // it was only read
	rows, err := db.QueryContext(t.Context(), `SELECT conversation || ' ' || role || ' ' || text FROM message ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // Err says how the reading went
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTurnTellsOfFaults(t *testing.T) {
	t.Parallel()
	empty := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{}`)) })
	turns := newTurns(t, t.TempDir(), "NORMAL", empty)
	if w := do(t, turns, http.MethodPost, `{`); w.Code != http.StatusBadRequest {
		t.Errorf("not JSON: status %d, want 400", w.Code)
	}
	if w := do(t, turns, http.MethodPost, `{"message":"x"}`); w.Code != http.StatusBadGateway {
		t.Errorf("a model without a reply: status %d, want 502", w.Code)
	}
	if _, err := NewTurns(t.Context(), t.TempDir(), "OFF", "", time.Now); err == nil {
		t.Error("synchronous OFF was taken")
	}
}

func TestBytes(t *testing.T) {
	t.Parallel()
	b := &Bytes{}
	if w := do(t, b, http.MethodGet, ""); w.Body.Len() != 0 {
		t.Errorf("answered %q before anything was kept", w.Body)
	}
	for _, body := range []string{`{"a":1}`, `{"b":2}`} {
		do(t, b, http.MethodPut, body)
		if w := do(t, b, http.MethodGet, ""); w.Body.String() != body {
			t.Errorf("answered %q, want %q", w.Body, body)
		}
	}
}

func TestStreamWaitsForItsReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, leave := context.WithCancel(t.Context())
		w := httptest.NewRecorder()
		ended := false
		go func() {
			Stream(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
			ended = true
		}()
		synctest.Wait()
		if ended || !w.Flushed || w.Header().Get("Content-Type") != "text/event-stream" {
			t.Errorf("ended %v, flushed %v, head %v", ended, w.Flushed, w.Header())
		}
		leave()
		synctest.Wait()
		if !ended {
			t.Error("the stream goes on without a reader")
		}
	})
}
