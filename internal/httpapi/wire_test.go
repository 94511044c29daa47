package httpapi

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the answers in testdata")

// A wire test is a txtar file whose sections are requests and their answers in turn. A request is a
// method, a path below Prefix (or from the root, with two slashes), headers and a body. These headers
// are for the test itself:
//
//	Key: full          the secret of a key of the house, as a bearer
//	Clock: 61s         moves the clock before the request
//	Body-Size: 5       a body of so many bytes instead
//	Fault: write       lets something go wrong; see faultyStore
//	Fault: end         ends the stream that this opens once it has caught up
//	Given: calls id    stores what no operation makes, for the key's team; see given
//
// ${full} is the secret of a key, ${ticket} and ${secret} are those of the last answer that had one.
// What is random in an answer is replaced by its name.
func TestWire(t *testing.T) {
	t.Parallel()
	for _, name := range wireFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			file, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			w := &wire{house: openHouse(t, nil), found: map[string]string{}}
			for i := 0; i+1 < len(file.Files); i += 2 {
				got := w.exchange(t, file.Files[i])
				if *update {
					file.Files[i+1].Data = []byte(got)
					continue
				}
				if diff := cmp.Diff(string(file.Files[i+1].Data), got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", file.Files[i].Name, diff)
				}
			}
			if *update {
				if err := os.WriteFile(name, txtar.Format(file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func wireFiles(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no wire tests: %v", err)
	}
	return names
}

type wire struct {
	*house
	found map[string]string // by name: what was random in the answers
}

// exchange makes a request and returns its answer as text.
func (w *wire) exchange(t *testing.T, f txtar.File) string {
	t.Helper()
	text := os.Expand(string(f.Data), func(name string) string {
		if v, ok := w.secrets[name]; ok {
			return v
		}
		return w.found[name]
	})
	r := parseRequest(t, text)
	w.arrange(t, r)
	defer w.fault.Store("")
	w.give(t, r)
	body := take(t, r)
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, r)
	hold(t, w.API, r, body, rec.Result())
	return w.scrub(show(t, rec.Result()))
}

// take returns the body of a request, which still has it.
func take(t *testing.T, r *http.Request) []byte {
	t.Helper()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.Body != http.NoBody {
		r.Body = io.NopCloser(bytes.NewReader(raw))
	}
	return raw
}

// arrange does what the test's own headers say and takes them off.
func (w *wire) arrange(t *testing.T, r *http.Request) {
	t.Helper()
	take := func(name string) string {
		v := r.Header.Get(name)
		r.Header.Del(name)
		return v
	}
	if name := take("Key"); name != "" {
		r.Header.Set("Authorization", "Bearer "+w.secrets[name])
	}
	if by := take("Clock"); by != "" {
		d, err := time.ParseDuration(by)
		if err != nil {
			t.Fatal(err)
		}
		w.clock.move(d)
	}
	if size := take("Body-Size"); size != "" {
		n, err := strconv.Atoi(size)
		if err != nil {
			t.Fatal(err)
		}
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat("x", n))), int64(n)
	}
	if take("Transfer-Encoding") == "chunked" {
		r.ContentLength, r.TransferEncoding = -1, []string{"chunked"}
	}
	w.fault.Store(take("Fault"))
}

// parseRequest reads a request of a wire test.
func parseRequest(t *testing.T, text string) *http.Request {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	method, target, _ := strings.Cut(lines[0], " ")
	path := Prefix + target
	if strings.HasPrefix(target, "//") {
		path = target[1:]
	}
	body = strings.TrimSuffix(body, "\n")
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ":")
		r.Header.Add(name, strings.TrimSpace(value))
	}
	return r
}

// show writes an answer as text: JSON indented, headers sorted.
func show(t *testing.T, a *http.Response) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s\n", a.StatusCode, http.StatusText(a.StatusCode))
	for _, name := range slices.Sorted(maps.Keys(a.Header)) {
		if name != "Content-Length" {
			fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(a.Header[name], " | "))
		}
	}
	body, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	if len(body) == 0 {
		return b.String()
	}
	b.WriteString("\n")
	var indented bytes.Buffer
	if json.Indent(&indented, body, "", "  ") != nil {
		return b.String() + string(body)
	}
	return b.String() + indented.String() + "\n"
}

// scrub replaces what is random by its name, and remembers it.
func (w *wire) scrub(text string) string {
	for name, form := range map[string]string{
		"code":   `"test_channel_code": "([A-Z2-9]{8})"`,
		"ticket": `"ticket": "([A-Za-z0-9_-]{100,})"`,
		"secret": `"key": "(sk_[A-Za-z0-9_-]{43})"`,
		"hint":   `"hint": "([A-Za-z0-9_-]{4})"`,
	} {
		for _, m := range regexp.MustCompile(form).FindAllStringSubmatch(text, -1) {
			w.found[name] = m[1]
			text = strings.ReplaceAll(text, m[0], strings.Replace(m[0], `"`+m[1]+`"`, `"${`+name+`}"`, 1))
		}
	}
	if code := w.found["code"]; code != "" { // it stands in other texts too
		text = strings.ReplaceAll(text, code, "${code}")
	}
	return text
}

// Every operation, by its method and path, must occur in a wire test that found something there.
func TestEveryOperationIsInAWireTest(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	seen := map[string]bool{}
	for _, name := range wireFiles(t) {
		file, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(file.Files); i += 2 {
			_, pattern := h.mux.Handler(parseRequest(t, os.Expand(string(file.Files[i].Data), func(string) string { return "x" })))
			seen[pattern] = true
		}
	}
	for _, op := range h.operations() {
		if pattern := op.method + " " + Prefix + op.path; !seen[pattern] {
			t.Errorf("%s is in no wire test", pattern)
		}
	}
	for _, pattern := range []string{"GET /healthz", "GET /readyz", "GET /metrics"} {
		if !seen[pattern] {
			t.Errorf("%s is in no wire test", pattern)
		}
	}
}

// Every code must occur in the answer of a wire test, but for the one that nothing says yet.
func TestEveryCodeIsInAWireTest(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{"rate_limited": true} // kept for the quotas of plans; there are none yet
	for _, name := range wireFiles(t) {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for s := bufio.NewScanner(f); s.Scan(); {
			if code, ok := strings.CutPrefix(strings.TrimSpace(s.Text()), `"code": "`); ok {
				seen[strings.TrimSuffix(code, `",`)] = true
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, code := range codes() {
		if !seen[string(code)] {
			t.Errorf("the code %s is in no wire test", code)
		}
	}
}
