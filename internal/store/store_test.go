package store_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"log/slog"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/store/storetest"
)

// quiet takes no log: what is told there in these tests is asked for.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// openAt opens SQLite in a folder, as a server does, and closes it at the end of the test.
func openAt(tb testing.TB, folder string, now func() time.Time) *store.DB {
	tb.Helper()
	return open(tb, store.Config{DataDir: folder, Now: now, Log: quiet(), Exclusive: true})
}

func open(tb testing.TB, c store.Config) *store.DB {
	tb.Helper()
	db, err := store.Open(tb.Context(), c)
	if err != nil {
		tb.Fatalf("Open: %v", err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return db
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, now func() time.Time) *store.DB {
		t.Helper()
		return openAt(t, t.TempDir(), now)
	})
}

func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	needPostgres(t)
	storetest.Run(t, func(t *testing.T, now func() time.Time) *store.DB {
		t.Helper()
		return open(t, store.Config{URL: schema(t), Now: now, Log: quiet()})
	})
}

const postgresVariable = "BIMPE_TEST_POSTGRES"

// needPostgres fails a test that cannot run without PostgreSQL, and skips it where only a short run
// was asked for.
func needPostgres(tb testing.TB) {
	tb.Helper()
	const how = "set " + postgresVariable + " to the URL of a PostgreSQL on which schemas may be made, such as " +
		"postgres://postgres@127.0.0.1:5432/postgres, or run `make test`, which starts one"
	switch {
	case os.Getenv(postgresVariable) != "":
	case testing.Short():
		tb.Skip("short run without PostgreSQL: " + how)
	default:
		tb.Fatal(how)
	}
}

// schema makes a schema of its own for a test, removes it at the end, and returns a URL that leads
// to it.
func schema(tb testing.TB) string {
	tb.Helper()
	base := os.Getenv(postgresVariable)
	name := "test_" + strings.ToLower(rand.Text())
	admin, err := sql.Open("pgx", base)
	if err != nil {
		tb.Fatalf("open %s: %v", postgresVariable, err)
	}
	if _, err := admin.ExecContext(tb.Context(), "CREATE SCHEMA "+name); err != nil {
		tb.Fatalf("make a schema in %s: %v", postgresVariable, err)
	}
	tb.Cleanup(func() {
		// The test's own context has ended by now.
		if _, err := admin.ExecContext(context.Background(), "DROP SCHEMA "+name+" CASCADE"); err != nil {
			tb.Errorf("drop schema %s: %v", name, err)
		}
		if err := admin.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	u, err := url.Parse(base)
	if err != nil {
		tb.Fatalf("parse %s: %v", postgresVariable, err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

// TestEveryMethodIsInTheContract keeps methods from being added without a test on both databases.
func TestEveryMethodIsInTheContract(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir("storetest")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, f := range files {
		b, err := os.ReadFile("storetest/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		text.Write(b)
	}
	for _, handle := range []any{(*store.DB)(nil), (*store.View)(nil), (*store.Tx)(nil)} {
		of := reflect.TypeOf(handle)
		for i := range of.NumMethod() {
			name := of.Method(i).Name
			if !regexp.MustCompile(`\.` + name + `\b`).MatchString(text.String()) {
				t.Errorf("%s.%s does not occur in storetest", of, name)
			}
		}
	}
}
