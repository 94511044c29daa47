package play

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// redis is a server of one schedule, which dies and comes back at the same address.
type redis struct {
	folder string
	port   int
	proc   *exec.Cmd // nil: it is dead
}

// errNoRedis says what is missing.
var errNoRedis = errors.New("this seed is played on several nodes: install redis-server, as `make chaos` does")

// redisTries is how often a port is chosen: somebody else may take it first.
const redisTries = 5

func newRedis(ctx context.Context, folder string) (*redis, error) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		return nil, errNoRedis
	}
	r := &redis{folder: folder}
	var err error
	for range redisTries {
		if r.port, err = freePort(ctx); err != nil {
			return nil, err
		}
		if err = r.start(ctx); err == nil {
			return r, nil
		}
	}
	return nil, err
}

func (r *redis) url() string { return fmt.Sprintf("redis://127.0.0.1:%d/0", r.port) }

// start starts it and waits until it listens.
func (r *redis) start(ctx context.Context) error {
	proc := exec.Command("redis-server", "--port", strconv.Itoa(r.port), "--bind", "127.0.0.1", "--save", "", //nolint:noctx // kill ends it
		"--appendonly", "no", "--dir", r.folder)
	out, err := proc.StdoutPipe()
	if err != nil {
		return err
	}
	if err := proc.Start(); err != nil {
		return err
	}
	r.proc = proc
	ready := make(chan bool, 1)
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), "Ready to accept connections") {
				ready <- true
			}
		}
		ready <- false
	}()
	timer := time.NewTimer(startLimit)
	defer timer.Stop()
	select {
	case ok := <-ready:
		if ok {
			return nil
		}
	case <-timer.C:
	case <-ctx.Done():
	}
	r.kill()
	return errors.New("redis-server does not start")
}

func (r *redis) kill() {
	if r.proc == nil {
		return
	}
	_ = r.proc.Process.Kill() // it may be gone already
	_ = r.proc.Wait()         // it is killed on purpose
	r.proc = nil
}

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
