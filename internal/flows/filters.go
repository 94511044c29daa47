package flows

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/osteele/liquid"
)

// filters are those of liquid that make little of much or at most a little more. What is left out
// (concat, map, where, escape …) is for pages, or grows without bound.
func filters() []string {
	return []string{
		"abs", "append", "capitalize", "ceil", "date", "default", "divided_by", "downcase", "first", "floor", "join",
		"last", "lstrip", "minus", "modulo", "plus", "prepend", "remove", "remove_first", "replace", "replace_first",
		"reverse", "round", "rstrip", "size", "slice", "sort", "split", "strip", "strip_newlines", "times", "truncate",
		"truncatewords", "uniq", "upcase", "url_encode",
	}
}

// addFilters replaces the filters that could make a text of any length, or that read a clock.
func addFilters(e *liquid.Engine) {
	e.RegisterFilter("append", func(s, suffix string) (string, error) { return held(s + suffix) })
	e.RegisterFilter("prepend", func(s, prefix string) (string, error) { return held(prefix + s) })
	e.RegisterFilter("replace", func(s, old, with string) (string, error) { return replace(s, old, with, -1) })
	e.RegisterFilter("replace_first", func(s, old, with string) (string, error) { return replace(s, old, with, 1) })
	e.RegisterFilter("join", join)
	e.RegisterFilter("url_encode", encode)
	e.RegisterFilter("date", date)
	addReckoning(e)
	e.RegisterFilter("truncate", func(s string, n func(int) int, end func(string) string) string {
		return truncate(s, n(50), end("..."))
	})
	e.RegisterFilter("truncatewords", func(s string, n func(int) int, end func(string) string) string {
		return truncateWords(s, n(15), end("..."))
	})
}

// held holds a text to what a message can hold.
func held(s string) (string, error) {
	if len(s) > maxRendered {
		return "", errTooLong
	}
	return s, nil
}

func replace(s, old, with string, n int) (string, error) {
	times := strings.Count(s, old)
	if n >= 0 {
		times = min(times, n)
	}
	if len(s)+times*len(with) > maxRendered {
		return "", errTooLong
	}
	return strings.Replace(s, old, with, n), nil
}

func join(list []any, with func(string) string) (string, error) {
	between := with(" ")
	var b strings.Builder
	for i, v := range list {
		if i > 0 {
			b.WriteString(between)
		}
		fmt.Fprint(&b, v)
		if b.Len() > maxRendered {
			return "", errTooLong
		}
	}
	return b.String(), nil
}

func encode(s string) (string, error) {
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case strings.IndexByte(plain, c) >= 0:
			b.WriteByte(c)
		case c == ' ':
			b.WriteByte('+')
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
		if b.Len() > maxRendered {
			return "", errTooLong
		}
	}
	return b.String(), nil
}

func truncate(s string, n int, end string) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return beginning(s, max(0, n-utf8.RuneCountInString(end))) + end
}

func truncateWords(s string, n int, end string) string {
	all := strings.Fields(s)
	if len(all) <= n {
		return s
	}
	return strings.Join(all[:max(0, n)], " ") + end
}

// date writes a date by a pattern such as "%A, %e %B %Y", with the names of a language. It takes what now is, an ISO date, or a
// date with a time; of all else it makes what it was given.
func date(value any, pattern, language func(string) string) any {
	t, ok := moment(value)
	if !ok {
		return value
	}
	var b strings.Builder
	names, rest := namesIn(language("")), pattern(usualDate)
	for {
		before, after, found := strings.Cut(rest, "%")
		b.WriteString(before)
		if !found || after == "" {
			return b.String()
		}
		r, n := utf8.DecodeRuneInString(after)
		if name, ok := names.name(t, r); ok {
			b.WriteString(name)
		} else {
			b.WriteString(directive(t, r))
		}
		rest = after[n:]
	}
}

func moment(value any) (time.Time, bool) {
	switch v := value.(type) {
	case map[string]any:
		day, _ := v["date"].(string)
		clock, _ := v["time"].(string)
		return moment(day + "T" + clock)
	case string:
		for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02 15:04", time.RFC3339} {
			if t, err := time.Parse(layout, v); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

func directive(t time.Time, r rune) string {
	layouts := map[rune]string{
		'Y': "2006", 'y': "06", 'm': "01", 'd': "02",
		'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM", 'F': time.DateOnly, 'R': "15:04",
	}
	switch layout, ok := layouts[r]; {
	case r == '%':
		return "%"
	case r == 'e':
		return fmt.Sprint(t.Day())
	case r == 'j':
		return fmt.Sprintf("%03d", t.YearDay())
	case ok:
		return t.Format(layout)
	default:
		return "%" + string(r)
	}
}
