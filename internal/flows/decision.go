package flows

import (
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/words"
)

// Input is one message of a customer and all that may bear on its answer.
type Input struct {
	Text         string // of the message
	State        State  // as the decision before left it; zero: no flow is in progress
	Interrupted  bool   // a person has written since the flow asked: the message may be for that person
	Agent        console.Agent
	Language     string // that the reply is in; "": the agent's
	Contact      Contact
	Conversation Conversation
	Now          time.Time // in the agent's zone
}

// language is the one of the engine's own words, and of numbers in figures.
func (in Input) language() string {
	if in.Language != "" {
		return in.Language
	}
	return in.Agent.Language
}

// ReplyLanguage is the language that an agent replies in to a customer who writes in spoken; "" where
// that does not show.
func ReplyLanguage(a console.Agent, spoken string) string {
	if spoken == "" || a.ReplyLanguage != console.ReplyInCustomers || words.Base(spoken) == words.Base(a.Language) {
		return a.Language
	}
	return spoken
}

// Contact is what is known of the customer. All of it may be empty.
type Contact struct {
	Name   string
	Email  string
	Phone  string            // E.164
	Fields map[string]string // what flows and people have noted
	Tags   []string
}

// Conversation is what conditions can know of where the message came in.
type Conversation struct {
	Channel  console.Channel
	Test     bool
	Messages int64 // how many the customer has written, this one included
}

// Decision is what rules and flows make of one message.
//
// Where Decided, Text is the whole reply, word for word, and no model is asked. Otherwise the model
// answers, and After, unless it is empty, is put behind its answer word for word, with an empty line
// between.
type Decision struct {
	Text     string
	After    string
	Question string // the end of Text or After: what the flow now waits to hear, "" where it waits for nothing
	State    State  // to be kept with the conversation, in the transaction that commits the reply

	Learned   []Learned // what the message told of the customer, in the order of asking
	Rule      *Fired    // the rule that answered; nil: none did
	Flow      string    // the flow that the message began, went on in or left; "": none
	Step      string    // the step of it that the flow now waits at, or at which it ended or was dropped
	Outcome   Outcome   // what became of the flow
	Attention bool      // a human should look
	Notes     []string  // what did not go as written, such as a response that failed; for the record, 20 at most
}

// Decided reports whether the reply is decided and no model is to be asked.
func (d Decision) Decided() bool { return d.Text != "" }

// maxNotes is how many notes a decision has at most.
const maxNotes = 10

func (d *Decision) note(text string) {
	if len(d.Notes) < maxNotes {
		d.Notes = append(d.Notes, text)
	}
}

// Fired says which rule answered and by which part of its trigger.
type Fired struct {
	Index int // in the rules that the Set was compiled from
	ID    string
	Name  string
	By    string // the phrase, expression or word set of the trigger, as written
}

// Learned is one thing that a flow has learned of the customer, checked and in one form.
type Learned struct {
	Field string
	Kind  Kind
	Value string // E.164, an ISO date, a number with a decimal point, an option as written, or text
}

// Kind says what an answer must be.
type Kind string

// The kinds of answers. The first three are the customer's own name, e-mail address and telephone
// number.
const (
	KindName   Kind = "name"
	KindEmail  Kind = "email"
	KindPhone  Kind = "phone"
	KindText   Kind = "text"
	KindDate   Kind = "date"
	KindNumber Kind = "number"
	KindChoice Kind = "choice"
)

// Outcome says what a message did to the flow that it met.
type Outcome string

// What can become of a flow; empty where there was none.
const (
	Began     Outcome = "began"     // the message started it, and it waits for an answer
	WentOn    Outcome = "went_on"   // the answer was taken, and it waits for the next
	Asked     Outcome = "asked"     // the answer was not usable: it was asked for again
	Digressed Outcome = "digressed" // something else was answered, and it waits where it was
	Ended     Outcome = "ended"     // it came to its end, perhaps at once
	Cancelled Outcome = "cancelled" // the customer wished so
	HandedOff Outcome = "handed_off"
	Dropped   Outcome = "dropped" // it was edited or removed, and its step is no longer there
)

// Verdict says why a rule or flow did or did not answer.
type Verdict string

// The verdicts on what was considered.
const (
	VerdictFired     Verdict = "fired"
	VerdictOff       Verdict = "off"             // not enabled, or not active
	VerdictNoMatch   Verdict = "no_match"        // nothing of its trigger is in the message
	VerdictProse     Verdict = "prose"           // its condition is for the model to judge
	VerdictFalse     Verdict = "condition_false" // its condition does not hold
	VerdictFailed    Verdict = "failed"          // its condition or response could not be worked out
	VerdictBeaten    Verdict = "beaten"          // another one comes first
	VerdictDescribed Verdict = "described"       // a flow with steps of unknown types, which the model is told of
)

// Considered is one rule or flow and what a message made of it.
type Considered struct {
	Rule    *Fired // nil: it is a flow
	Flow    string
	Verdict Verdict
	By      string // what of the trigger matched
	Note    string // such as why the condition does not compile; "" mostly
}
