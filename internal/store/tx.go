package store

import (
	"context"
	"strconv"

	"github.com/bimpe/bimpe/internal/console"
)

// reads are the questions that may be asked of a team, in a transaction or outside.
type reads struct {
	db   *DB
	team string
	s    *session // the transaction's; nil outside of one
}

// in runs f on the transaction's session, or on one of the pool.
func (r *reads) in(ctx context.Context, f func(*session) error) error {
	if r.s != nil {
		return f(r.s)
	}
	return r.db.eng.read(ctx, f)
}

// View is what may be read of one team. Every read sees what was committed before it began. It may
// be used by many goroutines.
type View struct{ reads }

// Tx is one unit of writing of one team. What it reads it holds against others until it ends. It is
// used by one goroutine, and not after the function that was given it has returned.
type Tx struct {
	reads
	after   []func()
	depth   int
	touched []console.ID // conversations that were changed, whose announcements must keep their order
	claimed claim
	spent   []addition // to be counted with the commit
}

// Team is the team whose transaction this is.
func (t *Tx) Team() console.ID { return console.ID(t.team) }

// AfterCommit calls f once the unit has been committed, and never if it was not. Units that touch
// the same conversation are announced in the order of their commits. f must not block.
func (t *Tx) AfterCommit(f func()) { t.after = append(t.after, f) }

// Nested runs f; an error of f undoes what f did, its AfterCommit included, and no more, and is
// returned as it is.
func (t *Tx) Nested(f func() error) error {
	t.depth++
	defer func() { t.depth-- }()
	name := "nested" + strconv.Itoa(t.depth)
	after, touched, spent := len(t.after), len(t.touched), len(t.spent)
	if _, err := t.s.exec(`SAVEPOINT ` + name); err != nil {
		return err
	}
	err := f()
	if err == nil {
		err = t.s.flush()
	}
	if err == nil {
		_, err = t.s.exec(`RELEASE ` + name)
		return err
	}
	t.s.forget()
	t.after, t.touched, t.spent = t.after[:after], t.touched[:touched], t.spent[:spent]
	if t.s.worst != faultOther {
		return err // the transaction is lost as a whole
	}
	if _, e := t.s.exec(`ROLLBACK TO ` + name); e != nil {
		return e
	}
	if _, e := t.s.exec(`RELEASE ` + name); e != nil {
		return e
	}
	return err
}

// end takes the session away, so that a later use is seen, and returns what is to be announced.
func (t *Tx) end() []func() {
	t.s = nil
	return t.after
}

// changed returns CodeNotFound where a statement touched no row.
func changed(n int64, err error, what string, id console.ID) error {
	if err != nil {
		return err
	}
	if n == 0 {
		return console.NotFound(what, id)
	}
	return nil
}
