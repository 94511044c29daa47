package flows_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

func TestStateThroughText(t *testing.T) {
	t.Parallel()
	full := flows.State{Flow: "F", Version: "v", Step: "#2", Fields: map[string]string{}, Given: []string{"f0", "f1"}, Tries: 2, Strayed: 1}
	for i := range 50 {
		full.Fields[fmt.Sprintf("f%d", i)] = strings.Repeat("\x01é", 500)
	}
	for _, want := range []flows.State{{}, {Flow: "F"}, full} {
		if diff := cmp.Diff(want, flows.DecodeState(want.Encode())); diff != "" {
			t.Errorf("a State is another after Encode and DecodeState (-want +got):\n%s", diff)
		}
	}
	if got := (flows.State{Step: "x"}).Encode(); got != "" {
		t.Errorf("Encode of a State outside of all flows = %q, want nothing", got)
	}
}

func TestHostileState(t *testing.T) {
	t.Parallel()
	tests := map[string]flows.State{
		"":                                       {},
		"{":                                      {},
		"3":                                      {},
		"nul":                                    {},
		`{"flow":""}`:                            {},
		`{"flow":"F","step":3}`:                  {},
		`{"step":"#1","tries":1}`:                {},
		`{"flow":"F","tries":-5,"strayed":-1}`:   {Flow: "F"},
		`{"flow":"F","fields":{"a":"b"}}`:        {Flow: "F", Fields: map[string]string{"a": "b"}},
		`{"flow":"F","fields":{"A b":"c"}}`:      {Flow: "F", Fields: map[string]string{}},
		`{"flow":"F","tries":1e99}`:              {},
		`{"flow":"` + strings.Repeat("x", 1<<20): {},
		`{"flow":"F","fields":{"a":"` + strings.Repeat("x", 1001) + `"}}`: {Flow: "F", Fields: map[string]string{}},
	}
	for text, want := range tests {
		if diff := cmp.Diff(want, flows.DecodeState(text)); diff != "" {
			t.Errorf("DecodeState(%.60q) (-want +got):\n%s", text, diff)
		}
	}
}

// Whatever is said and whatever is stored, a decision comes, and its State can be kept.
func FuzzDecide(f *testing.F) {
	set := flows.Compile([]console.Rule{rule("a", "opening hours, /x+/, {b c}"), given("b", "/.*/", "contact.name == 'x'")}, decoded(f, lead))
	c := newCustomer(set)
	for _, said := range []string{"I want a demo", "Ada", "ada@x.org", "0803 123 4567", "tomorrow", "3", "small"} {
		f.Add(said, c.in.State.Encode())
		c.says(said)
		f.Add("stop", c.in.State.Encode())
	}
	f.Add("\xff", `{"flow":"Demo","step":"#7","tries":999999999}`)
	f.Add("", `{"flow":"Demo","step":"many","fields":{"guests":"x","name":""}}`)
	f.Fuzz(func(t *testing.T, said, state string) {
		in := newCustomer(set).in
		in.Text, in.State = said, flows.DecodeState(state)
		d := set.Decide(in)
		if diff := cmp.Diff(d, set.Decide(in)); diff != "" {
			t.Errorf("%q in %q is decided in two ways:\n%s", said, state, diff)
		}
		if n := utf8.RuneCountInString(d.Text); n > console.MaxMessageLength {
			t.Errorf("%q in %q: a reply of %d characters", said, state, n)
		}
		if d.State.InFlow() && (d.Text == "" && d.After == "" || d.Question == "") {
			t.Errorf("%q in %q: the flow waits and has asked nothing: %+v", said, state, d)
		}
		if utf8.ValidString(said) && d.State.InFlow() {
			if diff := cmp.Diff(d.State, flows.DecodeState(d.State.Encode())); diff != "" {
				t.Errorf("%q in %q: the State can't be kept:\n%s", said, state, diff)
			}
		}
	})
}

