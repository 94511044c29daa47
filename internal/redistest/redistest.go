// Package redistest starts Redis servers for tests and for chaos. A server belongs to whoever started it,
// who may stop it and start it again at the same address.
package redistest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Server is a Redis that keeps nothing.
type Server struct {
	port   int
	folder string
	proc   *exec.Cmd // nil: it is stopped
}

const (
	tries    = 5 // somebody else may take the port first
	patience = 60 * time.Second
)

// Open starts a server in a folder, which is the caller's to remove. Stop must follow.
func Open(ctx context.Context, folder string) (*Server, error) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		return nil, errors.New("redis-server is not installed: `make test` and `make chaos` install it; else install Redis 7")
	}
	s := &Server{folder: folder}
	var err error
	for range tries {
		if s.port, err = freePort(ctx); err != nil {
			return nil, err
		}
		if err = s.Restart(ctx); err == nil {
			return s, nil
		}
	}
	return nil, err
}

// Start is Open for a test, with which the server is stopped.
func Start(tb testing.TB) *Server {
	tb.Helper()
	s, err := Open(tb.Context(), tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Stop)
	return s
}

// URL is where the server is, also while it is stopped.
func (s *Server) URL() string { return fmt.Sprintf("redis://127.0.0.1:%d/0", s.port) }

// Stop ends the server with all that it holds.
func (s *Server) Stop() {
	if s.proc == nil {
		return
	}
	_ = s.proc.Process.Kill() // it may have ended by itself
	_ = s.proc.Wait()         // it is killed on purpose
	s.proc = nil
}

// Restart starts a server that was stopped, and returns once it takes connections.
func (s *Server) Restart(ctx context.Context) error {
	proc := exec.Command("redis-server", "--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--save", "", //nolint:noctx // Stop ends it
		"--appendonly", "no", "--dir", s.folder)
	out, err := proc.StdoutPipe()
	if err != nil {
		return err
	}
	if err := proc.Start(); err != nil {
		return err
	}
	s.proc = proc
	ready := make(chan bool, 2) // so that the reader goes on to the end
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), "Ready to accept connections") {
				ready <- true
			}
		}
		ready <- false
	}()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case ok := <-ready:
		if ok {
			return nil
		}
	case <-limit.C:
	case <-ctx.Done():
	}
	s.Stop()
	return errors.New("redis-server does not start")
}

// Freeze makes the server silent without closing a connection, until Thaw.
func (s *Server) Freeze() error { return s.proc.Process.Signal(syscall.SIGSTOP) }

// Thaw lets a frozen server go on.
func (s *Server) Thaw() error { return s.proc.Process.Signal(syscall.SIGCONT) }

func freePort(ctx context.Context) (int, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err = errors.Join(err, l.Close()); err != nil {
		return 0, err
	}
	return strconv.Atoi(port)
}
