package store

import (
	"context"
	"strconv"
	"strings"

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
			passages, words, content, status, problem, fetched_at, fetch_number, fetch_tries, fetch_due, fetch_node)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, description = excluded.description,
			url = excluded.url, created_at = excluded.created_at, updated_at = excluded.updated_at,
			passages = excluded.passages, words = excluded.words, content = excluded.content, status = excluded.status,
			problem = excluded.problem, fetched_at = excluded.fetched_at, fetch_number = excluded.fetch_number,
			fetch_tries = excluded.fetch_tries, fetch_due = excluded.fetch_due, fetch_node = excluded.fetch_node
		WHERE knowledge_base.team_id = excluded.team_id AND knowledge_base.agent_id = excluded.agent_id`
	if err := t.haveAgent(kb.AgentID); err != nil {
		return err
	}
	words := 0
	for _, p := range passages {
		words += p.Length
	}
	n, err := t.s.exec(text, string(kb.ID), t.team, string(kb.AgentID), string(kb.Kind), kb.Name,
		textArg(kb.Description), textArg(kb.URL), ms(kb.CreatedAt), ms(kb.UpdatedAt), int64(len(passages)),
		int64(words), textArg(kb.Content), string(kb.Status), textArg(kb.Problem), msOr(kb.FetchedAt),
		kb.Fetch.Number, int64(kb.Fetch.Tries), msOr(kb.Fetch.Due), string(kb.Fetch.Node))
	if err := changed(n, err, "knowledge base", kb.ID); err != nil {
		return err
	}
	if err := t.dropPassages(kb.ID); err != nil {
		return err
	}
	return t.insertPassages(kb.ID, passages)
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

func (t *Tx) insertPassages(base console.ID, passages []console.Passage) error {
	const text = `INSERT INTO passage (id, team_id, base_id, length, text) VALUES ($1, $2, $3, $4, $5)`
	rows := bulk{
		s: t.s, width: 6, head: `INSERT INTO posting (base_id, word, passage_id, team_id, count, length) VALUES `,
	}
	for _, p := range passages {
		if _, err := t.s.exec(text, string(p.ID), t.team, string(base), int64(p.Length), p.Text); err != nil {
			return err
		}
		for _, term := range merge(p.Terms) {
			err := rows.add(string(base), term.Word, string(p.ID), t.team, int64(term.Count), int64(p.Length))
			if err != nil {
				return err
			}
		}
	}
	return rows.flush()
}

// merge cuts words to what an index takes and adds up those that have become one.
func merge(terms []console.Term) []console.Term {
	at := make(map[string]int, len(terms))
	merged := make([]console.Term, 0, len(terms))
	for _, term := range terms {
		term.Word = cut(term.Word)
		if i, ok := at[term.Word]; ok {
			merged[i].Count += term.Count
			continue
		}
		at[term.Word] = len(merged)
		merged = append(merged, term)
	}
	return merged
}

func cut(word string) string {
	const most = 255
	if len(word) > most {
		return strings.ToValidUTF8(word[:most], "")
	}
	return word
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

func (t *Tx) dropPassages(base console.ID) error {
	for _, table := range []string{"posting", "passage"} {
		_, err := t.s.exec(`DELETE FROM `+table+` WHERE base_id = $1 AND team_id = $2`, string(base), t.team)
		if err != nil {
			return err
		}
	}
	return nil
}

// Postings returns where the given words stand in an agent's passages, and the statistics that rank
// them. An agent that is not there has none.
func (r *reads) Postings(ctx context.Context, agent console.ID, words []string) (p console.Postings, err error) {
	const statistics = `SELECT CAST(coalesce(sum(x.passages), 0) AS BIGINT), CAST(coalesce(sum(x.words), 0) AS BIGINT)
		FROM knowledge_base x WHERE x.agent_id = $1 AND x.team_id = $2` + agentLives
	err = r.in(ctx, func(s *session) error {
		found, err := s.one(statistics, string(agent), r.team)
		if err != nil {
			return err
		}
		passages, total := found.num(), found.num()
		if found.err != nil || passages == 0 {
			return found.err
		}
		p.Passages, p.AverageLength = int(passages), float64(total)/float64(passages)
		return r.hits(s, agent, words, &p)
	})
	return p, err
}

func (r *reads) hits(s *session, agent console.ID, words []string, p *console.Postings) error {
	if len(words) == 0 {
		return nil
	}
	cutWords := make([]string, 0, len(words))
	for _, w := range words[:min(len(words), maxWords)] {
		cutWords = append(cutWords, cut(w))
	}
	in, args := spread([]any{string(agent), r.team}, cutWords)
	text := `SELECT p.passage_id, p.word, p.count, p.length FROM knowledge_base x JOIN posting p ON p.base_id = x.id
		WHERE x.agent_id = $1 AND x.team_id = $2 AND p.team_id = $2 AND p.word IN ` + in +
		` LIMIT ` + strconv.Itoa(maxHits)
	return s.all(text, func(r *row) {
		p.Hits = append(p.Hits, console.Hit{
			PassageID: r.id(), Word: r.text(), Count: int(r.num()), PassageLength: int(r.num()),
		})
	}, args...)
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

// bulk inserts many rows with few statements.
type bulk struct {
	s     *session
	head  string // up to VALUES
	width int
	args  []any
}

// bulkRows is how many rows one statement inserts.
const bulkRows = 64

func (b *bulk) add(values ...any) error {
	b.args = append(b.args, values...)
	if len(b.args) < bulkRows*b.width {
		return nil
	}
	return b.flush()
}

// flush inserts what is left. Its text is one of few: halves of what a full statement takes.
func (b *bulk) flush() error {
	for rows := bulkRows; rows > 0; rows /= 2 {
		if len(b.args) < rows*b.width {
			continue
		}
		if _, err := b.s.exec(b.head+places(rows, b.width), b.args[:rows*b.width]...); err != nil {
			return err
		}
		b.args = b.args[rows*b.width:]
	}
	b.args = b.args[:0]
	return nil
}

// places is ($1, $2), ($3, $4) and so on.
func places(rows, width int) string {
	var b strings.Builder
	for i := range rows * width {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%width == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString("$")
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteString(")")
	return b.String()
}
