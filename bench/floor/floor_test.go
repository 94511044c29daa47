package floor

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	neturl "net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

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
	keeper, err := OnSQLite(t.Context(), folder, sync)
	if err != nil {
		t.Fatal(err)
	}
	turns := NewTurns(keeper, server.URL+"/v1", time.Now)
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
			if err := turns.keeper.(lite).db.QueryRowContext(t.Context(), `PRAGMA synchronous`).Scan(&got); err != nil || got != setting {
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

func TestTurnsOnPostgres(t *testing.T) {
	t.Parallel()
	url := os.Getenv("BIMPE_TEST_POSTGRES")
	if url == "" {
		t.Fatal("BIMPE_TEST_POSTGRES is not set: run by scripts/with-postgres, as make test does")
	}
	admin, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	name := "bimpe_floor_" + strings.ToLower(rand.Text())
	exec := func(ctx context.Context, text string) {
		if _, err := admin.Exec(ctx, text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	exec(t.Context(), `CREATE DATABASE `+name)
	at, err := neturl.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	at.Path = "/" + name
	keeper, err := OnPostgres(t.Context(), at.String(), 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		err := keeper.close()
		exec(ctx, `DROP DATABASE `+name+` WITH (FORCE)`)
		if err := errors.Join(err, admin.Close(ctx)); err != nil {
			t.Error(err)
		}
	})
	model := httptest.NewServer(mock.Model{Words: 2})
	t.Cleanup(model.Close)
	w := do(t, NewTurns(keeper, model.URL+"/v1", time.Now), http.MethodPost, `{"conversation":7,"message":"hello"}`)
	var kept string
	err = keeper.(postgres).pool.QueryRow(t.Context(), `SELECT string_agg(conversation || ' ' || role || ' ' || text, ', ' ORDER BY id) FROM message`).Scan(&kept)
	if want := "7 user hello, 7 assistant word word | hello"; err != nil || w.Code != 200 || kept != want {
		t.Errorf("answered %d and kept %q (%v), want %q", w.Code, kept, err, want)
	}
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
	if _, err := OnSQLite(t.Context(), t.TempDir(), "OFF"); err == nil {
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
