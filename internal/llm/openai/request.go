package openai

import (
	"bytes"
	"encoding/json"

	"github.com/bimpe/bimpe/internal/llm"
)

type requestJSON struct {
	Model               string         `json:"model"`
	Messages            []messageJSON  `json:"messages"`
	Tools               []toolJSON     `json:"tools,omitempty"`
	Stream              bool           `json:"stream"`
	StreamOptions       *streamOptions `json:"stream_options,omitempty"`
	MaxTokens           int            `json:"max_tokens,omitempty"`
	MaxCompletionTokens int            `json:"max_completion_tokens,omitempty"`
}

type messageJSON struct {
	Role       llm.Role   `json:"role"`
	Content    string     `json:"content"`
	ToolCalls  []callJSON `json:"tool_calls,omitempty"`
	ToolCallID string     `json:"tool_call_id,omitempty"`
}

type toolJSON struct {
	Type     string       `json:"type"`
	Function functionJSON `json:"function"`
}

// functionJSON is a function that is offered, or one that is called.
type functionJSON struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"`
	Arguments   string          `json:"arguments,omitempty"`
}

type callJSON struct {
	ID       string       `json:"id"`
	Type     string       `json:"type"`
	Function functionJSON `json:"function"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

// Encode implements upstream.Vendor. OpenAI's newer models refuse max_tokens, and other servers know no
// other name for it.
func (v *vendor) Encode(r llm.Request) ([]byte, error) {
	q := requestJSON{
		Model: v.model, Messages: make([]messageJSON, 0, 1+len(r.Messages)), Stream: !r.Whole,
	}
	if q.Stream {
		q.StreamOptions = &streamOptions{IncludeUsage: true}
	}
	if r.System != "" {
		q.Messages = append(q.Messages, messageJSON{Role: llm.RoleSystem, Content: r.System})
	}
	for _, m := range r.Messages {
		q.Messages = append(q.Messages, message(m))
	}
	for _, t := range r.Tools {
		q.Tools = append(q.Tools, toolJSON{"function", functionJSON{
			Name: t.Name, Description: t.Description, Parameters: json.RawMessage(t.Schema),
		}})
	}
	if v.official {
		q.MaxCompletionTokens = r.MaxTokens
	} else {
		q.MaxTokens = r.MaxTokens
	}
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(q); err != nil {
		return nil, llm.Fail(llm.KindInvalid, err)
	}
	return body.Bytes(), nil
}

// message translates one message. The protocol has no mark for a tool that failed: the text says it.
func message(m llm.Message) messageJSON {
	out := messageJSON{Role: m.Role, Content: m.Text, ToolCallID: m.CallID}
	for _, c := range m.Calls {
		out.ToolCalls = append(out.ToolCalls, callJSON{
			ID: c.ID, Type: "function", Function: functionJSON{Name: c.Name, Arguments: c.Arguments},
		})
	}
	return out
}
