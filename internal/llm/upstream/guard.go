package upstream

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"
)

// The bounds of what a server may send beside the reply itself.
const (
	maxError  = 64 << 10  // of the body of an error
	maxEvent  = 384 << 10 // of one event, so that the longest reply fits into one
	maxStream = 32 << 20  // of a whole stream, with all that is not text
)

var (
	errIdle   = errors.New("the server sent nothing for too long")
	errMost   = errors.New("the reply was not whole")
	errEvent  = errors.New("an event of the stream is too long")
	errStream = errors.New("the stream is too long")
)

// watch ends a stream's context when the server sends nothing for too long. It runs only while we
// wait for the server, so that a slow reader of the reply is not held against it. Once the reply is
// whole it ends the context in any case, whatever the server goes on sending.
type watch struct {
	first bool // nothing has come yet
	idle  time.Duration
	timer *time.Timer
	last  *time.Timer // nil: the reply is not whole yet
	stall func()
}

func newWatch(c Config, cancel context.CancelCauseFunc) *watch {
	stall := func() { cancel(errIdle) }
	return &watch{first: true, idle: c.Idle, timer: time.AfterFunc(c.First, stall), stall: stall}
}

// start is called before each wait for the body. The wait for its first byte has run since the watch
// was made.
func (w *watch) start() {
	if !w.first {
		w.timer.Reset(w.idle)
	}
}

// stop is called after each wait.
func (w *watch) stop() {
	if !w.first {
		w.timer.Stop()
	}
}

// came says that bytes of the body have come.
func (w *watch) came() {
	w.first = false
	w.timer.Stop()
}

// end is called when nothing is waited for any more.
func (w *watch) end() {
	w.timer.Stop()
	if w.last != nil {
		w.last.Stop()
	}
}

// shorten is for when the reply is whole and only its postscript is due, within d. A server that says
// so again does not get more time.
func (w *watch) shorten(d time.Duration) {
	switch {
	case w.last == nil:
		w.last = time.AfterFunc(d, w.stall)
	case d < w.idle:
		w.last.Reset(d)
	}
	w.idle = min(w.idle, d)
}

// guarded is the body of a stream, bounded in time by a watch and in size.
type guarded struct {
	body  io.ReadCloser
	watch *watch
	total int
	event int // bytes since the last empty line
	line  int // of them, since the last line end, without carriage returns
}

func (g *guarded) Read(p []byte) (int, error) {
	g.watch.start()
	n, err := g.body.Read(p)
	g.watch.stop()
	if n > 0 {
		g.watch.came()
	}
	if limit := g.count(p[:n]); limit != nil {
		return 0, limit
	}
	return n, err
}

func (g *guarded) count(p []byte) error {
	if g.total += len(p); g.total > maxStream {
		return errStream
	}
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			g.event += len(p)
			g.line += len(bytes.TrimRight(p, "\r"))
			break
		}
		g.event += i
		if g.line+len(bytes.TrimRight(p[:i], "\r")) == 0 {
			g.event = 0
		}
		g.line, p = 0, p[i+1:]
	}
	if g.event > maxEvent {
		return errEvent
	}
	return nil
}

func (g *guarded) Close() error { return g.body.Close() }
