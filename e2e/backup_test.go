package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// backup makes a backup of a site and returns its file.
func (s *site) backup(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "backup.bimpe")
	out := s.command("backup", file)
	if out.code != 0 || !contains(out.stdout, "are in "+file) || !contains(out.stderr, "master key is not in the backup") {
		t.Fatalf("backup: %+v", out)
	}
	return file
}

// restored is a new site from a backup, whose server answers.
func restored(t *testing.T, from *site, e engine, file string, settings ...string) *site {
	t.Helper()
	s := emptySite(t, e, append(settings, masterKey)...)
	s.key = from.key
	if out := s.command("restore", file); out.code != 0 || !contains(out.stdout, "have been restored") {
		t.Fatalf("restore: %+v", out)
	}
	s.start()
	return s
}

// customers write, each in a conversation of its own, until they are told to stop. That returns the
// conversations.
func (s *site) customers(t *testing.T, agentID string, n int) (stop func() []string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ids := make([]string, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			for k := 0; ctx.Err() == nil; k++ {
				r := post("/agents/"+agentID+"/conversations/messages", object{
					"message": fmt.Sprintf("word %d of %d", k, i), "channel_user_id": fmt.Sprint("customer ", i),
				})
				var in struct{ Data message }
				a, err := s.try(t.Context(), r)
				if err = errors.Join(err, json.Unmarshal(a.body, &in)); err != nil || a.status != http.StatusCreated {
					t.Errorf("a customer: %d %s, %v", a.status, a.body, err)
					return
				}
				ids[i] = in.Data.ConversationID
			}
		})
	}
	return func() []string {
		cancel()
		all.Wait()
		return ids
	}
}

// isAnswered waits until the last word in a conversation is the agent's, and returns what was said.
func (s *site) isAnswered(t *testing.T, agentID, id string) (log []message) {
	t.Helper()
	eventually(t, "all is answered", func() bool {
		log = s.log(t, agentID, id)
		return len(log) > 0 && log[len(log)-1].Role == "assistant"
	})
	return log
}

// answersOf is what a site answers to a walk through what is kept in it, without what each request has
// of its own.
func (s *site) answersOf(t *testing.T, agentID string, conversations []string) map[string]string {
	t.Helper()
	paths := []string{
		"/agents", "/agents/" + agentID, "/agents/" + agentID + "/knowledge_bases", "/workflows?limit=100",
		"/agents/" + agentID + "/conversations?limit=100",
	}
	for _, id := range conversations {
		at := "/agents/" + agentID + "/conversations/" + id
		paths = append(paths, at, at+"/messages?limit=100", at+"/turns?limit=100")
	}
	all := make(map[string]string)
	for _, path := range paths {
		a := s.send(t, get(path, ""))
		if a.status != http.StatusOK {
			t.Errorf("GET %s: %d %s", path, a.status, a.body)
		}
		all[path] = strings.ReplaceAll(string(a.body), a.header.Get("X-Request-Id"), "")
	}
	return all
}

// A backup is made while customers write. Restored on either engine it has everything that was
// acknowledged before it began, in order and without a gap, and the server there answers what was not
// answered yet, once.
func TestABackupUnderLoadIsRestored(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		m := newModel(t, echo)
		s := serving(t, e, append(m.settings(), masterKey)...)
		a := s.newAgent(t, object{"name": "Ọláyẹmí"})
		var before []message
		for i := range 5 {
			before = append(before, s.say(t, a.ID, fmt.Sprint("before ", i)))
		}
		stop := s.customers(t, a.ID, 8)
		file := s.backup(t)
		ids := stop()
		for _, to := range []engine{onSQLite, onPostgres} {
			t.Run("to "+string(to), func(t *testing.T) {
				t.Parallel()
				twin := restored(t, s, to, file, m.settings()...)
				for _, b := range before {
					if log := twin.isAnswered(t, a.ID, b.ConversationID); log[0].ID != b.ID || len(log) != 2 {
						t.Errorf("before the backup was said %v, and there is %v", b, log)
					}
				}
				for _, id := range ids {
					whole, part := s.isAnswered(t, a.ID, id), []message(nil)
					if twin.send(t, get("/agents/"+a.ID+"/conversations/"+id, "")).status == http.StatusOK {
						part = twin.isAnswered(t, a.ID, id)
					}
					if diff := cmp.Diff(said(whole)[:len(said(part))], said(part), cmpopts.EquateEmpty()); diff != "" {
						t.Errorf("what the customer said is no beginning of all that was said (-want +got):\n%s", diff)
					}
				}
				more := twin.say(t, a.ID, "afterwards")
				if log := twin.isAnswered(t, a.ID, more.ConversationID); log[len(log)-1].Text != "You said: afterwards" {
					t.Errorf("after the restore: %v", log)
				}
			})
		}
	})
}

