package flows

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/words"
)

// choose finds the one option that an answer means: by its words, by its number in the list, by what
// only it has of the answer's words, or by a word that is a letter away. What the answer says that it
// does not mean counts for nothing; where it means more than one option, it means none.
func choose(options []string, answer string, known numerals) (string, bool) {
	if o, ok := exactly(options, answer); ok {
		return o, true
	}
	c := choosing{options: options, said: heed(narrow(answer), known.language)}
	for _, o := range options {
		c.words = append(c.words, words.Split(narrow(o)))
	}
	c.find()
	named := c.named()
	if c.said.doubtful(c.all) {
		return "", false
	}
	switch len(named) {
	case 0:
		return c.guessed()
	case 1:
		return c.clear(named[0])
	default:
		return c.longest(named)
	}
}

// exactly finds an option that is the whole answer, or whose number is. A number that other options have
// in them is not taken for that of a place in the list.
func exactly(options []string, answer string) (string, bool) {
	said := words.Split(narrow(answer))
	all := make([][]string, len(options))
	for i, o := range options {
		if all[i] = words.Split(narrow(o)); slices.Equal(said, all[i]) {
			return o, true
		}
	}
	said = slices.DeleteFunc(said, func(w string) bool { return in(w, "option|number|no|the|nr|numero|opcion|opcao|第") })
	if len(said) != 1 {
		return "", false
	}
	n, err := strconv.Atoi(said[0])
	if err != nil {
		return "", false
	}
	inside, count := only(all, func(o []string) bool { return slices.Contains(o, said[0]) })
	switch listed := n >= 1 && n <= len(options); {
	case count == 0 && listed:
		return options[n-1], true
	case count == 1 && (!listed || n-1 == inside):
		return options[inside], true
	default:
		return "", false
	}
}

// choosing is an answer that is not an option as it stands.
type choosing struct {
	options []string
	words   [][]string // of each option
	said    said
	all     []mention // of options by all their words
}

// place is where an answer names an option.
type place struct{ option, at, end int }

// find finds where the words of an option stand in the answer side by side.
func (c *choosing) find() {
	for i, all := range c.words {
		for _, at := range c.said.where(all) {
			if len(all) == 1 && in(all[0], denying) && c.said.harmless(at) {
				continue // no problem
			}
			c.all = append(c.all, mention{c.options[i], at, at + len(all)})
		}
	}
}

// named lists the options that the answer names and means, each once.
func (c *choosing) named() []place {
	var found []place
	for _, m := range c.said.meant(c.all) {
		i := slices.Index(c.options, m.value)
		if !slices.ContainsFunc(found, func(p place) bool { return p.option == i }) {
			found = append(found, place{i, m.at, m.end})
		}
	}
	return found
}

// longest is the option that has all others in it: of small and extra small the latter.
func (c *choosing) longest(named []place) (string, bool) {
	best := slices.MaxFunc(named, func(a, b place) int { return (a.end - a.at) - (b.end - b.at) })
	for _, p := range named {
		if p.at < best.at || p.end > best.end {
			return "", false
		}
	}
	return c.clear(best)
}

// clear is the option that is named, unless what stands beside it makes something else of it.
func (c *choosing) clear(p place) (string, bool) {
	if c.others(p) || c.modified(p) {
		return "", false
	}
	return c.options[p.option], true
}

// others reports whether an answer that names one option has a word of another one beside it.
func (c *choosing) others(named place) bool {
	for at, w := range c.said {
		if at >= named.at && at < named.end || slices.Contains(c.words[named.option], w.word) {
			continue
		}
		for i, all := range c.words {
			if i != named.option && (shares(all, w.word, equal) || isDigit(w.word[0]) && slices.Contains(all, w.word)) && (!c.denied(at) || c.said.supposed(at)) {
				return true
			}
		}
	}
	return false
}

func (c *choosing) denied(at int) bool {
	return c.said.denies(mention{c.said[at].word, at, at + 1}, c.all)
}

// modified reports whether what an answer names is another thing than the option: by a word beside it such as
// light or oscuro, or by one that a hyphen ties to it.
func (c *choosing) modified(p place) bool {
	of := c.words[p.option]
	for _, beside := range []struct {
		at   int
		tied bool
	}{{p.at - 1, c.said[p.at].tied}, {p.end, p.end < len(c.said) && c.said[p.end].tied}} {
		w := c.said.word(beside.at)
		if w == "" || slices.Contains(of, w) || c.said[beside.at].clause != c.said[p.at].clause {
			continue
		}
		if beside.tied || in(w, modifying) {
			return true
		}
	}
	return false
}

// modifying are words that make something else of the one beside them.
const modifying = "light|dark|pale|bright|deep|navy|sky|baby|royal|electric|neon|pastel|off|non|half|semi|extra|super|ultra|mega|mini|" +
	"claro|clara|oscuro|oscura|marino|celeste|palido|palida|clair|claire|fonce|foncee|marine|ciel|hell|helles|hellen|dunkel|dunkles|dunklen|" +
	"escuro|escura|فاتح|فاتحة|غامق|غامقة|داكن|داكنة|浅|淺|深|淡|薄|濃"

// guessed is the option that is meant where none is named in full.
func (c *choosing) guessed() (string, bool) {
	var meant []string
	for at, w := range c.said {
		switch {
		case !c.denied(at):
			meant = append(meant, w.word)
		case c.said.supposed(at) && slices.ContainsFunc(c.words, func(o []string) bool { return shares(o, w.word, equal) }):
			return "", false
		}
	}
	has := func(same func(a, b string) bool) func([]string) bool {
		return func(option []string) bool {
			return slices.ContainsFunc(meant, func(w string) bool { return shares(option, w, same) })
		}
	}
	for _, fits := range []func(option []string) bool{
		func(option []string) bool { return slices.EqualFunc(option, meant, nearWord) },
		has(equal),
		has(func(a, b string) bool { return nearly([]string{b}, a) }),
	} {
		if i, n := only(c.words, fits); n == 1 && !c.hinted(i) {
			return c.options[i], true
		} else if n > 0 {
			return "", false
		}
	}
	return "", false
}

// hinted reports whether a word of an option stands in the answer as that of something else.
func (c *choosing) hinted(option int) bool {
	for at, w := range c.said {
		if shares(c.words[option], w.word, nearWord) && c.modified(place{option, at, at + 1}) {
			return true
		}
	}
	return false
}

func equal(a, b string) bool { return a == b }

// only returns the one option that fits, and how many do.
func only(options [][]string, fits func([]string) bool) (option, n int) {
	for i, o := range options {
		if fits(o) {
			option = i
			n++
		}
	}
	return option, n
}

// shares reports whether a word of an answer is one of an option's that say something, being longer than
// most that do not.
func shares(option []string, said string, same func(a, b string) bool) bool {
	for _, w := range option {
		r, _ := utf8.DecodeRuneInString(w)
		if (utf8.RuneCountInString(w) > 3 && !in(w, idle) || words.Continuous(r)) && same(w, said) {
			return true
		}
	}
	return false
}

// idle are longer words that say nothing of what is chosen.
const idle = "with|from|that|this|your|mine|please|like|would|want|have|will|para|pour|avec|oder|eine|mein|bitte"

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
