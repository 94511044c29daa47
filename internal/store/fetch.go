package store

import (
	"context"
	"strconv"

	"github.com/bimpe/bimpe/internal/console"
)

// TakeFetch gives a node the page that has been due the longest, and marks it as being fetched: its
// number and its tries rise. Nil: there is none for it. A page is due when its time has come and
// nobody works on it: nobody has taken it, or the node that has is gone, or the taker has it without
// knowing. No two nodes take the same one. On SQLite every other node is gone; on PostgreSQL one
// that has not beaten for 10 seconds or has no row. What is below an agent that was deleted stays
// where it is.
func (db *DB) TakeFetch(ctx context.Context, by console.Taker) (taken *console.Taken, err error) {
	if !db.d.many && !db.mine {
		return nil, errNotMine
	}
	due, args := db.dueFetch(by)
	// There is nothing to fetch nearly always, and a look costs less than a write.
	var id string
	err = db.eng.read(ctx, func(s *session) error {
		id = ""
		found, err := s.one(due, args...)
		if found != nil {
			id = found.text()
		}
		return err
	})
	if err != nil || id == "" {
		return nil, err
	}
	err = db.Write(ctx, "", func(tx *Tx) error {
		taken, err = tx.takeFetch(due, args, by.Node)
		return err
	})
	if err != nil {
		return nil, err
	}
	return taken, nil
}

// dueFetch is the question for the one that a node may take.
func (db *DB) dueFetch(by console.Taker) (string, []any) {
	gone := ""
	if db.d.many {
		gone = ` AND NOT EXISTS (SELECT 1 FROM node n WHERE n.id = x.fetch_node AND n.beat_at > ` + db.d.clock +
			` - ` + strconv.FormatInt(silence.Milliseconds(), 10) + `)`
	}
	running, args := spread([]any{ms(by.At), string(by.Node)}, names(by.Running))
	busy, args := spread(args, names(by.Busy))
	return `SELECT x.id FROM knowledge_base x
		WHERE x.fetch_due <= $1 AND x.id NOT IN ` + running + ` AND x.team_id NOT IN ` + busy + `
			AND (x.fetch_node = '' OR x.fetch_node = $2 OR x.fetch_node <> $2` + gone + `)` + agentLives + `
		ORDER BY x.fetch_due, x.id LIMIT 1`, args
}

// names are ids as arguments; there is always one, since a list may not be empty.
func names(ids []console.ID) []string {
	all := []string{""}
	for _, id := range ids {
		all = append(all, string(id))
	}
	return all
}

func (t *Tx) takeFetch(due string, args []any, node console.ID) (*console.Taken, error) {
	const mark = `UPDATE knowledge_base SET status = $3, fetch_node = $2, fetch_number = fetch_number + 1,
		fetch_tries = fetch_tries + 1 WHERE id = $1`
	const text = `SELECT x.team_id, a.language, ` + knowledgeColumns + ` FROM knowledge_base x JOIN agent a ON a.id = x.agent_id
		WHERE x.id = $1`
	found, err := t.s.one(due+` FOR UPDATE OF x SKIP LOCKED`, args...)
	if err != nil || found == nil {
		return nil, err
	}
	id := found.text()
	if _, err := t.s.exec(mark, id, string(node), string(console.KnowledgeFetching)); err != nil {
		return nil, err
	}
	if found, err = t.s.one(text, id); err != nil || found == nil {
		return nil, err
	}
	taken := &console.Taken{Team: found.id(), Language: found.text(), Base: scanKnowledge(found)}
	return taken, found.err
}
