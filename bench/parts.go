package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/bimpe/bimpe/bench/floor"
	"github.com/bimpe/bimpe/bench/mock"
	"github.com/bimpe/bimpe/internal/cli"
)

// The parts of a measurement are processes of this same program, so that each has a memory and a time
// of its own. The first argument says which.
const (
	partFloor   = "part-floor"
	partMock    = "part-mock"
	partBytes   = "part-bytes"
	partStreams = "part-streams"
	partServe   = "part-serve"
)

func parts() map[string]func(ctx context.Context, args []string) error {
	return map[string]func(context.Context, []string) error{
		partFloor: playFloor, partMock: playMock, partBytes: playBytes, partStreams: playStreams, partServe: playServer,
	}
}

// floorConnections is how many the floor may have to PostgreSQL.
const floorConnections = 32

// playFloor is given the address, the model, and a PostgreSQL or a folder with SQLite's synchronous.
func playFloor(ctx context.Context, args []string) error {
	f := flag.NewFlagSet(partFloor, flag.ContinueOnError)
	sync := f.String("sync", "FULL", "SQLite's synchronous")
	model := f.String("model", "", "the model's address, up to /v1")
	folder := f.String("folder", "", "where SQLite's database is kept")
	database := f.String("database", "", "PostgreSQL's URL, instead")
	address := f.String("listen", "", "address")
	if err := f.Parse(args); err != nil {
		return err
	}
	var keeper floor.Keeper
	var err error
	if *database != "" {
		keeper, err = floor.OnPostgres(ctx, *database, floorConnections)
	} else {
		keeper, err = floor.OnSQLite(ctx, *folder, *sync)
	}
	if err != nil {
		return err
	}
	turns := floor.NewTurns(keeper, *model, now)
	mux := http.NewServeMux()
	mux.Handle("POST /turn", turns)
	mux.HandleFunc("POST /commit", turns.Commit)
	return errors.Join(serve(ctx, *address, "/", mux), turns.Close())
}

// words are in a reply of the model.
const words = 40

// playMock is given the address.
func playMock(ctx context.Context, args []string) error {
	return serve(ctx, args[0], "POST /v1/chat/completions", mock.Model{Words: words})
}

// playBytes is given the address.
func playBytes(ctx context.Context, args []string) error {
	return serve(ctx, args[0], "/bytes", &floor.Bytes{})
}

// playStreams is given the address.
func playStreams(ctx context.Context, args []string) error {
	if err := raiseFiles(); err != nil {
		return err
	}
	return serve(ctx, args[0], "GET /stream", http.HandlerFunc(floor.Stream))
}

// serve serves a handler, and /readyz, until ctx ends.
func serve(ctx context.Context, address, pattern string, h http.Handler) error {
	mux := http.NewServeMux()
	mux.Handle(pattern, h)
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	const headerTimeout = 10 * time.Second
	server := &http.Server{Handler: mux, ReadHeaderTimeout: headerTimeout}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // which Serve tells of
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// playServer is the server inside this program, with profiles. It is given where to write them: a
// file's name without its end. The rest comes by the environment, as for the real one. At dumpSignal it
// writes what is in its memory just then.
func playServer(_ context.Context, args []string) error {
	name := args[0]
	const oneIn = 10 // waits for a lock
	runtime.SetMutexProfileFraction(oneIn)
	dump := make(chan os.Signal, 1)
	signal.Notify(dump, dumpSignal)
	var dumping sync.WaitGroup
	var dumpErr error
	dumping.Go(func() {
		for range dump {
			runtime.GC()
			dumpErr = errors.Join(dumpErr, writeFile(name+".heap", pprof.WriteHeapProfile))
		}
	})
	err := writeFile(name+".cpu", func(to io.Writer) error {
		if err := pprof.StartCPUProfile(to); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
		return runServer()
	})
	signal.Stop(dump)
	close(dump)
	dumping.Wait()
	err = errors.Join(err, dumpErr)
	for _, kind := range []string{"allocs", "mutex"} {
		err = errors.Join(err, writeFile(name+"."+kind, func(to io.Writer) error { return pprof.Lookup(kind).WriteTo(to, 0) }))
	}
	return err
}

// dumpSignal is not one that the server itself listens to.
const dumpSignal = syscall.SIGUSR1

func runServer() error {
	code := cli.Run([]string{"serve"}, cli.IO{Stdout: os.Stdout, Stderr: os.Stderr, Version: "bench"})
	if code != 0 {
		return fmt.Errorf("the server ended with code %d", code)
	}
	return nil
}

// profileName is where the n-th server writes its profiles.
func profileName(folder string, rows []string, n int) string {
	return filepath.Join(folder, fmt.Sprintf("%s-%d", strings.Join(rows, "-"), n))
}
