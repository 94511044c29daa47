// Package store is the SQL behind every room: one text for SQLite and PostgreSQL. It keeps and
// finds, and leaves all rules to the rooms, whose interfaces View and Tx satisfy by shape.
//
//	db.Team(id) ── *View ── reads ─────────────▶ SQLite: a pool of read-only connections
//	                                             PostgreSQL: a pool
//	db.Write(ctx, id, f) ── *Tx ── reads, writes ─▶ SQLite: the queue of one writer, which takes all who
//	                                             wait into one transaction with one fsync
//	                                             PostgreSQL: a transaction of its own, run again when
//	                                             it lost against another
//
// A handle is bound to one team and every statement of it names the team, so that no query can
// reach into another one. What an agent that was deleted had below it is not found either, although
// Purge removes the rows only later.
//
// Statements are written with $1 and PostgreSQL's row locks. What SQLite does not understand of
// that is rewritten once for each statement and connection; dialect.go has all that differs.
//
// A DB and a View may be used by many goroutines; a Tx only by the function that was given it,
// until it returns.
package store
