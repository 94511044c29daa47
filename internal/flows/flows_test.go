package flows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

func rule(id, trigger string) console.Rule {
	return console.Rule{ID: id, Name: id, Trigger: trigger, Response: "r", Enabled: true}
}

// given is a rule with a condition.
func given(id, trigger, condition string) console.Rule {
	r := rule(id, trigger)
	r.Condition = &condition
	return r
}

// fired returns the id of the rule that answers, "" where none does.
func fired(rules []console.Rule, text string) string {
	if d := flows.Compile(rules, nil).Decide(flows.Input{Text: text}); d.Rule != nil {
		return d.Rule.ID
	}
	return ""
}

func TestTriggers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		trigger, text string
		want          bool
	}{
		"same":                           {"hello", "hello", true},
		"case":                           {"Hello", "HELLO there", true},
		"in the middle":                  {"price", "What is the price of bread?", true},
		"punctuation around":             {"price", "(price)!", true},
		"part of a word":                 {"rice", "What is the price?", false},
		"beginning of a word":            {"open", "opening", false},
		"phrase":                         {"opening hours", "Your opening hours, please", true},
		"phrase over punctuation":        {"opening hours", "opening-hours", true},
		"phrase in another order":        {"opening hours", "hours opening", false},
		"phrase with a gap":              {"opening hours", "opening the hours", false},
		"phrase after its start":         {"opening hours", "opening opening hours", true},
		"half a phrase":                  {"opening hours", "opening", false},
		"phrase in the start of another": {"one two three four, two three five", "one two three five", true},
		"apostrophe":                     {"what's up", "What’s up?", true},
		"accent missing":                 {"menú", "el menu por favor", true},
		"accent added":                   {"menu", "el menú por favor", true},
		"sharp s as two":                 {"strasse", "Welche Straße?", true},
		"two as sharp s":                 {"Straße", "STRASSE", true},
		"capital sharp s":                {"{grosse straße}", "GROẞE STRAẞE", true},
		"decomposed":                     {"café", "cafe\u0301", true},
		"alternatives by comma":          {"price, cost , fee", "what does it cost", true},
		"alternatives by bar":            {"price|cost", "the cost", true},
		"alternatives by line":           {"price\r\ncost", "the cost", true},
		"alternatives, none":             {"price, cost", "how much", false},
		"not over alternatives":          {"a, b", "ab", false},
		"empty trigger":                  {"", "hello", false},
		"blank trigger":                  {" \n\t ", "hello", false},
		"only punctuation":               {"?!,|", "hello ?!", false},
		"empty alternative":              {"hello,,", "goodbye", false},
		"empty text":                     {"hello", "", false},
		"both empty":                     {"", "", false},
		"chinese":                        {"营业时间", "请问你们的营业时间是什么？", true},
		"chinese, other":                 {"营业地点", "请问你们的营业时间是什么？", false},
		"chinese comma":                  {"价格，多少钱", "这个多少钱？", true},
		"japanese":                       {"営業時間", "営業時間を教えて", true},
		"korean with ending":             {"영업시간", "영업시간이 어떻게 되나요?", true},
		"arabic":                         {"مواعيد العمل", "ما هي مواعيد العمل؟", true},
		"arabic comma":                   {"السعر، الثمن", "كم الثمن", true},
		"greek final sigma":              {"ΚΟΣΜΟΣ", "γεια κόσμος", true},
		"digits with a stroke":           {"24/7", "Are you open 24/7?", true},
		"a command":                      {"/start", "/start", true},
		"two commands":                   {"/start, /help", "help", true},
		"emoji":                          {"👍", "👍", true},
		"emoji in a text":                {"👍", "Fine by me 👍!", true},
		"emoji joined to a word":         {"👍", "ok👍", true},
		"emoji of another skin":          {"👍", "👍🏽", true},
		"emoji of a skin":                {"👍🏽", "👍🏿", true},
		"emoji of either sex":            {"🤷", "🤷🏽‍♀️", true},
		"emoji as text or picture":       {"❤", "❤️", true},
		"emoji, one of several":          {"👍", "🎉👍🎉", true},
		"emoji, several in a row":        {"🎉👍", "wow 🎉 👍", true},
		"emoji, several in another row":  {"🎉👍", "👍🎉", false},
		"emoji, a set":                   {"{👍 🎉}", "🎉 and 👍", true},
		"emoji, half a set":              {"{👍 🎉}", "🎉", false},
		"emoji, another one":             {"👍", "👎", false},
		"emoji, part of another":         {"👩", "👩‍🚀", false},
		"emoji made of several":          {"👩‍🚀", "👩‍🚀!", true},
		"flag":                           {"🇳🇬", "🇬🇧🇳🇬", true},
		"flag, by halves of two":         {"🇧🇳", "🇬🇧🇳🇬", false},
		"emoji beside a word":            {"pizza 🍕", "pizza", true},
		"emoji as an alternative":        {"price, 👍", "👍", true},
		"word beside an emoji":           {"price, 👍", "price", true},
		"emoji far behind":               {"👍", strings.Repeat("hay ", 2000) + "👍", true},
		"long text":                      {"needle", strings.Repeat("hay ", 2500) + "needle", true},

		"expression":                     {`/order #?\d+/`, "Where is Order #123?", true},
		"expression, not there":          {`/order #?\d+/`, "Where is my order?", false},
		"expression with flag":           {`/PRICE/i`, "the price", true},
		"expression with comma and bar":  {`/ab{1,2}c|xy/, hello`, "abbc", true},
		"phrase behind an expression":    {`/ab{1,2}c|xy/, hello`, "hello", true},
		"expression in part of a word":   {`/rice/`, "the price", true},
		"expression with case":           {`/(?-i)Price/`, "the price", false},
		"expression with stroke":         {`/24\/7/`, "open 24/7?", true},
		"expression with line end":       {"/a\nb/", "b", true},
		"expression that does not close": {`/price`, "price", true},
		"expression in letters":          {`/\p{Han}{4}/`, "营业时间", true},
		"expression, accents count":      {`/menú/`, "el menu", false},
		"expression, decomposed":         {`/café/`, "cafe\u0301", true},
		"expression, the other s":        {`/s1/`, "ſ1", true},
		"expression that is not sound":   {`/(/, price`, "price", true},
		"expression far back in a text":  {`/needle/`, strings.Repeat("hay ", 600) + "needle", false},

		"word set":                   {"{price bread}", "Bread: what is its price?", true},
		"word set, one missing":      {"{price bread}", "what is the price?", false},
		"word set, one twice":        {"{price price bread}", "bread price", true},
		"word set, only one twice":   {"{price bread}", "price price", false},
		"word set with commas":       {"{price, bread}", "bread price", true},
		"word set among others":      {"cost, {price bread}, fee", "bread price", true},
		"word set that does not end": {"{price bread", "price bread", true},
		"word set with a tail":       {"{price} bread", "price bread", true},
		"empty word set":             {"{}", "{}", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := fired([]console.Rule{rule("r", test.trigger)}, test.text) != ""; got != test.want {
				t.Errorf("trigger %q and %q: fired %t, want %t", test.trigger, test.text, got, test.want)
			}
		})
	}
}

