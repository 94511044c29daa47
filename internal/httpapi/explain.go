package httpapi

import (
	"cmp"
	"slices"

	"github.com/bimpe/bimpe/internal/console"
)

// explain says in a sentence how a turn ended, for whoever asks why the agent answered so, or did
// not.
func explain(t console.TurnRecord) string {
	switch t.State {
	case console.TurnOpen:
		return "The agent is at work on the reply."
	case console.TurnReplied:
		return replied(t)
	case console.TurnFailed:
		return cmp.Or(map[console.Why]string{
			console.WhyDeadline: "No model answered in time",
			console.WhyGaveUp:   "The server could not finish a reply, however often it tried",
		}[t.Why], "No model answered") + ": the customer got an apology, and a human is asked to look."
	case console.TurnSilent:
		return "Nobody answers: " + because(t.Why) + "."
	case console.TurnDiscarded:
		return "The reply was not said: " + because(t.Why) + "."
	case console.TurnCancelled:
		return "The reply was cancelled. What had been written stays as a message that is marked as partial."
	}
	return ""
}

func replied(t console.TurnRecord) string {
	text := "The agent replied."
	if t.Record == nil {
		return text
	}
	whose := map[console.Budget]string{
		console.BudgetTurn:  "the agent's tokens for one turn",
		console.BudgetAgent: "the agent's tokens for the day",
		console.BudgetTeam:  "the team's tokens for the day",
		console.BudgetKey:   "the key's tokens for the day",
	}[t.Record.Budget]
	unasked := slices.ContainsFunc(t.Record.Steps, func(s console.Step) bool { return s.Kind == console.StepBudget })
	switch {
	case whose == "":
		return text
	case !unasked:
		return text + " The reply was cut short: " + whose + " were nearly used up."
	case t.Record.Budget == console.BudgetTurn:
		return text + " No model was asked any more: " + whose + " were used up."
	default:
		return text + " No model was asked: " + whose + " were used up."
	}
}

// because is a reason in words.
func because(why console.Why) string {
	switch why {
	case console.WhyAgentPaused:
		return "the agent is paused"
	case console.WhyAgentInDevelopment:
		return "the agent is in development, and answers on the web chat and in test conversations only"
	case console.WhyConversationPaused:
		return "the AI is paused in this conversation"
	case console.WhyHumanReplied:
		return "a human took over"
	case console.WhyInterrupted:
		return "the customer wrote again, and the next turn answers everything"
	case console.WhyAgentDeleted:
		return "the agent was deleted"
	case console.WhyCancelled:
		return "it was cancelled"
	case console.WhyModelFailed:
		return "no model answered"
	case console.WhyDeadline:
		return "its time was over"
	case console.WhyGaveUp:
		return "it could not be finished"
	}
	return "the reason is not known"
}
