package flows

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/words"
)

// said is an answer word by word, so that it shows what stands before what.
type said []spoken

// spoken is one word of an answer, and in which clause of it.
type spoken struct {
	word   string
	clause int
	figure string // as written, where it is a number in figures
}

// heed takes an answer apart.
func heed(text string) said {
	l := &listener{}
	l.hear(text)
	return l.said
}

// listener takes an answer apart bit by bit.
type listener struct {
	said   said
	clause int
}

func (l *listener) hear(text string) {
	for text != "" {
		end, next := clauseEnd(text)
		for _, w := range words.Split(text[:end]) {
			l.said = append(l.said, spoken{word: w, clause: l.clause})
		}
		if end < next {
			l.clause++
		}
		text = text[next:]
	}
}

// figure hears a number in figures as one word.
func (l *listener) figure(word, written string) {
	l.said = append(l.said, spoken{word: word, clause: l.clause, figure: written})
}

// clauseEnd returns where the first clause of a text ends, and where the next begins. A full stop ends
// one only where no figure stands before it and space behind it.
func clauseEnd(text string) (end, next int) {
	before := ' '
	for i, r := range text {
		n := i + utf8.RuneLen(r)
		switch {
		case strings.ContainsRune(",;:!?\n()[]|–—…،؛؟，。、；：！？", r):
			return i, n
		case r == '.' && !unicode.IsDigit(before) && (n == len(text) || text[n] == ' '):
			return i, n
		}
		before = r
	}
	return len(text), len(text)
}

// has reports whether words stand in s from i on.
func (s said) has(i int, all []string) bool {
	if len(all) == 0 || i+len(all) > len(s) {
		return false
	}
	for j, w := range all {
		if s[i+j].word != w {
			return false
		}
	}
	return true
}

// where returns each place at which words stand in s.
func (s said) where(all []string) []int {
	var found []int
	for i := range s {
		if s.has(i, all) {
			found = append(found, i)
		}
	}
	return found
}

// denied reports whether what stands from i to end is said not to be meant: "not", "anything but" and the
// like in the same clause shortly before it, or "does not" right behind it.
func (s said) denied(i, end int) bool {
	return s.deniedBefore(i) || s.deniedBehind(i, end)
}

func (s said) deniedBefore(i int) bool {
	const near = 5 // words that say something
	if i >= len(s) {
		return false
	}
	for at, n := i-1, 0; at >= 0 && s[at].clause == s[i].clause && n < near; at-- {
		switch s.sense(at) {
		case denies:
			return true
		case turns:
			return false
		case says:
			n++
		case fills:
		}
	}
	return false
}

// sense is what a word does to what follows it.
type sense int

const (
	says sense = iota
	fills
	turns
	denies
)

func (s said) sense(at int) sense {
	switch w, before, next := s[at].word, s.word(at-1), s.word(at+1); {
	case w == "but" && in(before, "anything|everything|all|any"):
		return denies
	case in(w, turning), w == "not" && in(before, "why|sure"):
		return turns
	case w == "no" && in(next, "domingo|sabado|dia|proximo|fim"): // "on" in Portuguese
		return fills
	case w == "no" && in(next, agreeable):
		return says
	case in(w, denying):
		return denies
	case in(w, filling):
		return fills
	default:
		return says
	}
}

func (s said) deniedBehind(i, end int) bool {
	if end >= len(s) || i >= len(s) || s[end].clause != s[end-1].clause {
		return false
	}
	if in(s[end].word, "isnt|doesnt|wont|cannot|excluded") {
		return true
	}
	if in(s[end].word, "is|are|was|does|do|did|will|would|can|isn|doesn|won|wouldn|aren|don") &&
		in(s.word(end+1), "not|t|no|never|impossible|out") {
		return true
	}
	if in(s[end].word, "no|not|nao|nicht|pas|non") && (end+1 == len(s) || s[end+1].clause != s[end].clause) {
		return true // el viernes no
	}
	return s.deniedInJapanese(end)
}

// deniedInJapanese looks for what stands behind in Japanese, and sometimes in Chinese.
func (s said) deniedInJapanese(end int) bool {
	if r, _ := utf8.DecodeRuneInString(s[end].word); !words.Continuous(r) {
		return false
	}
	for no := range strings.SplitSeq("ではな|じゃな|はだめ|はダメ|は無理|不行|不可|以外", "|") {
		if s.has(end, words.Split(no)) {
			return true
		}
	}
	return false
}

// word is the word at a place, "" outside.
func (s said) word(at int) string {
	if at < 0 || at >= len(s) {
		return ""
	}
	return s[at].word
}

// The words about which an answer turns: those that deny, those with which the meaning turns again, and
// those that say nothing by themselves. All are as words.Append writes them.
const (
	denying = "not|never|t|dont|cant|wont|isnt|doesnt|cannot|except|excluding|without|neither|no|" +
		"ni|nunca|tampoco|excepto|salvo|sin|pas|sauf|jamais|excepte|sans|" +
		"nicht|kein|keine|keinen|keinem|keinesfalls|ausser|ohne|nie|nao|nem|exceto|" +
		"ليس|لا|الا|غير|مش|不|别|没|非|勿|除"
	agreeable = "problem|problems|prob|worries|rush|hurry|doubt|matter|idea" // behind "no"
	turning   = "but|instead|sino|pero|mais|sondern|aber|mas|senao|بل|而"
	filling   = "the|a|an|on|at|in|for|of|to|by|or|and|nor|el|la|los|las|un|una|o|y|u|e|le|les|de|du|des|et|ou|der|die|das|den|dem|" +
		"am|um|im|und|oder|noch|os|as|em|na"
)

// mention is something that an answer may mean.
type mention struct {
	value   string
	at, end int // of its words
}

// sole returns the one value that is mentioned and not denied, however often; false where there is none,
// or more than one.
func (s said) sole(all []mention) (string, bool) {
	found, ok := "", false
	for _, m := range all {
		if s.denied(m.at, m.end) {
			continue
		}
		if ok && m.value != found {
			return "", false
		}
		found, ok = m.value, true
	}
	return found, ok
}
