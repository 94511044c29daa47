package auth_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/auth"
	"github.com/bimpe/bimpe/internal/console"
)

func in(d time.Duration) *time.Time {
	at := noon().Add(d)
	return &at
}

func TestMint(t *testing.T) {
	t.Parallel()
	h := newHouse()
	expires := time.Date(2026, 3, 5, 13, 0, 0, 123_456_789, time.FixedZone("WAT", 3600))
	k, secret, err := h.Mint("t", auth.Draft{
		Name:      "deploy",
		Scopes:    []console.Scope{"workflows:read", "agents:write", "workflows:read"},
		ExpiresAt: &expires,
	})
	if err != nil {
		t.Fatalf("Mint: %v", err)
	}
	short := time.Date(2026, 3, 5, 12, 0, 0, 123_000_000, time.UTC)
	want := console.Key{
		ID: k.ID, TeamID: "t", Name: "deploy", Hint: secret[len(secret)-4:],
		Scopes:    []console.Scope{"agents:write", "workflows:read"},
		CreatedAt: noon(), ExpiresAt: &short,
	}
	if diff := cmp.Diff(want, k); diff != "" {
		t.Errorf("key (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(secret, "sk_") || len(secret) != 46 {
		t.Errorf("secret: got %d characters, want 46 that begin with sk_", len(secret))
	}
	_, another, err := h.Mint("t", auth.Draft{Name: "x", Scopes: []console.Scope{"*"}})
	if err != nil || another == secret {
		t.Errorf("second secret: the same as the first, or %v", err)
	}
}

func TestMintRefuses(t *testing.T) {
	t.Parallel()
	all := []console.Scope{console.ScopeAll}
	farOut := time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", -3600))
	tests := []struct {
		name  string
		draft auth.Draft
		paths []string
	}{
		{"good", auth.Draft{Name: "n", Scopes: all}, nil},
		{"long name", auth.Draft{Name: strings.Repeat("é", 255), Scopes: all}, nil},
		{"no name", auth.Draft{Scopes: all}, []string{"name"}},
		{"name too long", auth.Draft{Name: strings.Repeat("é", 256), Scopes: all}, []string{"name"}},
		{"NUL in the name", auth.Draft{Name: "a\x00", Scopes: all}, []string{"name"}},
		{"broken name", auth.Draft{Name: "\xff", Scopes: all}, []string{"name"}},
		{"no scopes", auth.Draft{Name: "n"}, []string{"scopes"}},
		{"unknown scopes", auth.Draft{Name: "n", Scopes: []console.Scope{"agents:read", "agents", "cats:read"}}, []string{"scopes.1", "scopes.2"}},
		{"too many scopes", auth.Draft{Name: "n", Scopes: slices.Repeat([]console.Scope{"x"}, 101)}, []string{"scopes"}},
		{"expired", auth.Draft{Name: "n", Scopes: all, ExpiresAt: in(-time.Second)}, []string{"expires_at"}},
		{"expires now", auth.Draft{Name: "n", Scopes: all, ExpiresAt: in(0)}, []string{"expires_at"}},
		{"expires within the millisecond", auth.Draft{Name: "n", Scopes: all, ExpiresAt: in(time.Microsecond)}, []string{"expires_at"}},
		{"expires soon", auth.Draft{Name: "n", Scopes: all, ExpiresAt: in(time.Millisecond)}, nil},
		{"year of five digits", auth.Draft{Name: "n", Scopes: all, ExpiresAt: &farOut}, []string{"expires_at"}},
		{"all at once", auth.Draft{ExpiresAt: in(-time.Hour)}, []string{"name", "scopes", "expires_at"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, secret, err := newHouse().Mint("t", tt.draft)
			if diff := cmp.Diff(tt.paths, paths(err)); diff != "" {
				t.Errorf("faults (-want +got):\n%s\n%v", diff, err)
			}
			if (secret == "") != (tt.paths != nil) {
				t.Errorf("secret: got %d characters", len(secret))
			}
		})
	}
}

// paths are those of the faults that a validation error names.
func paths(err error) []string {
	e, ok := errors.AsType[*console.Error](err)
	if !ok || e.Code != console.CodeValidation {
		return nil
	}
	var all []string
	for _, f := range e.Fields {
		all = append(all, f.Path)
	}
	return all
}

func TestFaultsRepeatLittleOfTheInput(t *testing.T) {
	t.Parallel()
	_, _, err := newHouse().Mint("t", auth.Draft{Name: "n", Scopes: []console.Scope{console.Scope(strings.Repeat("é", 10_000))}})
	if n := len(err.Error()); n > 300 {
		t.Errorf("fault: got %d bytes, want a few", n)
	}
}

func TestCreateGrantsNoMoreThanTheMakerHas(t *testing.T) {
	t.Parallel()
	maker := func(expires *time.Time, scopes ...console.Scope) console.Principal {
		return console.Principal{Team: console.Team{ID: "t"}, Key: "maker", Scopes: scopes, ExpiresAt: expires}
	}
	few := []console.Scope{"agents:read"}
	tests := []struct {
		name    string
		by      console.Principal
		draft   auth.Draft
		code    console.Code // empty: made
		expires *time.Time
	}{
		{"own scope", maker(nil, few...), auth.Draft{Name: "n", Scopes: few}, "", nil},
		{"all hand on all", maker(nil, "*"), auth.Draft{Name: "n", Scopes: []console.Scope{"*"}}, "", nil},
		{"all hand on some", maker(nil, "*"), auth.Draft{Name: "n", Scopes: few}, "", nil},
		{"another scope", maker(nil, few...), auth.Draft{Name: "n", Scopes: []console.Scope{"agents:read", "agents:write"}}, console.CodeInsufficientScope, nil},
		{"all from some", maker(nil, few...), auth.Draft{Name: "n", Scopes: []console.Scope{"*"}}, console.CodeInsufficientScope, nil},
		{"faults come first", maker(nil, few...), auth.Draft{Scopes: []console.Scope{"*"}}, console.CodeValidation, nil},
		{"no maker's expiry", maker(nil, "*"), auth.Draft{Name: "n", Scopes: few, ExpiresAt: in(time.Hour)}, "", in(time.Hour)},
		{"inherits", maker(in(time.Hour), "*"), auth.Draft{Name: "n", Scopes: few}, "", in(time.Hour)},
		{"earlier", maker(in(time.Hour), "*"), auth.Draft{Name: "n", Scopes: few, ExpiresAt: in(time.Minute)}, "", in(time.Minute)},
		{"as late", maker(in(time.Hour), "*"), auth.Draft{Name: "n", Scopes: few, ExpiresAt: in(time.Hour)}, "", in(time.Hour)},
		{"later", maker(in(time.Hour), "*"), auth.Draft{Name: "n", Scopes: few, ExpiresAt: in(time.Hour + time.Second)}, console.CodeValidation, nil},
		{"later faults come before scopes", maker(in(time.Hour), few...), auth.Draft{Name: "n", Scopes: []console.Scope{"*"}, ExpiresAt: in(2 * time.Hour)}, console.CodeValidation, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse()
			k, secret, err := h.Create(t.Context(), &tx{registry: h.reg}, tt.by, tt.draft)
			if tt.code != "" {
				wantCode(t, "Create", err, tt.code)
				if len(h.reg.keys) != 0 || secret != "" {
					t.Error("a key was made all the same")
				}
				return
			}
			if err != nil {
				t.Fatalf("Create: %v", err)
			}
			if diff := cmp.Diff(tt.expires, k.ExpiresAt); diff != "" {
				t.Errorf("expiry (-want +got):\n%s", diff)
			}
			p, err := h.Authenticate(t.Context(), secret)
			if err != nil || p.Key != k.ID || p.Team.ID != "t" {
				t.Errorf("Authenticate: got %+v, %v, want key %s", p, err, k.ID)
			}
		})
	}
}

