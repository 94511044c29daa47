package redislimit_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/bimpe/bimpe/internal/limit"
	"github.com/bimpe/bimpe/internal/limit/redislimit"
	"github.com/bimpe/bimpe/internal/redistest"
)

// clock is a test's.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(0, c.at.Load()) }

func newWindows(t *testing.T, s *redistest.Server, nodes int) (*redislimit.Windows, *clock) {
	t.Helper()
	o, err := redis.ParseURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	o.MaxRetries, o.DialTimeout = -1, time.Second
	client := redis.NewClient(o)
	t.Cleanup(func() { _ = client.Close() })
	c := &clock{}
	c.at.Store(time.Now().UnixNano())
	return redislimit.New(redislimit.Config{
		Client: client, Space: "test:", Local: limit.New(c.now), Nodes: func() int { return nodes }, Now: c.now,
	}), c
}

func TestNodesShareAWindow(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	one, c := newWindows(t, s, 2)
	two, _ := newWindows(t, s, 2)
	const most = 20
	var granted atomic.Int64
	var work sync.WaitGroup
	for i := range 2 * most {
		work.Go(func() {
			if []*redislimit.Windows{one, two}[i%2].Take(t.Context(), "key", most).OK {
				granted.Add(1)
			}
		})
	}
	work.Wait()
	if granted.Load() != most {
		t.Errorf("%d were granted, want %d", granted.Load(), most)
	}
	r := two.Take(t.Context(), "key", most)
	if r.OK || r.Limit != most || r.Remaining != 0 || r.RetryAfter < time.Second || r.RetryAfter > time.Minute {
		t.Errorf("beyond the limit: %+v", r)
	}
	if at := r.Reset.Sub(c.now()); at > time.Minute+time.Second || at < 0 || r.Reset.Nanosecond() != 0 {
		t.Errorf("the window ends in %v", at)
	}
	if other := one.Take(t.Context(), "another", most); !other.OK || other.Remaining != most-1 {
		t.Errorf("another key: %+v", other)
	}
}

func TestPeekCountsNothing(t *testing.T) {
	t.Parallel()
	w, _ := newWindows(t, redistest.Start(t), 1)
	for range 3 {
		if r := w.Peek(t.Context(), "a", 2); !r.OK || r.Remaining != 2 {
			t.Errorf("Peek: %+v", r)
		}
	}
	w.Take(t.Context(), "a", 2)
	w.Take(t.Context(), "a", 2)
	if r := w.Peek(t.Context(), "a", 2); r.OK || r.Remaining != 0 {
		t.Errorf("Peek of a full window: %+v", r)
	}
	if r := w.Take(t.Context(), "a", 0); !r.OK || r.Limit != limit.Unlimited {
		t.Errorf("no limit: %+v", r)
	}
}

// TestWithoutRedisANodeGrantsItsShare also counts with Redis again once it is back.
func TestWithoutRedisANodeGrantsItsShare(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	w, c := newWindows(t, s, 3)
	w.Take(t.Context(), "key", 10)
	s.Stop()
	granted := 0
	for range 10 {
		if w.Take(t.Context(), "key", 10).OK {
			granted++
		}
	}
	if granted != 4 {
		t.Errorf("%d were granted, want a third of 10, rounded up", granted)
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := w.Take(t.Context(), "key", 10); r.OK {
		t.Error("Redis was asked again within a second of its fault")
	}
	c.at.Add(int64(2 * time.Second))
	if r := w.Take(t.Context(), "key", 10); !r.OK || r.Remaining != 9 {
		t.Errorf("with Redis again: %+v", r)
	}
}

// TestAWindowIsOver lets the key run out, as Redis does a second after the window's end.
func TestAWindowIsOver(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	w, _ := newWindows(t, s, 1)
	if r := w.Take(t.Context(), "key", 1); !r.OK {
		t.Fatalf("Take: %+v", r)
	}
	o, err := redis.ParseURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(o)
	defer func() { _ = client.Close() }()
	life, err := client.PTTL(t.Context(), "test:w:key").Result()
	if err != nil || life < 58*time.Second || life > 62*time.Second {
		t.Errorf("the window is kept for %v, %v", life, err)
	}
	if err := client.HSet(t.Context(), "test:w:key", "ends", time.Now().Unix()-1).Err(); err != nil {
		t.Fatal(err)
	}
	if r := w.Take(t.Context(), "key", 1); !r.OK {
		t.Errorf("a new window: %+v", r)
	}
}
