package llm_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/llm"
)

// parrot yields the same deltas and then the same error to all who ask, and keeps what was asked.
type parrot struct {
	deltas []llm.Delta
	fault  error
	asked  *llm.Request
}

func (parrot) Name() string { return "parrot" }

func (p parrot) Stream(_ context.Context, r llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		*p.asked = r
		for _, d := range p.deltas {
			if !yield(d, nil) {
				return
			}
		}
		if p.fault != nil {
			yield(llm.Delta{}, p.fault)
		}
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	used := llm.Usage{PromptTokens: 9, CompletionTokens: 2}
	thinks := llm.Fail(llm.KindBroken, fmt.Errorf("empty: %w", llm.ErrNoRoom))
	thinks.Usage = used
	held, cut := llm.Fail(llm.KindWithheld, nil), llm.Fail(llm.KindBroken, nil)
	held.Usage, cut.Usage = used, used
	refused := llm.Fail(llm.KindRefused, nil)
	tests := map[string]struct {
		model parrot
		used  llm.Usage
		fault error
	}{
		"answers":                {parrot{deltas: []llm.Delta{{Text: "OK"}, {End: &llm.End{Usage: used}}}}, used, nil},
		"thinks all its tokens":  {parrot{fault: thinks}, used, nil},
		"is refused":             {parrot{fault: refused}, llm.Usage{}, refused},
		"says nothing, in peace": {parrot{fault: llm.Fail(llm.KindBroken, nil)}, llm.Usage{}, llm.Fail(llm.KindBroken, nil)},
		"has no time":            {parrot{fault: context.Canceled}, llm.Usage{}, context.Canceled},
		"is held back":           {parrot{fault: held}, used, nil},
		"breaks, and costs":      {parrot{fault: cut}, used, cut},
		"is broken off":          {parrot{fault: llm.Cut(context.Canceled, used)}, used, context.Canceled},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked llm.Request
			test.model.asked = &asked
			got, err := llm.Probe(t.Context(), test.model)
			if got != test.used || fmt.Sprint(err) != fmt.Sprint(test.fault) {
				t.Errorf("Probe = %+v, %v; want %+v, %v", got, err, test.used, test.fault)
			}
			if asked.MaxTokens < 1 || asked.MaxTokens > 32 || len(asked.Messages) != 1 {
				t.Errorf("asked %+v, want one short message", asked)
			}
		})
	}
}

func TestPlainIsASentenceOfItsOwnForEachKind(t *testing.T) {
	t.Parallel()
	const secret = "what the server said"
	seen := map[string]bool{}
	for _, err := range []error{
		llm.Fail(llm.KindOverloaded, errors.New(secret)), llm.Fail(llm.KindUnavailable, errors.New(secret)),
		llm.Fail(llm.KindBroken, errors.New(secret)), llm.Fail(llm.KindTimeout, errors.New(secret)),
		llm.Fail(llm.KindInvalid, errors.New(secret)), llm.Fail(llm.KindRefused, errors.New(secret)),
		llm.Fail(llm.KindWithheld, errors.New(secret)), llm.Fail("new", errors.New(secret)), context.DeadlineExceeded,
	} {
		got := llm.Plain(fmt.Errorf("ask: %w", err))
		if seen[got] || !strings.HasSuffix(got, ".") || strings.Contains(got, secret) {
			t.Errorf("Plain(%v) = %q, want a sentence of its own without the cause", err, got)
		}
		seen[got] = true
	}
	if got := llm.Plain(nil); got != "" {
		t.Errorf("Plain(nil) = %q", got)
	}
}