// said is what the customer wrote, in order.
func said(log []message) (ids []string) {
	for _, m := range log {
		if m.Role == "user" {
			ids = append(ids, m.ID+" "+m.Text)
		}
	}
	return ids
}

// settledSite has some of everything and rests.
func settledSite(t *testing.T, e engine) (s *site, agentID string, conversations []string) {
	t.Helper()
	s = serving(t, e, append(newModel(t, echo).settings(), masterKey)...)
	a := s.newAgent(t, object{"name": "Ọláyẹmí 👋", "description": "line\nand \"quotes\""})
	s.send(t, post("/agents/"+a.ID+"/knowledge_bases", object{"type": "text", "name": "Hours", "content": "Open from nine to five."}))
	for i := range 12 {
		m := s.say(t, a.ID, fmt.Sprint("hello ", i))
		conversations = append(conversations, m.ConversationID)
		s.isAnswered(t, a.ID, m.ConversationID)
	}
	return s, a.ID, conversations
}

// What a restored server answers is what the server answered, byte for byte, also across the engines and
// back.
func TestARestoredServerAnswersTheSame(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		s, agentID, conversations := settledSite(t, e)
		want := s.answersOf(t, agentID, conversations)
		file := s.backup(t)
		for _, to := range []engine{onPostgres, onSQLite} {
			twin := restored(t, s, to, file)
			if diff := cmp.Diff(want, twin.answersOf(t, agentID, conversations)); diff != "" {
				t.Errorf("answers on %s (-want +got):\n%s", to, diff)
			}
			twin.kill()
			file = twin.backup(t) // goes on to the next one
		}
	})
}

// Nothing that is not a whole backup is restored, and nothing is overwritten.
func TestWhatIsNoBackupIsRefused(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		s, agentID, conversations := settledSite(t, e)
		file := s.backup(t)
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if stat, err := os.Stat(file); err != nil || stat.Mode().Perm() != 0o600 {
			t.Errorf("the backup's mode: %v, %v", stat.Mode(), err)
		}
		if out := s.command("backup", file); out.code != 1 || !contains(out.stderr, "nothing is overwritten") {
			t.Errorf("backup into the same file: %+v", out)
		}
		to := emptySite(t, e, masterKey)
		to.key = s.key
		bad := filepath.Join(t.TempDir(), "bad.bimpe")
		refuse := func(what string, b []byte) {
			t.Helper()
			if err := os.WriteFile(bad, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if out := to.command("restore", bad); out.code != 1 || !contains(out.stderr, "backup") || out.stdout != "" {
				t.Errorf("%s: %+v", what, out)
			}
		}
		const regions = 12
		for i := range regions {
			at := i * (len(whole) - 1) / (regions - 1)
			b := bytes.Clone(whole)
			b[at] ^= 0x40
			refuse(fmt.Sprint("byte ", at), b)
			refuse(fmt.Sprint("cut at ", at), whole[:at])
		}
		refuse("more than a backup", append(bytes.Clone(whole), whole...))
		if out := to.command("restore", filepath.Join(t.TempDir(), "nothing")); out.code != 1 {
			t.Errorf("a file that is not there: %+v", out)
		}
		stranger := &site{t: t, env: append(append([]string{}, to.env...), "BIMPE_MASTER_KEY="+strings.Repeat("0f", 32))}
		if out := stranger.command("restore", file); out.code != 1 || !contains(out.stderr, "the master key here is not the one") {
			t.Errorf("another master key: %+v", out)
		}
		if out := to.command("restore", file); out.code != 0 {
			t.Fatalf("restore of the whole one, after all that: %+v", out)
		}
		if out := to.command("restore", file); out.code != 1 || !contains(out.stderr, "empty") {
			t.Errorf("restore into what is there: %+v", out)
		}
		to.start()
		if diff := cmp.Diff(s.answersOf(t, agentID, conversations), to.answersOf(t, agentID, conversations)); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
	})
}

