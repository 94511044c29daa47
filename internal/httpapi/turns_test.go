package httpapi

import (
	"testing"

	"github.com/bimpe/bimpe/internal/console"
)

// A reply that was cut was said all the same, and by the model.
func TestACutReplyIsTheModels(t *testing.T) {
	t.Parallel()
	cut := console.Step{Kind: console.StepModel, Fault: console.FaultCut, Model: console.ModelRef{Provider: "openai", Name: "gpt"}}
	failed := cut
	failed.Fault = "broken"
	for _, tt := range []struct {
		steps []console.Step
		want  string
	}{
		{[]console.Step{cut}, "model"},
		{[]console.Step{failed}, ""},
		{[]console.Step{failed, cut}, "model"},
	} {
		j := turnOf(console.TurnRecord{Turn: console.Turn{State: console.TurnReplied, Record: &console.Record{Steps: tt.steps}}})
		var got string
		if j.DecidedBy != nil {
			got = *j.DecidedBy
		}
		if got != tt.want {
			t.Errorf("%+v: decided by %q, want %q", tt.steps, got, tt.want)
		}
	}
}
