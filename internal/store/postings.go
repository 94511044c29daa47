package store

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// insertPassages stores the passages of a knowledge base and their index.
func (t *Tx) insertPassages(base console.ID, passages []console.Passage, index [][]byte) error {
	const text = `INSERT INTO passage (id, team_id, base_id, length, text) VALUES ($1, $2, $3, $4, $5)`
	const block = `INSERT INTO posting_block (base_id, bucket, team_id, body) VALUES ($1, $2, $3, $4)`
	for _, p := range passages {
		if _, err := t.s.exec(text, string(p.ID), t.team, string(base), int64(p.Length), p.Text); err != nil {
			return err
		}
	}
	for bucket, body := range index {
		if _, err := t.s.exec(block, string(base), int64(bucket), t.team, body); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) dropPassages(base console.ID) error {
	for _, table := range []string{"posting_block", "passage"} {
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
	const statistics = `SELECT x.id, x.passages, x.words, x.buckets FROM knowledge_base x
		WHERE x.agent_id = $1 AND x.team_id = $2 AND x.passages > 0` + agentLives + ` ORDER BY x.created_at, x.id LIMIT $3`
	err = r.in(ctx, func(s *session) error {
		var bases []indexed
		total := int64(0)
		err := s.all(statistics, func(r *row) {
			b := indexed{base: r.text()}
			p.Passages += int(r.num())
			total += r.num()
			b.buckets = int(r.num())
			bases = append(bases, b)
		}, string(agent), r.team, int64(maxBases))
		if err != nil || p.Passages == 0 {
			return err
		}
		p.AverageLength = float64(total) / float64(p.Passages)
		return r.hits(s, bases, words, &p)
	})
	return p, err
}

// indexed is a knowledge base that can be searched.
type indexed struct {
	base    string
	buckets int
}

func (r *reads) hits(s *session, bases []indexed, words []string, p *console.Postings) error {
	wanted := make(map[string]bool)
	for _, w := range words[:min(len(words), maxWords)] {
		wanted[cut(w)] = true
	}
	var places []place
	for _, b := range bases {
		places = append(places, b.places(wanted)...)
	}
	bodies, err := r.bodies(s, places)
	if err != nil {
		return err
	}
	for _, b := range bases {
		if err := b.hits(bodies, wanted, p); err != nil {
			return fmt.Errorf("knowledge base %s: %w", b.base, err)
		}
	}
	return nil
}

// place is that of a block.
type place struct {
	base   string
	bucket int
}

// places are those of the blocks in which the words may stand, without repetition; the passages'
// block is the first.
func (b indexed) places(words map[string]bool) []place {
	if b.buckets == 0 || len(words) == 0 {
		return nil
	}
	seen := map[int]bool{}
	all := []place{{b.base, 0}}
	for w := range words {
		if at := bucketOf(w, b.buckets); !seen[at] {
			seen[at] = true
			all = append(all, place{b.base, at})
		}
	}
	return all
}

// hits reads what the blocks say of the words.
func (b indexed) hits(bodies map[place][]byte, wanted map[string]bool, p *console.Postings) error {
	passages, err := readFront(bodies[place{b.base, 0}])
	if err != nil {
		return err
	}
	for bucket := 1; bucket <= b.buckets; bucket++ {
		body, ok := bodies[place{b.base, bucket}]
		if !ok {
			continue
		}
		err := readBlock(body, wanted, func(m mention) error {
			if m.passage >= len(passages) {
				return errBlock
			}
			if len(p.Hits) < maxHits {
				of := passages[m.passage]
				p.Hits = append(p.Hits, console.Hit{PassageID: of.ID, Word: m.word, Count: m.count, PassageLength: of.Length})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// placesAtOnce is how many blocks one statement reads.
const placesAtOnce = 64

func (r *reads) bodies(s *session, places []place) (map[place][]byte, error) {
	found := make(map[place][]byte, len(places))
	for len(places) > 0 {
		some := places[:min(len(places), placesAtOnce)]
		places = places[len(some):]
		text, args := blocksAt(r.team, some)
		err := s.all(text, func(r *row) {
			at := place{r.text(), int(r.num())}
			found[at] = bytes.Clone(r.blob()) // it is the driver's
		}, args...)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// blocksAt asks for some blocks. Its text is one of few: the last place is repeated up to a power of
// two.
func blocksAt(team string, places []place) (string, []any) {
	n := 1
	for n < len(places) {
		n *= 2
	}
	args := []any{team}
	values := make([]string, n)
	for i := range values {
		at := places[min(i, len(places)-1)]
		var base, bucket string
		base, args = param(args, at.base)
		bucket, args = param(args, int64(at.bucket))
		values[i] = "(CAST(" + base + " AS TEXT), CAST(" + bucket + " AS BIGINT))"
	}
	return `SELECT b.base_id, b.bucket, b.body FROM (VALUES ` + strings.Join(values, ", ") + `) AS w
		JOIN posting_block b ON b.base_id = w.column1 AND b.bucket = w.column2 WHERE b.team_id = $1`, args
}
