package auth

import (
	"context"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

const (
	// pollEvery is how often other processes' revocations are asked for, and expiries looked at.
	pollEvery = time.Second
	// flushEvery is how often last uses are written.
	flushEvery = 10 * time.Second
	// pollOverlap is how far each poll looks back before the one before: a revocation carries the
	// time of its process's clock and is seen only once it has committed.
	pollOverlap = 15 * time.Second
	// workTimeout bounds one deed of the background work.
	workTimeout = 5 * time.Second
)

// Run does the background work until ctx ends: it writes last uses, ends the streams of keys that
// ran out, and hears of keys that another process revoked. It then writes the last uses once more
// and returns nil. It must run once at a time.
//
// A revoked key is told to Ended for some seconds on end, so that a stream which was being opened
// meanwhile ends too.
func (s *Service) Run(ctx context.Context) error {
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	w := worker{s: s, since: s.cfg.Now().Add(-pollOverlap), flushed: s.cfg.Now()}
	for {
		select {
		case <-ctx.Done():
			w.flush(context.WithoutCancel(ctx))
			return nil
		case <-poll.C:
			w.tick(ctx)
		}
	}
}

// worker is the state of Run.
type worker struct {
	s       *Service
	since   time.Time // what the next poll asks from
	flushed time.Time // when last uses were last written

	pollFailing, flushFailing bool // so that an outage is logged once
}

func (w *worker) tick(ctx context.Context) {
	now := w.s.cfg.Now()
	w.s.endExpired(now)
	w.poll(ctx, now)
	if now.Sub(w.flushed) >= flushEvery {
		w.flushed = now
		w.flush(ctx)
	}
}

func (w *worker) poll(ctx context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, workTimeout)
	defer cancel()
	revoked, err := w.s.cfg.Registry.KeysRevokedSince(ctx, w.since)
	w.note(ctx, &w.pollFailing, err, "revoked keys cannot be read")
	if err != nil {
		return
	}
	w.since = now.Add(-pollOverlap)
	for _, key := range revoked {
		w.s.end(key)
	}
}

func (w *worker) flush(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, workTimeout)
	defer cancel()
	err := w.s.used.flush(ctx, w.s.cfg.Registry)
	w.note(ctx, &w.flushFailing, err, "last use of keys cannot be written")
}

// note logs a fault when it begins and again only after it was gone.
func (w *worker) note(ctx context.Context, failing *bool, err error, what string) {
	if err != nil && !*failing && ctx.Err() == nil {
		w.s.cfg.Log.WarnContext(ctx, "auth work fails", "what", what, "error", err)
	}
	*failing = err != nil
}

// endExpired ends the streams of keys whose time is over.
func (s *Service) endExpired(now time.Time) {
	for _, key := range s.takeExpired(now) {
		s.cfg.Ended(key)
	}
}

func (s *Service) takeExpired(now time.Time) []console.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	var over []console.ID
	for key, at := range s.expiring {
		if !now.Before(at) {
			over = append(over, key)
			delete(s.expiring, key)
		}
	}
	return over
}

// maxExpiring bounds the keys that will run out and have opened streams.
const maxExpiring = 100_000

// watch makes sure that the streams of a key end when it runs out. It reports false when there is
// no room to remember that.
func (s *Service) watch(p console.Principal) bool {
	if p.ExpiresAt == nil {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.expiring[p.Key]; !ok && len(s.expiring) >= maxExpiring {
		return false
	}
	s.expiring[p.Key] = *p.ExpiresAt
	return true
}
