package app

import (
	"context"
	"fmt"
	"net/http"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/knowledge"
	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/anthropic"
	"github.com/bimpe/bimpe/internal/llm/builtin"
	"github.com/bimpe/bimpe/internal/llm/openai"
	"github.com/bimpe/bimpe/internal/llm/upstream"
	"github.com/bimpe/bimpe/internal/store"
)

// newModel returns the server's own model.
func newModel(c Config, through func(http.RoundTripper) http.RoundTripper) (llm.Model, error) {
	if c.ModelProvider == providerBuiltin {
		return builtin.New(), nil
	}
	return dial(console.Provider(c.ModelProvider), upstream.Config{
		BaseURL: c.ModelURL, Key: c.ModelKey.Reveal(), Model: c.Model, Through: through,
		// Half of a turn's time, so that a model that hangs can be asked once more.
		Idle: c.TurnTimeout / 2,
	})
}

// dial returns a model of a provider, and asks nothing yet.
func dial(p console.Provider, c upstream.Config) (llm.Model, error) {
	switch p {
	case console.ProviderOpenAI:
		return openai.New(c)
	case console.ProviderAnthropic:
		return anthropic.New(c)
	default:
		return nil, fmt.Errorf("there is no provider %q", p)
	}
}

// finder finds passages of an agent in its team's part of the store.
type finder struct {
	db        *store.DB
	knowledge *knowledge.Service
}

func (f finder) Find(ctx context.Context, team, agent console.ID, question string, n int) ([]console.Passage, error) {
	return f.knowledge.Find(ctx, f.db.Team(team), agent, question, n)
}
