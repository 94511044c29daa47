package flows

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/words"
)

// The forms of dates in figures that are taken: ISO; day, month and year. A time of the day beside one is
// left out.
var (
	isoDate   = regexp.MustCompile(`\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:\b|T| )`)
	timeOfDay = regexp.MustCompile(`(?i)\b\d{1,2}:\d{2}(?: ?[ap]\.?m\b)?|\b\d{1,2}(?:[.:]\d{2})? ?(?:[ap]\.?m|uhr|h\d{0,2})\b`)
	// hourSpan is a number with such a time behind it, to which it leads; spacedSpan one that may also be a day before it.
	hourSpan   = regexp.MustCompile(`(?i)\b(?:[01]?\d|2[0-4])(?:[-–]| ?(?:to|until|till|bis|الى|إلى) )(` + hourBehind + `)`)
	spacedSpan = regexp.MustCompile(`(?i)\b(?:[01]?\d|2[0-4]) [-–] (` + hourBehind + `)`)
	figureDate = regexp.MustCompile(`\b(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d{2}))?\b`)
)

// hourBehind is a time of the day that says that it is one.
const hourBehind = `\d{1,2}(?:[.:]\d{2})? ?(?:[ap]\.?m|uhr|h\d{0,2})\b`

// calendar reads the dates of one answer.
type calendar struct {
	now        time.Time
	numerals   numerals // with the language in which short names of the days of the week are known
	monthFirst bool     // in figures
	english    bool     // short names of months in other languages are words there
}

// dateOf finds the one date in a text. Days without a year are those to come; figures are day first,
// but month first in the United States and with Chinese signs, unless one of them can only be a day.
// A day of the week beside a date only has to be that of the date.
func dateOf(text string, now time.Time, region string, known numerals) (time.Time, bool) {
	c := calendar{now: now, numerals: known, english: known.language == "en", monthFirst: region == "US" || strings.ContainsRune(text, '月')}
	text = hourSpan.ReplaceAllString(narrow(text), "$1")
	if spaced := spacedSpan.ReplaceAllString(text, "$1"); spaced != text {
		return c.either(spaced, text)
	}
	return c.date(text)
}

// either is the date of a text that can be read in two ways: both come to the same, or one of them to none.
func (c calendar) either(one, other string) (time.Time, bool) {
	t, ok := c.date(one)
	u, also := c.date(other)
	if !ok || also && !t.Equal(u) {
		return u, !ok && also
	}
	return t, true
}

// date finds the one date in a text without spans of hours.
func (c calendar) date(text string) (time.Time, bool) {
	if t, ok := c.ahead(text); ok {
		return t, true
	}
	s, found, ok := c.figures(timeOfDay.ReplaceAllString(c.apart(text), " "))
	if !ok || s.otherDay() {
		return time.Time{}, false
	}
	for _, find := range []func(said) ([]mention, bool){c.named, c.near} {
		more, ok := find(s)
		if !ok || s.elsewhere() {
			return time.Time{}, false
		}
		found = append(found, more...)
	}
	days := c.weekdays(s, found)
	if c.notThat(s, found, days) {
		return time.Time{}, false
	}
	if len(found) == 0 {
		if days, ok = c.next(s, days); !ok {
			return time.Time{}, false
		}
		return s.soleDay(days)
	}
	t, ok := s.soleDay(found)
	for _, d := range s.meant(days) {
		if ok && d.value != t.Weekday().String() {
			return time.Time{}, false
		}
	}
	return t, ok
}

// notThat reports whether days that were found are not the day that is meant, but one before or after them, of another
// month or year, or a holiday.
func (c calendar) notThat(s said, found, days []mention) bool {
	all := append(slices.Clone(found), days...)
	bounds := func(m mention) bool { return c.bounds(s, m) }
	holiday := func(m mention) bool { return s.holiday(m, c.numerals.language) }
	dated := slices.ContainsFunc(found, func(m mention) bool { return c.dated(s, m) })
	return slices.ContainsFunc(all, bounds) || slices.ContainsFunc(days, holiday) || s.takenBack(all) ||
		len(found) == 0 && c.ofMonth(s) || !dated && s.yearAlone()
}

