package app

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// site is a Config with a folder and a port of its own.
func site(t *testing.T) Config {
	t.Helper()
	c := good()
	c.DataDir = t.TempDir()
	return c
}

func TestAServerRunsUntilItIsTold(t *testing.T) {
	t.Parallel()
	a, err := Build(t.Context(), site(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	for _, path := range []string{"/healthz", "/readyz"} {
		if status := get(t, "http://"+a.Address()+path); status != http.StatusOK {
			t.Errorf("GET %s: %d", path, status)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Run() = %v", err)
	}
}

func get(t *testing.T, url string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Error(err)
	}
	return answer.StatusCode
}

func TestAServerIsNotReadyBeforeItRuns(t *testing.T) {
	t.Parallel()
	a, err := Build(t.Context(), site(t))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.readiness(t.Context()); err == nil {
		t.Error("ready before Run")
	}
	a.ready.Store(true)
	if _, err := a.readiness(t.Context()); err != nil {
		t.Errorf("readiness() = %v", err)
	}
}

func TestWhatWasBuiltIsGivenBack(t *testing.T) {
	t.Parallel()
	c := site(t)
	for range 2 { // the second would find folder and port taken
		a, err := Build(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		c.Listen = a.Address()
		a.Close()
		a.Close()
	}
}

func TestAServerThatCannotBeBuiltLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	first, err := Build(t.Context(), site(t))
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	c := site(t)
	c.Listen = first.Address()
	if _, err := Build(t.Context(), c); err == nil || !strings.Contains(err.Error(), "BIMPE_LISTEN") {
		t.Errorf("Build on a port that is taken: %v", err)
	}
	c.Listen = "127.0.0.1:0"
	second, err := Build(t.Context(), c) // the folder's lock must be free again
	if err != nil {
		t.Fatal(err)
	}
	second.Close()
}

func TestTheDocumentNeedsNoServer(t *testing.T) {
	t.Parallel()
	raw, err := OpenAPI("v1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		OpenAPI string
		Info    struct{ Version string }
		Paths   map[string]any
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	if document.OpenAPI != "3.1.0" || document.Info.Version != "v1.2.3" || len(document.Paths) < 10 {
		t.Errorf("document %s, version %s, %d paths", document.OpenAPI, document.Info.Version, len(document.Paths))
	}
}

func TestEachProviderHasItsModel(t *testing.T) {
	t.Parallel()
	c := good()
	if m, err := newModel(c, nil); err != nil || m.Name() != "builtin" {
		t.Errorf("newModel: %v, %v", m, err)
	}
	c.ModelProvider, c.Model = providerOpenAI, "some-model"
	if m, err := newModel(c, nil); err != nil || !strings.Contains(m.Name(), "some-model") {
		t.Errorf("newModel: %v, %v", m, err)
	}
	c.ModelKey = secret("with space")
	if _, err := newModel(c, nil); err == nil {
		t.Error("newModel takes a key that cannot be")
	}
}

func TestEveryPathAnswersOptionsByTheAPI(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(nil)
	s.Config = newServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Seen", r.RequestURI)
		w.WriteHeader(http.StatusNoContent)
	}), slog.New(slog.DiscardHandler))
	s.Start()
	defer s.Close()
	for _, path := range []string{"*", "/", "/api/v1/console/agents"} {
		answer := raw(t, s.Listener.Addr().String(), "OPTIONS "+path+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		if !strings.HasPrefix(answer, "HTTP/1.1 204 ") || !strings.Contains(answer, "X-Seen: "+path+"\r\n") {
			t.Errorf("OPTIONS %s: %q", path, answer)
		}
	}
}

// raw sends a request as it is written and returns the answer as it comes.
func raw(t *testing.T, address, request string) string {
	t.Helper()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // it is read to its end
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil {
		t.Error(err)
	}
	return string(answer)
}

// deadlines notes the read deadlines that a handler's connection was given.
type deadlines struct {
	*httptest.ResponseRecorder
	set int
}

func (d *deadlines) SetReadDeadline(time.Time) error {
	d.set++
	return nil
}

func TestBodiesHaveATimeToArriveAndStreamsDoNot(t *testing.T) {
	t.Parallel()
	h := bounded(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, test := range []struct {
		method string
		body   io.Reader
		want   int
	}{
		{http.MethodPost, strings.NewReader("{}"), 1},
		{http.MethodPost, nil, 0},
		{http.MethodGet, strings.NewReader("{}"), 0},
		{http.MethodGet, nil, 0},
	} {
		w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), test.method, "/", test.body))
		if w.set != test.want {
			t.Errorf("%s with %v: %d deadlines, want %d", test.method, test.body, w.set, test.want)
		}
	}
}
