package store

import (
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// row reads the columns of a result from left to right. A value of an unexpected type makes every
// later read return nothing, and err says so.
type row struct {
	vals []driver.Value
	i    int
	err  error
}

func (r *row) resize(n int) {
	if cap(r.vals) < n {
		r.vals = make([]driver.Value, n)
	}
	r.vals, r.i, r.err = r.vals[:n], 0, nil
}

func (r *row) take() driver.Value {
	if r.err != nil {
		return nil
	}
	v := r.vals[r.i]
	r.i++
	return v
}

func (r *row) wrong(want string, v any) {
	if r.err == nil {
		r.err = fmt.Errorf("column %d is %T, want %s", r.i, v, want)
	}
}

// text reads a string, "" for NULL.
func (r *row) text() string {
	switch v := r.take().(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case nil:
		return ""
	default:
		r.wrong("text", v)
		return ""
	}
}

func (r *row) id() console.ID { return console.ID(r.text()) }

// textOr reads a string that may be missing.
func (r *row) textOr() *string {
	if r.err != nil || r.vals[r.i] == nil {
		r.i++
		return nil
	}
	s := r.text()
	return &s
}

// num reads a whole number, 0 for NULL.
func (r *row) num() int64 {
	switch v := r.take().(type) {
	case int64:
		return v
	case nil:
		return 0
	default:
		r.wrong("a number", v)
		return 0
	}
}

// flag reads a truth value, which SQLite keeps as a number.
func (r *row) flag() bool {
	switch v := r.take().(type) {
	case bool:
		return v
	case int64:
		return v != 0
	default:
		r.wrong("a truth value", v)
		return false
	}
}

// blob reads bytes, nil for NULL.
func (r *row) blob() []byte {
	switch v := r.take().(type) {
	case []byte:
		return v
	case nil:
		return nil
	default:
		r.wrong("bytes", v)
		return nil
	}
}

// hash reads 32 bytes.
func (r *row) hash() (h [32]byte) {
	if b := r.blob(); len(b) == len(h) {
		copy(h[:], b)
		return h
	}
	r.wrong("32 bytes", nil)
	return h
}

// at reads a time.
func (r *row) at() time.Time { return time.UnixMilli(r.num()).UTC() }

// atOr reads a time that may be missing: NULL, and 0 where a column cannot be NULL.
func (r *row) atOr() *time.Time {
	ms := r.num()
	if ms == 0 {
		return nil
	}
	at := time.UnixMilli(ms).UTC()
	return &at
}

// ms is a time as it is stored.
func ms(t time.Time) int64 { return t.UnixMilli() }

// msOr is a time that may be missing, as it is stored.
func msOr(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.UnixMilli()
}

// ms0 is a time that may be missing, where it is stored as 0.
func ms0(t *time.Time) int64 {
	if t == nil {
		return 0
	}
	return t.UnixMilli()
}

// textArg is a string that may be missing, as it is stored.
func textArg[S ~string](s *S) any {
	if s == nil {
		return nil
	}
	return string(*s)
}

// or NULL where a string is empty.
func emptyNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
