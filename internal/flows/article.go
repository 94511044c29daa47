package flows

import (
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/words"
)

// withoutArticles leaves out of the numbers of an answer each 1 that is the article of something had once for
// as many as another number says: una mesa para 4. What the question asks for is counted, whatever it is.
func (s said) withoutArticles(all []mention, question string) []mention {
	asked := words.Split(question)
	var others []mention
	dropped := false
	for i, m := range all {
		if s.article(m) && (s.serves(m.end, asked) || s.leads(all[i+1:], m.end, asked)) {
			dropped = true
			continue
		}
		others = append(others, m)
	}
	if dropped && slices.ContainsFunc(others, func(m mention) bool { return s.clock(m) || !s.ofPeople(m) }) {
		return all
	}
	return others
}

// ofPeople reports whether a number says for how many something is: by what stands before it or behind it, or as
// all that its clause says.
func (s said) ofPeople(m mention) bool {
	begins, ends := m.at == 0 || s[m.at-1].clause != s[m.at].clause, s.ends(m)
	return begins && ends || in(s.word(m.end), heads) ||
		in(s.word(m.at-1), "para|pour|fur|por|for|of|de|von|somos|seremos|estaremos|nous|sommes|serons|sind|uns|nosotros|nosotras")
}

// ends reports whether the clause of a mention ends with it.
func (s said) ends(m mention) bool { return m.end == len(s) || s[m.end].clause != s[m.end-1].clause }

// article reports whether a 1 is a word that is also an article.
func (s said) article(m mention) bool {
	return m.end == m.at+1 && s[m.at].figure == "" && in(s[m.at].word, "un|una|une|um|uma|ein|eine")
}

// clock reports whether a number is a time of the day: a las 8, 20 Uhr.
func (s said) clock(m mention) bool {
	return in(s.word(m.at-1), "at|las|as|um|gegen|vers") || in(s.word(m.end), hours)
}

// serves reports whether right behind an article, or behind an adjective, stands what is there for several
// people, and not what is asked for.
func (s said) serves(at int, asked []string) bool {
	const near = 2 // words
	for i := at; i < at+near && i < len(s) && s[i].clause == s[at-1].clause && s[i].figure == ""; i++ {
		if in(s[i].word, serving) {
			return !named(asked, s[i].word)
		}
	}
	return false
}

// leads reports whether an article and whatever stands behind it lead to a number of people, where the question
// asks for that: ein Zimmer für 2.
func (s said) leads(others []mention, at int, asked []string) bool {
	if at >= len(s) || s[at].clause != s[at-1].clause || in(s[at].word, heads) || named(asked, s[at].word) || !asksPeople(asked) {
		return false
	}
	return slices.ContainsFunc(others, func(m mention) bool {
		return m.at > at && in(s.word(m.at-1), "para|pour|fur") && (s.ends(m) || in(s[m.end].word, heads))
	})
}

// named reports whether a question has a word in it, in the one form or the other: mesa, mesas.
func named(question []string, word string) bool {
	stem := strings.TrimRight(word, "aeo")
	return slices.ContainsFunc(question, func(w string) bool { return strings.HasPrefix(w, stem) })
}

// asksPeople reports whether a question asks for how many people something is.
func asksPeople(question []string) bool {
	asked := between(question)
	return slices.ContainsFunc(question, func(w string) bool { return in(w, people) }) ||
		slices.ContainsFunc(strings.Split("for how many|para cuantas|para cuantos|pour combien|fur wie viele|para quantas|para quantos", "|"),
			func(phrase string) bool { return strings.Contains(asked, " "+phrase+" ") })
}

// serving is what one of is had by several people.
const serving = "mesa|reserva|reservacion|grupo|familia|equipo|cena|comida|almuerzo|fiesta|table|reservation|groupe|famille|equipe|diner|dejeuner|fete|" +
	"tisch|reservierung|buchung|gruppe|familie|essen|feier|jantar|almoco|festa|marcacao"
