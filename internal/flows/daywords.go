package flows

import "strings"

// dayWords is the day of a month, said as one of a row, in words that end at a place, and where they begin; 0 where
// none do: first, twenty-first, fünfte, الخامس والعشرين.
func (c calendar) dayWords(s said, end int) (d, from int) {
	if d = c.dayWord(s.word(end)); d != 0 && d < 10 && tens(s.beside(end-1, end)) != 0 {
		return tens(s.word(end-1)) + d, end - 1
	}
	if d != 0 {
		return d, end
	}
	if unit := c.dayWord(s.beside(end-1, end)); unit > 0 && unit < 10 && in(s.word(end), "والعشرين|والعشرون|والثلاثين|والثلاثون") {
		return unit + c.dayWord(strings.TrimPrefix(s.word(end), "و")), end - 1
	}
	if unit := c.dayWord(s.beside(end-1, end)); unit > 0 && unit < 10 && s.word(end) == "عشر" {
		return 10 + unit, end - 1
	}
	return 0, end
}

// cardinal is a number from 1 to 31 in words that end at a place, and where it begins: veintidós, vingt et un; none
// that says for how many.
func (c calendar) cardinal(s said, end int) (d, from int) {
	const most = 5 // words
	for from = max(0, end+1-most); from <= end; from++ {
		if s[from].clause != s[end].clause || s[from].figure != "" || c.numerals.run(s, from) != end+1 {
			continue
		}
		n, ok := c.numerals.value(s[from : end+1])
		if !ok || n < 1 || n > 31 || in(s.beside(from-1, from), "for|para|pour|fur|por|somos|of") {
			return 0, end
		}
		return n, from
	}
	return 0, end
}

// tens are twenty and thirty before the ordinal of a unit.
func tens(w string) int {
	switch {
	case in(w, "twenty|vigesimo|vigesima"):
		return 20
	case in(w, "thirty|trigesimo|trigesima"):
		return 30
	}
	return 0
}

// dayWord is what one word says of the day of a month, 0 for nothing.
func (c calendar) dayWord(w string) int {
	for row := range strings.SplitSeq(dayOrdinals, "\n") {
		for i, names := range strings.Fields(row) {
			if in(w, names) {
				return i + 1
			}
		}
	}
	if in(w, "twentieth|vigesimo|zwanzigste|zwanzigsten|العشرين|العشرون") {
		return 20
	}
	if in(w, "thirtieth|trigesimo|الثلاثين|الثلاثون") {
		return 30
	}
	for _, ending := range []string{"sten|ste|ster|th", "ten|te|ter"} {
		for one := range strings.SplitSeq(ending, "|") {
			if stem, ok := strings.CutSuffix(w, one); ok {
				if n, ok := c.numerals.of(stem); ok && n > 3 && n <= 31 {
					return n
				}
			}
		}
	}
	return 0
}

// dayOrdinals are those from the first on, as far as they are not made of numerals.
const dayOrdinals = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth\n" +
	"primero|primer|primera segundo tercero|tercer cuarto quinto sexto septimo octavo noveno decimo\n" +
	"premier\n" +
	"erste|ersten|erster zweite|zweiten|zweiter dritte|dritten|dritter - - - siebte|siebten|siebter achte|achten|achter\n" +
	"primeiro - terceiro quarto - - setimo oitavo nono\n" +
	"الاول|الحادي الثاني الثالث الرابع الخامس السادس السابع الثامن التاسع العاشر"

// unclear reports whether right before the day of a month stands a numeral of which it would be a part, or one
// that is not known: veinte 5 de diciembre, trigésimo 1.
func (c calendar) unclear(s said, from int) bool {
	before := s.beside(from-1, from)
	n, _, ok := c.numerals.word(before)
	if n = max(n, number(before)); ok || n > 0 {
		return n == 20 || n == 30
	}
	return tens(before) != 0 || before == "و" && c.isNumeral(s.beside(from-2, from)) || c.numerals.resembles(before)
}

func (c calendar) isNumeral(w string) bool {
	_, _, ok := c.numerals.word(w)
	return ok
}
