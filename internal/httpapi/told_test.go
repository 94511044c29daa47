package httpapi

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/bimpe/bimpe/internal/auth"
	"github.com/bimpe/bimpe/internal/console"
)

// The wire tests know how every operation is used well. A sweep tells them all again, on both
// engines, and does something at each step that must make no difference to what comes after. So an
// operation is swept as soon as it has a wire test, and nobody has to name it.

// step is one request of a wire test and its recorded answer.
type step struct {
	*telling
	t      *testing.T
	file   string
	n      int
	title  string
	text   string // of the request, its variables filled in
	answer string // as recorded
	status int    // of it
	op     *operation
	ids    []string // of the path, as they were asked for
}

// telling is a wire test being told again.
type telling struct {
	*wire
	abroad  string // the secret of a team that no wire test knows of
	ops     map[string]*operation
	strayed int64
	tb      testing.TB
	url     string                   // of the database; empty: SQLite
	keys    map[console.Scope]string // that have one scope
}

// retell tells every wire test again, a house for each. tell makes the step's request and returns
// its answer; where that is nil, any answer will do, else it must be the recorded one.
func retell(t *testing.T, tell func(s *step) *httptest.ResponseRecorder) {
	t.Helper()
	onBoth(t, func(t *testing.T, url func(*testing.T) string) {
		t.Helper()
		for _, name := range wireFiles(t) {
			t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
				t.Parallel()
				file, err := txtar.ParseFile(name)
				if err != nil {
					t.Fatal(err)
				}
				tellFile(t, newTelling(t, url(t)), file, filepath.Base(name), tell)
			})
		}
	})
}

func newTelling(t *testing.T, url string) *telling {
	t.Helper()
	h := openHouseOn(t, url, func(c *Config) { c.RateLimit = 1 << 30 })
	team := console.Team{ID: "t000000000000000000000009", Name: "Abroad", CreatedAt: h.clock.now()}
	if err := h.db.InsertTeam(t.Context(), team); err != nil {
		t.Fatal(err)
	}
	tl := &telling{
		wire: &wire{house: h, found: map[string]string{}}, ops: map[string]*operation{}, tb: t, url: url,
		keys: map[console.Scope]string{},
	}
	tl.aside(func() {
		tl.abroad = h.grant(t, team.ID, auth.Draft{Name: "abroad", Scopes: []console.Scope{console.ScopeAll}})
	})
	for _, op := range h.operations() {
		op.ids = idsIn(op.path)
		tl.ops[op.method+" "+Prefix+op.path] = &op
	}
	return tl
}

func tellFile(
	t *testing.T, tl *telling, file *txtar.Archive, name string, tell func(s *step) *httptest.ResponseRecorder,
) {
	t.Helper()
	for i := 0; i+1 < len(file.Files); i += 2 {
		s := tl.step(t, file.Files[i], string(file.Files[i+1].Data))
		s.file, s.n = name, i/2
		rec := tell(s)
		if rec == nil {
			continue
		}
		got := tl.scrub(show(t, rec.Result()))
		if diff := cmp.Diff(masked(s.answer), masked(got)); diff != "" {
			t.Fatalf("%s: %s reads otherwise now (-as recorded +as told again):\n%s", name, s.title, diff)
		}
	}
}

func (tl *telling) step(t *testing.T, f txtar.File, answer string) *step {
	t.Helper()
	s := &step{telling: tl, t: t, title: f.Name, answer: answer}
	s.text = os.Expand(string(f.Data), func(name string) string {
		if v, ok := tl.secrets[name]; ok {
			return v
		}
		return tl.found[name]
	})
	code, _, _ := strings.Cut(answer, " ")
	var err error
	if s.status, err = strconv.Atoi(code); err != nil {
		t.Fatalf("%s: an answer without a status: %v", f.Name, err)
	}
	r := parseRequest(t, s.text)
	_, pattern := tl.mux.Handler(r)
	if clean(r.URL.Path) && r.Method != http.MethodHead {
		s.op = tl.ops[pattern]
	}
	if s.op != nil {
		s.ids = idsOf(s.op, r)
	}
	return s
}

