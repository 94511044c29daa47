package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver by which schemas are made
)

const postgresVariable = "BIMPE_TEST_POSTGRES"

// Postgres makes a schema of its own for a test, which is removed at the end, and returns a URL that
// leads to it. A test that cannot have one fails and says why; where only a short run was asked for,
// it is skipped and says why.
func Postgres(tb testing.TB) string {
	tb.Helper()
	const how = "set " + postgresVariable + " to the URL of a PostgreSQL on which schemas may be made, such as " +
		"postgres://postgres@127.0.0.1:5432/postgres, or run `make test`, which starts one"
	base := os.Getenv(postgresVariable)
	if base == "" && testing.Short() {
		tb.Skip("short run without PostgreSQL: " + how)
	}
	if base == "" {
		tb.Fatal(how)
	}
	return withSearchPath(tb, base, makeSchema(tb, base))
}

func makeSchema(tb testing.TB, base string) string {
	tb.Helper()
	admin, err := sql.Open("pgx", base)
	if err != nil {
		tb.Fatalf("open %s: %v", postgresVariable, err)
	}
	name := "test_" + strings.ToLower(rand.Text())
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
	return name
}

func withSearchPath(tb testing.TB, base, schema string) string {
	tb.Helper()
	u, err := url.Parse(base)
	if err != nil {
		tb.Fatalf("parse %s: %v", postgresVariable, err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}
