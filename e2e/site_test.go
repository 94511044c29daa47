package e2e

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/bimpe/bimpe/internal/redistest"
	"github.com/bimpe/bimpe/internal/roundrobin"
)

// site is one server's place: its data and settings, which outlive the process that serves.
type site struct {
	t   *testing.T
	env []string
	key string // of the site's team, allowed everything

	more  int               // nodes that serve beside the first
	proxy *roundrobin.Proxy // before several of them; nil: there is one

	mu    sync.Mutex
	procs []*process
}

// newSite makes a place with a team and a key. Nothing serves there yet. Settings are NAME=value
// and come after the harness's own.
func newSite(t *testing.T, e engine, settings ...string) *site {
	t.Helper()
	s := emptySite(t, e, settings...)
	s.key = s.mint("*")
	return s
}

// emptySite makes a place where nothing has been yet.
func emptySite(t *testing.T, e engine, settings ...string) *site {
	t.Helper()
	s := &site{t: t, env: []string{
		"PATH=" + os.Getenv("PATH"), "BIMPE_DATA_DIR=" + t.TempDir(), "BIMPE_LISTEN=127.0.0.1:0",
		"BIMPE_LOG_FORMAT=json", "BIMPE_RATE_LIMIT=0",
	}}
	if e == onPostgres || e == onNodes {
		s.env = append(s.env, "BIMPE_DATABASE_URL="+newDatabase(t), masterKey)
	}
	if e == onNodes {
		s.spread()
	}
	s.env = append(s.env, settings...)
	t.Cleanup(s.kill)
	return s
}

// spread makes the site one of three nodes.
func (s *site) spread() {
	s.t.Helper()
	s.more = 2
	s.env = append(s.env, "BIMPE_REDIS_URL="+redistest.Start(s.t).URL())
	var err error
	if s.proxy, err = roundrobin.Open(s.t.Context(), s.addresses); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(s.proxy.Close)
}

// addresses are where its nodes listen, or listened last.
func (s *site) addresses() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.procs {
		all = append(all, strings.TrimPrefix(p.base, "http://"))
	}
	return all
}

// masterKey is the one of sites on PostgreSQL.
const masterKey = "BIMPE_MASTER_KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

// serving is newSite with a server that answers.
func serving(t *testing.T, e engine, settings ...string) *site {
	t.Helper()
	s := newSite(t, e, settings...)
	s.start()
	return s
}

// dataDir is the site's folder.
func (s *site) dataDir() string {
	for _, setting := range s.env {
		if dir, ok := strings.CutPrefix(setting, "BIMPE_DATA_DIR="); ok {
			return dir
		}
	}
	return ""
}

// shell runs a line as a person would.
func shell(ctx context.Context, t *testing.T, line string) string {
	t.Helper()
	out, err := exec.CommandContext(ctx, "sh", "-c", line).CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v", line, err)
	}
	return string(out)
}

// mint makes a key of the site's team by the command line.
func (s *site) mint(scopes ...string) string {
	s.t.Helper()
	args := []string{"key", "create", "--team", "e2e"}
	for _, scope := range scopes {
		args = append(args, "--scope", scope)
	}
	out := s.command(args...)
	if out.code != 0 {
		s.t.Fatalf("bimpe key create: code %d, %s", out.code, out.stderr)
	}
	return strings.TrimSpace(out.stdout)
}

// output is what a command left.
type output struct {
	stdout, stderr string
	code           int
}

// command runs bimpe with the site's settings to its end.
func (s *site) command(args ...string) output {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = s.env, &stdout, &stderr
	err := cmd.Run()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		s.t.Fatalf("bimpe %v: %v", args, err)
	}
	return output{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// start serves, and returns once requests are answered.
func (s *site) start() {
	s.t.Helper()
	var all []*process
	for n := range 1 + s.more {
		p, err := s.launch(n)
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, p)
		s.use(all...)
	}
}

func (s *site) use(all ...*process) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.procs = slices.Clone(all)
}

// running are the processes that serve now, or served last.
func (s *site) running() []*process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.procs
}

