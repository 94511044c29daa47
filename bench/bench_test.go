package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/bench/figures"
)

func TestParse(t *testing.T) {
	t.Parallel()
	o, err := parse([]string{"-only", "reads,turns", "-pairs", "7", "-strict", "-json", "f"}, &bytes.Buffer{})
	if err != nil || o.pairs != 7 || !o.strict || o.json != "f" {
		t.Errorf("parse = %+v, %v", o, err)
	}
	if diff := cmp.Diff([]string{"reads", "turns"}, o.rows()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(names(), options{}.rows()); diff != "" {
		t.Error(diff)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-only", "turns,walks"}, {"-pairs", "0"}, {"-pairs", "1000"}, {"-nothing"}} {
		if _, err := parse(args, &bytes.Buffer{}); err == nil {
			t.Errorf("parse(%v) = nil, want an error", args)
		}
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	missed := []figures.Figure{{
		Name: "memory", Unit: "MB", Ours: []float64{75}, Bar: figures.Bar{Kind: figures.ValueAtMost, Limit: 60},
	}}
	file := filepath.Join(t.TempDir(), "figures.json")
	var out bytes.Buffer
	if err := (options{json: file}).report(&out, missed); err != nil {
		t.Errorf("report = %v", err)
	}
	raw, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(raw), `"missed": true`) || !strings.Contains(out.String(), "MISSED") {
		t.Errorf("wrote %s, %v, and printed %s", raw, err, out.String())
	}
	if err := (options{strict: true}).report(&out, missed); err == nil {
		t.Error("a missed bar was no failure under -strict")
	}
}

func TestStoppersEndTheLastFirst(t *testing.T) {
	t.Parallel()
	var order []int
	stop := func() (err error) {
		var s stoppers
		defer s.all(&err)
		for i := range 3 {
			s.add(func() error { order = append(order, i); return nil })
		}
		s.add(func() error { return errors.New("would not stop") })
		return errors.New("failed")
	}
	if err := stop(); err == nil || err.Error() != "failed\nwould not stop" {
		t.Errorf("the error is %v", err)
	}
	if diff := cmp.Diff([]int{2, 1, 0}, order); diff != "" {
		t.Error(diff)
	}
}

func TestQuestionsAreOfTheTown(t *testing.T) {
	t.Parallel()
	for _, q := range (&town{agent: "a1"}).questions() {
		if !strings.HasPrefix(q.path, "/api/v1/console/agents/a1") || q.bar < filterBar {
			t.Errorf("%+v", q)
		}
	}
}

func TestAPlaceKnowsItsFolder(t *testing.T) {
	t.Parallel()
	p := place{env: []string{"PATH=/bin", "BIMPE_DATA_DIR=/tmp/x", "BIMPE_RATE_LIMIT=0"}}
	if got := p.folder(); got != "/tmp/x" {
		t.Errorf("got %q", got)
	}
	if got := (place{}).folder(); got != "" {
		t.Errorf("without one: got %q", got)
	}
}

func TestACommandTellsWhatItPrinted(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$1 $WHO\"\necho complaint >&2\ntest \"$1\" = good\n"), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	b := &bench{binary: program}
	if out, err := b.command(t.Context(), []string{"WHO=me"}, "good", "more"); err != nil || out != "good me\n" {
		t.Errorf("got %q, %v", out, err)
	}
	if _, err := b.command(t.Context(), nil, "bad"); err == nil || !strings.Contains(err.Error(), "bimpe bad: exit status 1: complaint") {
		t.Errorf("got %v, want to hear what it complained of", err)
	}
}
