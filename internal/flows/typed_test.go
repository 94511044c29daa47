package flows_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/flows"
)

// branching is a flow that asks for a field of each kind and then goes by a condition.
func branching(when string) string {
	return `{"type": "ask", "field": "n", "kind": "number", "content": "n?"}, {"type": "ask", "kind": "name", "content": "name?"},
		{"type": "ask", "field": "day", "kind": "date", "content": "day?"}, {"type": "ask", "field": "size", "options": ["1", "2"], "content": "size 1 or 2?"},
		{"type": "set", "field": "note", "value": "{{ fields.n }}"},
		{"type": "branch", "when": "` + strings.ReplaceAll(when, `"`, `\"`) + `", "goto": "yes"}, {"type": "end", "content": "no"}, {"id": "yes", "type": "end", "content": "yes"}`
}

// Conditions reckon with the numbers of a flow, and what is of the wrong kind is refused when it is saved. The
// answers are 7, Ada, 2026-12-24 and 2.
func TestConditionsKnowTheKindsOfFields(t *testing.T) {
	t.Parallel()
	tests := []struct{ when, want string }{
		{"fields.n % 2 == 1", "yes"},
		{"fields.n % 2 == 0", "no"},
		{"fields.n % 2.5 == 2", "yes"},
		{"(now.hour + fields.n) % 3 == 0", "yes"},
		{"fields.n % 0 == 0", "no"},
		{"fields.n + 1 == 8", "yes"},
		{"fields.n + now.hour > 20", "yes"},
		{"1 + fields.n * 2 - 1 == 14", "yes"},
		{"fields['n'] + 0.5 == 7.5", "yes"},
		{"fields.n in [6, 7]", "yes"},
		{"fields.n in [6, 8]", "no"},
		{"fields.n == nil", "no"},
		{"fields.n != nil && -fields.n < 0", "yes"},
		{"round(fields.n / 2) == 4", "yes"},
		{"float(fields.size) + 1 == 3", "yes"},
		{"fields.size == '2'", "yes"},
		{"fields.name == 'Ada' && fields.name contains 'd'", "yes"},
		{"fields.day > '2026-12-01' && fields.day > now.date", "yes"},
		{"len(fields.name) + 4 == fields.n", "yes"},
		{"fields.note == '7'", "yes"},
		{"message.words[now.hour % 2] == '2'", "yes"},
		{"now.hour % 2 + 1 == 1", "yes"},

		{"fields.name > 3", ""},
		{"fields.name == 3", ""},
		{"fields.n == '7'", ""},
		{"fields.n > '3'", ""},
		{"fields.n contains '7'", ""},
		{"fields.n matches '7'", ""},
		{"len(fields.n) > 3", ""},
		{"fields.day > 20261201", ""},
		{"fields.size == 2", ""},
		{"fields.size + 1 == 3", ""},
		{"fields.name + 'x' == ''", ""},
		{"fields.name % 2 == 1", ""},
		{"fields.note > 3", ""},
		{"fields.n", ""},
		{"!fields.n", ""},
		{"says(fields.n)", ""},
		{"fields.other % 2 == 1", ""},
	}
	for _, test := range tests {
		written := steps(t, branching(test.when))
		faults := flows.Check(nil, written)
		if test.want == "" {
			if diff := cmp.Diff([]string{"flows.0.conversation_steps.5.when"}, paths(faults)); diff != "" {
				t.Errorf("%s: Check (-want +got):\n%s", test.when, diff)
			}
			for _, f := range faults {
				if strings.Contains(f.Fault, "flows.") || strings.Contains(f.Fault, "\n") {
					t.Errorf("%s has the fault %q", test.when, f.Fault)
				}
			}
			continue
		}
		if faults != nil {
			t.Errorf("%s is refused: %v", test.when, faults)
		}
		got := walk(newCustomer(flows.Compile(nil, written)), "begin", "7", "Ada", "24 December 2026", "2")
		if said := got[len(got)-1]; said != test.want {
			t.Errorf("%s is %s, want %s", test.when, said, test.want)
		}
	}
}

// A field that nobody has answered yet is nil: what reckons with it does not hold, and all else goes on.
func TestConditionsOnFieldsThatAreNotAnswered(t *testing.T) {
	t.Parallel()
	for when, want := range map[string]string{
		"fields.n == nil": "yes", "fields.n != nil": "no", "fields.n + 1 > 0": "no", "fields.n % 2 == 0": "no", "fields.name != 'Ada'": "yes",
		"fields.name == ''": "no",
	} {
		set := flows.Compile(nil, steps(t, `{"type": "branch", "when": "`+when+`", "goto": "yes"}, {"type": "say", "content": "no"},
			{"type": "ask", "field": "n", "kind": "number", "content": "?"}, {"type": "ask", "kind": "name", "content": "?"}, {"id": "yes", "type": "end", "content": "yes"}`))
		if got := walk(newCustomer(set), "begin")[0]; !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %s", when, got, want)
		}
	}
}
