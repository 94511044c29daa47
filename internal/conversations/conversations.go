// Package conversations keeps the rules of messages in and out: who may be answered, what a human's
// word does to a reply that is being written, and what pausing and cancelling mean. It decides with
// values and applies each decision as one console.Change. It leaves writing replies to package turns.
// A Service may be used by many goroutines.
package conversations

import (
	"context"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// Reads is what may be asked of a team's conversations.
type Reads interface {
	// Conversation returns one of an agent's conversations, or CodeNotFound.
	Conversation(ctx context.Context, agent, id console.ID) (console.Conversation, error)
	// Conversations returns one page; search looks in names, address and the channel's name for the
	// customer; sort takes created_at, updated_at and last_message_at. An agent that is not there is
	// CodeNotFound.
	Conversations(ctx context.Context, agent console.ID, f console.ConversationFilter, q console.Query) (console.Page[console.Conversation], error)
	// Messages returns one page of a conversation's log; sort takes created_at.
	Messages(ctx context.Context, conversation console.ID, q console.Query) (console.Page[console.Message], error)
	// Message returns one message of a conversation, or CodeNotFound.
	Message(ctx context.Context, conversation, id console.ID) (console.Message, error)
	// MessagesAfter returns the messages with a greater Seq in order, at most limit of them.
	MessagesAfter(ctx context.Context, conversation console.ID, seq int64, limit int) ([]console.Message, error)
	// SeqAt returns the Seq of the newest message that is not later than at, 0 if there is none.
	SeqAt(ctx context.Context, conversation console.ID, at time.Time) (int64, error)
}

// Store is a transaction of one team. What it reads it holds until the transaction ends.
type Store interface {
	// Team is the team whose transaction this is.
	Team() console.ID
	// AgentState returns what decides whether the agent answers, or CodeNotFound.
	AgentState(ctx context.Context, id console.ID) (console.AgentState, error)
	// LockConversation returns one of an agent's conversations, or CodeNotFound, and holds it.
	LockConversation(ctx context.Context, agent, id console.ID) (console.Conversation, error)
	// FindConversation returns and holds the conversation of a customer on a channel, nil if there
	// is none yet.
	FindConversation(ctx context.Context, at Place) (*console.Conversation, error)
	// Turn returns one turn, or CodeNotFound.
	Turn(ctx context.Context, id console.ID) (console.Turn, error)
	// Apply does all that the change says. A conversation that came into being at the same place
	// meanwhile makes the whole transaction start over.
	Apply(ctx context.Context, c console.Change) error
	// AfterCommit calls f once the transaction has been committed, and never if it was not.
	AfterCommit(f func())
}

// Place is where a customer is found.
type Place = console.Place

// Listener hears of what was committed, in the order of commits of one conversation. It must not
// block.
type Listener interface {
	Changed(c console.Change)
}

// Halter stops the reply that a turn is writing.
type Halter interface {
	// Halt closes the turn's upstream at once and returns what had been written; nothing if the turn
	// runs nowhere. For one of another node it may wait a moment, half a second at most.
	Halt(ctx context.Context, turn console.Turn) console.Halted
}

// Config is what a Service is made of; all fields must be set.
type Config struct {
	Now      func() time.Time
	NewID    func() console.ID
	Node     console.ID // opened turns are this node's
	Listener Listener
	Halter   Halter
}

// Service applies the rules.
type Service struct{ Config }

// New returns a Service.
func New(c Config) *Service { return &Service{c} }

// Draft is a message to be sent, and where.
type Draft struct {
	Role        console.Role
	Text        string
	Attachments []console.Attachment
	// CustomerName is what the customer is called, where the message says so; nil: no change.
	CustomerName *string
	// TakeOver, of a human's message, also pauses the AI here.
	TakeOver bool
	// Key is the key with which it is sent, on whose account its answer goes; empty: none.
	Key console.ID
	// Cause is the request that sends it.
	Cause console.Cause
}

// Sent is a message that was stored, and its conversation as the message left it.
type Sent struct {
	Message console.Message
	In      console.Conversation
}

// Send appends a message to a conversation and opens the turn that answers it.
func (s *Service) Send(ctx context.Context, tx Store, agent, id console.ID, d Draft) (Sent, error) {
	a, err := tx.AgentState(ctx, agent)
	if err != nil {
		return Sent{}, err
	}
	c, err := tx.LockConversation(ctx, agent, id)
	if err != nil {
		return Sent{}, err
	}
	return s.send(ctx, tx, sending{opener: opener{agent: a}, was: &c, now: c, draft: d})
}

// SendTo appends a message to the conversation of a customer on a channel, which it begins if there
// is none yet.
func (s *Service) SendTo(ctx context.Context, tx Store, at Place, d Draft) (Sent, error) {
	a, err := tx.AgentState(ctx, at.AgentID)
	if err != nil {
		return Sent{}, err
	}
	was, err := tx.FindConversation(ctx, at)
	if err != nil {
		return Sent{}, err
	}
	in := sending{opener: opener{agent: a}, was: was, draft: d}
	if was != nil {
		in.now = *was
	} else {
		in.now = s.begin(at)
	}
	return s.send(ctx, tx, in)
}

func (s *Service) begin(at Place) console.Conversation {
	now := s.Now().UTC().Truncate(time.Millisecond)
	return console.Conversation{
		ID: s.NewID(), AgentID: at.AgentID, Channel: at.Channel, CustomerID: at.CustomerID, Test: at.Test,
		CreatedAt: now, UpdatedAt: now,
	}
}

func (s *Service) send(ctx context.Context, tx Store, in sending) (Sent, error) {
	open, err := openTurn(ctx, tx, in.now)
	if err != nil {
		return Sent{}, err
	}
	if in.draft.CustomerName != nil {
		in.now.CustomerName = in.draft.CustomerName
	}
	in.open, in.team, in.key = open, tx.Team(), in.draft.Key
	in.at, in.node, in.messageID, in.turnID = s.Now(), s.Node, s.NewID(), s.NewID()
	change := decide(in)
	return Sent{Message: *change.Append, In: change.Now}, s.apply(ctx, tx, change)
}

func (s *Service) apply(ctx context.Context, tx Store, c console.Change) error {
	c.Team = tx.Team()
	tx.AfterCommit(func() { s.Listener.Changed(c) })
	return tx.Apply(ctx, c)
}

func openTurn(ctx context.Context, tx Store, c console.Conversation) (*console.Turn, error) {
	if c.OpenTurn == "" {
		return nil, nil //nolint:nilnil // no open turn is the ordinary case
	}
	t, err := tx.Turn(ctx, c.OpenTurn)
	if err != nil {
		return nil, err
	}
	return &t, nil
}

// SetPaused says whether the AI is silent in a conversation. Either way a human has looked, so
// that it needs no attention any more.
func (s *Service) SetPaused(ctx context.Context, tx Store, agent, id console.ID, p Pause) error {
	c, err := tx.LockConversation(ctx, agent, id)
	if err != nil {
		return err
	}
	open, err := openTurn(ctx, tx, c)
	if err != nil {
		return err
	}
	return s.apply(ctx, tx, pause(c, open, p, s.Now()))
}

// Pause is whether the AI is to be silent, and the key of whoever says so.
type Pause struct {
	On  bool
	Key console.ID
}

// Cancelled is what a cancel did.
type Cancelled struct {
	TurnID  console.ID       // empty: there was no reply to cancel
	Partial *console.Message // what had been written, kept and marked
}

// Cancel stops the reply that is being written. What was written stays, marked as partial; the
// messages that it was to answer count as dealt with. What the customer wrote since is answered. key
// is that of whoever cancels.
func (s *Service) Cancel(ctx context.Context, tx Store, agent, id, key console.ID) (Cancelled, error) {
	a, err := tx.AgentState(ctx, agent)
	if err != nil {
		return Cancelled{}, err
	}
	c, err := tx.LockConversation(ctx, agent, id)
	if err != nil {
		return Cancelled{}, err
	}
	open, err := openTurn(ctx, tx, c)
	if err != nil || open == nil {
		return Cancelled{}, err
	}
	h := s.Halter.Halt(ctx, *open)
	change := cancel(cancelling{
		opener: opener{team: tx.Team(), agent: a, node: s.Node, turnID: s.NewID(), key: key}, now: c, open: *open,
		partial: console.Message{ID: h.MessageID, Text: h.Written}, seen: h.Seen, at: s.Now(),
	})
	return Cancelled{TurnID: open.ID, Partial: change.Append}, s.apply(ctx, tx, change)
}
