package e2e

import (
	"net/http"
	"testing"
	"time"
)

// leave is how long a server may take to end.
const leave = 10 * time.Second

func TestStreamsEndProperlyWhenTheServerStops(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e, newModel(t, echo).settings()...)
		a := s.newAgent(t, nil)
		first := s.say(t, a.ID, "hello")
		var open []*listening
		for range 20 {
			open = append(open, s.listen(t, a.ID, first.ConversationID, map[string][]string{"after": {first.ID}}))
		}
		for _, l := range open {
			l.fromAgent(t)
		}
		if code := s.terminate(within(t, leave)); code != 0 {
			t.Fatalf("exit code %d, want 0 within %s:\n%s", code, leave, s.current().stderr)
		}
		for _, l := range open {
			l.end(t)
		}
	})
}

func TestAServerThatStopsHandsItsTurnsOver(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		asked := make(chan struct{})
		m := newModel(t, func(c *call) {
			if c.n == 1 {
				close(asked)
				<-c.gone
				return
			}
			echo(c)
		})
		s := serving(t, e, m.settings()...)
		a := s.newAgent(t, nil)
		first := s.say(t, a.ID, "hello")
		<-asked
		if code := s.terminate(within(t, leave)); code != 0 {
			t.Fatalf("exit code %d, want 0 within %s:\n%s", code, leave, s.current().stderr)
		}
		s.start()
		l := s.listen(t, a.ID, first.ConversationID, map[string][]string{"after": {first.ID}})
		if got := l.fromAgent(t); got.Text != "You said: hello" {
			t.Errorf("reply %q", got.Text)
		}
	})
}

func TestStreamsEndWhenTheirKeyIsRevoked(t *testing.T) {
	t.Parallel()
	ways := map[string]func(t *testing.T, s *site, id string){
		"over the API": func(t *testing.T, s *site, id string) {
			want[any](t, s, http.StatusOK, request{method: "DELETE", path: api + "/api-keys/" + id})
		},
		"on the command line": func(t *testing.T, s *site, id string) {
			if out := s.command("key", "revoke", id); out.code != 0 {
				t.Fatalf("bimpe key revoke: code %d: %s", out.code, out.stderr)
			}
		},
	}
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e, newModel(t, echo).settings()...)
		a := s.newAgent(t, nil)
		first := s.say(t, a.ID, "hello")
		for name, revoke := range ways {
			t.Run(name, func(t *testing.T) {
				key := want[struct{ ID, Key string }](t, s, http.StatusCreated, request{
					method: "POST", path: api + "/api-keys",
					body: object{"name": name, "scopes": []string{"conversations:read"}},
				})
				l, err := s.open(t.Context(), a.ID, first.ConversationID, key.Key, nil)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(l.close)
				revoke(t, s, key.ID)
				l.end(t)
				eventually(t, "the key is refused", func() bool {
					got := s.send(t, request{method: "GET", path: conversationPath(a.ID, first.ConversationID), key: key.Key})
					return got.status == http.StatusUnauthorized
				})
			})
		}
	})
}

func TestHealthNeedsNoKey(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e)
		for _, path := range []string{"/healthz", "/readyz", api + "/health"} {
			if got := s.send(t, request{method: "GET", path: path, key: "-"}); got.status != http.StatusOK {
				t.Errorf("GET %s: %d %s", path, got.status, got.body)
			}
		}
	})
}

func TestTheAddressThatIsTakenIsNamed(t *testing.T) {
	t.Parallel()
	s := serving(t, onSQLite)
	other := newSite(t, onSQLite, "BIMPE_LISTEN="+s.base()[len("http://"):])
	out := other.command("serve")
	if out.code != 1 {
		t.Errorf("exit code %d, want 1", out.code)
	}
	for _, word := range []string{s.base()[len("http://"):], "BIMPE_LISTEN"} {
		if !contains(out.stderr, word) {
			t.Errorf("stderr does not name %s: %s", word, out.stderr)
		}
	}
}

func TestTwoServersDoNotShareADataFolder(t *testing.T) {
	t.Parallel()
	s := serving(t, onSQLite)
	out := s.command("serve")
	if out.code != 1 || out.stderr == "" {
		t.Errorf("the second server: code %d, %q", out.code, out.stderr)
	}
}

func TestSettingsThatCannotBeAreNamed(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"BIMPE_MODEL_PROVIDER":  {"BIMPE_MODEL_PROVIDER=oracle"},
		"BIMPE_MODEL:":          {"BIMPE_MODEL_PROVIDER=anthropic"},
		"BIMPE_MODEL_URL":       {"BIMPE_MODEL_PROVIDER=openai", "BIMPE_MODEL_URL=nonsense", "BIMPE_MODEL=m"},
		"BIMPE_REDIS_URL":       {"BIMPE_REDIS_URL=redis://127.0.0.1"},
		"BIMPE_DATABASE_URL":    {"BIMPE_DATABASE_URL=mysql://127.0.0.1"},
		"BIMPE_MASTER_KEY":      {"BIMPE_DATABASE_URL=postgres://127.0.0.1:1/none"},
		"BIMPE_TRUSTED_PROXIES": {"BIMPE_TRUSTED_PROXIES=everyone"},
		"BIMPE_LOG_LEVEL":       {"BIMPE_LOG_LEVEL=loud"},
		"BIMPE_TURN_TIMEOUT":    {"BIMPE_TURN_TIMEOUT=-1s"},
	}
	for name, settings := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &site{t: t, env: append([]string{"BIMPE_DATA_DIR=" + t.TempDir(), "BIMPE_LISTEN=127.0.0.1:0"}, settings...)}
			out := s.command("serve")
			if out.code != 2 {
				t.Errorf("exit code %d, want 2", out.code)
			}
			if !contains(out.stderr, name) {
				t.Errorf("stderr does not name it: %s", out.stderr)
			}
		})
	}
}

func TestAnotherMasterKeyIsRefused(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e)
		s.kill()
		s.env = append(s.env, "BIMPE_MASTER_KEY=ZGlmZmVyZW50LWRpZmZlcmVudC1kaWZmZXJlbnQtMzI=")
		out := s.command("serve")
		if out.code == 0 || !contains(out.stderr, "BIMPE_MASTER_KEY") {
			t.Errorf("code %d: %s", out.code, out.stderr)
		}
	})
}
