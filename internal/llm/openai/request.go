package openai

import (
	"bytes"
	"encoding/json"

	"github.com/bimpe/bimpe/internal/llm"
)

type requestJSON struct {
	Model               string         `json:"model"`
	Messages            []messageJSON  `json:"messages"`
	Stream              bool           `json:"stream"`
	StreamOptions       *streamOptions `json:"stream_options,omitempty"`
	MaxTokens           int            `json:"max_tokens,omitempty"`
	MaxCompletionTokens int            `json:"max_completion_tokens,omitempty"`
}

type messageJSON struct {
	Role    llm.Role `json:"role"`
	Content string   `json:"content"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

// encode writes the request. OpenAI's newer models refuse max_tokens, and other servers know no
// other name for it.
func (m *Model) encode(r llm.Request) ([]byte, error) {
	q := requestJSON{
		Model: m.config.Model, Messages: make([]messageJSON, 0, 1+len(r.Messages)),
		Stream: !r.Whole,
	}
	if q.Stream {
		q.StreamOptions = &streamOptions{IncludeUsage: true}
	}
	if r.System != "" {
		q.Messages = append(q.Messages, messageJSON{llm.RoleSystem, r.System})
	}
	for _, message := range r.Messages {
		q.Messages = append(q.Messages, messageJSON{message.Role, message.Text})
	}
	if m.official {
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

// estimate is what a reply cost by our own count.
func estimate(r llm.Request, reply string) llm.Usage {
	u := llm.Usage{
		PromptTokens: llm.EstimateTokens(r.System), CompletionTokens: llm.EstimateTokens(reply), Estimated: true,
	}
	for _, m := range r.Messages {
		u.PromptTokens += llm.EstimateTokens(m.Text)
	}
	return u
}
