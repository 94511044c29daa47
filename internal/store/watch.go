package store

import (
	"context"
	"time"
)

// Watch hears of what the database takes, for whoever counts it. None of its methods blocks.
type Watch interface {
	// Read hears of a read of so many statements and how long it took, the wait for a connection included.
	Read(took time.Duration, statements int, err error)
	// Wrote hears of a unit of writing of so many statements, all its runs together, and how long it took
	// from the call to the commit.
	Wrote(took time.Duration, statements int, err error)
	// Committed hears of a commit and of how many units it made durable.
	Committed(took time.Duration, units int)
}

// watched is an engine whose reads and writes are told of. Without a Watch there is none in between.
type watched struct {
	engine
	watch Watch
	now   func() time.Time
}

// watch puts a Watch before an engine.
func (c Config) watch(e engine) engine {
	if c.Watch == nil {
		return e
	}
	return watched{e, c.Watch, c.Now}
}

func (w watched) read(ctx context.Context, f func(*session) error) error {
	began, statements := w.now(), 0
	err := w.engine.read(ctx, func(s *session) error {
		before := s.asked
		err := f(s)
		statements = s.asked - before
		return err
	})
	w.watch.Read(w.now().Sub(began), statements, err)
	return err
}

func (w watched) write(ctx context.Context, team string, f func(*Tx) error) error {
	began, statements := w.now(), 0
	err := w.engine.write(ctx, team, func(tx *Tx) error {
		s := tx.s
		before := s.asked
		defer func() { statements += s.asked - before }()
		return f(tx)
	})
	w.watch.Wrote(w.now().Sub(began), statements, err)
	return err
}

// clocked tells of commits; the zero value tells nobody.
type clocked struct {
	watch Watch
	now   func() time.Time
}

// commit runs f, which makes so many units durable, and tells how long that took.
func (c clocked) commit(units int, f func() error) error {
	if c.watch == nil {
		return f()
	}
	began := c.now()
	err := f()
	if err == nil {
		c.watch.Committed(c.now().Sub(began), units)
	}
	return err
}
