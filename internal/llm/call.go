package llm

import (
	"errors"
	"fmt"
	"strings"
)

// Tool is something that a model may ask to have done.
type Tool struct {
	Name        string // letters, digits, _ and -, at most 64; unique in a request
	Description string // for the model: what it does and when to use it
	// Schema is the JSON Schema of its arguments, which are an object; empty: it takes none.
	Schema string
}

// Call is one use of a tool that a model asks for. An adapter passes on only calls of tools that the
// request offers, with ids that are unique in the reply and arguments that are whole JSON objects, and
// never more than MaxCalls; all others are Misfits of the reply. Whether the arguments fit the tool's
// schema is for whoever runs it.
type Call struct {
	ID        string // pairs the result with the call
	Name      string
	Arguments string // a JSON object
}

// MaxCalls is how many calls a reply may hold. One that goes on is left there.
const MaxCalls = 64

// Misfit is a call of a reply that nobody can act on. What else the reply holds counts all the same.
type Misfit struct {
	Tool string // which it calls, if that one was offered; else empty
	Why  Flaw
}

// Flaw says in a few words for people what is wrong with a call. It holds nothing that a model wrote.
type Flaw string

// The flaws of calls.
const (
	FlawNotOffered Flaw = "not a tool that was offered"
	FlawArguments  Flaw = "arguments that are not a JSON object"
	FlawCut        Flaw = "cut off"
	FlawTwice      Flaw = "the id of another call"
	FlawMany       Flaw = "one too many" // and nothing is known of those behind it
)

// ErrCalls is the cause of a KindBroken whose reply has no text, and calls of which each is a Misfit. It
// says more about what was offered and asked than about the server. It comes in a *CallsError.
var ErrCalls = errors.New("the reply has nothing but calls that are none")

// CallsError is an ErrCalls with the calls.
type CallsError struct{ Misfits []Misfit }

func (e *CallsError) Error() string { return ErrCalls.Error() + ": " + List(e.Misfits) }

// Unwrap returns ErrCalls.
func (e *CallsError) Unwrap() error { return ErrCalls }

// List tells of misfits in a line for people, those that are alike together.
func List(all []Misfit) string {
	var kinds []Misfit
	times := map[Misfit]int{}
	for _, m := range all {
		if times[m]++; times[m] == 1 {
			kinds = append(kinds, m)
		}
	}
	parts := make([]string, len(kinds))
	for i, m := range kinds {
		parts[i] = string(m.Why)
		if m.Tool != "" {
			parts[i] = m.Tool + ": " + parts[i]
		}
		if n := times[m]; n > 1 {
			parts[i] += fmt.Sprintf(" (%d times)", n)
		}
	}
	return strings.Join(parts, "; ")
}