// dated reports whether a mention is one of which the year is known: with a month in words, or a year in its figures.
func (c calendar) dated(s said, m mention) bool {
	return slices.ContainsFunc(s[m.at:m.end], func(w spoken) bool { return len(w.figure) >= len("1.1.26") || c.month(w.word) > 0 })
}

// soleDay is the one day that is mentioned and not denied.
func (s said) soleDay(all []mention) (time.Time, bool) {
	value, ok := s.sole(all)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.Parse(time.DateOnly, value)
	return t, err == nil
}

// figures takes an answer apart, and each date in figures out of it as one word; false where one of them
// is no day that exists. What may be a time of the day is none.
func (c calendar) figures(text string) (said, []mention, bool) {
	l := listener{language: c.numerals.language}
	var found []mention
	for {
		at := dateIn(text)
		if at == nil {
			l.hear(text)
			return l.said, found, true
		}
		if at.goesOn(text) {
			return nil, nil, false
		}
		l.hear(text[:at.start])
		whole, behind := text[at.start:at.end], text[at.end:]
		text = behind
		if at.clock(l.said) {
			continue
		}
		t, ok := c.day(at)
		if !ok || c.month(l.said.word(len(l.said)-1)) > 0 || c.month(firstWord(behind)) > 0 { // 5-6 December
			return nil, nil, false
		}
		l.figure("", whole)
		found = append(found, mention{t.Format(time.DateOnly), len(l.said) - 1, len(l.said)})
	}
}

// inFigures is a date in figures: where it stands, and its numbers as they stand there.
type inFigures struct {
	start, end int
	numbers    [3]string
	iso        bool
	sign       byte // between the first two
}

// dateIn is the first date in figures of a text; nil where there is none.
func dateIn(text string) *inFigures {
	iso, short := isoDate.FindStringSubmatchIndex(text+" "), figureDate.FindStringSubmatchIndex(text)
	at, isISO := short, false
	if iso != nil && (short == nil || iso[0] <= short[0]) {
		at, isISO = iso, true
	}
	if at == nil {
		return nil
	}
	d := &inFigures{start: at[0], end: at[5], iso: isISO, sign: text[at[3]]}
	for i := range d.numbers {
		if from, to := at[2*i+2], at[2*i+3]; from >= 0 {
			d.numbers[i], d.end = text[from:to], to
		}
	}
	return d
}

// goesOn reports whether more figures are joined to a date on either side, such as those of a year with one
// too many.
func (f *inFigures) goesOn(text string) bool {
	before, behind := text[:f.start], text[f.end:]
	return len(before) > 1 && strings.IndexByte("-/.", before[len(before)-1]) >= 0 && isDigit(before[len(before)-2]) ||
		len(behind) > 1 && strings.IndexByte("-/.", behind[0]) >= 0 && isDigit(behind[1])
}

func (c calendar) day(f *inFigures) (time.Time, bool) {
	if f.iso {
		return day(number(f.numbers[0]), number(f.numbers[1]), number(f.numbers[2]), c.now)
	}
	d, month := number(f.numbers[0]), number(f.numbers[1])
	if month > 12 || c.monthFirst && d <= 12 {
		d, month = month, d
	}
	return day(year(f.numbers[2]), month, d, c.now)
}

// clock reports whether what looks like a date is a time of the day by its figures, or by what stands
// before it: at 7.10, um 19.30.
func (f *inFigures) clock(s said) bool {
	hour, minute := number(f.numbers[0]), number(f.numbers[1])
	if f.iso || f.numbers[2] != "" || f.sign != '.' || hour > 24 || minute > 59 {
		return false
	}
	return minute > 12 || in(s.word(len(s)-1), "at|um|gegen|las")
}

func firstWord(text string) string {
	const near = 40 // characters
	if all := words.Split(beginning(text, near)); len(all) > 0 {
		return all[0]
	}
	return ""
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// year is 0 for a date without one.
func year(s string) int {
	n := number(s)
	if len(s) == 2 {
		return 2000 + n
	}
	return n
}

// day is a day that exists; without a year it is the next one, today included.
func day(y, m, d int, now time.Time) (time.Time, bool) {
	open := y == 0
	if open {
		y = now.Year()
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if open && t.Before(midnight(now)) {
		t = time.Date(y+1, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	}
	return t, int(t.Month()) == m && t.Day() == d && y >= 1000
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
