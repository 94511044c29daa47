package e2e

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5" // keeps a command waiting
)

// A server's data is moved from its folder into PostgreSQL, by a command that is killed again and again;
// what the server there answers is what was answered before, and it goes on from there.
func TestAMoveToPostgreSQL(t *testing.T) {
	t.Parallel()
	m := newModel(t, echo)
	s := serving(t, onSQLite, m.settings()...)
	a := s.newAgent(t, object{"name": "Ọláyẹmí"})
	var conversations []string
	for i := range 8 {
		said := s.say(t, a.ID, fmt.Sprint("hello ", i))
		conversations = append(conversations, said.ConversationID)
		s.isAnswered(t, a.ID, said.ConversationID)
	}
	want := s.answersOf(t, a.ID, conversations)
	to := newDatabase(t)
	if out := s.command("move", "--to", to); out.code != 1 || !contains(out.stderr, "another bimpe server") {
		t.Errorf("move beside a server: %+v", out)
	}
	s.kill() // what was not folded into the database stays in its log
	before := s.database(t)

	twin := &site{t: t, key: s.key, env: append(append([]string{}, s.env...),
		"BIMPE_DATABASE_URL="+to, "BIMPE_MASTER_KEY="+s.masterKey(t), "BIMPE_DATA_DIR="+t.TempDir())}
	t.Cleanup(twin.kill)
	for i := range 8 {
		if s.killed(t, time.Duration(20<<(i/2))*time.Millisecond, "move", "--to", to) == 0 {
			break
		}
	}
	out := s.command("move", "--to", to)
	switch {
	case out.code == 0 && contains(out.stdout, "have been moved and compared") && contains(out.stderr, "comparing"):
	case out.code == 1 && contains(out.stderr, "not empty"): // one was through before it could be killed
	default:
		t.Fatalf("move: %+v", out)
	}
	if diff := cmp.Diff(before, s.database(t)); diff != "" {
		t.Errorf("the source has changed (-before +after):\n%s", diff)
	}
	twin.start()
	if diff := cmp.Diff(want, twin.answersOf(t, a.ID, conversations)); diff != "" {
		t.Errorf("answers (-SQLite +PostgreSQL):\n%s", diff)
	}
	after := twin.reply(t, a.ID, conversations[0], "user", "afterwards")
	if log := twin.isAnswered(t, a.ID, conversations[0]); log[len(log)-2].ID != after.ID || log[len(log)-1].Text != "You said: afterwards" {
		t.Errorf("after the move: %v", texts(log))
	}
	// The folder is as good as it was.
	s.start()
	if diff := cmp.Diff(want, s.answersOf(t, a.ID, conversations)); diff != "" {
		t.Errorf("answers of the source (-before +after):\n%s", diff)
	}
}

// database is what the database's files are made of.
func (s *site) database(t *testing.T) (all string) {
	t.Helper()
	for _, name := range []string{"bimpe.db", "bimpe.db-wal"} {
		b, err := os.ReadFile(filepath.Join(s.dataDir(), name))
		all += fmt.Sprintf("%s %x %v\n", name, sha256.Sum256(b), err)
	}
	return all
}

// masterKey is the one in the site's folder.
func (s *site) masterKey(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(s.dataDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

// Data of an older release is moved as it is; the server brings it up to date in its new place.
func TestDataOfAnOlderReleaseIsMoved(t *testing.T) {
	t.Parallel()
	s := emptySite(t, onSQLite, masterKey)
	if out := s.command("restore", ofAnOlderRelease); out.code != 0 {
		t.Fatalf("restore: %+v", out)
	}
	to := newDatabase(t)
	if out := s.command("move", "--to", to); out.code != 0 || !contains(out.stdout, "rows of schema 18 have been moved") {
		t.Fatalf("move: %+v", out)
	}
	twin := &site{t: t, env: append(append([]string{}, s.env...), "BIMPE_DATABASE_URL="+to)}
	t.Cleanup(twin.kill)
	twin.start()
	twin.key = twin.mint("*")
	agentID, conversationID := twin.whatWasThere(t)
	twin.reply(t, agentID, conversationID, "user", "four")
	twin.whatWasThere(t, "four")
}

// What cannot be moved is said before anything is done, without the password.
func TestMovesThatCannotBe(t *testing.T) {
	t.Parallel()
	s := serving(t, onSQLite)
	want[[]agent](t, s, http.StatusOK, get("/agents", ""))
	s.kill()
	for _, c := range []struct {
		args   []string
		code   int
		reason string
	}{
		{[]string{"move"}, 2, "--to"},
		{[]string{"move", "--to", "mysql://user:secret@host/name"}, 2, "must begin with postgres://"},
		{[]string{"move", "--to", "postgres://user:secret@127.0.0.1:1/name"}, 1, "connect to the database"},
		{[]string{"move", "--to", "postgres://user:secret@127.0.0.1:1/name", "--data-dir", t.TempDir()}, 2, "there is no database"},
		{[]string{"move", "--to", "postgres://user:secret@127.0.0.1:1/name", "--database-url", "postgres://x/y"}, 2, "data is moved from a data folder"},
	} {
		if out := s.command(c.args...); out.code != c.code || !contains(out.stderr, c.reason) || contains(out.stderr, "secret") {
			t.Errorf("%v: %+v, want code %d and to hear %q", c.args, out, c.code, c.reason)
		}
	}
}

// A signal ends a restore and a move in order, and each says what is there then.
func TestLongCommandsAreBrokenOff(t *testing.T) {
	t.Parallel()
	s := emptySite(t, onSQLite, masterKey)
	if out := s.command("restore", ofAnOlderRelease); out.code != 0 {
		t.Fatalf("restore: %+v", out)
	}
	to := newDatabase(t)
	ctx := within(t, patience)
	holder, err := pgx.Connect(ctx, to)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = holder.Close(context.WithoutCancel(ctx)) }() // nothing was written
	// As somebody does who opens the database: all others wait.
	if _, err := holder.Exec(ctx, `SELECT pg_advisory_lock(422675574885)`); err != nil {
		t.Fatal(err)
	}
	twin := &site{t: t, env: append(append([]string{}, s.env...), "BIMPE_DATABASE_URL="+to)}
	waiting := func(by string) (is bool) {
		err := holder.QueryRow(ctx, `SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()
			AND wait_event = 'advisory' AND query LIKE $1`, "SELECT "+by+"(%").Scan(&is)
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	for _, c := range []struct {
		of   *site
		args []string
		by   string // how it waits
		left string
	}{
		{twin, []string{"restore", ofAnOlderRelease}, "pg_advisory_xact_lock", "bimpe: broken off: the place is as empty as it was"},
		{s, []string{"move", "--to", to}, "pg_advisory_lock", "bimpe: broken off: what has been copied stays, and bimpe move goes on from there"},
	} {
		p, err := c.of.begin(c.args...)
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "the command waits", func() bool { return waiting(c.by) })
		if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		waitFor(t, p.ended, "the command ends")
		if code := p.cmd.ProcessState.ExitCode(); code != 1 || !contains(p.stderr.String(), c.left) {
			t.Errorf("%v: code %d, %s", c.args, code, p.stderr)
		}
	}
}
