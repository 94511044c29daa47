package turns

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

// ask asks through a breaker and says what came of it.
func through(b *breaker, now time.Time, came error) bool {
	p, err := b.admit(now)
	if err != nil {
		return false
	}
	b.settle(now, p, came)
	return true
}

// lets reports whether a breaker lets somebody ask, who is heard of no more.
func lets(b *breaker, now time.Time) bool {
	_, err := b.admit(now)
	return err == nil
}

// Every move of the picture.
func TestBreaker(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_700_000_000_000)
	dead := failing(llm.KindUnavailable)
	open := func() *breaker {
		var b breaker
		for range tripAfter {
			if !through(&b, at, dead) {
				t.Fatal("it is open too early")
			}
		}
		return &b
	}
	tests := map[string]func(b *breaker) bool{
		"it opens": func(b *breaker) bool { return !through(b, at.Add(firstPause-1), nil) },
		"it lets one probe through": func(b *breaker) bool {
			return lets(b, at.Add(firstPause)) && !lets(b, at.Add(firstPause))
		},
		"a good probe closes it": func(b *breaker) bool {
			now := at.Add(firstPause)
			return through(b, now, nil) && through(b, now, dead) && through(b, now, nil)
		},
		"a bad probe opens it for twice as long": func(b *breaker) bool {
			now := at.Add(firstPause)
			return through(b, now, dead) && !through(b, now.Add(2*firstPause-1), nil) && through(b, now.Add(2*firstPause), nil)
		},
		"never for longer than a minute": func(b *breaker) bool {
			now := at
			for range 20 {
				now = now.Add(maxPause)
				if !through(b, now, dead) {
					return false
				}
			}
			return true
		},
		"a probe that begins to answer lets others in": func(b *breaker) bool {
			now := at.Add(firstPause)
			p, err := b.admit(now)
			b.alive(p)
			return err == nil && lets(b, now)
		},
		"and shuts at once if it then breaks": func(b *breaker) bool {
			now := at.Add(firstPause)
			p, err := b.admit(now)
			b.alive(p)
			b.settle(now, p, dead)
			return err == nil && !lets(b, now)
		},
		"a probe that is broken off leaves it as it was": func(b *breaker) bool {
			now := at.Add(firstPause)
			return through(b, now, context.Canceled) && through(b, now, nil)
		},
	}
	for name, holds := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if b := open(); !holds(b) {
				t.Errorf("does not hold: %d faults, open until %v, probing %v", b.faults, b.until, b.probing)
			}
		})
	}
}

// One who was asking before the breaker opened is not its probe, whatever becomes of him, and his fault is old news.
func TestAnOldAskingIsNoProbe(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_700_000_000_000)
	half := at.Add(firstPause)
	dead := failing(llm.KindUnavailable)
	for name, holds := range map[string]func(b *breaker, old, probe pass) bool{
		"broken off, it lets no second probe in": func(b *breaker, old, _ pass) bool {
			b.settle(half, old, context.Canceled)
			return !lets(b, half)
		},
		"its fault neither": func(b *breaker, old, _ pass) bool {
			b.settle(half, old, dead)
			return !lets(b, half) && !lets(b, half.Add(2*firstPause))
		},
		"its fault does not count after a good probe": func(b *breaker, old, probe pass) bool {
			b.settle(half, old, dead)
			b.settle(half, probe, nil)
			return lets(b, half)
		},
		"nor once the probe begins to answer": func(b *breaker, old, probe pass) bool {
			b.alive(probe)
			b.settle(half, old, dead)
			return lets(b, half)
		},
		"its next words are no sign of the probe": func(b *breaker, old, _ pass) bool {
			b.alive(old)
			return !lets(b, half)
		},
		"the probe is still the probe behind it": func(b *breaker, old, probe pass) bool {
			b.settle(half, old, dead)
			b.settle(half, probe, dead)
			return !lets(b, half.Add(2*firstPause-1)) && lets(b, half.Add(2*firstPause))
		},
		"its whole reply lets all in": func(b *breaker, old, probe pass) bool {
			b.settle(half, old, nil)
			b.settle(half, probe, dead)
			return lets(b, half)
		},
		"nor is a probe of an earlier time": func(b *breaker, _, probe pass) bool {
			b.settle(half, probe, context.Canceled)
			through(b, half, dead)
			later, err := b.admit(half.Add(2 * firstPause))
			b.settle(half.Add(2*firstPause), probe, dead)
			b.alive(probe)
			return err == nil && later.probe && !lets(b, half.Add(2*firstPause))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b breaker
			old, _ := b.admit(at)
			for range tripAfter {
				through(&b, at, dead)
			}
			probe, err := b.admit(half)
			if err != nil {
				t.Fatalf("no probe is let in: %v", err)
			}
			if !holds(&b, old, probe) {
				t.Errorf("does not hold: %d faults, open until %v, probing %v", b.faults, b.until, b.probing)
			}
		})
	}
}

