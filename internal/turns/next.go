package turns

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
	"github.com/bimpe/bimpe/internal/llm"
)

// transcript is what a turn knows and what has happened in it so far.
type transcript struct {
	brief   brief
	faults  []error // of the model, one an attempt
	answer  *answer // of the model, once it gave one
	expired bool    // the turn's time is over
}

// answer is what a model said.
type answer struct {
	text string
	end  llm.End
}

// action is what a turn does next: ask or say.
type action interface{ action() }

// ask puts a request to the model, after a wait if it has failed before.
type ask struct {
	after   time.Duration
	request llm.Request
	steps   []console.Step // what led to it, for the journal
}

// say ends the turn with a reply.
type say struct {
	reply reply
	steps []console.Step // what decided it, for the journal
}

func (ask) action() {}
func (say) action() {}

// errNothingSaid is the fault of a model that ended without a word.
var errNothingSaid = errors.New("the model said nothing")

// next decides the one thing that is to be done now. It is pure.
//
// Rules whose triggers stand in the customer's messages decide the reply, and no model is asked; a
// human is called if some of several messages match none. Otherwise a model is asked until it answers, its faults are final, the attempts are used up or the
// time is over; then the customer gets an apology and a human is called.
func next(t transcript, l Limits) action {
	if t.brief.late() {
		return say{} // the fence discards it
	}
	if t.answer != nil { // no rule had one, or the model would not have been asked
		s := t.say(t.answer.text, console.TurnReplied, "")
		s.reply.attention = t.answer.end.Finish == llm.FinishUnknown
		return s
	}
	if responses, steps, all := ruled(t.brief); len(responses) > 0 {
		s := t.say(strings.Join(responses, "\n\n"), console.TurnReplied, "")
		s.reply.attention, s.steps = !all, steps
		return s
	}
	switch {
	case t.expired:
		return t.apologise(console.WhyDeadline)
	case len(t.faults) == 0:
		return ask{request: prompt(t.brief, l), steps: given(t.brief.passages)}
	case len(t.faults) >= l.Attempts, !retryable(t.faults[len(t.faults)-1]):
		return t.apologise(console.WhyModelFailed)
	default:
		return ask{after: wait(t.faults, l), request: prompt(t.brief, l)}
	}
}

// ruled returns what the rules answer to the customer's messages, each response once, and whether
// that answers all of them.
func ruled(b brief) (responses []string, steps []console.Step, all bool) {
	rules, all := b.agentRules(), true
	for _, m := range b.asked() {
		rule, ok := flows.Match(rules, m.Text)
		if !ok || strings.TrimSpace(rule.Response) == "" {
			all = false
			continue
		}
		if !slices.Contains(responses, rule.Response) {
			responses = append(responses, rule.Response)
			steps = append(steps, console.Step{Kind: console.StepRule, Rule: rule.ID})
		}
	}
	return responses, steps, all
}

func (t transcript) say(text string, state console.TurnState, why console.Why) say {
	return say{reply: reply{
		message: console.Message{Text: text}, state: state, why: why, seen: t.brief.seen(),
	}}
}

func (t transcript) apologise(why console.Why) say {
	s := t.say(apology(t.brief.agent.Language), console.TurnFailed, why)
	s.reply.attention = true
	s.steps = []console.Step{{Kind: console.StepApology, Fault: string(why)}}
	return s
}

func retryable(fault error) bool {
	return errors.Is(fault, errNothingSaid) || llm.Retryable(fault)
}

// wait is the pause before the next attempt: doubling, or what the provider asked for.
func wait(faults []error, l Limits) time.Duration {
	pause := l.Backoff << (len(faults) - 1)
	if e, ok := errors.AsType[*llm.Error](faults[len(faults)-1]); ok && e.RetryAfter > pause {
		return e.RetryAfter
	}
	return min(pause, maxBackoff)
}
