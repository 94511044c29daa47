// Package redistest starts Redis servers for tests. A server belongs to one test, which may stop it
// and start it again.
package redistest

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Server is a Redis of one test.
type Server struct {
	t      testing.TB
	port   int
	folder string
	proc   *exec.Cmd
}

// Start starts a server that is stopped with its test.
func Start(tb testing.TB) *Server {
	tb.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		tb.Fatal("redis-server is not installed: run the tests by `make test`, or install Redis 7")
	}
	s := &Server{t: tb, folder: tb.TempDir()}
	tb.Cleanup(s.Stop)
	for range tries {
		s.port = freePort(tb)
		if s.start() {
			return s
		}
	}
	tb.Fatal("no Redis could be started")
	return nil
}

// URL is where the server is, also while it is stopped.
func (s *Server) URL() string { return fmt.Sprintf("redis://127.0.0.1:%d/0", s.port) }

// Stop ends the server with all that it holds.
func (s *Server) Stop() {
	if s.proc == nil {
		return
	}
	_ = s.proc.Process.Kill() // it may have ended by itself
	_ = s.proc.Wait()
	s.proc = nil
}

// Restart starts a server that was stopped, at the same address.
func (s *Server) Restart() {
	s.t.Helper()
	for range tries {
		if s.start() {
			return
		}
	}
	s.t.Fatal("Redis could not be started again")
}

// Freeze makes the server silent without closing a connection, until Thaw.
func (s *Server) Freeze() { s.signal(syscall.SIGSTOP) }

// Thaw lets a frozen server go on.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(what syscall.Signal) {
	s.t.Helper()
	if err := s.proc.Process.Signal(what); err != nil {
		s.t.Fatal(err)
	}
}

const (
	tries    = 5
	patience = 10 * time.Second
)

// start reports whether the server takes connections. Somebody may have taken the port.
func (s *Server) start() bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	proc := exec.CommandContext(context.Background(), "redis-server", "--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--save", "",
		"--appendonly", "no", "--dir", s.folder, "--daemonize", "no")
	out, err := proc.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	proc.Env = append(os.Environ(), "LC_ALL=C")
	if err := proc.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.proc = proc
	ready := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.Contains(lines.Text(), "Ready to accept connections") {
				ready <- true
			}
		}
		ready <- false
	}()
	select {
	case ok := <-ready:
		if ok {
			return true
		}
	case <-ctx.Done():
	}
	s.Stop()
	return false
}

func freePort(tb testing.TB) int {
	tb.Helper()
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}
