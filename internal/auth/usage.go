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

// usage gathers when keys were last used. A key's use is written at most once in a minute, with the
// moment of the newest use until then: never one before the key was made.
type usage struct {
	mu      sync.Mutex
	pending map[console.ID]time.Time // to be written
	written map[console.ID]time.Time // in the newest minute
}

func newUsage() *usage {
	return &usage{pending: make(map[console.ID]time.Time), written: make(map[console.ID]time.Time)}
}

// Used notes that a key was used. It reaches the registry with Run's next flush, unless a use in the
// same minute has been written before.
func (s *Service) Used(key console.ID) {
	s.used.note(key, s.cfg.Now().UTC().Truncate(time.Millisecond))
}

func (u *usage) note(key console.ID, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if written, ok := u.written[key]; ok && minute(written).Equal(minute(at)) {
		return
	}
	noted, ok := u.pending[key]
	if ok && at.After(noted) || !ok && len(u.pending) < maxUsed {
		u.pending[key] = at
	}
}

func minute(at time.Time) time.Time { return at.Truncate(time.Minute) }

// flush writes what is pending. What could not be written stays pending.
func (u *usage) flush(ctx context.Context, to Registry) error {
	batch := u.take()
	if len(batch) == 0 {
		return nil
	}
	if err := to.TouchKeys(ctx, batch); err != nil {
		for key, at := range batch {
			u.note(key, at)
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
	for _, at := range batch {
		if at.After(newest) {
			newest = at
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	maps.Copy(u.written, batch)
	maps.DeleteFunc(u.written, func(_ console.ID, at time.Time) bool {
		return at.Before(minute(newest)) || len(u.written) > maxUsed
	})
}
