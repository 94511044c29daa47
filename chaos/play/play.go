// Package play plays schedules: it starts the real server on a ground of its own, does to it what the
// schedule says, speaks HTTP alone, and has judged what came of it.
package play

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bimpe/bimpe/chaos/mock"
	"github.com/bimpe/bimpe/chaos/schedule"
	"github.com/bimpe/bimpe/chaos/verdict"
	"github.com/bimpe/bimpe/internal/roundrobin"
)

// Report is what came of a schedule.
type Report struct {
	Faults   []string // nothing that must not happen has happened if there are none
	Talks    []verdict.Talk
	Messages int    // of customers that were acknowledged
	Server   string // the end of what the server said
}

// turnTimeout is the server's: short, so that a model that stalls costs little.
const turnTimeout = "2s"

// run is one schedule being played.
type run struct {
	schedule schedule.Schedule
	binary   string
	plot     *plot
	env      []string
	agent    string
	client   *http.Client
	streams  *http.Client

	proxy *roundrobin.Proxy // before several nodes; nil: there is one

	mu     sync.Mutex
	nodes  []*process // that serve, or served last; held under mu
	faults []string   // held under mu
	paused bool       // the agent was at times; held under mu
	jumped time.Duration
}

// Play plays one schedule. An error says that it could not be played; what went wrong in it is in the
// report.
func (g *Ground) Play(ctx context.Context, s schedule.Schedule) (report Report, err error) {
	model := httptest.NewServer(mock.New(s))
	defer model.Close()
	defer model.CloseClientConnections()
	p, err := g.newPlot(ctx, s)
	if p != nil {
		defer func() { err = errors.Join(err, p.clear(context.WithoutCancel(ctx))) }()
	}
	if err != nil {
		return report, err
	}
	r := &run{
		schedule: s, binary: g.binary, plot: p, client: newClient(s), streams: newClient(s), nodes: make([]*process, max(s.Nodes, 1)),
		env: append(slices.Clone(p.env), "BIMPE_MODEL_PROVIDER=openai", "BIMPE_MODEL_URL="+model.URL+"/v1",
			"BIMPE_MODEL_KEY=none", "BIMPE_MODEL=chaos", "BIMPE_TURN_TIMEOUT="+turnTimeout),
	}
	defer r.client.CloseIdleConnections()
	defer r.streams.CloseIdleConnections()
	defer r.end()
	if err := r.begin(ctx); err != nil {
		return report, err
	}
	if err := r.newAgent(ctx); err != nil {
		return report, err
	}
	return r.play(ctx)
}

// newClient is one of a run's own, so that no connection outlives its server. With several nodes each
// request goes to another one.
func newClient(s schedule.Schedule) *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16, DisableKeepAlives: s.Nodes > 1}}
}

// begin has all nodes serve, and something that stands before several.
func (r *run) begin(ctx context.Context) (err error) {
	for i := range r.nodes {
		if err := r.start(ctx, i); err != nil {
			return err
		}
	}
	if len(r.nodes) > 1 {
		r.proxy, err = roundrobin.Open(ctx, r.addresses)
	}
	return err
}

func (r *run) end() {
	if r.proxy != nil {
		r.proxy.Close()
	}
	for _, p := range r.all() {
		p.kill()
	}
}

func (r *run) newAgent(ctx context.Context) error {
	a, err := r.deliver(ctx, call{method: http.MethodPost, path: api + "/agents", key: "agent", body: map[string]any{
		"name": "Chaos", "on_new_message": r.schedule.OnNewMessage,
	}}, 0)
	if err != nil {
		return err
	}
	made, err := decode[struct{ ID string }](a)
	r.agent = made.ID
	return err
}

// play does what the schedule says, waits until all has settled, and judges.
func (r *run) play(ctx context.Context) (report Report, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	talks := make([]*talk, len(r.schedule.Talks))
	var acting, reading sync.WaitGroup
	for i, t := range r.schedule.Talks {
		talks[i] = &talk{run: r, plan: t}
		acting.Go(func() { talks[i].act(ctx, &reading) })
	}
	acting.Go(func() { r.mischief(ctx) })
	acting.Wait()
	report.Talks, err = r.settled(ctx, talks)
	cancel()
	reading.Wait()
	if err != nil {
		return report, err
	}
	r.judge(&report)
	return report, nil
}

