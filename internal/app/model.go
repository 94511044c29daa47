package app

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/knowledge"
	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/anthropic"
	"github.com/bimpe/bimpe/internal/llm/builtin"
	"github.com/bimpe/bimpe/internal/llm/openai"
	"github.com/bimpe/bimpe/internal/llm/upstream"
	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/turns"
)

// newModel returns who writes replies.
func newModel(c Config) (llm.Model, error) {
	up := upstream.Config{
		BaseURL: c.ModelURL, Key: c.ModelKey.Reveal(), Model: c.Model,
		// Half of a turn's time, so that a model that hangs can be asked once more.
		Idle: c.TurnTimeout / 2,
	}
	switch c.ModelProvider {
	case providerOpenAI:
		return openai.New(up)
	case providerAnthropic:
		return anthropic.New(up)
	default:
		return builtin.New(), nil
	}
}

// models says whom agents ask: the server's own model.
type models struct{ server turns.Candidate }

func newModels(c Config) (models, error) {
	m, err := newModel(c)
	return models{turns.Candidate{Provider: console.Provider(c.ModelProvider), Name: c.Model, Model: m}}, err
}

// Chain implements turns.Models.
func (m models) Chain(context.Context, console.ID, console.Agent) ([]turns.Candidate, error) {
	return []turns.Candidate{m.server}, nil
}

// finder finds passages of an agent in its team's part of the store.
type finder struct {
	db        *store.DB
	knowledge *knowledge.Service
}

func (f finder) Find(ctx context.Context, team, agent console.ID, question string, n int) ([]console.Passage, error) {
	return f.knowledge.Find(ctx, f.db.Team(team), agent, question, n)
}
