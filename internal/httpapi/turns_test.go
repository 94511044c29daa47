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

// A budget that cut a reply short is told apart from one that kept the turn from a model.
func TestABudgetIsExplained(t *testing.T) {
	t.Parallel()
	unasked := []console.Step{{Kind: console.StepBudget}}
	for want, record := range map[string]console.Record{
		"The agent replied.": {},
		"The agent replied. The reply was cut short: the team's tokens for the day were nearly used up.": {Budget: console.BudgetTeam},
		"The agent replied. No model was asked: the key's tokens for the day were used up.":              {Budget: console.BudgetKey, Steps: unasked},
		"The agent replied. No model was asked any more: the agent's tokens for one turn were used up.":  {Budget: console.BudgetTurn, Steps: unasked},
	} {
		got := explain(console.TurnRecord{Turn: console.Turn{State: console.TurnReplied, Record: &record}})
		if got != want {
			t.Errorf("%+v: got %q, want %q", record, got, want)
		}
	}
}

// A rule that a model followed is named, and the words are the model's.
func TestARuleThatAModelFollowedIsNamed(t *testing.T) {
	t.Parallel()
	asked := console.Step{Kind: console.StepModel, Model: console.ModelRef{Provider: "openai", Name: "gpt"}}
	followed := console.Step{Kind: console.StepRule, Rule: "angry", Model: asked.Model}
	nameless := console.Step{Kind: console.StepRule}
	for want, steps := range map[string][]console.Step{
		"model": {{Kind: console.StepPrompt, Model: asked.Model}, asked, followed}, "rule": {asked, {Kind: console.StepRule, Rule: "angry"}, nameless},
	} {
		j := turnOf(console.TurnRecord{Turn: console.Turn{State: console.TurnReplied, Record: &console.Record{Steps: steps}}})
		if j.DecidedBy == nil || *j.DecidedBy != want || len(j.RuleIDs) != 1 || j.RuleIDs[0] != "angry" {
			t.Errorf("decided by %v with the rules %q, want by a %s with angry", j.DecidedBy, j.RuleIDs, want)
		}
	}
}
