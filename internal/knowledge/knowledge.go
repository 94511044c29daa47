// Package knowledge keeps an agent's knowledge bases: it splits their text into passages, finds the
// passages that a question is about by their words, and says where each comes from. It leaves
// storage to the transaction it is given. A Service may be used by many goroutines.
package knowledge

import (
	"context"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/words"
)

// Reads is what may be asked of a team's knowledge.
type Reads interface {
	// KnowledgeBases returns all of an agent's, oldest first; CodeNotFound for an unknown agent.
	KnowledgeBases(ctx context.Context, agent console.ID) ([]console.KnowledgeBase, error)
	// KnowledgeBase returns one of an agent's, or CodeNotFound.
	KnowledgeBase(ctx context.Context, agent, id console.ID) (console.KnowledgeBase, error)
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
	// PutKnowledgeBase adds a knowledge base or replaces the one with its id, with all its passages.
	PutKnowledgeBase(ctx context.Context, kb console.KnowledgeBase, passages []console.Passage) error
	// DeleteKnowledgeBase removes one with its passages, or returns CodeNotFound.
	DeleteKnowledgeBase(ctx context.Context, agent, id console.ID) error
}

// Postings is where words stand.
type Postings = console.Postings

// Service applies the rules.
type Service struct {
	now      func() time.Time
	newID    func() console.ID
	analyser *words.Analyser
}

// New returns a Service.
func New(now func() time.Time, newID func() console.ID) *Service {
	return &Service{now: now, newID: newID, analyser: words.New()}
}

// List returns all knowledge bases of an agent, oldest first; CodeNotFound for an unknown agent.
func (s *Service) List(ctx context.Context, from Reads, agent console.ID) ([]console.KnowledgeBase, error) {
	return from.KnowledgeBases(ctx, agent)
}

// Draft is a new knowledge base as it was asked for; nil means absent.
type Draft struct {
	Kind        console.KnowledgeKind
	Name        string
	Description *string
	URL         *string
	Content     *string
}

// Add gives the agent a knowledge base. One that is to be fetched from an address is
// CodeNotImplemented, once the rest of it is right.
func (s *Service) Add(ctx context.Context, tx Store, agent console.ID, d Draft) (console.KnowledgeBase, error) {
	at := s.now().UTC().Truncate(time.Millisecond)
	kb := console.KnowledgeBase{
		ID: s.newID(), AgentID: agent, Kind: d.Kind, Name: d.Name, Description: d.Description,
		URL: d.URL, Content: d.Content, CreatedAt: at, UpdatedAt: at,
	}
	if err := console.Invalid(check(kb)); err != nil {
		return console.KnowledgeBase{}, err
	}
	a, err := tx.LockAgent(ctx, agent)
	if err != nil {
		return console.KnowledgeBase{}, err
	}
	if kb.Kind == console.KnowledgeURL {
		return console.KnowledgeBase{}, console.Errorf(console.CodeNotImplemented,
			"Knowledge from an address is not fetched yet. Add its text instead, as a knowledge base of type text.")
	}
	return kb, tx.PutKnowledgeBase(ctx, kb, s.passages(kb, a.Language))
}

// Patch is a partial change. For fields that may be empty, a nil Value clears.
type Patch struct {
	Name        console.Opt[string]
	Description console.Opt[*string]
	URL         console.Opt[*string]
	Content     console.Opt[*string]
}

// Update changes what the patch names and leaves the rest. An unknown agent or knowledge base is
// CodeNotFound.
func (s *Service) Update(ctx context.Context, tx Store, agent, id console.ID, p Patch) (console.KnowledgeBase, error) {
	a, err := tx.LockAgent(ctx, agent)
	if err != nil {
		return console.KnowledgeBase{}, err
	}
	kb, err := tx.KnowledgeBase(ctx, agent, id)
	if err != nil {
		return console.KnowledgeBase{}, err
	}
	kb.Name = p.Name.Or(kb.Name)
	kb.Description = p.Description.Or(kb.Description)
	kb.URL = p.URL.Or(kb.URL)
	kb.Content = p.Content.Or(kb.Content)
	kb.UpdatedAt = console.Later(kb.UpdatedAt, s.now())
	if err := console.Invalid(check(kb)); err != nil {
		return console.KnowledgeBase{}, err
	}
	return kb, tx.PutKnowledgeBase(ctx, kb, s.passages(kb, a.Language))
}

// Delete takes a knowledge base from the agent. An unknown agent or knowledge base is CodeNotFound.
func (s *Service) Delete(ctx context.Context, tx Store, agent, id console.ID) error {
	if _, err := tx.LockAgent(ctx, agent); err != nil {
		return err
	}
	return tx.DeleteKnowledgeBase(ctx, agent, id)
}
