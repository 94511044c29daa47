package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/bimpe/bimpe/bench/figures"
	"github.com/bimpe/bimpe/bench/load"
)

// The bars of what is done to data as a whole.
const (
	backupBar   = 20  // seconds for a gigabyte of database
	besideBar   = 0.7 // of what is written without a backup
	moveBar     = 20_000
	gigabyte    = 1e9
	backupParts = 3 // how many times as many writes as in their own row: a backup takes a while
)

// backup measures a backup of the large team while agents are changed, and those changes beside the same
// ones without a backup.
func (b *bench) backup(ctx context.Context) (all []figures.Figure, err error) {
	t, err := b.town(ctx)
	if err != nil {
		return nil, err
	}
	s, err := b.serve(ctx, t.place)
	if err != nil {
		return nil, err
	}
	var stop stoppers
	defer stop.all(&err)
	stop.add(s.stop)
	agents := make([]string, writers)
	for i := range agents {
		if agents[i], err = s.newAgent(ctx); err != nil {
			return nil, err
		}
	}
	write := func() (load.Result, error) {
		return load.Times(ctx, now, writers, backupParts*manyWrites, func(ctx context.Context, worker, i int) error {
			body := map[string]any{"description": fmt.Sprint("hello ", i)}
			return s.Call(ctx, http.MethodPatch, load.Prefix+"/agents/"+agents[worker], body, nil)
		})
	}
	took := figures.Figure{Name: "backup of 1 GB, beside writes", Unit: "s", Bar: figures.Bar{Kind: figures.ValueAtMost, Limit: backupBar}}
	beside := figures.Figure{
		Name: fmt.Sprintf("agent PATCH, %d workers, beside backups", writers), Unit: "/s",
		Bar: figures.Bar{Kind: figures.RatioAtLeast, Limit: besideBar}, Note: "floor: no backup",
	}
	for range b.pairs {
		alone, err := write()
		if err != nil {
			return nil, err
		}
		times, own, err := b.backupsBeside(ctx, t.place, write)
		if err != nil {
			return nil, err
		}
		took.Ours = append(took.Ours, times...)
		add(&beside, own, alone, load.Result.PerSecond)
	}
	return []figures.Figure{took, beside}, nil
}

// backupsBeside makes one backup after the other until the writes are done, and returns what each would
// have taken for a gigabyte.
func (b *bench) backupsBeside(ctx context.Context, p place, write func() (load.Result, error)) (times []float64, own load.Result, err error) {
	var failed error
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for failed == nil {
			var d time.Duration
			if d, failed = b.backupOnce(ctx, p); failed == nil {
				times = append(times, d.Seconds())
			}
			select {
			case <-over:
				return
			default:
			}
		}
	}()
	own, err = write()
	close(over)
	<-done
	if err == nil {
		err = failed
	}
	return times, own, err
}

// backupOnce makes a backup and returns what it would have taken for a gigabyte of database.
func (b *bench) backupOnce(ctx context.Context, p place) (time.Duration, error) {
	file := filepath.Join(b.folder, "backup")
	stat, err := os.Stat(filepath.Join(p.folder(), "bimpe.db"))
	if err != nil {
		return 0, err
	}
	start := now()
	if _, err := b.command(ctx, p.env, "backup", file); err != nil {
		return 0, err
	}
	took := now().Sub(start)
	return time.Duration(float64(took) * gigabyte / float64(stat.Size())), os.Remove(file)
}

// folder is where the data is.
func (p place) folder() string {
	for _, setting := range p.env {
		if folder, is := strings.CutPrefix(setting, "BIMPE_DATA_DIR="); is {
			return folder
		}
	}
	return ""
}

// command runs bimpe to its end and returns what it printed.
func (b *bench) command(ctx context.Context, env []string, args ...string) (string, error) {
	var out, complaint bytes.Buffer
	c := exec.CommandContext(ctx, b.binary, args...)
	c.Env, c.Stdout, c.Stderr = env, &out, &complaint
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("bimpe %s: %w: %s", args[0], err, complaint.Bytes())
	}
	return out.String(), nil
}

// move measures a move of the large team into PostgreSQL, from the command's start until it has compared
// everything.
func (b *bench) move(ctx context.Context) (all []figures.Figure, err error) {
	if b.postgres == "" {
		b.say("BIMPE_TEST_POSTGRES is not set: no figures of a move")
		return nil, nil
	}
	t, err := b.town(ctx)
	if err != nil {
		return nil, err
	}
	f := figures.Figure{
		Name: "move to PostgreSQL, and compared there", Unit: "rows/s", Bar: figures.Bar{Kind: figures.ValueAtLeast, Limit: moveBar},
	}
	for range b.pairs {
		speed, err := b.moveOnce(ctx, t.place)
		if err != nil {
			return nil, err
		}
		f.Ours = append(f.Ours, speed)
	}
	return []figures.Figure{f}, nil
}

// moveOnce moves into a database of its own and returns how many rows a second that were.
func (b *bench) moveOnce(ctx context.Context, p place) (speed float64, err error) {
	var drop stoppers
	defer drop.all(&err)
	database, err := b.newDatabase(ctx, &drop)
	if err != nil {
		return 0, err
	}
	start := now()
	said, err := b.command(ctx, append(p.env[:len(p.env):len(p.env)], "BIMPE_MOVE_TO="+database), "move")
	if err != nil {
		return 0, err
	}
	took := now().Sub(start)
	var rows int64
	if _, err := fmt.Sscanf(said, "%d rows of schema", &rows); err != nil {
		return 0, fmt.Errorf("bimpe move printed %q: %w", said, err)
	}
	return float64(rows) / took.Seconds(), nil
}
