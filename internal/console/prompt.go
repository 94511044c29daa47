package console

import "time"

// Prompt is what a turn asked a model, as it was sent: of several askings the last one. It holds no
// credentials.
type Prompt struct {
	System    string
	Messages  []PromptMessage // oldest first
	Tools     []PromptTool
	MaxTokens int
	Cut       bool // it was longer than what is kept, or a message of it has been deleted
}

// PromptMessage is one message of a prompt.
type PromptMessage struct {
	Role string
	Text string
	// Seq is that of the conversation's message that has this role and this text, so that neither
	// need be kept once more; 0: there is none.
	Seq int64
}

// PromptTool is what a model could call.
type PromptTool struct {
	Name        string
	Description string
	Parameters  string // JSON Schema
}

// DefaultPromptLife is how long prompts are kept unless a server is told otherwise.
const DefaultPromptLife = 30 * 24 * time.Hour
