package store

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

const (
	knowledgeColumns = `x.id, x.agent_id, x.kind, x.name, x.description, x.url, x.created_at, x.updated_at, x.content, ` +
		`x.status, x.problem, x.fetched_at, x.fetch_number, x.fetch_tries, x.fetch_due, x.fetch_node`
	selectKnowledge = `SELECT ` + knowledgeColumns + ` FROM knowledge_base x
		WHERE x.id = $1 AND x.agent_id = $2 AND x.team_id = $3` + agentLives
	lockKnowledge = selectKnowledge + ` FOR UPDATE OF x`
)

// The bounds of what one question about an agent's knowledge answers.
const (
	maxBases    = 1000
	maxHits     = 100_000
	maxWords    = 256 // of one question; more add nothing to what is found
	maxPassages = 256
)

func scanKnowledge(r *row) console.KnowledgeBase {
	return console.KnowledgeBase{
		ID: r.id(), AgentID: r.id(), Kind: console.KnowledgeKind(r.text()), Name: r.text(), Description: r.textOr(),
		URL: r.textOr(), CreatedAt: r.at(), UpdatedAt: r.at(), Content: r.textOr(),
		Status: console.KnowledgeStatus(r.text()), Problem: r.textOr(), FetchedAt: r.atOr(),
		Fetch: console.Fetch{Number: r.num(), Tries: int(r.num()), Due: r.atOr(), Node: r.id()},
	}
}

// KnowledgeBases returns all of an agent's, oldest first, up to a thousand; CodeNotFound for an
// unknown agent.
func (r *reads) KnowledgeBases(ctx context.Context, agent console.ID) ([]console.KnowledgeBase, error) {
	const text = `SELECT ` + knowledgeColumns + ` FROM knowledge_base x
		WHERE x.agent_id = $1 AND x.team_id = $2 ORDER BY x.created_at, x.id LIMIT $3`
	found := []console.KnowledgeBase{}
	err := r.in(ctx, func(s *session) error {
		in := reads{db: r.db, team: r.team, s: s}
		if err := in.haveAgent(agent); err != nil {
			return err
		}
		return s.all(text, func(r *row) { found = append(found, scanKnowledge(r)) },
			string(agent), r.team, int64(maxBases))
	})
	return found, err
}

// KnowledgeBase returns one of an agent's, or CodeNotFound.
func (r *reads) KnowledgeBase(ctx context.Context, agent, id console.ID) (console.KnowledgeBase, error) {
	return r.knowledge(ctx, selectKnowledge, agent, id)
}

// LockKnowledgeBase returns one of an agent's, or CodeNotFound, and holds it until the unit ends.
func (t *Tx) LockKnowledgeBase(ctx context.Context, agent, id console.ID) (console.KnowledgeBase, error) {
	return t.knowledge(ctx, lockKnowledge, agent, id)
}

func (r *reads) knowledge(ctx context.Context, text string, agent, id console.ID) (kb console.KnowledgeBase, err error) {
	err = r.in(ctx, func(s *session) error {
		found, err := s.one(text, string(id), string(agent), r.team)
		if err != nil {
			return err
		}
		if found == nil {
			return console.NotFound("knowledge base", id)
		}
		kb = scanKnowledge(found)
		return found.err
	})
	return kb, err
}

