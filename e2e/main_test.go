// Package e2e tests bimpe from outside: it builds and starts the real binary, kills it and starts
// it again, and speaks only HTTP with it. A scripted model stands in for the vendor's. A test of what all
// servers do runs in three houses: on SQLite, on PostgreSQL, and on three nodes behind a proxy.
package e2e

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5" // makes and drops the databases of tests
)

// patience bounds every wait. A test that comes near it has failed in any case.
const patience = 60 * time.Second

// sites at a time: they mostly wait for each other, so more than there are processors.
const parallel = "8"

var binary string // built once

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", parallel); err != nil {
		panic(err)
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "bimpe-e2e-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // what is left there does no harm
	binary = filepath.Join(dir, "bimpe")
	build := exec.Command("go", "build", "-o", binary, "../cmd/bimpe")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "e2e: build bimpe:", err)
		return 1
	}
	return m.Run()
}

// engine is where a server keeps its data.
type engine string

const (
	onSQLite   engine = "sqlite"
	onPostgres engine = "postgres"
	// onNodes is PostgreSQL and Redis with three nodes, each asked in its turn.
	onNodes engine = "nodes"
)

// everywhere runs a test in each house, side by side.
func everywhere(t *testing.T, test func(t *testing.T, e engine)) {
	t.Helper()
	in(t, test, onSQLite, onPostgres, onNodes)
}

// both runs a test of what one process does on each engine, side by side.
func both(t *testing.T, test func(t *testing.T, e engine)) {
	t.Helper()
	in(t, test, onSQLite, onPostgres)
}

func in(t *testing.T, test func(t *testing.T, e engine), houses ...engine) {
	t.Helper()
	for _, e := range houses {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			test(t, e)
		})
	}
}

// newDatabase makes an empty database that is dropped at the end of the test, and returns its URL.
func newDatabase(t *testing.T) string {
	t.Helper()
	server := os.Getenv("BIMPE_TEST_POSTGRES")
	if server == "" {
		t.Fatal("BIMPE_TEST_POSTGRES is not set: `make test` sets it, or point it to a PostgreSQL 15 server")
	}
	name := "bimpe_e2e_" + rand.Text()
	execute(t, server, `CREATE DATABASE "`+name+`"`)
	t.Cleanup(func() { execute(t, server, `DROP DATABASE "`+name+`" WITH (FORCE)`) })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("BIMPE_TEST_POSTGRES: %v", err)
	}
	u.Path = "/" + name
	return u.String()
}

func execute(t *testing.T, server, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	db, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatalf("connect to BIMPE_TEST_POSTGRES: %v", err)
	}
	_, err = db.Exec(ctx, statement)
	if err = errors.Join(err, db.Close(ctx)); err != nil {
		t.Errorf("%s: %v", statement, err)
	}
}

// within returns a context that ends with the test or when patience is over.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// eventually asks again and again until the answer is yes. It is for what nothing tells of;
// whatever has an event is waited for by the event.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	ctx := within(t, patience)
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
