package knowledge_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/knowledge"
)

// fakeStore is a transaction of one team, in memory, with one agent.
type fakeStore struct {
	agent    console.Agent
	bases    []console.KnowledgeBase
	passages map[console.ID][]console.Passage // by knowledge base
	puts     int
	updates  int
	after    []func()
	asked    []string // the words of the last search
}

var _ knowledge.Store = (*fakeStore)(nil)

func newStore() *fakeStore {
	return &fakeStore{
		agent:    console.Agent{ID: "agent", Language: "en"},
		passages: map[console.ID][]console.Passage{},
	}
}

func (s *fakeStore) LockAgent(_ context.Context, id console.ID) (console.Agent, error) {
	if id != s.agent.ID {
		return console.Agent{}, console.NotFound("agent", id)
	}
	return s.agent, nil
}

func (s *fakeStore) KnowledgeBases(ctx context.Context, agent console.ID) ([]console.KnowledgeBase, error) {
	_, err := s.LockAgent(ctx, agent)
	return s.bases, err
}

func (s *fakeStore) LockKnowledgeBase(ctx context.Context, agent, id console.ID) (console.KnowledgeBase, error) {
	return s.KnowledgeBase(ctx, agent, id)
}

func (s *fakeStore) AfterCommit(f func()) { s.after = append(s.after, f) }

// commit announces.
func (s *fakeStore) commit() {
	for _, f := range s.after {
		f()
	}
	s.after = nil
}

func (s *fakeStore) UpdateKnowledgeBase(_ context.Context, kb console.KnowledgeBase) error {
	s.updates++
	for i, old := range s.bases {
		if old.ID == kb.ID {
			kb.Name, kb.Content = old.Name, old.Content
			s.bases[i] = kb
			return nil
		}
	}
	return console.NotFound("knowledge base", kb.ID)
}

func (s *fakeStore) KnowledgeBase(_ context.Context, _, id console.ID) (console.KnowledgeBase, error) {
	for _, kb := range s.bases {
		if kb.ID == id {
			return kb, nil
		}
	}
	return console.KnowledgeBase{}, console.NotFound("knowledge base", id)
}

func (s *fakeStore) PutKnowledgeBase(_ context.Context, kb console.KnowledgeBase, passages []console.Passage) error {
	s.puts++
	s.bases = slices.DeleteFunc(s.bases, func(old console.KnowledgeBase) bool { return old.ID == kb.ID })
	s.bases = append(s.bases, kb)
	s.passages[kb.ID] = passages
	return nil
}

func (s *fakeStore) DeleteKnowledgeBase(ctx context.Context, agent, id console.ID) error {
	if _, err := s.KnowledgeBase(ctx, agent, id); err != nil {
		return err
	}
	s.bases = slices.DeleteFunc(s.bases, func(kb console.KnowledgeBase) bool { return kb.ID == id })
	delete(s.passages, id)
	return nil
}

func (s *fakeStore) Postings(_ context.Context, _ console.ID, words []string) (knowledge.Postings, error) {
	s.asked = words
	var p knowledge.Postings
	length := 0
	for _, passages := range s.passages {
		for _, passage := range passages {
			p.Passages++
			length += passage.Length
			for _, term := range passage.Terms {
				if slices.Contains(words, term.Word) {
					p.Hits = append(p.Hits, console.Hit{
						PassageID: passage.ID, Word: term.Word, Count: term.Count, PassageLength: passage.Length,
					})
				}
			}
		}
	}
	if p.Passages > 0 {
		p.AverageLength = float64(length) / float64(p.Passages)
	}
	return p, nil
}

func (s *fakeStore) Passages(_ context.Context, _ console.ID, ids []console.ID) ([]console.Passage, error) {
	var found []console.Passage
	for _, passages := range s.passages {
		for _, passage := range passages {
			if slices.Contains(ids, passage.ID) {
				found = append(found, passage)
			}
		}
	}
	return found, nil
}

func noon() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC) }

// newService returns a service whose ids are id0001, id0002 and so on.
func newService() *knowledge.Service {
	n := 0
	return knowledge.New(noon, func() console.ID {
		n++
		return console.ID(fmt.Sprintf("id%04d", n))
	})
}

func ptr[T any](v T) *T { return &v }
