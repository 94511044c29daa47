package e2e

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestKeysAreMadeListedAndRevokedBesideAServer(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		s := serving(t, e)
		out := s.command("key", "create", "--team", "shop", "--scope", "agents:read", "--scope", "agents:write",
			"workflows:read", "--name", "till", "--expires", "24h")
		key := strings.TrimSuffix(out.stdout, "\n")
		if out.code != 0 || out.stderr != "" || !regexp.MustCompile(`^sk_[A-Za-z0-9_-]{43}$`).MatchString(key) {
			t.Fatalf("key create: code %d, stdout %q, stderr %q", out.code, out.stdout, out.stderr)
		}
		a := want[agent](t, s, http.StatusCreated, request{
			method: "POST", path: api + "/agents", body: object{"name": "theirs"}, key: key,
		})
		refused(t, s.send(t, request{method: "GET", path: api + "/agents/" + a.ID}), http.StatusNotFound, "not_found")

		list := s.command("key", "list", "--team", "shop")
		line := lineWith(list.stdout, "till")
		if list.code != 0 || line == "" || contains(list.stdout, key) || !contains(line, "agents:read,agents:write,workflows:read") {
			t.Fatalf("key list: code %d, %q %q", list.code, list.stdout, list.stderr)
		}
		if contains(list.stdout, "e2e") {
			t.Errorf("key list shows another team: %s", list.stdout)
		}
		if out := s.command("key", "revoke", strings.Fields(line)[0]); out != (output{}) {
			t.Errorf("key revoke: %+v", out)
		}
		eventually(t, "the key is refused", func() bool {
			return s.send(t, request{method: "GET", path: api + "/agents", key: key}).status == http.StatusUnauthorized
		})
		if out := s.command("key", "revoke", "nothing"); out.code != 1 || !contains(out.stderr, "nothing") {
			t.Errorf("key revoke of nothing: %+v", out)
		}
	})
}

func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if contains(line, part) {
			return line
		}
	}
	return ""
}

func TestTeamsHaveQuotas(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		s := serving(t, e)
		if out := s.command("team", "create", "small", "--agents", "1"); out.code != 0 || out.stderr != "" ||
			!regexp.MustCompile(`^[a-z][a-z0-9]{24}\n$`).MatchString(out.stdout) {
			t.Fatalf("team create: %+v", out)
		}
		if out := s.command("team", "create", "small"); out.code != 1 || out.stderr == "" {
			t.Errorf("a second team of that name: %+v", out)
		}
		key := strings.TrimSpace(s.command("key", "create", "--team", "small", "--scope", "*").stdout)
		create := request{method: "POST", path: api + "/agents", body: object{"name": "x"}, key: key}
		want[agent](t, s, http.StatusCreated, create)
		refused(t, s.send(t, create), http.StatusBadRequest, "agent_limit_reached")
		if out := s.command("team", "set", "small", "--agents", "2", "--integrations", "none", "--streams", "3", "--rate", "7"); out != (output{}) {
			t.Errorf("team set: %+v", out)
		}
		if got := strings.Join(strings.Fields(lineWith(s.command("team", "list").stdout, "small")), " "); !contains(got, "small 2 none 3 7") {
			t.Errorf("team list: %q", got)
		}
		eventually(t, "the quota has risen", func() bool { return s.send(t, create).status == http.StatusCreated })
		if out := s.command("team", "set", "nobody", "--agents", "2"); out.code != 1 || !contains(out.stderr, "nobody") {
			t.Errorf("team set of nobody: %+v", out)
		}
	})
}

func TestWhatIsKeptIsForItsOwnerEvenInAFolderForAll(t *testing.T) {
	t.Parallel()
	s := newSite(t, onSQLite)
	if err := os.Chmod(s.dataDir(), 0o755); err != nil { //nolint:gosec // that is what is tested
		t.Fatal(err)
	}
	s.command("team", "create", "shop")
	s.quickstart(t)
	s.mint("*")
	files, err := os.ReadDir(s.dataDir())
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, f := range files {
		stat, err := f.Info()
		if err != nil {
			t.Error(err)
			continue
		}
		if strings.HasPrefix(f.Name(), "bimpe.db") {
			found++
		}
		if mode := stat.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s has mode %o", f.Name(), mode)
		}
	}
	if found < 3 {
		t.Errorf("%d files of the database, want it with -wal and -shm", found)
	}
}

func TestCommandsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	s := &site{t: t, env: []string{"BIMPE_DATA_DIR=" + filepath.Join(t.TempDir(), "new")}}
	for _, args := range [][]string{
		{"dance"},
		{"serve", "--dance"},
		{"key"},
		{"key", "create"},
		{"key", "create", "--team", "x"},
		{"key", "create", "--team", "x", "--scope", "everything"},
		{"key", "create", "--team", "x", "--scope", "*", "--expires", "soon"},
		{"key", "create", "--team", "x", "--scope", "*", "--expires", "-1h"},
		{"key", "create", "--team", "x", "--scope", "*", "--expires", "0"},
		{"key", "create", "--team", "x", "--scope", "*", "--expires", "0s"},
		{"key", "create", "--team", "", "--scope", "*"},
		{"key", "create", "--team", "a\nb", "--scope", "*"},
		{"team", "create"},
		{"team", "create", ""},
		{"team", "create", "a\nb"},
		{"team", "create", "a\x1b[2Jb"},
		{"team", "create", "x", "--agents", "-1"},
		{"team", "create", "x", "--rate", "many"},
		{"team", "create", "x", "--rate", "none"},
		{"team", "create", "x", "--integrations", "-1"},
		{"team", "create", "x", "--integrations", "few"},
		{"team", "create", "x", "--agents", "2000000000"},
		{"phone-number"},
		{"phone-number", "add"},
		{"phone-number", "add", "+2348012345678"},
		{"phone-number", "add", "--team", "x"},
		{"phone-number", "add", "--team", "x", "08012345678"},
		{"phone-number", "reject"},
		{"serve", "--listen", "nope"},
		{"serve", "--listen", "127.0.0.1"},
		{"quickstart", "--listen", "127.0.0.1:99999"},
	} {
		out := s.command(args...)
		if out.code != 2 || !strings.HasPrefix(out.stderr, "bimpe: ") || out.stdout != "" {
			t.Errorf("bimpe %v: code %d, stdout %.80q, stderr %q", args, out.code, out.stdout, out.stderr)
		}
	}
	for _, args := range [][]string{{}, {"--help"}, {"version"}, {"key", "create", "--help"}} {
		if out := s.command(args...); out.code != 0 || out.stdout == "" {
			t.Errorf("bimpe %v: %+v", args, out)
		}
	}
}

func TestTheDocumentIsPrinted(t *testing.T) {
	t.Parallel()
	s := &site{t: t}
	out := s.command("openapi")
	for _, part := range []string{`"openapi":"3.1`, "/agents/{agentId}/conversations/messages", "/api-keys"} {
		if !contains(strings.ReplaceAll(out.stdout, `": "`, `":"`), part) {
			t.Errorf("the document does not hold %s", part)
		}
	}
	if out.code != 0 {
		t.Errorf("code %d: %s", out.code, out.stderr)
	}
}

func TestQuickstartShowsAReplyBeingWritten(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		s := newSite(t, e)
		for round := range 2 {
			p := s.quickstart(t)
			text := p.stdout.String()
			for _, part := range []string{"vegan", "ewa agoyin", "curl -s", s.base() + "/docs", "Ctrl-C"} {
				if !contains(text, part) {
					t.Fatalf("round %d: stdout does not hold %q:\n%s\n%s", round, part, text, p.stderr)
				}
			}
			if before, _, ok := strings.Cut(text, "that key"); !ok || !contains(before, "\n  key ") {
				t.Errorf("round %d: a key is spoken of before it is named:\n%s", round, text)
			}
			key := quickstartKey(t, s)
			agents := want[[]agent](t, s, http.StatusOK, request{method: "GET", path: api + "/agents", key: key})
			if len(agents) != 1 {
				t.Errorf("round %d: %d agents, want the one that is used again", round, len(agents))
			}
			if code := s.terminate(within(t, leave)); code != 0 {
				t.Errorf("round %d: exit code %d: %s", round, code, p.stderr)
			}
		}
	})
}

