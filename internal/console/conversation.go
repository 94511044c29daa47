package console

import "time"

// Channel is the way a customer talks to an agent.
type Channel string

// The channels that a conversation can be on.
const (
	WhatsApp  Channel = "whatsapp"
	Webchat   Channel = "webchat"
	Telephony Channel = "telephony"
	Messenger Channel = "messenger"
	Instagram Channel = "instagram"
)

// Channels lists all of them.
func Channels() []Channel { return []Channel{WhatsApp, Webchat, Telephony, Messenger, Instagram} }

// Conversation is one customer's talk with one agent on one channel.
type Conversation struct {
	ID           ID
	AgentID      ID
	Channel      Channel
	ChannelID    *string // the connected channel's id; nil where none is
	CustomerID   string  // what the channel calls the customer
	CustomerName *string
	Test         bool // on a shared test channel

	Paused         bool // the AI is silent here
	NeedsAttention bool // a human should look

	Assignee   *string    // who of the team takes care of it; nil: nobody in particular
	ResolvedAt *time.Time // nil: it is open

	FullName       *string
	Email          *string
	PhoneNumber    *string
	ProfilePicture *string
	HasContact     bool // more is known of the customer: there is a Contact

	LastMessageAt *time.Time
	LastSeen      *time.Time // when the customer last wrote
	Preview       *string    // the beginning of the last message

	Seq         int64 // of the newest message
	CustomerSeq int64 // of the customer's newest message
	Epoch       int64 // rises when a human steps in, so that replies decided before are late
	OpenTurn    ID    // empty: none

	// Flow is where the customer stands in a flow, as package flows writes it; empty: in none. It
	// changes with the reply that a flow decided, and ends when the AI falls silent here.
	Flow   string
	FlowAt *time.Time // when the flow last went on; nil where Flow is empty

	CreatedAt time.Time
	UpdatedAt time.Time
}

// InFlow returns the conversation as a reply of a time leaves it: at a place in a flow, or in none
// where it is empty.
func (c Conversation) InFlow(flow string, at time.Time) Conversation {
	if flow == "" {
		return c.LeaveFlow()
	}
	c.Flow, c.FlowAt = flow, &at
	return c
}

// LeaveFlow returns the conversation as it stands in no flow.
func (c Conversation) LeaveFlow() Conversation {
	c.Flow, c.FlowAt = "", nil
	return c
}

// CallHuman returns the conversation as one that a human should look at, which opens it again where
// it was resolved, so that it stands among those that are still to be seen to.
func (c Conversation) CallHuman() Conversation {
	c.NeedsAttention, c.ResolvedAt = true, nil
	return c
}

// Delivers reports whether what is said reaches the customer there: on the web chat, where it is read
// from the stream, and on a channel that is connected.
func (c Conversation) Delivers() bool { return c.Channel == Webchat || c.ChannelID != nil }

// Searchable is what a search looks through: names, address, and what the channel calls the
// customer.
func (c Conversation) Searchable() string {
	return Fold(deref(c.CustomerName), deref(c.FullName), deref(c.Email), deref(c.PhoneNumber), c.CustomerID)
}

// ConversationFilter narrows a list of conversations; nil means either.
type ConversationFilter struct {
	Channel        *Channel
	Test           *bool
	Paused         *bool
	NeedsAttention *bool
	Assignee       *string
	Status         *DeskStatus
	Agent          ID // empty: any; only of lists across agents
}

// Role says which side of the conversation speaks.
type Role string

// The two sides. What the agent writes and what a human of the team writes are both RoleAssistant.
const (
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
)

// Author says who wrote a message.
type Author string

// The three who write.
const (
	ByCustomer Author = "customer"
	ByAgent    Author = "agent"
	ByHuman    Author = "human"
)

// MaxMessageLength is the longest message, in characters.
const MaxMessageLength = 10_000

// Message is one entry of a conversation's log.
type Message struct {
	ID             ID
	ConversationID ID
	Seq            int64 // 1, 2, 3 … within the conversation
	Role           Role
	Author         Author
	Text           string
	Attachments    []Attachment
	Partial        bool      // the reply was cut short by a cancel
	TurnID         ID        // of a reply: the turn that wrote it; unique, so that a turn replies once
	CreatedAt      time.Time // strictly rising within the conversation
}

// HistoryLength is how many messages back a reply looks.
const HistoryLength = 20

// MessageType is what a message consists of. There is only text so far.
const MessageType = "text"

