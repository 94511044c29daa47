package httpapi

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
)

// away is how far the ids of the team abroad are from those of the wire tests.
const away = 500_000

// What another team has is not there, and neither is anything with an id that nothing has: not by
// any operation, not by any of the ids in its path, nor by those in its body. Only public workflows
// are there for all, and then are not to be edited. Nothing comes of the attempts: the wire tests
// read as ever.
//
// A team abroad lives through every wire test too, one step ahead, with ids of its own, so that
// there is something of another team to be named.
func TestWhatIsNotTheTeamsIsNotThere(t *testing.T) {
	t.Parallel()
	swept, foreign := newSwept(), newSwept()
	retell(t, func(s *step) *httptest.ResponseRecorder {
		if strings.Contains(s.text, "\nGiven: ") {
			s.liveAbroad()
		}
		if s.op == nil || s.op.endpoint.raw != nil || !s.plain() {
			return s.recorded()
		}
		there := s.liveAbroad()
		if s.usedWell() {
			if len(s.ids) > 0 {
				swept.first(s, "")
			}
			s.aside(s.trespass)
			if there && len(s.ids) > 0 {
				foreign.first(s, "")
			}
		}
		return s.recorded()
	})
	withIDs := func(op *operation) bool { return len(idsIn(op.path)) > 0 && op.endpoint.raw == nil }
	swept.complete(t, withIDs)
	foreign.complete(t, withIDs)
}

// id is the form of the ids that the house makes.
var id = regexp.MustCompile(`\bc0{9,}\d+\b`)

// shifted is a text with the ids of the team abroad instead of those of the wire test.
func shifted(text string) string {
	return id.ReplaceAllStringFunc(text, func(id string) string {
		n, err := strconv.Atoi(id[1:])
		if err != nil || n <= 100 {
			return id
		}
		return fmt.Sprintf("c%024d", n+away)
	})
}

// liveAbroad does the step as the team abroad, if it is one of the team home, and reports whether
// the same came of it.
func (s *step) liveAbroad() bool {
	s.t.Helper()
	if !strings.Contains(s.text, "\nKey: full") {
		return false
	}
	n := s.house.ids.n.Load()
	s.house.ids.n.Store(n + away)
	defer s.house.ids.n.Store(n)
	text := strings.ReplaceAll(shifted(s.keyless()), `"visibility": "public"`, `"visibility": "private"`)
	return s.ask(text, "X-Api-Key", s.abroad).Code == s.status
}

// trespass asks for what is not the team's.
func (s *step) trespass() {
	s.t.Helper()
	text := s.keyless()
	switch shared := s.shared(); {
	case !shared && id.MatchString(s.text):
		if rec := s.ask(text, "X-Api-Key", s.abroad); !is(rec, 404, console.CodeNotFound) {
			s.fails("by another team", rec)
		}
	case shared && s.op.path == workflowPath && s.op.method != http.MethodGet:
		if rec := s.ask(text, "X-Api-Key", s.abroad); !is(rec, 403, console.CodeForbidden) {
			s.fails("by another team that may see it", rec)
		}
	}
	for i := range s.ids {
		for what, other := range map[string]string{
			"another team's":  shifted(s.ids[i]),
			"unknown":         "c999999999999999999999999",
			"another kind of": "t000000000000000000000001",
			"too long":        strings.Repeat("x", console.MaxIDLength+1),
			"much too long":   strings.Repeat("x", 4000),
		} {
			ids := slices.Clone(s.ids)
			ids[i] = other
			if rec := s.ask(s.with(ids)); !is(rec, 404, console.CodeNotFound) {
				s.fails(fmt.Sprintf("with an id %s that is %s", s.op.ids[i], what), rec)
			}
		}
	}
}

// shared reports whether what a step names is a public workflow, which every team sees.
func (s *step) shared() bool {
	s.t.Helper()
	named := id.FindString(s.text)
	return named != "" && s.ask("GET /workflows/"+named, "X-Api-Key", s.abroad).Code == http.StatusOK
}
