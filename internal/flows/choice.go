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
	if o, ok := exactly(options, answer, known); ok {
		return o, true
	}
	if o, are := byHour(options, answer, known); are {
		return o, o != ""
	}
	c := choosing{options: options, known: map[int]bool{}, said: heed(narrow(answer), known.language)}
	for _, o := range options {
		c.words = append(c.words, words.Split(narrow(o)))
	}
	c.detach()
	c.find()
	named := c.named()
	if c.said.doubtful(c.all) {
		return "", false
	}
	switch len(named) {
	case 0:
		if c.open {
			return "", false
		}
		return c.guessed()
	case 1:
		return c.clear(named[0])
	default:
		return c.longest(named)
	}
}

// choosing is an answer that is not an option as it stands.
type choosing struct {
	options []string
	words   [][]string // of each option
	said    said
	all     []mention    // of options by all their words
	known   map[int]bool // words of the answer that are denied, or are not
	open    bool         // a no that is an option begins what answers nothing
}

// place is where an answer names an option.
type place struct{ option, at, end int }

// find finds where the words of an option stand in the answer side by side.
func (c *choosing) find() {
	for i, all := range c.words {
		for _, at := range c.said.where(all) {
			if len(all) == 1 && in(all[0], denying+"|"+noes) && (c.said.harmless(at) || c.said.leavesOpen(at)) {
				c.open = c.open || c.said.leavesOpen(at)
				continue // no problem, no idea
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
	if c.others(p) || c.modified(p) || c.halfhearted(p) || c.said.depends(p.at) {
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
			if i == named.option || !slices.Contains(all, w.word) || !shares(all, w.word, equal) && !telling(w.word) {
				continue
			}
			if !c.denied(at) || c.said.supposed(at) {
				return true
			}
		}
	}
	return false
}

// denied reports whether a word of the answer is, and remembers it.
func (c *choosing) denied(at int) bool {
	is, known := c.known[at]
	if !known {
		is = c.said.denies(mention{c.said[at].word, at, at + 1}, c.all)
		c.known[at] = is
	}
	return is
}

// guessed is the option that is meant where none is named in full.
func (c *choosing) guessed() (string, bool) {
	var meant []string
	for at, w := range c.said {
		switch {
		case c.said.depends(at) && telling(w.word) && c.offers(w.word):
			return "", false
		case !c.denied(at):
			meant = append(meant, w.word)
		case c.said.supposed(at) && telling(w.word) && c.offers(w.word):
			return "", false
		}
	}
	if i, ok := c.told(); ok {
		return c.options[i], true
	}
	has := func(same func(a, b string) bool) func([]string) bool {
		return func(option []string) bool {
			return slices.ContainsFunc(meant, func(w string) bool { return shares(option, w, same) })
		}
	}
	for _, fits := range []func(option []string) bool{
		func(option []string) bool { return alike(option, meant) },
		has(equal),
		has(func(a, b string) bool { return nearly([]string{b}, a) }),
	} {
		if i, n := only(c.words, fits); n == 1 && !c.hinted(i) && !c.others(place{option: i}) {
			return c.options[i], true
		} else if n > 0 {
			return "", false
		}
	}
	return "", false
}

// offers reports whether a word is one of an option.
func (c *choosing) offers(word string) bool {
	return slices.ContainsFunc(c.words, func(o []string) bool { return slices.Contains(o, word) })
}

// told is the one option that has all words of the answer that say something, however short they are: red, of a
// red shirt and a blue one. A word by itself says something, whatever it is.
func (c *choosing) told() (option int, ok bool) {
	var all []string
	for at, w := range c.said {
		switch {
		case in(w.word, denying) || c.denied(at):
			return 0, false
		case telling(w.word), len(c.said) == 1 && !in(w.word, polite):
			all = append(all, w.word)
		}
	}
	if len(all) == 0 || len(all) == 1 && isDigit(all[0][0]) { // a number alone may be a place in the list
		return 0, false
	}
	option, n := only(c.words, func(o []string) bool {
		return !slices.ContainsFunc(all, func(w string) bool { return !slices.Contains(o, w) })
	})
	return option, n == 1
}

// telling reports whether a word says something of what is chosen.
func telling(word string) bool {
	return !in(word, idle+"|"+filling+"|"+courteous+"|"+choosingWords+"|"+silent)
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

// alike reports whether words are an option's but for a letter here and there; without words nothing is.
func alike(option, said []string) bool {
	return len(said) > 0 && slices.EqualFunc(option, said, nearWord)
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

// silent are short words that say nothing of it.
const silent = "i|me|my|you|we|us|it|is|am|pm|be|do|go|so|too|all|any|can|not|no|yes|hi|one|ones|if|in|out|up|as|are|was|has|had|get|got|let|ll|d|m|s|t|re|ve|" +
	"je|tu|il|nous|ich|wir|du|es|sie|eu|yo|mi|su|se|te|lo|nos|con|sin|com|sem|ao|mit|bei|zu|auf|an|ab|ne|pas|si|ja|oui|sim|uno|eins|l"

// nearly reports whether a word stands in a list but for one letter. Short words never do.
func nearly(all []string, word string) bool {
	return len(word) > 4 && slices.ContainsFunc(all, func(w string) bool { return !compares(w, word) && near([]rune(w), []rune(word)) })
}

func nearWord(a, b string) bool { return a == b || nearly([]string{a}, b) || nearly([]string{b}, a) }

// compares reports whether one of two words is the other one in comparison: large and larger.
func compares(a, b string) bool {
	return strings.HasSuffix(a, "e") && b == a+"r" || strings.HasSuffix(b, "e") && a == b+"r"
}

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
