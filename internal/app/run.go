package app

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// How long the parts may take to stop. Together they stay within the ten seconds that a supervisor
// gives.
const (
	requestGrace = 3 * time.Second // requests and streams
	turnGrace    = 3 * time.Second // turns, before they are handed over
	stopLimit    = 9 * time.Second // all of it
)

// Run serves until ctx ends or a part fails, then stops everything in order and closes the store. It
// returns nil after an orderly end. It may be called once.
func (a *App) Run(ctx context.Context) error {
	defer a.Close()
	defer holdHeapTarget()()
	a.enter(ctx)
	w := newWork()
	w.begin("turns", a.engine.Run)
	w.begin("keys", a.auth.Run)
	w.begin("purge", a.purge)
	w.begin("retention", a.retain)
	w.begin("memory", a.collectWhenIdle)
	w.begin("pages", a.pages)
	if a.nodes.bus != nil {
		w.begin("nodes", a.hear)
		w.begin("count of nodes", a.countNodes)
	}
	if a.alerts != nil {
		w.begin("alerts", a.mails)
	}
	served := make(chan error, 1)
	go func() { served <- a.server.Serve(a.listener) }()
	a.ready.Store(true)
	a.log.InfoContext(ctx, "listening", "address", a.Address(), "version", a.cfg.Version)

	var fault error
	select {
	case <-ctx.Done():
		a.log.InfoContext(ctx, "stopping", "why", context.Cause(ctx).Error())
	case fault = <-served:
		served <- http.ErrServerClosed // so that stop need not wait
	case fault = <-w.failed:
	}
	err := errors.Join(fault, a.stop(w, served))
	a.log.InfoContext(ctx, "stopped")
	return err
}

// enter shows that this node lives before its first request comes, so that no other one takes it for dead
// and its turns over. Where the database is away just now nothing can be accepted either.
func (a *App) enter(ctx context.Context) {
	if err := a.db.Beat(ctx, a.node); err != nil {
		a.log.WarnContext(ctx, "the first heartbeat failed", "error", err.Error())
	}
}

// stop ends what comes in before what is at work, so that nothing is accepted that nobody answers.
func (a *App) stop(w *work, served <-chan error) error {
	a.ready.Store(false)
	a.hub.Shutdown()
	ctx, cancel := context.WithTimeout(context.Background(), requestGrace)
	defer cancel()
	err := a.server.Shutdown(ctx)
	if err != nil {
		a.log.Warn("requests were cut off", "error", err.Error())
		err = a.server.Close()
	}
	if closed := <-served; !errors.Is(closed, http.ErrServerClosed) {
		err = errors.Join(err, closed)
	}
	return errors.Join(err, w.end(stopLimit-requestGrace))
}

// work is what runs beside the requests until it is told to end.
type work struct {
	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup
	failed chan error // the first fault
}

func newWork() *work {
	ctx, cancel := context.WithCancel(context.Background())
	return &work{ctx: ctx, cancel: cancel, failed: make(chan error, 1)}
}

// begin runs f, which is expected to return nil once its context has ended and not before.
func (w *work) begin(name string, f func(context.Context) error) {
	w.group.Go(func() {
		err := f(w.ctx)
		if err == nil {
			return
		}
		select {
		case w.failed <- errors.New(name + ": " + err.Error()):
		default: // another fault came first, and one is enough to stop for
		}
	})
}

// end tells all to end and waits. What is still at work at the limit is named and left behind.
func (w *work) end(limit time.Duration) error {
	w.cancel()
	done := make(chan struct{})
	go func() {
		w.group.Wait()
		close(done)
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		return errors.New("the work in the background did not end in time")
	}
	select {
	case err := <-w.failed:
		return err
	default:
		return nil
	}
}

// purgeEvery is how often deleted and outdated rows are removed.
const purgeEvery = 5 * time.Second

// purge removes rows that nobody can see any more, a slice at a time.
func (a *App) purge(ctx context.Context) error {
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			a.purgeOnce(ctx)
		}
	}
}

// purgeSlice is how many rows are removed at a time, so that nobody waits long behind it.
const purgeSlice = 500

// purgeOnce removes until there is nothing more to remove. Faults are logged: the next time tries
// again.
func (a *App) purgeOnce(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := a.db.Purge(ctx, purgeSlice)
		if err != nil {
			a.log.WarnContext(ctx, "purging failed", "error", err.Error())
		}
		if err != nil || !more {
			return
		}
	}
}
