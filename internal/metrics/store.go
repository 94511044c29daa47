package metrics

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bimpe/bimpe/internal/console"
)

// Store times the database. It is store.Watch.
type Store struct {
	reads, writes, commits, units prometheus.Observer
	statements                    prometheus.Counter
	away                          prometheus.Counter
}

func newStore(r prometheus.Registerer) *Store {
	c := counted{r}
	return &Store{
		reads: c.timers("store_read_duration_seconds", "Reads, the wait for a connection included.", quick()).WithLabelValues(),
		writes: c.timers("store_write_duration_seconds",
			"Units of writing, from the call to the commit that made them durable.", quick()).WithLabelValues(),
		commits: c.timers("store_commit_duration_seconds",
			"Commits: what the disk or the database server takes.", quick()).WithLabelValues(),
		units: c.timers("store_commit_units", "Units of writing that shared a commit; 1 on PostgreSQL.",
			[]float64{1, 2, 4, 8, 16, 32, 64, 128, 256}).WithLabelValues(),
		statements: c.counter("store_statements_total", "Statements of reads and of units of writing."),
		away: c.counter("store_unreachable_total",
			"Reads and units of writing that failed since the database was out of reach or too busy."),
	}
}

// Read tells of a read.
func (s *Store) Read(took time.Duration, statements int, err error) {
	s.reads.Observe(seconds(took))
	s.done(statements, err)
}

// Wrote tells of a unit of writing.
func (s *Store) Wrote(took time.Duration, statements int, err error) {
	s.writes.Observe(seconds(took))
	s.done(statements, err)
}

// Committed tells of a commit of so many units.
func (s *Store) Committed(took time.Duration, units int) {
	s.commits.Observe(seconds(took))
	s.units.Observe(float64(units))
}

func (s *Store) done(statements int, err error) {
	s.statements.Add(float64(statements))
	if err == nil {
		return
	}
	if e, ok := errors.AsType[*console.Error](err); ok && e.Reason == console.ReasonStoreUnreachable {
		s.away.Inc()
	}
}
