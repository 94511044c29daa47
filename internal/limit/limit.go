// Package limit counts requests in windows of one minute. It knows nothing of who is counted: a
// key, an address. It leaves headers and refusals to its caller.
//
// A Windows remembers a bounded number of names. When it is full, the window that began first makes
// room for a new one, over or not; so names that strangers can make up at will (addresses) belong
// in a Windows of their own, where they cannot push out keys.
//
// A Windows may be used by many goroutines.
package limit

import (
	"context"
	"hash/maphash"
	"math"
	"time"
)

const (
	// length of a window.
	length = time.Minute
	// shards spreads the locks; a power of two.
	shards = 64
	// perShard bounds the windows kept in a shard, 100,032 in all.
	perShard = 1563
	// sweep is how many windows that are over each new one clears away.
	sweep = 2
)

// Unlimited is the Limit and Remaining of who has no limit.
const Unlimited = math.MaxInt32

// Windows counts. Make one with New.
type Windows struct {
	now    func() time.Time
	seed   maphash.Seed
	shards [shards]shard
}

// New returns a Windows that tells time by now.
func New(now func() time.Time) *Windows {
	w := &Windows{now: now, seed: maphash.MakeSeed()}
	for i := range w.shards {
		w.shards[i].by = make(map[string]*window)
	}
	return w
}

// Result is how a request stands to its limit.
type Result struct {
	Limit      int       // requests in a window
	Remaining  int       // that may still come in this one
	Reset      time.Time // when this one ends; a whole second
	OK         bool      // the request may pass
	RetryAfter time.Duration
}

// Take counts a request of who. Within a window, which begins in the second of its first request,
// perMinute of them are OK; those that are not do not count, and RetryAfter says how long to wait,
// in whole seconds, at least one. A perMinute of 0 is no limit.
func (w *Windows) Take(_ context.Context, who string, perMinute int) Result {
	now := w.now()
	if perMinute <= 0 {
		return unlimited(now)
	}
	s := w.shard(who)
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.open(who, now)
	r := result(*in, perMinute, now)
	if r.OK {
		in.used++
		r.Remaining--
	}
	return r
}

// Peek returns how who stands, and counts nothing: OK is what Take would say, and Remaining
// includes the request that Take would count.
func (w *Windows) Peek(_ context.Context, who string, perMinute int) Result {
	now := w.now()
	if perMinute <= 0 {
		return unlimited(now)
	}
	s := w.shard(who)
	s.mu.Lock()
	defer s.mu.Unlock()
	in := window{ends: endOf(now)}
	if known := s.by[who]; known != nil && !known.over(now) {
		in = *known
	}
	return result(in, perMinute, now)
}

func (w *Windows) shard(who string) *shard {
	return &w.shards[maphash.String(w.seed, who)%shards]
}

func unlimited(now time.Time) Result {
	return Result{Limit: Unlimited, Remaining: Unlimited, Reset: time.Unix(endOf(now), 0).UTC(), OK: true}
}

// result is how a request that is not yet counted stands.
func result(in window, perMinute int, now time.Time) Result {
	r := Result{
		Limit: perMinute, Remaining: max(perMinute-in.used, 0),
		Reset: time.Unix(in.ends, 0).UTC(), OK: in.used < perMinute,
	}
	if !r.OK {
		wait := r.Reset.Sub(now) + time.Second - time.Nanosecond
		r.RetryAfter = max(wait.Truncate(time.Second), time.Second)
	}
	return r
}
