package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ofAnOlderRelease is a backup that was made with a release of schema 18: a team called e2e, an agent,
// and a conversation.
const ofAnOlderRelease = "testdata/schema-18.bimpe"

// whatWasThere checks that a site has what stands in ofAnOlderRelease, and more.
func (s *site) whatWasThere(t *testing.T, more ...string) (agentID, conversationID string) {
	t.Helper()
	a := want[[]agent](t, s, http.StatusOK, get("/agents", ""))
	if len(a) != 1 {
		t.Fatalf("%d agents, want 1", len(a))
	}
	c := want[[]conversation](t, s, http.StatusOK, get("/agents/"+a[0].ID+"/conversations", ""))
	if len(c) != 1 {
		t.Fatalf("%d conversations, want 1", len(c))
	}
	s.isAnswered(t, a[0].ID, c[0].ID)
	var said []string
	for _, text := range texts(s.log(t, a[0].ID, c[0].ID)) {
		if after, ok := strings.CutPrefix(text, "user: "); ok {
			said = append(said, after)
		}
	}
	if diff := cmp.Diff(append([]string{"one", "two", "three"}, more...), said); diff != "" {
		t.Errorf("what the customer said (-want +got):\n%s", diff)
	}
	return a[0].ID, c[0].ID
}

// A backup of an older release is restored on both engines, and the server brings it up to date.
func TestABackupOfAnOlderReleaseIsRestored(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		s := emptySite(t, e, masterKey)
		if out := s.command("restore", ofAnOlderRelease); out.code != 0 || !contains(out.stdout, "rows of schema 18 have been restored") {
			t.Fatalf("restore: %+v", out)
		}
		s.start()
		s.key = s.mint("*")
		agentID, conversationID := s.whatWasThere(t)
		s.reply(t, agentID, conversationID, "user", "four")
		s.whatWasThere(t, "four")
	})
}

// An upgrade keeps the database from before, and a rollback puts it back; what was said since is kept
// aside and can be put back too.
func TestAnUpgradeIsRolledBack(t *testing.T) {
	t.Parallel()
	s := emptySite(t, onSQLite, masterKey)
	if out := s.command("rollback"); out.code != 2 || !contains(out.stderr, "there is no database") {
		t.Errorf("rollback of nothing: %+v", out)
	}
	if out := s.command("restore", ofAnOlderRelease); out.code != 0 {
		t.Fatalf("restore: %+v", out)
	}
	s.start() // the upgrade
	s.key = s.mint("*")
	agentID, conversationID := s.whatWasThere(t)
	s.reply(t, agentID, conversationID, "user", "four")
	s.whatWasThere(t, "four")

	list := s.command("rollback", "--list")
	if list.code != 0 || strings.Count(list.stdout, "\n") != 2 || !contains(list.stdout, "-schema-18.db") || !contains(list.stdout, "before an upgrade") {
		t.Errorf("rollback --list: %+v", list)
	}
	if out := s.command("rollback"); out.code != 1 || !contains(out.stderr, "another bimpe server") {
		t.Errorf("rollback beside a server: %+v", out)
	}
	s.kill()
	out := s.command("rollback")
	if out.code != 0 || !contains(out.stdout, "of schema 18.") || !contains(out.stderr, "Start the release that was there before") {
		t.Fatalf("rollback: %+v", out)
	}
	if out := s.command("backup", filepath.Join(t.TempDir(), "file")); !contains(out.stdout, "rows of schema 18 are in") {
		t.Errorf("after the rollback: %+v", out)
	}
	list = s.command("rollback", "--list")
	aside := strings.Fields(lineWith(list.stdout, "put aside by a rollback"))
	if len(aside) == 0 || !contains(out.stdout, "kept as "+aside[0]) {
		t.Fatalf("rollback said %q, and lists\n%s", out.stdout, list.stdout)
	}
	s.start() // the upgrade once more; the key was made after the first one
	s.key = s.mint("*")
	s.whatWasThere(t)
	s.kill()
	if out := s.command("rollback", aside[0]); out.code != 0 || out.stderr != "" {
		t.Errorf("rollback to what was put aside: %+v", out)
	}
	s.start()
	s.key = s.mint("*")
	s.whatWasThere(t, "four")
	files, err := os.ReadDir(s.dataDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if contains(f.Name(), "partial") {
			t.Errorf("%s has been left", f.Name())
		}
	}
}

// On PostgreSQL, where there are none, the command says what to do instead.
func TestThereAreNoSnapshotsOnPostgreSQL(t *testing.T) {
	t.Parallel()
	s := emptySite(t, onPostgres)
	for _, args := range [][]string{{"rollback"}, {"rollback", "--list"}} {
		if out := s.command(args...); out.code != 2 || !contains(out.stderr, "make a backup before an upgrade") {
			t.Errorf("%v: %+v", args, out)
		}
	}
}
