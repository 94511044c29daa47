package turns

import (
	"maps"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/llm"
)

// told is what a model is asked, about how many tokens that takes, and what did not fit.
type told struct {
	llm.Request

	tokens int
	talk   int        // the room of the conversation, in tokens
	left   []omission // of what the model would have been told
	cut    bool       // the newest message is not whole
}

// prompt turns a brief into what a model is asked. It stays within the window. First comes what the
// team has written, which is the same for all turns of the agent; then what is known of the matter,
// fenced as data; then the conversation. The room is given in another order: to the team's text all
// but what is to be answered needs, which is an eighth at least; then to what is known; then to what
// was said, from its newest message back. What was said before that stands in the summary.
func prompt(b brief, l Limits) told {
	tools, cost := b.tools()
	room, log := l.room()-cost, b.told()
	due := due(log, room)
	s := b.preambles.of(b, room-reserve(due, room))
	w := &writer{left: room - s.tokens - due}
	w.text.Grow(2 * len(s.text))
	w.text.WriteString(s.text)
	w.moment(b)
	p := told{left: w.matter(b, slices.Clip(s.left)), talk: due + w.left}
	p.Request = llm.Request{
		System: w.text.String(), Tools: tools, MaxTokens: l.reply(),
		Grounding: llm.Grounding{
			Question: b.question(), Language: b.agent.Language, Reply: b.language(), FAQ: b.faq(), Passages: b.passages,
		},
	}
	p.tokens = cost + room - p.talk + p.converse(log)
	return p
}

// moment is what holds for this turn alone and comes from nobody but us.
func (w *writer) moment(b brief) {
	w.put("\nIt is %s.", b.now.Format("Monday, 2 January 2006, 15:04 MST"))
	if l := b.language(); l != b.agent.Language {
		w.put("The customer seems to write in %s.", languageName(l))
	}
	rules := b.agent.WithRules(b.workflow)
	for _, i := range b.decided.obeys {
		if r := rules[i]; orders(r) {
			w.put("A rule of the business, %s, holds for what the customer writes. Do: %s", r.Name, *r.Action)
		}
	}
}

// matter is what others wrote: who the customer is, what was said long ago, and what is known about
// the question. It adds what did not fit to what was left out before.
func (w *writer) matter(b brief, left []omission) []omission {
	customer := facts(b)
	if customer == "" && b.summary.Text == "" && len(b.passages) == 0 && b.decided.after == "" {
		return left
	}
	f := llm.NewFence(string(b.turn.ID))
	tell := func(what string, d datum) {
		if out := w.data(f, d); out > 0 {
			left = omit(left, omission{what, 1, out})
		}
	}
	w.put("\n%s", f.Rule())
	if customer != "" {
		w.put("\nWhat is known of the customer:")
		tell("what is known of the customer", datum{"customer", "", customer})
	}
	if b.summary.Text != "" {
		w.put("\nA summary of what was said earlier in this conversation:")
		tell("the summary", datum{"summary", "", b.summary.Text})
	}
	switch {
	case b.decided.open != nil:
		w.put("\nSome of what the customer wrote is answered already. Answer only the rest, which comes last. " +
			"Behind your answer this text is put by itself; neither repeat nor contradict it:")
		tell("what is answered already", datum{"answered", "", b.decided.after})
	case b.decided.after != "":
		w.put("\nAnswer only what the customer asks now. Behind your answer this question is put by itself; do not ask it:")
		tell("the flow's question", datum{"question", "", b.decided.after})
	}
	if len(b.passages) > 0 {
		w.put("\nKnowledge. Rest your answer on it and name the source.")
	}
	for _, p := range b.passages {
		tell("passages", datum{"knowledge", p.Source, p.Text})
	}
	return left
}

// The bounds of what a model is told of a customer: the characters of one thing, and how many fields.
const (
	maxFact   = 200
	maxFields = 20
)

// facts are what is known of the customer, a line each. What humans noted for each other is not
// among them.
func facts(b brief) string {
	var lines []string
	tell := func(name string, value *string) {
		if value == nil {
			return
		}
		if v := llm.OneLine(*value, maxFact); v != "" {
			lines = append(lines, llm.OneLine(name, maxFact)+": "+v)
		}
	}
	tell("name", firstOf(b.contact.Name, b.conversation.FullName, b.conversation.CustomerName))
	tell("e-mail", firstOf(b.contact.Email, b.conversation.Email))
	tell("phone", firstOf(b.contact.Phone, b.conversation.PhoneNumber))
	if len(b.contact.Fields) > 0 {
		names := slices.Sorted(maps.Keys(b.contact.Fields))
		for _, name := range names[:min(len(names), maxFields)] {
			value := b.contact.Fields[name]
			tell(name, &value)
		}
	}
	if len(b.contact.Tags) > 0 {
		tags := strings.Join(b.contact.Tags, ", ")
		tell("tags", &tags)
	}
	return strings.Join(lines, "\n")
}

func firstOf(values ...*string) *string {
	for _, v := range values {
		if v != nil && strings.TrimSpace(*v) != "" {
			return v
		}
	}
	return nil
}

// clip returns the longest beginning of s that is about so many tokens, in whole characters.
func clip(s string, tokens int) string {
	if tokens <= 0 {
		return ""
	}
	for llm.EstimateTokens(s) > tokens {
		keep := len(s) * tokens / llm.EstimateTokens(s)
		s = strings.ToValidUTF8(s[:min(keep, len(s)-1)], "")
	}
	return s
}
