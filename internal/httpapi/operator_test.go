package httpapi

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

func TestWhoMayReadMetrics(t *testing.T) {
	t.Parallel()
	a := &API{cfg: Config{
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.2/32")},
		MetricsAllow:   []netip.Prefix{netip.MustParsePrefix("192.168.7.0/24"), netip.MustParsePrefix("fd00::/8")},
	}}
	for name, tc := range map[string]struct {
		peer   string
		header http.Header
		want   bool
	}{
		"this machine":                         {peer: "127.0.0.1:4000", want: true},
		"this machine by IPv6":                 {peer: "[::1]:4000", want: true},
		"this machine, mapped":                 {peer: "[::ffff:127.0.0.1]:4000", want: true},
		"a network that is allowed":            {peer: "192.168.7.5:4000", want: true},
		"the same by IPv6":                     {peer: "[fd00::7]:4000", want: true},
		"another network":                      {peer: "192.168.8.5:4000"},
		"a trusted proxy itself":               {peer: "10.1.1.1:4000"},
		"nobody knows":                         {peer: "@"},
		"a proxy here that nobody named":       {peer: "127.0.0.1:4000", header: http.Header{"X-Forwarded-For": {"127.0.0.1"}}},
		"one that says it another way":         {peer: "127.0.0.1:4000", header: http.Header{"Forwarded": {"for=127.0.0.1"}}},
		"one that says who it is":              {peer: "127.0.0.1:4000", header: http.Header{"Via": {"1.1 proxy"}}},
		"one that tells a real address":        {peer: "127.0.0.1:4000", header: http.Header{"X-Real-Ip": {"127.0.0.1"}}},
		"the world behind a trusted proxy":     {peer: "10.1.1.1:4000", header: http.Header{"X-Forwarded-For": {"203.0.113.9"}}},
		"the world that says it is here":       {peer: "10.1.1.1:4000", header: http.Header{"X-Forwarded-For": {"127.0.0.1, 203.0.113.9"}}},
		"an allowed one behind a proxy":        {peer: "10.1.1.1:4000", header: http.Header{"X-Forwarded-For": {"192.168.7.5"}}, want: true},
		"behind two proxies":                   {peer: "127.0.0.2:4000", header: http.Header{"X-Forwarded-For": {"192.168.7.5, 10.1.1.1"}}, want: true},
		"a trusted proxy that tells no client": {peer: "127.0.0.2:4000", header: http.Header{"Via": {"1.1 proxy"}}},
		"a trusted proxy that tells nonsense":  {peer: "127.0.0.2:4000", header: http.Header{"X-Forwarded-For": {"unknown"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
			r.RemoteAddr = tc.peer
			for h, v := range tc.header {
				r.Header[h] = v
			}
			if got := a.insider(r); got != tc.want {
				t.Errorf("insider() = %t, want %t", got, tc.want)
			}
		})
	}
}

func TestThereAreNoMetricsWhereNobodyCounts(t *testing.T) {
	t.Parallel()
	h := openHouse(t, func(c *Config) { c.Metrics = nil })
	rec := httptest.NewRecorder()
	h.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if rec.Code != http.StatusNotFound {
		t.Errorf("GET /metrics: %d, want 404", rec.Code)
	}
}

// tally is a Watch that writes down what it hears.
type tally struct{ answers []answered }

type answered struct {
	Operation string
	Status    int
	Code      console.Code
	Took      time.Duration
}

func (w *tally) Operation(name string) heard {
	return func(status int, code console.Code, took time.Duration) {
		w.answers = append(w.answers, answered{name, status, code, took})
	}
}

func (w *tally) Lasting(name string) heard { return w.Operation("lasting " + name) }

func (w *tally) Sent(string) {}

func TestEveryAnswerIsToldOfOnce(t *testing.T) {
	t.Parallel()
	w := &tally{}
	h := openHouse(t, func(c *Config) { c.Watch = w })
	ask := func(method, path, key string) {
		r := httptest.NewRequest(method, path, nil)
		if key != "" {
			r.Header.Set("Authorization", "Bearer "+h.secrets[key])
		}
		h.Handler().ServeHTTP(httptest.NewRecorder(), r)
	}
	ask(http.MethodGet, Prefix+"/agents", "full")
	ask(http.MethodGet, Prefix+"/agents", "")
	ask(http.MethodGet, Prefix+"/agents/nobody", "full")
	ask(http.MethodGet, Prefix+"/agents/a/conversations/c/stream", "")
	ask(http.MethodGet, Prefix+"/nothing/here", "full")
	ask(http.MethodOptions, Prefix+"/agents", "")
	ask(http.MethodGet, "/readyz", "")
	ask(http.MethodGet, "/metrics", "")
	want := []answered{
		{"listAgents", 200, "", 0},
		{"listAgents", 401, console.CodeKeyMissing, 0},
		{"getAgent", 404, console.CodeNotFound, 0},
		{"lasting streamConversation", 401, console.CodeUnauthorized, 0},
		{"other", 404, console.CodeNotFound, 0},
		{"other", 204, "", 0},
		{"readyz", 200, "", 0},
		{"metrics", 200, "", 0},
	}
	if diff := cmp.Diff(want, w.answers); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
