package flows_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/flows"
)

// Numbers are numbers in responses, and said as people write them.
func TestResponsesReckon(t *testing.T) {
	t.Parallel()
	for template, want := range map[string][2]string{ // for 12 and for 400
		"{% if fields.n > 100 %}many{% else %}few{% endif %}": {"few", "many"},
		"{% if fields.n == 12 %}a dozen{% endif %}.":          {"a dozen.", "."},
		"{{ fields.n }}":                           {"12", "400"},
		"{{ fields.n | times: 100000 }}":           {"1200000", "40000000"},
		"{{ fields.n | times: 250000.5 }}":         {"3000006", "100000200"},
		"{{ fields.n | plus: 1000000.25 }}":        {"1000012.25", "1000400.25"},
		"{{ 0.1 | times: 3 | plus: fields.n }}":    {"12.3", "400.3"},
		"{{ 4800 | divided_by: fields.n }}":        {"400", "12"},
		"{{ fields.n | divided_by: 5 }}":           {"2", "80"},
		"{{ fields.n | divided_by: 5.0 }}":         {"2.4", "80"},
		"{{ fields.n | modulo: 7 }}":               {"5", "1"},
		"{{ fields.n | times: 1.005 | round: 1 }}": {"12.1", "402"},
		"{{ fields.n | minus: 400 | abs }}":        {"388", "0"},
	} {
		steps := `[{"name": "n", "trigger_keywords": [{"keyword": "begin"}], "conversation_steps": [
			{"type": "ask", "field": "n", "kind": "number", "content": "How many?"}, {"type": "end", "content": "` + template + `"}]}]`
		c := newCustomer(flows.Compile(nil, decoded(t, steps)))
		got := walk(c, "begin", "12", "begin", "400")
		if diff := cmp.Diff([]string{"How many?", want[0], "How many?", want[1]}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", template, diff)
		}
	}
}

// What a flow has just set is known, and is not overwritten by what was known before.
func TestWhatWasJustSetIsKnown(t *testing.T) {
	t.Parallel()
	c := newCustomer(flows.Compile(nil, decoded(t, `[{"name": "n", "trigger_keywords": [{"keyword": "begin"}], "conversation_steps": [
		{"type": "set", "field": "city", "value": "Lagos"},
		{"type": "ask", "field": "city", "skip_if_known": true, "content": "City?"},
		{"type": "end", "content": "{{ fields.city }}, {{ contact.fields.city }}"}]}]`)))
	c.in.Contact.Fields = map[string]string{"city": "Kano"}
	if diff := cmp.Diff([]string{"Lagos, Lagos"}, walk(c, "begin")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
