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
	// with an error: an *Error, or ctx's own error once ctx has ended. Either way the
	// connection to the model is closed, and every goroutine of the stream gone, before the ranging
	// returns; so it is when the consumer breaks off. Text is valid UTF-8 throughout.
	Stream(ctx context.Context, r Request) iter.Seq2[Delta, error]
}

// Request is what is asked of a model.
type Request struct {
	System    string    // who the model is and what it may rest on; may be empty
	Messages  []Message // the conversation so far, oldest first
	MaxTokens int       // of the reply; 0: the model's own limit
	// Whole says that nobody reads along, so that the reply may come in one piece, which costs both
	// sides much less. The model is then to be quick: it is silent until it has finished.
	Whole     bool
	Grounding Grounding
}

// Grounding is what System says about the matter, as values. Only a model that reads no prompt
// uses it.
type Grounding struct {
	Question string            // what the customer wants to know
	Language string            // BCP 47, of the agent
	FAQ      []console.QA      // of the agent's workflow
	Passages []console.Passage // of the agent's knowledge, the best first
}

// Message is one entry of a conversation.
type Message struct {
	Role Role
	Text string
}

// Role says who speaks in a conversation with a model.
type Role string

// The three who speak.
const (
	RoleSystem    Role = "system"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
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
}

// Finish says why a reply ended.
type Finish string

// FinishStop is a whole reply, FinishLength one that hit a limit, FinishUnknown one in which the
// model says that it does not know, so that a human should look.
const (
	FinishStop    Finish = "stop"
	FinishLength  Finish = "length"
	FinishUnknown Finish = "unknown"
)

// Usage is what a request cost.
type Usage struct {
	PromptTokens     int
	CompletionTokens int
	Estimated        bool // the model did not say, so the numbers come from EstimateTokens
}
