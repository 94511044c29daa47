package turns

import "github.com/bimpe/bimpe/internal/console"

// flows tells of those that a model is to follow, and of the others how they begin: they are led
// word for word, and a model that asked their questions too would only be in the way.
func (w *writer) flows(b brief) {
	if b.workflow == nil {
		return
	}
	title := map[bool]string{
		true:  "\nBegun by these words of the customer, and then led without you; never ask their questions yourself:",
		false: "\nFlows, which lead a conversation to its end step by step:",
	}
	for _, led := range []bool{false, true} {
		for i, f := range b.workflow.Flows {
			if active, ok := f["is_active"].(bool); ok && !active || b.set.Leads(i) != led {
				continue
			}
			if title[led] != "" {
				w.put("%s", title[led])
				title[led] = ""
			}
			w.flow(f, led)
		}
	}
}

func (w *writer) flow(f console.Flow, led bool) { //nolint:revive // it is told in two ways
	w.put("- %s: %s", f.Text("name"), f.Text("description"))
	for _, k := range objects(f["trigger_keywords"]) {
		w.put("  begins at: %s", k.Text("keyword"))
	}
	if led {
		return
	}
	for i, s := range objects(f["conversation_steps"]) {
		w.put("  %d. %s %s %s %s", i+1, s.Text("type"), s.Text("content"), s.Text("action"), s.Text("followup"))
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
