package turns

import (
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

// line is a message of the conversation as a model would be told it.
type line struct {
	said   *console.Message
	weight weight
	asked  bool // it is to be answered
}

// weight is about how many tokens a message takes, as a model is told it; of one that is not told as
// it stands, ^tokens.
type weight int32

func weigh(text string) weight {
	tame := llm.Tame(text)
	n := weight(llm.EstimateTokens(tame))
	if tame != text {
		return ^n
	}
	return n
}

func (w weight) tokens() int {
	if w < 0 {
		return int(^w)
	}
	return int(w)
}

// message is the line in a request. It says where it stands in the log if its text is the one there.
func (l line) message() llm.Message {
	m := llm.Message{Role: llm.RoleUser, Text: l.said.Text, Seq: l.said.Seq}
	if l.weight < 0 {
		m.Text, m.Seq = llm.Tame(m.Text), 0
	}
	if l.said.Role == console.RoleAssistant {
		m.Role = llm.RoleAssistant
	}
	return m
}

// told is what a model is told of the log in full, if it fits: what no summary stands for. What it is
// to answer comes last, even where a reply to something earlier stands behind it in the log; what is
// decided of it stands before, with what that is answered.
func (b brief) told() []line {
	before := make([]line, 0, len(b.history)+1)
	var settled, asked []line
	for i := range b.history {
		m := &b.history[i]
		switch asks := b.asks(*m); {
		case asks && b.decided.leaves(*m):
			asked = append(asked, line{m, b.weight(i), true})
		case asks:
			settled = append(settled, line{m, b.weight(i), false})
		case m.Seq > b.summary.ToSeq:
			before = append(before, line{m, b.weight(i), false})
		}
	}
	if b.decided.open != nil {
		m := &console.Message{Role: console.RoleAssistant, Author: console.ByAgent, Text: b.decided.said}
		settled = append(settled, line{m, weigh(m.Text), false})
	}
	return append(append(before, settled...), asked...)
}

// weight is that of a message of the history, which is mostly known already.
func (b brief) weight(i int) weight {
	if len(b.weights) == len(b.history) {
		return b.weights[i]
	}
	return weigh(b.history[i].Text)
}

// The eighths of a room that what is to be answered may take at most, and what stands in a prompt beside
// it whatever is asked, in tokens: the time, the rule of the fence, what the customer is called.
const (
	mostDue = 7
	aside   = 150
)

// due is how many tokens are kept for what is to be answered: the newest message whole, and of those
// before it as many as fit into half of the room.
func due(log []line, room int) int {
	sum := 0
	for i := len(log) - 1; i >= 0 && log[i].asked; i-- {
		n := log[i].weight.tokens()
		if sum > 0 && sum+n > room/2 {
			break
		}
		sum += n
	}
	return min(sum, room/8*mostDue)
}

// reserve is the part of a room that is not for the team's text, in whole eighths, so that texts which
// do not fit need not be cut anew for each message.
func reserve(due, room int) int {
	eighth := max(room/8, 1)
	return eighth * min((due+aside+eighth-1)/eighth, mostDue)
}

// converse puts the end of the conversation into the request, as much of it as fits, and returns how
// many tokens it takes. The newest message is always there, cut if there is no room for all of it.
func (p *told) converse(log []line) int {
	left, from := p.talk, len(log)
	for ; from > 0; from-- {
		n := log[from-1].weight.tokens()
		if n > left && from < len(log) {
			break
		}
		left -= n
	}
	p.Messages = make([]llm.Message, 0, len(log)-from)
	for _, l := range log[from:] {
		p.Messages = append(p.Messages, l.message())
	}
	if left < 0 {
		m := &p.Messages[len(p.Messages)-1]
		m.Text, m.Seq, p.cut = clip(m.Text, max(p.talk, 1)), 0, true
		p.left = omit(p.left, omission{"the end of the newest message", 1, -left})
		left = 0
	}
	out := omission{what: "earlier messages", n: from}
	for _, l := range log[:from] {
		out.tokens += l.weight.tokens()
	}
	p.left = omit(p.left, out)
	return p.talk - left
}
