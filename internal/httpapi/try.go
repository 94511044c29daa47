package httpapi

import (
	"fmt"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/agents"
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// tryIn is a message to be tried, and the circumstances.
type tryIn struct {
	Message  string          `json:"message" minLength:"1" maxLength:"10000"`
	Channel  console.Channel `json:"channel_type,omitempty" enum:"whatsapp,webchat,telephony,messenger,instagram" default:"webchat"`
	Test     bool            `json:"is_test_channel,omitempty"`
	Messages *int64          `json:"message_count,omitempty" nullable:"true" minimum:"1" maximum:"1000000" default:"1"`
	Now      *string         `json:"now,omitempty" nullable:"true" doc:"an ISO 8601 time; default now"`
	Contact  *tryContactIn   `json:"contact,omitempty"`
	Flow     *inFlowJSON     `json:"flow,omitempty"`
}

// tryContactIn is what is known of the customer.
type tryContactIn struct {
	Name   *string           `json:"name,omitempty" nullable:"true" maxLength:"255"`
	Email  *string           `json:"email,omitempty" nullable:"true" maxLength:"320"`
	Phone  *string           `json:"phone,omitempty" nullable:"true" maxLength:"50"`
	Fields map[string]string `json:"fields,omitempty"`
	Tags   []string          `json:"tags,omitempty" nullable:"true" maxItems:"50"`
}

// inFlowJSON is where a conversation stands in a flow.
type inFlowJSON struct {
	Name    string            `json:"name" maxLength:"255"`
	Version string            `json:"version,omitempty" required:"false" maxLength:"255"`
	Step    string            `json:"step" maxLength:"255"`
	Fields  map[string]string `json:"fields" required:"false" nullable:"false"`
	Given   []string          `json:"given" required:"false" nullable:"false" maxItems:"50"`
	Tries   int               `json:"tries" required:"false" minimum:"0" maximum:"1000"`
	Strayed int               `json:"digressions" required:"false" minimum:"0" maximum:"1000"`
}

func inFlowOf(s flows.State) orNull[inFlowJSON] {
	if !s.InFlow() {
		return orNull[inFlowJSON]{}
	}
	j := inFlowJSON{
		Name: s.Flow, Version: s.Version, Step: s.Step, Fields: s.Fields, Given: list(s.Given), Tries: s.Tries, Strayed: s.Strayed,
	}
	if j.Fields == nil {
		j.Fields = map[string]string{}
	}
	return orNull[inFlowJSON]{&j}
}

// The bounds of the maps that describe a customer.
const (
	maxTryFields = 50
	maxTryValue  = 1000
)

func (in tryIn) faults(*call) []console.Field {
	f := &console.Faults{}
	if in.Now != nil {
		if _, ok := parseTime(*in.Now); !ok {
			f.Fail("now", "must be an ISO 8601 time")
		}
	}
	if in.Contact != nil {
		fields(f, "contact.fields", in.Contact.Fields)
		for i, tag := range in.Contact.Tags {
			f.Text(fmt.Sprintf("contact.tags.%d", i), tag, 1, maxTryValue)
		}
	}
	if in.Flow != nil {
		fields(f, "flow.fields", in.Flow.Fields)
	}
	return f.All
}

func fields(f *console.Faults, path string, of map[string]string) {
	if !f.Most(path, len(of), maxTryFields, "fields") {
		return
	}
	for name, value := range of {
		if n := utf8.RuneCountInString(value); n > maxTryValue || len(name) > maxTryValue {
			f.Fail(path, "must have names and values of at most %d characters", maxTryValue)
			return
		}
	}
}

func (in tryIn) trial() agents.Trial {
	t := agents.Trial{
		Text: in.Message, Conversation: flows.Conversation{Channel: in.Channel, Test: in.Test, Messages: 1},
	}
	if in.Channel == "" {
		t.Conversation.Channel = console.Webchat
	}
	if in.Messages != nil {
		t.Conversation.Messages = *in.Messages
	}
	if in.Now != nil {
		if at, ok := parseTime(*in.Now); ok {
			t.At = &at
		}
	}
	if c := in.Contact; c != nil {
		t.Contact = flows.Contact{Name: text(c.Name), Email: text(c.Email), Phone: text(c.Phone), Fields: c.Fields, Tags: c.Tags}
	}
	if f := in.Flow; f != nil {
		t.State = flows.State{
			Flow: f.Name, Version: f.Version, Step: f.Step, Fields: f.Fields, Given: f.Given, Tries: f.Tries, Strayed: f.Strayed,
		}
	}
	return t
}

// triedJSON is what rules and flows would make of a message.
type triedJSON struct {
	DecidedBy  string             `json:"decided_by" enum:"rule,flow,model"`
	Reply      *string            `json:"reply" doc:"word for word; null: a model would answer"`
	After      *string            `json:"after" doc:"behind the model's answer, word for word; null: nothing"`
	Rule       orNull[triedRule]  `json:"rule"`
	Outcome    *flows.Outcome     `json:"flow_outcome" enum:"began,went_on,asked,digressed,ended,cancelled,handed_off,dropped"`
	FlowName   *string            `json:"flow_name"`
	FlowStep   *string            `json:"flow_step"`
	Flow       orNull[inFlowJSON] `json:"flow"`
	Learned    []learnedJSON      `json:"learned" nullable:"false"`
	Attention  bool               `json:"needs_attention"`
	Notes      []string           `json:"notes" nullable:"false"`
	Considered []consideredJSON   `json:"considered" nullable:"false"`
}

// triedRule is the rule that would answer.
type triedRule struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Source string `json:"source" enum:"agent,workflow"`
	By     string `json:"matched" doc:"the part of its trigger, as written"`
}

