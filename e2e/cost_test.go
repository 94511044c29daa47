package e2e

import (
	"math"
	"net/url"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/redistest"
)

// cost is what a turn may take of what a larger installation runs out of first.
type cost struct{ commits, statements, redis float64 }

// TestWhatATurnCosts counts, over many turns of one customer who listens, with a model. What it allows is what
// docs/operations.md plans with, and a half for what goes on beside: whoever makes a turn dearer has to say so there.
func TestWhatATurnCosts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		engine
		redis bool
		most  cost
	}{
		"SQLite":               {onSQLite, false, cost{commits: 2.5, statements: 8.5}},
		"PostgreSQL and Redis": {onPostgres, true, cost{commits: 2.5, statements: 14.5, redis: 5.5}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := newModel(t, echo).settings("BIMPE_RATE_LIMIT=1000000")
			if test.redis {
				settings = append(settings, "BIMPE_REDIS_URL="+redistest.Start(t).URL())
			}
			s := serving(t, test.engine, settings...)
			if got := s.costOfATurn(t); got.commits > test.most.commits || got.statements > test.most.statements || got.redis > test.most.redis {
				t.Errorf("a turn costs %+v, want at most %+v", got, test.most)
			}
		})
	}
}

// costOfATurn is the least of several rounds, since heartbeats and sweeps go on beside the turns.
func (s *site) costOfATurn(t *testing.T) cost {
	t.Helper()
	a := s.newAgent(t, nil)
	first := s.say(t, a.ID, "hello")
	in := first.ConversationID
	l := s.listen(t, a.ID, in, url.Values{"events": {"delta,status"}, "after": {first.ID}})
	l.fromAgent(t)
	const rounds, turns = 8, 25
	least := cost{math.Inf(1), math.Inf(1), math.Inf(1)}
	for range rounds {
		before := s.spent(t)
		for range turns {
			s.reply(t, a.ID, in, "user", "hello")
			l.fromAgent(t)
		}
		after := s.spent(t)
		least.commits = min(least.commits, (after.commits-before.commits)/turns)
		least.statements = min(least.statements, (after.statements-before.statements)/turns)
		least.redis = min(least.redis, (after.redis-before.redis)/turns)
	}
	return least
}

// spent is what the server has counted until now.
func (s *site) spent(t *testing.T) (c cost) {
	t.Helper()
	for name, n := range s.metrics(t) {
		switch family, _, _ := strings.Cut(name, "{"); family {
		case "bimpe_store_commit_duration_seconds_count":
			c.commits += n
		case "bimpe_store_statements_total":
			c.statements += n
		case "bimpe_redis_call_duration_seconds_count":
			c.redis += n
		}
	}
	return c
}
