package knowledge

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/bimpe/bimpe/internal/console"
)

// maxQueryTerms bounds a search: of a longer question the first terms count.
const maxQueryTerms = 32

// Find returns the passages of an agent that fit a question best, the best first, at most n; none
// if no word of the question stands in any. A passage that is deleted meanwhile is left out.
func (s *Service) Find(ctx context.Context, from Index, agent console.ID, question string, n int) ([]console.Passage, error) {
	query := s.analyser.Query(question, "", maxQueryTerms)
	if len(query) == 0 || n <= 0 {
		return nil, nil
	}
	postings, err := from.Postings(ctx, agent, distinct(query))
	if err != nil {
		return nil, err
	}
	ids := rank(query, postings, n)
	if len(ids) == 0 {
		return nil, nil
	}
	passages, err := from.Passages(ctx, agent, ids)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(passages, func(a, b console.Passage) int {
		return cmp.Compare(slices.Index(ids, a.ID), slices.Index(ids, b.ID))
	})
	return passages, nil
}

func distinct(query [][]string) []string {
	all := slices.Concat(query...)
	slices.Sort(all)
	return slices.Compact(all)
}

// The usual constants of BM25: how soon repetition stops to count, and how much length counts.
const (
	saturation = 1.2
	lengthness = 0.75
)

// rank returns the ids of the n passages with the highest BM25 scores, the best first; of equals the
// oldest. All that a term of the query may be counts as that one term.
func rank(query [][]string, p Postings, n int) []console.ID {
	terms := map[string][]int{}
	for i, alternatives := range query {
		for _, w := range alternatives {
			terms[w] = append(terms[w], i)
		}
	}
	counts := make([]map[console.ID]int, len(query))
	lengths := map[console.ID]int{}
	for _, hit := range p.Hits {
		lengths[hit.PassageID] = hit.PassageLength
		for _, i := range terms[hit.Word] {
			if counts[i] == nil {
				counts[i] = map[console.ID]int{}
			}
			counts[i][hit.PassageID] += hit.Count
		}
	}
	scores := make(map[console.ID]float64, len(lengths))
	for _, in := range counts {
		idf := rarity(p.Passages, len(in))
		for id, count := range in {
			scores[id] += idf * weight(count, lengths[id], p.AverageLength)
		}
	}
	return best(scores, n)
}

// rarity is what a term is worth that stands in some of all passages; it is never negative.
func rarity(all, some int) float64 {
	return math.Log1p((math.Max(0, float64(all-some)) + 0.5) / (float64(some) + 0.5))
}

func weight(count, length int, average float64) float64 {
	relative := 1.0
	if average > 0 {
		relative = float64(length) / average
	}
	c := float64(count)
	return c * (saturation + 1) / (c + saturation*(1-lengthness+lengthness*relative))
}

func best(scores map[console.ID]float64, n int) []console.ID {
	ids := make([]console.ID, 0, len(scores))
	for id, score := range scores {
		if score > 0 {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b console.ID) int {
		return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b))
	})
	return ids[:min(n, len(ids))]
}
