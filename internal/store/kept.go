package store

import (
	"database/sql/driver"
	"regexp"
)

// kept is what SQLite's one writer has at hand of the rows that every turn reads again: conversations
// and turns as it last read or wrote them, and the states of agents. A row is as the database would
// return it now; whatever puts that in doubt empties all:
//
//	another connection's commit ─▶ data_version has moved when a transaction begins
//	a unit or a transaction undone ─▶ ROLLBACK, ROLLBACK TO
//	any statement that changes such rows and does not say which ─▶ upsets
//
// That a row is not there is never kept. A nil kept keeps nothing, as on PostgreSQL, where others
// write too.
type kept struct {
	rows    map[keptKey][]driver.Value
	version int64 // of the file, which counts the commits of other connections
	upsets  map[string]bool
}

// keptKey names a row of a table.
type keptKey struct{ table, id, team string }

// maxKept bounds the rows; about a kilobyte each.
const maxKept = 4096

func newKept() *kept {
	return &kept{rows: make(map[keptKey][]driver.Value), upsets: make(map[string]bool)}
}

// upsetting is a statement after which kept rows may be wrong. Rows that are only added make none
// wrong, but a knowledge base is part of its agent's state.
var upsetting = regexp.MustCompile(`(?s)\b(?:UPDATE|DELETE FROM)\s+(?:agent|knowledge_base|conversation|turn)\b` +
	`|\bINTO\s+knowledge_base\b|\bINTO\s+(?:agent|conversation|turn)\b.*\bCONFLICT\b|^ROLLBACK`)

// row returns a row, nil if it is not kept. It is good until the session is used again.
func (k *kept) row(key keptKey) []driver.Value {
	if k == nil {
		return nil
	}
	return k.rows[key]
}

// put keeps a row as the database has returned or taken it.
func put[V any](k *kept, key keptKey, vals []V) {
	if k == nil {
		return
	}
	if len(k.rows) >= maxKept {
		clear(k.rows)
	}
	row := make([]driver.Value, len(vals))
	for i, v := range vals {
		row[i] = v
	}
	k.rows[key] = row
}

// set puts values into the columns of a row, if that is kept; -1: the column is not part of it.
func (k *kept) set(key keptKey, columns []int, vals []any) {
	row := k.row(key)
	if row == nil {
		return
	}
	for i, at := range columns {
		if at >= 0 {
			row[at] = vals[i]
		}
	}
}

func (k *kept) drop(key keptKey) {
	if k != nil {
		delete(k.rows, key)
	}
}

// saw is told of each statement before it runs.
func (k *kept) saw(text string) {
	if k == nil {
		return
	}
	upsets, known := k.upsets[text]
	if !known {
		if len(k.upsets) >= maxStatements {
			clear(k.upsets)
		}
		upsets = upsetting.MatchString(text)
		k.upsets[text] = upsets
	}
	if upsets {
		clear(k.rows)
	}
}

// at is told the version of the file as a transaction found it.
func (k *kept) at(version int64) {
	if k.version != version {
		clear(k.rows)
		k.version = version
	}
}

// again returns the row that a query for id and team finds, nil if there is none; from what is kept
// where it is there.
func (s *session) again(table, text, id, team string) (*row, error) {
	key := keptKey{table, id, team}
	if vals := s.kept.row(key); vals != nil {
		s.row.resize(len(vals))
		copy(s.row.vals, vals)
		return &s.row, nil
	}
	r, err := s.one(text, id, team)
	if err == nil && r != nil {
		put(s.kept, key, r.vals)
	}
	return r, err
}

// alter runs, as later does, a statement that changes nothing but one row, given by the first two arguments, id
// and team. The others go into columns, as they are counted in the row that is kept; -1: not part of it.
func (s *session) alter(table, text string, columns []int, check func(int64) error, args ...any) error {
	if s.kept == nil {
		return s.later(text, check, args...)
	}
	key := keptKey{table, args[0].(string), args[1].(string)} //nolint:forcetypeassert // see above
	n, err := s.run(text, args)
	if err != nil || n == 0 {
		s.kept.drop(key)
	} else {
		s.kept.set(key, columns, args[2:])
	}
	if err == nil && check != nil {
		err = check(n)
	}
	return err
}
