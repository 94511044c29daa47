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
	log     *os.File // all that it says; it has no name any more
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
	log, err := newLog()
	if err != nil {
		return nil, err
	}
	r := &Process{
		Base: "http://" + p.Listen, cmd: exec.Command(p.Path, p.Args...), //nolint:noctx // Stop ends it in order
		ended: make(chan struct{}), log: log,
	}
	r.cmd.Env, r.cmd.Stderr = p.Env, log
	dieWithParent(r.cmd)
	start := now()
	if err := r.cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	go func() {
		defer close(r.ended)
		_ = r.cmd.Wait() // what it said stands in its log
	}()
	if err := r.wait(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", p.Path, err), r.Stop())
	}
	r.Started = now().Sub(start)
	return r, nil
}

// newLog is a file, as most servers' logs end up in one; a pipe would make its reader part of what is
// measured.
func newLog() (*os.File, error) {
	f, err := os.CreateTemp("", "bimpe-bench-log-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
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
			return fmt.Errorf("it has ended: %s", p.said())
		case <-ctx.Done():
			return fmt.Errorf("%w: %s", context.Cause(ctx), p.said())
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
	defer p.log.Close() //nolint:errcheck // nobody reads it any more
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

// tailSize is how much of what a program said goes into an error's text.
const tailSize = 4 << 10

// said is the end of what the program has said.
func (p *Process) said() string {
	at, err := p.log.Seek(0, io.SeekEnd)
	if err != nil {
		return err.Error()
	}
	end := make([]byte, min(at, tailSize))
	if _, err := p.log.ReadAt(end, at-int64(len(end))); err != nil && !errors.Is(err, io.EOF) {
		return err.Error()
	}
	return string(bytes.TrimSpace(end))
}
