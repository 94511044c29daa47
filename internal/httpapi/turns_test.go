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

func TestATurnThatWasGivenUpSaysSo(t *testing.T) {
	t.Parallel()
	for why, want := range map[console.Why]string{
		console.WhyModelFailed: "No model answered: the customer got an apology, and a human is asked to look.",
		console.WhyDeadline:    "No model answered in time: the customer got an apology, and a human is asked to look.",
		console.WhyGaveUp: "The server could not finish a reply, however often it tried: the customer got an apology, " +
			"and a human is asked to look.",
	} {
		if got := explain(console.TurnRecord{Turn: console.Turn{State: console.TurnFailed, Why: why}}); got != want {
			t.Errorf("%s: got %q, want %q", why, got, want)
		}
	}
}
