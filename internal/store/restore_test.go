package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bimpe/bimpe/internal/archive"
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/store/storetest"
)

// somewhere is an empty place on either database.
func somewhere(t *testing.T, engine string) store.Config {
	t.Helper()
	c := store.Config{Now: time.Now, Log: quiet()}
	if engine == "postgres" {
		c.URL = storetest.Postgres(t)
	} else {
		c.DataDir = t.TempDir()
	}
	return c
}

// crammed is a SQLite database with rows in every table, of every value that a column can hold.
func crammed(t *testing.T) store.Config {
	t.Helper()
	c := somewhere(t, "sqlite")
	c.MasterFingerprint = []byte{1, 2, 3}
	db, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Installation(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw := rawLite(t, c)
	for table, columns := range columnsOf(t, raw) {
		for i := range 5 {
			var names, marks []string
			var values []any
			for _, column := range columns {
				names = append(names, column.name)
				marks = append(marks, "?")
				values = append(values, column.value(i))
			}
			run(t, raw, `INSERT INTO `+table+` (`+strings.Join(names, ", ")+`) VALUES (`+strings.Join(marks, ", ")+`)`, values...)
		}
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	return c
}

func rawLite(t *testing.T, c store.Config) *sql.DB {
	t.Helper()
	raw, err := sql.Open("sqlite", filepath.Join(c.DataDir, "bimpe.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() }) // it was written before
	return raw
}

// makeEmpty makes the tables.
func makeEmpty(t *testing.T, c store.Config) error {
	t.Helper()
	db, err := store.Open(t.Context(), c)
	if err != nil {
		return err
	}
	return db.Close()
}

type column struct {
	name, kind string
	notNull    bool
}

// value is another one for each i, so that nothing that must be unique is twice.
func (c column) value(i int) any {
	switch {
	case i == 0 && !c.notNull:
		return nil
	case c.kind == "BIGINT":
		return []int64{0, -1 << 63, 1<<62 - 1, 7, -1}[i]
	case c.kind == "BOOLEAN":
		return i%2 == 0
	case c.kind == "BLOB":
		return [][]byte{{}, {0}, {0, 255}, []byte("x"), bytes.Repeat([]byte{7}, 100_000)}[i]
	case i == 4 && slices.Contains([]string{"text", "content", "messages", "system", "rules", "flows"}, c.name):
		return strings.Repeat("long ", 30_000) // more than an index would take, but these are in none
	default:
		return []string{"", "Ọláyẹmí 👋", "line\nand \"quotes\" 'of' \\both\t", "x", "end"}[i]
	}
}

func columnsOf(t *testing.T, raw *sql.DB) map[string][]column {
	t.Helper()
	rows, err := raw.QueryContext(t.Context(), `SELECT m.name, c.name, c.type, c."notnull" FROM sqlite_master m
		JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> 'goose_db_version'`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }() // it was only read
	all := make(map[string][]column)
	for rows.Next() {
		var table string
		var c column
		if err := rows.Scan(&table, &c.name, &c.kind, &c.notNull); err != nil {
			t.Fatal(err)
		}
		all[table] = append(all[table], c)
	}
	if err := rows.Err(); err != nil || len(all) < 20 {
		t.Fatalf("%d tables, %v", len(all), err)
	}
	return all
}

func backup(t *testing.T, c store.Config) ([]byte, archive.Contents) {
	t.Helper()
	var b bytes.Buffer
	written, err := store.Backup(t.Context(), c, "v1", &b)
	if err != nil {
		t.Fatalf("Backup: %v", err)
	}
	return b.Bytes(), written
}

func tablesOf(c archive.Contents) map[string]string {
	all := make(map[string]string)
	for _, t := range c.Tables {
		all[t.Name] = fmt.Sprint(t.Rows, " ", t.Hash())
	}
	return all
}

// What one database held every other one holds, whichever it went through.
func TestABackupIsRestored(t *testing.T) {
	t.Parallel()
	source := crammed(t)
	first, want := backup(t, source)
	for _, table := range want.Tables {
		if atLeast := int64(5); table.Rows < atLeast {
			t.Errorf("table %s has %d rows, so that this test says little", table.Name, table.Rows)
		}
	}
	for _, way := range []string{"sqlite", "postgres", "postgres postgres", "postgres sqlite", "sqlite sqlite"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			b := first
			for engine := range strings.FieldsSeq(way) {
				c := somewhere(t, engine)
				got, err := store.Restore(t.Context(), c, bytes.NewReader(b))
				if err != nil {
					t.Fatalf("Restore into %s: %v", engine, err)
				}
				if diff := cmp.Diff(tablesOf(want), tablesOf(got)); diff != "" {
					t.Errorf("what %s was said to hold (-want +got):\n%s", engine, diff)
				}
				b, got = backup(t, c)
				if diff := cmp.Diff(tablesOf(want), tablesOf(got)); diff != "" || got.Engine != engine {
					t.Errorf("what %s held (-want +got):\n%s", got.Engine, diff)
				}
				opens(t, c)
			}
		})
	}
}

// opens checks that a place is one that a server works on, with the fingerprint that it came with.
func opens(t *testing.T, c store.Config) {
	t.Helper()
	c.MasterFingerprint = []byte{9}
	refuses(t, c, "the master key is not the one")
	c.MasterFingerprint = []byte{1, 2, 3}
	db, err := store.Open(t.Context(), c)
	if err != nil {
		t.Errorf("Open: %v", err)
		return
	}
	if err := db.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// New messages stand behind all that were restored, those that are gone too.
func TestPlacesGoOn(t *testing.T) {
	t.Parallel()
	for _, greatest := range []string{"message", "gone_message"} {
		t.Run(greatest, func(t *testing.T) {
			t.Parallel()
			source := somewhere(t, "sqlite")
			if err := makeEmpty(t, source); err != nil {
				t.Fatal(err)
			}
			raw := rawLite(t, source)
			run(t, raw, `INSERT INTO message (conversation_id, seq, id, team_id, created_at, role, author, partial, text, pos)
				VALUES ('c', 1, 'm', 't', 1, 'user', 'customer', FALSE, 'x', 41), ('c', 2, 'n', 't', 1, 'user', 'customer', FALSE, 'x', NULL)`)
			run(t, raw, `INSERT INTO gone_message (message_id, team_id, pos, said_at, gone_at) VALUES ('g', 't', 7, 1, 1)`)
			run(t, raw, `UPDATE `+greatest+` SET pos = 1000 WHERE pos IS NOT NULL`)
			b, _ := backup(t, source)
			c := somewhere(t, "postgres")
			if _, err := store.Restore(t.Context(), c, bytes.NewReader(b)); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("pgx", c.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }() // it was only read
			var next int64
			if err := db.QueryRowContext(t.Context(), `SELECT nextval('message_place')`).Scan(&next); err != nil || next != 1001 {
				t.Errorf("the next place: got %d, %v, want 1001", next, err)
			}
		})
	}
}

// A backup is whole while others write, and takes nothing that came later.
func TestABackupIsOfOneMoment(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c store.Config, _ func(*testing.T) *sql.DB) {
		t.Helper()
		db := open(t, c)
		furnish(t, db, "first", time.Now())
		stop, stopped := context.WithCancel(t.Context())
		begun := make(chan struct{})
		done := make(chan int)
		go func() {
			n := 0
			for ; stop.Err() == nil; n++ {
				furnish(t, db, console.ID(fmt.Sprint("a", n)), time.Now())
				if n == 3 {
					close(begun)
				}
			}
			done <- n
		}()
		<-begun
		var b bytes.Buffer
		written, err := store.Backup(t.Context(), c, "v1", &b)
		stopped()
		<-done
		if err != nil {
			t.Fatal(err)
		}
		counts := make(map[string]int64)
		for _, table := range written.Tables {
			counts[table.Name] = table.Rows
		}
		// furnish is one transaction: three conversations for each agent, and as many contacts.
		if n := counts["agent"]; n < 5 || counts["conversation"] != 3*n || counts["contact"] != 3*n || counts["knowledge_base"] != 2*n {
			t.Errorf("the backup is of no single moment: %v", counts)
		}
	})
}

// What is damaged, cut short or of another kind leaves the place as empty as it was.
func TestWhatCannotBeRestoredLeavesNothing(t *testing.T) {
	t.Parallel()
	source := crammed(t)
	whole, _ := backup(t, source)
	flipped := bytes.Clone(whole)
	flipped[len(whole)*2/3] ^= 1
	newer := bytes.Replace(whole, []byte(`"schema":`), []byte(`"schema":9`), 1)
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			c := somewhere(t, engine)
			c.MasterFingerprint = []byte{1, 2, 3}
			for what, b := range map[string][]byte{
				"damaged": flipped, "cut short": whole[:len(whole)-40], "no backup of bimpe": []byte("a text"), "": nil, "is damaged": newer,
			} {
				if _, err := store.Restore(t.Context(), c, bytes.NewReader(b)); err == nil || !strings.Contains(err.Error(), what) {
					t.Errorf("%q: got %v", what, err)
				}
			}
			other := c
			other.MasterFingerprint = []byte{9}
			if _, err := store.Restore(t.Context(), other, bytes.NewReader(whole)); err == nil || !strings.Contains(err.Error(), "the master key here is not the one") {
				t.Errorf("another master key: got %v", err)
			}
			other.OlderFingerprints = [][]byte{{1, 2, 3}}
			// The second reading fails, when rows have been written already.
			if _, err := store.Restore(t.Context(), c, &fading{Reader: bytes.NewReader(whole)}); err == nil || !strings.Contains(err.Error(), "fading") {
				t.Errorf("a file that fails: got %v", err)
			}
			if _, err := store.Restore(t.Context(), other, bytes.NewReader(whole)); err != nil {
				t.Errorf("the whole one, afterwards: %v", err)
			}
			_, err := store.Restore(t.Context(), c, bytes.NewReader(whole))
			if err == nil || !strings.Contains(err.Error(), "empty") {
				t.Errorf("into what is there: got %v", err)
			}
			opens(t, c)
			if engine == "sqlite" {
				holds(t, c.DataDir, "bimpe.db")
			}
		})
	}
}

