package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/bimpe/bimpe/bench/figures"
	"github.com/bimpe/bimpe/bench/load"
	"github.com/bimpe/bimpe/bench/site"
)

// bench is one run of this program.
type bench struct {
	options
	log    io.Writer // what is being done
	binary string    // bimpe
	self   string    // this program
	folder string    // for all that is kept meanwhile; removed at the end
	began  int       // servers that were started
	crowd  *town     // made by the first row that needs it
}

// row measures one thing or a few that need the same servers.
type row struct {
	name    string
	measure func(*bench, context.Context) ([]figures.Figure, error)
}

// rows in the order of the table.
func rows() []row {
	return []row{
		{"turns", (*bench).turns},
		{"first", (*bench).first},
		{"deltas", (*bench).deltas},
		{"cancel", (*bench).cancel},
		{"flows", (*bench).matching},
		{"writes", (*bench).writes},
		{"reads", (*bench).reads},
		{"streams", (*bench).streams},
		{"start", (*bench).start},
		{"long", (*bench).long},
		{"backup", (*bench).backup},
		{"move", (*bench).move},
		{"postgres", (*bench).onPostgres},
		{"window", (*bench).window},
		{"nodes", (*bench).nodes},
	}
}

func names() []string {
	var all []string
	for _, r := range rows() {
		all = append(all, r.name)
	}
	return all
}

// newBench builds what is to be measured. The caller closes it.
func newBench(ctx context.Context, o options, log io.Writer) (*bench, error) {
	if err := raiseFiles(); err != nil {
		return nil, fmt.Errorf("raise the limit of open files: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, log: log, self: self, binary: o.binary}
	if b.binary == "" {
		if b.binary, err = build(ctx); err != nil {
			return nil, err
		}
	}
	if b.binary, err = filepath.Abs(b.binary); err != nil {
		return nil, err
	}
	if o.profile != "" {
		if err := os.MkdirAll(o.profile, 0o755); err != nil {
			return nil, err
		}
	}
	b.folder, err = os.MkdirTemp("", "bimpe-bench-")
	return b, err
}

// close removes what was kept.
func (b *bench) close() error { return os.RemoveAll(b.folder) }

// build makes bin/bimpe as `make run` does.
func build(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "make", "--silent", "build").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("make build: %w\n%s", err, out)
	}
	return filepath.Join("bin", "bimpe"), nil
}

func (b *bench) measure(ctx context.Context) ([]figures.Figure, error) {
	wanted := b.rows()
	var all []figures.Figure
	for _, r := range rows() {
		if !contains(wanted, r.name) {
			continue
		}
		b.say("%s", r.name)
		found, err := r.measure(b, ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// say tells whoever waits what is being done.
func (b *bench) say(format string, args ...any) {
	_, _ = fmt.Fprintf(b.log, "bench: "+format+"\n", args...) // it is not what the run is for
}

// part starts a part of this program that listens at its last argument.
func (b *bench) part(ctx context.Context, args ...string) (*site.Process, error) {
	address, err := site.FreeAddress(ctx)
	if err != nil {
		return nil, err
	}
	return site.Start(ctx, site.Program{Path: b.self, Args: append(args, address), Listen: address}, now)
}

// floorPart starts the floor of turns on SQLite.
func (b *bench) floorPart(ctx context.Context, sync, model string) (*site.Process, error) {
	folder, err := os.MkdirTemp(b.folder, "floor-")
	if err != nil {
		return nil, err
	}
	return b.part(ctx, partFloor, "-sync", sync, "-model", model, "-folder", folder, "-listen")
}

// floorAt starts the floor of turns on a PostgreSQL.
func (b *bench) floorAt(ctx context.Context, database, model string) (*site.Process, error) {
	return b.part(ctx, partFloor, "-database", database, "-model", model, "-listen")
}

// place is where a server keeps its data, with a key to it.
type place struct {
	env []string
	key string
}

// newPlace makes an empty one with a team and a key. More settings are NAME=value.
func (b *bench) newPlace(ctx context.Context, settings ...string) (place, error) {
	folder, err := os.MkdirTemp(b.folder, "data-")
	if err != nil {
		return place{}, err
	}
	p := place{env: append([]string{
		"PATH=" + os.Getenv("PATH"), "BIMPE_DATA_DIR=" + folder, "BIMPE_RATE_LIMIT=0",
	}, settings...)}
	key := exec.CommandContext(ctx, b.binary, "key", "create", "--team", "bench", "--scope", "*")
	var out, complaint bytes.Buffer
	key.Env, key.Stdout, key.Stderr = p.env, &out, &complaint
	if err := key.Run(); err != nil {
		return p, fmt.Errorf("bimpe key create: %w: %s", err, complaint.Bytes())
	}
	p.key = strings.TrimSpace(out.String())
	return p, nil
}

// serve starts the server on a place's data. Settings are NAME=value.
func (b *bench) serve(ctx context.Context, p place, settings ...string) (*server, error) {
	address, err := site.FreeAddress(ctx)
	if err != nil {
		return nil, err
	}
	b.began++
	program := site.Program{Path: b.binary, Args: []string{"serve"}, Listen: address}
	if b.profile != "" {
		program.Path = b.self
		program.Args = []string{partServe, profileName(b.profile, b.rows(), b.began)}
	}
	program.Env = append(append(program.Env, p.env...), settings...)
	program.Env = append(program.Env, "BIMPE_LISTEN="+address)
	process, err := site.Start(ctx, program, now)
	if err != nil {
		return nil, err
	}
	return &server{Process: process, Client: load.NewClient(process.Base, p.key, now)}, nil
}

// server is one that runs, and a client of it.
type server struct {
	*site.Process
	*load.Client
}

// stop ends both.
func (s *server) stop() error {
	s.Close()
	return s.Stop()
}

// newAgent makes one.
func (s *server) newAgent(ctx context.Context) (string, error) {
	var out struct{ Data struct{ ID string } }
	err := s.Call(ctx, "POST", load.Prefix+"/agents", map[string]any{"name": "Bench"}, &out)
	return out.Data.ID, err
}

// asks are the settings under which the server asks a model.
func asks(model string) []string {
	return []string{
		"BIMPE_MODEL_PROVIDER=openai", "BIMPE_MODEL_URL=" + model, "BIMPE_MODEL_KEY=x", "BIMPE_MODEL=mock",
	}
}

// stoppers ends what was started, the last one first.
type stoppers []func() error

func (s *stoppers) add(f func() error) { *s = append(*s, f) }

// all is for a deferred call: it adds what went wrong to err.
func (s *stoppers) all(err *error) {
	for i := len(*s) - 1; i >= 0; i-- {
		*err = errors.Join(*err, (*s)[i]())
	}
}