// What nobody sees in a message keeps no rule from answering, and no flow from hearing.
func TestInvisibleCharacters(t *testing.T) {
	t.Parallel()
	triggers := map[string]console.Rule{
		"phrase":     rule("r", "refund order"),
		"word set":   rule("r", "{order refund}"),
		"expression": rule("r", `/refund order/`),
		"itself":     rule("r", "re\u200bfund or\u00adder"),
		"in one":     rule("r", "/re\u200bfund or\u00adder$/"),
		"condition":  given("r", "/.*/", `message.text matches "refund order"`),
		"contains":   given("r", "/.*/", `message.text contains "re\u200bfund order" && len(message.words) == 2`),
		"says":       given("r", "/.*/", `says("refund order") && "refund" in message.words`),
	}
	hidden := []rune{
		0xAD, 0x34F, 0x61C, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x202A, 0x202E, 0x2060, 0x2064, 0x2066, 0x2069,
		0x206F, 0xFE00, 0xFE0F, 0xFEFF, 0xE0001, 0xE0020, 0xE007F, 0xE0100, 0xE01EF,
	}
	for name, r := range triggers {
		for _, h := range hidden {
			text := strings.ReplaceAll("re_fu_nd _order_", "_", string(h))
			if fired([]console.Rule{r}, text) == "" {
				t.Errorf("%s: %q fires nothing", name, text)
			}
		}
		if text := strings.Repeat("\u200b", 9000) + "refund order"; fired([]console.Rule{r}, text) == "" {
			t.Errorf("%s: it fires nothing behind much that is not seen", name)
		}
	}
	c := asking(t, `"kind": "text"`)
	if d := c.says("c\u200ban\u2060cel\ufeff"); d.Outcome != flows.Cancelled {
		t.Errorf("a wish to stop: %+v", d)
	}
}

