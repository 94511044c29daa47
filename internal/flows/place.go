package flows

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/bimpe/bimpe/internal/words"
)

// exactly finds an option that is the whole answer but for politeness, or whose number or place in the list is:
// option 1 please, the first one. A number that other options have in them is not taken for that of a place.
func exactly(options []string, answer string, known numerals) (string, bool) {
	if o, ok := bySign(options, answer); ok {
		return o, true
	}
	said := words.Split(narrow(answer))
	all := make([][]string, len(options))
	for i, o := range options {
		if all[i] = words.Split(narrow(o)); len(all[i]) > 0 && slices.Equal(said, all[i]) {
			return o, true
		}
	}
	bare := without(said, courteous)
	if i, n := only(all, func(o []string) bool { return len(bare) > 0 && slices.Equal(without(o, courteous), bare) }); n == 1 {
		return options[i], true
	}
	word, at := known.place(bare, len(options), abbreviated.MatchString(answer))
	if word == "" {
		return "", false
	}
	inside, count := only(all, func(o []string) bool { return slices.Contains(o, word) })
	switch listed := at >= 1 && at <= len(options); {
	case count == 0 && listed:
		return options[at-1], true
	case count == 1 && (!listed || at-1 == inside):
		return options[inside], true
	default:
		return "", false
	}
}

// bySign finds the one option without words whose emoji, or else whatever it is, an answer is but for politeness.
func bySign(options []string, answer string) (string, bool) {
	if len(without(words.Split(answer), courteous)) > 0 {
		return "", false
	}
	found, n := "", 0
	for _, o := range options {
		if len(words.Split(o)) > 0 {
			continue
		}
		is := optionKey(strings.TrimSpace(answer)) == optionKey(o)
		if signed := signs(o); len(signed) > 0 {
			is = slices.Equal(slices.Compact(signs(answer)), slices.Compact(signed))
		}
		if is {
			found = o
			n++
		}
	}
	return found, n == 1
}

// abbreviated finds the short form of a word for number that is a no without its point.
var abbreviated = regexp.MustCompile(`(?i)\bn[oº°]?[.º°]`)

// place is the place in a list that an answer means, and the word that says so; "" where it says anything else.
func (k numerals) place(said []string, length int, abbreviated bool) (word string, at int) {
	rest, keyed := k.placing(said, abbreviated)
	if keyed || slices.ContainsFunc(rest, func(w string) bool { return ordinal(w, length) > 0 }) {
		rest = without(rest, choosingWords+"|i|ll|d|je|j|ich|eu|go")
	}
	if len(rest) == 2 && rest[1] == "one" && ordinal(rest[0], length) > 0 {
		rest = rest[:1] // the first one
	}
	if len(rest) != 1 {
		return "", 0
	}
	if at = placeOf(rest[0], length); at > 0 {
		return rest[0], at
	}
	if n, _, ok := k.word(rest[0]); ok && keyed { // a number in words may be another one
		return rest[0], n
	}
	return "", 0
}

// placing is what an answer says beside the words of lists, and whether one of them says that a number follows.
func (k numerals) placing(said []string, abbreviated bool) (rest []string, keyed bool) {
	for _, w := range said {
		switch {
		case in(w, numbering), abbreviated && in(w, "no|n"):
			keyed = true
		case in(w, listing), k.language == "pt" && in(w, "a|o"):
		default:
			rest = append(rest, w)
		}
	}
	return rest, keyed
}

// placeOf is the place that a word is by itself, in figures or as one of a row; 0 where it is none.
func placeOf(word string, length int) int {
	if n, err := strconv.Atoi(word); err == nil {
		return n
	}
	return ordinal(word, length)
}

// ordinal is the place that a word names in a list of a length; 0 where it names none.
func ordinal(word string, length int) int {
	for i, row := range strings.Fields(ordinalPlaces) {
		if in(word, row) {
			return i + 1
		}
	}
	if in(word, "last|ultimo|ultima|dernier|derniere|letzte|letzten|letzter|letztes|الاخير|الاخيرة") {
		return length
	}
	return 0
}

// without is all words that stand in no list.
func without(all []string, list string) []string {
	var rest []string
	for _, w := range all {
		if !in(w, list) {
			rest = append(rest, w)
		}
	}
	return rest
}

// What an answer says beside what it means: politeness, words for a place in a list, and what stands before one.
const (
	courteous = "please|pls|plz|thanks|thank|you|thx|ok|okay|por|favor|gracias|s|il|vous|te|plait|svp|merci|bitte|danke|obrigado|obrigada|من|فضلك|لو|سمحت|شكرا|请|谢"
	numbering = "option|options|number|choice|nr|nummer|numero|num|opcion|opcao|choix|auswahl|الخيار|خيار|رقم|第"
	listing   = "the|el|la|le|l|die|der|das|den|个|個"
	// ordinalPlaces are the first five.
	ordinalPlaces = "first|1st|primero|primera|primer|premier|premiere|1er|1ere|erste|ersten|erster|erstes|primeiro|primeira|الاول|الاولى " +
		"second|2nd|segundo|segunda|deuxieme|seconde|2e|2eme|zweite|zweiten|zweiter|zweites|الثاني|الثانية " +
		"third|3rd|tercero|tercera|tercer|troisieme|3e|3eme|dritte|dritten|dritter|drittes|terceiro|terceira|الثالث|الثالثة " +
		"fourth|4th|cuarto|cuarta|quatrieme|4e|4eme|vierte|vierten|vierter|viertes|quarto|quarta|الرابع|الرابعة " +
		"fifth|5th|quinto|quinta|cinquieme|5e|5eme|funfte|funften|funfter|funftes|الخامس|الخامسة"
)
