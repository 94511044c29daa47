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
	strange  = 0.6 // what a term counts that stands in no entry: people say much by the way
	numeral  = 0.3 // what a number counts: it is mostly a detail

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
	questions [][]string // an entry may put its question in several ways
	hits      []float64  // of each term of the question asked
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
	e := entry{hits: make([]float64, len(a.terms))}
	for question := range strings.FieldsFuncSeq(qa.Question, asks) {
		terms := a.analyser.Terms(question, a.language)
		slices.Sort(terms)
		if terms = slices.Compact(terms); len(terms) > 0 {
			e.questions = append(e.questions, terms)
		}
	}
	question := slices.Concat(e.questions...)
	answer := a.analyser.Terms(beginning(qa.Answer), a.language)
	for i, term := range a.terms {
		e.hits[i] = max(likeness(term, question), asAnswer*likeness(term, answer))
	}
	return e
}

// asks reports whether a question ends with r.
func asks(r rune) bool {
	switch r {
	case '?', '？', '؟', '\n':
		return true
	default:
		return false
	}
}

// weights says what each term of the question is worth: the fewer entries have it, the more.
func (a asking) weights(entries []entry) []float64 {
	weights := make([]float64, len(a.terms))
	for i, term := range a.terms {
		some := 0
		for _, e := range entries {
			if e.hits[i] > 0 {
				some++
			}
		}
		weights[i] = math.Log1p(float64(len(entries)) / float64(max(1, some)))
		switch {
		case strings.Trim(term[0], "0123456789") == "":
			weights[i] *= numeral
		case some == 0:
			weights[i] *= strange
		}
	}
	return weights
}

func (a asking) fit(e entry, weights []float64) float64 {
	covered, all := 0.0, 0.0
	for i, w := range weights {
		covered += w * e.hits[i]
		all += w
	}
	if covered == 0 {
		return 0
	}
	return byEntry*covered/all + byQuestion*a.asked(e)
}

// asked is how much of the entry's question, in the way that is likest, was asked.
func (a asking) asked(e entry) float64 {
	best := 0.0
	for _, question := range e.questions {
		sum := 0.0
		for _, w := range question {
			likest := 0.0
			for _, term := range a.terms {
				likest = max(likest, likeness(term, []string{w}))
			}
			sum += likest
		}
		best = max(best, sum/float64(len(question)))
	}
	return best
}

// beginning is as much of an answer as is compared, so that long ones don't take long.
func beginning(s string) string {
	const most = 1000 // bytes
	if len(s) <= most {
		return s
	}
	return s[:most] // a character that is cut in two is no word
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
