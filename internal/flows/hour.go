package flows

import (
	"regexp"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/words"
)

// hour is a time of the day as it is written or said.
type hour struct {
	hour, minute int
	half         string // am, pm, or neither
}

// byHour finds the one option that is the time of the day which an answer is: 10 am, at 10, um 10 Uhr. It reports
// that the answer and an option are such times, so that nothing else is meant.
func byHour(options []string, answer string, known numerals) (option string, are bool) {
	said, ok := known.hourOf(answer)
	if !ok {
		return "", false
	}
	found := 0
	for _, o := range options {
		h, ok := known.hourOf(o)
		if are = are || ok; ok && said.means(h) {
			option = o
			found++
		}
	}
	if found != 1 {
		return "", are
	}
	return option, are
}

// clockTime finds a time of the day in words, behind what it begins with.
var clockTime = regexp.MustCompile(`^(at |um |a las? |a |as |las? |kl |في الساعة |الساعة |)(\d{1,2})(?:(?: |h| h | uhr )(\d\d))? ?(am|pm|a m|p m|h|hrs|uhr|o clock|oclock|horas?|heures?|صباحا|مساء|)$`)

// hourOf is the time of the day that a whole text is, but for politeness; false where it is none, or a number.
func (k numerals) hourOf(text string) (hour, bool) {
	all := without(words.Split(narrow(text)), courteous)
	for i, w := range all {
		if n, _, ok := k.word(w); ok && i > 0 && n > 0 && n <= 12 {
			all[i] = twoFigures(n)
		}
	}
	found := clockTime.FindStringSubmatch(strings.Join(all, " "))
	if found == nil || found[1] == "" && found[3] == "" && found[4] == "" {
		return hour{}, false
	}
	h := hour{hour: number(found[2]), minute: number(found[3])}
	switch found[4] {
	case "am", "a m", "صباحا":
		h.half = "am"
	case "pm", "p m", "مساء":
		h.half = "pm"
	}
	return h, h.hour <= 24 && h.minute < 60
}

func twoFigures(n int) string { return string([]byte{'0' + byte(n/10), '0' + byte(n%10)}) }

// means reports whether a time that somebody says may be one that is offered: the hours of both halves of the day,
// unless it says of which.
func (h hour) means(offered hour) bool {
	return h.minute == offered.minute && slices.ContainsFunc(h.hours(), func(n int) bool { return n == offered.offered() })
}

// hours are those of the day that are meant by what is said.
func (h hour) hours() []int {
	switch {
	case h.half == "am":
		return []int{h.hour % 12}
	case h.half == "pm" && h.hour <= 12:
		return []int{h.hour%12 + 12}
	case h.half == "" && h.hour >= 1 && h.hour <= 12:
		return []int{h.hour, (h.hour + 12) % 24}
	default:
		return []int{h.hour % 24}
	}
}

// offered is the hour of what is offered: without a half of the day, it is written by all 24.
func (h hour) offered() int {
	if h.half == "" {
		return h.hour % 24
	}
	return h.hours()[0]
}
