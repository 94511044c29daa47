package llm

// Tool is something that a model may ask to have done.
type Tool struct {
	Name        string // letters, digits, _ and -, at most 64; unique in a request
	Description string // for the model: what it does and when to use it
	// Schema is the JSON Schema of its arguments, which are an object; empty: it takes none.
	Schema string
}

// Call is one use of a tool that a model asks for. An adapter passes on only calls of tools that the
// request offers, with ids that are unique in the reply and arguments that are whole JSON objects, and
// never more than MaxCalls; a reply with other ones is broken. Whether the arguments fit the tool's
// schema is for whoever runs it.
type Call struct {
	ID        string // pairs the result with the call
	Name      string
	Arguments string // a JSON object
}

// MaxCalls is how many calls a reply may hold.
const MaxCalls = 64
