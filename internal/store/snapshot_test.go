package store

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

// told is a message in a database of schema 18.
const told = `INSERT INTO message (conversation_id, seq, id, team_id, created_at, role, author, partial, text, pos)
	VALUES ('c', 1, 'm', 't', 10, 'user', 'customer', FALSE, 'from before', 1)`

// house is a data folder with a clock of its own, which goes on by a second each time.
func house(t *testing.T) Config {
	t.Helper()
	at := time.UnixMilli(1_800_000_000_000)
	return Config{DataDir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: func() time.Time {
		at = at.Add(time.Second)
		return at
	}}
}

func (c Config) opened(t *testing.T) {
	t.Helper()
	db, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func snapshotsIn(t *testing.T, c Config) []Snapshot {
	t.Helper()
	all, err := Snapshots(c.DataDir)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// look reads the one text and the schema of a database in a folder.
func look(t *testing.T, folder string) (text string, schema int64) {
	t.Helper()
	c, err := openLite(folder, readOnly)
	if err != nil {
		t.Fatal(err)
	}
	said, err := ask(t.Context(), c, `SELECT text FROM message`)
	if err != nil {
		t.Fatal(err)
	}
	text, _ = said.(string)
	if schema, err = schemaOf(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	return text, schema
}

// A snapshot is made when tables are about to change, and at no other time.
func TestASnapshotIsMadeBeforeAMigration(t *testing.T) {
	t.Parallel()
	fresh := house(t)
	fresh.opened(t)
	fresh.opened(t)
	if got := snapshotsIn(t, fresh); len(got) != 0 {
		t.Errorf("a new database has the snapshots %v", got)
	}
	c := house(t)
	before(t, c.DataDir, 18, told)
	c.opened(t)
	c.opened(t)
	got := snapshotsIn(t, c)
	if len(got) != 1 || got[0].Schema != 18 || got[0].Aside || got[0].Name != "20270115T080001.000Z-schema-18.db" || got[0].Bytes == 0 {
		t.Fatalf("snapshots: %+v", got)
	}
	stat, err := os.Stat(filepath.Join(c.DataDir, snapshotFolder, got[0].Name))
	if err != nil || stat.Mode().Perm()&0o077 != 0 {
		t.Errorf("its mode is %v, %v", stat.Mode(), err)
	}
}

// Of the snapshots three are kept; what is no snapshot is left alone.
func TestOldSnapshotsGo(t *testing.T) {
	t.Parallel()
	c := house(t)
	c.opened(t)
	home := filepath.Join(c.DataDir, snapshotFolder)
	var want []string
	for i := range 6 {
		name, err := makeSnapshot(c.DataDir, int64(i), c.Now())
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, name)
		if i == 0 {
			for _, other := range []string{"20200101T000000.000Z-schema-1-before-rollback.db", "mine.db", "99999999T999999.999Z-schema-1.db"} {
				if err := os.WriteFile(filepath.Join(home, other), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	want = append(want[3:], "20200101T000000.000Z-schema-1-before-rollback.db", "mine.db", "99999999T999999.999Z-schema-1.db")
	slices.Sort(want)
	entries, err := os.ReadDir(home)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if all := snapshotsIn(t, c); len(all) != 4 || all[0].Schema != 5 || !all[3].Aside {
		t.Errorf("snapshots: %+v", all)
	}
}

// Where no snapshot can be made the tables are left as they are.
func TestWithoutASnapshotNothingIsMigrated(t *testing.T) {
	t.Parallel()
	c := house(t)
	before(t, c.DataDir, 18, told)
	if err := os.WriteFile(filepath.Join(c.DataDir, snapshotFolder), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if db, err := Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), "make a snapshot before") {
		t.Errorf("Open: got %v, %v", db, err)
	}
	if _, schema := look(t, c.DataDir); schema != 18 {
		t.Errorf("the schema is %d, want 18", schema)
	}
}

// A rollback brings the snapshot's rows and schema back, keeps what was there, and may be undone.
func TestARollbackAndBack(t *testing.T) {
	t.Parallel()
	c := house(t)
	before(t, c.DataDir, 18, told)
	db, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), "", func(tx *Tx) error {
		_, err := tx.s.exec(`UPDATE message SET text = 'from afterwards'`)
		return err
	})
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	newest, err := newestSchema(sqliteDialect())
	if err != nil {
		t.Fatal(err)
	}
	did, err := Rollback(t.Context(), c, "")
	if err != nil || did.To.Schema != 18 || did.Newest != newest {
		t.Fatalf("Rollback: %+v, %v", did, err)
	}
	if text, schema := look(t, c.DataDir); text != "from before" || schema != 18 {
		t.Errorf("after the rollback: %q of schema %d", text, schema)
	}
	if all := snapshotsIn(t, c); len(all) != 2 || all[0].Name != did.Aside || !all[0].Aside || all[0].Schema != newest {
		t.Errorf("snapshots: %+v, and put aside was %s", all, did.Aside)
	}
	if did, err = Rollback(t.Context(), c, did.Aside); err != nil || !did.To.Aside {
		t.Fatalf("Rollback to what was put aside: %+v, %v", did, err)
	}
	if text, schema := look(t, c.DataDir); text != "from afterwards" || schema != newest {
		t.Errorf("after the undoing: %q of schema %d", text, schema)
	}
	if did, err = Rollback(t.Context(), c, ""); err != nil || did.To.Schema != 18 || did.To.Aside {
		t.Fatalf("Rollback again: %+v, %v", did, err)
	}
	c.opened(t) // which brings the tables up to date once more
	if text, schema := look(t, c.DataDir); text != "from before" || schema != newest {
		t.Errorf("after the next start: %q of schema %d", text, schema)
	}
	if _, err := os.Stat(filepath.Join(c.DataDir, rollbackFolder)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder of rollbacks is left: %v", err)
	}
}

// What cannot be is refused with its reason, and changes nothing.
func TestWhatIsNotRolledBack(t *testing.T) {
	t.Parallel()
	c := house(t)
	refused := func(name, reason string) {
		t.Helper()
		if did, err := Rollback(t.Context(), c, name); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("Rollback(%q): got %+v, %v, want to hear %q", name, did, err, reason)
		}
	}
	refused("", "there is no database")
	c.opened(t)
	refused("", "there is no snapshot: ")
	name, err := makeSnapshot(c.DataDir, 1, c.Now())
	if err != nil {
		t.Fatal(err)
	}
	refused("../bimpe.db", `there is no snapshot "../bimpe.db"`)
	exclusive := c
	exclusive.Exclusive = true
	db, err := Open(t.Context(), exclusive)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.TeamByName(t.Context(), "x"); console.CodeOf(err) != console.CodeNotFound {
		t.Errorf("TeamByName: %v", err)
	}
	refused(name, "another bimpe server")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(c.DataDir, snapshotFolder, name)
	edit(t, file, `UPDATE meta SET value = '9999' WHERE key = 'minimum_writer'`)
	refused(name, "needs a newer bimpe")
	spoil(t, file)
	refused(name, "is damaged")
	c.opened(t)
	if all := snapshotsIn(t, c); len(all) != 1 {
		t.Errorf("snapshots: %+v", all)
	}
}

// edit changes a snapshot.
func edit(t *testing.T, file, text string) {
	t.Helper()
	folder := t.TempDir()
	if err := os.Rename(file, filepath.Join(folder, fileName)); err != nil {
		t.Fatal(err)
	}
	c, err := openLite(folder, readWrite)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.exec(t.Context(), text, nil)
	if err = errors.Join(err, c.close(), os.Rename(filepath.Join(folder, fileName), file)); err != nil {
		t.Fatal(err)
	}
}

// spoil overwrites every page of a snapshot but the first ones.
func spoil(t *testing.T, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 2; i < len(b); i++ {
		b[i] ^= 0xff
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A snapshot is of one moment also while others write, and is there whole or not at all.
func TestASnapshotBesideAWriter(t *testing.T) {
	t.Parallel()
	c := house(t)
	db, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	stop, stopped, begun := make(chan struct{}), make(chan error), make(chan struct{})
	go func() {
		var err error
		for i := 0; err == nil; i++ {
			if i == 10 {
				close(begun)
			}
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			err = db.Write(t.Context(), "", func(tx *Tx) error {
				for _, table := range []string{"spent_ticket (hash, expires_at)", "node (id, beat_at)"} {
					if _, err := tx.s.exec(`INSERT INTO `+table+` VALUES ($1, 1)`, fmt.Sprint(i)); err != nil {
						return err
					}
				}
				return nil
			})
		}
		stopped <- err
	}()
	<-begun
	name, err := makeSnapshot(c.DataDir, 1, c.Now())
	close(stop)
	if err = errors.Join(err, <-stopped); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Rename(filepath.Join(c.DataDir, snapshotFolder, name), filepath.Join(folder, fileName)); err != nil {
		t.Fatal(err)
	}
	from, err := openLite(folder, readOnly)
	if err != nil {
		t.Fatal(err)
	}
	n, err := ask(t.Context(), from, `SELECT (SELECT count(*) FROM spent_ticket) - (SELECT count(*) FROM node)`)
	sound, err2 := ask(t.Context(), from, `PRAGMA integrity_check`)
	if err = errors.Join(err, err2, from.close()); err != nil || n != int64(0) || sound != "ok" {
		t.Errorf("the snapshot is %v, and its tables differ by %v rows, %v", sound, n, err)
	}
}