// learnedJSON is one thing that would be learned of the customer.
type learnedJSON struct {
	Field string     `json:"field"`
	Kind  flows.Kind `json:"kind" enum:"name,email,phone,text,date,number,choice"`
	Value string     `json:"value"`
}

// consideredJSON is one rule or flow and what a message made of it.
type consideredJSON struct {
	Type      string        `json:"type" enum:"rule,flow"`
	ID        *string       `json:"id" doc:"of a rule"`
	Name      string        `json:"name"`
	Source    string        `json:"source" enum:"agent,workflow"`
	Verdict   flows.Verdict `json:"verdict" enum:"fired,off,no_match,prose,condition_false,failed,beaten,described"`
	Matched   *string       `json:"matched" doc:"the part of its trigger, as written"`
	Condition *string       `json:"condition" doc:"of a rule"`
	Note      *string       `json:"note"`
}

func (a *API) tryRules(c *call, in tryIn) (triedJSON, error) {
	got, err := a.cfg.Agents.Try(c.ctx(), c.reads(), c.agentID(), in.trial())
	if err != nil {
		return triedJSON{}, err
	}
	return triedOf(got), nil
}

func triedOf(t agents.Tried) triedJSON {
	d := t.Decision
	j := triedJSON{
		DecidedBy: decidedBy(d), Reply: filled(d.Text), After: filled(d.After), FlowName: filled(d.Flow),
		FlowStep: filled(d.Step), Flow: inFlowOf(d.State), Attention: d.Attention, Notes: list(d.Notes),
		Learned: items(d.Learned, func(l flows.Learned) learnedJSON { return learnedJSON(l) }),
		Considered: items(t.Considered, func(c flows.Considered) consideredJSON {
			return consideredOf(t, c)
		}),
	}
	if d.Outcome != "" {
		j.Outcome = &d.Outcome
	}
	if d.Rule != nil {
		j.Rule.it = &triedRule{ID: d.Rule.ID, Name: d.Rule.Name, Source: source(t, d.Rule.Index), By: d.Rule.By}
	}
	return j
}

func decidedBy(d flows.Decision) string {
	switch {
	case !d.Decided():
		return "model"
	case d.Rule != nil:
		return "rule"
	default:
		return "flow"
	}
}

func consideredOf(t agents.Tried, c flows.Considered) consideredJSON {
	j := consideredJSON{
		Type: "flow", Name: c.Flow, Source: ofWorkflow, Verdict: c.Verdict, Matched: filled(c.By), Note: filled(c.Note),
	}
	if c.Rule != nil {
		j.Type, j.ID, j.Name, j.Source = "rule", &c.Rule.ID, c.Rule.Name, source(t, c.Rule.Index)
		j.Condition = t.Rules[c.Rule.Index].Condition
	}
	return j
}

// Whose a rule is.
const (
	ofAgent    = "agent"
	ofWorkflow = "workflow"
)

func source(t agents.Tried, rule int) string {
	if rule < t.Own {
		return ofAgent
	}
	return ofWorkflow
}

func filled(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
