package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// told posts a message as a customer whom the channel knows by an id.
func (s *site) told(t *testing.T, agentID, customer, text string, headers map[string]string) message {
	t.Helper()
	return want[message](t, s, http.StatusCreated, request{
		method: "POST", path: api + "/agents/" + agentID + "/conversations/messages", headers: headers,
		body: object{"message": text, "channel_user_id": customer, "channel_username": "Name " + customer},
	})
}

// counted reads what a command said of a kind of rows.
func counted(out output, what string) string {
	_, n, _ := strings.Cut(lineWith(out.stdout, what), what)
	return strings.TrimSpace(n)
}

// inFiles returns which files of a data folder hold one of some texts.
func inFiles(t *testing.T, folder string, texts ...string) (found []string) {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if strings.Contains(string(raw), text) {
				found = append(found, f.Name()+": "+text)
			}
		}
	}
	return found
}

// A customer is erased beside the running server, in the middle of a reply: nothing of them is to be had any
// more, nor found in the files, and the next word of theirs begins a new conversation.
func TestACustomerIsErased(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		asked, goOn := make(chan struct{}, 1), make(chan struct{})
		m := newModel(t, func(c *call) {
			if strings.Contains(c.last(), "quetzal") && strings.Contains(c.last(), "slowly") {
				asked <- struct{}{}
				<-goOn
			}
			echo(c)
		})
		s := serving(t, e, m.settings()...)
		a := s.newAgent(t, nil)
		once := map[string]string{"Idempotency-Key": "first-post"}
		theirs := s.told(t, a.ID, "visitor-quetzal", "my secret is quetzal feathers", once)
		stays := s.told(t, a.ID, "visitor-okapi", "my secret is okapi stripes", nil)
		for _, c := range []message{theirs, stays} {
			eventually(t, "a reply", func() bool { return s.idle(t, a.ID, c.ConversationID) })
		}
		want[any](t, s, http.StatusCreated, request{
			method: "POST", path: conversationPath(a.ID, theirs.ConversationID) + "/notes", body: object{"text": "likes quetzal hats"},
		})
		s.reply(t, a.ID, theirs.ConversationID, "user", "slowly now, quetzal")
		<-asked

		would := s.command("erase", "--team", "e2e", "--dry-run", "visitor-quetzal")
		if would.code != 0 || counted(would, "conversations") != "1" || counted(would, "messages") != "3" || !contains(would.stderr, "Nothing") {
			t.Errorf("erase --dry-run: %+v", would)
		}
		s.conversation(t, a.ID, theirs.ConversationID)
		out := s.command("erase", "--team", "e2e", "visitor-quetzal")
		if out.code != 0 || out.stdout != would.stdout || counted(out, "notes") != "1" || counted(out, "turns") != "2" || counted(out, "prompts") != "1" {
			t.Errorf("erase: %+v, the dry run said %q", out, would.stdout)
		}
		close(goOn)
		path := conversationPath(a.ID, theirs.ConversationID)
		for _, p := range []string{path, path + "/messages", path + "/turns", path + "/notes", path + "/messages/" + theirs.ID} {
			refused(t, s.send(t, request{method: "GET", path: p}), http.StatusNotFound, "not_found")
		}
		again := s.send(t, request{
			method: "POST", path: api + "/agents/" + a.ID + "/conversations/messages", headers: once,
			body: object{"message": "my secret is quetzal feathers", "channel_user_id": "visitor-quetzal", "channel_username": "Name visitor-quetzal"},
		})
		refused(t, again, http.StatusNotFound, "not_found")
		if got := s.log(t, a.ID, stays.ConversationID); len(got) != 2 {
			t.Errorf("the other customer's log: %q", texts(got))
		}
		next := s.told(t, a.ID, "visitor-quetzal", "hello, I am new here", nil)
		if next.ConversationID == theirs.ConversationID {
			t.Errorf("the erased conversation goes on")
		}
		eventually(t, "the new conversation is answered", func() bool { return s.idle(t, a.ID, next.ConversationID) })
		if out := s.command("erase", "--team", "e2e", next.ConversationID); out.code != 0 || counted(out, "conversations") != "1" {
			t.Errorf("erase by the conversation: %+v", out)
		}
		if out := s.command("erase", "--team", "e2e", "visitor-quetzal"); out.code != 1 || !contains(out.stderr, "visitor-quetzal") || out.stdout != "" {
			t.Errorf("erase of nobody: %+v", out)
		}
		if e == onSQLite {
			if found := inFiles(t, s.dataDir(), "quetzal", "Name visitor-q"); found != nil {
				t.Errorf("the files still hold %q", found)
			}
			if found := inFiles(t, s.dataDir(), "okapi stripes"); found == nil {
				t.Error("the files hold nothing of the customer who stays, so that this test says nothing")
			}
		}
	})
}

