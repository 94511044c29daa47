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
		parts := []string{fmt.Sprintf("  %d. %s", i+1, s.Text("type"))}
		for _, key := range []string{"content", "action", "followup"} {
			if text := filled(s.Text(key)); text != "" {
				parts = append(parts, text)
			}
		}
		lines = append(lines, strings.Join(parts, " "))
	}
	return strings.Join(lines, "\n")
}

// filled is a template in words for a model. What stands in its holes is told elsewhere in a prompt,
// behind a fence, so that here is only which value is meant. A text that decides what to say, or is
// broken, is nothing for a model to read: "" is what is left of it.
func filled(text string) string {
	if strings.Contains(text, "{%") {
		return ""
	}
	var told strings.Builder
	for {
		before, rest, open := strings.Cut(text, "{{")
		told.WriteString(before)
		if !open {
			return strings.TrimSpace(told.String())
		}
		hole, behind, closed := strings.Cut(rest, "}}")
		if !closed {
			return ""
		}
		name, _, _ := strings.Cut(strings.Trim(hole, "- "), "|")
		told.WriteString("(the value of " + strings.TrimSpace(name) + ")")
		text = behind
	}
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
