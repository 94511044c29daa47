package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// list is a question for one page of a table's rows, called x in all texts.
type list[T any] struct {
	table   string
	columns string // of x
	scan    func(*row) T
	from    string   // the rows to sort: their id, and k, what they are sorted by
	where   string   // which rows the team may see
	outer   string   // what else holds of the rows of a page
	args    []any    // of from, where and outer
	sorts   []string // the fields that it can be sorted by
	newest  string   // what it is sorted by when nothing is said; empty: created_at
}

// defaultSort is how lists are sorted when nothing is said: newest first.
const defaultSort = "created_at"

// order returns what to sort by, as SQL, or says what would have been possible.
func order(s console.Sort, sorts []string, otherwise string) (field, direction string, err error) {
	if s.Field == "" {
		return otherwise, " DESC", nil
	}
	if !slices.Contains(sorts, s.Field) {
		return "", "", console.Invalid([]console.Field{{
			Path: "sort", Fault: "must be one of " + strings.Join(sorts, ", ") + ", with a leading - for descending",
		}})
	}
	if s.Descending {
		return s.Field, " DESC", nil
	}
	return s.Field, "", nil
}

// window returns how many rows to skip and to take. A request without bounds gets the first page.
func window(q console.Query) (skip, take int64) {
	// Beyond that a page is past the end of every list, and its offset could overflow.
	const lastPage = 1 << 40
	q.Page = min(max(q.Page, 1), lastPage)
	if q.Limit < 1 {
		q.Limit = console.DefaultLimit
	}
	q.Limit = min(q.Limit, console.MaxLimit)
	return q.Offset(), int64(q.Limit)
}

// pattern is what LIKE finds a search by: anywhere, in folded text, with no wildcards of its own.
// Its escape is a backslash.
func pattern(search string) string {
	return "%" + literal(search) + "%"
}

// literal is a folded text that LIKE takes as it is.
func literal(text string) string {
	text = strings.ReplaceAll(text, console.FieldEnd, "\uFFFD") // nobody finds what ends a field
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(console.Fold(text))
}

// param appends an argument and returns its place.
func param(args []any, a any) (string, []any) {
	args = append(args, a)
	return "$" + strconv.Itoa(len(args)), args
}

// page answers a list whose rows are few enough to be counted.
func (l list[T]) page(ctx context.Context, s *session, q console.Query) (console.Page[T], error) {
	var none console.Page[T]
	field, direction, err := order(q.Sort, l.sorts, cmp.Or(l.newest, defaultSort))
	if err != nil {
		return none, err
	}
	if field == "last_used_at" {
		field = "coalesce(x.last_used_at, 0)" // the two databases put NULL at different ends
	} else {
		field = "x." + field
	}
	if q.Search != "" {
		defer s.until(ctx)()
		var p string
		p, l.args = param(l.args, pattern(q.Search))
		l.where += ` AND x.search LIKE ` + p + ` ESCAPE '\'`
	}
	total, err := s.count(`SELECT count(*) FROM `+l.table+` x WHERE `+l.where, l.args...)
	if err != nil {
		return none, err
	}
	l.from = `SELECT x.id, ` + field + ` AS k FROM ` + l.table + ` x WHERE ` + l.where
	return l.rows(s, q, total, direction)
}

// rows reads the rows of a page when the total is known. Only ids and sort keys are sorted; the
// rows themselves are looked up for those on the page.
func (l list[T]) rows(s *session, q console.Query, total int64, direction string) (console.Page[T], error) {
	page := console.Page[T]{Total: total, Items: []T{}}
	skip, take := window(q)
	if skip >= total {
		return page, nil
	}
	page.Items = make([]T, 0, min(take, total-skip))
	limit, args := param(l.args, take)
	offset, args := param(args, skip)
	err := s.all(l.text(direction, limit, offset),
		func(r *row) { page.Items = append(page.Items, l.scan(r)) }, args...)
	return page, err
}

func (l list[T]) text(direction, limit, offset string) string {
	return `SELECT ` + l.columns + ` FROM (` + l.from + ` ORDER BY k` + direction + `, id` + direction +
		` LIMIT ` + limit + ` OFFSET ` + offset + `) p JOIN ` + l.table + ` x ON x.id = p.id` + l.outer +
		` ORDER BY p.k` + direction + `, p.id` + direction
}

// count returns the number that a query answers.
func (s *session) count(text string, args ...any) (int64, error) {
	r, err := s.one(text, args...)
	if err != nil || r == nil {
		return 0, err
	}
	n := r.num()
	return n, r.err
}

// until makes the statements that follow end with ctx, because they may take long, up to the call
// of what it returns. In a unit the unit's own time stands.
func (s *session) until(ctx context.Context) func() {
	if s.ctx.Done() != nil {
		return func() {}
	}
	if _, inUnit := s.ctx.(undying); inUnit {
		return func() {}
	}
	was := s.ctx
	ctx, cancel := context.WithTimeout(ctx, unitTime)
	s.ctx = ctx
	return func() {
		cancel()
		s.ctx = was
	}
}

// spread is a list of values as the arguments of IN. Its length is one of few, the last value being
// repeated, so that there are few texts to prepare.
func spread(args []any, values []string) (string, []any) {
	n := 1
	for n < len(values) {
		n *= 2
	}
	places := make([]string, n)
	for i := range places {
		places[i], args = param(args, values[min(i, len(values)-1)])
	}
	return "(" + strings.Join(places, ", ") + ")", args
}
