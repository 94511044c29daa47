package httpapi

import (
	"testing"

	"github.com/bimpe/bimpe/internal/console"
)

// Where a model called a human by no rule that there is, it is the model that decided.
func TestWhoDecidedIsWhoDid(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ rule, want string }{{"", "model"}, {"angry", "rule"}} {
		got := turnOf(console.TurnRecord{Turn: console.Turn{State: console.TurnReplied, Record: &console.Record{Steps: []console.Step{
			{Kind: console.StepModel, Model: console.ModelRef{Provider: "openai", Name: "m"}}, {Kind: console.StepRule, Rule: test.rule},
		}}}})
		if got.DecidedBy == nil || *got.DecidedBy != test.want {
			t.Errorf("by the rule %q: decided by %v, want %s", test.rule, got.DecidedBy, test.want)
		}
	}
}
