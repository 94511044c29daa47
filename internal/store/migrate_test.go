package store

import (
	"database/sql"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"
)

// TestMessagesAreMoved holds what migration 19 may not lose: it copies a table with everything that
// was ever said.
func TestMessagesAreMoved(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	before(t, folder, 18, `INSERT INTO message (conversation_id, seq, id, team_id, created_at, role, author, partial,
			turn_id, attachments, text, folded, pos)
		VALUES ('c', 2, 'm3', 't', 30, 'assistant', 'agent', TRUE, 'turn', '[]', 'Hóla', 'hola', 3),
			('c', 1, 'm1', 't', 10, 'user', 'customer', FALSE, NULL, NULL, 'hi', NULL, 1),
			('d', 1, 'm2', 't', 20, 'user', 'customer', FALSE, NULL, NULL, 'hey', NULL, 2)`)
	db, err := Open(t.Context(), Config{DataDir: folder, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var got []string
	err = db.eng.read(t.Context(), func(s *session) error {
		const text = `SELECT x.conversation_id, x.seq, x.id, x.team_id, x.created_at, x.role, x.author, x.partial,
			coalesce(x.turn_id, '-'), coalesce(x.attachments, '-'), x.text, coalesce(x.folded, '-'), x.pos
			FROM message x ORDER BY x.conversation_id, x.seq`
		return s.all(text, func(r *row) {
			got = append(got, fmt.Sprint(r.text(), r.num(), r.text(), r.text(), r.num(), r.text(), r.text(), r.flag(),
				r.text(), r.text(), r.text(), r.text(), r.num()))
		})
	})
	want := []string{
		fmt.Sprint("c", 1, "m1", "t", 10, "user", "customer", false, "-", "-", "hi", "-", 1),
		fmt.Sprint("c", 2, "m3", "t", 30, "assistant", "agent", true, "turn", "[]", "Hóla", "hola", 3),
		fmt.Sprint("d", 1, "m2", "t", 20, "user", "customer", false, "-", "-", "hey", "-", 2),
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("messages, %v (-want +got):\n%s", err, diff)
	}
}

// before makes a SQLite database as a server with so many migrations left it.
func before(t *testing.T, folder string, version int64, fill string) {
	t.Helper()
	d := sqliteDialect()
	db, err := sql.Open("sqlite", filepath.Join(folder, "bimpe.db"))
	if err != nil {
		t.Fatal(err)
	}
	dir, err := fs.Sub(migrations, d.folder)
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(d.goose, db, dir, goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), fill); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