func TestWhichRuleAnswers(t *testing.T) {
	t.Parallel()
	off := rule("off", "opening hours today")
	off.Enabled = false
	prose := given("prose", "opening hours today", "only if the customer is angry")
	never := given("never", "opening hours today", "contact.name == 'Ada'")
	blank := given("blank", "hours today", "  ")
	tests := map[string]struct {
		rules []console.Rule
		want  string
	}{
		"none":                       {nil, ""},
		"longest phrase":             {[]console.Rule{rule("a", "hours"), rule("b", "opening hours")}, "b"},
		"longest of those that hit":  {[]console.Rule{rule("a", "hours, a phrase that is not there"), rule("b", "opening hours")}, "b"},
		"first of equals":            {[]console.Rule{rule("a", "hours"), rule("b", "today"), rule("c", "hours")}, "a"},
		"not one that is off":        {[]console.Rule{off, rule("b", "today")}, "b"},
		"not one with prose":         {[]console.Rule{prose, rule("b", "today")}, "b"},
		"not one that is false":      {[]console.Rule{never, rule("b", "today")}, "b"},
		"a blank condition is none":  {[]console.Rule{rule("a", "today"), blank}, "blank"},
		"only ones that can't":       {[]console.Rule{off, prose, never, rule("c", "")}, ""},
		"one with a condition first": {[]console.Rule{rule("a", "hours"), given("b", "hours", "= true")}, "b"},
		"longest before a condition": {[]console.Rule{rule("a", "opening hours"), given("b", "hours", "= true")}, "a"},
		"word set by all its words":  {[]console.Rule{rule("a", "opening hours"), rule("b", "{today opening hours}")}, "b"},
		"expression by its shortest": {[]console.Rule{rule("a", "/o.*y/"), rule("b", "hours")}, "b"},
		"expression that is longer":  {[]console.Rule{rule("a", "hours"), rule("b", "/hours? today/")}, "b"},
		"an expression for the rest": {[]console.Rule{rule("a", "/.*/"), rule("b", "on")}, "a"},
		"anything but the rest":      {[]console.Rule{rule("a", "/.*/"), rule("b", "hours")}, "b"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := fired(test.rules, "What are your OPENING HOURS today?"); got != test.want {
				t.Errorf("rule %q answers, want %q", got, test.want)
			}
		})
	}
}

