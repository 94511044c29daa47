package flows_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// programmers finds words that nobody knows who does not program.
var programmers = regexp.MustCompile(`strconv|interface ?\{|float64|\bint\b|\bstring\b|\[\]|nil pointer|panic|reflect`)

// Why a condition or a response could not be worked out is told in plain words, and without what the customer wrote.
func TestFaultsAreToldInPlainWords(t *testing.T) {
	t.Parallel()
	for condition, want := range map[string]string{
		`int(contact.name) > 1`:          "takes a text for a number that is none",
		`float(contact.fields.city) > 1`: "takes a text for a number that is none",
		`max(contact.tags) > 1`:          "uses a function with what it is not for",
		`contact.tags[7] == "x"`:         "asks for an entry that its list does not have",
	} {
		r := rule("r", "/.*/")
		r.Condition, r.Response = &condition, "x"
		d := flows.Compile([]console.Rule{r}, nil).Decide(reader())
		toldPlainly(t, condition, d.Notes, want)
	}
	for response, want := range map[string]string{
		`{{ contact.name | plus: 1 }}`:          "needs a number where it has something else",
		`{{ contact.tags | plus: 1 }}`:          "needs a number where it has something else",
		`{{ contact.name | join: 3 }}`:          "needs a list where it has something else",
		`{{ contact.name | truncate: "x" }}`:    "needs a number where it has something else",
		`{{ 1 | divided_by: contact.tags[3] }}`: "divided by what is no number",
		`{{ 1 | modulo: 0 }}`:                   "division by zero",
	} {
		d, _ := told(response, reader())
		toldPlainly(t, response, d.Notes, want)
	}
}

func toldPlainly(t *testing.T, what string, notes []string, want string) {
	t.Helper()
	if len(notes) != 1 || !strings.Contains(notes[0], want) || programmers.MatchString(notes[0]) || strings.Contains(notes[0], "Ada Obi") {
		t.Errorf("%s: notes %q, want %q", what, notes, want)
	}
}

// So is what is wrong with a condition that is saved.
func TestConditionsAreRefusedInPlainWords(t *testing.T) {
	t.Parallel()
	for condition, want := range map[string]string{
		`contact.fields.city > 3`:     "mismatched types text and number",
		`contact.fields.city && true`: "mismatched types text and true or false",
		`round(contact.name) > 1`:     "invalid argument for round (type text)",
		`int(contact.tags) > 1`:       "(type list)",
		`lower(now.hour) == "a"`:      "cannot use number as argument (type text)",
		`contact.tags["a"] == "x"`:    "(got text)",
	} {
		r := rule("r", "/.*/")
		r.Condition, r.Response = &condition, "x"
		faults := flows.Check([]console.Rule{r}, nil)
		if len(faults) != 1 || !strings.Contains(faults[0].Fault, want) || programmers.MatchString(strings.TrimPrefix(faults[0].Fault, "is no condition: invalid argument for int")) {
			t.Errorf("%s: %v, want %q", condition, faults, want)
		}
	}
}
