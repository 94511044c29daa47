// Package site starts the programs that are measured, each in a process of its own, sees what they
// use, and ends them.
package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Program is what to start. It is told where to listen by the last of its arguments or by its
// environment, and answers GET /readyz with 200 once it takes requests.
type Program struct {
	Path   string
	Args   []string
	Env    []string
	Listen string // host and port
}

// Process is a program that runs and answers. Stop must follow.
type Process struct {
	Base    string        // http://host:port
	Started time.Duration // from its start to its first answer
	cmd     *exec.Cmd
	ended   chan struct{}
	errors  *tail
}

const (
	// startLimit is how long a program may take to answer.
	startLimit = 30 * time.Second
	// stopLimit is how long it may take to end in order.
	stopLimit = 12 * time.Second
	// poll is how often it is asked; it bounds how exact Started is.
	poll = time.Millisecond
)

// FreeAddress returns one on loopback where nobody listens just now.
func FreeAddress(ctx context.Context) (string, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// Start runs a program and waits until it answers.
func Start(ctx context.Context, p Program, now func() time.Time) (*Process, error) {
	r := &Process{
		Base: "http://" + p.Listen, cmd: exec.Command(p.Path, p.Args...), //nolint:noctx // Stop ends it in order
		ended: make(chan struct{}), errors: &tail{},
	}
	r.cmd.Env, r.cmd.Stdout, r.cmd.Stderr = p.Env, io.Discard, r.errors
	dieWithParent(r.cmd)
	start := now()
	if err := r.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(r.ended)
		_ = r.cmd.Wait() // what it said stands in errors
	}()
	if err := r.wait(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", p.Path, err), r.Stop())
	}
	r.Started = now().Sub(start)
	return r, nil
}

// wait asks until the program answers.
func (p *Process) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		if ready(ctx, client, p.Base) {
			return nil
		}
		select {
		case <-tick.C:
		case <-p.ended:
			return fmt.Errorf("it has ended: %s", p.errors)
		case <-ctx.Done():
			return fmt.Errorf("%w: %s", context.Cause(ctx), p.errors)
		}
	}
}

func ready(ctx context.Context, client *http.Client, base string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/readyz", nil)
	if err != nil {
		return false
	}
	answer, err := client.Do(r)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return errors.Join(err, answer.Body.Close()) == nil && answer.StatusCode == http.StatusOK
}

// Stop asks the program to end and waits until it has; one that takes too long is killed, which is an
// error. It may be called more than once.
func (p *Process) Stop() error {
	// It may have ended by itself.
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	timer := time.NewTimer(stopLimit)
	defer timer.Stop()
	select {
	case <-p.ended:
		return nil
	case <-timer.C:
	}
	err := p.cmd.Process.Kill()
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	<-p.ended
	return errors.Join(fmt.Errorf("%s did not end within %v and was killed", p.cmd.Path, stopLimit), err)
}

// Tell sends the program a signal.
func (p *Process) Tell(s os.Signal) error { return p.cmd.Process.Signal(s) }

// tail keeps the end of what a program says, for an error's text.
type tail struct {
	mu  sync.Mutex
	end []byte
}

const tailSize = 4 << 10

// Write never fails.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = append(t.end, b...)
	if over := len(t.end) - tailSize; over > 0 {
		t.end = append(t.end[:0], t.end[over:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.end))
}
