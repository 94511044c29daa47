package workflows

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

// endless is a flow that goes round in a circle.
func endless() []console.Flow {
	return []console.Flow{{
		"name": "Round", "conversation_steps": []any{
			map[string]any{"type": "message", "id": "again", "content": "{{ nobody.name }}"},
			map[string]any{"type": "goto", "goto": "again"},
		},
	}}
}

func TestFlowsAreCheckedWhereTheyAreNamed(t *testing.T) {
	t.Parallel()
	want := []string{"name", "flows.0.conversation_steps.0.content", "flows.0.conversation_steps.1.goto"}
	if diff := cmp.Diff(want, paths(Faults(console.Workflow{Flows: endless()}))); diff != "" {
		t.Errorf("faults of a workflow: -want +got\n%s", diff)
	}
	p := Patch{Flows: console.Opt[[]console.Flow]{Set: true, Value: endless()}}
	if diff := cmp.Diff(want[1:], paths(p.Faults())); diff != "" {
		t.Errorf("faults of a patch: -want +got\n%s", diff)
	}
	if f := (Patch{Name: console.Opt[string]{Set: true, Value: "New"}}).Faults(); f != nil {
		t.Errorf("faults of a patch that names no flows: %v", f)
	}
	many := console.Workflow{Name: "Many", Flows: make([]console.Flow, maxLong+1)}
	for i := range many.Flows {
		many.Flows[i] = endless()[0]
	}
	if got := paths(Faults(many)); len(got) != 1 || got[0] != "flows" {
		t.Errorf("too many flows: %v", got)
	}
}

// What was stored before it would be refused can be cloned.
func TestWhatIsStoredCanBeCloned(t *testing.T) {
	t.Parallel()
	w := console.Workflow{Name: "Old", Visibility: console.Private, Flows: endless()}
	if faults := check(tidy(w)); faults != nil {
		t.Errorf("the shape of an older workflow is refused: %v", faults)
	}
}
