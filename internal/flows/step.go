package flows

import (
	"fmt"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// stepType is what a step does.
type stepType int

const (
	stepSay stepType = iota
	stepAsk
	stepBranch
	stepGoto
	stepSet
	stepHandoff
	stepEnd
)

// stepTypeOf knows the types by the names that they have in flows.
func stepTypeOf(name string) (stepType, bool) {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "message", "say":
		return stepSay, true
	case "question", "ask", "collect":
		return stepAsk, true
	case "branch":
		return stepBranch, true
	case "goto":
		return stepGoto, true
	case "set", "remember":
		return stepSet, true
	case "handoff":
		return stepHandoff, true
	case "end":
		return stepEnd, true
	default:
		return 0, false
	}
}

// step is one step of a flow that runs.
type step struct {
	name     string // its id, or "#n"
	named    bool   // it has an id
	kind     stepType
	content  template // said, or asked
	followup template // asked after the content
	retry    template // said of an answer that is not usable
	value    template // of a set
	field    string
	want     wanted // all but what depends on the message
	tries    int
	skip     bool // where the customer is known to have it
	when     *condition
	to       int // where a branch or a goto leads; outside: to the end
	orElse   int
}

// outside is the place behind the last step.
const outside = -1

// question is what an ask repeats.
func (s step) question() template {
	if s.followup.blank() {
		return s.content
	}
	return s.followup
}

// flow is one flow, ready to be run.
type flow struct {
	index    int
	name     string
	active   bool
	inert    string // why it does not run, and only the model is told of it; "": it runs
	priority int
	keywords []keyword
	steps    []step
	fields   map[string]Kind
	version  string
	cancel   []part
	stopped  template // what is said when it was cancelled
}

// keyword is one part of what begins a flow.
type keyword struct {
	part
	weight int
	entry  int // among the flow's trigger_keywords
}

// enough is the weight of keywords that begins a flow: two low ones, or any other.
const enough = 2

func weightOf(name string) int {
	switch name {
	case "high":
		return 3
	case "low":
		return 1
	default:
		return 2
	}
}

// find returns the step of a name, outside where there is none.
func (f *flow) find(name string) int {
	for i, s := range f.steps {
		if s.name == name {
			return i
		}
	}
	return outside
}

// runs reports whether the engine leads through the flow.
func (f *flow) runs() bool { return f.active && f.inert == "" }

// objects returns the JSON objects of a list, with nil for what is none.
func objects(list any) []console.Flow {
	items, _ := list.([]any)
	found := make([]console.Flow, len(items))
	for i, item := range items {
		if o, ok := item.(map[string]any); ok {
			found[i] = o
		}
	}
	return found
}

// inertBecause says why a flow is only described: it has no steps, or one of a type that is not
// known, or without what makes it one.
func inertBecause(steps []console.Flow) string {
	if len(steps) == 0 {
		return "it has no steps"
	}
	for i, s := range steps {
		kind, ok := stepTypeOf(s.Text("type"))
		switch {
		case !ok:
			return fmt.Sprintf("step %d is of the type %q, which only a model can follow", i+1, beginning(s.Text("type"), 40))
		case kind == stepBranch && s["when"] == nil && s["goto"] == nil,
			kind == stepGoto && s["goto"] == nil,
			kind == stepSet && s["field"] == nil && s["value"] == nil,
			bare(s):
			return fmt.Sprintf("step %d says nothing that could be done, which only a model can follow", i+1)
		}
	}
	return ""
}

// bare reports whether a question says nothing and has nothing that a flow of this engine would have:
// older clients leave it to the model what is asked.
func bare(s console.Flow) bool {
	if !strings.EqualFold(strings.TrimSpace(s.Text("type")), "question") || s["content"] != nil || s["followup"] != nil {
		return false
	}
	for _, key := range []string{"field", "kind", "options", "retry", "tries", "skip_if_known"} {
		if s[key] != nil {
			return false
		}
	}
	return true
}
