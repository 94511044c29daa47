package connections

import (
	"context"
	"errors"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

// Tested is what came of asking a connection's model for a word.
type Tested struct {
	OK      bool
	Message string // for people; it holds no secret and nothing that the provider said
	Fault   string // the llm.Kind of what went wrong; empty: nothing
	Latency time.Duration
	Tokens  int
}

// testTime bounds a test; whoever asks for one waits for it, and has been told of fifteen seconds, of
// which some are for the answer.
const testTime = 14 * time.Second

// Test asks the model for next to nothing, which shows whether address, key and name are right. It
// changes nothing, and costs a few tokens.
func (s *Service) Test(ctx context.Context, m console.ModelConnection) Tested {
	model, err := s.Model(m)
	if err != nil {
		return Tested{Message: "The key cannot be opened or does not fit: give it anew.", Fault: string(llm.KindInvalid)}
	}
	ctx, cancel := context.WithTimeout(ctx, testTime)
	defer cancel()
	begun := s.cfg.Now()
	used, err := llm.Probe(ctx, model)
	t := Tested{Latency: s.cfg.Now().Sub(begun), Tokens: used.PromptTokens + used.CompletionTokens}
	if err != nil {
		t.Message, t.Fault = s.cfg.Plain(err), string(kindOf(err))
		return t
	}
	t.OK, t.Message = true, "The model answers."
	return t
}

// kindOf is the kind of a fault; the end of a context is one of time.
func kindOf(err error) llm.Kind {
	if e, ok := errors.AsType[*llm.Error](err); ok {
		return e.Kind
	}
	return llm.KindTimeout
}
