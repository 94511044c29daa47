package auth_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/auth"
	"github.com/bimpe/bimpe/internal/console"
)

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	h := newHouse()
	k, secret := h.grant(t, auth.Draft{Scopes: []console.Scope{"agents:read"}, ExpiresAt: in(time.Hour)})
	want := console.Principal{
		Team: console.Team{ID: "t", Name: "Team"}, Key: k.ID,
		Scopes: []console.Scope{"agents:read"}, ExpiresAt: in(time.Hour),
	}
	for range 3 {
		got, err := h.Authenticate(t.Context(), secret)
		if err != nil {
			t.Fatalf("Authenticate: %v", err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("principal (-want +got):\n%s", diff)
		}
	}
	if got := h.reg.questions(); got != 1 {
		t.Errorf("questions to the registry: got %d, want 1", got)
	}
}

func TestAuthenticateRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse()
	revoked, revokedSecret := h.grant(t, auth.Draft{})
	h.reg.revoke(revoked.ID, noon())
	both, bothSecret := h.grant(t, auth.Draft{ExpiresAt: in(time.Second)})
	h.reg.revoke(both.ID, noon())
	_, expiredSecret := h.grant(t, auth.Draft{ExpiresAt: in(time.Second)})
	if _, err := h.Authenticate(t.Context(), expiredSecret); err != nil {
		t.Fatalf("before its expiry: %v", err)
	}
	h.forward(time.Second)
	tests := []struct {
		name, secret string
		want         console.Code
	}{
		{"unknown", "sk_" + strings.Repeat("A", 43), console.CodeKeyInvalid},
		{"revoked", revokedSecret, console.CodeKeyInvalid},
		{"revoked and expired", bothSecret, console.CodeKeyInvalid},
		{"expired", expiredSecret, console.CodeKeyExpired},
	}
	for _, tt := range tests {
		for range 2 { // asked, and then known
			_, err := h.Authenticate(t.Context(), tt.secret)
			wantCode(t, tt.name, err, tt.want)
		}
	}
}

func TestSecretsWithoutTheFormAreNotLookedUp(t *testing.T) {
	t.Parallel()
	h := newHouse()
	_, secret := h.grant(t, auth.Draft{})
	for _, s := range []string{
		"", "sk_", "sk", secret[:45], secret + "A", "pk_" + secret[3:], " " + secret[:45], secret[:45] + " ",
		secret[:45] + "=", secret[:45] + "+", secret[:45] + "/", secret[:45] + "\x00", secret[:44] + "é",
		strings.Repeat("a", 1<<20), "SK_" + secret[3:],
	} {
		_, err := h.Authenticate(t.Context(), s)
		wantCode(t, fmt.Sprintf("Authenticate(%.60q)", s), err, console.CodeKeyInvalid)
		if strings.Contains(err.Error(), secret[:20]) {
			t.Errorf("the error repeats the secret: %v", err)
		}
	}
	if got := h.reg.questions(); got != 0 {
		t.Errorf("questions to the registry: got %d, want 0", got)
	}
}

func FuzzAuthenticate(f *testing.F) {
	h := newHouse()
	_, secret := h.grant(f, auth.Draft{})
	for _, s := range []string{"", "sk_", secret, secret[:45], secret + "\n", "sk_" + strings.Repeat("_", 43)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, err := h.Authenticate(t.Context(), s)
		if (err == nil) != (s == secret) {
			t.Errorf("Authenticate(%q): got %v", s, err)
		}
		if err != nil && console.CodeOf(err) != console.CodeKeyInvalid {
			t.Errorf("Authenticate(%q): got %v, want %s", s, err, console.CodeKeyInvalid)
		}
	})
}

func TestAnswersAreKeptForASecond(t *testing.T) {
	t.Parallel()
	h := newHouse()
	k, secret := h.grant(t, auth.Draft{})
	unknown := "sk_" + strings.Repeat("A", 43)
	ask := func(good, known error) {
		t.Helper()
		if _, err := h.Authenticate(t.Context(), secret); (err == nil) != (good == nil) {
			t.Errorf("key: got %v, want %v", err, good)
		}
		_, err := h.Authenticate(t.Context(), unknown)
		wantCode(t, "unknown", err, console.CodeOf(known))
	}
	invalid := console.Errorf(console.CodeKeyInvalid, "")
	ask(nil, invalid)
	h.reg.revoke(k.ID, noon()) // by another process
	h.forward(999 * time.Millisecond)
	ask(nil, invalid)
	if got := h.reg.questions(); got != 2 {
		t.Errorf("questions within a second: got %d, want 2", got)
	}
	h.forward(time.Millisecond)
	ask(invalid, invalid)
	if got := h.reg.questions(); got != 4 {
		t.Errorf("questions after a second: got %d, want 4", got)
	}
	h.forward(-time.Hour) // a clock set back does not lengthen a second
	ask(invalid, invalid)
	if got := h.reg.questions(); got != 6 {
		t.Errorf("questions after the clock was set back: got %d, want 6", got)
	}
}