// current is the first of them, nil before the first start.
func (s *site) current() *process {
	if all := s.running(); len(all) > 0 {
		return all[0]
	}
	return nil
}

// logged reports whether any of them has written something that has this in it.
func (s *site) logged(part string) bool {
	return slices.ContainsFunc(s.running(), func(p *process) bool { return strings.Contains(p.stderr.String(), part) })
}

// base is the address at which the site is asked.
func (s *site) base() string {
	if s.proxy != nil {
		return s.proxy.Base()
	}
	return s.current().base
}

// kill ends all processes as a power cut would.
func (s *site) kill() {
	for _, p := range s.running() {
		p.end()
	}
}

// restart kills and starts again on the same data.
func (s *site) restart() {
	s.t.Helper()
	s.kill()
	s.start()
}

// terminate asks all processes to end, and returns the first exit code that is not 0, or -1 when one did not end in time.
func (s *site) terminate(ctx context.Context) (code int) {
	s.t.Helper()
	for _, p := range s.running() {
		if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			s.t.Fatalf("SIGTERM: %v", err)
		}
	}
	for _, p := range s.running() {
		select {
		case <-p.ended:
			code = cmp.Or(code, p.cmd.ProcessState.ExitCode())
		case <-ctx.Done():
			return -1
		}
	}
	return code
}

// process is one run of the binary.
type process struct {
	cmd    *exec.Cmd
	base   string        // http://127.0.0.1:port
	ended  chan struct{} // closed once the process is gone and its output read
	stdout *lines
	stderr *lines
}

// end kills the process and waits until it is gone.
func (p *process) end() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.ended
}

// begin starts bimpe and waits for nothing.
func (s *site) begin(args ...string) (*process, error) { return s.beginWith(nil, args...) }

// beginWith is begin with more settings.
func (s *site) beginWith(more []string, args ...string) (*process, error) {
	p := &process{
		cmd: exec.Command(binary, args...), ended: make(chan struct{}),
		stdout: newLines(), stderr: newLines(),
	}
	p.cmd.Env = append(slices.Clone(s.env), more...)
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // its code is read from ProcessState
		p.stdout.close()
		p.stderr.close()
	}()
	return p, nil
}

// launch starts the nth node and waits until it says where it listens.
func (s *site) launch(n int) (*process, error) {
	var own []string
	if n > 0 {
		own = append(own, "BIMPE_DATA_DIR="+s.t.TempDir())
	}
	p, err := s.beginWith(own, "serve")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	line, err := p.stderr.find(ctx, func(line string) bool { return strings.Contains(line, `"msg":"listening"`) })
	if err != nil {
		p.end()
		return nil, errors.New("bimpe does not listen: " + p.stderr.String())
	}
	var entry struct{ Address string }
	if err := json.Unmarshal([]byte(line), &entry); err != nil {
		return nil, err
	}
	p.base = "http://" + entry.Address
	return p, nil
}

// lines keeps what a process writes, line by line, for whoever waits for one.
type lines struct {
	mu     sync.Mutex
	all    []string
	rest   []byte
	more   chan struct{} // closed and replaced at each line
	closed bool
}

func newLines() *lines { return &lines{more: make(chan struct{})} }

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	for {
		i := bytes.IndexByte(l.rest, '\n')
		if i < 0 {
			break
		}
		l.all = append(l.all, string(l.rest[:i]))
		l.rest = slices.Clone(l.rest[i+1:])
	}
	l.wake()
	return len(p), nil
}

func (l *lines) wake() {
	close(l.more)
	l.more = make(chan struct{})
}

func (l *lines) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.wake()
}

// find returns the first line that fits, waiting for it.
func (l *lines) find(ctx context.Context, fits func(string) bool) (string, error) {
	for {
		l.mu.Lock()
		i, more, closed := slices.IndexFunc(l.all, fits), l.more, l.closed
		l.mu.Unlock()
		switch {
		case i >= 0:
			return l.all[i], nil
		case closed:
			return "", io.EOF
		}
		select {
		case <-more:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(append(slices.Clone(l.all), string(l.rest)), "\n")
}