// PutKnowledgeBase adds a knowledge base or replaces the one with its id, with all its passages. An
// agent that is not there, and an id of another agent's, are CodeNotFound.
func (t *Tx) PutKnowledgeBase(_ context.Context, kb console.KnowledgeBase, passages []console.Passage) error {
	const text = `INSERT INTO knowledge_base (id, team_id, agent_id, kind, name, description, url, created_at, updated_at,
			passages, words, content, status, problem, fetched_at, fetch_number, fetch_tries, fetch_due, fetch_node, buckets)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
		ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, description = excluded.description,
			url = excluded.url, created_at = excluded.created_at, updated_at = excluded.updated_at,
			passages = excluded.passages, words = excluded.words, content = excluded.content, status = excluded.status,
			problem = excluded.problem, fetched_at = excluded.fetched_at, fetch_number = excluded.fetch_number,
			fetch_tries = excluded.fetch_tries, fetch_due = excluded.fetch_due, fetch_node = excluded.fetch_node,
			buckets = excluded.buckets
		WHERE knowledge_base.team_id = excluded.team_id AND knowledge_base.agent_id = excluded.agent_id`
	if err := t.haveAgent(kb.AgentID); err != nil {
		return err
	}
	index, words := blocks(passages), 0
	for _, p := range passages {
		words += p.Length
	}
	n, err := t.s.exec(text, string(kb.ID), t.team, string(kb.AgentID), string(kb.Kind), kb.Name,
		textArg(kb.Description), textArg(kb.URL), ms(kb.CreatedAt), ms(kb.UpdatedAt), int64(len(passages)),
		int64(words), textArg(kb.Content), string(kb.Status), textArg(kb.Problem), msOr(kb.FetchedAt),
		kb.Fetch.Number, int64(kb.Fetch.Tries), msOr(kb.Fetch.Due), string(kb.Fetch.Node), int64(max(len(index)-1, 0)))
	if err := changed(n, err, "knowledge base", kb.ID); err != nil {
		return err
	}
	if err := t.dropPassages(kb.ID); err != nil {
		return err
	}
	return t.insertPassages(kb.ID, passages, index)
}

// UpdateKnowledgeBase changes what may change of one but its name and content, which its passages
// hang on; CodeNotFound where it is not there.
func (t *Tx) UpdateKnowledgeBase(_ context.Context, kb console.KnowledgeBase) error {
	const text = `UPDATE knowledge_base AS x SET description = $4, url = $5, updated_at = $6, status = $7, problem = $8,
			fetched_at = $9, fetch_number = $10, fetch_tries = $11, fetch_due = $12, fetch_node = $13
		WHERE x.id = $1 AND x.agent_id = $2 AND x.team_id = $3` + agentLives
	n, err := t.s.exec(text, string(kb.ID), string(kb.AgentID), t.team, textArg(kb.Description), textArg(kb.URL),
		ms(kb.UpdatedAt), string(kb.Status), textArg(kb.Problem), msOr(kb.FetchedAt),
		kb.Fetch.Number, int64(kb.Fetch.Tries), msOr(kb.Fetch.Due), string(kb.Fetch.Node))
	return changed(n, err, "knowledge base", kb.ID)
}

// DeleteKnowledgeBase removes one with its passages, or returns CodeNotFound.
func (t *Tx) DeleteKnowledgeBase(_ context.Context, agent, id console.ID) error {
	n, err := t.s.exec(`DELETE FROM knowledge_base AS x WHERE x.id = $1 AND x.agent_id = $2 AND x.team_id = $3`+
		agentLives, string(id), string(agent), t.team)
	if err := changed(n, err, "knowledge base", id); err != nil {
		return err
	}
	return t.dropPassages(id)
}

// Passages returns those of an agent's passages that are there, with source and text, in no order,
// at most 256.
func (r *reads) Passages(ctx context.Context, agent console.ID, ids []console.ID) (found []console.Passage, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	wanted := make([]string, 0, len(ids))
	for _, id := range ids[:min(len(ids), maxPassages)] {
		wanted = append(wanted, string(id))
	}
	in, args := spread([]any{string(agent), r.team}, wanted)
	text := `SELECT p.id, p.base_id, x.name, p.text, p.length FROM passage p JOIN knowledge_base x ON x.id = p.base_id
		WHERE x.agent_id = $1 AND x.team_id = $2 AND p.team_id = $2 AND p.id IN ` + in + agentLives
	err = r.in(ctx, func(s *session) error {
		return s.all(text, func(r *row) {
			found = append(found, console.Passage{
				ID: r.id(), BaseID: r.id(), Source: r.text(), Text: r.text(), Length: int(r.num()),
			})
		}, args...)
	})
	return found, err
}
