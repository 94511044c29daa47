package flows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// walk is what the replies to a conversation are: the texts, or what stands behind a model's.
func walk(c *customer, says ...string) []string {
	var replies []string
	for _, text := range says {
		d := c.says(text)
		reply := d.Text
		if !d.Decided() {
			reply = strings.TrimSpace("*model* " + d.After)
		}
		replies = append(replies, strings.ReplaceAll(reply, "\n\n", " | "))
	}
	return replies
}

func TestSteps(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		steps string
		says  []string
		want  []string
	}{
		"said at once": {
			`{"type": "message", "content": "a"}, {"type": "say", "content": "b"}`,
			[]string{"begin", "x"},
			[]string{"a | b", "*model*"},
		},
		"followup": {
			`{"type": "message", "content": "a", "followup": "b?"}, {"type": "message", "content": "c"}`,
			[]string{"begin", "how much is it?", "x", "y"},
			[]string{"a | b?", "*model* b?", "c", "*model*"},
		},
		"branches": {
			`{"type": "ask", "options": ["red", "blue"], "field": "colour", "content": "red or blue?"},
			{"type": "branch", "when": "fields.colour == 'red'", "goto": "r", "else": "b"},
			{"id": "r", "type": "say", "content": "R"}, {"type": "goto", "goto": "end"}, {"id": "b", "type": "say", "content": "B"}`,
			[]string{"begin", "blue", "begin", "red"},
			[]string{"red or blue?", "B", "red or blue?", "R"},
		},
		"circles": {
			`{"id": "more", "type": "ask", "field": "what", "content": "What?"}, {"type": "ask", "options": ["yes", "no"], "field": "again", "content": "More? yes or no"},
			{"type": "branch", "when": "fields.again == 'yes'", "goto": "more"}, {"type": "end", "content": "{{ fields.what }}."}`,
			[]string{"begin", "bread", "yes", "milk", "no"},
			[]string{"What?", "More? yes or no", "What?", "More? yes or no", "milk."},
		},
		"remembered": {
			`{"type": "set", "field": "wish", "value": "{{ message.text | upcase }}"}, {"type": "say", "content": "{{ fields.wish }} {{ contact.fields.wish }}"}`,
			[]string{"begin now"},
			[]string{"BEGIN NOW BEGIN NOW"},
		},
		"handed off": {
			`{"type": "say", "content": "a"}, {"type": "handoff"}`,
			[]string{"begin"},
			[]string{"a | I will pass this on to someone from the team, who will get back to you here."},
		},
		"nothing said": {`{"type": "set", "field": "a", "value": "1"}`, []string{"begin"}, []string{"*model*"}},
		"a question for nothing": {
			`{"type": "question", "content": "Which?"}, {"type": "message", "content": "Thanks."}`,
			[]string{"begin", "the red one"},
			[]string{"Which?", "Thanks."},
		},
		"a text that fails": {
			`{"type": "say", "content": "a"}, {"type": "say", "content": "{{ 1 | divided_by: 0 }}"}, {"type": "say", "content": "b"}`,
			[]string{"begin", "x"},
			[]string{"a | I will pass this on to someone from the team, who will get back to you here.", "*model*"},
		},
		"a question that fails": {
			`{"type": "ask", "content": "{{ 1 | divided_by: 0 }}"}`,
			[]string{"begin"},
			[]string{"I will pass this on to someone from the team, who will get back to you here."},
		},
		"round and round": {
			`{"id": "x", "type": "branch", "when": "now.hour > 99", "goto": "end"}, {"type": "say", "content": "a"}, {"type": "goto", "goto": "x"}`,
			[]string{"begin"},
			[]string{"a | I will pass this on to someone from the team, who will get back to you here."},
		},
		"round and round, and always another": {
			`{"id": "x", "type": "set", "field": "n", "value": "{{ fields.n }}a"}, {"type": "say", "content": "a"}, {"type": "branch", "when": "true", "goto": "x"}`,
			[]string{"begin"},
			[]string{strings.Repeat("a | ", 33) + "I will pass this on to someone from the team, who will get back to you here."},
		},
		"round until it is done": {
			`{"id": "x", "type": "set", "field": "n", "value": "{{ fields.n }}a"}, {"type": "branch", "when": "len(fields.n) < 5", "goto": "x"}, {"type": "end", "content": "{{ fields.n }}"}`,
			[]string{"begin"},
			[]string{"aaaaa"},
		},
		"round by what is known": {
			`{"id": "x", "type": "ask", "kind": "name", "content": "Name?", "skip_if_known": true}, {"type": "branch", "when": "fields.name != ''", "goto": "x"}`,
			[]string{"begin"},
			[]string{"I will pass this on to someone from the team, who will get back to you here."},
		},
		"too much work": {
			strings.Repeat(`{"type": "say", "content": "`+strings.Repeat("{{ message.text | upcase | slice: 0, 0 }}", 66)+`"},`, 25) + `{"type": "end", "content": "never said"}`,
			[]string{"begin"},
			[]string{"I will pass this on to someone from the team, who will get back to you here."},
		},
		"retry": {
			`{"type": "ask", "kind": "email", "content": "Mail?", "retry": "An address, {{ message.text }}!", "tries": 2}, {"type": "say", "content": "ok"}`,
			[]string{"begin", "no", "is it safe?", "nope"},
			[]string{"Mail?", "An address, no!", "*model* Mail?", "I will pass this on to someone from the team, who will get back to you here."},
		},
		"known already": {
			`{"type": "ask", "kind": "name", "content": "Name?", "skip_if_known": true}, {"type": "ask", "kind": "email", "content": "Mail, {{ fields.name }}?", "skip_if_known": true}`,
			[]string{"begin"},
			[]string{"Mail, Ada Obi?"},
		},
		"brought along": {
			`{"type": "ask", "field": "wish", "content": "What?"}, {"type": "ask", "kind": "phone", "content": "Phone?"}, {"type": "ask", "kind": "email", "content": "Mail?"}, {"type": "end", "content": "{{ fields.email }} {{ fields.phone }}"}`,
			[]string{"begin", "a cake, write to a@x.org", "08031234567"},
			[]string{"What?", "Phone?", "a@x.org +2348031234567"},
		},
		"strayed too often": {
			`{"type": "ask", "field": "x", "content": "Well?"}`,
			[]string{"begin", "why?", "why?", "why?", "why?", "why?", "why?", "x"},
			[]string{"Well?", "*model* Well?", "*model* Well?", "*model* Well?", "*model* Well?", "*model* Well?", "*model*", "*model*"},
		},
		"more than a message": {
			strings.Repeat(`{"type": "say", "content": "`+strings.Repeat("é", 3000)+`"},`, 4) + `{"type": "end"}`,
			[]string{"begin"},
			[]string{strings.Repeat(strings.Repeat("é", 3000)+" | ", 3) + strings.Repeat("é", 994)},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCustomer(flows.Compile(nil, steps(t, test.steps)))
			c.in.Contact.Name = "Ada Obi"
			if diff := cmp.Diff(test.want, walk(c, test.says...)); diff != "" {
				t.Errorf("replies (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhichFlowBegins(t *testing.T) {
	t.Parallel()
	const flow = `{"name": %q, "priority": %d, "trigger_keywords": [%s], "conversation_steps": [{"type": "say", "content": "c"}]}`
	one := func(name string, priority int, keywords string) string {
		return fmt.Sprintf(flow, name, priority, keywords)
	}
	const low, usual, high = `{"keyword": "order", "weight": "low"}`, `{"keyword": "order"}`, `{"keyword": "order", "weight": "high"}`
	tests := map[string]struct {
		flows []string
		want  string
	}{
		"one":              {[]string{one("A", 0, usual)}, "A"},
		"too low":          {[]string{one("A", 9, low)}, ""},
		"two low ones":     {[]string{one("A", 0, low+`, {"keyword": "my", "weight": "low"}`)}, "A"},
		"not there":        {[]string{one("A", 0, `{"keyword": "return", "weight": "high"}`)}, ""},
		"priority":         {[]string{one("A", 0, high), one("B", 1, usual)}, "B"},
		"weight":           {[]string{one("A", 0, usual), one("B", 0, high)}, "B"},
		"sum of weights":   {[]string{one("A", 0, high), one("B", 0, usual+`, {"keyword": "my"}`)}, "B"},
		"longest":          {[]string{one("A", 0, usual), one("B", 0, `{"keyword": "my order"}`)}, "B"},
		"first":            {[]string{one("A", 0, usual), one("B", 0, usual)}, "A"},
		"expression":       {[]string{one("A", 0, `{"keyword": "/order \\d+/"}`), one("B", 0, `{"keyword": "/order/"}`)}, "A"},
		"not one of words": {[]string{`{"name": "A", "trigger_keywords": [` + high + `], "conversation_steps": [{"type": "dance"}]}`}, ""},
		"not one that is off": {[]string{
			`{"name": "A", "is_active": false, "trigger_keywords": [` + high + `], "conversation_steps": [{"type": "say", "content": "c"}]}`,
		}, ""},
	}
	for name, test := range tests {
		set := flows.Compile(nil, decoded(t, "["+strings.Join(test.flows, ",")+"]"))
		if d := set.Decide(flows.Input{Text: "Where is my order 12?"}); d.Flow != test.want {
			t.Errorf("%s: flow %q begins, want %q", name, d.Flow, test.want)
		}
	}
	set := flows.Compile([]console.Rule{rule("r", "order")}, decoded(t, "["+one("A", 99, high)+"]"))
	if d := set.Decide(flows.Input{Text: "order"}); d.Rule == nil || d.Flow != "" {
		t.Errorf("a flow comes before a rule: %+v", d)
	}
}

// A flow that was edited goes on at the same step, if that has an id; else it is left, and the
// record says so.
func TestEditedFlows(t *testing.T) {
	t.Parallel()
	const before = `{"id": "mail", "type": "ask", "kind": "email", "content": "Mail?"}, {"type": "ask", "field": "x", "content": "X?"}`
	tests := map[string]struct {
		after, answers string // after: the steps, or "" for none
		says, want     []string
	}{
		"same id": {
			`{"type": "say", "content": "new"}, {"id": "mail", "type": "ask", "kind": "email", "content": "E-mail?"}, {"type": "end", "content": "done"}`, "",
			[]string{"nope", "a@x.org"},
			[]string{"That does not look like an e-mail address. It should look like name@example.com. | E-mail?", "done"},
		},
		"id is gone":          {`{"type": "ask", "kind": "email", "content": "Mail?"}`, "", []string{"a@x.org"}, []string{"*model*"}},
		"id is no question":   {`{"id": "mail", "type": "say", "content": "a"}`, "", []string{"a@x.org"}, []string{"*model*"}},
		"gone, and the rules": {`{"type": "say"}`, "", []string{"opening hours"}, []string{"r"}},
		"gone, and begun":     {`{"type": "say", "content": "again"}`, "", []string{"begin"}, []string{"again"}},
		"no flow":             {``, "", []string{"a@x.org"}, []string{"*model*"}},
		"without an id":       {`{"type": "ask", "field": "y", "content": "Y?"}, {"type": "ask", "field": "x", "content": "X?"}`, "a@x.org", []string{"z"}, []string{"*model*"}},
	}
	for name, test := range tests {
		rules := []console.Rule{rule("r", "opening hours")}
		c := newCustomer(flows.Compile(rules, steps(t, before)))
		c.says("begin")
		if test.answers != "" {
			c.says(test.answers)
		}
		at := c.in.State.Step
		c.set = flows.Compile(rules, steps(t, test.after))
		first := c.set.Decide(flows.Input{Text: test.says[0], State: c.in.State, Now: wednesday()})
		if diff := cmp.Diff(test.want, walk(c, test.says...)); diff != "" {
			t.Errorf("%s: replies (-want +got):\n%s", name, diff)
		}
		if left := first.Outcome == flows.Dropped || first.Outcome == flows.Ended; name != "same id" && (!left || len(first.Notes) == 0) {
			t.Errorf("%s: the flow is left, and yet %q, notes %q", name, first.Outcome, first.Notes)
		}
		if first.Outcome == flows.Dropped && (first.Flow != "F" || first.Step != at) {
			t.Errorf("%s: it names flow %q and step %q, want F and %q", name, first.Flow, first.Step, at)
		}
	}
}

func TestOwnWordsToCancel(t *testing.T) {
	t.Parallel()
	c := newCustomer(flows.Compile(nil, decoded(t, `[{"name": "F", "trigger_keywords": [{"keyword": "begin"}], "cancel_keywords": ["other plans", "basta"],
		"cancel_response": "Fine, {{ contact.name }}.", "conversation_steps": [{"type": "ask", "field": "x", "content": "X?"}]}]`)))
	c.in.Contact.Name = "Ada"
	want := []string{"X?", "Fine, Ada.", "X?", "Fine, Ada.", "X?", "Fine, Ada.", "*model*"}
	if diff := cmp.Diff(want, walk(c, "begin", "I have other plans.", "begin", "BASTA", "begin", "stop", "stop")); diff != "" {
		t.Errorf("replies (-want +got):\n%s", diff)
	}
}

// A message in free words is an answer, unless a rule was clearly made for it.
func TestRulesInAFlow(t *testing.T) {
	t.Parallel()
	human := "handoff"
	rules := []console.Rule{rule("hours", "opening hours"), rule("price", "price"), rule("blank", "weather report")}
	rules[2].Response = ""
	rules[1].Action = &human
	c := newCustomer(flows.Compile(rules, steps(t, `{"type": "ask", "kind": "name", "content": "Name?"}, {"type": "end", "content": "{{ contact.name }}."}`)))
	want := []string{"Name?", "r | Name?", "r | Name?", "*model* Name?", "Max Price."}
	if diff := cmp.Diff(want, walk(c, "begin", "your opening hours", "price", "weather report", "Max Price")); diff != "" {
		t.Errorf("replies (-want +got):\n%s", diff)
	}
	c.says("begin")
	if d := c.says("price"); !d.Attention || d.Question != "Name?" || d.Outcome != flows.Digressed || d.Rule == nil || d.Step != "#1" {
		t.Errorf("price: %+v", d)
	}
}

// Two flows may have the same name; each goes on by itself.
func TestFlowsOfTheSameName(t *testing.T) {
	t.Parallel()
	const flow = `{"name": "F", "trigger_keywords": [{"keyword": %q}], "conversation_steps": [{"type": "ask", "content": %q}, {"type": "end", "content": %q}]}`
	c := newCustomer(flows.Compile(nil, decoded(t, "["+fmt.Sprintf(flow, "one", "1?", "1.")+","+fmt.Sprintf(flow, "two", "2?", "2.")+"]")))
	if diff := cmp.Diff([]string{"2?", "2.", "1?", "1."}, walk(c, "two", "x", "one", "x")); diff != "" {
		t.Errorf("replies (-want +got):\n%s", diff)
	}
}

// Whoever edits the flow is told why it was given up, and a human looks.
func TestACircleIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ steps, note string }{
		"the same over and over": {
			`{"id": "x", "type": "branch", "when": "now.hour > 99", "goto": "end"}, {"type": "say", "content": "a"}, {"type": "goto", "goto": "x"}`,
			"flow F, step x: went round in a circle without a question",
		},
		"always another": {
			`{"id": "x", "type": "set", "field": "n", "value": "{{ fields.n }}a"}, {"type": "branch", "when": "now.hour > 3", "goto": "x"}`,
			"flow F, step #2: went through 100 steps without a question",
		},
	} {
		d := newCustomer(flows.Compile(nil, steps(t, test.steps))).says("begin")
		if !d.Attention || d.Outcome != flows.HandedOff || d.State.InFlow() || !cmp.Equal(d.Notes, []string{test.note}) {
			t.Errorf("%s: %+v, want a human and the note %q", name, d, test.note)
		}
	}
}
