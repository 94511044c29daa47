package store

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

// The forms in which prompts are kept; see json.go.

// promptMessageJSON is one message; or, where it has a From, all of the conversation's messages from
// there to To, which have the role and the text that the prompt had.
type promptMessageJSON struct {
	Role string `json:"role,omitempty"`
	Text string `json:"text,omitempty"`
	From int64  `json:"from,omitempty"`
	To   int64  `json:"to,omitempty"`
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
	messages := encodeList(&e, promptForm(p.Messages))
	tools := encodeAs(&e, p.Tools, func(m console.PromptTool) promptToolJSON { return promptToolJSON(m) })
	if e.err != nil {
		return e.err
	}
	return t.s.later(text, nil, string(turn.ID), t.team, int64(p.MaxTokens), p.Cut, messages, tools, p.System)
}

// promptForm tells what stands in the log by its place there, which keeps a prompt small: most of it
// is the conversation, once more with every turn.
func promptForm(messages []console.PromptMessage) []promptMessageJSON {
	var form []promptMessageJSON
	for _, m := range messages {
		last := len(form) - 1
		switch {
		case m.Seq == 0:
			form = append(form, promptMessageJSON{Role: m.Role, Text: m.Text})
		case last >= 0 && form[last].From != 0 && form[last].To == m.Seq-1:
			form[last].To = m.Seq
		default:
			form = append(form, promptMessageJSON{From: m.Seq, To: m.Seq})
		}
	}
	return form
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
		p = console.Prompt{MaxTokens: int(found.num()), Cut: found.flag()}
		form := decode[[]promptMessageJSON](found, found.text())
		p.Tools = decodeAs(found, func(m promptToolJSON) console.PromptTool { return console.PromptTool(m) })
		p.System = found.text()
		if found.err != nil {
			return found.err
		}
		return s.prompt(&p, form, string(conversation), r.team)
	})
	return p, err
}

// prompt puts the messages into a prompt. One that has been deleted since leaves it cut.
func (s *session) prompt(p *console.Prompt, form []promptMessageJSON, conversation, team string) error {
	const text = `SELECT x.seq, x.role, x.text FROM message x
		WHERE x.conversation_id = $1 AND x.team_id = $2 AND x.seq BETWEEN $3 AND $4 ORDER BY x.seq`
	for _, f := range form {
		if f.From == 0 {
			p.Messages = append(p.Messages, console.PromptMessage{Role: f.Role, Text: f.Text})
			continue
		}
		before := len(p.Messages)
		err := s.all(text, func(r *row) {
			p.Messages = append(p.Messages, console.PromptMessage{Seq: r.num(), Role: r.text(), Text: r.text()})
		}, conversation, team, f.From, f.To)
		if err != nil {
			return err
		}
		p.Cut = p.Cut || int64(len(p.Messages)-before) != f.To-f.From+1
	}
	return nil
}
