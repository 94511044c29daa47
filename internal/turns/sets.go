package turns

import (
	"sync"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// sets remembers what agents' rules and flows were compiled to. A set is of one version of its agent
// and one of its workflow, so that nothing ever has to be taken out for being stale.
type sets struct {
	mu     sync.Mutex
	byID   map[console.ID]compiled // by agent; held under mu
	weight int                     // of all that is remembered; held under mu
}

// compiled is a set and what it was made from.
type compiled struct {
	versions
	set    *flows.Set
	weight int
}

// versions tell what a set was made from.
type versions struct {
	agent, workflow time.Time
	workflowID      console.ID
}

// maxSetWeight bounds what is remembered, in rules and flows: some thousands of ordinary agents.
const maxSetWeight = 20_000

// of returns the set of an agent that is built on a workflow, nil for one that has no rules and no
// flows.
func (s *sets) of(a console.Agent, w *console.Workflow) *flows.Set {
	var from console.Workflow
	if w != nil {
		from = *w
	}
	if len(a.Rules) == 0 && len(from.Rules) == 0 && len(from.Flows) == 0 {
		return nil
	}
	is := versions{a.UpdatedAt, from.UpdatedAt, from.ID}
	s.mu.Lock()
	known, ok := s.byID[a.ID]
	s.mu.Unlock()
	if ok && known.same(is) {
		return known.set
	}
	rules := a.WithRules(w)
	made := compiled{is, flows.Compile(rules, from.Flows), len(rules) + len(from.Flows)}
	s.put(a.ID, made)
	return made.set
}

func (v versions) same(is versions) bool {
	return v.workflowID == is.workflowID && v.agent.Equal(is.agent) && v.workflow.Equal(is.workflow)
}

func (s *sets) put(id console.ID, made compiled) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID = make(map[console.ID]compiled)
	}
	s.weight += made.weight - s.byID[id].weight
	s.byID[id] = made
	for other, c := range s.byID {
		if s.weight <= maxSetWeight {
			break
		}
		if other != id {
			delete(s.byID, other)
			s.weight -= c.weight
		}
	}
}
