package turns

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// decided is what rules and flows make of what the customer wrote, all messages of a turn together.
// The zero value is of an agent that has neither: a model is asked.
type decided struct {
	text      string  // the reply, word for word; empty: a model is asked
	after     string  // what stands behind the model's answer, word for word; empty: nothing
	open      []int64 // Seqs of the messages that are for the model, where others are decided; nil: all
	said      string  // what those others are answered, which is the beginning of after
	flow      string  // where the conversation stands afterwards
	learned   console.Learned
	attention bool  // a human should look
	obeys     []int // rules that hold and leave the answer to the model, by index
	steps     []console.Step
}

// flowLife is how long a flow waits for an answer. Whoever comes back later begins anew: a "hello"
// of next week is no answer to a question that has been forgotten.
const flowLife = 24 * time.Hour

// decide asks the rules and flows about each message in turn, as if it had come alone: what one has
// told, the next one knows. It is pure.
//
// What they decide of several messages is said together, each text once. Where some are left to the
// model, it is asked about those alone, and what is decided stands behind its answer. Of several
// questions of a flow only the last is put, for the others have been answered.
func decide(b brief) decided {
	d := decided{flow: b.conversation.Flow}
	if b.set.Empty() && d.flow == "" {
		return d
	}
	in := input(b)
	if in.State.InFlow() && b.forgotten() {
		d.left(in.State, "nobody answered for a day")
		in.State = flows.State{}
	}
	if b.set.Empty() {
		d.left(in.State, "the agent has no flows any more")
		d.flow = ""
		return d
	}
	made := make([]flows.Decision, 0, 1)
	for _, m := range b.asked() {
		in.Text, in.Interrupted = m.Text, b.interrupted(m.Seq)
		in.Conversation.Messages++
		one := b.set.Decide(in)
		in.State, in.Contact = one.State, knows(in.Contact, one.Learned)
		made = append(made, one)
	}
	d.flow = in.State.Encode()
	d.gather(b.asked(), made)
	return d
}

// input is all that bears on the messages of a turn but the messages themselves.
func input(b brief) flows.Input {
	return flows.Input{
		State: flows.DecodeState(b.conversation.Flow), Agent: b.agent, Language: b.language(),
		Contact: contactOf(b), Now: b.now,
		Conversation: flows.Conversation{
			Channel: b.conversation.Channel, Test: b.conversation.Test, Messages: b.written(),
		},
	}
}

// interrupted reports whether a person of the team was the last to write before a message, and not the
// agent with what its flow asks.
func (b brief) interrupted(seq int64) bool {
	for i := len(b.history) - 1; i >= 0; i-- {
		if m := b.history[i]; m.Seq < seq && m.Author != console.ByCustomer {
			return m.Author == console.ByHuman
		}
	}
	return false
}

// forgotten reports whether the flow in progress has waited for too long.
func (b brief) forgotten() bool {
	at := b.conversation.FlowAt
	return at != nil && b.now.Sub(*at) > flowLife
}

// written is how many messages the customer wrote before those that are to be answered.
func (b brief) written() int64 {
	n := b.earlier
	for _, m := range b.before() {
		if m.Author == console.ByCustomer {
			n++
		}
	}
	return n
}

func contactOf(b brief) flows.Contact {
	c := flows.Contact{
		Name: deref(b.contact.Name), Email: deref(b.contact.Email), Phone: deref(b.contact.Phone),
		Fields: b.contact.Fields, Tags: b.contact.Tags,
	}
	if c.Name == "" {
		c.Name = deref(b.conversation.CustomerName)
	}
	return c
}

// left notes that a flow was left without a word.
func (d *decided) left(s flows.State, why string) {
	if s.InFlow() {
		d.steps = append(d.steps, console.Step{
			Kind: console.StepFlow, Flow: s.Flow, FlowStep: s.Step, Note: string(flows.Dropped) + ": " + why,
		})
	}
}

