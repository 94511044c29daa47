package limit

import (
	"fmt"
	"testing"
	"time"
)

func (w *Windows) size() int {
	n := 0
	for i := range w.shards {
		n += len(w.shards[i].by)
	}
	return n
}

// inOrder fails unless a shard's list holds what its map holds, the oldest first.
func (w *Windows) inOrder(t *testing.T) {
	t.Helper()
	for i := range w.shards {
		s := &w.shards[i]
		n, last := 0, int64(0)
		for at := s.oldest; at != nil; at = at.newer {
			if s.by[at.who] != at {
				t.Fatalf("shard %d: %q stands in the list and not in the map", i, at.who)
			}
			if at.ends < last {
				t.Fatalf("shard %d: %q ends at %d, after one of %d", i, at.who, at.ends, last)
			}
			if at.newer == nil && s.newest != at {
				t.Fatalf("shard %d: the list's last is not its newest", i)
			}
			n, last = n+1, at.ends
		}
		if n != len(s.by) {
			t.Fatalf("shard %d: %d in the list, %d in the map", i, n, len(s.by))
		}
	}
}

func TestStrangersDoNotGrowIt(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_800_000_000, 0)
	w := New(func() time.Time { return at })
	for i := range 3 * shards * perShard {
		if r := w.Take(t.Context(), fmt.Sprint(i), 1); !r.OK {
			t.Fatalf("Take of stranger %d: refused", i)
		}
	}
	if got, most := w.size(), shards*perShard; got > most || got < most*9/10 {
		t.Errorf("windows kept: got %d, want at most and nearly %d", got, most)
	}
	w.inOrder(t)
}

func TestFullShardGivesUpItsOldest(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_800_000_000, 0)
	s := &New(func() time.Time { return at }).shards[0]
	for i := range perShard {
		s.open(fmt.Sprint(i), at)
	}
	s.open("0", at.Add(length)) // begins anew, and so is the newest
	s.open("new", at)
	if _, ok := s.by["0"]; !ok {
		t.Error("the window that began last was given up")
	}
	if _, ok := s.by["1"]; ok {
		t.Error("the window that began first was kept")
	}
	if len(s.by) != perShard {
		t.Errorf("windows: got %d, want %d", len(s.by), perShard)
	}
}

func TestWindowsThatAreOverAreClearedAway(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_800_000_000, 0)
	w := New(func() time.Time { return at })
	for i := range 10_000 {
		w.Take(t.Context(), fmt.Sprint("early", i), 1)
	}
	at = at.Add(length)
	for i := range 10_000 {
		w.Take(t.Context(), fmt.Sprint("late", i), 1)
	}
	if got := w.size(); got > 11_000 {
		t.Errorf("windows kept: got %d, want about 10,000", got)
	}
	w.inOrder(t)
}

func TestOver(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_800_000_000, 0)
	tests := []struct {
		name string
		ends int64
		want bool
	}{
		{"just begun", at.Unix() + 60, false},
		{"last second", at.Unix() + 1, false},
		{"ended now", at.Unix(), true},
		{"ended long ago", at.Unix() - 3600, true},
		{"begun before the clock was set back", at.Unix() + 61, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := (&window{ends: tt.ends}).over(at); got != tt.want {
				t.Errorf("over: got %v, want %v", got, tt.want)
			}
		})
	}
}
