package httpapi

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// leaflet is a site of two files.
type leaflet struct{}

func (leaflet) Paths() []string { return []string{"/docs", "/docs/", "/docs/assets/a.js"} }

func (leaflet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// A writer that takes nothing is the client's affair.
	_, _ = io.WriteString(w, "page "+r.URL.Path)
}

func openLibrary(t *testing.T) *house {
	t.Helper()
	return openHouse(t, func(c *Config) { c.Pages, c.RateLimit = leaflet{}, 1 })
}

// browse sends a request to the root, with headers in turn.
func browse(h *house, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, http.NoBody)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, r)
	return w
}

func TestPagesAreServedAndCountInNoWindow(t *testing.T) {
	t.Parallel()
	h := openLibrary(t)
	for _, path := range []string{"/docs", "/docs/", "/docs/assets/a.js", "/docs", "/docs"} {
		got := browse(h, http.MethodGet, path)
		if got.Code != http.StatusOK || got.Body.String() != "page "+path {
			t.Errorf("%s: got %d %s", path, got.Code, got.Body)
		}
		if got.Header().Get("X-Request-Id") == "" || got.Header().Get("X-Ratelimit-Limit") != "" {
			t.Errorf("%s: headers %v", path, got.Header())
		}
	}
	// What they did not use is there for a request that counts.
	if got := browse(h, http.MethodGet, Prefix+"/health"); got.Code != http.StatusOK {
		t.Errorf("the first request that counts: got %d %s", got.Code, got.Body)
	}
	if got := browse(h, http.MethodGet, Prefix+"/health"); got.Code != http.StatusTooManyRequests {
		t.Errorf("the second request that counts: got %d %s", got.Code, got.Body)
	}
}

func TestWhatIsNoPageIsUnknown(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/docs/nothing", "/docs/assets/", "/docs/assets/b.js", "/docs//", "/docs/assets/../", "/documents", "/"} {
		got := browse(openLibrary(t), http.MethodGet, path)
		if got.Code != http.StatusNotFound || !strings.Contains(got.Body.String(), `"code":"not_found"`) {
			t.Errorf("%s: got %d %s", path, got.Code, got.Body)
		}
	}
	for _, path := range []string{"/docs", "/docs/"} {
		got := browse(openLibrary(t), http.MethodPost, path)
		if got.Code != http.StatusMethodNotAllowed || got.Header().Get("Allow") != "GET, HEAD, OPTIONS" {
			t.Errorf("POST %s: got %d %v", path, got.Code, got.Header())
		}
	}
}

func TestWithoutPagesThereAreNone(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	for _, path := range []string{"/docs", "/docs/", "/"} {
		got := browse(h, http.MethodGet, path, "Accept", "text/html")
		if got.Code != http.StatusNotFound {
			t.Errorf("%s: got %d %s", path, got.Code, got.Body)
		}
	}
}

func TestTheRootLeadsBrowsersToThePages(t *testing.T) {
	t.Parallel()
	h := openLibrary(t)
	got := browse(h, http.MethodGet, "/", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	if got.Code != http.StatusFound || got.Header().Get("Location") != "/docs" {
		t.Errorf("a browser: got %d %v", got.Code, got.Header())
	}
	if !slices.Contains(got.Header().Values("Vary"), "Accept") {
		t.Errorf("Vary: %v", got.Header().Values("Vary"))
	}
}

func TestTheServersOwnPagesMayCallIt(t *testing.T) {
	t.Parallel()
	const host = "example.com" // that of httptest
	with := openHouse(t, func(c *Config) { c.Pages, c.AllowedOrigins = leaflet{}, nil })
	without := openHouse(t, func(c *Config) { c.AllowedOrigins = nil })
	for _, test := range []struct {
		house  *house
		origin string
		want   string
	}{
		{with, "http://" + host, "http://" + host},
		{with, "https://" + host, ""},
		{with, "http://" + host + ":8080", ""},
		{with, "http://" + host + ".evil.example", ""},
		{with, "null", ""},
		{with, "", ""},
		{without, "http://" + host, ""},
	} {
		for _, method := range []string{http.MethodGet, http.MethodOptions} {
			got := browse(test.house, method, Prefix+"/agents", "Origin", test.origin).Header()
			if got.Get("Access-Control-Allow-Origin") != test.want {
				t.Errorf("%s from %q: allowed %q, want %q", method, test.origin, got.Get("Access-Control-Allow-Origin"), test.want)
			}
			if test.house == with && !slices.Contains(got.Values("Vary"), "Origin") {
				t.Errorf("%s from %q: Vary %v", method, test.origin, got.Values("Vary"))
			}
		}
	}
}
