package console

import "math"

// The bounds of a list request.
const (
	DefaultLimit    = 20
	MaxLimit        = 100
	MaxSearchLength = 255
)

// Query asks for one page of a list. Search matches anywhere and without regard to case.
type Query struct {
	Page   int // from 1
	Limit  int // 1 to MaxLimit
	Search string
	Sort   Sort
}

// Sort orders a list by a field of its nouns; ties are broken by id.
type Sort struct {
	Field      string
	Descending bool
}

// Offset is how many rows stand before the page. It never overflows: a page that far out is past
// the end of every list.
func (q Query) Offset() int64 {
	before, limit := int64(q.Page)-1, int64(q.Limit)
	if limit > 0 && before > math.MaxInt64/limit {
		return math.MaxInt64
	}
	return before * limit
}

// Page is what a list answers: its items and how many there are in all.
type Page[T any] struct {
	Items []T
	Total int64
}

// Opt is a field of a partial change: not Set means "leave it as it is".
type Opt[T any] struct {
	Set   bool
	Value T
}

// Some is a field that is to be changed to v.
func Some[T any](v T) Opt[T] { return Opt[T]{Set: true, Value: v} }

// Or returns the new value, or the old one where none was given.
func (o Opt[T]) Or(old T) T {
	if o.Set {
		return o.Value
	}
	return old
}

// Filled is s, or nil where it is empty: forms of older clients clear what has a form, such as an
// address, by an empty text.
func Filled(s *string) *string {
	if s != nil && *s == "" {
		return nil
	}
	return s
}
