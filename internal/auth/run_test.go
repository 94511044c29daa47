package auth_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/auth"
	"github.com/bimpe/bimpe/internal/console"
)

// pass lets the bubble's time go on, which begins at midnight of 2000-01-01 UTC, and all that is
// due happen.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// start runs s until the function it returns is called, which waits for its end.
func start(t *testing.T, s *auth.Service) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}

func TestAKeyIsNotUsedBeforeItIsMade(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newBubble()
		pass(30*time.Second + 123*time.Millisecond)
		stop := start(t, h.Service)
		k, _ := h.grant(t, auth.Draft{})
		h.Used(k.ID)
		stop()
		got := h.reg.writes()
		if len(got) != 1 || got[0][k.ID].Before(k.CreatedAt) {
			t.Errorf("made at %v, used: %v", k.CreatedAt, got)
		}
	})
}

func TestLastUseIsWrittenEveryTenSecondsOnceInAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newBubble()
		defer start(t, h.Service)()
		midnight := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		type use = map[console.ID]time.Time
		written := func(want ...use) {
			t.Helper()
			if diff := cmp.Diff(want, h.reg.writes()); diff != "" {
				t.Errorf("written (-want +got):\n%s", diff)
			}
		}
		pass(500 * time.Millisecond)
		for range 1000 {
			h.Used("a")
		}
		h.Used("b")
		pass(9 * time.Second)
		written()
		h.Used("a")
		pass(time.Second)
		written(use{"a": midnight.Add(9500 * time.Millisecond), "b": midnight.Add(500 * time.Millisecond)})
		h.Used("a") // within the minute that is on record
		h.Used("c")
		pass(10 * time.Second)
		written(use{"c": midnight.Add(10500 * time.Millisecond)})
		h.Used("a")
		pass(10 * time.Second)
		written()
		pass(30 * time.Second)
		h.Used("a")
		pass(10 * time.Second)
		written(use{"a": midnight.Add(60500 * time.Millisecond)})
	})
}

func TestLastUseIsWrittenAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newBubble()
		stop := start(t, h.Service)
		h.Used("a")
		stop()
		if got := h.reg.writes(); len(got) != 1 || len(got[0]) != 1 {
			t.Errorf("written: got %v, want one use of a", got)
		}
	})
}

func TestLastUseOutlivesAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newBubble()
		defer start(t, h.Service)()
		h.reg.set(func(r *registry) { r.fault = errors.New("connection refused") })
		h.Used("a")
		pass(50 * time.Second)
		h.Used("b")
		pass(time.Minute)
		h.reg.set(func(r *registry) { r.fault = nil })
		pass(10 * time.Second)
		midnight := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		want := []map[console.ID]time.Time{{"a": midnight, "b": midnight.Add(50 * time.Second)}}
		if diff := cmp.Diff(want, h.reg.writes()); diff != "" {
			t.Errorf("written (-want +got):\n%s", diff)
		}
	})
}

func TestRevocationsByOthersAreHeardOfWithinASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newBubble()
		defer start(t, h.Service)()
		k, secret := h.grant(t, auth.Draft{})
		h.grant(t, auth.Draft{})
		pass(10*time.Second + 100*time.Millisecond)
		if _, err := h.Authenticate(t.Context(), secret); err != nil {
			t.Fatalf("Authenticate: %v", err)
		}
		// Its clock is late, and its commit took a while.
		h.reg.revoke(k.ID, time.Now().Add(-10*time.Second))
		pass(950 * time.Millisecond)
		if got := h.heard(); len(got) == 0 || got[0] != k.ID {
			t.Errorf("told of: got %q, want %s", got, k.ID)
		}
		_, err := h.Authenticate(t.Context(), secret)
		wantCode(t, "Authenticate within the second", err, console.CodeKeyInvalid)
		pass(time.Minute)
		h.heard()
		pass(time.Minute)
		if got := h.heard(); got != nil {
			t.Errorf("told of long after: %q, want nothing", got)
		}
	})
}

func TestRevocationsDuringAnOutageAreHeardOfAfterIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newBubble()
		defer start(t, h.Service)()
		k, _ := h.grant(t, auth.Draft{})
		pass(time.Second)
		h.reg.set(func(r *registry) { r.fault = errors.New("connection refused") })
		pass(time.Second)
		h.reg.revoke(k.ID, time.Now())
		pass(10 * time.Minute)
		h.reg.set(func(r *registry) { r.fault = nil })
		pass(time.Second)
		if diff := cmp.Diff([]console.ID{k.ID}, h.heard()); diff != "" {
			t.Errorf("told of (-want +got):\n%s", diff)
		}
		last := h.reg.lastPoll()
		pass(time.Second)
		if next := h.reg.lastPoll(); !next.After(last) {
			t.Errorf("the next poll asks since %v, not later than %v", next, last)
		}
	})
}

func TestStreamsOfKeysThatRunOutEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newBubble()
		defer start(t, h.Service)()
		soon := time.Now().Add(5 * time.Second)
		text, p := ticket(t, h, auth.Draft{ExpiresAt: &soon})
		ticket(t, h, auth.Draft{ExpiresAt: &soon}) // opens no stream
		forever, _ := ticket(t, h, auth.Draft{})
		for _, text := range []string{text, forever} {
			if _, err := h.RedeemTicket(t.Context(), text); err != nil {
				t.Fatalf("RedeemTicket: %v", err)
			}
		}
		pass(4900 * time.Millisecond)
		if got := h.heard(); got != nil {
			t.Errorf("told before the time: %q", got)
		}
		pass(time.Second)
		if diff := cmp.Diff([]console.ID{p.Key}, h.heard()); diff != "" {
			t.Errorf("told of (-want +got):\n%s", diff)
		}
		pass(time.Minute)
		if got := h.heard(); got != nil {
			t.Errorf("told again: %q", got)
		}
	})
}

func TestAnOutageIsLoggedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		reg := newRegistry()
		s := auth.New(auth.Config{Registry: reg, Now: newBubble().now, Log: slog.New(slog.NewTextHandler(&out, nil))})
		stop := start(t, s)
		for range 2 {
			reg.set(func(r *registry) { r.fault = errors.New("connection refused") })
			pass(time.Minute)
			reg.set(func(r *registry) { r.fault = nil })
			pass(time.Minute)
		}
		stop()
		if got := strings.Count(out.String(), "revoked keys cannot be read"); got != 2 {
			t.Errorf("logged %d times, want once for each of 2 outages:\n%s", got, out.String())
		}
	})
}
