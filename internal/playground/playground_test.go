package playground

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func open(t *testing.T) *Site {
	t.Helper()
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask sends a request with headers in turn.
func ask(s *Site, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, http.NoBody)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// linked finds what the page loads, or leads to.
func linked(html string) []string {
	var all []string
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		all = append(all, m[1])
	}
	return all
}

func TestThePageIsThereWithAllThatItLoads(t *testing.T) {
	t.Parallel()
	s := open(t)
	paths := s.Paths()
	page := ask(s, http.MethodGet, Path).Body.String()
	links := linked(page)
	if len(links) < 3 { // script, style, icon
		t.Fatalf("the page loads only %v", links)
	}
	for _, at := range links {
		if !strings.HasPrefix(at, "/") || strings.HasPrefix(at, "//") {
			t.Errorf("%s is not of this server", at)
		}
		if at != "/openapi.json" && !slices.Contains(paths, at) {
			t.Errorf("there is no %s among %v", at, paths)
		}
	}
	for _, p := range paths {
		if got := ask(s, http.MethodGet, p); got.Code != http.StatusOK || got.Body.String() == "" {
			t.Errorf("%s: got %d", p, got.Code)
		}
	}
	if again := ask(s, http.MethodGet, Path+"/").Body.String(); again != page {
		t.Error("the folder is not the page")
	}
}

func TestThePageKeepsToItsPolicy(t *testing.T) {
	t.Parallel()
	s := open(t)
	page := ask(s, http.MethodGet, Path).Body.String()
	for _, form := range []string{`<script[^>]*>[^<]`, `<style`, `\sstyle=`, `\son[a-z]+=`, `javascript:`} {
		if found := regexp.MustCompile(form).FindString(page); found != "" {
			t.Errorf("the page has %q, which the policy forbids", found)
		}
	}
	for _, p := range s.Paths() {
		h := ask(s, http.MethodGet, p).Header()
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{
			"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'",
		} {
			if !strings.Contains(csp+";", want+";") {
				t.Errorf("%s: the policy %q lacks %s", p, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
			t.Errorf("%s: the policy %q is not strict", p, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers %v", p, h)
		}
	}
}

func TestFilesAreCachedByTheirNames(t *testing.T) {
	t.Parallel()
	s := open(t)
	named := 0
	for _, p := range s.Paths() {
		want := "no-cache"
		if strings.HasPrefix(p, assets) {
			named++
			want = "public, max-age=31536000, immutable"
		}
		first := ask(s, http.MethodGet, p)
		if got := first.Header().Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control %q, want %q", p, got, want)
		}
		again := ask(s, http.MethodGet, p, "If-None-Match", first.Header().Get("ETag"))
		if again.Code != http.StatusNotModified || again.Body.String() != "" {
			t.Errorf("%s: asked again, got %d, want 304", p, again.Code)
		}
		if other := ask(s, http.MethodGet, p, "If-None-Match", `"other"`); other.Code != http.StatusOK {
			t.Errorf("%s: asked with another tag, got %d", p, other.Code)
		}
	}
	if named < 2 {
		t.Errorf("%d files named by their content, want the script and the style", named)
	}
}

func TestFilesArePackedForThoseWhoTakeIt(t *testing.T) {
	t.Parallel()
	s := open(t)
	plain := ask(s, http.MethodGet, Path)
	text := plain.Body.String()
	for coding, packed := range map[string]bool{
		"": false, "gzip": true, "br, GZIP;q=0.5": true, "gzip;q=0": false, "gzip;q=0.000": false, "gzip;q=x": false, "identity": false, "gzipped": false,
	} {
		got := ask(s, http.MethodGet, Path, "Accept-Encoding", coding)
		if (got.Header().Get("Content-Encoding") == "gzip") != packed {
			t.Errorf("Accept-Encoding %q: packed %v, want %v", coding, !packed, packed)
		}
		if !slices.Contains(got.Header().Values("Vary"), "Accept-Encoding") {
			t.Errorf("Vary: %v", got.Header().Values("Vary"))
		}
		if !packed {
			continue
		}
		if got.Header().Get("ETag") == plain.Header().Get("ETag") {
			t.Error("packed and plain have the same tag")
		}
		zip, err := gzip.NewReader(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := io.ReadAll(zip); err != nil || string(out) != text {
			t.Errorf("unpacked: %.40q, %v", out, err)
		}
	}
}

func TestAPartIsNeverPacked(t *testing.T) {
	t.Parallel()
	got := ask(open(t), http.MethodGet, Path, "Accept-Encoding", "gzip", "Range", "bytes=0-8")
	if got.Code != http.StatusPartialContent || got.Body.String() != "<!doctype" {
		t.Errorf("the first bytes: got %d %v", got.Code, got.Header())
	}
}

func TestAHeadHasNoBody(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, coding := range []string{"", "gzip"} {
		full := ask(s, http.MethodGet, Path, "Accept-Encoding", coding)
		head := ask(s, http.MethodHead, Path, "Accept-Encoding", coding)
		if text := head.Body.String(); head.Code != http.StatusOK || text != "" {
			t.Errorf("HEAD: got %d %q", head.Code, text)
		}
		if got, want := head.Header().Get("Content-Length"), full.Header().Get("Content-Length"); got != want || got == "" {
			t.Errorf("HEAD: Content-Length %q, want %q", got, want)
		}
	}
}

func TestThereIsNothingElse(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, p := range []string{"/", "/docs/nothing", "/docs/assets/", "/docs/assets", "/docs/seal.txt", "/docs/../playground.go", "/docs/assets/../index.html"} {
		if got := ask(s, http.MethodGet, p); got.Code != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", p, got.Code)
		}
	}
}
