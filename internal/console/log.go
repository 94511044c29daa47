package console

// Told is a message as a whole team hears it.
type Told struct {
	Message
	AgentID ID
	// Place is where it stands in the order in which the team's messages are told, which is not that
	// of their times: it never changes, and what is committed later than what has been told stands
	// behind it. It rises within a conversation.
	Place int64
}
