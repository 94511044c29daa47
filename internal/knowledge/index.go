package knowledge

import (
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// passages splits a knowledge base's content and finds what each passage is searched by: its own
// words and those of the knowledge base's name.
func (s *Service) passages(kb console.KnowledgeBase, language string) []console.Passage {
	if kb.Content == nil {
		return nil
	}
	name := s.analyser.Terms(kb.Name, language)
	// Short passages do not show their language, but the whole does.
	language = s.analyser.Language(*kb.Content, language)
	texts := split(*kb.Content)
	passages := make([]console.Passage, 0, len(texts))
	for _, text := range texts {
		all := append(s.analyser.Terms(text, language), name...)
		passages = append(passages, console.Passage{
			ID: s.newID(), BaseID: kb.ID, Source: kb.Name, Text: text, Terms: count(all), Length: len(all),
		})
	}
	return passages
}

// count returns each term once with how often it is there, in alphabetical order.
func count(all []string) []console.Term {
	slices.Sort(all)
	var terms []console.Term
	for _, w := range all {
		if n := len(terms); n > 0 && terms[n-1].Word == w {
			terms[n-1].Count++
			continue
		}
		terms = append(terms, console.Term{Word: strings.Clone(w), Count: 1})
	}
	return terms
}
