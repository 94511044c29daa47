package flows_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// wednesday is when the tests take place.
func wednesday() time.Time { return time.Date(2026, 11, 25, 14, 5, 0, 0, time.UTC) }

// decoded reads flows as they come from a client.
func decoded(tb testing.TB, text string) []console.Flow {
	tb.Helper()
	var all []console.Flow
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&all); err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return all
}

// customer is one conversation with a Set.
type customer struct {
	set *flows.Set
	in  flows.Input
}

func newCustomer(set *flows.Set) *customer {
	return &customer{set: set, in: flows.Input{
		Now:          wednesday(),
		Agent:        console.Agent{Name: "Ada", Language: "en", Timezone: "Africa/Lagos"},
		Conversation: flows.Conversation{Channel: console.Webchat},
	}}
}

// says sends a message and keeps the state, as the reply engine does, through its text.
func (c *customer) says(text string) flows.Decision {
	c.in.Text = text
	c.in.Conversation.Messages++
	d := c.set.Decide(c.in)
	c.in.State = flows.DecodeState(d.State.Encode())
	return d
}

const lead = `[{"name": "Demo", "trigger_keywords": [{"keyword": "demo"}], "conversation_steps": [
	{"type": "message", "content": "Gladly."},
	{"type": "ask", "kind": "name", "content": "What is your name?"},
	{"type": "ask", "kind": "email", "content": "And your e-mail address, {{ contact.first_name }}?"},
	{"type": "ask", "kind": "phone", "content": "Your number?", "tries": 2},
	{"type": "ask", "field": "day", "kind": "date", "min": "today", "content": "Which day?"},
	{"type": "ask", "field": "guests", "kind": "number", "min": 1, "content": "How many?"},
	{"type": "branch", "when": "fields.guests > 8", "goto": "many"},
	{"type": "ask", "field": "size", "options": ["small", "extra small", "large"], "content": "Which size?"},
	{"type": "end", "content": "Thank you, {{ fields.name }}: {{ fields.day | date: '%A' }}, {{ fields.guests }}, {{ fields.size }}."},
	{"type": "handoff", "id": "many", "content": "A colleague will see to it."}]}]`

func TestAFlowFromEndToEnd(t *testing.T) {
	t.Parallel()
	rules := []console.Rule{rule("hours", "opening hours")}
	if faults := flows.Check(rules, decoded(t, lead)); faults != nil {
		t.Fatalf("Check = %v", faults)
	}
	c := newCustomer(flows.Compile(rules, decoded(t, lead)))
	tests := []struct {
		says, want string
		outcome    flows.Outcome
		learned    string
	}{
		{"I want a demo", "Gladly.\n\nWhat is your name?", flows.Began, ""},
		{"I'm Ada Lovelace", "And your e-mail address, Ada?", flows.WentOn, "Ada Lovelace"},
		{"ada at x", "That does not look like an e-mail address. It should look like name@example.com.\n\n" +
			"And your e-mail address, Ada?", flows.Asked, ""},
		{"what are your opening hours", "r\n\nAnd your e-mail address, Ada?", flows.Digressed, ""},
		{"is it free?", "", flows.Digressed, ""},
		{"ada@x.org please", "Your number?", flows.WentOn, "ada@x.org"},
		{"0803 123 4567", "Which day?", flows.WentOn, "+2348031234567"},
		{"tomorrow", "How many?", flows.WentOn, "2026-11-26"},
		{"two of us", "Which size?\n1. small\n2. extra small\n3. large", flows.WentOn, "2"},
		{"Smal", "Thank you, Ada Lovelace: Thursday, 2, small.", flows.Ended, "small"},
		{"thanks", "", "", ""},
	}
	for _, test := range tests {
		d := c.says(test.says)
		learned := ""
		if len(d.Learned) > 0 {
			learned = d.Learned[0].Value
		}
		if d.Text != test.want || d.Outcome != test.outcome || learned != test.learned {
			t.Errorf("%q is answered %q (%s, learned %q), want %q (%s, %q)",
				test.says, d.Text, d.Outcome, learned, test.want, test.outcome, test.learned)
		}
		if test.says == "is it free?" && d.After != "And your e-mail address, Ada?" {
			t.Errorf("%q: after the model comes %q", test.says, d.After)
		}
	}
	if diff := cmp.Diff(flows.State{}, c.in.State); diff != "" {
		t.Errorf("the flow has ended, and yet (-want +got):\n%s", diff)
	}
}
