package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/bimpe/bimpe/bench/mock"
)

// witness is a model inside this program, whose clock is that of those who ask: what happens on both
// sides of the server can be compared.
type witness struct {
	base   string // up to /v1
	server *http.Server
	served chan error

	mu    sync.Mutex
	asked map[string]chan time.Time // by mark, when it was asked; held under mu
	left  map[string]chan time.Time // by mark, when its reader had gone; held under mu
}

// markOf is how a question is recognized among all that may stand around it.
var markOf = regexp.MustCompile(`mark-\d+-\d+`)

// newWitness serves a model. The caller closes it.
func newWitness(ctx context.Context, m mock.Model) (*witness, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &witness{
		base: "http://" + l.Addr().String() + "/v1", served: make(chan error, 1),
		asked: map[string]chan time.Time{}, left: map[string]chan time.Time{},
	}
	m.Asked = func(question string) { w.note(w.asked, question) }
	m.Left = func(question string) { w.note(w.left, question) }
	const headerTimeout = 10 * time.Second
	w.server = &http.Server{Handler: m, ReadHeaderTimeout: headerTimeout}
	go func() { w.served <- w.server.Serve(l) }()
	return w, nil
}

func (w *witness) close() error {
	err := w.server.Close()
	if served := <-w.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// note keeps the first time for each mark.
func (w *witness) note(of map[string]chan time.Time, question string) {
	at := now()
	select {
	case w.place(of, markOf.FindString(question)) <- at:
	default: // it has been asked again, which is another matter
	}
}

// place is where a time is left and fetched, whoever comes first.
func (w *witness) place(of map[string]chan time.Time, mark string) chan time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := of[mark]
	if c == nil {
		c = make(chan time.Time, 1)
		of[mark] = c
	}
	return c
}

// witnessPatience bounds the wait for what the model should see.
const witnessPatience = 10 * time.Second

var errNotSeen = errors.New("the model did not see it in time")

// when waits until the model has seen it. It is told once.
func (w *witness) when(ctx context.Context, of map[string]chan time.Time, mark string) (time.Time, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, witnessPatience, errNotSeen)
	defer cancel()
	select {
	case at := <-w.place(of, mark):
		return at, nil
	case <-ctx.Done():
		return time.Time{}, context.Cause(ctx)
	}
}