func TestBreakerCountsWhatTellsSomething(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_700_000_000_000)
	for fault, counts := range map[error]bool{
		failing(llm.KindUnavailable): true, failing(llm.KindBroken): true, failing(llm.KindTimeout): true,
		failing(llm.KindOverloaded): true, failing(llm.KindRefused): true,
		errNothingSaid: false, llm.Fail(llm.KindBroken, llm.ErrEmpty): false, llm.Fail(llm.KindBroken, llm.ErrNoRoom): false,
		llm.Fail(llm.KindBroken, &llm.CallsError{}): false,
		failing(llm.KindWithheld):                   false, failing(llm.KindInvalid): false, errAgain: false, context.Canceled: false, errExpired: false,
	} {
		var b breaker
		for range 2 * tripAfter {
			through(&b, at, fmt.Errorf("ask: %w", fault))
		}
		if open := !lets(&b, at); open != counts {
			t.Errorf("after many faults %q: open %v, want %v", fault, open, counts)
		}
	}
	var b breaker
	for range 20 { // never so many in a row
		for range tripAfter - 1 {
			through(&b, at, failing(llm.KindBroken))
		}
		if !through(&b, at, nil) {
			t.Fatal("it is open though every fifth reply was good")
		}
	}
}

// One fault is enough: whoever comes next comes no sooner either, and for no longer than is sensible.
func TestBreakerHeedsRetryAfter(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_700_000_000_000)
	for asked, holds := range map[time.Duration]time.Duration{40 * time.Second: 40 * time.Second, time.Hour: maxPause} {
		var b breaker
		through(&b, at, later(llm.KindOverloaded, asked))
		var shut *shutError
		if _, err := b.admit(at.Add(time.Second)); !errors.As(err, &shut) || shut.after != holds-time.Second || !shut.told {
			t.Errorf("admit: %v, want to be told to come in %v", err, holds-time.Second)
		}
		through(&b, at.Add(time.Second), later(llm.KindOverloaded, time.Second)) // one who was asking already
		if lets(&b, at.Add(holds-1)) || !lets(&b, at.Add(holds)) {
			t.Errorf("it does not end after %v", holds)
		}
		if _, err := b.admit(at.Add(-time.Hour)); err != nil {
			t.Errorf("after the clock was put back: %v", err)
		}
	}
}

// What one turn was told holds for the next one too, and for no other connection.
func TestRetryAfterHoldsForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{fault: later(llm.KindOverloaded, 30*time.Second)}, utterance{words: []string{"back"}})
		h.fallback("second", utterance{words: []string{"here"}})
		for _, text := range []string{"a", "b"} {
			h.customer(text)
			h.runs.Wait()
		}
		h.want("customer: a", "agent: here", "customer: b", "agent: here")
		h.wantSteps("skipped script retry_after", "model second")
		if n := len(h.model.requests()); n != 1 {
			t.Errorf("the busy model was asked %d times, want once", n)
		}
		time.Sleep(30 * time.Second)
		h.customer("c")
		h.runs.Wait()
		h.wantSteps("model script")
	})
}

// Alone, a model is waited for until then, and is not asked sooner as a last resort.
func TestRetryAfterIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"back"}})
		h.health().breaker.settle(time.Now(), pass{}, later(llm.KindOverloaded, 30*time.Second))
		begun := time.Now()
		h.customer("a")
		h.runs.Wait()
		h.want("customer: a", "agent: back")
		if took := time.Since(begun); took != 30*time.Second {
			t.Errorf("took %v, want 30 s", took)
		}
		h.health().breaker.settle(time.Now(), pass{}, later(llm.KindOverloaded, time.Hour))
		h.customer("b")
		h.runs.Wait()
		h.wantSteps("skipped script retry_after")
	})
}

// Once nobody else is left, a model is asked though its breaker is open; and what it says closes that.
func TestALastResort(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		says  utterance
		reply string
		steps []string
		open  bool
	}{
		"it answers": {utterance{words: []string{"back"}}, "back", []string{"skipped script breaker_open", "model script"}, false},
		"it fails":   {utterance{fault: failing(llm.KindUnavailable)}, apology("en"), []string{"skipped script breaker_open", "model script unavailable"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, tt.says)
				shut(&h.health().breaker)
				h.customer("a")
				h.runs.Wait()
				h.want("customer: a", "agent: "+tt.reply)
				h.wantSteps(tt.steps...)
				if open := h.health().breaker.shut(time.Now()); open != tt.open {
					t.Errorf("the breaker is open: %t, want %t", open, tt.open)
				}
			})
		})
	}
}

// shut opens a breaker for as long as it can be.
func shut(b *breaker) {
	for range tripAfter {
		b.settle(time.Now(), pass{}, failing(llm.KindUnavailable))
	}
	b.until = time.Now().Add(maxPause)
}

