package turns

import (
	"context"
	"errors"
	"fmt"
	"sync"
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
// What a turn breaks off by itself, and a request that the model does not accept, say nothing about
// the model. The zero value is closed. It may be used by many goroutines.
type breaker struct {
	mu      sync.Mutex
	faults  int           // in a row; held under mu
	pause   time.Duration // how long it was last open; held under mu
	until   time.Time     // when a probe may go; zero: it is closed. Held under mu.
	probing bool          // a probe is under way; held under mu
}

// The breaker's bounds.
const (
	tripAfter  = 5
	firstPause = 5 * time.Second
	maxPause   = time.Minute
	// probePause is when somebody who came while a probe was under way looks again.
	probePause = time.Second
)

// shutError says that a model was not asked, its breaker being open.
type shutError struct{ after time.Duration }

func (e *shutError) Error() string {
	return fmt.Sprintf("the model failed %d times in a row and is left alone for %v", tripAfter, e.after.Round(time.Millisecond))
}

// admit lets somebody ask, who calls settle afterwards, or returns a *shutError.
func (b *breaker) admit(now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.until.IsZero():
		return nil
	case b.probing:
		return &shutError{probePause}
	case now.Before(b.until):
		return &shutError{b.until.Sub(now)}
	default:
		b.probing = true
		return nil
	}
}

// alive says that the model has begun to answer. A probe need not end before others are let in; but
// the next fault shuts the breaker again.
func (b *breaker) alive() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.probing {
		b.probing, b.until, b.faults = false, time.Time{}, tripAfter-1
	}
}

// settle says what came of an asking; nil: a whole reply.
func (b *breaker) settle(now time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	probe := b.probing
	b.probing = false
	switch {
	case err == nil:
		b.faults, b.pause, b.until = 0, 0, time.Time{}
	case !telling(err):
	case probe:
		b.open(now, err)
	default:
		if b.faults++; b.faults >= tripAfter && b.until.IsZero() {
			b.open(now, err)
		}
	}
}

// open shuts the model off, for longer each time, and for as long as the provider asked for.
func (b *breaker) open(now time.Time, err error) {
	b.pause = max(min(2*b.pause, maxPause), firstPause)
	pause := b.pause
	if e, ok := errors.AsType[*llm.Error](err); ok {
		pause = max(pause, min(e.RetryAfter, maxPause))
	}
	b.until = now.Add(pause)
}

// telling reports whether a fault says something about the model rather than about what was asked or
// who broke it off.
func telling(err error) bool {
	if errors.Is(err, errNothingSaid) {
		return true
	}
	e, ok := errors.AsType[*llm.Error](err)
	return ok && e.Kind != llm.KindInvalid
}

// health is what this node has found out about one model, and who is asking it now.
type health struct {
	pace    pace
	breaker breaker
	places  chan struct{} // one for each that is asking it
	version time.Time
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

// healths are those of all models that were asked lately. Each has places of its own, so that one
// that hangs takes none from the others.
type healths struct {
	mu sync.Mutex
	by map[string]*health // held under mu
}

// maxHealths bounds what is remembered.
const maxHealths = 4096

// of returns the health of a candidate; one whose connection was changed begins anew.
func (h *healths) of(c Candidate, places int) *health {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := string(c.Connection)
	if key == "" {
		key = string(c.Provider) + " " + c.Name // of the server itself; no id has a space
	}
	if known := h.by[key]; known != nil && known.version.Equal(c.Version) {
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
