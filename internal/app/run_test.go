package app

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestWorkEndsWhenItIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWork()
		var ended atomic.Int64
		for range 3 {
			w.begin("waiter", func(ctx context.Context) error {
				<-ctx.Done()
				ended.Add(1)
				time.Sleep(time.Second)
				return nil
			})
			synctest.Wait()
		}
		if err := w.end(time.Minute); err != nil {
			t.Errorf("end() = %v", err)
		}
		if ended.Load() != 3 {
			t.Errorf("%d of 3 ended", ended.Load())
		}
	})
}

func TestWorkThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWork()
		w.begin("good", func(ctx context.Context) error { <-ctx.Done(); return nil })
		w.begin("bad", func(context.Context) error { return errors.New("out of luck") })
		w.begin("worse", func(context.Context) error { return errors.New("out of luck") })
		err := <-w.failed
		if err == nil || (err.Error() != "bad: out of luck" && err.Error() != "worse: out of luck") {
			t.Errorf("failed: %v", err)
		}
		_ = w.end(time.Minute) // the other fault may or may not have found room
	})
}

func TestWorkThatDoesNotEndIsLeftBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWork()
		release := make(chan struct{})
		w.begin("stubborn", func(context.Context) error { <-release; return nil })
		began := time.Now()
		if err := w.end(time.Minute); err == nil {
			t.Error("end() = nil, want that something is still at work")
		}
		if waited := time.Since(began); waited != time.Minute {
			t.Errorf("waited %s, want the limit", waited)
		}
		close(release)
	})
}

func TestALateFaultIsReportedAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWork()
		w.begin("leaving", func(ctx context.Context) error { <-ctx.Done(); return errors.New("cannot leave") })
		if err := w.end(time.Minute); err == nil || err.Error() != "leaving: cannot leave" {
			t.Errorf("end() = %v", err)
		}
	})
}

func TestStoppingFitsIntoTenSeconds(t *testing.T) {
	t.Parallel()
	if stopLimit >= 10*time.Second || requestGrace+turnGrace >= stopLimit {
		t.Errorf("requests %s and turns %s within %s", requestGrace, turnGrace, stopLimit)
	}
}
