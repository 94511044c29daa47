package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/bimpe/bimpe/internal/console"
)

// postgres is PostgreSQL. Reads and writes have pools of their own, so that a unit which reads
// beside its transaction never waits for a connection that only units like itself could give back.
type postgres struct {
	d             *dialect
	db            *DB
	log           *slog.Logger
	clock         clocked // tells how long commits take
	reads, writes *sql.DB
	room          chan struct{} // bounds who waits for a connection
	lanes         lanes
	settler       *settler
	closed        atomic.Bool
}

const (
	readPool  = 16
	writePool = 16
	idleTime  = time.Minute
	// maxRuns bounds how often a unit starts over.
	maxRuns = 10
	// backOff is how long a unit that lost waits at most before its second run; it grows from
	// there.
	backOff = 4 * time.Millisecond
	// openingLock is the advisory lock under which tables are made.
	openingLock = 0x62696d7065
)

func openPostgres(ctx context.Context, c Config) (*DB, error) {
	cfg, err := parseURL(c.URL)
	if err != nil {
		return nil, err
	}
	p := &postgres{
		d: postgresDialect(), log: c.Log, clock: clocked{c.Watch, c.Now}, room: make(chan struct{}, maxQueue),
		reads: pool(*cfg, readPool), writes: pool(*cfg, writePool), lanes: newLanes(), settler: newSettler(),
	}
	if err := p.prepare(ctx, c); err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.db = &DB{eng: c.watch(p), now: c.Now, d: p.d, alerts: c.Alerts, prompts: cmp.Or(c.PromptLife, console.DefaultPromptLife)}
	return p.db, nil
}

func parseURL(text string) (*pgx.ConnConfig, error) {
	cfg, err := pgx.ParseConfig(text)
	if err != nil {
		// The parser's error repeats the URL without its password, but not in every case.
		return nil, errors.New("the database URL cannot be read; it looks like postgres://user:password@host:5432/name")
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "bimpe"
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = unitTime
	}
	return cfg, nil
}

func pool(cfg pgx.ConnConfig, size int) *sql.DB {
	db := stdlib.OpenDB(cfg)
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	db.SetConnMaxIdleTime(idleTime)
	return db
}

// prepare brings the tables up to date, one node at a time.
func (p *postgres) prepare(ctx context.Context, c Config) error {
	conn, err := p.writes.Conn(ctx)
	if err != nil {
		return reach(p.d, fmt.Errorf("connect to the database: %w", err))
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, int64(openingLock)); err != nil {
		return errors.Join(reach(p.d, fmt.Errorf("wait for other nodes: %w", err)), conn.Close())
	}
	if err = isWhole(ctx, sqlConn{conn}); err == nil {
		err = prepare(ctx, p.reads, p.d, c)
	}
	_, e := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(openingLock))
	return errors.Join(err, e, conn.Close())
}

func (p *postgres) close() error {
	p.closed.Store(true)
	return errors.Join(p.reads.Close(), p.writes.Close())
}

func (p *postgres) waiting() int { return len(p.room) }

func (p *postgres) read(ctx context.Context, f func(*session) error) error {
	if p.closed.Load() {
		return unreachable(errClosed)
	}
	ctx, cancel := context.WithTimeout(ctx, unitTime)
	defer cancel()
	return f(&session{d: p.d, conn: sqlConn{p.reads}, ctx: ctx})
}

func (p *postgres) write(ctx context.Context, team string, f func(*Tx) error) error {
	if p.closed.Load() {
		return unreachable(errClosed)
	}
	select {
	case p.room <- struct{}{}:
		defer func() { <-p.room }()
	default:
		return unreachable(errors.New("the queue of writes is full"))
	}
	for run := 1; ; run++ {
		lost, err := p.once(ctx, team, f)
		if !lost {
			return err
		}
		if run == maxRuns {
			return unreachable(fmt.Errorf("gave up after %d runs: %w", run, err))
		}
		if err := pause(ctx, run); err != nil {
			return err
		}
	}
}

// pause lets those who won get on with it.
func pause(ctx context.Context, run int) error {
	t := time.NewTimer(rand.N(backOff * time.Duration(run)))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// once runs a unit once and reports whether it lost against another transaction.
func (p *postgres) once(ctx context.Context, team string, f func(*Tx) error) (lost bool, err error) {
	conn, err := p.connection(ctx)
	if err != nil {
		return false, err
	}
	// Giving a connection back fails only when it is broken, which the commit has said already.
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unitTime)
	defer cancel()
	_ = conn.Raw(func(raw any) error { // it returns what is returned here, for the pool alone
		c := raw.(*stdlib.Conn).Conn() //nolint:forcetypeassert // the pool is of pgx
		lost, err = p.unit(ctx, c, team, f)
		if c.IsClosed() {
			return driver.ErrBadConn
		}
		return nil
	})
	return lost, err
}

