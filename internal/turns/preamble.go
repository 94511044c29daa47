package turns

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
	"github.com/bimpe/bimpe/internal/llm"
)

// preamble is the beginning of the system text, which the team has written: it is the same for all
// turns of one version of the agent and its workflow. That it comes first also lets providers
// remember it from one request to the next.
type preamble struct {
	text   string
	tokens int
}

// newPreamble writes it. The parts are cut first to last.
func newPreamble(b brief, l Limits) preamble {
	most := l.PromptTokens * preambleShare / 100
	w := &writer{left: most}
	w.identity(b)
	w.instructions(b)
	w.rules(b)
	w.flows(b)
	w.faq(b.faq())
	return preamble{text: w.text.String(), tokens: most - w.left}
}

func (w *writer) identity(b brief) {
	a := b.agent
	w.put("You are %s, an assistant that answers a business's customers.", a.Name)
	w.optional("About you: %s", &a.Description)
	w.optional("The business: %s", a.BusinessName)
	w.optional("What it does: %s", a.BusinessDescription)
	w.optional("Its address: %s", a.BusinessAddress)
	w.optional("Its e-mail address: %s", a.BusinessEmail)
	if a.ReplyLanguage == console.ReplyInCustomers {
		w.put("Answer in the language that the customer writes in, and in %s where that is not clear.", languageName(a.Language))
	} else {
		w.put("Answer in %s unless the customer asks for another language.", languageName(a.Language))
	}
	w.put("%s", manner(a.Persona))
	w.optional("Your manner: %s", a.PersonaText)
	w.put("If you do not know something, say so. Never invent facts, prices or promises.")
}

func (w *writer) instructions(b brief) {
	if b.workflow != nil {
		w.optional("\nInstructions:\n%s", b.workflow.SystemPrompt)
	}
	w.optional("\nInstructions:\n%s", b.agent.SystemPrompt)
}

// rules tells of those that only a model can judge. What the others say is said without it, and where
// it is not said, their condition does not hold: a model that knew of it would say it all the same.
func (w *writer) rules(b brief) {
	title := "\nRules, which come before everything else:"
	for i, r := range b.agent.WithRules(b.workflow) {
		response := readable(r.Response)
		if !b.set.Told(i) || response == nil && !orders(r) {
			continue
		}
		if title != "" && !w.put("%s", title) {
			return
		}
		title = ""
		w.put("- %s: when %s", r.Name, r.Trigger)
		w.optional("  if %s", r.Condition)
		w.optional("  answer: %s", response)
		w.optional("  and do: %s", r.Action)
	}
}

// readable is a response as a model may be told of it, or nil: one with holes in it is nothing for a
// customer to read.
func readable(response string) *string {
	if strings.TrimSpace(response) == "" || strings.Contains(response, "{{") || strings.Contains(response, "{%") {
		return nil
	}
	return &response
}

// orders reports whether a rule has an action that is for the model, in its author's words.
func orders(r console.Rule) bool {
	return r.Action != nil && strings.TrimSpace(*r.Action) != "" && !flows.IsHandoff(r.Action)
}

func (w *writer) faq(faq []console.QA) {
	if len(faq) == 0 {
		return
	}
	w.put("\nQuestions that customers ask, and their answers:")
	for _, qa := range faq {
		w.put("Q: %s\nA: %s", qa.Question, qa.Answer)
	}
}

func manner(p console.Persona) string {
	switch p {
	case console.Professional:
		return "Be professional: courteous, precise and calm."
	case console.Friendly:
		return "Be friendly: warm, simple and encouraging."
	case console.Concise:
		return "Be concise: answer in as few words as will do."
	default:
		return "Be helpful and to the point."
	}
}

func languageName(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return llm.OneLine(tag, maxTag)
	}
	return fmt.Sprintf("%s (%s)", display.English.Tags().Name(t), tag)
}

// maxTag is longer than any tag that has a name.
const maxTag = 35

// preambles remember what was written for agents, each in the version in which it was asked for last.
type preambles struct {
	mu   sync.Mutex
	byID map[console.ID]written // by agent; held under mu
}

type written struct {
	agent    time.Time
	workflow console.ID
	changed  time.Time // when the workflow was
	preamble preamble
}

// of returns the preamble text for a brief, written anew if agent or workflow have changed.
func (s *preambles) of(b brief, l Limits) preamble {
	v := written{agent: b.agent.UpdatedAt}
	if b.workflow != nil {
		v.workflow, v.changed = b.workflow.ID, b.workflow.UpdatedAt
	}
	s.mu.Lock()
	had, ok := s.byID[b.agent.ID]
	s.mu.Unlock()
	if ok && !v.agent.IsZero() && had.agent.Equal(v.agent) && had.workflow == v.workflow && had.changed.Equal(v.changed) {
		return had.preamble
	}
	v.preamble = newPreamble(b, l)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil || len(s.byID) >= maxAgents {
		s.byID = map[console.ID]written{}
	}
	s.byID[b.agent.ID] = v
	return v.preamble
}
