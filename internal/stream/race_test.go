package stream_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

// Whatever is told and taken in whatever order: what is taken is what was told, in order, and what
// is left out was announced by Missed.
func TestNothingIsLostInSilence(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		h := stream.NewHub()
		s, err := h.Subscribe(stream.Request{Agent: "agent", Team: "t", Conversation: "c", Key: "k", Live: rapid.Bool().Draw(rt, "live")})
		if err != nil {
			rt.Fatalf("Subscribe: %v", err)
		}
		defer s.Close()
		live := h.Delta(stream.At{Team: "t", Conversation: "c"}, "first", "")
		var told, taken []string
		if live {
			told = append(told, "delta first ")
		}
		missed := false
		tell := func(what string) { told = append(told, what) }
		rt.Repeat(map[string]func(*rapid.T){
			"said": func(*rapid.T) {
				n := int64(len(told) + 1)
				h.Said(message("c", n))
				tell(fmt.Sprintf("message m%d", n))
			},
			"deltas": func(rt *rapid.T) {
				for range rapid.IntRange(1, 40).Draw(rt, "n") {
					text := fmt.Sprint(len(told))
					if h.Delta(stream.At{Team: "t", Conversation: "c"}, "m", text) {
						tell("delta m " + text)
					}
				}
			},
			"status": func(*rapid.T) {
				id := console.ID(fmt.Sprint(len(told)))
				h.Status(stream.At{Team: "t", Conversation: "c"}, stream.Status{State: stream.Writing, Discarded: id})
				if live {
					tell("status writing " + string(id))
				}
			},
			"take one": func(*rapid.T) {
				select {
				case e := <-s.Events():
					taken = append(taken, describe(e))
				default:
				}
			},
			"take all": func(*rapid.T) { taken = append(taken, take(s)...) },
			"ask":      func(*rapid.T) { missed = s.Missed() || missed },
		})
		taken = append(taken, take(s)...)
		missed = s.Missed() || missed
		if !isWithin(taken, told) {
			rt.Fatalf("taken %q\nis not in the order of what was told %q", taken, told)
		}
		if len(taken) < len(told) && !missed {
			rt.Fatalf("taken %d of %d and never Missed", len(taken), len(told))
		}
		if len(taken) == len(told) && missed {
			rt.Fatalf("all %d taken and yet Missed", len(told))
		}
	})
}

// isWithin reports whether part is whole with some left out.
func isWithin(part, whole []string) bool {
	for _, p := range part {
		i := slices.Index(whole, p)
		if i < 0 {
			return false
		}
		whole = whole[i+1:]
	}
	return true
}

// A reader that follows the rules, and waits only when nothing is left to take, ends up knowing the
// whole log however fast it grows.
func TestReaderNeverWaitsInIgnorance(t *testing.T) {
	t.Parallel()
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			h := stream.NewHub()
			s, err := h.Subscribe(stream.Request{Agent: "agent", Team: "t", Conversation: "c", Key: "k"})
			if err != nil {
				t.Fatalf("Subscribe: %v", err)
			}
			const messages = 5000
			var log, known atomic.Int64
			var wg sync.WaitGroup
			wg.Go(func() { read(s, &log, &known) })
			wg.Go(func() {
				for seq := int64(1); seq <= messages; seq++ {
					log.Store(seq) // committed first, then said
					h.Said(message("c", seq))
				}
			})
			synctest.Wait()
			if got := known.Load(); got != messages {
				t.Errorf("the reader waits and knows %d of %d messages", got, messages)
			}
			h.Shutdown()
			wg.Wait()
			s.Close()
		})
	}
}

func read(s *stream.Subscription, log, known *atomic.Int64) {
	for {
		select {
		case e := <-s.Events():
			switch {
			case s.Missed() || e.Message.Seq > known.Load()+1:
				known.Store(log.Load())
			case e.Message.Seq == known.Load()+1:
				known.Store(e.Message.Seq)
			}
		case <-s.Ended():
			return
		}
	}
}

// All at once, for the race detector; afterwards nothing is left over.
func TestAllAtOnce(t *testing.T) {
	t.Parallel()
	h := stream.NewHub()
	var wg sync.WaitGroup
	for w := range 8 {
		conversation, key := console.ID(fmt.Sprint("c", w%3)), console.ID(fmt.Sprint("k", w%2))
		wg.Go(func() {
			for range 300 {
				s, err := h.Subscribe(stream.Request{Agent: "agent", Team: "t", Conversation: conversation, Key: key, Live: w%2 == 0})
				if err != nil {
					return
				}
				take(s)
				s.Missed()
				s.Close()
			}
		})
		wg.Go(func() {
			for i := range int64(300) {
				h.Said(message(conversation, i))
				h.Delta(stream.At{Team: "t", Conversation: conversation}, "m", "text")
				h.Status(stream.At{Team: "t", Conversation: conversation}, stream.Status{State: stream.Idle})
				if i%10 == 0 {
					h.EndKey(key)
					h.EndAgent("agent")
				}
			}
			if w == 0 {
				h.Shutdown()
			}
		})
	}
	wg.Wait()
	if got := h.Open(); got != 0 {
		t.Errorf("Open: got %d, want 0", got)
	}
}

// After Shutdown returns no stream is left that was not told to end.
func TestShutdownFindsEveryone(t *testing.T) {
	t.Parallel()
	for range 50 {
		h := stream.NewHub()
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				s, err := h.Subscribe(stream.Request{Agent: "agent", Team: "t", Conversation: console.ID(fmt.Sprint(w)), Key: "k"})
				if err != nil {
					return
				}
				<-s.Ended()
				s.Close()
			})
		}
		h.Shutdown()
		wg.Wait() // hangs if one was forgotten
		if got := h.Open(); got != 0 {
			t.Fatalf("Open: got %d, want 0", got)
		}
	}
}
