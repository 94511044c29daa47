// Package llm says what a language model is: something that is given a request and streams a reply.
// It knows no vendor; each has a package below, which translates and keeps its types to itself. It
// leaves retries, deadlines and what to ask to the caller.
package llm

import (
	"context"
	"iter"

	"github.com/bimpe/bimpe/internal/console"
)

// Model writes replies. It may be used by many goroutines.
type Model interface {
	// Name is what the model is called in logs and metrics.
	Name() string
	// Stream asks for one reply and yields it as it is being written. Nothing is asked before the
	// sequence is ranged over, and each ranging asks anew.
	//
	// A good stream ends with a Delta that has an End, and only that one has. A failed one ends
	// with an error: an *Error, or ctx's own error once ctx has ended, as it is or in a *CutError. Either way the
	// connection to the model is closed, and every goroutine of the stream gone, before the ranging
	// returns; so it is when the consumer breaks off. Text is valid UTF-8 throughout. A reply has text or
	// calls or both; one that has neither is a failure of KindBroken, whatever misfits it has.
	Stream(ctx context.Context, r Request) iter.Seq2[Delta, error]
}

// Request is what is asked of a model.
type Request struct {
	System    string    // who the model is and what it may rest on; may be empty
	Messages  []Message // the conversation so far, oldest first
	Tools     []Tool    // what the model may call; empty: nothing
	MaxTokens int       // of the reply; 0: the model's own limit, or what its adapter takes for one
	// Whole says that nobody reads along, so that the reply may come in one piece, which costs both
	// sides much less. The model is then to be quick: it is silent until it has finished.
	Whole     bool
	Grounding Grounding
}

// Grounding is what System says about the matter, as values. Only a model that reads no prompt
// uses it.
type Grounding struct {
	Question string            // what the customer wants to know
	Language string            // BCP 47, of the agent, in which FAQ and Passages are taken to be
	Reply    string            // BCP 47, to answer in; empty: Language
	FAQ      []console.QA      // of the agent's workflow
	Passages []console.Passage // of the agent's knowledge, the best first
}

// Message is one entry of a conversation. What a model called and what came of it are two: a message
// of RoleAssistant with the calls, and after it one of RoleTool for each, in any order, before anybody
// else speaks.
type Message struct {
	Role   Role
	Text   string
	Calls  []Call // of RoleAssistant only
	CallID string // of RoleTool only: which call Text is the result of
	Failed bool   // of RoleTool only: Text says why there is no result
	Seq    int64  // of the conversation's message whose text this is, word for word; 0: of none
}

// Role says who speaks in a conversation with a model.
type Role string

// Those who speak.
const (
	RoleSystem    Role = "system"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	RoleTool      Role = "tool"
)

// Delta is a piece of a reply.
type Delta struct {
	Text string // may be empty
	End  *End   // of the last delta only
}

// End is how a reply ended and what it cost.
type End struct {
	Finish Finish
	Usage  Usage
	Calls  []Call // with FinishCalls only: what the model wants done, in its own order
	// Misfits are the calls that are none, at most MaxCalls and one; whatever the finish.
	Misfits []Misfit
}

// Finish says why a reply ended.
type Finish string

// FinishStop is a whole reply, FinishLength one that hit a limit, FinishUnknown one in which the
// model says that it does not know, so that a human should look. FinishCalls is one that waits for the
// results of its calls. Within an adapter FinishUnknown is a reply that a filter held back, which is a
// KindWithheld, whatever of it had come.
const (
	FinishStop    Finish = "stop"
	FinishLength  Finish = "length"
	FinishUnknown Finish = "unknown"
	FinishCalls   Finish = "calls"
)

// Usage is what a request cost.
type Usage struct {
	PromptTokens     int // all of them, those from a cache too
	CachedTokens     int // of PromptTokens: read from the vendor's cache, and so cheaper
	CompletionTokens int
	Estimated        bool // the model did not say all of it, so some numbers come from EstimateTokens
}
