package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bimpe/bimpe/chaos/play"
	"github.com/bimpe/bimpe/chaos/schedule"
	"github.com/bimpe/bimpe/chaos/verdict"
)

// TestSchedules plays the first 25 seeds, three of them on PostgreSQL and one of these on three nodes. `make chaos` plays more, and one
// that failed again.
func TestSchedules(t *testing.T) {
	t.Parallel()
	if os.Getenv("BIMPE_TEST_POSTGRES") == "" {
		t.Fatal("BIMPE_TEST_POSTGRES is not set: `make test` sets it, or point it to a PostgreSQL 15 server")
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-from", "1", "-seeds", "25"}, &out); err != nil {
		t.Errorf("%v\n%s", err, out.Bytes())
	}
	if !strings.Contains(out.String(), "25 schedules (3 on PostgreSQL, 1 of them on three nodes)") {
		t.Errorf("not all were played:\n%s", out.Bytes())
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	o, err := parse([]string{"-from", "7", "-seeds", "3"})
	if err != nil || o.from != 7 || o.seeds != 3 || o.seed >= 0 || o.parallel < 1 {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err := parse([]string{"-seed", "17"}); err != nil || o.from != 17 || o.seeds != 1 {
		t.Errorf("one seed: %+v, %v", o, err)
	}
	for _, wrong := range [][]string{{"-parallel", "0"}, {"-seeds", "-1"}, {"-never"}} {
		if _, err := parse(wrong); err == nil {
			t.Errorf("%v was taken", wrong)
		}
	}
}

// A server that cannot be started is told of, and nothing passes for having been played.
func TestAServerThatDoesNotStart(t *testing.T) {
	t.Parallel()
	nothing := filepath.Join(t.TempDir(), "bimpe")
	if err := os.WriteFile(nothing, []byte("#!/bin/sh\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-seed", "1", "-binary", nothing}, &out); err == nil {
		t.Errorf("no error:\n%s", out.Bytes())
	}
}

func TestAFailedSeedSaysHowToReplayIt(t *testing.T) {
	t.Parallel()
	s := &tally{played: 3, failed: []uint64{17, 19}, out: &bytes.Buffer{}}
	err := s.sum(time.Second)
	if err == nil || !strings.Contains(err.Error(), "make chaos SEED=17") {
		t.Errorf("sum = %v, want how to play seed 17 again", err)
	}
	if err := (&tally{played: 3, out: &bytes.Buffer{}}).sum(time.Second); err != nil {
		t.Errorf("nothing failed, and sum = %v", err)
	}
}

func TestDescribeTellsAllThereIs(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	describe(&out, schedule.New(17), play.Report{
		Faults: []string{"c0: lost: x"}, Server: "its last words",
		Talks: []verdict.Talk{{
			Customer: "c0", Log: []verdict.Message{{ID: "m1", Role: "user", Text: "hello"}},
			Turns: []verdict.Turn{{ID: "t1", State: "silent", Why: "agent_paused", Messages: []string{"m1"}}},
		}},
	})
	for _, want := range []string{"seed 17 on", "m1 user", "hello", "turn t1 silent agent_paused", "saw 0 of 1", "FAULT c0: lost: x", "its last words"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not told:\n%s", want, out.Bytes())
		}
	}
}
