package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"

	"github.com/bimpe/bimpe/internal/console"
)

// dialect is what differs between the two databases.
type dialect struct {
	goose  goose.Dialect
	folder string // of the migrations
	// clock is the database's own time in milliseconds, the same for all nodes.
	clock string
	// place is the next place in the log of the team $4.
	place string
	// many is set where several transactions run at once, so that rows must be locked.
	many bool
	// merges is set where a UNION ALL of two queries that an index has in order is read in order.
	merges bool
	// fault says what an error of the driver means.
	fault func(error) fault
}

// hasMeta counts the tables that every database of ours has had from the beginning.
func (d *dialect) hasMeta() string {
	if d.many {
		return `SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'meta'`
	}
	return `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'meta'`
}

// name is what the database is called.
func (d *dialect) name() string {
	if d.many {
		return "postgres"
	}
	return "sqlite"
}

func sqliteDialect() *dialect {
	return &dialect{
		goose: goose.DialectSQLite3, folder: "migrations/sqlite",
		clock: `CAST(unixepoch('subsec') * 1000 AS BIGINT)`,
		place: `(SELECT max(coalesce((SELECT max(p.pos) FROM message p WHERE p.team_id = $4), 0),
			coalesce((SELECT max(p.pos) FROM gone_message p WHERE p.team_id = $4), 0)) + 1)`,
		merges: true, fault: sqliteFault,
	}
}

func postgresDialect() *dialect {
	return &dialect{
		goose: goose.DialectPostgres, folder: "migrations/postgres",
		clock: `CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`,
		place: `nextval('message_place')`,
		many:  true, fault: postgresFault,
	}
}

var (
	parameter = regexp.MustCompile(`\$(\d)`)
	rowLock   = regexp.MustCompile(`\s+FOR (?:UPDATE|SHARE)(?: OF \w+)?(?: SKIP LOCKED)?`)
)

// forSQLite rewrites a statement: SQLite takes $1 for a name and binds names by the order in which
// they appear, so it gets ?1; it has no row locks and needs none, since there is one writer.
func forSQLite(text string) string {
	return parameter.ReplaceAllString(rowLock.ReplaceAllString(text, ""), "?$1")
}

// fault is what an error of the database means for the unit in which it happened.
type fault int

const (
	// faultOther is an error like any other.
	faultOther fault = iota
	// faultUnreachable: the database cannot work now. The transaction is lost.
	faultUnreachable
	// faultLost: the transaction lost against another one, and may be run again.
	faultLost
	// faultTaken: a row with the same unique key is there.
	faultTaken
)

// SQLite's primary result codes, the low byte of every code.
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteNoMemory   = 7
	sqliteReadOnly   = 8
	sqliteInterrupt  = 9
	sqliteIO         = 10
	sqliteFull       = 13
	sqliteCantOpen   = 14
	sqliteProtocol   = 15
	sqliteConstraint = 19

	sqliteUnique     = sqliteConstraint | 8<<8
	sqlitePrimaryKey = sqliteConstraint | 6<<8
)

func sqliteFault(err error) fault {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return commonFault(err)
	}
	switch e.Code() {
	case sqliteUnique, sqlitePrimaryKey:
		return faultTaken
	}
	switch e.Code() & 0xff {
	case sqliteBusy, sqliteLocked, sqliteNoMemory, sqliteReadOnly, sqliteInterrupt, sqliteIO, sqliteFull,
		sqliteCantOpen, sqliteProtocol:
		return faultUnreachable
	default:
		return faultOther
	}
}

func postgresFault(err error) fault {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return commonFault(err)
	}
	switch {
	case e.Code == "40001" || e.Code == "40P01", // serialization failure, deadlock
		e.Code == "23505" && e.ConstraintName == "conversation_place":
		return faultLost
	case e.Code == "23505":
		return faultTaken
	}
	// Connection, resources, operator, system; read-only after a failover; lock not available.
	for _, class := range []string{"08", "53", "57", "58", "25006", "55P03", "3D", "28"} {
		if strings.HasPrefix(e.Code, class) {
			return faultUnreachable
		}
	}
	return faultOther
}

// commonFault judges what neither database said but the way to it.
func commonFault(err error) fault {
	if _, ok := errors.AsType[net.Error](err); ok {
		return faultUnreachable
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok || pgconn.SafeToRetry(err) {
		return faultUnreachable
	}
	for _, gone := range []error{
		sql.ErrConnDone, driver.ErrBadConn, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed,
		context.DeadlineExceeded, errClosed,
	} {
		if errors.Is(err, gone) {
			return faultUnreachable
		}
	}
	return faultOther
}

// errClosed is the cause when the database has been closed.
var errClosed = errors.New("store: closed")

// comeAgain is when a client should try a store that was out of reach.
const comeAgain = time.Second

// unreachable says that the store cannot work now, though it may soon.
func unreachable(cause error) *console.Error {
	e := console.Errorf(console.CodeInternal, "The server cannot reach its data right now.").
		With(console.ReasonStoreUnreachable).Because(cause)
	e.RetryAfter = comeAgain
	return e
}
