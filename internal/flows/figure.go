package flows

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/words"
)

// figure finds a number in figures, with the signs between them; space only parts thousands.
var figure = regexp.MustCompile(`[-+−]?\d+(?:[.,'’]\d+|[ \x{a0}\x{202f}]\d{3}\b)*`)

// numberOf finds the one number in a text, in figures or in words, and writes it with a decimal point
// and no other sign.
func numberOf(text, question string, known numerals) (string, float64, bool) {
	text = narrow(text)
	if strings.ContainsAny(text, fractions) {
		return "", 0, false
	}
	s, ok := counted(text, known.language)
	if !ok {
		return "", 0, false
	}
	found, ok := s.amounts(known)
	asked := words.Split(question)
	beside := func(m mention) bool {
		return s.limits(m) || known.halfKnown(s, m) || s.hour(m, asked, known.language)
	}
	if !ok || known.below(text) || slices.ContainsFunc(found, beside) {
		return "", 0, false
	}
	value, ok := s.once(s.withoutArticles(found, question))
	if !ok {
		return "", 0, false
	}
	n, err := strconv.ParseFloat(value, 64)
	return value, n, err == nil
}

// once is the one number that is mentioned and not denied. Two equal ones are two, as in 2 adults and 2 children,
// unless the one is the other in words: two (2).
func (s said) once(all []mention) (string, bool) {
	if s.doubtful(all) {
		return "", false
	}
	meant := s.meant(all)
	switch {
	case len(meant) == 1:
		return meant[0].value, true
	case len(meant) == 2:
		a, b := meant[0], meant[1]
		return a.value, a.value == b.value && a.end == b.at && (s[a.at].figure == "") != (s[b.at].figure == "")
	default:
		return "", false
	}
}

// fractions are signs of which words.Append would make two numbers.
const fractions = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅟↉"

// counted takes an answer apart with each number in figures as one word; false where one of them is none.
func counted(text, language string) (said, bool) {
	l := listener{language: language}
	from := 0
	for _, at := range figure.FindAllStringIndex(text, maxNumbers) {
		l.hear(text[from:at[0]])
		written := text[at[0]:at[1]]
		if !alone(text[:at[1]-len(strings.TrimLeft(written, "-+−"))], text[at[1]:]) {
			return nil, false
		}
		if at[0] > 0 && !strings.HasSuffix(text[:at[0]], " ") {
			written = strings.TrimLeft(written, "-−") // it joins: 5-6, table-5
		}
		value, ok := point(written, language)
		if !ok {
			return nil, false
		}
		l.figure(value, written)
		from = at[1]
	}
	l.hear(text[from:])
	return l.said, true
}

// alone reports whether a number in figures is one by itself, by what stands right before and behind it: not
// .5, f1ve, <5 or 5+.
func alone(before, behind string) bool {
	if strings.HasSuffix(" "+before, " .") || strings.HasSuffix(" "+before, " ,") || strings.HasPrefix(strings.TrimLeft(behind, " "), "+") {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(before, " "))
	letter, _ := utf8.DecodeLastRuneInString(before)
	return !strings.ContainsRune("<>≤≥", r) && !unicode.Is(unicode.Latin, letter) && !ordinalSign.MatchString(behind)
}

// ordinalSign finds what makes a number in figures say which of a row: 5e, 5ème, 5º.
var ordinalSign = regexp.MustCompile(`(?i)^(?:\.?[ºª°]|(?:i?[eè]me|ie\x{300}me|e\x{300}me|e|er|[eè]re|nde?|o|a)(?:\P{L}|$))`)

// amounts finds the numbers that an answer mentions; false where one of them is of a kind that is not
// understood, so that what is understood is not all.
func (s said) amounts(known numerals) ([]mention, bool) {
	var found []mention
	for i := 0; i < len(s); {
		var m mention
		var ok bool
		if s[i].figure != "" {
			m, ok = s.written(i)
		} else {
			m, ok = known.spoken(s, i)
		}
		if !ok {
			return nil, false
		}
		if m.end > i {
			found = append(found, m)
		}
		i = max(m.end, i+1)
	}
	return found, true
}

