package knowledge

import (
	"context"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// Cut is a text that has been split into passages. That takes longer than storing them, so whoever
// can does it before the transaction. It is not changed once it is made.
type Cut struct {
	name, content, language string
	passages                []console.Passage // without ids
}

// Cut splits a text and finds what each passage is searched by: its own words and those of the name.
func (s *Service) Cut(name, content, language string) *Cut {
	c := &Cut{name: name, content: content, language: language}
	front := s.analyser.Terms(name, language)
	// Short passages do not show their language, but the whole does.
	language = s.analyser.Language(content, language)
	texts := split(content)
	c.passages = make([]console.Passage, 0, len(texts))
	for _, text := range texts {
		all := append(s.analyser.Terms(text, language), front...)
		c.passages = append(c.passages, console.Passage{Source: name, Text: text, Terms: count(all), Length: len(all)})
	}
	return c
}

// CutDraft cuts what Add will store; nil where there is nothing to cut, or something is wrong.
func (s *Service) CutDraft(d Draft, language string) *Cut {
	kb := d.base()
	if kb.Content == nil || len(check(kb)) > 0 {
		return nil
	}
	return s.Cut(kb.Name, *kb.Content, language)
}

// CutPatch cuts what Update will store, as far as can be seen before its transaction; nil where
// there is nothing to cut, or something is wrong.
func (s *Service) CutPatch(ctx context.Context, from Reads, at At, p Patch) *Cut {
	if !p.Name.Set && !p.Content.Set {
		return nil
	}
	was, err := from.KnowledgeBase(ctx, at.Agent, at.ID)
	if err != nil {
		return nil // the transaction will say so
	}
	kb := p.apply(was)
	if kb.Content == nil || len(check(kb)) > 0 || kb.Name == was.Name && same(kb.Content, was.Content) {
		return nil
	}
	return s.Cut(kb.Name, *kb.Content, at.Language)
}

// At names a knowledge base and the language of its agent.
type At struct {
	Agent, ID console.ID
	Language  string
}

// passages returns those of a knowledge base, from the cut if it is one of the same text.
func (s *Service) passages(kb console.KnowledgeBase, language string, cut *Cut) []console.Passage {
	if kb.Content == nil {
		return nil
	}
	if cut == nil || cut.name != kb.Name || cut.content != *kb.Content || cut.language != language {
		cut = s.Cut(kb.Name, *kb.Content, language)
	}
	passages := slices.Clone(cut.passages)
	for i := range passages {
		passages[i].ID, passages[i].BaseID = s.newID(), kb.ID
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
