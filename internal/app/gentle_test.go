package app

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// slow takes some time for each write.
type slow time.Duration

func (s slow) Write(p []byte) (int, error) {
	<-time.After(time.Duration(s))
	return len(p), nil
}

// A gentle writer rests about as long as it works, whether its writes are long or short.
func TestAGentleWriterRests(t *testing.T) {
	t.Parallel()
	for _, each := range []time.Duration{time.Millisecond, workTime} {
		synctest.Test(t, func(t *testing.T) {
			g := newGentle(t.Context(), slow(each))
			start, n := time.Now(), int(time.Second/each)
			for range n {
				if written, err := g.Write([]byte("abc")); written != 3 || err != nil {
					t.Fatalf("Write: %d, %v", written, err)
				}
			}
			work := time.Duration(n) * each
			if took := time.Since(start); took < work*19/10 || took > work*21/10 {
				t.Errorf("writes of %v: %v of work took %v, want about twice as long", each, work, took)
			}
		})
	}
}

// What takes no time is not held up.
func TestAGentleWriterWaitsForNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGentle(t.Context(), io.Discard)
		start := time.Now()
		for range 1000 {
			if _, err := g.Write(nil); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("it took %v", took)
		}
	})
}

// Resting ends when nobody wants the file any more, and a fault is told at once.
func TestAGentleWriterEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := newGentle(ctx, slow(workTime)).Write(nil); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	})
	broken := errors.New("broken")
	reader, writer := io.Pipe()
	if err := reader.CloseWithError(broken); err != nil {
		t.Fatal(err)
	}
	if _, err := newGentle(t.Context(), writer).Write([]byte("x")); !errors.Is(err, broken) {
		t.Errorf("got %v, want the writer's own", err)
	}
}
