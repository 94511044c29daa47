package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"
	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/console"
)

func TestForSQLite(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`SELECT $1, $22 FROM a WHERE b = $1`:                       `SELECT ?1, ?22 FROM a WHERE b = ?1`,
		`SELECT a FROM b WHERE c = $1 FOR UPDATE`:                  `SELECT a FROM b WHERE c = ?1`,
		`SELECT a FROM b x FOR UPDATE OF x`:                        `SELECT a FROM b x`,
		`SELECT a FROM b FOR SHARE`:                                `SELECT a FROM b`,
		"(SELECT a FROM b\n\tLIMIT 1 FOR UPDATE OF x SKIP LOCKED)": "(SELECT a FROM b\n\tLIMIT 1)",
	} {
		if got := forSQLite(text); got != want {
			t.Errorf("forSQLite(%q): got %q, want %q", text, got, want)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	pg := func(code, constraint string) error {
		return fmt.Errorf("x: %w", &pgconn.PgError{Code: code, ConstraintName: constraint})
	}
	for _, test := range []struct {
		err  error
		want fault
	}{
		{pg("40001", ""), faultLost},
		{pg("40P01", ""), faultLost},
		{pg("23505", "conversation_place"), faultLost},
		{pg("23505", "agent_test_code"), faultTaken},
		{pg("57P01", ""), faultUnreachable},
		{pg("53300", ""), faultUnreachable},
		{pg("08006", ""), faultUnreachable},
		{pg("25006", ""), faultUnreachable},
		{pg("22021", ""), faultOther},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, faultUnreachable},
		{driver.ErrBadConn, faultUnreachable},
		{context.DeadlineExceeded, faultUnreachable},
		{context.Canceled, faultOther},
		{errors.New("x"), faultOther},
	} {
		if got := postgresFault(test.err); got != test.want {
			t.Errorf("postgresFault(%v): got %d, want %d", test.err, got, test.want)
		}
	}
}

func TestWindow(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		q          console.Query
		skip, take int64
	}{
		{console.Query{}, 0, console.DefaultLimit},
		{console.Query{Page: 3, Limit: 7}, 14, 7},
		{console.Query{Page: -5, Limit: -1}, 0, console.DefaultLimit},
		{console.Query{Page: 2, Limit: 1000}, console.MaxLimit, console.MaxLimit},
	} {
		if skip, take := window(test.q); skip != test.skip || take != test.take {
			t.Errorf("window(%+v): got %d, %d, want %d, %d", test.q, skip, take, test.skip, test.take)
		}
	}
	if skip, take := window(console.Query{Page: math.MaxInt, Limit: 100}); skip < 0 || skip+take < 0 {
		t.Errorf("the last page there can be skips %d and takes %d, which is past all numbers", skip, take)
	}
}

// TestPattern holds LIKE to its promise: a search is found where it stands and means only itself.
func TestPattern(t *testing.T) {
	t.Parallel()
	_, l := liteDB(t)
	rapid.Check(t, func(rt *rapid.T) {
		letters := rapid.StringOfN(rapid.SampledFrom([]rune(`aB%_\é`)), 0, 6, -1)
		text, search := letters.Draw(rt, "text"), letters.Draw(rt, "search")
		var found bool
		if err := l.read(t.Context(), func(s *session) error {
			r, err := s.one(`SELECT coalesce($1, lower($2)) LIKE $3 ESCAPE '\'`, folded(text), text, pattern(search))
			if err == nil {
				found = r.flag()
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if want := strings.Contains(console.Fold(text), console.Fold(search)); found != want {
			t.Errorf("search for %q in %q: got %v, want %v", search, text, found, want)
		}
	})
}

func TestClean(t *testing.T) {
	t.Parallel()
	got := clean([]any{"ok é", "a\x00b", "\xff", int64(1), nil})
	if diff := cmp.Diff([]any{"ok é", "a\uFFFDb", "\uFFFD", int64(1), nil}, got); diff != "" {
		t.Errorf("clean: -want +got\n%s", diff)
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	in, args := spread([]any{"x"}, []string{"a", "b", "c"})
	if diff := cmp.Diff([]any{"($2, $3, $4, $5)", []any{"x", "a", "b", "c", "c"}}, []any{in, args}); diff != "" {
		t.Errorf("spread: -want +got\n%s", diff)
	}
}

// TestRowsOfOtherTypes has columns that are not what was asked for: the first one is told.
func TestRowsOfOtherTypes(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(*row){
		"text": func(r *row) { r.text() }, "a number": func(r *row) { r.num() }, "a truth value": func(r *row) { r.flag() },
		"bytes": func(r *row) { r.blob() }, "32 bytes": func(r *row) { r.hash() },
	} {
		r := &row{vals: []driver.Value{3.5, "x"}}
		read(r)
		if r.err == nil || !strings.Contains(r.err.Error(), "column 1 is float64") {
			t.Errorf("%s: got error %v, want to be told of column 1", name, r.err)
		}
		if got := r.text(); got != "" {
			t.Errorf("%s: got %q after a fault, want nothing", name, got)
		}
	}
}

// TestMigrationsAreTwins wants both databases to have the same steps.
func TestMigrationsAreTwins(t *testing.T) {
	t.Parallel()
	names := func(d *dialect) []string {
		entries, err := fs.ReadDir(migrations, d.folder)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
			text, err := fs.ReadFile(migrations, d.folder+"/"+e.Name())
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "+goose Down") {
				t.Errorf("%s goes back; migrations only go forward", e.Name())
			}
		}
		return names
	}
	if diff := cmp.Diff(names(sqliteDialect()), names(postgresDialect())); diff != "" {
		t.Errorf("migrations: -sqlite +postgres\n%s", diff)
	}
}
