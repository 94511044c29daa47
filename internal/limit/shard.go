package limit

import (
	"sync"
	"time"
)

// window is one name's count. Windows are all of one length, so the order in which they begin,
// which is that of the list, is also the order in which they end.
type window struct {
	who  string
	ends int64 // Unix seconds
	used int

	older, newer *window
}

// endOf is when a window that begins now ends. It begins with the second, so that it ends with one:
// the wire says Reset in whole seconds, and who comes then shall not be too early.
func endOf(now time.Time) int64 { return now.Unix() + int64(length/time.Second) }

// over reports whether the window has ended. One that ends later than any could has been overtaken
// by a clock that was set back, and is over too.
func (w *window) over(now time.Time) bool {
	return now.Unix() >= w.ends || w.ends > endOf(now)
}

// shard is a part of the names.
type shard struct {
	mu     sync.Mutex
	by     map[string]*window
	oldest *window // nil: there are none
	newest *window
}

// open returns the window of who, which it begins if there is none that is not over. It is held
// under mu.
func (s *shard) open(who string, now time.Time) *window {
	w := s.by[who]
	if w != nil {
		if w.over(now) {
			s.unlink(w)
			w.ends, w.used = endOf(now), 0
			s.link(w)
		}
		return w
	}
	w = s.room(now)
	w.who, w.ends, w.used = who, endOf(now), 0
	s.by[who] = w
	s.link(w)
	return w
}

// room clears a few windows away that are over, and the oldest in any case if the shard is full. It
// returns one to use. It is held under mu.
func (s *shard) room(now time.Time) *window {
	var free *window
	for range sweep {
		w := s.oldest
		if w == nil || !w.over(now) && len(s.by) < perShard {
			break
		}
		s.unlink(w)
		delete(s.by, w.who)
		free = w
	}
	if free == nil {
		free = &window{}
	}
	return free
}

func (s *shard) link(w *window) {
	w.older, w.newer = s.newest, nil
	if s.newest == nil {
		s.oldest = w
	} else {
		s.newest.newer = w
	}
	s.newest = w
}

func (s *shard) unlink(w *window) {
	if w.older == nil {
		s.oldest = w.newer
	} else {
		w.older.newer = w.newer
	}
	if w.newer == nil {
		s.newest = w.older
	} else {
		w.newer.older = w.older
	}
	w.older, w.newer = nil, nil
}