// Each key has an account of its own, so that one which could make others would have as many budgets as it likes.
func TestAKeyWithABudgetMakesNoKeys(t *testing.T) {
	t.Parallel()
	tokens := func(n int64) *int64 { return &n }
	for _, tt := range []struct {
		maker int64
		asked *int64
		want  int64
		code  console.Code // empty: made
	}{
		{0, nil, 0, ""},
		{0, tokens(50), 50, ""},
		{100, nil, 0, console.CodeForbidden},
		{100, tokens(1), 0, console.CodeForbidden},
		{100, tokens(100), 0, console.CodeForbidden},
		{100, tokens(101), 0, console.CodeForbidden},
		{0, tokens(0), 0, console.CodeValidation},
		{0, tokens(-1), 0, console.CodeValidation},
		{0, tokens(console.MaxTokenBound + 1), 0, console.CodeValidation},
	} {
		h := newHouse()
		by := console.Principal{Team: console.Team{ID: "t"}, Scopes: []console.Scope{"*"}, MaxTokensPerDay: tt.maker}
		k, secret, err := h.Create(t.Context(), &tx{registry: h.reg}, by, auth.Draft{
			Name: "n", Scopes: by.Scopes, MaxTokensPerDay: tt.asked,
		})
		if tt.code != "" {
			wantCode(t, "Create", err, tt.code)
			if e, ok := errors.AsType[*console.Error](err); ok && (e.Reason == console.ReasonKeyHasBudget) != (tt.maker > 0) {
				t.Errorf("a key of %d tokens: the reason %q", tt.maker, e.Reason)
			}
			if len(h.reg.keys) != 0 || secret != "" {
				t.Errorf("a key of %d tokens made one all the same", tt.maker)
			}
			continue
		}
		if err != nil || k.MaxTokensPerDay != tt.want {
			t.Errorf("a key of %d tokens made one of %d, %v; want %d", tt.maker, k.MaxTokensPerDay, err, tt.want)
		}
		if p, err := h.Authenticate(t.Context(), secret); err != nil || p.MaxTokensPerDay != tt.want {
			t.Errorf("its principal has %d tokens, %v; want %d", p.MaxTokensPerDay, err, tt.want)
		}
	}
}

