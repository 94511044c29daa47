package console

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Record is what a turn did, in order, and what its reply came from. It is written once, when the
// turn has ended.
type Record struct {
	Steps   []Step     // at most MaxSteps
	Omitted int        // how many more there were
	Spent   []Spending // by model, in the order in which they were first asked
	Budget  Budget     // the budget that kept the turn from a model, or cut its reply short; empty: none
	// Discarded is what had been written of a reply that was not said, as far as readers could have
	// seen it; empty: nothing.
	Discarded string
	Prompt    *Prompt // what a model was asked; nil: none was, or it is kept elsewhere
}

// Spending is what a turn spent on one model, all tries together.
type Spending struct {
	Model  ModelRef
	Asked  int64 // how often
	Tokens Tokens
	// Estimated is how many of the tokens are estimates.
	Estimated int64
	Cost      Money
}

// Spend counts what a step spent.
func (r *Record) Spend(s Step) {
	for i := range r.Spent {
		if o := &r.Spent[i]; o.Model == s.Model && o.Cost.Currency == s.Cost.Currency {
			o.Asked++
			o.Tokens = o.Tokens.Plus(s.Tokens)
			o.Estimated += s.Tokens.estimates()
			o.Cost.Nanos += s.Cost.Nanos
			return
		}
	}
	r.Spent = append(r.Spent, Spending{s.Model, 1, s.Tokens, s.Tokens.estimates(), s.Cost})
}

// MaxSteps bounds a record; what a turn spent is counted for steps beyond it too.
const MaxSteps = 100

// Step is one thing that a turn did. Only the fields that belong to its kind are set. It holds no
// secret, and of what people wrote only the quotes of Sources.
type Step struct {
	Kind StepKind
	At   time.Time     // when it began
	Took time.Duration // 0: no time of its own
	Note string        // in a few words, for whoever reads the record; may be empty

	Rule     string // id of the rule that decided
	Flow     string // name of the flow that decided or was left
	FlowStep string // its step, as the flow names it or by number: "2"
	Sources  []Source
	Model    ModelRef
	Try      int           // which asking of a model in this turn it was: 1, 2 …
	Waited   time.Duration // before the model was asked: back-off, Retry-After, a place in the queue
	Fault    string        // the llm.Kind, or a word of a few letters, of what went wrong; empty: nothing
	Tokens   Tokens
	Cost     Money // zero: no prices are set
}

// The faults of askings that came to a reply all the same: it was too long, and its beginning was said; or
// it held calls that nobody could act on, which the Note tells of.
const (
	FaultCut   = "cut"
	FaultCalls = "calls"
)

// Replied reports whether a step of a model came to a reply, or to a part of one.
func (s Step) Replied() bool {
	return s.Kind == StepModel && (s.Fault == "" || s.Fault == FaultCut || s.Fault == FaultCalls)
}

// StepKind says what a step was.
type StepKind string

// The kinds of steps.
const (
	StepRule      StepKind = "rule"      // a rule decided: Rule; or a Model followed it
	StepFlow      StepKind = "flow"      // a step of a flow decided: Flow, FlowStep
	StepKnowledge StepKind = "knowledge" // passages were found and given to the model: Sources
	StepModel     StepKind = "model"     // a model was asked: Model, Try, Waited, Fault, Tokens, Cost
	StepSkipped   StepKind = "skipped"   // a model was not asked, its breaker being open: Model, Fault
	StepBudget    StepKind = "budget"    // a budget is used up: Note names it; the built-in model answers
	StepSummary   StepKind = "summary"   // older messages were summed up: Model, Tokens, Cost
	StepPrompt    StepKind = "prompt"    // some of what a model would be told did not fit into its window: Model
	StepRestart   StepKind = "restart"   // the customer wrote again, and the turn began anew
	StepApology   StepKind = "apology"   // no model answered: the customer got an apology
)

// ModelRef is a model as a record names it.
type ModelRef struct {
	Connection ID     // of the team; empty: the server's own
	Provider   string // openai, anthropic, builtin
	Name       string
}

// Source is a passage that a reply could rest on.
type Source struct {
	PassageID ID
	BaseID    ID
	Name      string // of the knowledge base
	Quote     string // the beginning of the passage
}

// Tokens are what a model read and wrote.
type Tokens struct {
	Prompt     int64
	Completion int64
	Estimated  bool // the provider did not say
}

// Total is what counts against budgets.
func (t Tokens) Total() int64 { return t.Prompt + t.Completion }

// Plus adds two numbers of tokens; a sum with an estimate in it is one.
func (t Tokens) Plus(u Tokens) Tokens {
	return Tokens{t.Prompt + u.Prompt, t.Completion + u.Completion, t.Estimated || u.Estimated}
}

func (t Tokens) estimates() int64 {
	if t.Estimated {
		return t.Total()
	}
	return 0
}

// Money is an amount of one currency.
type Money struct {
	Currency string // ISO 4217; empty: there is no amount
	Nanos    int64  // thousand millionths of the currency
}

// Decimal is the amount as a decimal number without needless zeros: 0.00021, 3, -1.5.
func (m Money) Decimal() string {
	const one = 1_000_000_000
	n, sign := uint64(m.Nanos), ""
	if m.Nanos < 0 {
		n, sign = -n, "-"
	}
	text := fmt.Sprintf("%s%d.%09d", sign, n/one, n%one)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// Price is what a model costs. The zero value means that it is not known.
type Price struct {
	Currency   string // ISO 4217
	Prompt     int64  // for a million tokens read, in millionths of the currency
	Completion int64  // for a million tokens written
}

// Of is what so many tokens cost, rounded to the nearest Nano; no Money where no price is known.
func (p Price) Of(t Tokens) Money {
	if p.Currency == "" {
		return Money{}
	}
	const nano = 1000
	return Money{p.Currency, (times(p.Prompt, t.Prompt) + times(p.Completion, t.Completion) + nano/2) / nano}
}

// times multiplies what is not negative and stops at a quarter of what there is, so that sums of a few
// never overflow: a server may claim any number of tokens.
func times(a, b int64) int64 {
	const most = math.MaxInt64 / 4
	if a > 0 && b > most/a {
		return most
	}
	return a * b
}

// Budget names what bounds the tokens that are spent.
type Budget string

// The budgets.
const (
	BudgetTurn  Budget = "turn"
	BudgetAgent Budget = "agent_day"
	BudgetTeam  Budget = "team_day"
	BudgetKey   Budget = "key_day"
)

// TurnRecord is a turn as it is on record.
type TurnRecord struct {
	Turn         // with its Record, where it has one
	First    ID  // the first customer message that it covers; empty: it covers none
	Last     ID  // the last one
	Messages int // how many customer messages it covers
	Reply    ID  // the message that it said; empty: none
}
