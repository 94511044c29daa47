package httpapi

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/console"
)

// query reads the parameters of a request's query and gathers what is wrong with them.
type query struct {
	values url.Values
	faults []console.Field
}

// readQuery refuses a query that cannot be read at all; texts that no store would take are faults of
// their parameters.
func readQuery(raw string) (*query, error) {
	if raw == "" {
		return &query{}, nil
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, badRequest("The query string is malformed.").Because(err)
	}
	q := &query{values: values}
	for name, all := range values {
		if slices.ContainsFunc(append(all, name), unfit) {
			q.fail(strings.ToValidUTF8(strings.ReplaceAll(name, "\x00", ""), ""), "must be UTF-8 text without NUL")
		}
	}
	slices.SortFunc(q.faults, func(a, b console.Field) int { return strings.Compare(a.Path, b.Path) })
	return q, nil
}

// unfit reports whether a text cannot be stored or compared.
func unfit(s string) bool { return !utf8.ValidString(s) || strings.Contains(s, "\x00") }

func (q *query) fail(path, fault string) {
	q.faults = append(q.faults, console.Field{Path: path, Fault: fault})
}

// err returns all that was wrong, or nil.
func (q *query) err() error { return console.Invalid(q.faults) }

// text returns a parameter; one that is empty counts as absent.
func (q *query) text(name string) (string, bool) {
	v := q.values.Get(name)
	return v, v != ""
}

// given returns a parameter that has to be something where it is there.
func (q *query) given(name string) (string, bool) {
	_, ok := q.values[name]
	return q.values.Get(name), ok
}

// given255 returns a text parameter of 1 to 255 characters, nil if it is absent.
func (q *query) given255(name string) *string {
	v, ok := q.given(name)
	if !ok {
		return nil
	}
	if n := utf8.RuneCountInString(v); n < 1 || n > console.MaxSearchLength {
		q.fail(name, fmt.Sprintf("must be 1 to %d characters", console.MaxSearchLength))
	}
	return &v
}

// oneOf returns a parameter that must be one of some words, or "" if it is absent.
func (q *query) oneOf(name string, words []string) string {
	v, ok := q.given(name)
	if ok && !slices.Contains(words, v) {
		q.fail(name, "must be one of "+strings.Join(words, ", "))
		return ""
	}
	return v
}

// truth returns a boolean parameter, nil if it is absent.
func (q *query) truth(name string) *bool {
	v, ok := q.given(name)
	if !ok {
		return nil
	}
	if v != "true" && v != "false" {
		q.fail(name, "must be true or false")
		return nil
	}
	b := v == "true"
	return &b
}

// number returns a parameter from 1 to most, or otherwise if it is absent.
func (q *query) number(name string, otherwise, most int) int {
	v, ok := q.given(name)
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	switch {
	case err != nil && n == maxPage && digits(v):
		q.fail(name, fmt.Sprintf("must be at most %d", most))
		return otherwise
	case err != nil || n < 1:
		q.fail(name, "must be a whole number of at least 1")
		return otherwise
	case n > most && most < maxPage:
		q.fail(name, fmt.Sprintf("must be at most %d", most))
		return otherwise
	}
	return min(n, most)
}

const maxPage = int(^uint(0) >> 1)

func digits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// listing says what a list can be sorted by; the first field, descending, is the default.
type listing struct {
	sorts      []string
	unsearched bool // there is nothing to search in
}

// page returns which page of a list was asked for.
func (q *query) page(l listing) console.Query {
	search, _ := q.text("search")
	if utf8.RuneCountInString(search) > console.MaxSearchLength {
		q.fail("search", fmt.Sprintf("must be at most %d characters", console.MaxSearchLength))
	}
	return console.Query{
		Page:   q.number("page", 1, maxPage),
		Limit:  q.number("limit", console.DefaultLimit, console.MaxLimit),
		Search: search,
		Sort:   q.sort(l),
	}
}

func (q *query) sort(l listing) console.Sort {
	v, ok := q.given("sort")
	if !ok {
		return console.Sort{Field: l.sorts[0], Descending: true}
	}
	field, descending := strings.CutPrefix(v, "-")
	if !slices.Contains(l.sorts, field) {
		q.fail("sort", "must be one of "+strings.Join(l.sorts, ", ")+", each with an optional leading -")
	}
	return console.Sort{Field: field, Descending: descending}
}
