package store

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// Config says where the data is.
type Config struct {
	// URL of a PostgreSQL database, postgres://…; empty means SQLite in DataDir.
	URL string
	// DataDir is the folder of SQLite's files and is made where it is missing. It must be set
	// unless URL is.
	DataDir string
	// Now is the clock; it must be set.
	Now func() time.Time
	// Log hears of what no caller can be told; it must be set.
	Log *slog.Logger
	// Exclusive is for the server: with SQLite it holds a lock on DataDir, so that no second server
	// works on the same data, and only then may open turns be adopted. Others leave it unset.
	Exclusive bool
	// MasterFingerprint tells one master key from another. The first one to come stays in the
	// database, and opening it with another is refused. Empty means that it is not compared.
	MasterFingerprint []byte
	// OlderFingerprints are of master keys that are still there to open what they sealed. A database
	// that was made with one of them is opened too; see AdoptMaster.
	OlderFingerprints [][]byte
	// Alerts says that somebody takes alerts, so that they are queued.
	Alerts bool
	// PromptLife is how long what models were asked is kept; 0: console.DefaultPromptLife; less than 0:
	// not at all.
	PromptLife time.Duration
	// Watch hears of what the database takes; nil: nobody does.
	Watch Watch
}

func (c Config) check() error {
	switch {
	case c.Now == nil || c.Log == nil:
		return errors.New("store: a clock and a log must be set")
	case c.URL == "" && c.DataDir == "":
		return errors.New("store: a data folder or a database URL must be set")
	default:
		return nil
	}
}

// engine is what SQLite and PostgreSQL do differently.
type engine interface {
	// read lends f a session outside of transactions. It waits for one at most as long as ctx
	// lives.
	read(ctx context.Context, f func(*session) error) error
	// write runs f in a transaction; see DB.Write.
	write(ctx context.Context, team string, f func(*Tx) error) error
	// settled is what View.Settled promises.
	settled(ctx context.Context, team string) (int64, error)
	// waiting is how many units wait to be written.
	waiting() int
	// close ends it once everything under way has ended.
	close() error
}

// DB is an open database. It may be used by many goroutines.
type DB struct {
	eng     engine
	now     func() time.Time
	d       *dialect
	alerts  bool          // they are queued
	prompts time.Duration // how long they are kept; less than 0: not at all
	mine    bool          // SQLite: this process holds the lock on the data folder
}

// Open opens the database, makes it if it is not there, and brings its tables up to date. Many may
// do so at once. It refuses a database that needs a newer program or has another master key, and
// with Exclusive a data folder that another server holds. The caller closes the DB.
func Open(ctx context.Context, c Config) (*DB, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.URL != "" {
		return openPostgres(ctx, c)
	}
	return openSQLite(ctx, c)
}

// Close waits for the writes under way and closes the database. Every call after it fails.
func (db *DB) Close() error { return db.eng.close() }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	return db.eng.read(ctx, func(s *session) error {
		_, err := s.one(`SELECT 1`)
		return err
	})
}

// Waiting returns how many units of writing wait for their turn: on PostgreSQL those under way count too.
func (db *DB) Waiting() int { return db.eng.waiting() }

// Team returns what may be read of a team. A team that is not there has nothing.
func (db *DB) Team(id console.ID) *View {
	return &View{reads{db: db, team: string(id)}}
}

// Write runs f as one unit of a team: all that it writes is committed when Write returns nil, and
// nothing of it otherwise. An error of f undoes the unit and is returned as it is; a panic of f
// becomes an error. f may run more than once, and only its last run counts.
//
// While the unit waits for its turn the end of ctx gives it up. Once it runs, ctx does not end it:
// it has 20 seconds of its own. CodeInternal with ReasonStoreUnreachable says that the queue is
// full or the database out of reach.
func (db *DB) Write(ctx context.Context, team console.ID, f func(*Tx) error) error {
	return db.eng.write(ctx, string(team), f)
}

// unitTime is how long a unit may take once it runs, and how long a read may.
const unitTime = 20 * time.Second
