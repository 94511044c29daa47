package flows_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// Of two rules of one id a record could not tell which has decided.
func TestCheckRulesOfOneID(t *testing.T) {
	t.Parallel()
	rules := []console.Rule{rule("a", "one"), rule("b", "two"), rule("a", "three"), rule("", "four"), rule("", "five")}
	if diff := cmp.Diff([]string{"rules.2.id"}, paths(flows.Check(rules, nil))); diff != "" {
		t.Errorf("Check (-want +got):\n%s", diff)
	}
}

// Options that are signs are told apart, and chosen, by the signs.
func TestOptionsThatAreSigns(t *testing.T) {
	t.Parallel()
	const thumbs, marks = `"options": ["👍", "👎"]`, `"options": ["+", "-"]`
	for _, test := range []struct{ options, answer, want string }{
		{thumbs, "👍", "👍"},
		{thumbs, "👎", "👎"},
		{thumbs, "👎🏽", "👎"},
		{thumbs, "👎👎", "👎"},
		{thumbs, "👎 please", "👎"},
		{thumbs, "2", "👎"},
		{thumbs, "🙂", ""},
		{thumbs, "👍👎", ""},
		{thumbs, "!!", ""},
		{thumbs, "not 👍", ""},
		{marks, "-", "-"},
		{marks, "+", "+"},
		{marks, "*", ""},
		{`"options": ["👍", "no"]`, "no", "no"},
		{`"options": ["👍", "no"]`, "👍", "👍"},
		{`"options": ["👍", "no"]`, "...", ""},
	} {
		if got := answered(t, test.options, "en", test.answer); got != test.want {
			t.Errorf("%s: %q is taken as %q, want %q", test.options, test.answer, got, test.want)
		}
	}
}

// A set of the customer's name, address or number fills the contact as an ask does, and keeps what is none of these
// with the flow alone.
func TestSetFillsTheContact(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ field, said, want, learned string }{
		{"email", "begin ada@Example.com", "ada@example.com", "email"},
		{"phone", "begin 0803 123 4567", "+2348031234567", "phone"},
		{"name", "begin Ada Obi", "Ada Obi", "name"},
		{"mood", "begin well", "well", "text"},
		{"email", "begin nothing", "", ""},
	} {
		set := flows.Compile(nil, steps(t, `{"type": "set", "field": "`+test.field+`", "value": "{{ message.text | remove: 'begin' | strip }}"},
			{"type": "say", "content": "{{ fields.`+test.field+` }}"}`))
		d := newCustomer(set).says(test.said)
		var got, kind string
		for _, l := range d.Learned {
			got, kind = l.Value, string(l.Kind)
		}
		if got != test.want || kind != test.learned {
			t.Errorf("%s: %q learns the %s %q, want the %s %q", test.field, test.said, kind, got, test.learned, test.want)
		}
	}
}
