// Package knowledge keeps an agent's knowledge bases: it has pages fetched, splits texts into
// passages, finds the passages that a question is about by their words, and says where each comes
// from. It leaves storage to the transaction it is given, and calling hosts to a reader of pages. A
// Service may be used by many goroutines.
//
// What becomes of a page:
//
//	POST, PATCH of the url ──▶ pending ──taken──▶ fetching ──text──▶ ready
//	                              ▲                  │
//	                              └─ passing fault ──┤ any other, or the last try
//	                                 node is gone    └───────────────▶ failed
//
// The old text stays, and is answered from, until there is a new one.
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
}

// Index is where words are looked up.
type Index interface {
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
	// LockKnowledgeBase returns one of an agent's, or CodeNotFound, and holds it.
	LockKnowledgeBase(ctx context.Context, agent, id console.ID) (console.KnowledgeBase, error)
	// PutKnowledgeBase adds a knowledge base or replaces the one with its id, with all its passages.
	PutKnowledgeBase(ctx context.Context, kb console.KnowledgeBase, passages []console.Passage) error
	// UpdateKnowledgeBase changes what may change of one but its name and content, on which its
	// passages hang.
	UpdateKnowledgeBase(ctx context.Context, kb console.KnowledgeBase) error
	// DeleteKnowledgeBase removes one with its passages, or returns CodeNotFound.
	DeleteKnowledgeBase(ctx context.Context, agent, id console.ID) error
	// AfterCommit calls f once the transaction has been committed, and never if it was not.
	AfterCommit(f func())
}

// Postings is where words stand.
type Postings = console.Postings

// Service applies the rules.
type Service struct {
	now      func() time.Time
	newID    func() console.ID
	analyser *words.Analyser
	due      chan struct{} // full: a page was committed that is to be fetched
}

// New returns a Service.
func New(now func() time.Time, newID func() console.ID) *Service {
	return &Service{now: now, newID: newID, analyser: words.New(), due: make(chan struct{}, 1)}
}

// List returns all knowledge bases of an agent, oldest first; CodeNotFound for an unknown agent.
func (s *Service) List(ctx context.Context, from Reads, agent console.ID) ([]console.KnowledgeBase, error) {
	return from.KnowledgeBases(ctx, agent)
}

// Draft is a new knowledge base as it was asked for; nil means absent. The content of one that is
// fetched comes from its address alone.
type Draft struct {
	Kind        console.KnowledgeKind
	Name        string
	Description *string
	URL         *string
	Content     *string

	Cut *Cut // the content, if it was cut already
}

func (d Draft) base() console.KnowledgeBase {
	kb := console.KnowledgeBase{
		Kind: d.Kind, Name: d.Name, Description: d.Description, URL: d.URL, Content: d.Content, Status: console.KnowledgeReady,
	}
	if kb.Kind == console.KnowledgeURL {
		kb.Content = nil
	}
	return kb
}

// Add gives the agent a knowledge base. The page of a url is fetched later.
func (s *Service) Add(ctx context.Context, tx Store, agent console.ID, d Draft) (console.KnowledgeBase, error) {
	at := s.now().UTC().Truncate(time.Millisecond)
	kb := d.base()
	kb.ID, kb.AgentID, kb.CreatedAt, kb.UpdatedAt = s.newID(), agent, at, at
	if err := console.Invalid(check(kb)); err != nil {
		return console.KnowledgeBase{}, err
	}
	a, err := tx.LockAgent(ctx, agent)
	if err != nil {
		return console.KnowledgeBase{}, err
	}
	if kb.Kind == console.KnowledgeURL {
		s.ask(tx, &kb, at)
	}
	return kb, tx.PutKnowledgeBase(ctx, kb, s.passages(kb, a.Language, d.Cut))
}

// ask has a page fetched. What is under way is not wanted any more.
func (s *Service) ask(tx Store, kb *console.KnowledgeBase, at time.Time) {
	kb.Status, kb.Problem = console.KnowledgePending, nil
	at = at.UTC().Truncate(time.Millisecond)
	kb.Fetch = console.Fetch{Number: kb.Fetch.Number + 1, Due: &at}
	tx.AfterCommit(func() {
		select {
		case s.due <- struct{}{}:
		default: // it is known already that there is one
		}
	})
}

// Patch is a partial change. For fields that may be empty, a nil Value clears.
type Patch struct {
	Name        console.Opt[string]
	Description console.Opt[*string]
	URL         console.Opt[*string]
	Content     console.Opt[*string]

	Cut *Cut // the content as it will be, if it was cut already
}

func (p Patch) apply(kb console.KnowledgeBase) console.KnowledgeBase {
	kb.Name = p.Name.Or(kb.Name)
	kb.Description = p.Description.Or(kb.Description)
	kb.URL = p.URL.Or(kb.URL)
	kb.Content = p.Content.Or(kb.Content)
	return kb
}

// Update changes what the patch names and leaves the rest. An unknown agent or knowledge base is
// CodeNotFound. Naming the url of a page, be it the same, has it fetched anew; a content that is
// written by hand ends a fetch that is under way, and holds until the next.
func (s *Service) Update(ctx context.Context, tx Store, agent, id console.ID, p Patch) (console.KnowledgeBase, error) {
	a, err := tx.LockAgent(ctx, agent)
	if err != nil {
		return console.KnowledgeBase{}, err
	}
	was, err := tx.LockKnowledgeBase(ctx, agent, id)
	if err != nil {
		return console.KnowledgeBase{}, err
	}
	kb := p.apply(was)
	kb.UpdatedAt = console.Later(was.UpdatedAt, s.now())
	if err := console.Invalid(check(kb)); err != nil {
		return console.KnowledgeBase{}, err
	}
	switch {
	case kb.Kind != console.KnowledgeURL:
	case p.URL.Set:
		s.ask(tx, &kb, s.now())
	case p.Content.Set && kb.Content != nil:
		kb.Status, kb.Problem = console.KnowledgeReady, nil
		kb.Fetch = console.Fetch{Number: kb.Fetch.Number + 1}
	}
	if kb.Name == was.Name && same(kb.Content, was.Content) {
		return kb, tx.UpdateKnowledgeBase(ctx, kb)
	}
	return kb, tx.PutKnowledgeBase(ctx, kb, s.passages(kb, a.Language, p.Cut))
}

func same(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

// Delete takes a knowledge base from the agent. An unknown agent or knowledge base is CodeNotFound.
func (s *Service) Delete(ctx context.Context, tx Store, agent, id console.ID) error {
	if _, err := tx.LockAgent(ctx, agent); err != nil {
		return err
	}
	return tx.DeleteKnowledgeBase(ctx, agent, id)
}
