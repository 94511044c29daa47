package words

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/spanish"
)

// maxTerm is the longest term, in bytes; of a longer word the beginning counts.
const maxTerm = 64

// Analyser finds the terms of texts: what their words come to without endings, and without
// words that say nothing. It may be used by many goroutines.
type Analyser struct{ stops map[string]stops }

// New returns an Analyser, which takes a moment to make and is best kept.
func New() *Analyser {
	a := &Analyser{stops: map[string]stops{}}
	for _, l := range Languages() {
		a.stops[l] = newStops(l)
	}
	return a
}

// Language guesses which of Languages a text is in, by its most common words. Where they do not say
// it is the language of the given tag, and English where that is not known either.
func (a *Analyser) Language(text, tag string) string {
	const most = 8 << 10 // bytes, beyond which a text shows its language no better
	if len(text) > most {
		text = text[:most]
	}
	return a.language(Split(text), tag)
}

func (a *Analyser) language(all []string, tag string) string {
	const most = 200 // words, as above
	all = all[:min(len(all), most)]
	fallback := Base(tag)
	if a.stops[fallback] == nil {
		fallback = "en"
	}
	counts := map[string]int{}
	for _, l := range Languages() {
		for _, w := range all {
			if a.stops[l][w] {
				counts[l]++
			}
		}
	}
	best := fallback
	for _, l := range Languages() {
		if counts[l] > counts[best] {
			best = l
		}
	}
	return best
}

// Terms returns the terms of text in their order, with repetitions; nil if it has none. The
// language is guessed, with tag to fall back on. Scripts without spaces give pairs of characters.
func (a *Analyser) Terms(text, tag string) []string {
	all := Split(text)
	language := a.language(all, tag)
	s := stemmer{env: snowballstem.NewEnv(""), known: map[string]string{}}
	var terms []string
	for w := range a.counting(all, language) {
		terms = append(terms, s.stem(w, language))
	}
	return terms
}

// Query returns the distinct terms of a question in their order, at most limit of them, each with all
// that it may be in texts of other languages; nil if there is none.
func (a *Analyser) Query(text, tag string, limit int) [][]string {
	all := Split(text)
	s := stemmer{env: snowballstem.NewEnv("")}
	var query [][]string
	seen := map[string]bool{}
	for w := range a.counting(all, a.language(all, tag)) {
		if len(query) == limit {
			break
		}
		var term []string
		for _, l := range Languages() {
			if stem := s.stem(w, l); !slices.Contains(term, stem) {
				term = append(term, stem)
			}
		}
		if !seen[term[0]] {
			query = append(query, term)
		}
		seen[term[0]] = true
	}
	return query
}

// counting yields the words that say something, and pairs for scripts without spaces.
func (a *Analyser) counting(all []string, language string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for i := 0; i < len(all); i++ {
			w := all[i]
			switch {
			case !pairable(w):
				if a.stops[language][w] {
					continue
				}
			case i+1 < len(all) && pairable(all[i+1]):
				w += all[i+1]
			case i > 0 && pairable(all[i-1]):
				continue // the last pair has it
			}
			if !yield(shorten(w)) {
				return
			}
		}
	}
}

func pairable(w string) bool {
	r, n := utf8.DecodeRuneInString(w)
	return n == len(w) && Continuous(r)
}

func shorten(w string) string {
	if len(w) <= maxTerm {
		return w
	}
	end := maxTerm
	for !utf8.RuneStart(w[end]) {
		end--
	}
	return w[:end]
}

// stemmer takes endings off words of one text at a time.
type stemmer struct {
	env   *snowballstem.Env
	known map[string]string // nil: not worth keeping
}

func (s stemmer) stem(w, language string) string {
	if stem, ok := s.known[w]; ok {
		return stem
	}
	stem := s.cut(w, language)
	if s.known != nil {
		s.known[w] = stem
	}
	return stem
}

func (s stemmer) cut(w, language string) string {
	switch r, _ := utf8.DecodeRuneInString(w); {
	case unicode.Is(unicode.Arabic, r):
		language = "ar"
	case !unicode.Is(unicode.Latin, r):
		return w
	}
	s.env.SetCurrent(w)
	switch language {
	case "ar":
		arabic.Stem(s.env)
	case "en":
		english.Stem(s.env)
	case "es":
		spanish.Stem(s.env)
	case "fr":
		french.Stem(s.env)
	case "de":
		german.Stem(s.env)
	case "pt":
		portuguese.Stem(s.env)
	}
	if stem := s.env.Current(); stem != "" {
		return stem
	}
	return w
}
