package store

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

// The forms in which prompts are kept; see json.go.

type promptMessageJSON struct {
	Role string `json:"role"`
	Text string `json:"text"`
}

type promptToolJSON struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Parameters  string `json:"parameters,omitempty"`
}

// putPrompt keeps what a turn asked a model, if it asked one and prompts are kept at all.
func (t *Tx) putPrompt(turn console.Turn) error {
	if turn.Record == nil || turn.Record.Prompt == nil || t.db.prompts < 0 {
		return nil
	}
	const text = `INSERT INTO turn_prompt (turn_id, team_id, max_tokens, cut, messages, tools, system)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (turn_id) DO NOTHING`
	var e encoder
	p := turn.Record.Prompt
	messages := encodeAs(&e, p.Messages, func(m console.PromptMessage) promptMessageJSON { return promptMessageJSON(m) })
	tools := encodeAs(&e, p.Tools, func(m console.PromptTool) promptToolJSON { return promptToolJSON(m) })
	if e.err != nil {
		return e.err
	}
	_, err := t.s.exec(text, string(turn.ID), t.team, int64(p.MaxTokens), p.Cut, messages, tools, p.System)
	return err
}

// Prompt returns what a turn of a conversation asked a model, or CodeNotFound: the turn is not there,
// it asked none, or that was too long ago.
func (r *reads) Prompt(ctx context.Context, conversation, turn console.ID) (p console.Prompt, err error) {
	const text = `SELECT p.max_tokens, p.cut, p.messages, p.tools, p.system FROM turn_prompt p JOIN turn x ON x.id = p.turn_id
		WHERE p.turn_id = $1 AND x.conversation_id = $2 AND x.team_id = $3` + agentLives
	err = r.in(ctx, func(s *session) error {
		found, err := s.one(text, string(turn), string(conversation), r.team)
		if err != nil {
			return err
		}
		if found == nil {
			return console.NotFound("prompt of turn", turn)
		}
		p = console.Prompt{
			MaxTokens: int(found.num()), Cut: found.flag(),
			Messages: decodeAs(found, func(m promptMessageJSON) console.PromptMessage { return console.PromptMessage(m) }),
			Tools:    decodeAs(found, func(m promptToolJSON) console.PromptTool { return console.PromptTool(m) }),
			System:   found.text(),
		}
		return found.err
	})
	return p, err
}
