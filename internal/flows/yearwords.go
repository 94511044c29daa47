package flows

// nextYear are the ways to say that a day is one of the next year, thisYear of this one.
const (
	nextYear = "next year|ano que viene|proximo ano|ano proximo|an prochain|annee prochaine|nachsten jahres|nachstes jahr|nachsten jahr|kommenden jahres|" +
		"kommendes jahr|ano que vem|العام القادم|السنة القادمة|العام المقبل|السنة المقبلة|明 年|来 年"
	thisYear  = "this year|este ano|cette annee|dieses jahr|dieses jahres|هذا العام|هذه السنة|今 年"
	yearWords = "year|jahr|jahres|ano|annee|العام|عام|السنة|سنة"
	beforeIt  = "of|de|do|del|in|en|im|em|des|dem|في|من|سنة|عام|year|jahr|jahre|ano|annee|l"
)

// yearSaid is the year that an answer says of a date, 0 where it says none; false where it says one that is not
// understood.
func (c calendar) yearSaid(s said, m inWords) (int, bool) {
	if s.yearsAhead() {
		return 0, false
	}
	if y := s.yearAt(m.from, m.to); y != 0 {
		return y, s.onlyYear(y)
	}
	for at := range s {
		switch {
		case s.oneOf(at, nextYear) > 0:
			return c.now.Year() + 1, true
		case s.oneOf(at, thisYear) > 0:
			return c.now.Year(), true
		}
	}
	at := m.to
	for at < len(s) && s[at].clause == s[m.to-1].clause && in(s[at].word, beforeIt) {
		at++
	}
	if s.beside(at, m.to-1) != "" {
		if y := s.year(at); y != 0 {
			return y, s.onlyYear(y)
		}
		if y, said := c.spokenYear(s, at); said {
			return y, y != 0
		}
	}
	for _, w := range s {
		if in(w.word, yearWords) {
			return 0, false
		}
	}
	return 0, true
}

// spokenYear is a year in words at a place; 0 for a number that is none which can be told, such as twenty
// twenty-seven.
func (c calendar) spokenYear(s said, at int) (year int, said bool) {
	end := c.numerals.run(s, at)
	if end == at || in(s.word(end), hours+"|"+heads) {
		return 0, false
	}
	n, ok := c.numerals.value(s[at:end])
	if ok && n >= 2000 && n <= 2099 {
		return n, true
	}
	return 0, !ok || n >= 10
}

// onlyYear reports whether an answer has no other year in figures than one.
func (s said) onlyYear(year int) bool {
	for _, w := range s {
		if y := number(w.word); y >= 2000 && y <= 2099 && y != year {
			return false
		}
	}
	return true
}

// yearsAhead reports whether an answer counts years: two years from now, dans deux ans.
func (s said) yearsAhead() bool {
	for at, w := range s {
		if in(w.word, "years|anos|ans|jahren|سنوات|سنتين|عامين") &&
			(in(s.word(at+1), "from|later|hence|ahead|despues|depois") || in(s.word(at-2), "in|dans|dentro|de|a|en|em|بعد") || s.word(at-1) == "بعد") {
			return true
		}
	}
	return false
}

// yearAlone reports whether an answer without a date speaks of a year.
func (s said) yearAlone() bool {
	if s.yearsAhead() {
		return true
	}
	for at, w := range s {
		if in(w.word, yearWords) && s.oneOf(at, "ano novo") == 0 || w.word == "an" && s.word(at-1) == "l" {
			return true
		}
		if y := number(w.word); y >= 2000 && y <= 2099 {
			return true
		}
	}
	return false
}