// Attachment is a file that a message points at.
type Attachment struct {
	Type string
	URL  string
}

// TurnState is where a turn stands; see the picture in the package's comment.
type TurnState string

// All states but TurnOpen are final.
const (
	TurnOpen      TurnState = "open"
	TurnReplied   TurnState = "replied"
	TurnSilent    TurnState = "silent"
	TurnDiscarded TurnState = "discarded"
	TurnCancelled TurnState = "cancelled"
	TurnFailed    TurnState = "failed"
)

// Why says why a turn ended without the agent's own reply.
type Why string

// The reasons on record.
const (
	WhyAgentPaused        Why = "agent_paused"
	WhyAgentInDevelopment Why = "agent_in_development"
	WhyConversationPaused Why = "conversation_paused"
	WhyHumanReplied       Why = "human_replied"
	WhyInterrupted        Why = "interrupted"
	WhyAgentDeleted       Why = "agent_deleted"
	WhyCancelled          Why = "cancelled"
	WhyModelFailed        Why = "model_failed"
	WhyDeadline           Why = "deadline"
	WhyGaveUp             Why = "gave_up" // it was taken up too often without coming to an end
)

// Turn is the work of answering one or more customer messages.
type Turn struct {
	ID                ID
	TeamID            ID
	AgentID           ID
	ConversationID    ID
	State             TurnState
	Why               Why   // of a turn without a reply of its own
	FromSeq           int64 // first customer message that it answers
	ToSeq             int64 // last one, once it has ended
	Attempt           int64 // rises with each taking, so that an earlier taker is late
	Node              ID    // who holds it
	ConversationEpoch int64 // when it was opened
	AgentEpoch        int64
	KeyID             ID // the key that posted the message which opened it; empty: none did
	CreatedAt         time.Time
	EndedAt           *time.Time

	EndedBy ID // the key with which somebody else ended it; empty: none
	// Record is what the turn did. It is set where the run that did it ends the turn, and nil
	// wherever a turn is read for its state.
	Record *Record
}

// End returns the turn as it stands after its end.
func (t Turn) End(state TurnState, why Why, toSeq int64, at time.Time) Turn {
	t.State, t.Why, t.ToSeq, t.EndedAt = state, why, toSeq, &at
	return t
}

// Halted is what a turn that was halted had come to.
type Halted struct {
	Written   string
	MessageID ID    // under which readers heard it
	Seen      int64 // Seq of the newest customer message that it rests on; 0: none is known
}

// Change is one deed done to a conversation. It is decided from values read under the
// conversation's lock, and the store applies it whole or not at all.
type Change struct {
	Team   ID            // whose conversation it is; set by who applies the change, for those who hear of it
	Was    *Conversation // nil: the conversation is new
	Now    Conversation
	Append *Message   // its Seq and CreatedAt are already set
	Ended  *Turn      // the turn that this deed ends
	Opened *Turn      // the turn that this deed opens, or records as silent
	Agent  AgentState // under which Opened was opened
	// Learned is what the deed teaches of the customer; nil: nothing. Learn sets it.
	Learned *Learned
	Cause   Cause // what did it
}

// Cause is the request behind a deed, for logs and traces. The zero value is none that is known. It is not
// stored.
type Cause struct {
	Request string // its id
	Trace   string // its span, as those who draw traces name it
}

// Say appends m to the conversation: it numbers it, gives it a time later than the one before, and
// brings the conversation's own fields up to it.
func (c Conversation) Say(m Message, at time.Time) (Conversation, Message) {
	var before time.Time
	if c.LastMessageAt != nil {
		before = *c.LastMessageAt
	}
	at = Later(before, at)
	c.Seq++
	m.Seq, m.ConversationID, m.CreatedAt = c.Seq, c.ID, at
	if m.Author == ByCustomer {
		c.CustomerSeq, c.LastSeen = c.Seq, &at
	}
	preview := Preview(m.Text)
	c.LastMessageAt, c.Preview, c.UpdatedAt = &at, &preview, at
	return c, m
}

// previewLength is in characters.
const previewLength = 120

// Preview is the beginning of a text, in whole characters.
func Preview(text string) string {
	n := 0
	for i := range text {
		if n == previewLength {
			return text[:i] + "…"
		}
		n++
	}
	return text
}

// Place is where a customer is found: there is at most one conversation at a place.
type Place struct {
	AgentID    ID
	Channel    Channel
	Test       bool
	CustomerID string
}
