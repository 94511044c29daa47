package flows

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/bimpe/bimpe/internal/console"
)

// The bounds of a Set as a whole.
const (
	maxParts      = 1000   // of one trigger
	maxPartsTotal = 20_000 // of all
)

// Check returns what is wrong with rules and flows, with paths such as rules.0.condition and
// flows.1.conversation_steps.3.goto, in the order of rules and flows; nil if they are sound. What has
// only to do with their shape (types, lengths, counts) is not repeated here.
func Check(rules []console.Rule, flows []console.Flow) []console.Field {
	s, faults := compile(rules, flows)
	c := &examiner{Faults: faults}
	c.sizes(s)
	c.sameIDs(rules)
	c.conflicts(s)
	c.flowConflicts(s)
	c.weights(s)
	for _, f := range s.flows {
		if f.inert == "" {
			c.graph(f)
		}
	}
	return inOrder(c.All)
}

// inOrder sorts faults by where they are, and leaves out what is said twice.
func inOrder(all []console.Field) []console.Field {
	slices.SortStableFunc(all, func(a, b console.Field) int { return cmp.Compare(numbered(a.Path), numbered(b.Path)) })
	return slices.CompactFunc(all, func(a, b console.Field) bool { return a == b })
}

// numbered is a path whose numbers all have the same length, so that 10 comes after 9; rules come
// before flows.
func numbered(path string) string {
	sorted := make([]byte, 0, len(path)+16)
	if len(path) > 0 && path[0] == 'f' {
		sorted = append(sorted, '~')
	}
	for i := 0; i < len(path); {
		j := i
		for j < len(path) && isDigit(path[j]) {
			j++
		}
		if j > i {
			sorted = fmt.Appendf(sorted, "%06s", path[i:j])
			i = j
			continue
		}
		sorted = append(sorted, path[i])
		i++
	}
	return string(sorted)
}

type examiner struct{ console.Faults }

func (c *examiner) sizes(s *Set) {
	total := 0
	for i, r := range s.rules {
		total += len(r.parts)
		c.Most(fmt.Sprintf("rules.%d.trigger", i), len(r.parts), maxParts, "phrases")
	}
	for _, f := range s.flows {
		total += len(f.keywords)
	}
	if total > maxPartsTotal {
		path := "rules"
		if len(s.rules) == 0 {
			path = "flows"
		}
		c.Fail(path, "must have at most %d phrases in all triggers together", maxPartsTotal)
	}
}

// sameIDs finds rules of one id, of which a record could not tell which has decided.
func (c *examiner) sameIDs(rules []console.Rule) {
	first := map[string]int{}
	for i, r := range rules {
		j, taken := first[r.ID]
		switch {
		case r.ID == "":
		case taken:
			c.Fail(fmt.Sprintf("rules.%d.id", i), "is the id of rule %d (%s) too", j, beginning(rules[j].Name, 60))
		default:
			first[r.ID] = i
		}
	}
}

// conflicts finds rules of which one can never fire: another, by the same phrase and under the same
// condition, always comes before it.
func (c *examiner) conflicts(s *Set) {
	type same struct{ key, condition string }
	before := map[same]int{}
	for i, r := range s.rules {
		if !r.enabled || r.prose || r.response.blank() {
			continue
		}
		for _, p := range r.parts {
			k := same{p.key(), ""}
			if r.condition != nil {
				k.condition = r.condition.printed
			}
			j, taken := before[k]
			if !taken {
				before[k] = i
				continue
			}
			if j != i && s.rules[j].response.text != r.response.text {
				c.Fail(fmt.Sprintf("rules.%d.trigger", i), "has %q as rule %d (%s) has it, and the same condition: it could never fire",
					beginning(p.source, 60), j, beginning(s.rules[j].Name, 60))
			}
		}
	}
}

// flowConflicts finds keywords that would begin one flow as well as another.
func (c *examiner) flowConflicts(s *Set) {
	type same struct {
		key              string
		priority, weight int
	}
	before := map[same]int{}
	for i, f := range s.flows {
		if !f.runs() {
			continue
		}
		for _, k := range f.keywords {
			key := same{k.key(), f.priority, k.weight}
			j, taken := before[key]
			if !taken {
				before[key] = i
				continue
			}
			if j != i {
				c.Fail(fmt.Sprintf("flows.%d.trigger_keywords.%d.keyword", i, k.entry),
					"is the keyword %q of flow %d (%s) too, with the same weight and priority: give one of them a higher priority",
					beginning(k.source, 60), j, beginning(s.flows[j].name, 60))
			}
		}
	}
}

// weights finds flows that can never begin: all their keywords together weigh too little.
func (c *examiner) weights(s *Set) {
	for i, f := range s.flows {
		total := 0
		for _, k := range f.keywords {
			total += k.weight
		}
		if f.runs() && len(f.keywords) > 0 && total < enough {
			c.Fail(fmt.Sprintf("flows.%d.trigger_keywords", i),
				"weigh %d together, and a flow begins at %d: it could never begin", total, enough)
		}
	}
}