func TestQuickstartShowsAReplyWhateverWasDoneToItsAgent(t *testing.T) {
	t.Parallel()
	s := newSite(t, onSQLite)
	s.quickstart(t)
	s.key = quickstartKey(t, s)
	a := want[[]agent](t, s, http.StatusOK, request{method: "GET", path: api + "/agents"})[0]
	for _, c := range want[[]conversation](t, s, http.StatusOK, request{method: "GET", path: api + "/agents/" + a.ID + "/conversations"}) {
		s.send(t, request{method: "PATCH", path: conversationPath(a.ID, c.ID) + "/ai-status", body: object{"is_ai_chat_paused": true}})
		s.reply(t, a.ID, c.ID, "assistant", "I am here")
	}
	paused := s.send(t, request{method: "PATCH", path: api + "/agents/" + a.ID + "/live-status", body: object{"status": "paused"}})
	if paused.status != http.StatusOK {
		t.Fatalf("pause the agent: %d %s", paused.status, paused.body)
	}
	s.terminate(within(t, leave))
	text := s.quickstart(t).stdout.String()
	for _, part := range []string{"was paused", "ewa agoyin"} {
		if !contains(text, part) {
			t.Errorf("stdout does not hold %q:\n%s", part, text)
		}
	}
}

func TestQuickstartServesEvenWithoutADemonstration(t *testing.T) {
	t.Parallel()
	s := newSite(t, onSQLite)
	s.quickstart(t)
	s.key = quickstartKey(t, s)
	a := want[[]agent](t, s, http.StatusOK, request{method: "GET", path: api + "/agents"})[0]
	renamed := s.send(t, request{method: "PATCH", path: api + "/agents/" + a.ID, body: object{"name": "Mine"}})
	if renamed.status != http.StatusOK {
		t.Fatalf("rename the agent: %d %s", renamed.status, renamed.body)
	}
	if out := s.command("team", "set", "quickstart", "--agents", "1"); out.code != 0 {
		t.Fatalf("team set: %+v", out)
	}
	s.terminate(within(t, leave))
	p := s.quickstart(t)
	want[agent](t, s, http.StatusOK, request{method: "GET", path: api + "/agents/" + a.ID})
	if code := s.terminate(within(t, leave)); code != 0 {
		t.Errorf("exit code %d: %s", code, p.stderr)
	}
	if got := p.stderr.String(); !contains(got, "bimpe: the demonstration failed: ") || strings.Count(got, "\n") != 1 {
		t.Errorf("stderr is not one line that says why: %q", got)
	}
}

// quickstart runs it until it serves.
func (s *site) quickstart(t *testing.T) *process {
	t.Helper()
	p, err := s.begin("quickstart")
	if err != nil {
		t.Fatal(err)
	}
	line, err := p.stdout.find(within(t, patience), func(line string) bool { return contains(line, "  API ") })
	if err == nil {
		_, err = p.stdout.find(within(t, patience), func(line string) bool { return contains(line, "Ctrl-C") })
	}
	if err != nil {
		p.end()
		t.Fatalf("quickstart: %v\n%s\n%s", err, p.stdout, p.stderr)
	}
	p.base = strings.TrimSuffix(strings.Fields(line)[1], api)
	s.use(p)
	return p
}

func quickstartKey(t *testing.T, s *site) string {
	t.Helper()
	file := filepath.Join(s.dataDir(), "quickstart.key")
	stat, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if mode := stat.Mode().Perm(); mode != 0o600 {
		t.Errorf("%s has mode %o", file, mode)
	}
	key, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(key))
}

func TestThePrintedCurlLineWorks(t *testing.T) {
	t.Parallel()
	s := newSite(t, onSQLite)
	p := s.quickstart(t)
	line := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(lineWith(p.stdout.String(), "  ask ")), "ask"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out := shell(ctx, t, line)
	if !contains(out, `"message":"Do you deliver?"`) {
		t.Errorf("%s\nprinted %s", line, out)
	}
}