// unit runs a unit on a connection that nobody else uses meanwhile.
func (p *postgres) unit(ctx context.Context, c *pgx.Conn, team string, f func(*Tx) error) (lost bool, err error) {
	if c.IsClosed() {
		return true, unreachable(errors.New("the connection to the database was closed while it was idle"))
	}
	conn := newPGConn(c)
	s := &session{d: p.d, conn: conn, pipe: conn, ctx: ctx}
	_ = s.later(`BEGIN`, nil) // it waits
	tx := &Tx{reads: reads{db: p.db, team: team, s: s}}
	err = guard(func() error { return f(tx) })
	if err == nil {
		err = s.flush()
	}
	touched := tx.touched
	after := tx.end()
	if err != nil || s.worst != faultOther {
		p.undo(ctx, c)
		if s.worst != faultOther {
			err = s.cause
		}
		// A connection that died while it was idle: another one may do.
		return s.worst == faultLost || !conn.begun && pgconn.SafeToRetry(err), err
	}
	return p.commit(ctx, conn, touched, after)
}

// undo gives a transaction up. Where the connection is gone, the server rolls back by itself.
func (p *postgres) undo(ctx context.Context, c *pgx.Conn) {
	if c.IsClosed() || c.PgConn().TxStatus() == 'I' {
		return
	}
	if _, err := c.Exec(ctx, `ROLLBACK`); err != nil {
		_ = c.Close(ctx) // so that nobody gets it as it is
	}
}

// commit makes the unit durable and announces it. Whoever waits for the rows of the same
// conversation commits later, and so finds the order held until this one has been announced.
func (p *postgres) commit(ctx context.Context, conn *pgConn, touched []console.ID, after []func()) (lost bool, err error) {
	defer p.lanes.hold(touched)()
	commit := func() error { return conn.commit(ctx) }
	if err := p.clock.commit(1, commit); err != nil {
		p.undo(ctx, conn.c)
		return p.d.fault(err) == faultLost, reach(p.d, fmt.Errorf("commit: %w", err))
	}
	announce(p.log, after)
	return false, nil
}

func (p *postgres) connection(ctx context.Context) (*sql.Conn, error) {
	wait, cancel := context.WithTimeout(ctx, unitTime)
	defer cancel()
	conn, err := p.writes.Conn(wait)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, unreachable(fmt.Errorf("connect to the database: %w", err))
	}
	return conn, nil
}

// lanes make units that touch the same conversation announce themselves in the order in which they
// commit. Conversations share locks by their hash.
type lanes struct {
	seed  maphash.Seed
	locks *[64]sync.Mutex
}

func newLanes() lanes { return lanes{maphash.MakeSeed(), new([64]sync.Mutex)} }

// hold takes the conversations' locks, always from the lowest on, and returns what lets go of them.
func (l lanes) hold(conversations []console.ID) func() {
	held := make([]int, 0, len(conversations))
	for _, id := range conversations {
		held = append(held, int(maphash.String(l.seed, string(id))%uint64(len(l.locks))))
	}
	slices.Sort(held)
	held = slices.Compact(held)
	for _, i := range held {
		l.locks[i].Lock()
	}
	return func() {
		for _, i := range held {
			l.locks[i].Unlock()
		}
	}
}

// sqlQuerier is a pool or a transaction.
type sqlQuerier interface {
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
}

// sqlConn runs statements through database/sql. pgx prepares each once on each connection.
type sqlConn struct{ q sqlQuerier }

func (c sqlConn) query(ctx context.Context, text string, args []any) (cursor, error) {
	rows, err := c.q.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	return newSQLCursor(rows)
}

func (c sqlConn) exec(ctx context.Context, text string, args []any) (int64, error) {
	res, err := c.q.ExecContext(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

type sqlCursor struct {
	rows       *sql.Rows
	vals, into []any // into points at vals
}

// newSQLCursor takes over rows and closes them when it fails.
func newSQLCursor(rows *sql.Rows) (*sqlCursor, error) {
	columns, err := rows.Columns()
	if err != nil {
		return nil, errors.Join(err, rows.Close())
	}
	c := &sqlCursor{rows: rows, vals: make([]any, len(columns)), into: make([]any, len(columns))}
	for i := range columns {
		c.into[i] = &c.vals[i]
	}
	return c, nil
}

func (c *sqlCursor) width() int { return len(c.vals) }

func (c *sqlCursor) next(into []driver.Value) (bool, error) {
	if !c.rows.Next() {
		return false, c.rows.Err()
	}
	if err := c.rows.Scan(c.into...); err != nil {
		return false, err
	}
	for i, v := range c.vals {
		into[i] = v
	}
	return true, nil
}

func (c *sqlCursor) close() error { return c.rows.Close() }
