package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// settled is the last place on SQLite, where a message that is seen was committed after all that
// stand before it.
func (l *lite) settled(ctx context.Context, team string) (place int64, err error) {
	err = l.read(ctx, func(s *session) error {
		place, err = s.count(lastPlace, team)
		return err
	})
	return place, err
}

// settler finds out up to which place PostgreSQL's messages are settled. Whoever inserts a message
// holds a lock on the table from before it takes its place until its commit is seen by all. So those
// who hold it once a place has been read are all who may still commit one that is not greater, and
// when they have let go the place is settled. Nobody is made to wait for that but who asks.
//
//	place taken by others ──▶ read the last place ──▶ who holds the lock? ──▶ they have let go ──▶ settled
//
// Those who ask while a round is under way share the next one.
type settler struct {
	turn chan struct{} // holds one: of the round that is under way

	mu   sync.Mutex
	next *round // that has not begun; held under mu
}

type round struct {
	done  chan struct{} // closed when the rest is set
	place int64
	err   error
}

const (
	// settleTime is how long a round waits for writes; a unit may take longer only where something
	// is wrong.
	settleTime = 5 * time.Second
	// settleStep is how long a round waits before it looks again, at first; it grows up to ten times.
	settleStep = time.Millisecond
)

func newSettler() *settler { return &settler{turn: make(chan struct{}, 1)} }

func (p *postgres) settled(ctx context.Context, _ string) (int64, error) {
	if p.closed.Load() {
		return 0, unreachable(errClosed)
	}
	r, mine := p.settler.join()
	if mine {
		p.settler.turn <- struct{}{} // the one before ends within its time
		p.settler.begin()
		r.place, r.err = p.settle(context.WithoutCancel(ctx))
		close(r.done)
		<-p.settler.turn
	}
	select {
	case <-r.done:
		return r.place, r.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// join returns the round that begins next, and whether the caller is to run it.
func (s *settler) join() (r *round, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil {
		s.next, mine = &round{done: make(chan struct{})}, true
	}
	return s.next, mine
}

// begin closes the round to those who ask from now on.
func (s *settler) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = nil
}

// settle is one round.
func (p *postgres) settle(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	s := &session{d: p.d, conn: sqlConn{p.reads}, ctx: ctx}
	place, err := s.count(`SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM message_place`)
	if err != nil {
		return 0, err
	}
	waiting, err := writers(s)
	if err != nil {
		return 0, err
	}
	for wait := settleStep; len(waiting) > 0; wait = min(2*wait, 10*settleStep) {
		if err := sleep(ctx, wait); err != nil {
			return 0, unreachable(fmt.Errorf("wait for %d writes of messages: %w", len(waiting), err))
		}
		now, err := writers(s)
		if err != nil {
			return 0, err
		}
		for who := range waiting {
			if !now[who] {
				delete(waiting, who)
			}
		}
	}
	return place, nil
}

// writers are the transactions that have inserted messages, or are about to, and have not ended.
func writers(s *session) (map[string]bool, error) {
	const text = `SELECT virtualtransaction FROM pg_locks
		WHERE locktype = 'relation' AND relation = 'message'::regclass AND mode = 'RowExclusiveLock' AND granted
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	all := map[string]bool{}
	err := s.all(text, func(r *row) { all[r.text()] = true })
	return all, err
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return errors.Join(ctx.Err())
	}
}
