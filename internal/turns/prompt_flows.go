package turns

import (
	"fmt"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// flows tells of those that a model is to follow, or, of those that are led, how they begin: they are
// led word for word, and a model that asked their questions too would only be in the way.
func (b brief) flows(led bool) section { //nolint:revive // they are told in two ways
	s := section{what: "flows", title: "\nFlows, which lead a conversation to its end step by step:"}
	if led {
		s.title = "\nBegun by these words of the customer, and then led without you; never ask their questions yourself:"
	}
	if b.workflow == nil {
		return s
	}
	for i, f := range b.workflow.Flows {
		if active, ok := f["is_active"].(bool); ok && !active || b.set.Leads(i) != led {
			continue
		}
		s.entries = append(s.entries, described(f, led))
	}
	return s
}

func described(f console.Flow, led bool) string { //nolint:revive // as above
	lines := []string{fmt.Sprintf("- %s: %s", f.Text("name"), f.Text("description"))}
	for _, k := range objects(f["trigger_keywords"]) {
		lines = append(lines, "  begins at: "+k.Text("keyword"))
	}
	if led {
		return strings.Join(lines, "\n")
	}
	for i, s := range objects(f["conversation_steps"]) {
		lines = append(lines, fmt.Sprintf("  %d. %s %s %s %s", i+1, s.Text("type"), s.Text("content"), s.Text("action"), s.Text("followup")))
	}
	return strings.Join(lines, "\n")
}

// objects returns the JSON objects in a list and leaves out everything else.
func objects(list any) []console.Flow {
	items, _ := list.([]any)
	var found []console.Flow
	for _, item := range items {
		if o, ok := item.(map[string]any); ok {
			found = append(found, console.Flow(o))
		}
	}
	return found
}
