package workflows

import (
	"slices"

	"github.com/bimpe/bimpe/internal/console"
)

// copyOf returns a workflow that shares nothing changeable with w. Where w has nil, so has it.
func copyOf(w console.Workflow) console.Workflow {
	w.Rules = slices.Clone(w.Rules)
	w.Flows = slices.Clone(w.Flows)
	for i, f := range w.Flows {
		w.Flows[i] = copyObject(f)
	}
	w.Tags = slices.Clone(w.Tags)
	w.Integrations = slices.Clone(w.Integrations)
	w.Channels = slices.Clone(w.Channels)
	w.Actions = slices.Clone(w.Actions)
	if w.Guide != nil {
		g := *w.Guide
		g.Steps = slices.Clone(g.Steps)
		w.Guide = &g
	}
	w.FAQ = slices.Clone(w.FAQ)
	w.SetupSteps = copyList(w.SetupSteps)
	w.PromptConfig = copyObject(w.PromptConfig)
	return w
}

// copyValue copies a JSON value; strings, numbers and booleans can't be changed and stay.
func copyValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return copyObject(v)
	case []any:
		return copyList(v)
	default:
		return v
	}
}

func copyObject(o map[string]any) map[string]any {
	if o == nil {
		return nil
	}
	c := make(map[string]any, len(o))
	for key, v := range o {
		c[key] = copyValue(v)
	}
	return c
}

func copyList(l []any) []any {
	if l == nil {
		return nil
	}
	c := make([]any, len(l))
	for i, v := range l {
		c[i] = copyValue(v)
	}
	return c
}
