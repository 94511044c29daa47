package play

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/chaos/schedule"
	"github.com/bimpe/bimpe/internal/roundrobin"
)

// newRun talks to a handler in place of a server.
func newRun(t *testing.T, h http.HandlerFunc) *run {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return &run{
		agent: "a1", plot: &plot{key: "k", clock: filepath.Join(t.TempDir(), "clock")}, client: newClient(schedule.Schedule{}), streams: newClient(schedule.Schedule{}),
		nodes: []*process{{base: server.URL, heard: &heard{listens: make(chan string, 1)}}},
	}
}

func TestDeliverGoesOnUntilItIsAnswered(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	r := newRun(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Idempotency-Key") != "once" || r.Header.Get("Authorization") != "Bearer k" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		switch calls.Add(1) {
		case 1:
			panic(http.ErrAbortHandler)
		case 2:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			w.WriteHeader(http.StatusCreated)
		}
	})
	a, err := r.deliver(t.Context(), call{method: http.MethodPost, path: "/", key: "once", body: 1}, 0)
	if err != nil || a.status != http.StatusCreated || calls.Load() != 3 {
		t.Errorf("%+v, %v after %d calls", a, err, calls.Load())
	}
}

func TestDeliverDoesNotHideRefusals(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusConflict, http.StatusInternalServerError} {
		r := newRun(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		if _, err := r.deliver(t.Context(), call{method: http.MethodPost, path: "/"}, 0); err == nil {
			t.Errorf("%d passed for an acknowledgement", status)
		}
	}
}

// hanging is a way to a server that leads nowhere at first.
type hanging struct {
	calls atomic.Int64
	http.Transport
}

func (h *hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	if h.calls.Add(1) == 1 {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return h.Transport.RoundTrip(r)
}

func TestABrokenOffRequestIsSentAgain(t *testing.T) {
	t.Parallel()
	r, way := newRun(t, func(http.ResponseWriter, *http.Request) {}), &hanging{}
	r.client.Transport = way
	if _, err := r.deliver(t.Context(), call{method: http.MethodGet, path: "/"}, 1); err != nil || way.calls.Load() != 2 {
		t.Errorf("%v after %d calls", err, way.calls.Load())
	}
}

func TestAgainInsistsOnTheFirstAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		replayed bool
		body     string
		want     bool
	}{
		"the same": {true, "m1", true}, "another": {true, "m2", false}, "done anew": {false, "m1", false},
	} {
		r := newRun(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Idempotency-Replayed", fmt.Sprint(test.replayed))
			_, _ = w.Write([]byte(test.body))
		})
		err := r.again(t.Context(), call{method: http.MethodPost, path: "/"}, answer{status: http.StatusOK, body: []byte("m1")})
		if (err == nil) != test.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAReaderGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	after := make(chan string, 8)
	r := newRun(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/stream-ticket") {
			_, _ = w.Write([]byte(`{"data":{"ticket":"t"}}`))
			return
		}
		after <- r.URL.Query().Get("after")
		_, _ = w.Write([]byte("id: m1\nevent: message\ndata: {\"id\":\"m1\"}\n\nevent: heartbeat\ndata: {}\n\n" +
			"id: m2\nevent: message\ndata: {\"id\":\"m2\"}\n\nid: m3\nevent: message\ndata: {\"id\":\"m3\"}"))
	})
	ctx, stop := context.WithCancel(t.Context())
	reader := &reader{run: r, path: "/c"}
	var reading sync.WaitGroup
	reading.Go(func() { reader.follow(ctx) })
	if first, second := <-after, <-after; first != beginning || second != "m2" {
		t.Errorf("it read after %q and then after %q; a frame that is not whole does not count", first, second)
	}
	stop()
	reading.Wait()
	if diff := cmp.Diff([]string{"m1", "m2"}, reader.seen()[:2]); diff != "" {
		t.Error(diff)
	}
}

func TestWhatAServerShouldNotSay(t *testing.T) {
	t.Parallel()
	h := &heard{listens: make(chan string, 1)}
	bad := []string{`{"level":"ERROR","msg":"turn"}`, `{"level":"ERROR","status":500}`, "panic: oh"}
	h.read(strings.NewReader(strings.Join(append([]string{
		`{"level":"INFO","msg":"listening","address":"here"}`, `{"level":"ERROR","status":503}`, `{"level":"WARN"}`,
	}, bad...), "\n")))
	if diff := cmp.Diff(bad, h.faults()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := <-h.listens; got != "here" {
		t.Errorf("it listens at %q", got)
	}
}

func TestJumpsAddUp(t *testing.T) {
	t.Parallel()
	r := newRun(t, nil)
	for _, by := range []string{"1h", "-2h"} {
		d := schedule.Deed{Kind: schedule.Jump}
		switch by {
		case "1h":
			d.By = 3600e9
		default:
			d.By = -7200e9
		}
		if err := r.harm(t.Context(), 0, d); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(r.plot.clock); err != nil || string(got) != "-1h0m0s" {
		t.Errorf("the clock is shifted by %q, %v", got, err)
	}
}

func TestASeedForPostgresNeedsOne(t *testing.T) {
	t.Parallel()
	g := &Ground{folder: t.TempDir()}
	if _, err := g.Play(t.Context(), schedule.New(10)); !errors.Is(err, errNoPostgres) {
		t.Errorf("Play = %v, want %v", err, errNoPostgres)
	}
}

// TestTheProxyTakesTheNextNodeThatLives has one node dead and one of two alive, and cuts a connection.
func TestTheProxyTakesTheNextNodeThatLives(t *testing.T) {
	t.Parallel()
	var asked [2]atomic.Int64
	nodes := []string{"127.0.0.1:1"} // nobody listens there
	for i := range asked {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked[i].Add(1)
			if r.URL.Path == "/stay" {
				w.(http.Flusher).Flush()
				<-r.Context().Done()
			}
		}))
		t.Cleanup(s.Close)
		nodes = append(nodes, strings.TrimPrefix(s.URL, "http://"))
	}
	p, err := roundrobin.Open(t.Context(), func() []string { return nodes })
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	client := newClient(schedule.Schedule{Nodes: 3})
	for range 6 {
		a, err := client.Get(p.Base())
		if err != nil {
			t.Fatal(err)
		}
		_ = a.Body.Close()
	}
	if one, two := asked[0].Load(), asked[1].Load(); one+two != 6 || one < 2 || two < 2 {
		t.Errorf("the nodes were asked %d and %d times, want 6 among them", one, two)
	}
	a, err := client.Get(p.Base() + "/stay")
	if err != nil {
		t.Fatal(err)
	}
	p.Cut()
	if _, err := io.ReadAll(a.Body); err == nil {
		t.Error("a connection that was cut ended properly")
	}
	_ = a.Body.Close()
}
