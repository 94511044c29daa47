package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"
)

// sampled is the profile of a program that did one thing.
func sampled(t *testing.T, folder, name string) {
	t.Helper()
	work := &profile.Function{ID: 1, Name: "example.org/work", Filename: "/home/somebody/work.go", StartLine: 3}
	at := &profile.Mapping{ID: 1, File: "/home/somebody/program", HasFunctions: true}
	line := &profile.Location{ID: 1, Mapping: at, Line: []profile.Line{{Function: work, Line: 5}}}
	p := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
		PeriodType: &profile.ValueType{Type: "cpu", Unit: "nanoseconds"}, Period: int64(time.Millisecond),
		Sample:   []*profile.Sample{{Location: []*profile.Location{line}, Value: []int64{2, 2000}}},
		Location: []*profile.Location{line}, Function: []*profile.Function{work}, Mapping: []*profile.Mapping{at},
		Comments: []string{"measured at home"},
	}
	if err := writeFile(filepath.Join(folder, name), p.Write); err != nil {
		t.Fatal(err)
	}
}

func TestGuideMergesAndTellsNothingOfTheMachine(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	sampled(t, folder, "turns-1.cpu")
	sampled(t, folder, "turns-2.cpu")
	to := filepath.Join(folder, "default.pgo")
	if err := writeGuide(folder, to); err != nil {
		t.Fatal(err)
	}
	got, err := readProfile(to)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Sample) != 1 || got.Sample[0].Value[0] != 4 {
		t.Errorf("writeGuide merged to %v, want one sample of 4", got.Sample)
	}
	if f := got.Function[0]; f.Name != "example.org/work" || f.StartLine != 3 || got.Location[0].Line[0].Line != 5 {
		t.Errorf("writeGuide kept function %q from line %d, which the compiler goes by", f.Name, f.StartLine)
	}
	if words := plain(t, to); strings.Contains(words, "somebody") || strings.Contains(words, "home") {
		t.Errorf("writeGuide kept the machine's words: %q", words)
	}
}

func TestGuideNeedsAProfile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := writeGuide(folder, filepath.Join(folder, "default.pgo")); err == nil {
		t.Error("writeGuide of an empty folder went well")
	}
	if err := os.WriteFile(filepath.Join(folder, "a.cpu"), []byte("no profile"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeGuide(folder, filepath.Join(folder, "default.pgo")); err == nil {
		t.Error("writeGuide of what is no profile went well")
	}
}

// The one that the server is built with is of this server, and names no file.
func TestTheServersGuide(t *testing.T) {
	t.Parallel()
	const at = "../cmd/bimpe/default.pgo"
	p, err := readProfile(at)
	if err != nil {
		t.Fatal(err)
	}
	ours := 0
	for _, f := range p.Function {
		if strings.HasPrefix(f.Name, "github.com/bimpe/bimpe/internal/") {
			ours++
		}
		if f.Filename != "" {
			t.Fatalf("%s names the file %s", at, f.Filename)
		}
	}
	const few = 100
	if ours < few {
		t.Errorf("%s holds %d functions of this server, want at least %d", at, ours, few)
	}
}

func plain(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
