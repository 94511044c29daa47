package builtin

import (
	"math"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/words"
)

const (
	maxTerms = 32   // of a question
	enough   = 0.40 // fit from which on an answer is given
	lead     = 0.20 // by which a quotation must fit better than an answer of the FAQ

	asAnswer = 0.5 // what a term counts that stands only in the answer
	alike    = 0.9 // what a term counts that only begins as another does

	// How much it counts that the question is covered by the entry, and the entry by the question.
	byEntry    = 0.65
	byQuestion = 1 - byEntry
)

// asking is one question on its way to an answer.
type asking struct {
	analyser *words.Analyser
	language string
	terms    [][]string // of the question, each with all that it may be in other languages
}

// entry is a question of the FAQ as it is compared.
type entry struct {
	question []string
	answer   []string
	hits     []float64 // of each term of the question asked
}

// faq returns the answer whose question fits best, and how well; "" and 0 if none fits well enough.
func (a asking) faq(faq []console.QA) (string, float64) {
	if len(a.terms) == 0 {
		return "", 0
	}
	entries := make([]entry, len(faq))
	for i, qa := range faq {
		entries[i] = a.entry(qa)
	}
	weights := a.weights(entries)
	best, fit := -1, 0.0
	for i, e := range entries {
		if f := a.fit(e, weights); f > fit {
			best, fit = i, f
		}
	}
	if best < 0 || fit < enough {
		return "", 0
	}
	return faq[best].Answer, fit
}

func (a asking) entry(qa console.QA) entry {
	e := entry{
		question: a.analyser.Terms(qa.Question, a.language),
		answer:   a.analyser.Terms(qa.Answer, a.language),
		hits:     make([]float64, len(a.terms)),
	}
	slices.Sort(e.question)
	e.question = slices.Compact(e.question)
	for i, term := range a.terms {
		e.hits[i] = max(likeness(term, e.question), asAnswer*likeness(term, e.answer))
	}
	return e
}

// weights says what each term of the question is worth: the fewer entries have it, the more.
func (a asking) weights(entries []entry) []float64 {
	weights := make([]float64, len(a.terms))
	for i := range a.terms {
		some := 0
		for _, e := range entries {
			if e.hits[i] > 0 {
				some++
			}
		}
		weights[i] = math.Log1p(float64(len(entries)) / float64(max(1, some)))
	}
	return weights
}

func (a asking) fit(e entry, weights []float64) float64 {
	covered, all := 0.0, 0.0
	for i, w := range weights {
		covered += w * e.hits[i]
		all += w
	}
	if covered == 0 || len(e.question) == 0 {
		return 0
	}
	asked := 0.0
	for _, w := range e.question {
		likest := 0.0
		for _, term := range a.terms {
			likest = max(likest, likeness(term, []string{w}))
		}
		asked += likest
	}
	return byEntry*covered/all + byQuestion*asked/float64(len(e.question))
}

// likeness is 1 if one of the alternatives is among the words, less if one only begins as a word
// does, and 0 if there is nothing like it.
func likeness(alternatives, all []string) float64 {
	likest := 0.0
	for _, w := range all {
		for _, term := range alternatives {
			if term == w {
				return 1
			}
			if begins(term, w) || begins(w, term) {
				likest = alike
			}
		}
	}
	return likest
}

// begins reports whether long is short with an ending, such as "deliv" and "deliveri".
func begins(long, short string) bool {
	const least, ending = 4, 5
	return len(short) >= least && len(long)-len(short) <= ending && strings.HasPrefix(long, short)
}