// holds checks that nothing else than the database and locks has been left.
func holds(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".lock") {
			got = append(got, e.Name())
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// fading is a file that can be read to its end once.
type fading struct {
	*bytes.Reader
	again bool
}

func (f *fading) Seek(offset int64, whence int) (int64, error) {
	f.again = true
	return f.Reader.Seek(offset, whence)
}

func (f *fading) Read(p []byte) (int, error) {
	if f.again && int64(f.Len()) < f.Size()/2 {
		return 0, errFading
	}
	return f.Reader.Read(p)
}

var errFading = errors.New("fading")

// A folder that a server is using, and one that others open, is left alone.
func TestARestoreHoldsTheFolder(t *testing.T) {
	t.Parallel()
	source := crammed(t)
	b, _ := backup(t, source)
	c := somewhere(t, "sqlite")
	c.Exclusive = true
	open(t, c)
	if _, err := store.Restore(t.Context(), c, bytes.NewReader(b)); err == nil || !strings.Contains(err.Error(), "another bimpe server") {
		t.Errorf("got %v, want to hear of the other server", err)
	}
}

// A backup of a place without data is refused in plain words.
func TestThereIsNothingToBackUp(t *testing.T) {
	t.Parallel()
	c := somewhere(t, "postgres")
	if _, err := store.Backup(t.Context(), c, "v1", io.Discard); err == nil || !strings.Contains(err.Error(), "no data of bimpe") {
		t.Errorf("got %v", err)
	}
}

// What is to be restored across engines must be the same on both: tables, columns, kinds, and what may
// be missing.
func TestBothEnginesHaveTheSameTables(t *testing.T) {
	t.Parallel()
	lite, postgres := somewhere(t, "sqlite"), somewhere(t, "postgres")
	for _, c := range []store.Config{lite, postgres} {
		if err := makeEmpty(t, c); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("pgx", postgres.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // it was only read
	rows, err := db.QueryContext(t.Context(), `SELECT table_name, column_name, upper(data_type), is_nullable = 'NO'
		FROM information_schema.columns WHERE table_schema = current_schema() AND table_name <> 'goose_db_version'`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }() // it was only read
	got := make(map[string][]column)
	for rows.Next() {
		var table string
		var c column
		if err := rows.Scan(&table, &c.name, &c.kind, &c.notNull); err != nil {
			t.Fatal(err)
		}
		c.kind = strings.Replace(c.kind, "BYTEA", "BLOB", 1)
		got[table] = append(got[table], c)
	}
	byName := cmpopts.SortSlices(func(a, b column) bool { return a.name < b.name })
	if diff := cmp.Diff(columnsOf(t, rawLite(t, lite)), got, byName, cmp.AllowUnexported(column{})); diff != "" || rows.Err() != nil {
		t.Errorf("tables, %v (-SQLite +PostgreSQL):\n%s", rows.Err(), diff)
	}
}
