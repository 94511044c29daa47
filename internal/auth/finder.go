package auth

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

const (
	// maxAge is how old an answer about a key may be.
	maxAge = time.Second
	// lookupTimeout bounds one question to the registry.
	lookupTimeout = 5 * time.Second
	// finderShards spreads the lock; a power of two, so that a hash's first byte chooses evenly.
	finderShards = 16
	// shardSize bounds the answers kept in a shard, 16,384 in all: more keys than that within one
	// second cost one question each.
	shardSize = 1024
)

// finder finds keys by their hash. Answers, good and bad, are kept for maxAge, and many who ask for
// the same key at once share one question.
type finder struct {
	registry Registry
	now      func() time.Time
	shards   [finderShards]finderShard
}

type finderShard struct {
	mu    sync.Mutex
	known map[Hash]*lookup
	queue []*lookup // oldest first; holds at most shardSize, also those no longer in known
}

// lookup is one question and, once done is closed, its answer.
type lookup struct {
	hash  Hash
	began time.Time
	done  chan struct{}

	key  console.Key
	team console.Team
	err  error
}

func newFinder(r Registry, now func() time.Time) *finder {
	f := &finder{registry: r, now: now}
	for i := range f.shards {
		f.shards[i].known = make(map[Hash]*lookup)
	}
	return f
}

// find returns the key with its team, or CodeNotFound. It waits no longer than ctx allows, but who
// asks the question for others too asks it to the end.
func (f *finder) find(ctx context.Context, h Hash) (console.Key, console.Team, error) {
	s := &f.shards[h[0]%finderShards]
	l, mine := s.join(h, f.now())
	if mine {
		f.ask(ctx, s, l)
	}
	if l.answered() {
		return l.key, l.team, l.err
	}
	select {
	case <-l.done:
		return l.key, l.team, l.err
	case <-ctx.Done():
		return console.Key{}, console.Team{}, ctx.Err()
	}
}

// join returns the lookup of h that is young enough, or else a new one that the caller must ask.
// Age counts from the question, since the answer may be as old as that.
func (s *finderShard) join(h Hash, now time.Time) (l *lookup, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.known[h]; l != nil {
		if age := now.Sub(l.began); age >= 0 && age < maxAge {
			return l, false
		}
	}
	if len(s.queue) == shardSize {
		s.shift()
	}
	l = &lookup{hash: h, began: now, done: make(chan struct{})}
	s.known[h] = l
	s.queue = append(s.queue, l)
	return l, true
}

// shift forgets the oldest lookup. It is held under mu.
func (s *finderShard) shift() {
	oldest := s.queue[0]
	s.queue[0] = nil
	s.queue = s.queue[1:]
	s.remove(oldest)
}

// remove takes l out of known unless a newer one stands there. It is held under mu.
func (s *finderShard) remove(l *lookup) {
	if s.known[l.hash] == l {
		delete(s.known, l.hash)
	}
}

// ask puts the question on its own time, so that one who leaves does not spoil it for the others. A
// fault is the answer for those who wait for it and not for those who come later.
func (f *finder) ask(ctx context.Context, s *finderShard, l *lookup) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookupTimeout)
	defer cancel()
	l.err = errors.New("auth: the registry did not answer") // stands if it panics
	defer func() {
		if l.err != nil && !console.IsNotFound(l.err) {
			s.drop(l)
		}
		close(l.done)
	}()
	l.key, l.team, l.err = f.registry.KeyByHash(ctx, l.hash)
}

func (s *finderShard) drop(l *lookup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(l)
}

// forget drops what is known of a key, and all questions that are still out, since their answer may
// be from before the key was revoked.
func (f *finder) forget(key console.ID) {
	for i := range f.shards {
		f.shards[i].forget(key)
	}
}

func (s *finderShard) forget(key console.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for h, l := range s.known {
		if !l.answered() || l.key.ID == key {
			delete(s.known, h)
		}
	}
}

func (l *lookup) answered() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}