func TestFaultsAreNotKept(t *testing.T) {
	t.Parallel()
	h := newHouse()
	_, secret := h.grant(t, auth.Draft{})
	fault := errors.New("connection refused")
	h.reg.set(func(r *registry) { r.fault = fault })
	if _, err := h.Authenticate(t.Context(), secret); !errors.Is(err, fault) {
		t.Errorf("Authenticate: got %v, want %v", err, fault)
	}
	h.reg.set(func(r *registry) { r.fault = nil })
	if _, err := h.Authenticate(t.Context(), secret); err != nil {
		t.Errorf("Authenticate once the registry is back: %v", err)
	}
}

// held starts n Authenticates of one key against a registry that keeps them waiting.
func held(t *testing.T, h *house, secret string, n int) (hold chan struct{}, errs []error, wait func()) {
	t.Helper()
	hold, errs = make(chan struct{}), make([]error, n)
	h.reg.set(func(r *registry) { r.hold = hold })
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { _, errs[i] = h.Authenticate(t.Context(), secret) })
	}
	synctest.Wait()
	return hold, errs, wg.Wait
}

func TestManyAskOneQuestion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newBubble()
		_, secret := h.grant(t, auth.Draft{})
		hold, errs, wait := held(t, h, secret, 1000)
		close(hold)
		wait()
		if err := errors.Join(errs...); err != nil {
			t.Errorf("Authenticate: %v", err)
		}
		if got := h.reg.questions(); got != 1 {
			t.Errorf("questions to the registry: got %d, want 1", got)
		}
	})
}

func TestWhoLeavesDoesNotSpoilItForOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newBubble()
		_, secret := h.grant(t, auth.Draft{})
		hold := make(chan struct{})
		h.reg.set(func(r *registry) { r.hold = hold })
		ctx, leave := context.WithCancel(t.Context())
		var first, second, third error
		var wg sync.WaitGroup
		wg.Go(func() { _, first = h.Authenticate(ctx, secret) })
		synctest.Wait() // the first has asked, on its own context
		wg.Go(func() { _, second = h.Authenticate(t.Context(), secret) })
		wg.Go(func() { _, third = h.Authenticate(ctx, secret) })
		synctest.Wait()
		leave()
		synctest.Wait()
		close(hold)
		wg.Wait()
		if first != nil || second != nil {
			t.Errorf("who asked and who stayed: got %v and %v, want no error", first, second)
		}
		if !errors.Is(third, context.Canceled) {
			t.Errorf("who waited and left: got %v, want %v", third, context.Canceled)
		}
	})
}

func TestARegistryThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newBubble()
		_, secret := h.grant(t, auth.Draft{})
		_, errs, wait := held(t, h, secret, 3)
		wait() // the bubble's time goes on by itself
		for _, err := range errs {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Authenticate: got %v, want %v", err, context.DeadlineExceeded)
			}
		}
	})
}

// A question that was out when the key was revoked may bring an answer from before: it must not be
// given to those who come after.
func TestARevocationOvertakesQuestions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newBubble()
		k, secret := h.grant(t, auth.Draft{})
		hold, _, wait := held(t, h, secret, 1)
		x := &tx{registry: h.reg}
		if err := h.Revoke(t.Context(), x, k.ID); err != nil {
			t.Fatalf("Revoke: %v", err)
		}
		x.commit()
		close(hold)
		wait()
		_, err := h.Authenticate(t.Context(), secret)
		wantCode(t, "Authenticate after the revocation", err, console.CodeKeyInvalid)
	})
}

// A question that hangs is not joined for longer than an answer may be old.
func TestSlowQuestionsAreNotJoinedForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newBubble()
		_, secret := h.grant(t, auth.Draft{})
		hold, _, wait := held(t, h, secret, 2)
		<-time.After(time.Second) // the bubble's
		h.reg.set(func(r *registry) { r.hold = nil })
		if _, err := h.Authenticate(t.Context(), secret); err != nil {
			t.Errorf("Authenticate: %v", err)
		}
		if got := h.reg.questions(); got != 2 {
			t.Errorf("questions to the registry: got %d, want 2", got)
		}
		close(hold)
		wait()
	})
}

// A registry that panics must not let anyone in, nor leave anyone waiting.
func TestARegistryThatPanics(t *testing.T) {
	t.Parallel()
	h := auth.New(auth.Config{Now: noon, NewID: console.NewIDs(noon).Next}) // no registry at all
	secret := "sk_" + strings.Repeat("A", 43)
	for range 2 {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("Authenticate: no panic")
				}
			}()
			_, _ = h.Authenticate(t.Context(), secret) // it does not return
		}()
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	h := newHouse()
	_, secret := h.grant(b, auth.Draft{})
	b.Run("known", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := h.Authenticate(b.Context(), secret); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				_, _ = h.Authenticate(b.Context(), secret) // as above
			}
		})
	})
	b.Run("used", func(b *testing.B) {
		for b.Loop() {
			h.Used("cmqtuq8xu010fpc6ekpx596ux")
		}
	})
}
