package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
)

// fileName is the database's file in the data folder.
const fileName = "bimpe.db"

// Exists reports whether a data folder holds a database.
func Exists(folder string) (bool, error) {
	_, err := os.Stat(filepath.Join(folder, fileName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// access is what a connection is for.
type access int

const (
	readOnly access = iota
	readWrite
	// untouched is for a file that must stay as it is, byte for byte, its write-ahead log too.
	untouched
	// filling is for a file that nobody knows of yet: it is whole and on disk at the end, or thrown away.
	filling
)

// pragmas are a connection's settings. Sizes bound the memory of an idle server: cache_size is in
// KiB where it is negative. Only readers map the file, which makes long searches three times as
// fast and nothing else.
func pragmas(a access) []string {
	all := []string{"busy_timeout(10000)", "temp_store(MEMORY)"}
	switch a {
	case readOnly, untouched:
		return append(all, "cache_size(-2048)", "mmap_size(134217728)", "query_only(1)")
	case filling:
		return append(all, "cache_size(-65536)", "journal_mode(OFF)", "synchronous(OFF)", "locking_mode(EXCLUSIVE)")
	default:
		return append(all, "cache_size(-8192)", "journal_mode(WAL)", "synchronous(FULL)",
			"wal_autocheckpoint(2000)", "journal_size_limit(67108864)", "secure_delete(ON)")
	}
}

func dsn(folder string, a access) string {
	q := make(url.Values)
	if a == untouched {
		q.Set("mode", "ro")
	}
	for _, p := range pragmas(a) {
		q.Add("_pragma", p)
	}
	path := (&url.URL{Path: filepath.ToSlash(filepath.Join(folder, fileName))}).EscapedPath()
	return "file:" + path + "?" + q.Encode()
}

// liteConn is one connection to SQLite. It speaks to the driver itself, which costs a third less
// than going through database/sql, and does not need what a pool has to offer.
type liteConn struct {
	c     driver.Conn
	stmts map[string]*liteStmt // by their text as it was written, before the rewriting
	args  []driver.NamedValue  // reused
}

// liteStmt is a prepared statement.
type liteStmt struct {
	driver.Stmt
	query driver.StmtQueryContext
	exec  driver.StmtExecContext
}

// maxStatements bounds what a connection keeps prepared. Lists have some hundred texts by their
// filters and sorts; all others together have about a hundred.
const maxStatements = 256

func openLite(folder string, a access) (*liteConn, error) {
	c, err := new(sqlite.Driver).Open(dsn(folder, a))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", filepath.Join(folder, fileName), err)
	}
	return &liteConn{c: c, stmts: make(map[string]*liteStmt)}, nil
}

func (l *liteConn) prepared(text string) (*liteStmt, error) {
	if st := l.stmts[text]; st != nil {
		return st, nil
	}
	if err := l.makeRoom(); err != nil {
		return nil, err
	}
	raw, err := l.c.Prepare(forSQLite(text))
	if err != nil {
		return nil, err
	}
	query, canQuery := raw.(driver.StmtQueryContext)
	exec, canExec := raw.(driver.StmtExecContext)
	if !canQuery || !canExec {
		return nil, errors.New("store: the driver's statements take no context")
	}
	st := &liteStmt{Stmt: raw, query: query, exec: exec}
	l.stmts[strings.Clone(text)] = st
	return st, nil
}

// makeRoom gives up some prepared statement when there are too many.
func (l *liteConn) makeRoom() error {
	if len(l.stmts) < maxStatements {
		return nil
	}
	for text, st := range l.stmts {
		delete(l.stmts, text)
		return st.Close()
	}
	return nil
}

func (l *liteConn) bind(args []any) []driver.NamedValue {
	l.args = l.args[:0]
	for i, a := range args {
		l.args = append(l.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return l.args
}

func (l *liteConn) query(ctx context.Context, text string, args []any) (cursor, error) {
	st, err := l.prepared(text)
	if err != nil {
		return nil, err
	}
	rows, err := st.query.QueryContext(ctx, l.bind(args))
	if err != nil {
		return nil, err
	}
	return liteCursor{rows}, nil
}

func (l *liteConn) exec(ctx context.Context, text string, args []any) (int64, error) {
	st, err := l.prepared(text)
	if err != nil {
		return 0, err
	}
	res, err := st.exec.ExecContext(ctx, l.bind(args))
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (l *liteConn) close() error {
	var errs []error
	for _, st := range l.stmts {
		errs = append(errs, st.Close())
	}
	return errors.Join(append(errs, l.c.Close())...)
}

type liteCursor struct{ driver.Rows }

func (c liteCursor) width() int { return len(c.Columns()) }

func (c liteCursor) next(into []driver.Value) (bool, error) {
	err := c.Next(into)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil, err
}

func (c liteCursor) close() error { return c.Close() }
