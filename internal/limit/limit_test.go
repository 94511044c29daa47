package limit_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/limit"
)

// clock is a time that tests set.
type clock struct{ nanos atomic.Int64 }

func newClock(at time.Time) *clock {
	c := &clock{}
	c.set(at)
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.nanos.Load()).UTC() }
func (c *clock) set(at time.Time)        { c.nanos.Store(at.UnixNano()) }
func (c *clock) forward(d time.Duration) { c.nanos.Add(int64(d)) }

func noon() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) }

func TestTakeCountsDownAndRefuses(t *testing.T) {
	t.Parallel()
	c := newClock(noon().Add(300 * time.Millisecond))
	w := limit.New(c.now)
	reset := noon().Add(time.Minute)
	steps := []struct {
		after time.Duration
		want  limit.Result
	}{
		{0, limit.Result{Limit: 3, Remaining: 2, Reset: reset, OK: true}},
		{time.Second, limit.Result{Limit: 3, Remaining: 1, Reset: reset, OK: true}},
		{time.Second, limit.Result{Limit: 3, Remaining: 0, Reset: reset, OK: true}},
		{time.Second, limit.Result{Limit: 3, Remaining: 0, Reset: reset, RetryAfter: 57 * time.Second}},
		{56 * time.Second, limit.Result{Limit: 3, Remaining: 0, Reset: reset, RetryAfter: time.Second}},
		{700 * time.Millisecond, limit.Result{Limit: 3, Remaining: 2, Reset: reset.Add(time.Minute), OK: true}},
	}
	for i, s := range steps {
		c.forward(s.after)
		if diff := cmp.Diff(s.want, w.Take(t.Context(), "k", 3)); diff != "" {
			t.Errorf("Take %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestPeekCountsNothing(t *testing.T) {
	t.Parallel()
	w := limit.New(newClock(noon()).now)
	reset := noon().Add(time.Minute)
	fresh := limit.Result{Limit: 1, Remaining: 1, Reset: reset, OK: true}
	for range 3 {
		if diff := cmp.Diff(fresh, w.Peek(t.Context(), "k", 1)); diff != "" {
			t.Errorf("Peek before (-want +got):\n%s", diff)
		}
	}
	w.Take(t.Context(), "k", 1)
	spent := limit.Result{Limit: 1, Remaining: 0, Reset: reset, RetryAfter: time.Minute}
	for range 3 {
		if diff := cmp.Diff(spent, w.Peek(t.Context(), "k", 1)); diff != "" {
			t.Errorf("Peek after (-want +got):\n%s", diff)
		}
	}
}

func TestNamesDoNotShareAWindow(t *testing.T) {
	t.Parallel()
	w := limit.New(newClock(noon()).now)
	w.Take(t.Context(), "a", 1)
	if r := w.Take(t.Context(), "a", 1); r.OK {
		t.Errorf("second Take of a: got OK, want refused")
	}
	if r := w.Take(t.Context(), "b", 1); !r.OK {
		t.Errorf("first Take of b: got refused, want OK")
	}
}

func TestNoLimit(t *testing.T) {
	t.Parallel()
	w := limit.New(newClock(noon()).now)
	want := limit.Result{
		Limit: limit.Unlimited, Remaining: limit.Unlimited, Reset: noon().Add(time.Minute), OK: true,
	}
	for _, perMinute := range []int{0, -1} {
		for range 1000 {
			if diff := cmp.Diff(want, w.Take(t.Context(), "k", perMinute)); diff != "" {
				t.Fatalf("Take(%d) (-want +got):\n%s", perMinute, diff)
			}
		}
		if diff := cmp.Diff(want, w.Peek(t.Context(), "k", perMinute)); diff != "" {
			t.Errorf("Peek(%d) (-want +got):\n%s", perMinute, diff)
		}
	}
}

func TestLimitThatChangesWithinAWindow(t *testing.T) {
	t.Parallel()
	w := limit.New(newClock(noon()).now)
	for range 5 {
		w.Take(t.Context(), "k", 5)
	}
	if r := w.Take(t.Context(), "k", 3); r.OK || r.Remaining != 0 || r.Limit != 3 {
		t.Errorf("Take after lowering: got %+v, want refused with nothing left of 3", r)
	}
	if r := w.Take(t.Context(), "k", 7); !r.OK || r.Remaining != 1 {
		t.Errorf("Take after raising: got %+v, want OK with 1 left", r)
	}
}

func TestClockSetBackDoesNotLengthenAWindow(t *testing.T) {
	t.Parallel()
	c := newClock(noon())
	w := limit.New(c.now)
	w.Take(t.Context(), "k", 1)
	c.forward(-time.Hour)
	if r := w.Take(t.Context(), "k", 1); !r.OK || !r.Reset.Equal(c.now().Add(time.Minute)) {
		t.Errorf("Take after the clock was set back: got %+v, want a new window", r)
	}
}

func TestExactUnderConcurrency(t *testing.T) {
	t.Parallel()
	w := limit.New(newClock(noon()).now)
	const limitOfOne, workers, each = 500, 16, 100
	var passed atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				if w.Take(t.Context(), "k", limitOfOne).OK {
					passed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if got := passed.Load(); got != limitOfOne {
		t.Errorf("passed: got %d, want %d", got, limitOfOne)
	}
}

// The model is a map that never forgets.
func TestLikeAMap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := newClock(noon())
		w := limit.New(c.now)
		type count struct {
			ends time.Time
			used int
		}
		model := map[string]count{}
		for range rapid.IntRange(1, 200).Draw(rt, "steps") {
			c.forward(time.Duration(rapid.IntRange(0, 20_000).Draw(rt, "ms")) * time.Millisecond)
			who := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "who")
			perMinute := rapid.IntRange(1, 4).Draw(rt, "limit")
			m := model[who]
			if !c.now().Before(m.ends) {
				m = count{ends: c.now().Truncate(time.Second).Add(time.Minute)}
			}
			ok := m.used < perMinute
			if ok {
				m.used++
			}
			model[who] = m
			got := w.Take(t.Context(), who, perMinute)
			if got.OK != ok || got.Remaining != max(perMinute-m.used, 0) || !got.Reset.Equal(m.ends) {
				rt.Fatalf("Take(%s, %d): got %+v, want ok %v and %+v", who, perMinute, got, ok, m)
			}
			if !ok && (got.RetryAfter < time.Second || c.now().Add(got.RetryAfter).Before(m.ends)) {
				rt.Fatalf("RetryAfter %v at %v does not reach %v", got.RetryAfter, c.now(), m.ends)
			}
		}
	})
}

func BenchmarkTake(b *testing.B) {
	names := make([]string, 1000)
	for i := range names {
		names[i] = fmt.Sprintf("cmqtuq8xu010fpc6ekpx5%04d", i)
	}
	b.Run("one", func(b *testing.B) {
		w := limit.New(time.Now)
		for b.Loop() {
			w.Take(b.Context(), names[0], 600)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		w := limit.New(time.Now)
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				w.Take(b.Context(), names[i%len(names)], 600)
			}
		})
	})
	b.Run("strangers", func(b *testing.B) {
		w := limit.New(time.Now)
		i := 0
		for b.Loop() {
			i++
			w.Take(b.Context(), fmt.Sprint(i), 600)
		}
	})
}
