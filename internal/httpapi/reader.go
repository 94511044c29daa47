package httpapi

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

const (
	// A heartbeat comes after 10 to 14 seconds without one; the contract says 15 at most. It is
	// drawn anew each time, so that streams that were opened together do not beat together.
	beatLeast  = 10 * time.Second
	beatSpread = 4 * time.Second
	// writeTime is how long one write may hang before the connection counts as dead.
	writeTime = 2 * time.Minute
	// slowWrite is how long one write may take before the stream is ended: who reads that slowly
	// does better to come again.
	slowWrite = 10 * time.Second
	// replayPage is how many messages are read from the log at a time.
	replayPage = 100
)

// What ends a stream and is nobody's fault.
var (
	errSlow = errors.New("httpapi: slow reader")
	errLeft = errors.New("httpapi: the client has left")
)

// reader is one who listens to a conversation, or to all of a team's. The log is the truth: an event
// that is not the next message, and word of a dropped one, send it to the log.
//
//	          next message ▶ write                     told already ▶ skip
//	(waiting) ◀───────────────────────────────────────────────────────────
//	    │ gap, or something was dropped ▶ read the log up to its end ▶ (waiting)
//	    ▼ ended, too slow, client gone
//	 (end of the body)
//
// It belongs to the request's goroutine, whose stack stays small for as long as the stream is idle:
// everything that needs a deep one is done aside.
type reader struct {
	w             http.ResponseWriter
	rc            *http.ResponseController
	sub           *stream.Subscription
	from          Reads
	now           func() time.Time
	conversation  console.ID
	told          int64 // Seq of the newest message that was written
	toldID        console.ID
	delta, status bool
	team          *teamLog // of who listens to a whole team, instead of conversation, told and toldID
	shared        bool     // others write to the log unheard: look into it at each heartbeat
	sent          func(event string)
}

// run writes the stream to its end. The error is for the log: it is nil for every ordinary end.
func (s *reader) run(ctx context.Context) error {
	h := s.w.Header()
	if _, ok := h["Access-Control-Allow-Origin"]; !ok {
		// Nobody keeps a stream, so that nothing can vary; and a map of more than eight is twice as large.
		delete(h, "Vary")
	}
	h["Content-Type"] = []string{"text/event-stream"}
	h["Cache-Control"] = []string{"no-cache"}
	h["X-Accel-Buffering"] = []string{"no"}
	// The deadline of the last write stays with the connection, which therefore ends with the stream.
	h["Connection"] = []string{"close"}
	// Who left while the log was being read is nobody's fault either.
	if err := s.tell(ctx); err != nil && !errors.Is(err, errLeft) && ctx.Err() == nil {
		_ = s.write([]byte(retryFrame)) // the stream is at its end, whatever becomes of it
		if !errors.Is(err, errSlow) {
			return err
		}
	}
	return nil
}

func (s *reader) tell(ctx context.Context) error {
	if err := s.send(eventHeartbeat, heartbeatFrame(s.now())); err != nil {
		return err
	}
	if err := s.catchUp(ctx); err != nil {
		return err
	}
	beat := time.NewTimer(untilBeat())
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.sub.Ended():
			return s.farewell(ctx)
		case e := <-s.sub.Events():
			if err := s.event(ctx, e); err != nil {
				return err
			}
		case <-beat.C:
			if err := s.beat(ctx); err != nil {
				return err
			}
			beat.Reset(untilBeat())
		}
	}
}

// farewell writes what had been told before the end, and when to come again.
func (s *reader) farewell(ctx context.Context) error {
	for {
		select {
		case e := <-s.sub.Events():
			if err := s.event(ctx, e); err != nil {
				return err
			}
		default:
			return s.write([]byte(retryFrame))
		}
	}
}

func (s *reader) beat(ctx context.Context) error {
	if s.shared {
		if err := s.catchUp(ctx); err != nil {
			return err
		}
	}
	return s.send(eventHeartbeat, heartbeatFrame(s.now()))
}

func untilBeat() time.Duration { return beatLeast + rand.N(beatSpread) }

// event writes what was told, or reads the log when that is not all.
func (s *reader) event(ctx context.Context, e stream.Event) error {
	if s.team != nil {
		return s.team.event(ctx, s, e)
	}
	missed := s.sub.Missed()
	if m := e.Message; m != nil {
		missed = missed || m.Seq > s.told+1
		if !missed && m.Seq == s.told+1 {
			return s.message(*m)
		}
	}
	if missed {
		if err := s.catchUp(ctx); err != nil {
			return err
		}
	}
	return s.live(e)
}

// live writes deltas and statuses to those who asked for them.
func (s *reader) live(e stream.Event) error {
	switch {
	case e.Delta != nil && s.delta && e.Delta.MessageID != s.toldID: // a piece of what was read whole from the log is late
		return s.send(eventDelta, deltaFrame(*e.Delta))
	case e.Status != nil && s.status:
		return s.send(eventStatus, statusFrame(*e.Status))
	}
	return nil
}

func (s *reader) message(m console.Message) error {
	s.told, s.toldID = m.Seq, m.ID
	return s.send(eventMessage, messageFrame(m))
}

// catchUp writes all that the log has and that has not been told.
func (s *reader) catchUp(ctx context.Context) error {
	if s.team != nil {
		return s.team.catchUp(ctx, s)
	}
	for {
		var page []console.Message
		var err error
		aside(func() { page, err = s.from.MessagesAfter(ctx, s.conversation, s.told, replayPage) })
		if err != nil {
			return fmt.Errorf("read the log after %d: %w", s.told, err)
		}
		for _, m := range page {
			if err := s.message(m); err != nil {
				return err
			}
		}
		if len(page) < replayPage {
			return nil
		}
	}
}

// send writes the frame of an event, and tells who counts.
func (s *reader) send(event string, frame []byte) error {
	s.sent(event)
	return s.write(frame)
}

// write sends a whole frame. A reader who is slow to take it is errSlow: the frame has been written
// by then, so that the body still ends properly.
func (s *reader) write(raw []byte) error {
	began := s.now()
	// Without deadlines (a ResponseWriter of a test) the connection's own end must do.
	_ = s.rc.SetWriteDeadline(began.Add(writeTime))
	if _, err := s.w.Write(raw); err != nil {
		return errLeft
	}
	if err := s.rc.Flush(); err != nil {
		return errLeft
	}
	if s.now().Sub(began) > slowWrite {
		return errSlow
	}
	return nil
}

// aside runs f to its end on a goroutine of its own, whose deep stack ends with it. A panic of f is
// the caller's.
func aside(f func()) {
	done := make(chan any, 1) // so that the goroutine never waits for its owner
	go func() {
		var failed any
		defer func() { done <- failed }()
		defer func() {
			if p := recover(); p != nil {
				failed = fmt.Sprintf("%v\n%s", p, debug.Stack())
			}
		}()
		f()
	}()
	if p := <-done; p != nil {
		panic(p)
	}
}
