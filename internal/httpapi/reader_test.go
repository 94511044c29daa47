package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

// chatLog is a conversation's log in memory. What it has is told to the hub like a commit is.
type chatLog struct {
	Reads
	hub *stream.Hub

	mu    sync.Mutex
	all   []console.Message
	reads int
	err   error
}

func (l *chatLog) MessagesAfter(_ context.Context, _ console.ID, seq int64, limit int) ([]console.Message, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads++
	if l.err != nil {
		return nil, l.err
	}
	rest := l.all[min(int(seq), len(l.all)):]
	return append([]console.Message(nil), rest[:min(limit, len(rest))]...), nil
}

// add puts a message into the log and does not tell of it.
func (l *chatLog) add() console.Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.all) + 1
	m := console.Message{
		ID: console.ID(fmt.Sprintf("m%d", n)), ConversationID: "chat", Seq: int64(n), Role: console.RoleUser,
		Text: fmt.Sprintf("text %d", n),
	}
	l.all = append(l.all, m)
	return m
}

func (l *chatLog) say() { l.hub.Said(l.add()) }

func (l *chatLog) readings() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reads
}

// page is a client's end of a stream: a ResponseWriter that may be slow or go away.
type sink struct {
	mu    sync.Mutex
	buf   bytes.Buffer
	delay time.Duration
	gone  bool
}

func (*sink) Header() http.Header              { return http.Header{} }
func (*sink) WriteHeader(int)                  {}
func (*sink) FlushError() error                { return nil }
func (*sink) SetWriteDeadline(time.Time) error { return nil }
func (s *sink) Write(p []byte) (int, error) {
	time.Sleep(s.delay) // of a bubble's clock
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return 0, errors.New("broken pipe")
	}
	return s.buf.Write(p)
}

func (s *sink) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// listening is a stream in a bubble.
type listening struct {
	log    *chatLog
	sink   *sink
	sub    *stream.Subscription
	cancel context.CancelFunc
	ended  chan error
}

// listen starts a reader; it must be called in a bubble, and the stream ended there.
func listen(t *testing.T, l *chatLog, r stream.Request, set func(*reader)) *listening {
	t.Helper()
	r.Team, r.Conversation, r.Key = "team", "chat", "key"
	sub, err := l.hub.Subscribe(r)
	if err != nil {
		t.Fatal(err)
	}
	return listenAs(t, l, sub, set)
}

// listenAs starts a reader that has subscribed.
func listenAs(t *testing.T, l *chatLog, sub *stream.Subscription, set func(*reader)) *listening {
	t.Helper()
	out := &listening{log: l, sink: &sink{}, sub: sub, ended: make(chan error, 1)}
	s := &reader{
		w: out.sink, rc: http.NewResponseController(out.sink), sub: sub, from: l, now: time.Now, conversation: "chat",
		sent: func(string) {},
	}
	if set != nil {
		set(s)
	}
	ctx, cancel := context.WithCancel(t.Context())
	out.cancel = cancel
	go func() {
		defer sub.Close()
		out.ended <- s.run(ctx)
	}()
	return out
}

// leave ends the stream as a client does.
func (l *listening) leave(t *testing.T) {
	t.Helper()
	l.cancel()
	if err := <-l.ended; err != nil {
		t.Errorf("a stream whose client left: %v", err)
	}
}

func newLog() *chatLog { return &chatLog{hub: stream.NewHub()} }

// told returns the ids of the messages and the names of the other events that a client has read.
func (l *listening) told(t *testing.T) string {
	t.Helper()
	var all []string
	for _, p := range parseFrames(t, l.sink.text()) {
		if p.event == "message" {
			all = append(all, p.id)
			continue
		}
		all = append(all, p.event)
	}
	return strings.Join(all, " ")
}

func TestReaderReplaysThenFollows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := newLog()
		for range 3 {
			log.add()
		}
		l := listen(t, log, stream.Request{}, func(s *reader) { s.told = 1 })
		synctest.Wait()
		log.say()
		synctest.Wait()
		log.hub.Shutdown()
		if err := <-l.ended; err != nil {
			t.Errorf("a stream that ended at shutdown: %v", err)
		}
		if got, want := l.told(t), "heartbeat m2 m3 m4 retry"; got != want {
			t.Errorf("told: got %s, want %s", got, want)
		}
		if log.readings() != 1 {
			t.Errorf("the log was read %d times although every event was the next", log.readings())
		}
	})
}

func TestReaderFillsGapsAndSkipsWhatItHasTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := newLog()
		l := listen(t, log, stream.Request{}, nil)
		synctest.Wait()
		one := log.add()
		log.add() // the hint of this one is lost
		log.say()
		synctest.Wait()
		log.hub.Said(one) // and that of this one is late
		log.say()
		synctest.Wait()
		l.leave(t)
		if got, want := l.told(t), "heartbeat m1 m2 m3 m4"; got != want {
			t.Errorf("told: got %s, want %s", got, want)
		}
	})
}

func TestReaderBeats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := listen(t, newLog(), stream.Request{}, nil)
		began := time.Now()
		var last time.Time
		for beats := 1; beats < 20; beats++ {
			for strings.Count(l.sink.text(), "heartbeat") < beats {
				time.Sleep(100 * time.Millisecond)
			}
			if gap := time.Since(last); !last.IsZero() && (gap < beatLeast || gap > 15*time.Second) {
				t.Errorf("beat %d came %s after the one before", beats, gap)
			}
			last = time.Now()
		}
		if time.Since(began) < 19*time.Second {
			t.Error("the bubble's clock stood still")
		}
		l.leave(t)
	})
}

