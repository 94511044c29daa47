package turns

import (
	"fmt"
	"slices"
	"strings"

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
	left   []omission // what did not fit
}

// newPreamble writes it into a room of so many tokens. Where not all of it fits, its parts have equal
// shares of the room, and what one does not need is for the others: long instructions leave a place
// for the rules.
func newPreamble(b brief, room int) preamble {
	w := &writer{left: room}
	w.identity(b)
	sections := slices.DeleteFunc([]section{
		b.workflowInstructions(), b.instructions(), b.rules(), b.flows(false), b.flows(true), b.questions(),
	}, func(s section) bool { return len(s.entries) == 0 })
	needs := make([]int, len(sections))
	for i := range sections {
		needs[i] = sections[i].weigh()
	}
	var left []omission
	for i, share := range shares(needs, w.left) {
		left = omit(left, sections[i].write(w, share))
	}
	return preamble{text: w.text.String(), tokens: room - w.left, left: left}
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

const instructionsTitle = "\nInstructions:"

func (b brief) workflowInstructions() section {
	if b.workflow == nil {
		return section{}
	}
	return prose("the workflow's instructions", instructionsTitle, b.workflow.SystemPrompt)
}

func (b brief) instructions() section {
	return prose("the agent's instructions", instructionsTitle, b.agent.SystemPrompt)
}

// rules tells of those that only a model can judge. What the others say is said without it, and where
// it is not said, their condition does not hold: a model that knew of it would say it all the same.
func (b brief) rules() section {
	s := section{what: "rules", title: "\nRules, which come before everything else:"}
	for i, r := range b.agent.WithRules(b.workflow) {
		response := readable(r.Response)
		hands := flows.IsHandoff(r.Action)
		if !b.set.Told(i) || response == nil && !orders(r) && !hands {
			continue
		}
		lines := []string{fmt.Sprintf("- %s: when %s", r.Name, r.Trigger)}
		tell := func(format string, text *string) {
			if text != nil && strings.TrimSpace(*text) != "" {
				lines = append(lines, fmt.Sprintf(format, *text))
			}
		}
		tell("  if %s", supposed(r.Condition))
		tell("  answer: %s", response)
		if hands {
			lines = append(lines, fmt.Sprintf("  and do: call a person of the team, by %s with rule %d if you have that tool", handOver, i+1))
		} else {
			tell("  and do: %s", r.Action)
		}
		s.entries = append(s.entries, strings.Join(lines, "\n"))
	}
	return s
}

// supposed is a condition without the if that its author may have begun it with.
func supposed(condition *string) *string {
	if condition == nil {
		return nil
	}
	bare := strings.TrimSpace(*condition)
	if first, rest, ok := strings.Cut(bare, " "); ok && strings.EqualFold(first, "if") {
		bare = strings.TrimSpace(rest)
	}
	return &bare
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

func (b brief) questions() section {
	s := section{what: "questions and answers", title: "\nQuestions that customers ask, and their answers:"}
	for _, qa := range b.faq() {
		s.entries = append(s.entries, fmt.Sprintf("Q: %s\nA: %s", qa.Question, qa.Answer))
	}
	return s
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
