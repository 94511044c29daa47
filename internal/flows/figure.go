package flows

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/bimpe/bimpe/internal/words"
)

// figure finds a number in figures, with all signs that can be in one.
var figure = regexp.MustCompile(`[-+−]?\d(?:[\d.,'’ \x{a0}\x{202f}]*\d)?`)

// numberOf finds the one number in a text and writes it with a decimal point and no other sign.
func numberOf(text, language string) (string, float64, bool) {
	text = narrow(text)
	found := figure.FindAllString(text, 3)
	if len(found) == 0 {
		return inWords(text)
	}
	s := point(found[0], language)
	for _, other := range found[1:] {
		if point(other, language) != s {
			return "", 0, false
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || len(s) > 15 {
		return "", 0, false
	}
	return strconv.FormatFloat(n, 'f', -1, 64), n, true
}

// point writes a number in figures with a decimal point. Of two kinds of signs the last is the
// decimal one; one alone that stands before three digits is as the language has it.
func point(s, language string) string {
	s = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "’", "", "−", "-", "+", "").Replace(s)
	decimal, thousands := ".", ","
	if comma(language) {
		decimal, thousands = ",", "."
	}
	d, t := strings.LastIndex(s, decimal), strings.LastIndex(s, thousands)
	switch {
	case d >= 0 && t > d: // written in the other way
		decimal, thousands = thousands, decimal
	case d < 0 && t >= 0 && len(s)-t-1 != 3 && strings.Count(s, thousands) == 1:
		decimal, thousands = thousands, decimal
	}
	s = strings.ReplaceAll(s, thousands, "")
	return strings.ReplaceAll(s, decimal, ".")
}

// comma reports whether a language writes decimals with a comma.
func comma(language string) bool { return in(words.Base(language), "es|fr|de|pt|it") }

// inWords finds a small number that is written as a word.
func inWords(text string) (string, float64, bool) {
	found := -1
	for _, w := range words.Split(text) {
		for n, names := range strings.Split(numerals, "\n") {
			if !in(w, names) {
				continue
			}
			if found >= 0 && found != n {
				return "", 0, false
			}
			found = n
		}
	}
	return strconv.Itoa(found), float64(found), found >= 0
}

// The numbers from 0 to 12 as words.Append writes them. What is an article too counts as one.
const numerals = "zero|cero|null|nenhum|صفر|零\n" +
	"one|uno|un|una|une|eins|ein|eine|um|uma|واحد|一\n" +
	"two|dos|deux|zwei|dois|duas|اثنان|اثنين|二|两\n" +
	"three|tres|trois|drei|ثلاثة|三\n" +
	"four|cuatro|quatre|vier|quatro|اربعة|四\n" +
	"five|cinco|cinq|funf|خمسة|五\n" +
	"six|seis|sechs|ستة|六\n" +
	"seven|siete|sept|sieben|sete|سبعة|七\n" +
	"eight|ocho|huit|acht|oito|ثمانية|八\n" +
	"nine|nueve|neuf|neun|nove|تسعة|九\n" +
	"ten|diez|dix|zehn|dez|عشرة|十\n" +
	"eleven|once|onze|elf\n" +
	"twelve|doce|douze|zwolf|doze"