// Whatever the words, a trigger matches itself with anything around it.
func FuzzTrigger(f *testing.F) {
	f.Add("opening hours", "What are your opening hours?")
	f.Add("a,b|c\nd", "c")
	f.Add("营业时间", "请问你们的营业时间")
	f.Add("{b a}", "a b")
	f.Add("/a|b/, c", "b")
	f.Add("/(/", "(")
	f.Add("", "")
	f.Add("\xff", "a\xffb")
	f.Fuzz(func(t *testing.T, trigger, text string) {
		rules := []console.Rule{rule("a", trigger), rule("b", trigger)}
		got := fired(rules, text)
		if got == "b" {
			t.Error("the rule that answers is not the first of equals")
		}
		if strings.ContainsAny(trigger, "/") {
			return // what an expression matches need not match itself
		}
		alone, within := fired(rules, trigger) != "", fired(rules, text+" , "+trigger+" ! "+text) != ""
		if alone && !within {
			t.Errorf("trigger %q matches itself alone, but not within %q", trigger, text)
		}
		if got != "" && !alone {
			t.Errorf("trigger %q matches %q, but not itself", trigger, text)
		}
	})
}

func TestExplain(t *testing.T) {
	t.Parallel()
	off := rule("off", "hours")
	off.Enabled = false
	rules := []console.Rule{
		rule("hours", "hours, opening hours"), off, given("prose", "hours", "if angry"), given("false", "opening hours", "= false"),
		given("failed", "opening hours", "message.words[99] == ''"), rule("beaten", "hours"), rule("other", "price"),
	}
	written := decoded(t, `[
		{"name": "Begun", "trigger_keywords": [{"keyword": "hours"}], "conversation_steps": [{"type": "say", "content": "c"}]},
		{"name": "Off", "is_active": false, "trigger_keywords": [{"keyword": "hours"}], "conversation_steps": [{"type": "say"}]},
		{"name": "Words", "trigger_keywords": [{"keyword": "hours"}], "conversation_steps": [{"type": "say"}, {"type": "dance"}]},
		{"name": "Low", "trigger_keywords": [{"keyword": "hours", "weight": "low"}], "conversation_steps": [{"type": "say"}]},
		{"name": "Other", "trigger_keywords": [{"keyword": "x"}], "conversation_steps": [{"type": "say"}]}]`)
	show := func(all []flows.Considered) []string {
		var lines []string
		for _, c := range all {
			name := c.Flow
			if c.Rule != nil {
				name = c.Rule.ID
			}
			lines = append(lines, strings.TrimRight(fmt.Sprintf("%s %s %q %s", name, c.Verdict, c.By, c.Note), " "))
		}
		return lines
	}
	in := newCustomer(nil).in
	in.Text = "Your opening hours?"
	d, all := flows.Compile(rules, written).Explain(in)
	want := []string{
		`hours fired "opening hours"`, `off off "hours"`, `prose prose "hours" unexpected token EOF`,
		`false condition_false "opening hours"`, `failed failed "opening hours" the condition asks for an entry that its list does not have`,
		`beaten beaten "hours"`, `other no_match ""`,
		`Begun beaten "hours"`, `Off off "hours"`, `Words described "hours" step 2 is of the type "dance", which only a model can follow`,
		`Low no_match "hours" its keywords in the message weigh 1, and it begins at 2`, `Other no_match ""`,
	}
	if diff := cmp.Diff(want, show(all)); diff != "" {
		t.Errorf("Explain (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(d, flows.Compile(rules, written).Decide(in)); diff != "" || d.Rule == nil || d.Rule.By != "opening hours" {
		t.Errorf("Explain decides %+v, Decide not so:\n%s", d, diff)
	}
	d, all = flows.Compile(rules[1:3], written).Explain(in)
	if got := show(all)[2]; got != `Begun fired "hours"` || d.Flow != "Begun" {
		t.Errorf("the flow that begins is %q, and %q is decided", got, d.Flow)
	}
}
