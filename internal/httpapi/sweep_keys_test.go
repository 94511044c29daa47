package httpapi

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/auth"
	"github.com/bimpe/bimpe/internal/console"
)

// No operation opens to a request without a key, with one that is unknown, expired, revoked or
// lacks its scope, in either header, and none of these requests does anything.
func TestEveryOperationIsLocked(t *testing.T) {
	t.Parallel()
	swept := newSwept()
	retell(t, func(s *step) *httptest.ResponseRecorder {
		if s.op != nil && s.op.scope != openToAll && s.plain() && swept.first(s, "") {
			s.knock()
		}
		return s.recorded()
	})
	swept.complete(t, func(op *operation) bool { return op.scope != openToAll })
}

// knock tries keys that do not open.
func (s *step) knock() {
	s.t.Helper()
	text := s.keyless()
	if rec := s.ask(text); !is(rec, 401, console.CodeKeyMissing) {
		s.fails("without a key", rec)
	}
	lacking := s.mint(s.without(s.op.scope))
	for _, k := range []struct {
		name, secret string
		status       int
		code         console.Code
	}{
		{"unknown", "sk_unknown", 401, console.CodeKeyInvalid},
		{"revoked", s.secrets["revoked"], 401, console.CodeKeyInvalid},
		{"expired", s.secrets["expired"], 401, console.CodeKeyExpired},
		{"without the scope", lacking, 403, console.CodeInsufficientScope},
	} {
		for _, headers := range [][]string{
			{"Authorization", "Bearer " + k.secret},
			{"X-Api-Key", k.secret},
			{"X-Api-Key", k.secret, "Idempotency-Key", "knock"},
		} {
			if rec := s.ask(text, headers...); !is(rec, k.status, k.code) {
				s.fails(fmt.Sprintf("with a key that is %s in %s", k.name, headers[0]), rec)
			}
		}
	}
	want := fmt.Sprintf(`"message":"This API key is missing the required scope: %s."`, s.op.scope)
	if rec := s.ask(text, "X-Api-Key", lacking); !strings.Contains(rec.Body.String(), want) {
		s.fails("without the scope, which the message must name,", rec)
	}
}

// without returns all scopes that operations need, but for one.
func (tl *telling) without(scope console.Scope) []console.Scope {
	return slices.DeleteFunc(tl.scopes(), func(s console.Scope) bool { return s == scope })
}

// mint makes a key of the team home.
func (tl *telling) mint(scopes []console.Scope) string {
	var secret string
	tl.aside(func() {
		secret = tl.grant(tl.tb, "t000000000000000000000001", auth.Draft{Name: "minted", Scopes: scopes})
	})
	return secret
}

// Its own scope is all that an operation needs: every wire test reads the same with keys that have
// no other. Only a new key needs a maker who has the scopes that it gets.
func TestEveryOperationNeedsItsScopeAndNoOther(t *testing.T) {
	t.Parallel()
	retell(t, func(s *step) *httptest.ResponseRecorder {
		if s.op == nil || s.op.scope == openToAll || s.op.name == "createKey" || !strings.Contains(s.text, "\nKey: full") ||
			strings.Contains(s.text, "\nIdempotency-Key:") || strings.Contains(s.answer, `"last_used_at"`) {
			return s.recorded()
		}
		narrow := s.keys[s.op.scope]
		if narrow == "" {
			narrow = s.mint([]console.Scope{s.op.scope})
			s.keys[s.op.scope] = narrow
		}
		if s.n%2 == 0 {
			return s.ask(s.keyless(), "Authorization", "Bearer "+narrow)
		}
		return s.ask(s.keyless(), "X-Api-Key", narrow)
	})
}
