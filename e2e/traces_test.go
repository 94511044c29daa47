package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collector is an OTLP receiver that keeps what it is sent.
type collector struct {
	server *httptest.Server

	mu    sync.Mutex
	spans []*tracepb.Span // held under mu
	raw   []string        // held under mu
	heads []http.Header   // held under mu
	of    string          // the resource; held under mu
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{}
	c.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		var in tracepb.TracesData
		if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" || proto.Unmarshal(raw, &in) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.raw, c.heads = append(c.raw, string(raw)), append(c.heads, r.Header)
		for _, rs := range in.ResourceSpans {
			c.of = fmt.Sprint(attributes(&tracepb.Span{Attributes: rs.Resource.Attributes}))
			for _, ss := range rs.ScopeSpans {
				c.spans = append(c.spans, ss.Spans...)
			}
		}
	}))
	t.Cleanup(c.server.Close)
	return c
}

// settings send a server's traces here, soon.
func (c *collector) settings() []string {
	return []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.server.URL, "OTEL_BSP_SCHEDULE_DELAY=50", "OTEL_EXPORTER_OTLP_HEADERS=x-key=collector-secret"}
}

func attributes(s *tracepb.Span) map[string]string {
	all := map[string]string{}
	for _, a := range s.Attributes {
		switch {
		case a.Value.GetStringValue() != "":
			all[a.Key] = a.Value.GetStringValue()
		default:
			all[a.Key] = fmt.Sprint(a.Value.GetIntValue())
		}
	}
	return all
}

// ofTrace are the spans of a trace.
func (c *collector) ofTrace(id string) []*tracepb.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []*tracepb.Span
	for _, s := range c.spans {
		if fmt.Sprintf("%x", s.TraceId) == id {
			all = append(all, s)
		}
	}
	return all
}

// tree draws spans as names behind their parents, sorted.
func tree(spans []*tracepb.Span) []string {
	names := map[string]string{}
	for _, s := range spans {
		names[string(s.SpanId)] = s.Name
	}
	var all []string
	for _, s := range spans {
		parent, here := names[string(s.ParentSpanId)]
		if !here {
			parent = fmt.Sprintf("%x", s.ParentSpanId)
		}
		all = append(all, parent+" > "+s.Name)
	}
	slices.Sort(all)
	return all
}

const (
	traceID     = "4bf92f3577b34da6a3ce929d0e0e4736"
	callersSpan = "00f067aa0ba902b7"
	postRoute   = "POST " + api + "/agents/{agentId}/conversations/messages"
)

func TestOneTraceGoesFromTheRequestToTheModel(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		to := newCollector(t)
		s := serving(t, e, newModel(t, spends).settings(to.settings()...)...)
		a := s.newAgent(t, object{"name": "Ada", "rules": []any{object{
			"id": "r1", "name": "Hours", "trigger": "when do you open", "response": "At nine, MARKED.", "enabled": true,
		}}})
		say := func(text, trace string) message {
			return want[message](t, s, http.StatusCreated, request{
				method: "POST", path: api + "/agents/" + a.ID + "/conversations/messages",
				body:    object{"message": text, "channel_user_id": "MARKED customer", "channel_username": "MARKED name"},
				headers: map[string]string{"Traceparent": "00-" + trace + "-" + callersSpan + "-01", "X-Request-Id": "req-1"},
			})
		}
		first := say("MARKED hello", traceID)
		parts := []string{
			callersSpan + " > " + postRoute, postRoute + " > turn", "model > POST", "turn > brief", "turn > commit", "turn > model",
		}
		eventually(t, "the trace is whole", func() bool { return len(to.ofTrace(traceID)) >= len(parts) })
		spans := to.ofTrace(traceID)
		if diff := cmp.Diff(parts, tree(spans)); diff != "" {
			t.Errorf("spans (-want +got):\n%s", diff)
		}
		checkSpans(t, spans, first)
		other := strings.Replace(traceID, "4bf", "5bf", 1)
		say("when do you open", other)
		eventually(t, "the other trace is whole", func() bool { return len(to.ofTrace(other)) >= 5 })
		if got := tree(to.ofTrace(other)); !slices.Contains(got, "turn > rule") || slices.Contains(got, "turn > model") {
			t.Errorf("spans of a rule: %q", got)
		}
		s.send(t, request{method: "GET", path: "/readyz"}) // which nobody draws
		to.checkNothingSaid(t, s)
	})
}

