package flows

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/words"
)

// maxAnswer is the longest answer that a field takes, in characters. An address or a telephone number is
// taken out of longer ones too.
const maxAnswer = 1000

// wanted is what an answer is held to.
type wanted struct {
	kind     Kind
	region   string // of telephone numbers, and of dates in figures
	question string // as it is written
	numerals numerals
	options  []string
	least    *float64
	most     *float64
	from     *time.Time
	until    *time.Time
	now      time.Time
}

// read finds what is wanted in an answer and returns it in its one form; false if it is not there,
// or more than one, or out of bounds.
func (w wanted) read(answer string) (string, bool) {
	if w.kind != KindEmail && w.kind != KindPhone && utf8.RuneCountInString(strings.TrimSpace(answer)) > maxAnswer {
		return "", false
	}
	switch w.kind {
	case KindName:
		return nameOf(words.Visible(answer), w.region, w.numerals.language)
	case KindEmail:
		return email(words.Visible(answer))
	case KindPhone:
		n, _, ok := phone(words.Visible(answer), w.region)
		return n, ok
	case KindDate:
		return w.date(words.Visible(answer))
	case KindNumber:
		return w.number(words.Visible(answer))
	case KindChoice:
		return w.choice(words.Visible(answer))
	default:
		text := strings.TrimSpace(answer)
		return text, strings.TrimSpace(words.Visible(text)) != ""
	}
}

func (w wanted) date(answer string) (string, bool) {
	t, ok := dateOf(withoutContacts(answer, w.region), w.now, w.region, w.numerals)
	if !ok || w.from != nil && t.Before(*w.from) || w.until != nil && t.After(*w.until) {
		return "", false
	}
	return t.Format(time.DateOnly), true
}

func (w wanted) number(answer string) (string, bool) {
	text, n, ok := numberOf(withoutContacts(answer, w.region), w.question, w.numerals)
	if !ok || w.least != nil && n < *w.least || w.most != nil && n > *w.most {
		return "", false
	}
	return text, true
}

// choice is an option as it stands, or what an answer means beside the ways to reach the customer.
func (w wanted) choice(answer string) (string, bool) {
	if o, ok := exactly(w.options, answer, w.numerals); ok {
		return o, true
	}
	return choose(w.options, withoutContacts(answer, w.region), w.numerals)
}

// address finds an e-mail address in a text.
var address = regexp.MustCompile(`[\p{L}\p{N}.!#$%&'*+/=?^_{|}~-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`)

// email finds the one e-mail address in a text, however often it is said.
func email(text string) (string, bool) {
	var all []mention
	var l listener
	from := 0
	for _, at := range address.FindAllStringIndex(text, maxNumbers) {
		l.hear(text[from:at[0]])
		written := text[at[0]:at[1]]
		l.figure(written, written)
		all = append(all, mention{lowerDomain(written), len(l.said) - 1, len(l.said)})
		from = at[1]
	}
	l.hear(text[from:])
	found, ok := l.said.sole(all)
	return found, ok && isAddress(found) && !l.said.outdated()
}

func lowerDomain(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	return local + "@" + strings.ToLower(domain)
}

func isAddress(found string) bool {
	local, domain, _ := strings.Cut(found, "@")
	top := domain[strings.LastIndexByte(domain, '.')+1:]
	switch {
	case len(found) > 254 || len(local) > 64 || utf8.RuneCountInString(top) < 2:
		return false
	case strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, ".."):
		return false
	case strings.HasPrefix(domain, "-") || strings.Contains(domain, "-.") || strings.Contains(domain, ".-"):
		return false
	case strings.IndexFunc(top, unicode.IsLetter) < 0 || strings.HasSuffix(top, "-"):
		return false
	}
	return true
}

// in reports whether s is one of the alternatives of a list.
func in(s, list string) bool {
	for one := range strings.SplitSeq(list, "|") {
		if one == s {
			return true
		}
	}
	return false
}
