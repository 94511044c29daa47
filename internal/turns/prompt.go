package turns

import (
	"maps"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

// The parts of the window, in percent, that the agent's own text may take, and together with it what
// is known of the matter. The conversation has the rest, and what they leave.
const (
	preambleShare = 50
	systemShare   = 70
)

// prompt turns a brief into what a model is asked. It stays within the window: first comes what the
// team has written, which is the same for all turns of the agent; then what is known of the matter,
// fenced as data; then the end of the conversation, from its newest message back for as long as it
// fits. What was said before that stands in the summary.
func prompt(b brief, l Limits) llm.Request {
	s := b.preamble
	if s.text == "" {
		s = newPreamble(b, l)
	}
	w := &writer{left: l.PromptTokens*systemShare/100 - s.tokens}
	w.text.Grow(2 * len(s.text))
	w.text.WriteString(s.text)
	w.moment(b)
	w.matter(b)
	system := w.text.String()
	left := l.PromptTokens - l.PromptTokens*systemShare/100 + w.left
	return llm.Request{
		System: system, Messages: history(b, left), MaxTokens: l.ReplyTokens,
		Grounding: llm.Grounding{
			Question: b.question(), Language: b.agent.Language, Reply: b.language(), FAQ: b.faq(), Passages: b.passages,
		},
	}
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
// the question.
func (w *writer) matter(b brief) {
	customer := facts(b)
	if customer == "" && b.summary.Text == "" && len(b.passages) == 0 && b.decided.after == "" {
		return
	}
	f := llm.NewFence(string(b.turn.ID))
	w.put("\n%s", f.Rule())
	if customer != "" {
		w.put("\nWhat is known of the customer:")
		w.data(f, datum{"customer", "", customer})
	}
	if b.summary.Text != "" {
		w.put("\nA summary of what was said earlier in this conversation:")
		w.data(f, datum{"summary", "", b.summary.Text})
	}
	switch {
	case b.decided.open != nil:
		w.put("\nSome of what the customer wrote is answered already. Answer only the rest, which comes last. " +
			"Behind your answer this text is put by itself; neither repeat nor contradict it:")
		w.data(f, datum{"answered", "", b.decided.after})
	case b.decided.after != "":
		w.put("\nAnswer only what the customer asks now. Behind your answer this question is put by itself; do not ask it:")
		w.data(f, datum{"question", "", b.decided.after})
	}
	if len(b.passages) > 0 {
		w.put("\nKnowledge. Rest your answer on it and name the source.")
	}
	for _, p := range b.passages {
		w.data(f, datum{"knowledge", p.Source, p.Text})
	}
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

// history is the end of the conversation, as much of it as fits: what came before, then what is to
// be answered, even where a reply to something earlier stands behind it in the log. The newest
// message is always there, cut if it alone is too long.
func history(b brief, tokens int) []llm.Message {
	log := b.told()
	back := make([]llm.Message, 0, len(log))
	for i := len(log) - 1; i >= 0; i-- {
		said := log[i]
		m := llm.Message{Role: llm.RoleUser, Text: llm.Tame(said.Text), Seq: said.Seq}
		if said.Role == console.RoleAssistant {
			m.Role = llm.RoleAssistant
		}
		n := llm.EstimateTokens(m.Text)
		if n > tokens && len(back) > 0 {
			break
		}
		if n > tokens {
			m.Text = clip(m.Text, max(tokens, 1))
		}
		if m.Text != said.Text {
			m.Seq = 0
		}
		tokens -= n
		back = append(back, m)
	}
	for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
		back[i], back[j] = back[j], back[i]
	}
	return back
}

// told is what a model is told of the log in full, if it fits: what no summary stands for. What it is
// to answer comes last; what is decided of it stands before, with what that is answered.
func (b brief) told() []*console.Message {
	told := make([]*console.Message, 0, len(b.history)+1)
	var open []*console.Message
	for i := range b.history {
		switch m := &b.history[i]; {
		case b.asks(*m):
			open = append(open, m)
		case m.Seq > b.summary.ToSeq:
			told = append(told, m)
		}
	}
	if b.decided.open == nil {
		return append(told, open...)
	}
	asked := open
	open = nil
	for _, m := range asked {
		if b.decided.leaves(*m) {
			open = append(open, m)
			continue
		}
		told = append(told, m)
	}
	told = append(told, &console.Message{Role: console.RoleAssistant, Author: console.ByAgent, Text: b.decided.said})
	return append(told, open...)
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
