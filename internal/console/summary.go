package console

// Summary stands for the beginning of a conversation that has outgrown what a model is told in full.
// The zero value is none.
type Summary struct {
	ConversationID ID
	AgentID        ID
	ToSeq          int64  // the newest message that it stands for
	Text           string // empty: what it said is forgotten
	Upon           string // the text of the summary that went into it; only of one that is to be kept
}