// idsOf returns the ids in a request's path.
func idsOf(op *operation, r *http.Request) []string {
	var ids []string
	asked := strings.Split(strings.TrimPrefix(r.URL.Path, Prefix), "/")
	for i, part := range strings.Split(op.path, "/") {
		if strings.HasPrefix(part, "{") && i < len(asked) {
			ids = append(ids, asked[i])
		}
	}
	return ids
}

// ask makes a request from a text as wire tests have it.
func (s *step) ask(text string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := parseRequest(s.t, text)
	s.arrange(s.t, r)
	defer s.fault.Store("")
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	s.give(s.t, r)
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, r)
	return rec
}

// recorded makes the step's request as it was recorded.
func (s *step) recorded() *httptest.ResponseRecorder {
	s.t.Helper()
	return s.ask(s.text)
}

// aside does what takes new ids without taking those that the recorded answers have.
func (tl *telling) aside(f func()) {
	n := tl.ids.n.Load()
	tl.ids.n.Store(tl.sideways(n))
	f()
	tl.ids.n.Store(n)
}

// sideways is a number that nothing has had yet, some way off.
func (tl *telling) sideways(n int64) int64 {
	tl.strayed += 1000
	return n + 1_000_000 + tl.strayed
}

// plain reports whether a step is an ordinary request of a key with all scopes, without anything
// arranged.
func (s *step) plain() bool {
	return regexp.MustCompile(`\nKey: (full|other)\n`).MatchString(s.text+"\n") &&
		!regexp.MustCompile(`\n(Fault|Clock|Given|Body-Size|Transfer-Encoding): `).MatchString(s.text)
}

// keyless returns the step's text without the keys that it names, its idempotency key too.
func (s *step) keyless() string {
	return regexp.MustCompile(`\n(Idempotency-)?Key: .+`).ReplaceAllString(s.text, "")
}

// with returns the step's text with other ids in its path.
func (s *step) with(ids []string) string {
	line, rest, _ := strings.Cut(regexp.MustCompile(`\nIdempotency-Key: .+`).ReplaceAllString(s.text, ""), "\n")
	method, target, _ := strings.Cut(line, " ")
	_, query, asked := strings.Cut(target, "?")
	path := s.op.path
	for i, name := range s.op.ids {
		path = strings.Replace(path, "{"+name+"}", ids[i], 1)
	}
	if asked {
		path += "?" + query
	}
	return method + " " + path + "\n" + rest
}

// masked hides what is new in every request.
func masked(answer string) string {
	for pattern, by := range map[string]string{
		`"name": "(full|minted)"`:                              `"name": "…"`, // of the key by which a note was written
		`(?m)^(X-Ratelimit-\w+|X-Request-Id|Retry-After): .*$`: "$1: …",
		`"key_id": "[^"]+"`:                                    `"key_id": "…"`, // a test may tell it with another one
		`"request_id": "[^"]*"`:                                `"request_id": "…"`,
		`00000000-0000-4000-8000-\d{12}`:                       "…",
	} {
		answer = regexp.MustCompile(pattern).ReplaceAllString(answer, by)
	}
	return answer
}

// fails says what a request of a step answered.
func (s *step) fails(what string, rec *httptest.ResponseRecorder) {
	s.t.Helper()
	s.t.Errorf("%s: %s: %s %s, %s: got %d %v %s", s.file, s.title, s.op.method, s.op.path, what, rec.Code, rec.Header(), rec.Body)
}

// is reports whether an answer is an error of a code.
func is(rec *httptest.ResponseRecorder, status int, code console.Code) bool {
	return rec.Code == status && strings.Contains(rec.Body.String(), fmt.Sprintf(`"code":%q`, code))
}

// all wire tests as they were recorded: what the sweeps rest on.
func TestWireTestsReadTheSameOnBothEngines(t *testing.T) {
	t.Parallel()
	retell(t, (*step).recorded)
}

// scopes are all that an operation needs.
func (tl *telling) scopes() []console.Scope {
	var all []console.Scope
	for _, op := range tl.ops {
		if op.scope != openToAll && !slices.Contains(all, op.scope) {
			all = append(all, op.scope)
		}
	}
	return all
}
