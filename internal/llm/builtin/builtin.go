// Package builtin is a model that needs no model and no network: it answers from what it is grounded
// in, word for word, or says honestly that it does not know. It makes nothing up, so a new server is
// useful at once and an agent answers the same question the same way. It reads the values of
// llm.Grounding and no prompt.
package builtin

import (
	"cmp"
	"context"
	"iter"
	"strings"

	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/words"
)

// Model answers from its grounding. It may be used by many goroutines.
type Model struct{ analyser *words.Analyser }

// New returns the model.
func New() *Model { return &Model{analyser: words.New()} }

// Name returns "builtin".
func (m *Model) Name() string { return "builtin" }

// Stream implements llm.Model. It answers at once, word by word; it fails only when ctx has ended.
// It costs no tokens.
func (m *Model) Stream(ctx context.Context, r llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		text, finish := m.answer(question(r), r.Grounding)
		for word := range strings.SplitAfterSeq(text, " ") {
			if err := ctx.Err(); err != nil {
				yield(llm.Delta{}, err)
				return
			}
			if !yield(llm.Delta{Text: word}, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(llm.Delta{}, err)
			return
		}
		yield(llm.Delta{End: &llm.End{Finish: finish}}, nil)
	}
}

// question is what was asked: what the grounding says, else what was said last.
func question(r llm.Request) string {
	if r.Grounding.Question != "" {
		return r.Grounding.Question
	}
	for i := len(r.Messages) - 1; i >= 0; i-- {
		if r.Messages[i].Role == llm.RoleUser {
			return r.Messages[i].Text
		}
	}
	return ""
}

// answer returns what to say: a fitting answer of the FAQ or a quotation, courtesy for courtesy, or
// that it does not know.
func (m *Model) answer(asked string, g llm.Grounding) (string, llm.Finish) {
	p := phrasesIn(cmp.Or(g.Reply, g.Language))
	rest, courtesy := p.courtesy(asked)
	a := asking{analyser: m.analyser, language: g.Language, terms: m.analyser.Query(rest, g.Language, maxTerms)}
	reply, fit := a.faq(g.FAQ)
	if quote, quoteFit := a.quote(g.Passages, p); quoteFit > fit+lead {
		reply, fit = quote, quoteFit
	}
	switch {
	case fit > 0:
		return reply, llm.FinishStop
	case courtesy != "" && len(a.terms) == 0:
		return courtesy, llm.FinishStop
	default:
		return p.unknown, llm.FinishUnknown
	}
}