// written is the number in figures at a place, with what multiplies it; false where it is of a kind that is
// not understood.
func (s said) written(i int) (mention, bool) {
	value, end, ok := s[i].word, i+1, true
	if end < len(s) && s[end].clause == s[i].clause {
		value, end, ok = s.scaled(i)
	}
	return mention{value, i, end}, ok && !in(s.word(end), "st|nd|rd|th")
}

// spoken is the number in words at a place, the zero mention where none begins; false where it is of a kind that
// is not understood.
func (k numerals) spoken(s said, i int) (mention, bool) {
	if in(strings.TrimPrefix(s[i].word, "و"), vague) || s.oneOf(i, vaguePhrases) > 0 || s[i].word == "cent" && k.language == "en" {
		return mention{}, false
	}
	if s[i].word == "one" && in(s.word(i-1), "no|any|some|every|each|which|another") {
		return mention{}, true
	}
	end := k.run(s, i)
	if end == i {
		return mention{}, true
	}
	n, ok := k.value(s[i:end])
	if !ok || fractional(s.beside(end, end-1)) || n == 1 && (in(s.word(end), uncounted) || in(s.word(i-1), uncounted)) {
		return mention{}, false
	}
	return mention{strconv.Itoa(n), i, end}, true
}

// scaled is a number in figures with the thousand or million behind it; false where another number, or
// what may be a scale, stands there.
func (s said) scaled(i int) (value string, end int, ok bool) {
	next := s[i+1]
	times := 0.0
	switch {
	case next.figure != "":
		return "", 0, false
	case in(next.word, "k|thousand|mil|mille|tausend|الف|الاف|الفا|千"):
		times = 1e3
	case in(next.word, "hundred|hundert|百"):
		times = 100
	case in(next.word, dozens):
		times = 12
	case in(next.word, "million|millones|millions|millionen|milhoes|مليون"):
		times = 1e6
	case in(next.word, "万|萬"):
		times = 1e4
	case in(next.word, "m|mn|mio|bn|b|十"):
		return "", 0, false
	default:
		return s[i].word, i + 1, true
	}
	n, err := strconv.ParseFloat(s[i].word, 64)
	return strconv.FormatFloat(n*times, 'f', -1, 64), i + 2, err == nil && n*times < 1e15
}

// point writes a number in figures with a decimal point. Of two kinds of signs the last is the
// decimal one; one alone that stands before three digits is as the language has it.
//
// It is false for what has the signs of a number and is none.
func point(s, language string) (string, bool) {
	if at := strings.IndexAny(strings.TrimLeft(s, "-+−"), " \u00a0\u202f"); at > 3 {
		return "", false // a year and an amount, a code and a number
	}
	s = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "’", "", "−", "-", "+", "").Replace(s)
	decimal, thousands := ".", ","
	if comma(language) {
		decimal, thousands = ",", "."
	}
	if s, _, _ := strings.Cut(strings.TrimLeft(s, "-+"), decimal); strings.Count(s, thousands) > 1 && !thousandsApart(s, thousands) {
		return "", false
	}
	d, t := strings.LastIndex(s, decimal), strings.LastIndex(s, thousands)
	switch {
	case d >= 0 && t > d: // written in the other way
		decimal, thousands = thousands, decimal
	case d < 0 && t >= 0 && len(s)-t-1 != 3 && strings.Count(s, thousands) == 1:
		decimal, thousands = thousands, decimal
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, thousands, ""), decimal, ".")
	n, err := strconv.ParseFloat(s, 64)
	return strconv.FormatFloat(n, 'f', -1, 64), err == nil && len(s) <= 15
}

// thousandsApart reports whether a number is in groups of three figures, or of two before the last one as in
// India.
func thousandsApart(s, sign string) bool {
	groups := strings.Split(s, sign)
	last := len(groups) - 1
	for i, g := range groups {
		if len(g) > 3 || i == last && len(g) != 3 || i > 0 && i < last && len(g) < 2 || g == "" {
			return false
		}
	}
	return true
}

// comma reports whether a language writes decimals with a comma.
func comma(language string) bool { return in(words.Base(language), "es|fr|de|pt|it") }