func checkSpans(t *testing.T, spans []*tracepb.Span, said message) {
	t.Helper()
	for _, span := range spans {
		got := attributes(span)
		want := map[string]string{}
		switch span.Name {
		case postRoute:
			want = map[string]string{
				"http.response.status_code": "201", "bimpe.request_id": "req-1", "bimpe.conversation": said.ConversationID,
				"http.request.method": "POST", "http.route": postRoute,
			}
		case "turn":
			want = map[string]string{"bimpe.request_id": "req-1", "bimpe.conversation": said.ConversationID, "bimpe.outcome": "replied"}
		case "model":
			want = map[string]string{
				"gen_ai.provider.name": "openai", "gen_ai.request.model": "scripted", "bimpe.try": "1",
				"gen_ai.usage.input_tokens": "100", "gen_ai.usage.output_tokens": "10",
			}
		case "POST":
			want = map[string]string{"http.response.status_code": "200", "server.address": "127.0.0.1"}
		}
		for name, value := range want {
			if got[name] != value {
				t.Errorf("%s: %s is %q, want %q", span.Name, name, got[name], value)
			}
		}
		if span.EndTimeUnixNano < span.StartTimeUnixNano {
			t.Errorf("%s ends before it begins", span.Name)
		}
	}
}

// checkNothingSaid looks for what people wrote, and for secrets.
func (c *collector) checkNothingSaid(t *testing.T, s *site) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, raw := range c.raw {
		for _, secret := range []string{"MARKED", "You said", s.key, "model-secret", "collector-secret"} {
			if strings.Contains(raw, secret) {
				t.Errorf("a trace holds %q", secret)
			}
		}
		if strings.Contains(raw, "readyz") {
			t.Error("the operator's endpoints are drawn")
		}
	}
	if !strings.Contains(c.of, "service.name:bimpe") {
		t.Errorf("the traces are of %s", c.of)
	}
	for _, h := range c.heads {
		if h.Get("X-Key") != "collector-secret" {
			t.Errorf("the collector was sent the headers %v", h)
		}
	}
}

// TestACollectorThatHangsHoldsNobodyUp has nobody wait for it, at work and at the end.
func TestACollectorThatHangsHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	asked := make(chan struct{}, 1000)
	hangs := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-over
	}))
	defer hangs.Close()
	defer close(over)
	s := serving(t, onSQLite, newModel(t, echo).settings("OTEL_EXPORTER_OTLP_ENDPOINT="+hangs.URL, "OTEL_BSP_SCHEDULE_DELAY=1", "OTEL_BSP_MAX_QUEUE_SIZE=4",
		"OTEL_BSP_MAX_EXPORT_BATCH_SIZE=1")...)
	a := s.newAgent(t, nil)
	first := s.say(t, a.ID, "hello")
	l := s.listen(t, a.ID, first.ConversationID, map[string][]string{"after": {first.ID}})
	l.fromAgent(t)
	waitFor(t, asked, "the collector is asked")
	for i := range 10 { // more than the queue holds
		text := fmt.Sprintf("again %d", i)
		s.reply(t, a.ID, first.ConversationID, "user", text)
		if got := l.fromAgent(t); got.Text != "You said: "+text {
			t.Errorf("reply %q", got.Text)
		}
	}
	l.close()
	if code := s.terminate(within(t, patience)); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}

func TestASettingOfTracesThatCannotBeIsNamed(t *testing.T) {
	t.Parallel()
	s := newSite(t, onSQLite, "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc")
	got := s.command("serve")
	if got.code != 2 || !strings.Contains(got.stderr, "OTEL_EXPORTER_OTLP_PROTOCOL: must be http/protobuf") {
		t.Errorf("code %d, %s", got.code, got.stderr)
	}
}
