package traces

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

func getenv(all map[string]string) func(string) string {
	return func(name string) string { return all[name] }
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		env  map[string]string
		want settings
		err  string
	}{
		"none":       {want: settings{timeout: sendTime}},
		"off":        {env: map[string]string{endpointName: "http://h", "OTEL_SDK_DISABLED": "TRUE"}, want: settings{timeout: sendTime}},
		"elsewhere":  {env: map[string]string{endpointName: "http://h", "OTEL_TRACES_EXPORTER": "none"}, want: settings{timeout: sendTime}},
		"an address": {env: map[string]string{endpointName: "http://h:4318"}, want: settings{on: true, url: "http://h:4318/v1/traces", headers: map[string]string{}, timeout: sendTime}},
		"a path":     {env: map[string]string{endpointName: "https://h/otlp/"}, want: settings{on: true, url: "https://h/otlp/v1/traces", headers: map[string]string{}, timeout: sendTime}},
		"of traces": {
			env: map[string]string{
				endpointName: "http://general", tracesEndpointName: "http://h/mine", headersName: "a=1", tracesHeadersName: "authorization=Basic%20abc, b = 2,",
				timeoutName: "1", tracesTimeoutName: "2500", protocolName: "grpc", tracesProtocolName: "http/protobuf",
			},
			want: settings{on: true, url: "http://h/mine", headers: map[string]string{"authorization": "Basic abc", "b": "2"}, timeout: 2500 * time.Millisecond},
		},
		"no address": {env: map[string]string{endpointName: "h:4318"}, err: endpointName},
		"grpc":       {env: map[string]string{endpointName: "http://h", protocolName: "grpc"}, err: protocolName},
		"a timeout":  {env: map[string]string{endpointName: "http://h", timeoutName: "10s"}, err: timeoutName},
		"headers":    {env: map[string]string{endpointName: "http://h", headersName: "secret"}, err: headersName},
		"a broken header": {
			env: map[string]string{endpointName: "http://h", headersName: "a=x%0d%0ab"}, err: headersName,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := readSettings(getenv(tc.env))
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err+": ") || strings.Contains(err.Error(), "secret") {
					t.Errorf("error %v, want one of %s that repeats nothing", err, tc.err)
				}
				return
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(settings{})); err != nil || diff != "" {
				t.Errorf("settings, %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// round answers calls one after the other, each by a status or an error.
type round struct {
	answers []any
	bodies  [][]byte
}

func (r *round) RoundTrip(q *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(q.Body)
	if err != nil {
		return nil, err
	}
	r.bodies = append(r.bodies, raw)
	answer := r.answers[0]
	r.answers = r.answers[1:]
	if err, ok := answer.(error); ok {
		return nil, err
	}
	return &http.Response{StatusCode: answer.(int), Body: io.NopCloser(strings.NewReader("no"))}, nil
}

func TestWhatACollectorDoesNotTakeIsLoggedOnce(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := newClient(settings{url: "http://user:secret@h/v1/traces", timeout: time.Second}, slog.New(slog.NewTextHandler(&log, nil)))
	r := &round{answers: []any{errors.New("refused"), 401, 200, 200, 400}}
	c.http.Transport = r
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // so that nothing waits between two tries
	for range len(r.answers) {
		if err := c.UploadTraces(ctx, []*tracepb.ResourceSpans{{SchemaUrl: "x"}}); err != nil {
			t.Errorf("UploadTraces() = %v", err)
		}
	}
	var lines []string
	for line := range strings.Lines(log.String()) {
		_, line, _ = strings.Cut(strings.TrimSpace(line), " level=")
		lines = append(lines, line)
	}
	want := []string{
		`WARN msg="traces are not taken, and lost for now" error=refused`,
		`INFO msg="traces are taken again"`,
		`WARN msg="traces are not taken, and lost for now" error="the collector answers 400"`,
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	var sent tracepb.TracesData
	if err := proto.Unmarshal(r.bodies[0], &sent); err != nil || sent.ResourceSpans[0].SchemaUrl != "x" {
		t.Errorf("sent %v, %v", &sent, err)
	}
}

func TestABusyCollectorIsTriedAgain(t *testing.T) {
	t.Parallel()
	c := newClient(settings{url: "http://h", timeout: time.Second}, slog.New(slog.DiscardHandler))
	for status, want := range map[int]bool{200: false, 204: false, 400: false, 401: false, 429: true, 500: false, 502: true, 503: true, 504: true} {
		c.http.Transport = &round{answers: []any{status}}
		if again, _ := c.send(t.Context(), nil); again != want {
			t.Errorf("after %d: again %t, want %t", status, again, want)
		}
	}
}

func TestOnlyWhatIsHarmlessIsTold(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, a := range told([]slog.Attr{
		slog.String("team", "t"), slog.Int("status", 201), slog.Bool("replayed", true), slog.String("error", "secret"),
		slog.String("last_fault", "secret"), slog.String("why", "secret"), slog.String("key", "k"), slog.String("request_id", "r\xff"),
	}) {
		got[string(a.Key)] = a.Value.String()
	}
	want := map[string]string{"bimpe.team": "t", "http.response.status_code": "201", "bimpe.replayed": "true", "bimpe.request_id": "r\uFFFD"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
}

func TestWithoutAnAddressNobodyDraws(t *testing.T) {
	t.Parallel()
	tr, err := New(t.Context(), Config{Getenv: getenv(nil), Log: slog.New(slog.DiscardHandler)})
	if tr != nil || err != nil {
		t.Errorf("New() = %v, %v; want nothing", tr, err)
	}
}

func TestATurnIsFoundBehindItsRequest(t *testing.T) {
	t.Parallel()
	tr, err := New(t.Context(), Config{Getenv: getenv(map[string]string{endpointName: "http://127.0.0.1:1"}), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	defer func() { _ = tr.Stop(ended) }() // nobody takes what waits
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	ctx, end := tr.Request(r)
	parent := tr.Trace(ctx)
	end(200, nil)
	if !strings.HasPrefix(parent, "00-4bf92f3577b34da6a3ce929d0e0e4736-") || strings.Contains(parent, "00f067aa0ba902b7") {
		t.Errorf("the request's span is %q", parent)
	}
	for _, parent := range []string{parent, "", "nonsense"} {
		turn, end := tr.Turn(t.Context(), parent)
		if same := strings.Contains(tr.Trace(turn), "4bf92f3577b34da6a3ce929d0e0e4736"); same != strings.HasPrefix(parent, "00-") {
			t.Errorf("behind %q: the turn is %q", parent, tr.Trace(turn))
		}
		end(false, nil)
	}
	if got := tr.Trace(t.Context()); got != "" {
		t.Errorf("without a span: %q", got)
	}
}

// broken is a body that breaks off.
type broken struct{ closed int }

func (*broken) Read([]byte) (int, error) { return 0, errors.New("cut") }
func (b *broken) Close() error           { b.closed++; return nil }

type answering struct {
	body io.ReadCloser
	idle int
}

func (a *answering) RoundTrip(*http.Request) (*http.Response, error) {
	if a.body == nil {
		return nil, errors.New("nobody")
	}
	return &http.Response{StatusCode: 200, Body: a.body}, nil
}
func (a *answering) CloseIdleConnections() { a.idle++ }

func TestCallsGoThroughAsTheyAre(t *testing.T) {
	t.Parallel()
	tr, err := New(t.Context(), Config{Getenv: getenv(map[string]string{endpointName: "http://127.0.0.1:1"}), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	defer func() { _ = tr.Stop(ended) }() // nobody takes what waits
	traced, end := tr.Turn(t.Context(), "")
	defer end(false, nil)
	for name, ctx := range map[string]context.Context{"with a span": traced, "without": t.Context()} {
		b := &broken{}
		next := &answering{body: b}
		client := http.Client{Transport: tr.Through(next)}
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://h:8080/v1?key=secret", nil)
		r.RequestURI = ""
		got, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(got.Body); err == nil || err.Error() != "cut" {
			t.Errorf("%s: the body ends with %v", name, err)
		}
		if err := got.Body.Close(); err != nil || b.closed != 1 {
			t.Errorf("%s: closed %d times, %v", name, b.closed, err)
		}
		next.body = nil
		if _, err := client.Do(r); err == nil || !strings.Contains(err.Error(), "nobody") { //nolint:bodyclose // there is none
			t.Errorf("%s: a call that fails: %v", name, err)
		}
		if client.CloseIdleConnections(); next.idle != 1 {
			t.Errorf("%s: idle connections are kept", name)
		}
	}
}
