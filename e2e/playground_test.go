package e2e

import (
	"context"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Where the page's sources and its build are.
const (
	pageSources = "../web/playground"
	pageBuild   = "../internal/playground/dist"
)

// browserTime bounds everything that is tried in a browser; it takes a fifth of that.
const browserTime = 8 * time.Minute

// needsBrowser skips a short run, and insists on what the others need.
func needsBrowser(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("a short run was asked for, and this takes Node.js and a browser")
	}
	if os.Getenv("BIMPE_TEST_BROWSER") == "" {
		t.Fatal("BIMPE_TEST_BROWSER is not set: `make test` sets it, or run scripts/with-browser go test ./e2e")
	}
}

// node runs a command of the page's sources, and insists that it succeeds.
func node(t *testing.T, env []string, command ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), browserTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir, cmd.Env = pageSources, append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", strings.Join(command, " "), err, out)
	}
}

func TestThePlaygroundIsBuiltFromItsSources(t *testing.T) {
	t.Parallel()
	needsBrowser(t)
	dir := t.TempDir()
	node(t, nil, "npx", "vite", "build", "--logLevel", "error", "--outDir", dir)
	want := contents(t, dir)
	got := contents(t, pageBuild)
	delete(got, "seal.txt") // which the build's last step adds
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is committed is not what is built; run `make web` (-built +committed):\n%.2000s", diff)
	}
}

// contents are the files of a folder by their names.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		name := strings.TrimPrefix(strings.TrimPrefix(path, dir), "/")
		all[name] = string(raw)
		return err
	})
	if err != nil || len(all) == 0 {
		t.Fatalf("read %s: %v, %d files", dir, err, len(all))
	}
	return all
}

func TestTheSourcesOfThePlayground(t *testing.T) {
	t.Parallel()
	needsBrowser(t)
	node(t, nil, "npm", "run", "--silent", "check")
	node(t, nil, "node", "--test", "tests/unit/")
}

func TestThePlaygroundInABrowser(t *testing.T) {
	t.Parallel()
	needsBrowser(t)
	p := &pauses{goOn: make(chan struct{})}
	model := newModel(t, p.script)
	remote := httptest.NewServer(http.HandlerFunc(p.release))
	t.Cleanup(remote.Close)
	friend, stranger := elsewhere(t), elsewhere(t)
	s := serving(t, onSQLite, model.settings("BIMPE_ALLOWED_ORIGINS="+friend.server.URL)...)
	friend.may.Store(s.base())
	stranger.may.Store(s.base())
	node(t, []string{
		"BIMPE_TEST_SERVER=" + s.base(), "BIMPE_TEST_KEY=" + s.key, "BIMPE_TEST_NARROW_KEY=" + s.mint("agents:read"),
		"BIMPE_TEST_FRIEND=" + friend.server.URL, "BIMPE_TEST_STRANGER=" + stranger.server.URL, "BIMPE_TEST_GO_ON=" + remote.URL,
	}, "node", "--test", "tests/browser/")
	if log := s.current().stderr.String(); strings.Contains(log, s.key) {
		t.Error("the server's log holds the key")
	}
}

// pauses stops in the middle of the replies that are to be slow, until it is told to go on.
type pauses struct{ goOn chan struct{} }

func (p *pauses) script(c *call) {
	if !strings.Contains(c.last(), "slowly") {
		echo(c)
		return
	}
	c.say("The first half")
	select {
	case <-p.goOn:
		c.answer(" and the second.")
	case <-c.gone:
	}
}

// release lets one reply go on, once it waits.
func (p *pauses) release(w http.ResponseWriter, r *http.Request) {
	select {
	case p.goOn <- struct{}{}:
		w.WriteHeader(http.StatusNoContent)
	case <-r.Context().Done():
	}
}

// host serves the page from another place than bimpe, with a policy of that place.
type host struct {
	server *httptest.Server
	files  http.Handler
	may    atomic.Value // string: the server that its pages may speak to
}

func elsewhere(t *testing.T) *host {
	t.Helper()
	h := &host{files: http.StripPrefix("/docs", http.FileServer(http.Dir(pageBuild)))}
	h.server = httptest.NewServer(h)
	t.Cleanup(h.server.Close)
	return h
}

func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/docs") {
		http.NotFound(w, r)
		return
	}
	if may, ok := h.may.Load().(string); ok {
		w.Header().Set("Content-Security-Policy",
			"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' "+may)
	}
	h.files.ServeHTTP(w, r)
}
