package flows_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// The examples of docs/rules.md do what the page says.
func TestThePageIsTrue(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	var set *flows.Set
	ran := map[string]int{}
	for i, block := range strings.Split(string(page), "```") {
		kind, text, _ := strings.Cut(block, "\n")
		if i%2 == 0 {
			continue
		}
		ran[kind]++
		switch kind {
		case "json":
			set = compiled(t, text)
		case "chat":
			chat(t, set, text)
		case "conditions":
			conditions(t, text)
		default:
			t.Errorf("a block of the kind %q is not run", kind)
		}
	}
	if ran["json"] < 2 || ran["chat"] < 4 || ran["conditions"] < 1 {
		t.Errorf("too little was run: %v", ran)
	}
}

// compiled makes a Set of rules and flows that must be sound.
func compiled(t *testing.T, text string) *flows.Set {
	t.Helper()
	var in struct {
		Rules []console.Rule
		Flows []console.Flow
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&in); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if faults := flows.Check(in.Rules, in.Flows); faults != nil {
		t.Errorf("Check = %v", faults)
	}
	return flows.Compile(in.Rules, in.Flows)
}

// chat holds a conversation to what is written: what the customer says behind >, the replies behind
// <, where *model* is whatever a model says.
func chat(t *testing.T, set *flows.Set, text string) {
	t.Helper()
	c := newCustomer(set)
	for turn := range strings.SplitSeq(text, "> ") {
		said, replies, _ := strings.Cut(strings.TrimSuffix(turn, "\n"), "\n")
		if said == "" {
			continue
		}
		var want []string
		for reply := range strings.SplitSeq(replies, "\n") {
			want = append(want, strings.TrimPrefix(strings.TrimPrefix(reply, "<"), " "))
		}
		d := c.says(said)
		got := d.Text
		if !d.Decided() {
			got = strings.TrimSpace("*model*\n\n" + d.After)
		}
		if got != strings.Join(want, "\n") {
			t.Errorf("%q is answered %q, want %q", said, got, strings.Join(want, "\n"))
		}
	}
}

func conditions(t *testing.T, text string) {
	t.Helper()
	in := newCustomer(nil).in
	in.Text = "Tell me how much the bread is"
	in.Contact = flows.Contact{Name: "Ada Obi", Tags: []string{"vip"}, Fields: map[string]string{"city": "Lagos"}}
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		at := strings.LastIndex(line, " ")
		rules := []console.Rule{given("r", "/.*/", line[:at])}
		if faults := flows.Check(rules, nil); faults != nil {
			t.Errorf("%s: %v", line, faults)
		}
		if got := flows.Compile(rules, nil).Decide(in).Rule != nil; got != (line[at+1:] == "true") {
			t.Errorf("%s: it is %t", line, got)
		}
	}
}
