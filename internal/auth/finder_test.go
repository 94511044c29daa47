package auth

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// nobody is a registry without keys.
type nobody struct{ Registry }

func (nobody) KeyByHash(context.Context, Hash) (console.Key, console.Team, error) {
	return console.Key{}, console.Team{}, console.NotFound("key", "")
}

func TestGuessesDoNotGrowTheFinder(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_800_000_000, 0)
	f := newFinder(nobody{}, func() time.Time { return at })
	for i := range 3 * finderShards * shardSize {
		var h Hash
		h[0] = byte(i)
		binary.BigEndian.PutUint64(h[8:], uint64(i))
		if _, _, err := f.find(t.Context(), h); !console.IsNotFound(err) {
			t.Fatalf("find: got %v, want not found", err)
		}
	}
	for i := range f.shards {
		s := &f.shards[i]
		if len(s.known) != shardSize || len(s.queue) != shardSize {
			t.Errorf("shard %d: got %d known and %d in the queue, want %d", i, len(s.known), len(s.queue), shardSize)
		}
	}
}

// One key that is asked for again and again takes one place of the map and ages out of the queue.
func TestOneKeyDoesNotFillTheFinder(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_800_000_000, 0)
	f := newFinder(nobody{}, func() time.Time { return at })
	for range 3 * shardSize {
		at = at.Add(maxAge)
		if _, _, err := f.find(t.Context(), Hash{}); !console.IsNotFound(err) {
			t.Fatalf("find: got %v, want not found", err)
		}
	}
	s := &f.shards[0]
	if len(s.known) != 1 || len(s.queue) > shardSize {
		t.Errorf("got %d known and %d in the queue, want 1 and at most %d", len(s.known), len(s.queue), shardSize)
	}
}

func TestUsageIsBounded(t *testing.T) {
	t.Parallel()
	u := newUsage()
	ids, minute := console.NewIDs(time.Now), time.Unix(1_800_000_000, 0)
	first := ids.Next()
	u.note(first, minute)
	for range 2 * maxUsed {
		u.note(ids.Next(), minute)
	}
	u.note(first, minute.Add(time.Minute)) // one that is noted already is brought up to date
	if len(u.pending) != maxUsed || !u.pending[first].Equal(minute.Add(time.Minute)) {
		t.Errorf("pending: got %d with the first at %v, want %d", len(u.pending), u.pending[first], maxUsed)
	}
	u.wrote(u.take())
	for range maxUsed {
		u.note(ids.Next(), minute.Add(time.Minute))
	}
	u.wrote(u.take())
	if len(u.written) > maxUsed {
		t.Errorf("written: got %d, want at most %d", len(u.written), maxUsed)
	}
}
