package console_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

func TestIDsRise(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_700_000_000_000)
	ids := console.NewIDs(func() time.Time { return at })
	made := make([]string, 10_000)
	for i := range made {
		if i%100 == 50 {
			at = at.Add(time.Duration(i%3-1) * time.Millisecond) // also back
		}
		made[i] = string(ids.Next())
	}
	if !slices.IsSorted(made) {
		t.Error("ids do not rise")
	}
	if len(slices.Compact(slices.Clone(made))) != len(made) {
		t.Error("ids repeat")
	}
	for _, id := range made {
		if len(id) != 25 || id[0] < 'a' || id[0] > 'z' || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			t.Fatalf("id %q has not the form", id)
		}
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	for s, want := range map[console.Scope]bool{
		"*": true, "agents:read": true, "team:write": true, "api_keys:write": true,
		"": false, "agents": false, "agents:": false, "agents:delete": false, "nothing:read": false, "agents:read:x": false,
	} {
		if s.Valid() != want {
			t.Errorf("Scope(%q).Valid() = %v, want %v", s, !want, want)
		}
	}
	have := []console.Scope{"agents:read", "workflows:write"}
	if !console.Grants(have, "agents:read") || console.Grants(have, "agents:write") {
		t.Error("agents:read grants itself and not agents:write")
	}
	if console.Grants(have, "*") || !console.Grants([]console.Scope{"*"}, "agents:write") {
		t.Error("only * grants *, and * grants everything")
	}
	err := console.Principal{Scopes: have}.Require("conversations:read")
	const text = "This API key is missing the required scope: conversations:read."
	if e, ok := errors.AsType[*console.Error](err); !ok || e.Message != text || e.Code != console.CodeInsufficientScope {
		t.Errorf("Require: %v, want %q", err, text)
	}
}

func TestKeyExpires(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1000)
	k := console.Key{ExpiresAt: &at}
	if k.Expired(at.Add(-1)) || !k.Expired(at) || (console.Key{}).Expired(at) {
		t.Error("a key expires at its time, not before, and one without a time never")
	}
}

func TestPreviewKeepsWholeCharacters(t *testing.T) {
	t.Parallel()
	if got := console.Preview("short"); got != "short" {
		t.Errorf("Preview: %q", got)
	}
	if got := console.Preview(strings.Repeat("世", 200)); got != strings.Repeat("世", 120)+"…" {
		t.Errorf("Preview: %q", got)
	}
}

func TestWorkflowIsSeenBy(t *testing.T) {
	t.Parallel()
	private := console.Workflow{TeamID: "a", Visibility: console.Private}
	library := console.Workflow{Visibility: console.Public}
	if !private.SeenBy("a") || private.SeenBy("b") || !library.SeenBy("b") || library.OwnedBy("") {
		t.Error("a private workflow is seen by its team alone, the library by all and owned by none")
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{{"ΣΊΣΥΦΟΣ", "σίσυφος"}, {"Straße", "STRASSE"}, {"ſo", "SO"}, {"µ", "μ"}, {"Ada", "aDA"}} {
		if a, b := console.Fold(same[0]), console.Fold(same[1]); a != b {
			t.Errorf("Fold: %q and %q differ: %q, %q", same[0], same[1], a, b)
		}
	}
	if folded := console.Fold("a", "b"); strings.Contains(folded, "a\nb") || strings.Contains(folded, "ab") {
		t.Errorf("Fold: a search would match across fields in %q", folded)
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk")
	err := console.Errorf(console.CodeConflict, "taken").Because(cause)
	if !errors.Is(err, cause) || err.Error() != "conflict: taken: disk" {
		t.Errorf("error: %v", err)
	}
	if console.Invalid(nil) != nil {
		t.Error("Invalid without faults is an error")
	}
	if got := console.CodeOf(cause); got != console.CodeInternal {
		t.Errorf("CodeOf a foreign error: %s", got)
	}
	if !console.IsNotFound(console.NotFound("agent", console.ID(strings.Repeat("x", 1000)))) {
		t.Error("NotFound is not CodeNotFound")
	}
}

func TestQueryOffsetDoesNotOverflow(t *testing.T) {
	t.Parallel()
	q := console.Query{Page: math.MaxInt, Limit: console.MaxLimit}
	if q.Offset() != math.MaxInt64 {
		t.Errorf("Offset: %d", q.Offset())
	}
}

// A quota of zero is the server's default, so that none has to be said otherwise.
func TestQuotas(t *testing.T) {
	t.Parallel()
	for q, want := range map[console.Quotas][3]int{
		{}:                                       {console.DefaultAgentQuota, console.DefaultIntegrationQuota, console.DefaultStreamQuota},
		{Agents: 1, Integrations: 2, Streams: 3}: {1, 2, 3},
		{Agents: console.NoneAllowed, Integrations: console.NoneAllowed}: {0, 0, console.DefaultStreamQuota},
	} {
		if got := [3]int{q.AgentQuota(), q.IntegrationQuota(), q.StreamQuota()}; got != want {
			t.Errorf("%+v: agents, integrations and streams %v, want %v", q, got, want)
		}
	}
}
