// Package knowledge keeps an agent's knowledge bases: it splits their text into passages, finds the
// passages that a question is about by their words, and says where each comes from. It leaves
// storage to the transaction it is given. A Service may be used by many goroutines.
package knowledge

import (
	"context"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// Reads is what may be asked of a team's knowledge.
type Reads interface {
	// KnowledgeBases returns all of an agent's, oldest first; CodeNotFound for an unknown agent.
	KnowledgeBases(ctx context.Context, agent console.ID) ([]console.KnowledgeBase, error)
	// Postings returns where the given words stand in an agent's passages, and the statistics that
	// rank them.
	Postings(ctx context.Context, agent console.ID, words []string) (Postings, error)
	// Passages returns those passages with source and text, in no order.
	Passages(ctx context.Context, agent console.ID, ids []console.ID) ([]console.Passage, error)
}

// Store is a transaction of one team.
type Store interface {
	Reads
	// LockAgent returns the agent, or CodeNotFound, and holds it against other changes.
	LockAgent(ctx context.Context, id console.ID) (console.Agent, error)
	// KnowledgeBase returns one of an agent's, or CodeNotFound.
	KnowledgeBase(ctx context.Context, agent, id console.ID) (console.KnowledgeBase, error)
	// PutKnowledgeBase adds a knowledge base or replaces the one with its id, with all its passages.
	PutKnowledgeBase(ctx context.Context, kb console.KnowledgeBase, passages []console.Passage) error
	// DeleteKnowledgeBase removes one with its passages, or returns CodeNotFound.
	DeleteKnowledgeBase(ctx context.Context, agent, id console.ID) error
}

// Postings is where words stand.
type Postings = console.Postings

// Service applies the rules.
type Service struct {
	now   func() time.Time
	newID func() console.ID
}

// New returns a Service.
func New(now func() time.Time, newID func() console.ID) *Service {
	return &Service{now: now, newID: newID}
}
