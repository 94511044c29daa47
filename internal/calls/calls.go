// Package calls keeps the rules of telephone calls: what one may be placed with, and what was said
// in it. It leaves storage to the transaction it is given, and numbers to package phones. No carrier
// can be connected yet, so that nothing places a call. A Service may be used by many goroutines.
package calls

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

// Reads is what may be asked of a team's calls.
type Reads interface {
	// Calls returns one page of an agent's calls, or CodeNotFound for an unknown agent; search looks
	// in source and destination, sort takes created_on.
	Calls(ctx context.Context, agent console.ID, f console.CallFilter, q console.Query) (console.Page[console.Call], error)
	// Call returns one of an agent's calls, or CodeNotFound.
	Call(ctx context.Context, agent, id console.ID) (console.Call, error)
	// MessagesAfter returns the messages of a conversation with a greater Seq in order, at most limit
	// of them; none for a conversation that is not there.
	MessagesAfter(ctx context.Context, conversation console.ID, seq int64, limit int) ([]console.Message, error)
}

// Store is a transaction of one team.
type Store interface {
	Reads
	// AgentState returns CodeNotFound for an agent that is not there, and else holds it until the
	// transaction ends.
	AgentState(ctx context.Context, id console.ID) (console.AgentState, error)
	// AgentNumbers returns the numbers of an agent, oldest first.
	AgentNumbers(ctx context.Context, agent console.ID) ([]console.PhoneNumber, error)
}

// Service applies the rules.
type Service struct{}

// New returns a Service.
func New() *Service { return &Service{} }

// maxLog is how many messages of a call are told.
const maxLog = 1000

// Detail is a call and what was said in it.
type Detail struct {
	console.Call
	Log []console.Message // in order; the first thousand
}

// Detail returns one of an agent's calls with what was said in it, or CodeNotFound.
func (s *Service) Detail(ctx context.Context, from Reads, agent, id console.ID) (Detail, error) {
	c, err := from.Call(ctx, agent, id)
	if err != nil || c.ConversationID == nil {
		return Detail{Call: c}, err
	}
	limit := int64(maxLog)
	if c.ToSeq > 0 {
		limit = min(limit, c.ToSeq-c.FromSeq+1)
	}
	if limit <= 0 {
		return Detail{Call: c}, nil
	}
	log, err := from.MessagesAfter(ctx, *c.ConversationID, c.FromSeq-1, int(limit))
	return Detail{Call: c, Log: log}, err
}

// Draft is a call as it was asked for.
type Draft struct {
	Destination string
	Test        bool // needs no number of the agent
}

// Faults returns every fault of the draft at once.
func (d Draft) Faults() []console.Field {
	var f console.Faults
	f.E164("destination", d.Destination)
	return f.All
}

// Place would make a call. A live one from an agent without a number is CodeBadRequest with
// ReasonChannelNotConfigured; every other one is CodeNotImplemented. An unknown agent is
// CodeNotFound.
func (s *Service) Place(ctx context.Context, tx Store, agent console.ID, d Draft) error {
	if err := console.Invalid(d.Faults()); err != nil {
		return err
	}
	if _, err := tx.AgentState(ctx, agent); err != nil {
		return err
	}
	numbers, err := tx.AgentNumbers(ctx, agent)
	if err != nil {
		return err
	}
	if len(numbers) == 0 && !d.Test {
		return console.Errorf(console.CodeBadRequest,
			"This agent has no phone number to call from. Assign one to it: PATCH /phone-numbers/{phoneNumberId}.").
			With(console.ReasonChannelNotConfigured)
	}
	return console.Errorf(console.CodeNotImplemented, "This server cannot place calls yet.")
}
