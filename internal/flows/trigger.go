package flows

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/bimpe/bimpe/internal/words"
)

// part is one alternative of a trigger: a phrase, a word set or a regular expression.
type part struct {
	source     string // as written, without the space around it
	kind       partKind
	words      []string // of a phrase in their order; of a word set distinct and sorted; of neither emoji, unless it has no words
	expression string   // without the strokes
}

type partKind int

const (
	phrase partKind = iota
	wordSet
	expression
)

// key is the same for parts that match the same messages.
func (p part) key() string {
	switch p.kind {
	case wordSet:
		return "{" + strings.Join(p.words, " ")
	case expression:
		return "/" + p.expression
	default:
		return strings.Join(p.words, " ")
	}
}

// length is how long a match of p counts: the letters of its words.
func (p part) length() int {
	n := 0
	for _, w := range p.words {
		n += utf8.RuneCountInString(w)
	}
	return n
}

// parseTrigger takes a trigger apart. Parts are parted by commas, bars and line ends; but /…/ up to
// the stroke before such a sign, and {…} up to its brace, are one part, whatever stands in it. Parts
// without a word or an emoji match nothing: they are left out, and mute are those of them that are not blank.
func parseTrigger(trigger string) (parts []part, mute []string) {
	for trigger != "" {
		p, rest := nextPart(trigger)
		switch {
		case p.kind == expression || len(p.words) > 0:
			parts = append(parts, p)
		case p.source != "":
			mute = append(mute, p.source)
		}
		trigger = rest
	}
	return parts, mute
}

func nextPart(trigger string) (part, string) {
	trigger = strings.TrimLeft(trigger, " \t")
	switch {
	case strings.HasPrefix(trigger, "/"):
		if end, next, ok := stroke(trigger); ok {
			return part{kind: expression, source: trigger[:end+1], expression: trigger[1:end]}, trigger[next:]
		}
	case strings.HasPrefix(trigger, "{"):
		if end := strings.IndexAny(trigger, "}\n"); end > 0 && trigger[end] == '}' {
			if next, ok := ends(trigger, end+1); ok {
				set := wordsOrSigns(trigger[1:end])
				slices.Sort(set)
				return part{kind: wordSet, source: trigger[:end+1], words: slices.Compact(set)}, trigger[next:]
			}
		}
	}
	end, next := cut(trigger)
	source := strings.TrimSpace(trigger[:end])
	return part{kind: phrase, source: source, words: wordsOrSigns(source)}, trigger[next:]
}

// wordsOrSigns are the words of a text; where it has none, its emoji.
func wordsOrSigns(text string) []string {
	if all := words.Split(text); len(without(all, string(keycap))) > 0 { // that of # is no word
		return all
	}
	return signs(text)
}

// stroke finds the stroke that ends a regular expression: the first one, not escaped and on the same
// line, behind which the part ends. It returns where what follows begins.
func stroke(trigger string) (end, next int, ok bool) {
	for i := 1; i < len(trigger); i++ {
		switch trigger[i] {
		case '\\':
			i++
		case '\n', '\r':
			return 0, 0, false
		case '/':
			after := i + 1
			if strings.HasPrefix(trigger[after:], "i") {
				after++ // case never counts, so the flag that says so is no more than a habit
			}
			if next, ok = ends(trigger, after); ok && i > 1 {
				return i, next, true
			}
		}
	}
	return 0, 0, false
}

// ends reports whether nothing more of a part stands at i, and where the next part begins.
func ends(trigger string, i int) (next int, ok bool) {
	end, next := cut(trigger[i:])
	return i + next, strings.TrimSpace(trigger[i:i+end]) == ""
}

// cut returns where the first phrase of a trigger ends and where the next begins.
func cut(trigger string) (end, next int) {
	for i, r := range trigger {
		if parts(r) {
			return i, i + utf8.RuneLen(r)
		}
	}
	return len(trigger), len(trigger)
}

// parts reports whether r stands between phrases.
func parts(r rune) bool {
	switch r {
	case ',', '|', '\n', '\r', '،', '，', '、', '｜', '\u2028', '\u2029':
		return true
	default:
		return false
	}
}

// heard is a message made ready to be matched. What nobody sees in it does not count, so that it
// cannot keep a word from being heard.
type heard struct {
	raw    string   // all that was written
	text   string   // the beginning of what was written
	folded []byte   // " word word "
	words  []string // of folded
}

// maxHeard is how much of a message regular expressions and conditions look at, in characters.
const maxHeard = 2000

func hear(text string) heard {
	h := heard{raw: text, text: norm.NFC.String(beginning(words.Visible(text), maxHeard)), folded: words.Append([]byte{' '}, text)}
	if n := len(h.folded); n > 1 {
		h.words = strings.Split(string(h.folded[1:n-1]), " ")
	}
	return h
}

// says reports whether the words of a phrase stand in the message side by side.
func (h heard) says(phrase string) bool {
	if b := words.Append([]byte{' '}, phrase); len(b) > 1 {
		return bytes.Contains(h.folded, b)
	}
	b := signs(phrase)
	return len(b) > 0 && strings.Contains(between(signs(h.raw)), between(b))
}

// between puts words between spaces, so that they can be found whole.
func between(all []string) string { return " " + strings.Join(all, " ") + " " }

// beginning is the first n characters of s.
func beginning(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
