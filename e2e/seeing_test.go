package e2e

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// series is a name with its labels, as Prometheus reads them.
var series = regexp.MustCompile(`^([a-z_]+(?:\{.*\})?) (\S+)$`)

// metrics are what the server has counted, by series.
func (s *site) metrics(t *testing.T) map[string]float64 {
	t.Helper()
	got := s.send(t, request{method: "GET", path: "/metrics"})
	if got.status != http.StatusOK {
		t.Fatalf("GET /metrics: %d %s", got.status, got.body)
	}
	all := map[string]float64{}
	for line := range strings.Lines(string(got.body)) {
		if m := series.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			n, err := strconv.ParseFloat(m[2], 64)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			all[m[1]] = n
		}
	}
	return all
}

// spends is a model that says what it cost.
func spends(c *call) {
	c.say("You said: " + c.last())
	c.frame(object{"delta": object{}, "index": 0, "finish_reason": "stop"})
	c.write(`data: {"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":10,"total_tokens":110}}` + "\n\ndata: [DONE]\n\n")
}

func TestWhatAServerDoesIsCounted(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		s := serving(t, e, newModel(t, spends).settings()...)
		a := s.newAgent(t, nil)
		first := s.say(t, a.ID, "hello")
		l := s.listen(t, a.ID, first.ConversationID, map[string][]string{"after": {first.ID}})
		l.fromAgent(t)
		s.send(t, request{method: "GET", path: api + "/agents/nobody"})
		// A turn is counted right behind its commit, and a reader may be quicker.
		eventually(t, "the turn is counted", func() bool { return s.metrics(t)[`bimpe_turns_total{state="replied",why=""}`] == 1 })
		got := s.metrics(t)
		for _, counted := range []struct {
			name string
			want float64
		}{
			{`bimpe_api_requests_total{code="",operation="sendMessageTo",status="201"}`, 1},
			{`bimpe_api_request_duration_seconds_count{operation="sendMessageTo"}`, 1},
			{`bimpe_api_requests_total{code="not_found",operation="getAgent",status="404"}`, 1},
			{`bimpe_turn_duration_seconds_count{state="replied"}`, 1},
			{`bimpe_turn_steps_total{kind="model"}`, 1},
			{`bimpe_turn_part_duration_seconds_count{part="commit"}`, 1},
			{`bimpe_model_requests_total{outcome="ok",provider="openai"}`, 1},
			{`bimpe_streams_open{kind="conversation"}`, 1},
			{`bimpe_streams_open{kind="team"}`, 0},
			{`bimpe_stream_events_total{event="message"}`, 1},
			{`bimpe_turns_running`, 0},
			{`bimpe_models_shut`, 0},
			{`bimpe_ready`, 1},
		} {
			if n, there := got[counted.name]; !there || n != counted.want {
				t.Errorf("%s is %v, want %v", counted.name, n, counted.want)
			}
		}
		var prompt, completion float64
		for name, n := range got {
			if strings.HasPrefix(name, `bimpe_tokens_total{kind="prompt",`) {
				prompt += n
			}
			if strings.HasPrefix(name, `bimpe_tokens_total{kind="completion",`) {
				completion += n
			}
		}
		if prompt != 100 || completion != 10 {
			t.Errorf("%v tokens of prompts and %v of replies, want 100 and 10", prompt, completion)
		}
		for _, busy := range []string{"bimpe_store_commit_duration_seconds_count", "bimpe_store_read_duration_seconds_count", "bimpe_store_statements_total", "go_goroutines"} {
			if got[busy] < 1 {
				t.Errorf("%s is %v, want more", busy, got[busy])
			}
		}
	})
}

func TestMetricsAreForThoseWhoAreAllowed(t *testing.T) {
	t.Parallel()
	s := serving(t, onSQLite, "BIMPE_TRUSTED_PROXIES=127.0.0.1", "BIMPE_METRICS_ALLOW=10.9.0.0/16")
	for client, want := range map[string]int{"": 200, "10.9.1.1": 200, "10.8.1.1": 403, "203.0.113.7": 403} {
		r := request{method: "GET", path: "/metrics"}
		if client != "" {
			r.headers = map[string]string{"X-Forwarded-For": client}
		}
		if got := s.send(t, r); got.status != want {
			t.Errorf("for %q: %d, want %d", client, got.status, want)
		}
	}
	other := serving(t, onSQLite)
	forwarded := request{method: "GET", path: "/metrics", headers: map[string]string{"X-Forwarded-For": "127.0.0.1"}}
	if got := other.send(t, forwarded); got.status != http.StatusForbidden {
		t.Errorf("behind a proxy that nobody named: %d, want 403", got.status)
	}
}

// TestWithoutRedisANodeIsReadyAndSaysSo has the bus go and come back.
func TestWithoutRedisANodeIsReadyAndSaysSo(t *testing.T) {
	t.Parallel()
	s, _, r := pair(t, newModel(t, echo))
	ready := func() (int, []any) {
		got := s.send(t, request{method: "GET", path: "/readyz"})
		degraded, _ := data[object](t, got, got.status)["degraded"].([]any)
		return got.status, degraded
	}
	state := func() string {
		status, degraded := ready()
		up := s.metrics(t)["bimpe_redis_up"]
		return strings.Join([]string{strconv.Itoa(status), strconv.Itoa(len(degraded)), strconv.FormatFloat(up, 'f', 0, 64)}, " ")
	}
	eventually(t, "Redis is there", func() bool { return state() == "200 0 1" })
	r.Stop()
	eventually(t, "Redis is away", func() bool { return state() == "200 1 0" })
	_, degraded := ready()
	want := []any{"redis: away; readers look into the log every two seconds, rate windows are this node's share"}
	if diff := cmp.Diff(want, degraded); diff != "" {
		t.Errorf("degraded (-want +got):\n%s", diff)
	}
	if n := s.metrics(t)["bimpe_redis_faults_total"]; n < 1 {
		t.Errorf("%v faults of Redis were counted, want some", n)
	}
	if err := r.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "Redis is back", func() bool { return state() == "200 0 1" })
	eventually(t, "both nodes are counted", func() bool { return s.metrics(t)["bimpe_nodes"] == 2 })
}
