package flows_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// verdictOn is what comes of a rule with a condition, and the faults that it has when it is saved.
func verdictOn(condition string, in flows.Input) (flows.Considered, []console.Field) {
	rules := []console.Rule{given("r", "/.*/", condition)}
	_, all := flows.Compile(rules, nil).Explain(in)
	return all[0], flows.Check(rules, nil)
}

func TestConditions(t *testing.T) {
	t.Parallel()
	in := newCustomer(nil).in
	in.Text = "Hello, what is the price of bread? 🍞👍🏽"
	in.Conversation.Messages = 1
	in.Agent.BusinessName = new(string)
	tests := []struct {
		condition string
		want      flows.Verdict
		faulty    bool
	}{
		{"= true", flows.VerdictFired, false},
		{"true", flows.VerdictFired, false},
		{"=false", flows.VerdictFalse, false},
		{`now.hour == 14 && now.minute == 5 && now.day == 25 && now.month == 11 && now.year == 2026`, flows.VerdictFired, false},
		{`now.date == "2026-11-25" && now.time == "14:05"`, flows.VerdictFired, false},
		{`conversation.first_message && conversation.message_count == 1 && !conversation.is_test`, flows.VerdictFired, false},
		{`agent.name == "Ada" && agent.language == "en" && business.name == ""`, flows.VerdictFired, false},
		{`message.language == "en"`, flows.VerdictFired, false},
		{`message.words[0] == "hello" && len(message.words) == 7 && message.length == 38`, flows.VerdictFired, false},
		{`says("Price of") and not says("price for")`, flows.VerdictFired, false},
		{`says("👍") && says("🍞 👍") && !says("👎")`, flows.VerdictFired, false},
		{`says("")`, flows.VerdictFalse, false},
		{`contact.fields["no such"] == ""`, flows.VerdictFired, false},
		{`message.text matches "pri.e"`, flows.VerdictFired, false},
		{`message.words[100] == "x"`, flows.VerdictFailed, false},
		{`1 / 0 > 3`, flows.VerdictFired, false},

		// What older clients write is for the model.
		{"in 30 days", flows.VerdictProse, false},
		{"if the customer is angry", flows.VerdictProse, false},
		{"c", flows.VerdictProse, false},
		{"not open", flows.VerdictProse, false},
		{"price > 100", flows.VerdictProse, false},
		{`"quoted"`, flows.VerdictProse, false},
		{strings.Repeat("only if ", 1000), flows.VerdictProse, false},

		{"open 9..17", flows.VerdictProse, false},
		{"wait... then ask", flows.VerdictProse, false},

		// What was meant as an expression is refused.
		{"1 in 1..1000000000", flows.VerdictProse, true},
		{"now in (1..3)", flows.VerdictProse, true},
		{"3 in [1, 2..1000000000]", flows.VerdictProse, true},
		{"= if the customer is angry", flows.VerdictProse, true},
		{`contact.nme == ""`, flows.VerdictProse, true},
		{`contact.email == 3`, flows.VerdictProse, true},
		{`message.text = "x" && true`, flows.VerdictProse, true},
		{`= message.text`, flows.VerdictProse, true},
		{`fields.guests == 3`, flows.VerdictProse, true},
		{`= "` + strings.Repeat("x", 1000) + `" == ""`, flows.VerdictProse, true},
		{"= " + strings.Repeat("true && ", 110) + "true", flows.VerdictProse, true},
		{"= " + strings.Repeat("(", 400) + "true" + strings.Repeat(")", 400), flows.VerdictFired, false},

		// What could run long is not in the language.
		{`= len(1..1000000000) > 3`, flows.VerdictProse, true},
		{`= any(1..1000000000, # == -1)`, flows.VerdictProse, true},
		{`= repeat("x", 1000000000) == ""`, flows.VerdictProse, true},
		{`= let x = message.text; x == ""`, flows.VerdictProse, true},
		{`= message.text + message.text == ""`, flows.VerdictProse, true},
		{`= "a" + "b" == ""`, flows.VerdictProse, true},
		{`= any(message.words, any(message.words, # == "x"))`, flows.VerdictProse, true},
		{`= any(message.words, all(["a"], # == "x"))`, flows.VerdictProse, true},
		{`= reduce(message.words, 1, 0) > 2`, flows.VerdictProse, true},
		{`= len(map(message.words, message.words)) > 2`, flows.VerdictProse, true},
		{`= message.text matches message.text`, flows.VerdictProse, true},
		{`= message.text matches "(a{1000}){1000}"`, flows.VerdictProse, true},
		{`= message.text matches "((a{30}){30}){30}"`, flows.VerdictProse, true},
		{`= "a" in {"a": 1}`, flows.VerdictProse, true},
		{`= date("2026-01-01").Year() > 3`, flows.VerdictProse, true},
		{`= now().Year() > 3`, flows.VerdictProse, true},
		{`= fromJSON("[1]") == 1`, flows.VerdictProse, true},
		{"= true\x00", flows.VerdictProse, true},
	}
	for _, test := range tests {
		got, faults := verdictOn(test.condition, in)
		if got.Verdict != test.want || (faults != nil) != test.faulty {
			t.Errorf("%.80q is %s (%s) with the faults %v, want %s and faults %t",
				test.condition, got.Verdict, got.Note, faults, test.want, test.faulty)
		}
		for _, f := range faults {
			if f.Path != "rules.0.condition" || strings.Contains(f.Fault, "flows.") || strings.Contains(f.Fault, "\n") {
				t.Errorf("%.80q has the fault %+v", test.condition, f)
			}
		}
	}
}

