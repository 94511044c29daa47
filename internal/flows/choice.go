package flows

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/words"
)

// choose finds the one option that an answer means: by its words, by its number in the list, by what
// only it has of the answer's words, or by a word that is a letter away.
func choose(options []string, answer string) (string, bool) {
	if o, ok := exactly(options, answer); ok {
		return o, true
	}
	h := hear(answer)
	if o, ok := longest(options, h); ok {
		return o, true
	}
	for _, fits := range []func(option string) bool{
		func(option string) bool { return slices.EqualFunc(words.Split(option), h.words, nearWord) },
		func(option string) bool { return shares(words.Split(option), h.words, slices.Contains[[]string]) },
		func(option string) bool { return shares(words.Split(option), h.words, nearly) },
	} {
		if o, n := only(options, fits); n == 1 {
			return o, true
		} else if n > 1 {
			return "", false
		}
	}
	return "", false
}

// exactly finds an option that is the whole answer, or whose number is.
func exactly(options []string, answer string) (string, bool) {
	said := words.Split(narrow(answer))
	for _, o := range options {
		if slices.Equal(said, words.Split(o)) {
			return o, true
		}
	}
	said = slices.DeleteFunc(said, func(w string) bool { return in(w, "option|number|no|the|nr|numero|opcion|opcao|第") })
	if len(said) != 1 {
		return "", false
	}
	n, err := strconv.Atoi(said[0])
	if err != nil || n < 1 || n > len(options) {
		return "", false
	}
	return options[n-1], true
}

// longest finds the option that is in the answer with all that are in it too: of small and extra small
// the latter.
func longest(options []string, h heard) (string, bool) {
	best := ""
	for _, o := range options {
		if h.says(o) && len(o) > len(best) {
			best = o
		}
	}
	within := hear(best)
	for _, o := range options {
		if h.says(o) && !within.says(o) {
			return "", false
		}
	}
	return best, best != ""
}

// only returns the option that fits, and how many do.
func only(options []string, fits func(string) bool) (string, int) {
	found, n := "", 0
	for _, o := range options {
		if fits(o) {
			found = o
			n++
		}
	}
	return found, n
}

// shares reports whether a word that says something, being longer than most that do not, stands in
// both an option and an answer.
func shares(option, said []string, has func([]string, string) bool) bool {
	for _, w := range option {
		r, _ := utf8.DecodeRuneInString(w)
		if (utf8.RuneCountInString(w) > 3 || words.Continuous(r)) && has(said, w) {
			return true
		}
	}
	return false
}

// nearly reports whether a word stands in a list but for one letter. Short words never do.
func nearly(all []string, word string) bool {
	return len(word) > 4 && slices.ContainsFunc(all, func(w string) bool { return near([]rune(w), []rune(word)) })
}

func nearWord(a, b string) bool { return a == b || nearly([]string{a}, b) || nearly([]string{b}, a) }

// near reports whether two words differ by one letter at most: one more, one less, another, or two
// that changed places.
func near(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return slices.Equal(a[i:], b[i+1:])
	}
	if i == len(a) || slices.Equal(a[i+1:], b[i+1:]) {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
}

// listed is a question with its options below, but for those that it names itself.
func listed(question string, options []string) string {
	h := hear(question)
	if len(options) == 0 || !slices.ContainsFunc(options, func(o string) bool { return !h.says(o) }) {
		return question
	}
	var b strings.Builder
	b.WriteString(question)
	for i, o := range options {
		b.WriteString("\n" + strconv.Itoa(i+1) + ". " + o)
	}
	return b.String()
}
