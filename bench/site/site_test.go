package site

import (
	"context"
	"errors"
	"flag"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"
)

// playEnv makes this test's own binary play a program that is measured.
const playEnv = "BIMPE_BENCH_PLAY"

func TestMain(m *testing.M) {
	flag.Parse()
	switch os.Getenv(playEnv) {
	case "":
		os.Exit(m.Run())
	case "complain":
		_, _ = os.Stderr.WriteString("the address is taken")
		os.Exit(3)
	case "serve":
		play(os.Getenv("LISTEN"))
	}
}

// play serves until it is told to end.
func play(address string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		panic(err)
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			w.WriteHeader(http.StatusNotFound)
		}
	})}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		panic(err)
	}
}

func program(t *testing.T, part string) Program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	address, err := FreeAddress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return Program{Path: self, Env: []string{playEnv + "=" + part, "LISTEN=" + address}, Listen: address}
}

func TestStartMeasureStop(t *testing.T) {
	t.Parallel()
	p, err := Start(t.Context(), program(t, "serve"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if p.Started <= 0 {
		t.Errorf("it started in %v", p.Started)
	}
	if memory, err := p.Memory(); err != nil || memory < 1<<20 {
		t.Errorf("Memory() = %d, %v, want more than a MiB", memory, err)
	}
	if cpu, err := p.CPU(); err != nil || cpu < 0 {
		t.Errorf("CPU() = %v, %v", cpu, err)
	}
	for range 2 {
		if err := p.Stop(); err != nil {
			t.Errorf("Stop() = %v", err)
		}
	}
	if _, err := p.Memory(); err == nil {
		t.Error("a program that has ended still has memory")
	}
}

func TestStartTellsWhatAProgramSaid(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), program(t, "complain"), time.Now)
	if err == nil || !strings.Contains(err.Error(), "the address is taken") {
		t.Errorf("Start() = %v, want what it said", err)
	}
}

func TestStartOfNothing(t *testing.T) {
	t.Parallel()
	if _, err := Start(t.Context(), Program{Path: "/nothing/here", Listen: "127.0.0.1:1"}, time.Now); err == nil {
		t.Error("Start() = nil, want an error")
	}
}

func TestStartEndsWhatIsGivenUp(t *testing.T) {
	t.Parallel()
	p := program(t, "serve")
	p.Listen = "127.0.0.1:1" // where it does not listen
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("gone")
	cancel(gone)
	if _, err := Start(ctx, p, time.Now); !errors.Is(err, gone) {
		t.Errorf("Start() = %v, want %v", err, gone)
	}
}

func TestParseMemory(t *testing.T) {
	t.Parallel()
	got, err := parseMemory([]byte("317000 2500 1800 900 0 30000 0\n"), 4096)
	if err != nil || got != 2500*4096 {
		t.Errorf("parseMemory = %d, %v, want %d", got, err, 2500*4096)
	}
	for _, bad := range []string{"", "1", "1 x 2"} {
		if _, err := parseMemory([]byte(bad), 4096); err == nil {
			t.Errorf("parseMemory(%q) = nil, want an error", bad)
		}
	}
}

func TestParseCPU(t *testing.T) {
	t.Parallel()
	const stat = "77 (a ) name) S 1 77 77 0 -1 4194304 1200 0 3 0 150 25 7 8 20 0 9 0 4242 324608 2500"
	got, err := parseCPU([]byte(stat))
	if want := 1750 * time.Millisecond; err != nil || got != want {
		t.Errorf("parseCPU = %v, %v, want %v", got, err, want)
	}
	for _, bad := range []string{"", "77 (x) S 1 2 3", strings.Replace(stat, "150", "x", 1)} {
		if _, err := parseCPU([]byte(bad)); err == nil {
			t.Errorf("parseCPU(%q) = nil, want an error", bad)
		}
	}
}

func TestSaidIsTheEnd(t *testing.T) {
	t.Parallel()
	log, err := newLog()
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close() //nolint:errcheck // it was only read
	p := &Process{log: log}
	if got := p.said(); got != "" {
		t.Errorf("a program that said nothing said %q", got)
	}
	if _, err := log.WriteString(strings.Repeat("x", 10_000) + "the end\n"); err != nil {
		t.Fatal(err)
	}
	if got := p.said(); len(got) != tailSize-1 || !strings.HasSuffix(got, "xthe end") {
		t.Errorf("kept %d bytes that end with %q", len(got), got[len(got)-10:])
	}
}
