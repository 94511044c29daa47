package turns

import (
	"strings"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

// maxPrompt is how many bytes of a prompt are kept. A window of the usual size is far from it.
const maxPrompt = 256 << 10

// prompted is a request as the record shows it.
func prompted(r llm.Request) *console.Prompt {
	k := keeper{left: maxPrompt}
	p := &console.Prompt{System: k.keep(r.System), MaxTokens: r.MaxTokens}
	p.Messages = make([]console.PromptMessage, len(r.Messages))
	// The newest first, since they say most about the reply.
	for i := len(r.Messages) - 1; i >= 0; i-- {
		m := r.Messages[i]
		p.Messages[i] = console.PromptMessage{Role: string(m.Role), Text: k.keep(spelled(m)), Seq: m.Seq}
		if p.Messages[i].Text != m.Text {
			p.Messages[i].Seq = 0
		}
	}
	for _, t := range r.Tools {
		p.Tools = append(p.Tools, console.PromptTool{
			Name: t.Name, Description: k.keep(t.Description), Parameters: k.keep(t.Schema),
		})
	}
	p.Cut = k.cut
	return p
}

// spelled is a message's text, with what the model called in it.
func spelled(m llm.Message) string {
	if len(m.Calls) == 0 {
		return m.Text
	}
	lines := make([]string, 0, len(m.Calls)+1)
	if m.Text != "" {
		lines = append(lines, m.Text)
	}
	for _, c := range m.Calls {
		lines = append(lines, c.Name+" "+c.Arguments)
	}
	return strings.Join(lines, "\n")
}

// keeper keeps texts as long as there is room.
type keeper struct {
	left int
	cut  bool
}

func (k *keeper) keep(s string) string {
	kept := short(s, k.left)
	k.left -= len(kept)
	k.cut = k.cut || len(kept) < len(s)
	return kept
}

// prompt notes what is being asked; of several askings the last one counts.
func (j *journal) prompt(asked told) {
	p := prompted(asked.Request)
	p.Cut = p.Cut || asked.cut
	j.mu.Lock()
	defer j.mu.Unlock()
	j.record.Prompt = p
}
