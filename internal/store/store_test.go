package store_test

import (
	"log/slog"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/store/storetest"
)

// quiet takes no log: what is told there in these tests is asked for.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// openAt opens SQLite in a folder, as a server does, and closes it at the end of the test.
func openAt(tb testing.TB, folder string, now func() time.Time) *store.DB {
	tb.Helper()
	return open(tb, store.Config{DataDir: folder, Now: now, Log: quiet(), Exclusive: true, Alerts: true})
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
	storetest.Run(t, func(t *testing.T, now func() time.Time) *store.DB {
		t.Helper()
		return open(t, store.Config{URL: storetest.Postgres(t), Now: now, Log: quiet(), Alerts: true})
	})
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
