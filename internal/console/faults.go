package console

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Faults gathers what is wrong with a thing, so that its owner hears of all of it at once. The zero
// value is ready. It is embedded by the checks of the rooms.
type Faults struct{ All []Field }

// Fail notes one fault.
func (f *Faults) Fail(path, format string, args ...any) {
	f.All = append(f.All, Field{Path: path, Fault: fmt.Sprintf(format, args...)})
}

// Text holds s to a number of characters.
func (f *Faults) Text(path, s string, least, most int) {
	switch n := utf8.RuneCountInString(s); {
	case n < least:
		f.Fail(path, "must not be empty")
	case n > most:
		f.Fail(path, "must be at most %d characters", most)
	case strings.IndexByte(s, 0) >= 0:
		f.Fail(path, "must not contain the character NUL")
	}
}

// Words holds s to a number of characters, some of which can be seen.
func (f *Faults) Words(path, s string, most int) {
	before := len(f.All)
	f.Text(path, s, 1, most)
	if len(f.All) == before && strings.TrimSpace(s) == "" {
		f.Fail(path, "must not be blank")
	}
}

// Line holds s to Words of one line, without what would break lists and terminals.
func (f *Faults) Line(path, s string, most int) {
	before := len(f.All)
	f.Words(path, s, most)
	if len(f.All) == before && strings.ContainsFunc(s, unprintable) {
		f.Fail(path, "must be one line without control characters")
	}
}

func unprintable(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) }

// Optional holds s, where it is given, to at most so many characters.
func (f *Faults) Optional(path string, s *string, most int) {
	if s != nil {
		f.Text(path, *s, 0, most)
	}
}

// maxURL is the longest address, in bytes.
const maxURL = 2000

// URL holds s, where it is given and not empty, to the form of a web address.
func (f *Faults) URL(path string, s *string) {
	if s == nil || *s == "" {
		return
	}
	u, err := url.Parse(*s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || len(*s) > maxURL {
		f.Fail(path, "must be an http or https URL")
	}
}

// Target holds s, where it is given and not empty, to the form of a web address that is called or
// shown: it names a host, and no user or password, which everybody who sees the thing would read.
func (f *Faults) Target(path string, s *string) {
	before := len(f.All)
	f.URL(path, s)
	if s == nil || *s == "" || len(f.All) > before {
		return
	}
	u, err := url.Parse(*s)
	switch {
	case err != nil || u.Hostname() == "":
		f.Fail(path, "must be an http or https URL")
	case u.User != nil:
		f.Fail(path, "must not contain a user name or a password")
	}
}

// Most holds a list to a number of entries, and reports whether it is short enough to be looked at.
func (f *Faults) Most(path string, n, most int, noun string) bool {
	if n > most {
		f.Fail(path, "must be at most %d %s", most, noun)
	}
	return n <= most
}

// MaxRules is how many rules there can be, wherever they stand.
const MaxRules = 500

// The bounds of each.
const (
	maxRuleText = 10_000 // characters
	maxRuleID   = 255
)

// Rules holds rules to what a rule must have.
func (f *Faults) Rules(rules []Rule) {
	if !f.Most("rules", len(rules), MaxRules, "rules") {
		return
	}
	for i, r := range rules {
		path := fmt.Sprintf("rules.%d.", i)
		f.Text(path+"id", r.ID, 1, maxRuleID)
		f.Text(path+"name", r.Name, 0, maxRuleText)
		f.Text(path+"trigger", r.Trigger, 0, maxRuleText)
		f.Text(path+"response", r.Response, 0, maxRuleText)
		f.Optional(path+"condition", r.Condition, maxRuleText)
		f.Optional(path+"action", r.Action, maxRuleText)
	}
}
