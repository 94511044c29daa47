package flows

import (
	"regexp"
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
	tied   bool   // to the word before, by a hyphen
	turns  bool   // what follows it in the clause is another matter
	no     bool   // it may say no to what stands before it
	none   bool   // such a no may be for the thing behind it: no sugar
}

// heed takes an answer apart.
func heed(text, language string) said {
	l := &listener{language: language}
	l.hear(text)
	return l.said
}

// listener takes an answer apart bit by bit.
type listener struct {
	said     said
	clause   int
	language string // of who is asked
}

func (l *listener) hear(text string) {
	for text != "" {
		end, next := clauseEnd(text)
		for i, bit := range hyphen.Split(text[:end], -1) {
			for j, w := range words.Split(bit) {
				l.said = append(l.said, spoken{
					word: w, clause: l.clause, tied: i > 0 && j == 0, turns: in(w, turning) || in(w, providing), no: in(w, refusing),
					none: in(w, "kein|keine|keinen|keinem") || w == "no" && l.language != "es",
				})
			}
		}
		if end < next {
			l.clause++
		}
		text = text[next:]
	}
}

// hyphen finds what makes one word of two; one with space beside it does not. What stands around it is found
// with it, so that it is kept.
var hyphen = regexp.MustCompile(`\b[-‐‑]\b`)

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

// word is the word at a place, "" outside.
func (s said) word(at int) string {
	if at < 0 || at >= len(s) {
		return ""
	}
	return s[at].word
}

// mention is something that an answer may mean.
type mention struct {
	value   string
	at, end int // of its words
}

// sole returns the one value that is mentioned and not denied, however often; false where there is none,
// or more than one.
func (s said) sole(all []mention) (string, bool) {
	found, ok := "", false
	for _, m := range s.meant(all) {
		if ok && m.value != found {
			return "", false
		}
		found, ok = m.value, true
	}
	return found, ok && !s.doubtful(all)
}
