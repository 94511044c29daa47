package turns

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/llm"
)

// section is a part of what the team wrote. Its entries are told whole or not at all; of prose, which
// is one entry, the beginning is told where not all of it fits.
type section struct {
	what    string // for the record
	title   string
	prose   bool
	entries []string
	costs   []int // of title and entries, in tokens, once it has been weighed
}

// prose is a section of one text, without entries if there is no text.
func prose(what, title string, text *string) section {
	s := section{what: what, title: title, prose: true}
	if text != nil && strings.TrimSpace(*text) != "" {
		s.entries = []string{*text}
	}
	return s
}

// weigh returns how many tokens all of it takes.
func (s *section) weigh() int {
	s.costs = []int{llm.EstimateTokens(s.title + "\n")}
	for _, e := range s.entries {
		s.costs = append(s.costs, llm.EstimateTokens(e+"\n"))
	}
	sum := 0
	for _, c := range s.costs {
		sum += c
	}
	return sum
}

// write writes what fits into a share of so many tokens, and returns what did not.
func (s *section) write(w *writer, share int) omission {
	out := omission{what: s.what}
	titled := false
	share -= s.costs[0]
	for i, text := range s.entries {
		cost := s.costs[i+1]
		if cost > share {
			out.n, out.tokens = out.n+1, out.tokens+cost
			if text = ""; s.prose {
				text = strings.TrimSpace(beginning(s.entries[i], share-1))
			}
			if text == "" {
				continue
			}
			cost = llm.EstimateTokens(text + "\n")
			out.tokens -= cost
		}
		if !titled {
			w.spend(s.title+"\n", s.costs[0])
			titled = true
		}
		w.spend(text+"\n", cost)
		share -= cost
	}
	return out
}

// shares divides a room among parts that need so much of it: each has what it needs, or the same as
// all others that need more.
func shares(needs []int, room int) []int {
	given := slices.Clone(needs)
	order := make([]int, len(needs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(needs[a], needs[b]) })
	for i, part := range order {
		given[part] = max(min(needs[part], room/(len(order)-i)), 0)
		room -= given[part]
	}
	return given
}

// beginning is the beginning of a text that is at most so many tokens: whole lines of it, or whole
// words where no line ends in its second half.
func beginning(s string, tokens int) string {
	cut := clip(s, tokens)
	if len(cut) == len(s) {
		return s
	}
	for _, end := range []string{"\n", " "} {
		if at := strings.LastIndex(cut, end); at > len(cut)/2 {
			return cut[:at]
		}
	}
	return cut
}