// gather puts the decisions on several messages together.
func (d *decided) gather(asked []console.Message, made []flows.Decision) {
	var texts []string
	var open []int64
	for i, one := range made {
		d.attention = d.attention || one.Attention
		d.steps = append(d.steps, about(stepsOf(one), i, len(made))...)
		for _, l := range one.Learned {
			learn(&d.learned, l)
		}
		d.after = one.After
		if !one.Decided() {
			open = append(open, asked[i].Seq)
			if one.Rule != nil {
				d.obeys = append(d.obeys, one.Rule.Index)
			}
			continue
		}
		if text := spoken(one, made[i+1:]); text != "" && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	if len(texts) == 0 {
		return
	}
	said := strings.Join(texts, "\n\n")
	if len(open) > 0 {
		d.open, d.said, d.after = open, said, behind(said, d.after)
		return
	}
	d.text, d.after = behind(said, d.after), ""
}

// about says in steps which one of several messages they are about.
func about(steps []console.Step, i, of int) []console.Step {
	if of == 1 {
		return steps
	}
	for j := range steps {
		steps[j].Note += fmt.Sprintf(" (message %d of %d)", i+1, of)
	}
	return steps
}

// leaves reports whether a message is for the model.
func (d *decided) leaves(m console.Message) bool {
	return d.open == nil || slices.Contains(d.open, m.Seq)
}

// spoken is what is said of a decision: all of it, or all but the question if a later message has met
// it.
func spoken(one flows.Decision, later []flows.Decision) string {
	met := func(d flows.Decision) bool { return d.Outcome != "" }
	if one.Question == "" || !slices.ContainsFunc(later, met) {
		return one.Text
	}
	return strings.TrimSpace(strings.TrimSuffix(one.Text, one.Question))
}

// stepsOf is a decision as the record shows it: the flow that it met, then the rule that answered.
func stepsOf(d flows.Decision) []console.Step {
	var steps []console.Step
	if d.Flow != "" {
		steps = append(steps, console.Step{
			Kind: console.StepFlow, Flow: d.Flow, FlowStep: d.Step, Note: string(d.Outcome),
		})
	}
	if d.Rule != nil {
		steps = append(steps, console.Step{
			Kind: console.StepRule, Rule: or(d.Rule.ID, d.Rule.Name), Note: fmt.Sprintf("by %q", d.Rule.By),
		})
	}
	if len(d.Notes) == 0 {
		return steps
	}
	kind := console.StepRule
	if d.Rule == nil && d.Flow != "" {
		kind = console.StepFlow
	}
	for _, note := range d.Notes {
		steps = append(steps, console.Step{Kind: kind, Flow: d.Flow, Fault: "failed", Note: note})
	}
	return steps
}

// knows is a contact after what a flow has learned.
func knows(c flows.Contact, learned []flows.Learned) flows.Contact {
	if len(learned) == 0 {
		return c
	}
	fields := make(map[string]string, len(c.Fields)+len(learned))
	for name, value := range c.Fields {
		fields[name] = value
	}
	for _, l := range learned {
		fields[l.Field] = l.Value
		switch l.Kind { //nolint:exhaustive // the others are fields and no more
		case flows.KindName:
			c.Name = l.Value
		case flows.KindEmail:
			c.Email = l.Value
		case flows.KindPhone:
			c.Phone = l.Value
		}
	}
	c.Fields = fields
	return c
}

// learn notes one thing in what a turn teaches of the customer. What has a place of its own is kept
// as a field too where the flow calls it otherwise.
func learn(all *console.Learned, l flows.Learned) {
	value := l.Value
	switch l.Kind { //nolint:exhaustive // as above
	case flows.KindName:
		all.Name = &value
	case flows.KindEmail:
		all.Email = &value
	case flows.KindPhone:
		all.Phone = &value
	}
	if l.Field == string(l.Kind) {
		return
	}
	if all.Fields == nil {
		all.Fields = make(map[string]string)
	}
	all.Fields[l.Field] = value
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
