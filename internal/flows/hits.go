package flows

import "slices"

// hits are the parts of triggers that a message matched: of each rule the longest, and the first of
// equally long ones; of flows all.
type hits struct {
	rules   int
	best    []int32 // of each rule its part, counted from 1; nil: none matched
	lengths []int32
	flows   []ref
}

func (h *hits) put(refs []ref) {
	for _, r := range refs {
		if int(r.owner) >= h.rules {
			if !slices.Contains(h.flows, r) {
				h.flows = append(h.flows, r)
			}
			continue
		}
		if h.best == nil {
			h.best, h.lengths = make([]int32, h.rules), make([]int32, h.rules)
		}
		if best := h.best[r.owner]; best == 0 || r.length > h.lengths[r.owner] ||
			r.length == h.lengths[r.owner] && r.part+1 < best {
			h.best[r.owner], h.lengths[r.owner] = r.part+1, r.length
		}
	}
}

// candidate is a rule whose trigger is in the message.
type candidate struct {
	rule *rule
	part int
}

func (c candidate) by() string { return c.rule.parts[c.part].source }

// candidates are the rules whose triggers are in the message, in the order in which they are asked:
// the longest match first, then those with a condition, then as they stand.
func (s *Set) candidates(found *hits) []candidate {
	if found.best == nil {
		return nil
	}
	var keys []uint64 // that sort as the rules are asked
	for i, part := range found.best {
		if part == 0 {
			continue
		}
		key := uint64(longestMatch-min(found.lengths[i], longestMatch))<<33 | uint64(i)
		if s.rules[i].condition == nil {
			key |= 1 << 32
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	all := make([]candidate, len(keys))
	for n, key := range keys {
		i := int(key & (1<<32 - 1))
		all[n] = candidate{rule: &s.rules[i], part: int(found.best[i] - 1)}
	}
	return all
}

// longestMatch is longer than any trigger can be.
const longestMatch = 1 << 20
