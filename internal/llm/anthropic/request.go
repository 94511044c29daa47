package anthropic

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/bimpe/bimpe/internal/llm"
)

type requestJSON struct {
	Model     string        `json:"model"`
	MaxTokens int           `json:"max_tokens"`
	System    string        `json:"system,omitempty"`
	Messages  []messageJSON `json:"messages"`
	Tools     []toolJSON    `json:"tools,omitempty"`
	Stream    bool          `json:"stream"`
}

type messageJSON struct {
	Role    llm.Role    `json:"role"`
	Content []blockJSON `json:"content"`
}

// blockJSON is a text, a call or the result of one, by its type.
type blockJSON struct {
	Type      string          `json:"type"`
	Text      string          `json:"text,omitempty"`
	ID        string          `json:"id,omitempty"`
	Name      string          `json:"name,omitempty"`
	Input     json.RawMessage `json:"input,omitempty"`
	ToolUseID string          `json:"tool_use_id,omitempty"`
	Content   string          `json:"content,omitempty"`
	IsError   bool            `json:"is_error,omitempty"`
}

type toolJSON struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	InputSchema json.RawMessage `json:"input_schema"`
}

// What stands where the protocol wants somebody to have spoken: a conversation begins and ends with
// the customer.
const (
	silence   = "(nothing was said yet)"
	goOn      = "(go on)"
	anyObject = `{"type":"object"}`
)

// Encode implements upstream.Vendor. The protocol wants the two sides to take turns and the customer's
// to be the first and the last one, and has one place for what the system says.
func (v *vendor) Encode(r llm.Request) ([]byte, error) {
	q := requestJSON{Model: v.model, MaxTokens: r.MaxTokens, Stream: !r.Whole}
	if q.MaxTokens <= 0 {
		q.MaxTokens = DefaultMaxTokens
	}
	q.System, q.Messages = conversation(r)
	for _, t := range r.Tools {
		schema := t.Schema
		if schema == "" {
			schema = anyObject
		}
		q.Tools = append(q.Tools, toolJSON{t.Name, t.Description, json.RawMessage(schema)})
	}
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(q); err != nil {
		return nil, llm.Fail(llm.KindInvalid, err)
	}
	return body.Bytes(), nil
}

func conversation(r llm.Request) (system string, all []messageJSON) {
	texts := []string{r.System}
	for _, m := range r.Messages {
		if m.Role == llm.RoleSystem {
			texts = append(texts, m.Text)
			continue
		}
		role := llm.RoleUser
		if m.Role == llm.RoleAssistant {
			role = llm.RoleAssistant
		}
		all = speak(all, role, blocks(m)...)
	}
	if len(all) == 0 || all[0].Role == llm.RoleAssistant {
		all = append([]messageJSON{{llm.RoleUser, []blockJSON{textBlock(silence)}}}, all...)
	}
	if all[len(all)-1].Role == llm.RoleAssistant {
		all = speak(all, llm.RoleUser, textBlock(goOn))
	}
	return strings.TrimSpace(strings.Join(texts, "\n\n")), all
}

// speak adds what a side said, to its last message if it spoke last.
func speak(all []messageJSON, role llm.Role, said ...blockJSON) []messageJSON {
	if len(said) == 0 {
		return all
	}
	if n := len(all); n > 0 && all[n-1].Role == role {
		all[n-1].Content = append(all[n-1].Content, said...)
		return all
	}
	return append(all, messageJSON{role, said})
}

func textBlock(s string) blockJSON { return blockJSON{Type: "text", Text: s} }

// blocks translates one message. The protocol refuses texts of nothing but space.
func blocks(m llm.Message) []blockJSON {
	if m.Role == llm.RoleTool {
		return []blockJSON{{Type: "tool_result", ToolUseID: m.CallID, Content: m.Text, IsError: m.Failed}}
	}
	var all []blockJSON
	if strings.TrimSpace(m.Text) != "" {
		all = append(all, textBlock(m.Text))
	}
	for _, c := range m.Calls {
		input := json.RawMessage(c.Arguments)
		if len(input) == 0 {
			input = json.RawMessage("{}")
		}
		all = append(all, blockJSON{Type: "tool_use", ID: c.ID, Name: c.Name, Input: input})
	}
	return all
}