func TestWhatARuleDecides(t *testing.T) {
	t.Parallel()
	handoff, other := "Handoff", "offer a discount"
	rules := []console.Rule{
		{ID: "plain", Name: "Plain", Trigger: "a", Response: " as  it {is} \n", Enabled: true},
		{ID: "blank", Name: "Blank", Trigger: "b", Response: " \n", Enabled: true},
		{ID: "human", Name: "Human", Trigger: "c", Response: "wait", Action: &handoff, Enabled: true},
		{ID: "action", Name: "Action", Trigger: "d", Response: "hm", Action: &other, Enabled: true},
		{ID: "fails", Name: "Fails", Trigger: "e", Response: "{{ 1 | divided_by: 0 }}", Enabled: true},
		{ID: "old", Name: "Old", Trigger: "f", Response: "Dear {{customer}}", Enabled: true},
	}
	set := flows.Compile(rules, nil)
	fires := func(i int, by string) *flows.Fired {
		return &flows.Fired{Index: i, ID: rules[i].ID, Name: rules[i].Name, By: by}
	}
	tests := map[string]flows.Decision{
		"a":       {Text: " as  it {is} \n", Rule: fires(0, "a")},
		"b":       {Rule: fires(1, "b")},
		"c":       {Text: "wait", Rule: fires(2, "c"), Attention: true},
		"d":       {Text: "hm", Rule: fires(3, "d")},
		"e":       {Rule: fires(4, "e"), Attention: true, Notes: []string{`rule fails: the response error applying filter "divided_by" ("division by zero")`}},
		"f":       {Text: "Dear {{customer}}", Rule: fires(5, "f")},
		"nothing": {},
	}
	for text, want := range tests {
		if diff := cmp.Diff(want, set.Decide(flows.Input{Text: text})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// A message that says the same thing over and over costs no more than its length, whatever phrases
// were made for it. The bound is on what is looked at, not on time: this would take minutes.
func TestHostileTriggers(t *testing.T) {
	t.Parallel()
	var rules []console.Rule
	for i := range 400 {
		rules = append(rules, rule(fmt.Sprint(i), strings.TrimSpace(strings.Repeat("a ", i+1))+", {a b}, /(a|a)*b/"))
	}
	text := strings.Repeat("a ", 5000)
	if got := fired(rules, text); got != "399" {
		t.Errorf("rule %q answers, want the longest", got)
	}
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	off := rule("off", "a")
	off.Enabled = false
	var none *flows.Set
	if !none.Empty() || !flows.Compile(nil, nil).Empty() || !flows.Compile([]console.Rule{off, rule("r", "")}, nil).Empty() {
		t.Error("a Set that never decides is not Empty")
	}
	if flows.Compile([]console.Rule{rule("r", "a")}, nil).Empty() || flows.Compile(nil, decoded(t, lead)).Empty() {
		t.Error("a Set that decides is Empty")
	}
}

func BenchmarkDecide(b *testing.B) {
	rules := make([]console.Rule, 200)
	for i := range rules {
		rules[i] = rule(fmt.Sprint(i), fmt.Sprintf("delivery fee %d, what does delivery cost, menú %d", i, i))
	}
	half := make([]console.Rule, len(rules))
	for i := range half {
		half[i] = given(fmt.Sprint(i), rules[i].Trigger, "now.hour < 9 && contact.email == ''")
	}
	for _, bench := range []struct {
		name  string
		rules []console.Rule
		text  string
	}{
		{"200 rules, none", rules, "Hello, I would like to know what time you open tomorrow and whether you have bread."},
		{"200 rules, one", rules, "Hello, I would like to know what the delivery fee 77 is, and whether you have bread."},
		{"200 rules, all", rules, "Hello, I would like to know what does delivery cost, and whether you have bread."},
		{"200 rules, all conditions false", half, "Hello, I would like to know what does delivery cost."},
	} {
		b.Run(bench.name, func(b *testing.B) {
			set := flows.Compile(bench.rules, nil)
			in := flows.Input{Text: bench.text, Now: time.Date(2026, 11, 25, 14, 5, 0, 0, time.UTC)}
			for b.Loop() {
				set.Decide(in)
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	rules := make([]console.Rule, 200)
	for i := range rules {
		rules[i] = given(fmt.Sprint(i), fmt.Sprintf("delivery fee %d, menú %d", i, i), "now.hour < 9 && contact.email == ''")
	}
	written := decoded(b, lead)
	for b.Loop() {
		flows.Compile(rules, written)
	}
}