// A condition that is reached costs little, and the same machine serves all of them.
func TestConditionsManyAtOnce(t *testing.T) {
	t.Parallel()
	set := flows.Compile([]console.Rule{given("a", "x", "contact.name == 'Ada'"), given("b", "x", "contact.name == 'Bob'")}, nil)
	for range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for i := range 200 {
				name, want := "Ada", "a"
				if i%2 == 1 {
					name, want = "Bob", "b"
				}
				d := set.Decide(flows.Input{Text: "x", Contact: flows.Contact{Name: name}})
				if d.Rule == nil || d.Rule.ID != want {
					t.Fatalf("%s: %+v, want rule %s", name, d.Rule, want)
				}
			}
		})
	}
}

// Conditions that each are allowed can be too much together: what is left then does not hold.
func TestConditionsThatAreTooMuch(t *testing.T) {
	t.Parallel()
	for _, heavy := range []string{
		`any(message.words, upper(lower(message.text)) == # || says("zz") || upper(message.text) == #)`,
		`message.text matches "(x|a|b)*(a|aa){90}[bc]$"`,
	} {
		var rules []console.Rule
		for i := range 200 {
			rules = append(rules, given("heavy"+strconv.Itoa(i), "a", "= "+heavy))
		}
		rules = append(rules, rule("light", "a"))
		if faults := flows.Check(rules, nil); faults != nil {
			t.Fatalf("%s: %v", heavy, faults)
		}
		d := flows.Compile(rules, nil).Decide(flows.Input{Text: strings.Repeat("a é", 3000)})
		if d.Rule == nil || d.Rule.ID != "light" || len(d.Notes) != 10 || !strings.Contains(d.Notes[0], "too much work") {
			t.Errorf("%s: %+v, notes %.300q", heavy, d.Rule, d.Notes)
		}
	}
}

func FuzzCondition(f *testing.F) {
	for _, s := range []string{
		"= true", `contact.tags[0] in ["a"]`, `any(message.words, # startsWith "x")`, "1..3", "{}", "a ? b : c", "now.hour % 0 == 1",
		`message.text matches "["`, "let a = 1; a", "#", "says(1)", "= contact?.name ?? ''", "-9223372036854775808 / -1 == 0",
	} {
		f.Add(s, "hello")
	}
	f.Fuzz(func(t *testing.T, condition, text string) {
		in := newCustomer(nil).in
		in.Text, in.Contact.Tags = text, []string{"a", text}
		got, faults := verdictOn(condition, in)
		if got.Verdict == flows.VerdictFired && faults != nil {
			t.Errorf("%q fires, and yet it is refused: %v", condition, faults)
		}
		if again, _ := verdictOn(condition, in); again != got && *again.Rule != *got.Rule {
			t.Errorf("%q is %+v and then %+v", condition, got, again)
		}
	})
}