// Killed at whatever moment, a restore leaves the place empty or whole.
func TestAKilledRestoreLeavesAllOrNothing(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		s, agentID, conversations := settledSite(t, e)
		file := s.backup(t)
		to := emptySite(t, e, masterKey)
		to.key = s.key
		for i := range 10 {
			if code := to.killed(t, time.Duration(20<<(i/2))*time.Millisecond, "restore", file); code == 0 {
				break
			}
		}
		if out := to.command("restore", file); out.code != 0 && !contains(out.stderr, "empty") {
			t.Errorf("after all that: %+v", out)
		}
		to.start()
		if diff := cmp.Diff(s.answersOf(t, agentID, conversations), to.answersOf(t, agentID, conversations)); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
	})
}

// killed runs a command that is killed after some time, and returns its exit code, -1 if it was.
func (s *site) killed(t *testing.T, after time.Duration, args ...string) int {
	t.Helper()
	p, err := s.begin(args...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	select {
	case <-p.ended:
	case <-ctx.Done():
		p.end()
	}
	return p.cmd.ProcessState.ExitCode()
}

// A backup that was killed leaves no backup, and the next one may have its name.
func TestAKilledBackupIsNone(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		s, _, _ := settledSite(t, e)
		file := filepath.Join(t.TempDir(), "backup.bimpe")
		for i := range 6 {
			if s.killed(t, time.Duration(20<<(i/2))*time.Millisecond, "backup", file) == 0 {
				break
			}
		}
		_, err := os.Stat(file)
		if out := s.command("backup", file); (out.code == 0) != errors.Is(err, os.ErrNotExist) {
			t.Errorf("afterwards: %+v, %v", out, err)
		}
		if out := emptySite(t, e, masterKey).command("restore", file); out.code != 0 {
			t.Errorf("restore: %+v", out)
		}
	})
}

// Without its master key a backup can be put back, but the command says what is missing, and no server
// starts under another one.
func TestTheMasterKeyIsKeptApart(t *testing.T) {
	t.Parallel()
	s := serving(t, onSQLite)
	a := s.newAgent(t, nil)
	key := filepath.Join(s.dataDir(), "master.key")
	file := filepath.Join(t.TempDir(), "backup.bimpe")
	if out := s.command("backup", file); out.code != 0 || !contains(out.stderr, key) {
		t.Errorf("backup does not say where the master key lies: %+v", out)
	}
	secret, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if err != nil || bytes.Contains(raw, bytes.TrimSpace(secret)) {
		t.Errorf("the master key is in the backup, %v", err)
	}
	to := emptySite(t, onSQLite)
	to.key = s.key
	if out := to.command("restore", file); out.code != 0 || !contains(out.stderr, "There is no master key here yet") {
		t.Fatalf("restore: %+v", out)
	}
	if err := os.WriteFile(filepath.Join(to.dataDir(), "master.key"), secret, 0o600); err != nil {
		t.Fatal(err)
	}
	to.start()
	want[agent](t, to, http.StatusOK, get("/agents/"+a.ID, ""))
	// A server is running there now.
	if out := to.command("restore", file); out.code != 1 || !contains(out.stderr, "another bimpe server") {
		t.Errorf("restore beside a server: %+v", out)
	}
}
