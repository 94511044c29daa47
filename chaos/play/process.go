package play

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// startLimit is how long a server may take until it listens, on a machine with much to do.
	startLimit = 60 * time.Second
	// stopLimit is how long one may take to end in order, as promised, and some more on such a machine.
	stopLimit = 20 * time.Second
)

// process is one run of the server.
type process struct {
	cmd   *exec.Cmd
	base  string        // http://host:port
	ended chan struct{} // closed once it is gone and all that it said has been read
	heard *heard
}

// launch starts a server and waits until it listens.
func launch(ctx context.Context, binary string, env []string) (*process, error) {
	p := &process{
		cmd:   exec.Command(binary, "serve"), //nolint:noctx // kill and stop end it
		ended: make(chan struct{}), heard: &heard{listens: make(chan string, 1)},
	}
	p.cmd.Env = env
	out, err := p.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.ended)
		p.heard.read(out)
		_ = p.cmd.Wait() // it is killed on purpose
	}()
	timer := time.NewTimer(startLimit)
	defer timer.Stop()
	select {
	case address := <-p.heard.listens:
		p.base = "http://" + address
		return p, nil
	case <-p.ended:
		return nil, fmt.Errorf("the server has ended: %s", p.heard.all())
	case <-timer.C:
		p.kill()
		return nil, fmt.Errorf("the server does not listen after %v: %s", startLimit, p.heard.all())
	case <-ctx.Done():
		p.kill()
		return nil, context.Cause(ctx)
	}
}

// kill ends it as a power cut would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may be gone already
	<-p.ended
}

// stop asks it to end.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // as above
	timer := time.NewTimer(stopLimit)
	defer timer.Stop()
	select {
	case <-p.ended:
	case <-timer.C:
		p.kill()
		return fmt.Errorf("the server did not end within %v of SIGTERM", stopLimit)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("the server ended with code %d after SIGTERM: %s", code, p.heard.all())
	}
	return nil
}

// heard is what a server has said.
type heard struct {
	listens chan string // its address, once

	mu     sync.Mutex
	last   []string // the newest lines, at most tail; held under mu
	errors []string // what should not be said; held under mu
}

// tail is how many lines are kept for a report.
const tail = 40

// entry is what of a log line counts here.
type entry struct {
	Level, Msg, Address string
	Status              int
}

// unasked reports that a server should not have said it: an error, unless it refused a request because
// it stops, or what is no log line, such as a panic.
func (e entry) unasked() bool {
	return e.Level == "ERROR" && e.Status != http.StatusServiceUnavailable || e.Level == ""
}

// maxLine is longer than any line of a log.
const maxLine = 1 << 20

func (h *heard) read(from io.Reader) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		h.note(lines.Text())
	}
	if err := lines.Err(); err != nil && !errors.Is(err, io.EOF) && !strings.Contains(err.Error(), "closed") {
		h.note(err.Error())
	}
}

func (h *heard) note(line string) {
	var e entry
	// What is not JSON, such as a panic, has no level.
	_ = json.Unmarshal([]byte(line), &e)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last = append(h.last, line); len(h.last) > tail {
		h.last = h.last[1:]
	}
	if e.unasked() && len(h.errors) < tail {
		h.errors = append(h.errors, line)
	}
	if e.Msg == "listening" {
		select {
		case h.listens <- e.Address:
		default: // it is heard once
		}
	}
}

// faults are the errors that the server told of.
func (h *heard) faults() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.errors)
}

func (h *heard) all() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.last, "\n")
}
