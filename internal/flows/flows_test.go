package flows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

func rule(id, trigger string) console.Rule {
	return console.Rule{ID: id, Name: id, Trigger: trigger, Response: "r", Enabled: true}
}

func TestMatchOneRule(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		trigger, text string
		want          bool
	}{
		"same":                     {"hello", "hello", true},
		"case":                     {"Hello", "HELLO there", true},
		"in the middle":            {"price", "What is the price of bread?", true},
		"punctuation around":       {"price", "(price)!", true},
		"part of a word":           {"rice", "What is the price?", false},
		"beginning of a word":      {"open", "opening", false},
		"phrase":                   {"opening hours", "Your opening hours, please", true},
		"phrase over punctuation":  {"opening hours", "opening-hours", true},
		"phrase in another order":  {"opening hours", "hours opening", false},
		"phrase with a gap":        {"opening hours", "opening the hours", false},
		"half a phrase":            {"opening hours", "opening", false},
		"apostrophe":               {"what's up", "What’s up?", true},
		"accent missing":           {"menú", "el menu por favor", true},
		"accent added":             {"menu", "el menú por favor", true},
		"decomposed":               {"café", "cafe\u0301", true},
		"alternatives by comma":    {"price, cost , fee", "what does it cost", true},
		"alternatives by bar":      {"price|cost", "the cost", true},
		"alternatives by line":     {"price\r\ncost", "the cost", true},
		"alternatives, none":       {"price, cost", "how much", false},
		"not over alternatives":    {"a, b", "ab", false},
		"empty trigger":            {"", "hello", false},
		"blank trigger":            {" \n\t ", "hello", false},
		"only punctuation":         {"?!,|", "hello ?!", false},
		"empty alternative":        {"hello,,", "goodbye", false},
		"empty text":               {"hello", "", false},
		"both empty":               {"", "", false},
		"chinese":                  {"营业时间", "请问你们的营业时间是什么？", true},
		"chinese, other":           {"营业地点", "请问你们的营业时间是什么？", false},
		"chinese comma":            {"价格，多少钱", "这个多少钱？", true},
		"japanese":                 {"営業時間", "営業時間を教えて", true},
		"korean with ending":       {"영업시간", "영업시간이 어떻게 되나요?", true},
		"arabic":                   {"مواعيد العمل", "ما هي مواعيد العمل؟", true},
		"arabic comma":             {"السعر، الثمن", "كم الثمن", true},
		"greek final sigma":        {"ΚΟΣΜΟΣ", "γεια κόσμος", true},
		"digits":                   {"24/7", "Are you open 24/7?", true},
		"emoji alone never counts": {"🍕", "🍕", false},
		"long text":                {"needle", strings.Repeat("hay ", 2500) + "needle", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := flows.Match([]console.Rule{rule("r", test.trigger)}, test.text)
			if ok != test.want || ok != (got.ID == "r") {
				t.Errorf("Match(%q, %q) = %q, %t, want %t", test.trigger, test.text, got.ID, ok, test.want)
			}
		})
	}
}

func TestMatchChooses(t *testing.T) {
	t.Parallel()
	condition, blank := "only on Mondays", "  "
	off := rule("off", "opening hours today")
	off.Enabled = false
	conditional := rule("conditional", "opening hours today")
	conditional.Condition = &condition
	unconditional := rule("unconditional", "hours today")
	unconditional.Condition = &blank
	tests := map[string]struct {
		rules []console.Rule
		want  string
	}{
		"none":                       {nil, ""},
		"longest phrase":             {[]console.Rule{rule("a", "hours"), rule("b", "opening hours")}, "b"},
		"longest of those that hit":  {[]console.Rule{rule("a", "hours, a phrase that is not there"), rule("b", "opening hours")}, "b"},
		"first of equals":            {[]console.Rule{rule("a", "hours"), rule("b", "today"), rule("c", "hours")}, "a"},
		"not one that is off":        {[]console.Rule{off, rule("b", "today")}, "b"},
		"not one with a condition":   {[]console.Rule{conditional, rule("b", "today")}, "b"},
		"a blank condition is none":  {[]console.Rule{rule("a", "today"), unconditional}, "unconditional"},
		"only ones that can't match": {[]console.Rule{off, conditional, rule("c", "")}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := flows.Match(test.rules, "What are your OPENING HOURS today?")
			if got.ID != test.want || ok != (test.want != "") {
				t.Errorf("Match = %q, %t, want %q", got.ID, ok, test.want)
			}
		})
	}
}

// Whatever the words, a trigger matches itself with anything around it, and what matches is there.
func FuzzMatch(f *testing.F) {
	f.Add("opening hours", "What are your opening hours?")
	f.Add("a,b|c\nd", "c")
	f.Add("营业时间", "请问你们的营业时间")
	f.Add("", "")
	f.Add("\xff", "a\xffb")
	f.Fuzz(func(t *testing.T, trigger, text string) {
		rules := []console.Rule{rule("a", trigger), rule("b", trigger)}
		got, ok := flows.Match(rules, text)
		if ok && got.ID != "a" {
			t.Errorf("Match took %q, not the first of equals", got.ID)
		}
		if !ok && got.ID != "" {
			t.Errorf("Match returned %+v and false", got)
		}
		_, alone := flows.Match(rules, trigger)
		_, within := flows.Match(rules, text+" , "+trigger+" ! "+text)
		if alone && !within {
			t.Errorf("trigger %q matches itself alone, but not within %q", trigger, text)
		}
		if ok && !alone {
			t.Errorf("trigger %q matches %q, but not itself", trigger, text)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	rules := make([]console.Rule, 200)
	for i := range rules {
		rules[i] = rule(fmt.Sprint(i), fmt.Sprintf("delivery fee %d, what does delivery cost, menú %d", i, i))
	}
	for b.Loop() {
		flows.Match(rules, "Hello, I would like to know what time you open tomorrow and whether you have bread.")
	}
}
