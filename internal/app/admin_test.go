package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

// opened is an Admin on data of its own.
func opened(t *testing.T) *Admin {
	t.Helper()
	a, err := OpenAdmin(t.Context(), Storage{DataDir: filepath.Join(t.TempDir(), "new", "folder")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func draft(team string) KeyDraft {
	return KeyDraft{Team: team, Name: "till", Scopes: []console.Scope{"agents:read"}}
}

func TestAKeyBringsItsTeam(t *testing.T) {
	t.Parallel()
	a := opened(t)
	for range 2 {
		k, secret, err := a.CreateKey(t.Context(), draft("shop"))
		if err != nil {
			t.Fatal(err)
		}
		p, err := a.auth.Authenticate(t.Context(), secret)
		if err != nil || p.Key != k.ID || p.Team.Name != "shop" {
			t.Errorf("the key is %+v, %v", p, err)
		}
	}
	teams, err := a.Teams(t.Context())
	if err != nil || len(teams) != 1 {
		t.Errorf("teams %v, %v, want the one", teams, err)
	}
}

func TestAKeyThatCannotBeMakesNoTeam(t *testing.T) {
	t.Parallel()
	a := opened(t)
	for name, change := range map[string]func(*KeyDraft){
		"no name":         func(d *KeyDraft) { d.Name = "" },
		"no scope":        func(d *KeyDraft) { d.Scopes = nil },
		"unknown scope":   func(d *KeyDraft) { d.Scopes = []console.Scope{"everything"} },
		"expired already": func(d *KeyDraft) { d.Expires = within(-time.Hour) },
		"expires at once": func(d *KeyDraft) { d.Expires = within(0) },
		"no team":         func(d *KeyDraft) { d.Team = "" },
		"a team of lines": func(d *KeyDraft) { d.Team = "a\nb" },
	} {
		d := draft("shop")
		change(&d)
		if _, _, err := a.CreateKey(t.Context(), d); console.CodeOf(err) != console.CodeValidation {
			t.Errorf("%s: %v, want CodeValidation", name, err)
		}
	}
	if teams, err := a.Teams(t.Context()); err != nil || len(teams) != 0 {
		t.Errorf("teams %v, %v, want none", teams, err)
	}
}

func within(d time.Duration) *time.Duration { return &d }

func TestAKeyExpiresAsItIsToldOrNever(t *testing.T) {
	t.Parallel()
	a := opened(t)
	for _, expires := range []*time.Duration{nil, within(24 * time.Hour)} {
		d := draft("shop")
		d.Expires = expires
		k, _, err := a.CreateKey(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		if (k.ExpiresAt == nil) != (expires == nil) {
			t.Errorf("expires %v: %v", expires, k.ExpiresAt)
		}
	}
}

func TestTeamsHaveNamesThatCanBeRead(t *testing.T) {
	t.Parallel()
	a := opened(t)
	bad := []string{
		"", strings.Repeat("ä", 256), "a\nb", "\x1b[31mred", "a\tb", "a\x00", "a\x7fb", "a\u0085b", "a\u2028b", "\xff",
	}
	for _, name := range bad {
		if _, err := a.CreateTeam(t.Context(), console.Team{Name: name}); console.CodeOf(err) != console.CodeValidation {
			t.Errorf("CreateTeam(%q): %v, want CodeValidation", name, err)
		}
	}
	for _, name := range []string{"a", strings.Repeat("ä", 255), "Mama's 🍲 & Söhne"} {
		if _, err := a.CreateTeam(t.Context(), console.Team{Name: name}); err != nil {
			t.Errorf("CreateTeam(%q): %v", name, err)
		}
	}
}

func TestKeysAreListedByTeamAndRevoked(t *testing.T) {
	t.Parallel()
	a := opened(t)
	made := map[string]console.ID{}
	for _, team := range []string{"bakery", "shop"} {
		k, _, err := a.CreateKey(t.Context(), draft(team))
		if err != nil {
			t.Fatal(err)
		}
		made[team] = k.ID
	}
	list := func(team string) (found []string) {
		err := a.EachKey(t.Context(), team, func(team string, k console.Key) {
			if k.ID != made[team] {
				t.Errorf("key %s of %s, want %s", k.ID, team, made[team])
			}
			found = append(found, team)
		})
		if err != nil {
			t.Error(err)
		}
		return found
	}
	if diff := cmp.Diff([]string{"bakery", "shop"}, list("")); diff != "" {
		t.Errorf("all keys (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"shop"}, list("shop")); diff != "" {
		t.Errorf("the shop's keys (-want +got):\n%s", diff)
	}
	if err := a.EachKey(t.Context(), "nobody", nil); !console.IsNotFound(err) {
		t.Errorf("keys of nobody: %v, want CodeNotFound", err)
	}
	if err := a.RevokeKey(t.Context(), made["shop"]); err != nil {
		t.Error(err)
	}
	if err := a.RevokeKey(t.Context(), "nothing"); !console.IsNotFound(err) {
		t.Errorf("revoke nothing: %v, want CodeNotFound", err)
	}
}

func TestQuotasAreChangedOneByOne(t *testing.T) {
	t.Parallel()
	a := opened(t)
	if _, err := a.CreateTeam(t.Context(), console.Team{Name: "shop", Quotas: console.Quotas{Agents: 3}}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.CreateTeam(t.Context(), console.Team{Name: "shop"}); console.CodeOf(err) != console.CodeConflict {
		t.Errorf("a second shop: %v, want CodeConflict", err)
	}
	set := func(team string, rate int) error {
		return a.SetTeam(t.Context(), team, func(t console.Team) console.Team {
			t.Quotas.RatePerMinute = rate
			return t
		})
	}
	if err := set("shop", 9); err != nil {
		t.Error(err)
	}
	for _, rate := range []int{-1, maxQuota + 1} {
		if err := set("shop", rate); console.CodeOf(err) != console.CodeValidation {
			t.Errorf("a rate of %d: %v, want CodeValidation", rate, err)
		}
	}
	for _, q := range []console.Quotas{{Agents: -2}, {Integrations: -2}, {Streams: console.NoneAllowed}, {Integrations: maxQuota + 1}} {
		set := func(t console.Team) console.Team { t.Quotas = q; return t }
		if err := a.SetTeam(t.Context(), "shop", set); console.CodeOf(err) != console.CodeValidation {
			t.Errorf("quotas of %+v: %v, want CodeValidation", q, err)
		}
	}
	for _, days := range []int{-1, maxRetention + 1} {
		set := func(t console.Team) console.Team { t.RetentionDays = days; return t }
		if err := a.SetTeam(t.Context(), "shop", set); console.CodeOf(err) != console.CodeValidation {
			t.Errorf("retention of %d days: %v, want CodeValidation", days, err)
		}
	}
	if err := a.SetTeam(t.Context(), "shop", func(t console.Team) console.Team {
		t.Quotas.Integrations, t.RetentionDays = console.NoneAllowed, 30
		return t
	}); err != nil {
		t.Errorf("no integrations: %v", err)
	}
	if err := set("nobody", 1); !console.IsNotFound(err) {
		t.Errorf("quotas of nobody: %v, want CodeNotFound", err)
	}
	teams, err := a.Teams(t.Context())
	if err != nil || len(teams) != 1 || teams[0].RetentionDays != 30 || teams[0].Quotas != (console.Quotas{Agents: 3, Integrations: console.NoneAllowed, RatePerMinute: 9}) {
		t.Errorf("teams %+v, %v", teams, err)
	}
}

func TestTheDataFolderIsForItsOwner(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	a, err := OpenAdmin(t.Context(), Storage{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	stat, err := os.Stat(dir)
	if err != nil || stat.Mode().Perm() != folderMode {
		t.Errorf("mode %v, %v, want %o", stat.Mode(), err, folderMode)
	}
}

func TestDataThatCannotBeIsAConfigError(t *testing.T) {
	t.Parallel()
	for _, s := range []Storage{{}, {DataDir: "x", DatabaseURL: secret("mysql://h")}} {
		_, err := OpenAdmin(t.Context(), s)
		if _, ok := err.(*ConfigError); !ok { //nolint:errorlint // it must not be wrapped in anything
			t.Errorf("OpenAdmin: %v, want a *ConfigError", err)
		}
	}
}