// judge collects the faults of the run and of each talk.
func (r *run) judge(report *Report) {
	report.Faults = slices.Clone(r.faults)
	for _, p := range r.all() {
		report.Faults = append(report.Faults, p.heard.faults()...)
		report.Server += p.heard.all() + "\n"
	}
	for _, t := range report.Talks {
		for _, f := range t.Faults() {
			report.Faults = append(report.Faults, t.Customer+": "+f)
		}
		for _, a := range t.Acts {
			if a.Kind == verdict.Said {
				report.Messages++
			}
		}
	}
}

// settled waits until nothing is under way any more. What never settles is left to the verdict.
func (r *run) settled(ctx context.Context, talks []*talk) ([]verdict.Talk, error) {
	deadline, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		var all []verdict.Talk
		settled := true
		for _, t := range talks {
			found, err := t.look(ctx)
			if err != nil {
				return nil, err
			}
			all = append(all, found)
			settled = settled && found.Settled()
		}
		if settled || wait(deadline, lookPause) != nil {
			return all, context.Cause(ctx)
		}
	}
}

func (r *run) fault(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// start has a node serve.
func (r *run) start(ctx context.Context, i int) error {
	p, err := launch(ctx, r.binary, r.env)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.nodes[i] = p
	return nil
}

func (r *run) node(i int) *process {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.nodes[i]
}

// all are the nodes that serve, or served last.
func (r *run) all() []*process {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.nodes), func(p *process) bool { return p == nil })
}

func (r *run) addresses() []string {
	var all []string
	for _, p := range r.all() {
		all = append(all, strings.TrimPrefix(p.base, "http://"))
	}
	return all
}

// base is where requests go.
func (r *run) base() string {
	if r.proxy != nil {
		return r.proxy.Base()
	}
	return r.node(0).base
}

// mischief is what happens to the server.
func (r *run) mischief(ctx context.Context) {
	for i, d := range r.schedule.Machine {
		if wait(ctx, d.After) != nil {
			return
		}
		if err := r.harm(ctx, i, d); err != nil {
			r.fault("the machine, %s: %v", d, err)
			return
		}
	}
}

func (r *run) harm(ctx context.Context, i int, d schedule.Deed) error {
	switch d.Kind {
	case schedule.Kill:
		r.node(d.Node).kill()
		r.blame(d.Node)
		return r.start(ctx, d.Node)
	case schedule.Stop:
		err := r.node(d.Node).stop()
		r.blame(d.Node)
		return errors.Join(err, r.start(ctx, d.Node))
	case schedule.CutOff:
		r.proxy.Cut()
		return nil
	case schedule.RedisGone:
		r.plot.redis.Stop()
		return nil
	case schedule.RedisBack:
		return r.plot.redis.Restart(ctx)
	case schedule.Jump:
		r.jumped += d.By
		return replace(r.plot.clock, r.jumped.String())
	case schedule.PauseAgent, schedule.LiveAgent:
		return r.agentStatus(ctx, i, d)
	default:
		return fmt.Errorf("a machine does not %s", d.Kind)
	}
}

// blame keeps the errors that a server told of which is gone now.
func (r *run) blame(i int) {
	for _, line := range r.node(i).heard.faults() {
		r.fault("the server said %s", line)
	}
}

func (r *run) agentStatus(ctx context.Context, i int, d schedule.Deed) error {
	status := "live"
	if d.Kind == schedule.PauseAgent {
		status = "paused"
		r.mu.Lock()
		r.paused = true
		r.mu.Unlock()
	}
	c := call{
		method: http.MethodPatch, path: api + "/agents/" + r.agent + "/live-status",
		key: fmt.Sprintf("machine-%d", i), body: map[string]any{"status": status},
	}
	a, err := r.deliver(ctx, c, d.Cut)
	if err == nil && d.Again {
		err = r.again(ctx, c, a)
	}
	return err
}

func (r *run) agentPaused() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.paused
}

// replace makes a file whole: who reads meanwhile reads the old one.
func replace(name, text string) error {
	if err := os.WriteFile(name+".new", []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