// A chain of which nobody could be asked is gone through once more, and each is asked once.
func TestTheLastResortIsTheWholeChain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{fault: failing(llm.KindUnavailable)})
		h.fallback("second", utterance{fault: failing(llm.KindRefused)})
		h.fallback("third", utterance{words: []string{"here"}})
		shut(&h.health().breaker)
		shut(&h.healths.of(h.fallbacks[1], h.Limits.Upstream).breaker)
		h.customer("a")
		h.runs.Wait()
		h.want("customer: a", "agent: here")
		h.wantSteps("skipped script breaker_open", "model second refused", "skipped third breaker_open",
			"model script unavailable", "model third")
	})
}

// A customer to whom a model has nothing to say shuts it for nobody else.
func TestNothingToSayShutsNoModel(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault error
		asked int // for one message
	}{
		"empty":    {llm.Fail(llm.KindBroken, llm.ErrEmpty), 4},
		"no calls": {llm.Fail(llm.KindBroken, &llm.CallsError{}), 4},
		"withheld": {llm.Fail(llm.KindWithheld, nil), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, utterance{fault: tt.fault})
				for range tripAfter {
					h.customer("a")
					h.runs.Wait()
				}
				if n := len(h.model.requests()); n != tripAfter*tt.asked {
					t.Errorf("asked %d times, want %d", n, tripAfter*tt.asked)
				}
				if _, err := h.health().breaker.admit(time.Now()); err != nil {
					t.Errorf("the model is shut: %v", err)
				}
			})
		})
	}
}

func TestBreakerAtOnce(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_700_000_000_000)
	var b breaker
	for range tripAfter {
		through(&b, at, failing(llm.KindBroken))
	}
	var all sync.WaitGroup
	admitted := make(chan bool, 50)
	for range cap(admitted) {
		all.Go(func() {
			if lets(&b, at.Add(time.Hour)) {
				admitted <- true
			}
		})
	}
	all.Wait()
	if n := len(admitted); n != 1 {
		t.Errorf("%d probes at once, want 1", n)
	}
}

// Turns that come while the breaker is open do not wait for the dead model; once it has come back,
// they are answered by it again.
func TestBreakerSparesCustomers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dead := utterance{fault: failing(llm.KindUnavailable)}
		h := newHouse(t, dead, dead, dead, dead, dead, utterance{words: []string{"back"}})
		h.fallback("second", utterance{words: []string{"here"}})
		for _, text := range []string{"a", "b", "c"} {
			h.customer(text)
			h.runs.Wait()
		}
		h.want("customer: a", "agent: here", "customer: b", "agent: here", "customer: c", "agent: here")
		h.wantSteps("skipped script breaker_open", "model second")
		if n := len(h.model.requests()); n != tripAfter {
			t.Errorf("the dead model was asked %d times, want %d", n, tripAfter)
		}
		time.Sleep(firstPause)
		h.customer("d")
		h.runs.Wait()
		h.wantSteps("model script")
	})
}

// A turn whose probe fails makes room for the next one, once the breaker has been open for twice as long.
func TestAFailedProbeIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{fault: failing(llm.KindUnavailable)}, utterance{words: []string{"back"}})
		h.fallback("second", utterance{words: []string{"here"}})
		for range tripAfter {
			h.health().breaker.settle(time.Now(), pass{}, failing(llm.KindUnavailable))
		}
		for _, step := range []struct {
			after time.Duration
			steps []string
		}{
			{firstPause, []string{"model script unavailable", "skipped script breaker_open", "model second"}},
			{2*firstPause - time.Second, []string{"skipped script breaker_open", "model second"}},
			{time.Second, []string{"model script"}},
		} {
			time.Sleep(step.after)
			h.customer("a")
			h.runs.Wait()
			h.wantSteps(step.steps...)
		}
	})
}

// With nobody behind the model a turn waits for the probe instead of apologising for a blip.
func TestBreakerAloneWaitsForTheProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"back"}})
		for range tripAfter {
			h.health().breaker.settle(time.Now(), pass{}, failing(llm.KindUnavailable))
		}
		begun := time.Now()
		h.customer("a")
		h.runs.Wait()
		h.want("customer: a", "agent: back")
		if took := time.Since(begun); took != firstPause {
			t.Errorf("took %v, want %v", took, firstPause)
		}
	})
}

func TestHealthsAreBounded(t *testing.T) {
	t.Parallel()
	var all healths
	first := all.of(Candidate{Connection: "a"}, 1)
	if all.of(Candidate{Connection: "a"}, 1) != first {
		t.Error("a connection's health is not remembered")
	}
	if all.of(Candidate{Connection: "a", Version: "elsewhere"}, 1) == first {
		t.Error("a connection that was changed keeps what was known of it")
	}
	if all.of(Candidate{Provider: console.ProviderBuiltin}, 1) == all.of(Candidate{Provider: console.ProviderOpenAI}, 1) {
		t.Error("two models of the server share their health")
	}
	for i := range 2 * maxHealths {
		all.of(Candidate{Connection: console.ID(fmt.Sprint(i))}, 1)
	}
	if n := len(all.by); n > maxHealths {
		t.Errorf("%d are remembered, want at most %d", n, maxHealths)
	}
}