func TestReaderTellsOfRepliesOnlyThoseWhoAsked(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		delta, status bool
		want          string
	}{
		{want: "heartbeat m1"},
		{delta: true, want: "heartbeat delta m1"},
		{status: true, want: "heartbeat status m1 status"},
		{delta: true, status: true, want: "heartbeat status delta m1 status"},
	} {
		synctest.Test(t, func(t *testing.T) {
			log := newLog()
			l := listen(t, log, stream.Request{Live: tc.delta || tc.status}, func(s *reader) { s.delta, s.status = tc.delta, tc.status })
			synctest.Wait()
			log.hub.Status(stream.At{Team: "t", Conversation: "chat"}, stream.Status{State: stream.Thinking})
			log.hub.Delta(stream.At{Team: "t", Conversation: "chat"}, "m1", "te")
			log.say()
			log.hub.Delta(stream.At{Team: "t", Conversation: "chat"}, "m1", "xt") // late: the message has been told
			log.hub.Status(stream.At{Team: "t", Conversation: "chat"}, stream.Status{State: stream.Idle})
			synctest.Wait()
			l.leave(t)
			if got := l.told(t); got != tc.want {
				t.Errorf("deltas %t, status %t: got %s, want %s", tc.delta, tc.status, got, tc.want)
			}
		})
	}
}

func TestSlowReaderGetsAllAndThenAProperEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := newLog()
		l := listen(t, log, stream.Request{}, nil)
		synctest.Wait()
		l.sink.delay = time.Second // slow, and yet fast enough
		const burst = 300
		for range burst {
			log.say() // never waits for the reader
		}
		time.Sleep(2 * burst * time.Second)
		var want []string
		for i := range burst {
			want = append(want, fmt.Sprintf("m%d", i+1))
		}
		if got := strings.ReplaceAll(l.told(t), "heartbeat ", ""); strings.TrimSuffix(got, " heartbeat") != strings.Join(want, " ") {
			t.Errorf("a slow reader was told %s", got)
		}
		l.sink.delay = 11 * time.Second
		log.say()
		if err := <-l.ended; err != nil {
			t.Errorf("a reader that is too slow ends the stream with %v, want a proper end", err)
		}
		if got := l.told(t); !strings.Contains(got, "m301") {
			t.Errorf("the message that took too long was not written whole: %s", got)
		}
		if got := l.sink.text(); !strings.HasSuffix(got, retryFrame) {
			t.Errorf("the stream ended without a hint when to come again: %q", got[max(0, len(got)-100):])
		}
	})
}

func TestReaderEndsWhenItsKeyDoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := newLog()
		l := listen(t, log, stream.Request{}, nil)
		synctest.Wait()
		log.hub.EndKey("key")
		if err := <-l.ended; err != nil {
			t.Errorf("a stream whose key ended: %v", err)
		}
		if got := l.sink.text(); !strings.HasSuffix(got, retryFrame) {
			t.Errorf("the stream ended with %q, want a hint when to come again", got)
		}
		if log.hub.Open() != 0 {
			t.Errorf("%d streams are still counted", log.hub.Open())
		}
	})
}

func TestReaderReportsWhatIsNotAnOrdinaryEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := newLog()
		l := listen(t, log, stream.Request{}, nil)
		synctest.Wait()
		log.mu.Lock()
		log.err = errors.New("disk full")
		log.mu.Unlock()
		log.add()
		log.say()
		if err := <-l.ended; err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("a log that cannot be read: got %v", err)
		}
		if got := l.sink.text(); !strings.HasSuffix(got, retryFrame) {
			t.Errorf("the stream ended with %q, want a hint when to come again", got)
		}
	})
}

func TestReaderNoticesAClientThatIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := listen(t, newLog(), stream.Request{}, nil)
		synctest.Wait()
		l.sink.mu.Lock()
		l.sink.gone = true
		l.sink.mu.Unlock()
		if err := <-l.ended; err != nil { // at the next heartbeat
			t.Errorf("a client that is gone: %v, want an ordinary end", err)
		}
	})
}

func TestAsidePanicsWhereItWasCalled(t *testing.T) {
	t.Parallel()
	defer func() {
		if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "our fault") {
			t.Errorf("recovered %v", p)
		}
	}()
	aside(func() { panic("our fault") })
}

func TestReadersSeeEachMessageOnceWhileAWriterWrites(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := newLog()
		const messages, readers = 500, 20
		var all []*listening
		for i := range messages {
			if i%(messages/readers) == 0 {
				all = append(all, listen(t, log, stream.Request{}, nil))
			}
			log.say()
			if i%7 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
		synctest.Wait()
		for n, l := range all {
			l.leave(t)
			want := make([]string, 0, messages)
			for i := range messages {
				want = append(want, fmt.Sprintf("m%d", i+1))
			}
			if got := strings.TrimPrefix(l.told(t), "heartbeat "); got != strings.Join(want, " ") {
				t.Errorf("reader %d has a gap or a repetition: %s", n, got)
			}
		}
	})
}

// What another node wrote, of which nobody tells here, is told at the next heartbeat.
func TestReaderOfASharedLogLooksAtEachHeartbeat(t *testing.T) {
	t.Parallel()
	for shared, want := range map[bool]string{true: "heartbeat m1 heartbeat", false: "heartbeat heartbeat"} {
		synctest.Test(t, func(t *testing.T) {
			l := listen(t, newLog(), stream.Request{}, func(s *reader) { s.shared = shared })
			synctest.Wait()
			l.log.add()
			time.Sleep(beatLeast + beatSpread)
			synctest.Wait()
			if got := l.told(t); got != want {
				t.Errorf("shared %v: told %q, want %q", shared, got, want)
			}
			l.leave(t)
		})
	}
}
