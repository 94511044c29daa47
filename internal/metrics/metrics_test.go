package metrics

import (
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/bimpe/bimpe/internal/console"
)

// lines are those of what Prometheus reads that begin with one of the names, but for buckets.
func lines(t *testing.T, m *Metrics, names ...string) []string {
	t.Helper()
	rec := httptest.NewRecorder()
	m.Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	var found []string
	for line := range strings.Lines(rec.Body.String()) {
		line = strings.TrimSpace(line)
		wanted := slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(line, n) })
		if wanted && !strings.Contains(line, "_bucket{") {
			found = append(found, line)
		}
	}
	return found
}

func want(t *testing.T, m *Metrics, names []string, lined ...string) {
	t.Helper()
	if diff := cmp.Diff(lined, lines(t, m, names...)); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

func TestRequestsAreCountedByOperationStatusAndCode(t *testing.T) {
	t.Parallel()
	m := New(Config{})
	agents, stream := m.API.Operation("listAgents"), m.API.Lasting("streamTeam")
	agents(200, "", 250*time.Millisecond)
	agents(200, "", 500*time.Millisecond)
	agents(404, console.CodeNotFound, 0)
	agents(401, console.CodeKeyMissing, 0)
	agents(404, console.CodeNotFound, -time.Hour) // a clock that was put back
	agents(0, "", 0)
	agents(999, "", 0)
	stream(200, "", time.Hour)
	want(t, m, []string{"bimpe_api_"},
		`bimpe_api_request_duration_seconds_sum{operation="listAgents"} 0.75`,
		`bimpe_api_request_duration_seconds_count{operation="listAgents"} 7`,
		`bimpe_api_requests_total{code="",operation="listAgents",status="200"} 2`,
		`bimpe_api_requests_total{code="",operation="listAgents",status="none"} 1`,
		`bimpe_api_requests_total{code="",operation="listAgents",status="other"} 1`,
		`bimpe_api_requests_total{code="",operation="streamTeam",status="200"} 1`,
		`bimpe_api_requests_total{code="api_key_missing",operation="listAgents",status="401"} 1`,
		`bimpe_api_requests_total{code="not_found",operation="listAgents",status="404"} 2`,
	)
}

func TestEventsOfStreamsAreCountedByKind(t *testing.T) {
	t.Parallel()
	m := New(Config{})
	for _, kind := range []string{"message", "delta", "delta", "gossip"} {
		m.API.Sent(kind)
	}
	want(t, m, []string{"bimpe_stream_events"},
		`bimpe_stream_events_total{event="conversation"} 0`,
		`bimpe_stream_events_total{event="delta"} 2`,
		`bimpe_stream_events_total{event="heartbeat"} 0`,
		`bimpe_stream_events_total{event="message"} 1`,
		`bimpe_stream_events_total{event="status"} 0`,
	)
}

func asked(provider, fault string, prompt, completion int64) console.Step {
	return console.Step{
		Kind: console.StepModel, Model: console.ModelRef{Provider: provider}, Fault: fault,
		Took: 3 * time.Second, Waited: time.Second, Tokens: console.Tokens{Prompt: prompt, Completion: completion},
	}
}

func TestTurnsAreCountedByHowTheyEnded(t *testing.T) {
	t.Parallel()
	m := New(Config{})
	m.Turns.Ended(console.TurnReplied, "", 2*time.Second)
	m.Turns.Ended(console.TurnFailed, console.WhyModelFailed, time.Minute)
	m.Turns.Ended(console.TurnSilent, console.WhyAgentPaused, 0)
	m.Turns.Took("brief", time.Millisecond)
	m.Turns.Took("nothing", time.Millisecond)
	m.Turns.PutOff()
	want(t, m, []string{"bimpe_turns_", "bimpe_turn_duration", "bimpe_turn_part"},
		`bimpe_turn_duration_seconds_sum{state="cancelled"} 0`,
		`bimpe_turn_duration_seconds_count{state="cancelled"} 0`,
		`bimpe_turn_duration_seconds_sum{state="discarded"} 0`,
		`bimpe_turn_duration_seconds_count{state="discarded"} 0`,
		`bimpe_turn_duration_seconds_sum{state="failed"} 60`,
		`bimpe_turn_duration_seconds_count{state="failed"} 1`,
		`bimpe_turn_duration_seconds_sum{state="replied"} 2`,
		`bimpe_turn_duration_seconds_count{state="replied"} 1`,
		`bimpe_turn_part_duration_seconds_sum{part="brief"} 0.001`,
		`bimpe_turn_part_duration_seconds_count{part="brief"} 1`,
		`bimpe_turn_part_duration_seconds_sum{part="commit"} 0`,
		`bimpe_turn_part_duration_seconds_count{part="commit"} 0`,
		`bimpe_turns_put_off_total 1`,
		`bimpe_turns_total{state="failed",why="model_failed"} 1`,
		`bimpe_turns_total{state="replied",why=""} 1`,
		`bimpe_turns_total{state="silent",why="agent_paused"} 1`,
	)
}

func TestAModelsTimeIsWithoutTheWaitForIt(t *testing.T) {
	t.Parallel()
	m := New(Config{})
	m.Turns.Did("t", asked("openai", "", 0, 0))
	m.Turns.Did("t", asked("openai", "rate_limit", 0, 0))
	want(t, m, []string{"bimpe_model_"},
		`bimpe_model_request_duration_seconds_sum{provider="openai"} 4`,
		`bimpe_model_request_duration_seconds_count{provider="openai"} 2`,
		`bimpe_model_requests_total{outcome="ok",provider="openai"} 1`,
		`bimpe_model_requests_total{outcome="rate_limit",provider="openai"} 1`,
		`bimpe_model_wait_seconds_sum 2`,
		`bimpe_model_wait_seconds_count 2`,
	)
}

func TestBudgetsAndStepsAreCounted(t *testing.T) {
	t.Parallel()
	m := New(Config{})
	m.Turns.Did("t", console.Step{Kind: console.StepBudget, Note: string(console.BudgetTeam)})
	m.Turns.Did("t", console.Step{Kind: console.StepBudget, Note: "something else"})
	m.Turns.Did("t", console.Step{Kind: console.StepRule})
	m.Turns.Did("t", console.Step{Kind: "dance"})
	want(t, m, []string{"bimpe_budgets", `bimpe_turn_steps_total{kind="budget"`, `bimpe_turn_steps_total{kind="rule"`, `bimpe_turn_steps_total{kind="dance"`},
		`bimpe_budgets_used_up_total{budget="agent_day"} 0`,
		`bimpe_budgets_used_up_total{budget="key_day"} 0`,
		`bimpe_budgets_used_up_total{budget="team_day"} 1`,
		`bimpe_budgets_used_up_total{budget="turn"} 0`,
		`bimpe_turn_steps_total{kind="budget"} 2`,
		`bimpe_turn_steps_total{kind="rule"} 1`,
	)
}

func TestOnlyTheFirstTeamsHaveANameOfTheirOwn(t *testing.T) {
	t.Parallel()
	m := New(Config{Teams: 2})
	m.Turns.Did("free", asked("builtin", "", 0, 0)) // who spends nothing takes no place
	for _, team := range []console.ID{"a", "b", "c", "a", "d"} {
		m.Turns.Did(team, asked("openai", "", 10, 1))
	}
	want(t, m, []string{"bimpe_tokens_total"},
		`bimpe_tokens_total{kind="completion",team="a"} 2`,
		`bimpe_tokens_total{kind="completion",team="b"} 1`,
		`bimpe_tokens_total{kind="completion",team="other"} 2`,
		`bimpe_tokens_total{kind="prompt",team="a"} 20`,
		`bimpe_tokens_total{kind="prompt",team="b"} 10`,
		`bimpe_tokens_total{kind="prompt",team="other"} 20`,
	)
}

func TestTheStoreIsTimed(t *testing.T) {
	t.Parallel()
	m := New(Config{})
	away := console.Errorf(console.CodeInternal, "Away.").With(console.ReasonStoreUnreachable)
	m.Store.Read(time.Millisecond, 2, nil)
	m.Store.Read(time.Millisecond, 1, errors.New("no such thing"))
	m.Store.Wrote(4*time.Millisecond, 5, away)
	m.Store.Committed(3*time.Millisecond, 7)
	want(t, m, []string{"bimpe_store_"},
		`bimpe_store_commit_duration_seconds_sum 0.003`,
		`bimpe_store_commit_duration_seconds_count 1`,
		`bimpe_store_commit_units_sum 7`,
		`bimpe_store_commit_units_count 1`,
		`bimpe_store_read_duration_seconds_sum 0.002`,
		`bimpe_store_read_duration_seconds_count 2`,
		`bimpe_store_statements_total 8`,
		`bimpe_store_unreachable_total 1`,
		`bimpe_store_write_duration_seconds_sum 0.004`,
		`bimpe_store_write_duration_seconds_count 1`,
	)
}

// ticking is a clock that goes on by a millisecond whenever it is looked at.
func ticking() func() time.Time {
	at := time.Unix(0, 0)
	return func() time.Time {
		at = at.Add(time.Millisecond)
		return at
	}
}

func TestCallsOfRedisAreTimedAndTheirFaultsCounted(t *testing.T) {
	t.Parallel()
	m := New(Config{Redis: true})
	h := m.Redis.Hook(ticking())
	ctx := t.Context()
	call := func(name string, err error) {
		cmd := redis.NewCmd(ctx, name)
		if got := h.ProcessHook(func(context.Context, redis.Cmder) error { return err })(ctx, cmd); !errors.Is(got, err) {
			t.Errorf("%s: %v, want %v", name, got, err)
		}
	}
	call("evalsha", nil)
	call("evalsha", errors.New("refused"))
	call("get", redis.Nil)
	call("get", context.Canceled)
	pipeline := h.ProcessPipelineHook(func(context.Context, []redis.Cmder) error { return errors.New("cut") })
	if pipeline(ctx, nil) == nil {
		t.Error("the pipeline's fault was swallowed")
	}
	dial := h.DialHook(func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("nobody there") })
	if _, err := dial(ctx, "tcp", "127.0.0.1:1"); err == nil {
		t.Error("the dialling's fault was swallowed")
	}
	want(t, m, []string{
		"bimpe_redis_faults", `bimpe_redis_call_duration_seconds_count{command="evalsha"`,
		`bimpe_redis_call_duration_seconds_sum{command="evalsha"`, `bimpe_redis_call_duration_seconds_count{command="other"`,
		`bimpe_redis_call_duration_seconds_count{command="pipeline"`,
	},
		`bimpe_redis_call_duration_seconds_sum{command="evalsha"} 0.002`,
		`bimpe_redis_call_duration_seconds_count{command="evalsha"} 2`,
		`bimpe_redis_call_duration_seconds_count{command="other"} 2`,
		`bimpe_redis_call_duration_seconds_count{command="pipeline"} 1`,
		`bimpe_redis_faults_total 3`,
	)
}

