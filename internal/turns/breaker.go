package turns

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bimpe/bimpe/internal/llm"
)

// breaker keeps turns away from a model that fails, so that none of them waits for it.
//
//	closed ── tripAfter faults in a row ──▶ open ── its time is over ──▶ half open: one probe
//	   ▲                                     ▲                               │       │
//	   │                                     └── the probe fails: twice as long ─────┤
//	   └─────────────── the probe begins to answer ──────────────────────────────────┘
//
// What a turn breaks off by itself, a request that the model does not accept, and one to which it has
// nothing to say or nothing but calls that are none, tell nothing about the model. A provider that says when to come again is left alone
// until then, whether the breaker is open or not. A fault of an asking that began before the breaker was last shut is
// of what shut it, and changes nothing. The zero value is closed. It may be used by many goroutines.
type breaker struct {
	mu      sync.Mutex
	faults  int           // in a row; held under mu
	pause   time.Duration // how long it was last open; held under mu
	until   time.Time     // when a probe may go; zero: it is closed. Held under mu.
	probing bool          // a probe is under way; held under mu
	round   int           // how often it was shut; held under mu
	later   time.Time     // when the provider said to come again; held under mu
}

// pass is what an asking was let in with. The zero value is that of one which was not admitted.
type pass struct {
	round int  // the breaker's then
	probe bool // it is the probe
}

// The breaker's bounds.
const (
	tripAfter  = 5
	firstPause = 5 * time.Second
	maxPause   = time.Minute
	// probePause is when somebody who came while a probe was under way looks again.
	probePause = time.Second
)

// shutError says that a model was not asked: its breaker is open, or its provider told everybody to
// come later.
type shutError struct {
	after time.Duration
	told  bool // by the provider
}

func (e *shutError) Error() string {
	after := "a second"
	if s := math.Ceil(e.after.Seconds()); s > 1 {
		after = fmt.Sprintf("%.0f seconds", s)
	}
	if e.told {
		return "the model's server wants to be left alone for " + after
	}
	return fmt.Sprintf("the model failed %d times in a row and is left alone for %s", tripAfter, after)
}

// admit lets somebody ask, who calls settle with the pass afterwards, or returns a *shutError.
func (b *breaker) admit(now time.Time) (pass, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if left := until(b.later, now); left > 0 {
		return pass{}, &shutError{left, true}
	}
	switch left := until(b.until, now); {
	case b.until.IsZero():
		return pass{round: b.round}, nil
	case b.probing:
		return pass{}, &shutError{probePause, false}
	case left > 0:
		return pass{}, &shutError{left, false}
	default:
		b.probing = true
		return pass{round: b.round, probe: true}, nil
	}
}

// until is how long it is to a moment. None is ever so far away that a clock which was put back could
// keep a model shut.
func until(at, now time.Time) time.Duration {
	if left := at.Sub(now); left > 0 && left <= maxPause {
		return left
	}
	return 0
}

// alive says that the model has begun to answer. A probe need not end before others are let in; but
// the next fault shuts the breaker again.
func (b *breaker) alive(p pass) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.isProbe(p) {
		b.probing, b.until, b.faults = false, time.Time{}, tripAfter-1
	}
}

// isProbe reports whether an asking is the probe under way. It is called with mu held.
func (b *breaker) isProbe(p pass) bool { return b.probing && p.probe && p.round == b.round }

// settle says what came of an asking that was admitted; nil: a whole reply, which closes the breaker whoever got it.
func (b *breaker) settle(now time.Time, p pass, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	probe := b.isProbe(p)
	if probe {
		b.probing = false
	}
	b.heed(now, err)
	switch {
	case err == nil:
		b.close()
	case !telling(err), p.round != b.round:
	case probe:
		b.open(now)
	default:
		if b.faults++; b.faults >= tripAfter && b.until.IsZero() {
			b.open(now)
		}
	}
}

// resorted says what came of an asking that was not admitted, but made since nothing else was left. Its
// fault tells nothing new.
func (b *breaker) resorted(now time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heed(now, err)
	if err == nil {
		b.close()
	}
}

// close lets everybody in; a probe under way is one of many then. It is called with mu held.
func (b *breaker) close() { b.faults, b.pause, b.until, b.probing = 0, 0, time.Time{}, false }

// open shuts the model off, for longer each time. It is called with mu held.
func (b *breaker) open(now time.Time) {
	b.pause = max(min(2*b.pause, maxPause), firstPause)
	b.until, b.probing = now.Add(b.pause), false
	b.round++
}

// heed remembers when the provider wants to be asked again, within bounds. It is called with mu held.
func (b *breaker) heed(now time.Time, err error) {
	e, ok := errors.AsType[*llm.Error](err)
	if !ok || e.RetryAfter <= 0 {
		return
	}
	if at := now.Add(min(e.RetryAfter, maxPause)); at.After(b.later) || until(b.later, now) == 0 {
		b.later = at
	}
}

// telling reports whether a fault says something about the model rather than about what was asked or
// who broke it off. One who writes what no model answers shuts it for nobody else.
func telling(err error) bool {
	e, ok := errors.AsType[*llm.Error](err)
	switch {
	case !ok, errors.Is(err, llm.ErrEmpty), errors.Is(err, llm.ErrNoRoom), errors.Is(err, llm.ErrCalls):
		return false
	default:
		return e.Kind != llm.KindInvalid && e.Kind != llm.KindWithheld
	}
}

// health is what this node has found out about one model, and who is asking it now.
type health struct {
	pace    pace
	breaker breaker
	places  chan struct{} // one for each that is asking it
	// toolless is of a model that answered only once it was offered no tools.
	toolless atomic.Bool
	version  string
}

// enter waits for a place, which leave gives back.
func (h *health) enter(ctx context.Context) error {
	select {
	case h.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (h *health) leave() { <-h.places }

// shut reports whether turns are kept from the model now.
func (b *breaker) shut(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return until(b.later, now) > 0 || until(b.until, now) > 0
}

// healths are those of all models that were asked lately. Each has places of its own, so that one
// that hangs takes none from the others.
type healths struct {
	mu sync.Mutex
	by map[string]*health // held under mu
}

// maxHealths bounds what is remembered.
const maxHealths = 4096

// shut counts those that turns are kept from.
func (h *healths) shut(now time.Time) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, one := range h.by {
		if one.breaker.shut(now) {
			n++
		}
	}
	return n
}

// of returns the health of a candidate; one whose connection leads elsewhere than before begins anew.
func (h *healths) of(c Candidate, places int) *health {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := string(c.Connection)
	if key == "" {
		key = string(c.Provider) + " " + c.Name // of the server itself; no id has a space
	}
	if known := h.by[key]; known != nil && known.version == c.Version {
		return known
	}
	if h.by == nil {
		h.by = make(map[string]*health)
	}
	for other := range h.by {
		if len(h.by) < maxHealths {
			break
		}
		delete(h.by, other)
	}
	made := &health{places: make(chan struct{}, places), version: c.Version}
	h.by[key] = made
	return made
}
