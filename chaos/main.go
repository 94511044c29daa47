// Command chaos plays seeded schedules of everything that can go wrong against the real server, and
// tells whether a message was lost, doubled, out of order, or late after a human took over.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/bimpe/bimpe/chaos/play"
	"github.com/bimpe/bimpe/chaos/schedule"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := 0
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		_, _ = fmt.Fprintln(os.Stderr, "chaos:", err) // there is nobody else to tell
		code = 1
	}
	stop()
	os.Exit(code)
}

// options are what the command line says.
type options struct {
	from, seeds uint64
	seed        int64
	parallel    int
	binary      string
}

// schedulesForEach processor at a time: they mostly wait.
const schedulesForEach = 6

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("chaos", flag.ContinueOnError)
	f.Uint64Var(&o.from, "from", 1, "the first seed")
	f.Uint64Var(&o.seeds, "seeds", 100, "how many seeds are played")
	f.Int64Var(&o.seed, "seed", -1, "play this seed alone, and show its schedule and what came of it")
	f.IntVar(&o.parallel, "parallel", schedulesForEach*runtime.NumCPU(), "how many are played at a time")
	f.StringVar(&o.binary, "binary", "", "play against this bimpe instead of one that is built now")
	err := f.Parse(args)
	if err == nil && o.parallel < 1 {
		err = errors.New("-parallel must be 1 or more")
	}
	if o.seed >= 0 {
		o.from, o.seeds = uint64(o.seed), 1
	}
	return o, err
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	o, err := parse(args)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "bimpe-chaos-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if o.binary == "" {
		o.binary = filepath.Join(folder, "bimpe")
		if err := build(ctx, o.binary); err != nil {
			return err
		}
	}
	g, err := play.NewGround(ctx, o.binary, folder, os.Getenv("BIMPE_TEST_POSTGRES"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.Close(context.WithoutCancel(ctx))) }()
	return o.play(ctx, g, out)
}

// build makes the program as it is released, but for its name.
func build(ctx context.Context, to string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", to, "github.com/bimpe/bimpe/cmd/bimpe")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build bimpe: %w\n%s", err, out)
	}
	return nil
}

// tally is what came of all schedules. It is for many.
type tally struct {
	out   io.Writer
	whole bool // what came of a schedule is shown also if nothing failed

	mu                                    sync.Mutex
	played, messages, onPostgres, onNodes int
	failed                                []uint64
	err                                   error // the first for which one could not be played
}

func (o options) play(ctx context.Context, g *play.Ground, out io.Writer) error {
	begun := now()
	t := &tally{out: out, whole: o.seed >= 0}
	seeds := make(chan uint64)
	var players sync.WaitGroup
	for range o.parallel {
		players.Go(func() {
			for seed := range seeds {
				t.one(ctx, g, seed)
			}
		})
	}
	for seed := o.from; seed < o.from+o.seeds && ctx.Err() == nil; seed++ {
		seeds <- seed
	}
	close(seeds)
	players.Wait()
	return t.sum(now().Sub(begun))
}

// one plays a seed.
func (t *tally) one(ctx context.Context, g *play.Ground, seed uint64) {
	if ctx.Err() != nil {
		return
	}
	s := schedule.New(seed)
	report, err := g.Play(ctx, s)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.err = errors.Join(t.err, fmt.Errorf("seed %d: %w", seed, err))
		return
	}
	t.played++
	t.messages += report.Messages
	if s.Postgres {
		t.onPostgres++
	}
	if s.Nodes > 1 {
		t.onNodes++
	}
	if len(report.Faults) > 0 {
		t.failed = append(t.failed, seed)
	}
	if t.whole || len(report.Faults) > 0 {
		describe(t.out, s, report)
	}
}

// sum prints how it went. That one seed failed is an error.
func (t *tally) sum(took time.Duration) error {
	_, _ = fmt.Fprintf(t.out, "%d schedules (%d on PostgreSQL, %d of them on three nodes) with %d messages in %v: %d failed\n",
		t.played, t.onPostgres, t.onNodes, t.messages, took.Round(time.Second/10), len(t.failed)) // as above
	if len(t.failed) > 0 {
		return errors.Join(t.err, fmt.Errorf("seeds %v failed; one is played again by: make chaos SEED=%d", t.failed, t.failed[0]))
	}
	return t.err
}

// now is the clock of the summary.
func now() time.Time {
	return time.Now() //nolint:forbidigo // how long it took is for people; all else waits for events
}
