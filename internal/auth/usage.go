package auth

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// maxUsed bounds the keys whose use is noted between two flushes. What goes beyond is not noted:
// last use is for people to look at.
const maxUsed = 100_000

// usage gathers when keys were last used, to the minute.
type usage struct {
	mu      sync.Mutex
	pending map[console.ID]time.Time // to be written
	written map[console.ID]time.Time // in the newest minute, so that a busy key is written once in it
}

func newUsage() *usage {
	return &usage{pending: make(map[console.ID]time.Time), written: make(map[console.ID]time.Time)}
}

// Used notes that a key was used. It reaches the registry with Run's next flush, to the minute.
func (s *Service) Used(key console.ID) { s.used.note(key, s.cfg.Now().UTC().Truncate(time.Minute)) }

func (u *usage) note(key console.ID, minute time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.written[key].Equal(minute) {
		return
	}
	noted, ok := u.pending[key]
	if ok && minute.After(noted) || !ok && len(u.pending) < maxUsed {
		u.pending[key] = minute
	}
}

// flush writes what is pending. What could not be written stays pending.
func (u *usage) flush(ctx context.Context, to Registry) error {
	batch := u.take()
	if len(batch) == 0 {
		return nil
	}
	if err := to.TouchKeys(ctx, batch); err != nil {
		for key, minute := range batch {
			u.note(key, minute)
		}
		return err
	}
	u.wrote(batch)
	return nil
}

func (u *usage) take() map[console.ID]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	batch := u.pending
	u.pending = make(map[console.ID]time.Time)
	return batch
}

// wrote remembers the batch and forgets all that is not of its newest minute.
func (u *usage) wrote(batch map[console.ID]time.Time) {
	var newest time.Time
	for _, minute := range batch {
		if minute.After(newest) {
			newest = minute
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	maps.Copy(u.written, batch)
	maps.DeleteFunc(u.written, func(_ console.ID, minute time.Time) bool {
		return minute.Before(newest) || len(u.written) > maxUsed
	})
}