func TestWhatIsAskedForIsAskedWhenSomebodyReads(t *testing.T) {
	t.Parallel()
	m := New(Config{Version: "v9", Commit: "abc"})
	n := 1.0
	ask := func() float64 { n++; return n }
	m.Add(Gauge{Name: "streams_open", Help: "Open.", Kind: "kind", Value: "team", Ask: ask},
		Gauge{Name: "streams_open", Help: "Open.", Kind: "kind", Value: "conversation", Ask: func() float64 { return 9 }})
	m.Count("dropped_total", "Dropped.", func() float64 { return 3 })
	names := []string{"bimpe_streams_open", "bimpe_dropped"}
	want(t, m, names, `bimpe_dropped_total 3`, `bimpe_streams_open{kind="conversation"} 9`, `bimpe_streams_open{kind="team"} 2`)
	want(t, m, names, `bimpe_dropped_total 3`, `bimpe_streams_open{kind="conversation"} 9`, `bimpe_streams_open{kind="team"} 3`)
	build := lines(t, m, "bimpe_build_info", "go_goroutines", "process_resident")
	if len(build) != 3 || !strings.HasPrefix(build[0], `bimpe_build_info{commit="abc",go="go1`) || !strings.HasSuffix(build[0], `version="v9"} 1`) {
		t.Errorf("build and process: %q", build)
	}
}

func TestManyMayTellAtOnce(t *testing.T) {
	t.Parallel()
	m := New(Config{Teams: 3})
	told := m.API.Operation("listAgents")
	done := make(chan struct{})
	const tellers, times = 8, 200
	for i := range tellers {
		go func() {
			defer func() { done <- struct{}{} }()
			for n := range times {
				told(200+200*(n%2), console.Code([]string{"", "not_found"}[i%2]), time.Millisecond)
				m.Turns.Did(console.ID(rune('a'+(i+n)%5)), asked("openai", "", 1, 0))
			}
		}()
	}
	for range tellers {
		<-done
	}
	var sum int
	for _, line := range lines(t, m, "bimpe_tokens_total{kind=\"prompt\"") {
		var n int
		for _, digit := range line[strings.LastIndexByte(line, ' ')+1:] {
			n = n*10 + int(digit-'0')
		}
		sum += n
	}
	if sum != tellers*times {
		t.Errorf("%d tokens in all, want %d", sum, tellers*times)
	}
	want(t, m, []string{"bimpe_api_request_duration_seconds_count"}, `bimpe_api_request_duration_seconds_count{operation="listAgents"} 1600`)
}
