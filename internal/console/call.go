package console

import "time"

// Call is one telephone call that an agent made or took.
type Call struct {
	ID          ID
	AgentID     ID
	Source      *string // who called; nil where that was withheld
	Destination string  // who was called
	Status      CallStatus
	Direction   CallDirection
	Test        bool
	ErrorReason *string // why it could not be made
	EndReason   *string // why it ended

	CreatedAt  time.Time
	StartedAt  *time.Time // when the carrier was asked for it, or told of it
	RingingAt  *time.Time
	AnsweredAt *time.Time
	EndedAt    *time.Time

	// What was said is a part of a conversation's log, from one message to another.
	ConversationID *ID   // nil: nothing was said
	FromSeq        int64 // of the first message
	ToSeq          int64 // of the last one; 0 while the call goes on
}

// Searchable is what a search looks through: the numbers.
func (c Call) Searchable() string { return Fold(deref(c.Source), c.Destination) }

// Duration is how long the two talked; false where they have not, or still do.
func (c Call) Duration() (time.Duration, bool) {
	if c.AnsweredAt == nil || c.EndedAt == nil {
		return 0, false
	}
	return max(c.EndedAt.Sub(*c.AnsweredAt), 0), true
}

// CallStatus is where a call stands.
type CallStatus string

// The first three go on; all others are final.
const (
	CallQueued    CallStatus = "queued"
	CallRinging   CallStatus = "ringing"
	CallAnswered  CallStatus = "answered"
	CallEnded     CallStatus = "ended"
	CallBusy      CallStatus = "busy"
	CallFailed    CallStatus = "failed"
	CallCancelled CallStatus = "cancelled"
)

// CallStatuses lists all of them.
func CallStatuses() []CallStatus {
	return []CallStatus{CallQueued, CallRinging, CallAnswered, CallEnded, CallBusy, CallFailed, CallCancelled}
}

// CallDirection says who called.
type CallDirection string

// Inbound is a call that the agent took, Outbound one that it made.
const (
	Inbound  CallDirection = "inbound"
	Outbound CallDirection = "outbound"
)

// CallFilter narrows a list of calls; nil means any.
type CallFilter struct {
	Status *CallStatus
	Test   *bool
}
