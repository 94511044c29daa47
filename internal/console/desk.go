package console

import "time"

// Note is what a human of the team writes beside a conversation, for the others of the team. Neither
// the customer nor a model ever sees it.
type Note struct {
	ID             ID
	AgentID        ID
	ConversationID ID
	Text           string
	Key            ID     // by which it was written
	Author         string // that key's name
	CreatedAt      time.Time
}

// MaxNote is the longest note, in characters.
const MaxNote = 10_000

// Searchable is what a search looks through.
func (n Note) Searchable() string { return Fold(n.Text, n.Author) }

// DeskStatus is whether a conversation still needs anybody.
type DeskStatus string

// The two. A customer's new message opens a conversation that was resolved.
const (
	DeskOpen     DeskStatus = "open"
	DeskResolved DeskStatus = "resolved"
)

// Status is whether the conversation still needs anybody.
func (c Conversation) Status() DeskStatus {
	if c.ResolvedAt != nil {
		return DeskResolved
	}
	return DeskOpen
}

// MaxAssignee is the longest name of who takes care of a conversation, in characters.
const MaxAssignee = 255

// Named is a conversation with its agent's name, as it stands in lists across agents.
type Named struct {
	Conversation
	AgentName string
}
