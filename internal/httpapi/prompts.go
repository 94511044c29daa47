package httpapi

import "github.com/bimpe/bimpe/internal/console"

// promptJSON is what a turn asked a model.
type promptJSON struct {
	TurnID    console.ID          `json:"turn_id"`
	System    string              `json:"system"`
	Messages  []promptMessageJSON `json:"messages" nullable:"false"`
	Tools     []promptToolJSON    `json:"tools" nullable:"false"`
	MaxTokens int                 `json:"max_tokens"`
	Cut       bool                `json:"is_cut"`
}

// promptMessageJSON is one message of a prompt.
type promptMessageJSON struct {
	Role string `json:"role" enum:"user,assistant,tool"`
	Text string `json:"text"`
}

func promptMessageOf(m console.PromptMessage) promptMessageJSON {
	return promptMessageJSON{Role: m.Role, Text: m.Text}
}

// promptToolJSON is what a model could call.
type promptToolJSON struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Parameters  string `json:"parameters"`
}

func (a *API) turnPrompt(c *call) (promptJSON, error) {
	if _, err := c.reads().Conversation(c.ctx(), c.agentID(), c.chatID()); err != nil {
		return promptJSON{}, err
	}
	id := c.id("turnId")
	p, err := c.reads().Prompt(c.ctx(), c.chatID(), id)
	return promptJSON{
		TurnID: id, System: p.System, MaxTokens: p.MaxTokens, Cut: p.Cut,
		Messages: items(p.Messages, promptMessageOf),
		Tools:    items(p.Tools, func(t console.PromptTool) promptToolJSON { return promptToolJSON(t) }),
	}, err
}