// What has been silent for longer than its team keeps it is removed by the server.
func TestOldConversationsAreRemoved(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		clock := filepath.Join(t.TempDir(), "clock")
		setClock(t, clock, 0)
		s := serving(t, e, newModel(t, echo).settings("BIMPE_TEST_CLOCK="+clock)...)
		a := s.newAgent(t, nil)
		old := s.told(t, a.ID, "one", "an old word: quetzal", nil)
		eventually(t, "a reply", func() bool { return s.idle(t, a.ID, old.ConversationID) })
		s.set(t, "--retention-days", "30")
		if got := lineWith(s.command("team", "list").stdout, "e2e"); !contains(got, " 30 ") {
			t.Errorf("team list: %q", got)
		}
		setClock(t, clock, 29*24*time.Hour)
		s.restart()
		young := s.told(t, a.ID, "two", "a young word", nil)
		eventually(t, "a reply", func() bool { return s.idle(t, a.ID, young.ConversationID) })
		s.conversation(t, a.ID, old.ConversationID)
		setClock(t, clock, 31*24*time.Hour)
		s.restart()
		eventually(t, "the old conversation is gone", func() bool {
			return s.send(t, request{method: "GET", path: conversationPath(a.ID, old.ConversationID)}).status == http.StatusNotFound
		})
		s.conversation(t, a.ID, young.ConversationID)
	})
}

// A team is deleted beside the running server: its keys are refused, its streams end, and its name is free.
func TestATeamIsDeleted(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		s := serving(t, e, newModel(t, echo).settings()...)
		a := s.newAgent(t, nil)
		first := s.told(t, a.ID, "one", "quetzal", nil)
		l := s.listen(t, a.ID, first.ConversationID, nil)
		eventually(t, "a reply", func() bool { return s.idle(t, a.ID, first.ConversationID) })
		if out := s.command("team", "delete", "e2e"); out.code != 2 || !contains(out.stderr, "--yes") {
			t.Errorf("team delete without --yes: %+v", out)
		}
		s.conversation(t, a.ID, first.ConversationID)
		if out := s.command("team", "delete", "--yes", "e2e"); out.code != 0 || out.stdout != "" {
			t.Fatalf("team delete: %+v", out)
		}
		l.end(t)
		eventually(t, "the key is refused", func() bool {
			return s.send(t, request{method: "GET", path: api + "/agents"}).status == http.StatusUnauthorized
		})
		if out := s.command("team", "list"); lineWith(out.stdout, "e2e") != "" || out.code != 0 {
			t.Errorf("team list: %+v", out)
		}
		if out := s.command("key", "list"); out.code != 0 || strings.Count(out.stdout, "\n") != 1 {
			t.Errorf("key list: %+v", out)
		}
		if out := s.command("team", "delete", "--yes", "e2e"); out.code != 1 || !contains(out.stderr, "e2e") {
			t.Errorf("team delete of one that is gone: %+v", out)
		}
		s.key = s.mint("*") // a new team of the old name, which has nothing
		if got := want[[]agent](t, s, http.StatusOK, request{method: "GET", path: api + "/agents"}); len(got) != 0 {
			t.Errorf("agents of the new team: %+v", got)
		}
		if e == onSQLite {
			if found := inFiles(t, s.dataDir(), "quetzal", a.ID); found != nil {
				t.Errorf("the files still hold %q", found)
			}
		}
	})
}