func TestCreateThatIsNotStoredHasNoSecret(t *testing.T) {
	t.Parallel()
	h := newHouse()
	h.reg.fault = errors.New("disk full")
	draft := auth.Draft{Name: "n", Scopes: []console.Scope{"*"}}
	_, secret, err := h.Create(t.Context(), &tx{registry: h.reg}, console.Principal{Scopes: draft.Scopes}, draft)
	if !errors.Is(err, h.reg.fault) || secret != "" {
		t.Errorf("Create: got a secret of %d characters and %v, want none and %v", len(secret), err, h.reg.fault)
	}
	_, secret, err = h.Grant(t.Context(), &tx{registry: h.reg}, "t", draft)
	if !errors.Is(err, h.reg.fault) || secret != "" {
		t.Errorf("Grant: got a secret of %d characters and %v, want none and %v", len(secret), err, h.reg.fault)
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	h := newHouse()
	k, secret := h.grant(t, auth.Draft{})
	if _, err := h.Authenticate(t.Context(), secret); err != nil {
		t.Fatalf("Authenticate: %v", err)
	}
	x := &tx{registry: h.reg}
	if err := h.Revoke(t.Context(), x, k.ID); err != nil {
		t.Fatalf("Revoke: %v", err)
	}
	if got := h.heard(); got != nil {
		t.Errorf("before the commit: told of %q, want nothing", got)
	}
	x.commit()
	if diff := cmp.Diff([]console.ID{k.ID}, h.heard()); diff != "" {
		t.Errorf("told of after the commit (-want +got):\n%s", diff)
	}
	_, err := h.Authenticate(t.Context(), secret)
	wantCode(t, "Authenticate right after", err, console.CodeKeyInvalid)
	wantCode(t, "Revoke of no key", h.Revoke(t.Context(), x, "none"), console.CodeNotFound)
}

func TestNewRefusesAShortTicketKey(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("New: no panic")
		}
	}()
	auth.New(auth.Config{TicketKey: make([]byte, 31)})
}
