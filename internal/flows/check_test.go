package flows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// paths are where the faults are, with a word of each fault behind a colon.
func paths(faults []console.Field) []string {
	var all []string
	for _, f := range faults {
		all = append(all, f.Path)
	}
	return all
}

// steps is a flow of these steps.
func steps(t *testing.T, text string) []console.Flow {
	t.Helper()
	return decoded(t, `[{"name": "F", "trigger_keywords": [{"keyword": "begin"}], "conversation_steps": [`+text+`]}]`)
}

func TestCheckSteps(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		steps string
		want  []string // paths below the steps
	}{
		"sound":           {`{"type": "say", "content": "a"}`, nil},
		"jump ahead":      {`{"type": "goto", "goto": "x"}, {"id": "x", "type": "end"}`, nil},
		"jump to the end": {`{"type": "branch", "when": "now.hour > 3", "goto": "end"}, {"type": "say", "content": "a"}`, nil},
		"nowhere":         {`{"type": "goto", "goto": "x"}`, []string{"0.goto"}},
		"else nowhere":    {`{"type": "branch", "when": "true", "goto": "end", "else": "x"}`, []string{"0.else"}},
		"goto a number":   {`{"type": "goto", "goto": 1}`, []string{"0.goto"}},
		"branch without":  {`{"type": "branch", "goto": "end"}`, []string{"0.when"}},
		"branch nowhere":  {`{"type": "branch", "when": "true"}`, []string{"0.goto"}},
		"bad expression":  {`{"type": "branch", "when": "if angry", "goto": "end"}`, []string{"0.when"}},
		"unknown field":   {`{"type": "branch", "when": "fields.x == 1", "goto": "end"}`, []string{"0.when"}},
		"known field":     {`{"type": "ask", "field": "x", "content": "?"}, {"type": "branch", "when": "fields.x == ''", "goto": "end"}`, nil},
		"unknown name":    {`{"type": "say", "content": "{{ x }}", "followup": "{{ fields.y }}"}`, []string{"0.content", "0.followup"}},
		"field known later": {
			`{"type": "say", "content": "{{ fields.email }}"}, {"type": "ask", "kind": "email", "content": "?"}`, nil,
		},
		"bad retry and value": {
			`{"type": "ask", "content": "?", "retry": "{{ x }}"}, {"type": "set", "field": "a", "value": "{% x %}"}`,
			[]string{"0.retry", "1.value"},
		},
		"unreachable":        {`{"type": "end"}, {"type": "say"}, {"type": "say"}`, []string{"1"}},
		"unreachable twice":  {`{"type": "end"}, {"type": "say"}, {"id": "x", "type": "say"}`, []string{"1", "2"}},
		"behind a handoff":   {`{"type": "handoff"}, {"type": "say"}`, []string{"1"}},
		"circle":             {`{"id": "x", "type": "say", "content": "a"}, {"type": "goto", "goto": "x"}`, []string{"1.goto"}},
		"circle of itself":   {`{"id": "x", "type": "goto", "goto": "x"}`, []string{"0.goto"}},
		"circle of branches": {`{"id": "x", "type": "branch", "when": "true", "goto": "x", "else": "x"}`, []string{"0.goto"}},
		"circle with ask":    {`{"id": "x", "type": "ask", "content": "?"}, {"type": "goto", "goto": "x"}`, []string{"1.goto"}},
		"circle with ask and branch": {
			`{"id": "x", "type": "ask", "field": "a", "content": "?"}, {"id": "y", "type": "branch", "when": "fields.a == 'q'", "goto": "x", "else": "y"}`,
			[]string{"1.goto"},
		},
		"circle with ask and a way out": {
			`{"id": "x", "type": "ask", "field": "a", "content": "?"}, {"type": "branch", "when": "fields.a == 'q'", "goto": "x"}`, nil,
		},
		"circle with an ask that is skipped": {
			`{"id": "x", "type": "ask", "kind": "name", "skip_if_known": true, "content": "?"}, {"type": "say", "content": "a"}, {"type": "goto", "goto": "x"}`,
			[]string{"2.goto"},
		},
		"circle with way out": {
			`{"id": "x", "type": "branch", "when": "now.hour > 3", "goto": "end"}, {"type": "goto", "goto": "x"}`, nil,
		},
		"circle behind a question": {
			`{"type": "ask", "content": "?"}, {"id": "x", "type": "say"}, {"type": "goto", "goto": "x"}`, []string{"2.goto"},
		},
		"circle out of which nothing leads": {
			`{"id": "x", "type": "say", "content": "a"}, {"type": "branch", "when": "true", "goto": "x", "else": "end"}`, []string{"1.goto"},
		},
		"circle, by a sum":          {`{"id": "x", "type": "branch", "when": "1 == 1", "goto": "x"}, {"type": "end"}`, []string{"0.goto", "1"}},
		"circle, by not":            {`{"id": "x", "type": "branch", "when": "not (false and now.hour > 3)", "goto": "x"}`, []string{"0.goto"}},
		"circle, by what fails":     {`{"id": "x", "type": "say"}, {"type": "branch", "when": "[1][3] == 1", "goto": "end", "else": "x"}`, []string{"1.goto"}},
		"circle with a skipped way": {`{"id": "x", "type": "branch", "when": "false", "goto": "out", "else": "x"}, {"id": "out", "type": "end"}`, []string{"0.goto", "1"}},
		"circle, by either": {
			`{"id": "x", "type": "branch", "when": "contact.name == '' ? 2 > 1 : true", "goto": "x", "else": "end"}`, []string{"0.goto"},
		},
		"circle, by a way or": {`{"id": "x", "type": "branch", "when": "now.hour > 3 || !false", "goto": "x"}`, []string{"0.goto"}},
		"circle with a question, by what is true": {
			`{"id": "x", "type": "ask", "content": "?"}, {"type": "branch", "when": "true", "goto": "x"}`, []string{"1.goto"},
		},
		"no circle, by what is false": {`{"id": "x", "type": "say"}, {"type": "branch", "when": "3 % 2 == 0", "goto": "x"}`, nil},
		"no circle, by a fact":        {`{"id": "x", "type": "branch", "when": "true && now.hour > 3", "goto": "x"}`, nil},
		"no circle, by another fact":  {`{"id": "x", "type": "branch", "when": "false || says('a')", "goto": "x"}`, nil},
		"no circle, by one of facts":  {`{"id": "x", "type": "branch", "when": "now.hour > 3 ? true : false", "goto": "x"}`, nil},
		"behind what is always true":  {`{"type": "branch", "when": "true", "goto": "end"}, {"type": "say", "content": "a"}`, []string{"1"}},
		"behind what is never true":   {`{"type": "branch", "when": "1 > 2", "goto": "x"}, {"type": "end"}, {"id": "x", "type": "say"}`, []string{"2"}},
		"behind what may be true":     {`{"type": "branch", "when": "now.hour > 3", "goto": "x"}, {"type": "end"}, {"id": "x", "type": "say"}`, nil},
		"id of the end":               {`{"id": "end", "type": "say", "content": "a"}`, []string{"0.id"}},
		"id of the end, and a goto":   {`{"type": "goto", "goto": "end"}, {"id": "end", "type": "say"}`, []string{"1.id"}},
		"id that begins as that one":  {`{"id": "ended", "type": "say", "content": "a"}`, nil},
		"same id twice":               {`{"id": "x", "type": "say"}, {"id": "x", "type": "say"}`, []string{"1.id"}},
		"id with a number":            {`{"id": "#2", "type": "say"}`, []string{"0.id"}},
		"id too long":                 {`{"id": "` + strings.Repeat("x", 65) + `", "type": "say"}`, []string{"0.id"}},
		"field's name":                {`{"type": "ask", "field": "Two words", "content": "?"}`, []string{"0.field"}},
		"field of two kinds": {
			`{"type": "ask", "field": "a", "kind": "date", "content": "?"}, {"type": "ask", "field": "a", "content": "?"}`, []string{"1.field"},
		},
		"field again":    {`{"type": "ask", "field": "a", "content": "?"}, {"type": "ask", "field": "a", "content": "?"}`, nil},
		"kind":           {`{"type": "ask", "kind": "colour", "content": "?"}`, []string{"0.kind"}},
		"choice of one":  {`{"type": "ask", "options": ["a"], "content": "?"}`, []string{"0.options"}},
		"choice of none": {`{"type": "ask", "kind": "choice", "content": "?"}`, []string{"0.options"}},
		"same options":   {`{"type": "ask", "options": ["a", "b", "A!"], "content": "?"}`, []string{"0.options"}},
		"odd options":    {`{"type": "ask", "options": ["a", "b", null, {}], "content": "?"}`, []string{"0.options"}},
		"many options":   {`{"type": "ask", "options": ["` + strings.Repeat(`a", "`, 60) + `b"], "content": "?"}`, []string{"0.options"}},
		"options object": {`{"type": "ask", "options": {}, "content": "?"}`, []string{"0.options", "0.options"}},
		"region":         {`{"type": "ask", "kind": "phone", "region": "Nigeria", "content": "?"}`, []string{"0.region"}},
		"tries":          {`{"type": "ask", "tries": 11, "content": "?"}`, []string{"0.tries"}},
		"no tries":       {`{"type": "ask", "tries": 0, "content": "?"}`, []string{"0.tries"}},
		"fewer than no":  {`{"type": "ask", "tries": -1, "content": "?"}`, []string{"0.tries"}},
		"half a try":     {`{"type": "ask", "tries": 1.5, "content": "?"}`, []string{"0.tries"}},
		"tries as text":  {`{"type": "ask", "tries": "3", "content": "?"}`, []string{"0.tries"}},
		"tries without":  {`{"type": "ask", "tries": null, "content": "?", "skip_if_known": null}`, nil},
		"whole tries":    {`{"type": "ask", "tries": 2.0, "content": "?", "skip_if_known": false}`, nil},
		"skip as text":   {`{"type": "ask", "skip_if_known": "yes", "content": "?"}`, []string{"0.skip_if_known"}},
		"skip as number": {`{"type": "ask", "skip_if_known": 1, "content": "?"}`, []string{"0.skip_if_known"}},
		"no text":        {`{"type": "ask", "kind": "email"}`, []string{"0.content"}},
		"blank text":     {`{"type": "collect", "content": " \n", "followup": ""}`, []string{"0.content"}},
		"a number asked": {`{"type": "ask", "content": 3}`, []string{"0.content"}},
		"only followup":  {`{"type": "ask", "followup": "?"}`, nil},
		"question of a kind and no text": {
			`{"type": "question", "kind": "email"}`, []string{"0.content"},
		},
		"keys that are no texts": {
			`{"type": "ask", "content": "?", "field": 1, "kind": [], "region": {}, "retry": true}`,
			[]string{"0.field", "0.kind", "0.region", "0.retry"},
		},
		"bounds":              {`{"type": "ask", "kind": "number", "min": 3, "max": 2, "content": "?"}`, []string{"0.max"}},
		"bounds as text":      {`{"type": "ask", "kind": "number", "min": "3", "content": "?"}`, []string{"0.min"}},
		"dates turned":        {`{"type": "ask", "kind": "date", "min": "2026-12-02", "max": "2026-12-01", "content": "?"}`, []string{"0.max"}},
		"dates alike":         {`{"type": "ask", "kind": "date", "min": "2026-12-01", "max": "2026-12-01", "content": "?"}`, nil},
		"dates of today":      {`{"type": "ask", "kind": "date", "min": "today", "max": "today", "content": "?"}`, nil},
		"set without":         {`{"type": "set", "value": "a"}`, []string{"0.field"}},
		"set of blank":        {`{"type": "set", "field": " ", "value": "a"}`, []string{"0.field"}},
		"options of signs":    {`{"type": "ask", "options": ["👍", "👎"], "content": "?"}`, nil},
		"options of one sign": {`{"type": "ask", "options": ["👍", "👍🏽"], "content": "?"}`, []string{"0.options"}},
		"options of marks":    {`{"type": "ask", "options": ["+", "-"], "content": "?"}`, nil},
		"dates":               {`{"type": "ask", "kind": "date", "min": "today", "max": "2026-13-01", "content": "?"}`, []string{"0.max"}},

		// What older clients have is only described.
		"unknown type":         {`{"type": "api_call", "content": "{{ x }}"}, {"type": "goto", "goto": "nowhere"}`, nil},
		"branch in words":      {`{"type": "branch", "content": "if they want a refund, ask why"}`, nil},
		"goto in words":        {`{"type": "goto", "content": "the beginning"}`, nil},
		"set in words":         {`{"type": "set", "content": "the mood"}`, nil},
		"no steps":             {``, nil},
		"question in words":    {`{"type": "question", "action": "ask for the size", "more": 1}`, nil},
		"plain ones of old":    {`{"type": "message", "content": "c", "action": "a", "followup": "f", "more": 1}, {"type": "question"}`, nil},
		"steps that are none":  {`null, 3, {"type": "say"}`, nil},
		"keys of other shapes": {`{"type": "say", "content": 3, "followup": [], "field": {}, "tries": "x", "id": 7, "skip_if_known": 1}`, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var want []string
			for _, p := range test.want {
				want = append(want, "flows.0.conversation_steps."+p)
			}
			faults := flows.Check(nil, steps(t, test.steps))
			if diff := cmp.Diff(want, paths(faults)); diff != "" {
				t.Errorf("Check (-want +got):\n%s%v", diff, faults)
			}
			newCustomer(flows.Compile(nil, steps(t, test.steps))).says("begin") // whatever it is, it can be run
		})
	}
}

func TestCheckConflicts(t *testing.T) {
	t.Parallel()
	another := func(id, trigger, condition string) console.Rule {
		r := given(id, trigger, condition)
		r.Response = "another"
		return r
	}
	off := another("b", "price", "")
	off.Enabled = false
	silent := another("b", "price", "")
	silent.Response = " "
	tests := map[string]struct {
		rules []console.Rule
		want  []string
	}{
		"none":               {[]console.Rule{rule("a", "price"), another("b", "cost", "")}, nil},
		"phrase":             {[]console.Rule{rule("a", "cost, The Price"), another("b", "the price!", "")}, []string{"rules.1.trigger"}},
		"word set":           {[]console.Rule{rule("a", "{a b}"), another("b", "{B, a}", "")}, []string{"rules.1.trigger"}},
		"expression":         {[]console.Rule{rule("a", "/a+/"), another("b", "/a+/", "")}, []string{"rules.1.trigger"}},
		"phrase and set":     {[]console.Rule{rule("a", "a b"), another("b", "{a b}", "")}, nil},
		"the same response":  {[]console.Rule{rule("a", "price"), rule("b", "price")}, nil},
		"in the same rule":   {[]console.Rule{rule("a", "price, Price")}, nil},
		"off":                {[]console.Rule{rule("a", "price"), off}, nil},
		"silent":             {[]console.Rule{rule("a", "price"), silent}, nil},
		"a condition":        {[]console.Rule{rule("a", "price"), another("b", "price", "= true")}, nil},
		"other conditions":   {[]console.Rule{given("a", "price", "now.hour < 9"), another("b", "price", "now.hour > 8")}, nil},
		"the same condition": {[]console.Rule{given("a", "price", "now.hour < 9"), another("b", "price", "= now.hour < 9")}, []string{"rules.1.trigger"}},
		"other spelling":     {[]console.Rule{given("a", "price", "true == true"), another("b", "price", "= true==true")}, []string{"rules.1.trigger"}},
		"other brackets": {
			[]console.Rule{given("a", "price", `contact.name == "Ada" && not says("x")`), another("b", "price", `((contact["name"]=='Ada') and !says('x'))`)},
			[]string{"rules.1.trigger"},
		},
		"other texts":    {[]console.Rule{given("a", "price", `contact.name == "Ada"`), another("b", "price", `contact.name == "ada"`)}, nil},
		"prose":          {[]console.Rule{given("a", "price", "angry"), another("b", "price", "angry")}, nil},
		"only emoji":     {[]console.Rule{rule("a", "👍, {🎉 👍}"), another("b", "👎", "")}, nil},
		"same emoji":     {[]console.Rule{rule("a", "👍"), another("b", "👍🏽", "")}, []string{"rules.1.trigger"}},
		"no trigger":     {[]console.Rule{rule("a", ""), rule("b", " , \n| ")}, nil},
		"no words":       {[]console.Rule{rule("a", "!!!"), rule("b", "{}"), rule("c", "price, ?!, {...}"), rule("d", "***"), rule("e", ":-)")}, []string{"rules.0.trigger", "rules.1.trigger", "rules.2.trigger", "rules.2.trigger", "rules.3.trigger", "rules.4.trigger"}},
		"bad expression": {[]console.Rule{rule("a", "/(/"), rule("b", "/a{1001}/"), rule("c", "/((a{30}){30}){2}/")}, []string{"rules.0.trigger", "rules.1.trigger", "rules.2.trigger"}},
		"many phrases":   {[]console.Rule{rule("a", strings.Repeat("a,", 1001))}, []string{"rules.0.trigger"}},
	}
	for name, test := range tests {
		if diff := cmp.Diff(test.want, paths(flows.Check(test.rules, nil))); diff != "" {
			t.Errorf("%s: Check (-want +got):\n%s", name, diff)
		}
	}
}

func TestCheckFlowConflicts(t *testing.T) {
	t.Parallel()
	const flow = `{"name": %q, "priority": %d, "is_active": %t, "trigger_keywords": [{"keyword": "x"}, {"keyword": "help", "weight": %q}],
		"conversation_steps": [{"type": %q, "content": "c"}]}`
	first := fmt.Sprintf(flow, "A", 0, true, "low", "say")
	tests := map[string]struct {
		second string
		want   []string
	}{
		"same":            {fmt.Sprintf(flow, "B", 0, true, "low", "say"), []string{"flows.1.trigger_keywords.0.keyword", "flows.1.trigger_keywords.1.keyword"}},
		"other weight":    {fmt.Sprintf(flow, "B", 0, true, "high", "say"), []string{"flows.1.trigger_keywords.0.keyword"}},
		"other priority":  {fmt.Sprintf(flow, "B", 1, true, "low", "say"), nil},
		"not active":      {fmt.Sprintf(flow, "B", 0, false, "low", "say"), nil},
		"only described":  {fmt.Sprintf(flow, "B", 0, true, "low", "dance"), nil},
		"under same name": {fmt.Sprintf(flow, "A", 2, true, "low", "say"), nil},
	}
	for name, test := range tests {
		if diff := cmp.Diff(test.want, paths(flows.Check(nil, decoded(t, "["+first+","+test.second+"]")))); diff != "" {
			t.Errorf("%s: Check (-want +got):\n%s", name, diff)
		}
	}
}

// A flow that could never begin is refused, unless it is not active, or says nothing of keywords.
func TestCheckKeywords(t *testing.T) {
	t.Parallel()
	tests := []struct {
		keywords, more string
		want           []string
	}{
		{``, ``, []string{""}},
		{``, `"is_active": false,`, nil},
		{`{"keyword": "👍"}`, ``, nil},
		{`{"keyword": "x", "weight": "low"}, {"keyword": "y", "weight": "low"}`, ``, nil},
		{`{"keyword": "x, y", "weight": "low"}`, ``, nil},
		{`{"keyword": "x", "weight": "low"}`, ``, []string{""}},
		{`{"keyword": "{x y}", "weight": "low"}`, ``, []string{""}},
		{`{"keyword": "/x+/", "weight": "low"}`, ``, []string{""}},
		{`{"keyword": "x", "weight": "low"}`, `"is_active": false,`, nil},
		{`{"keyword": "!!!"}`, ``, []string{".0.keyword"}},
		{`{"keyword": "x"}, {"keyword": "{}"}, {"keyword": "y, ??"}`, ``, []string{".1.keyword", ".2.keyword"}},
		{`{"keyword": "x", "weight": "low"}, {"keyword": "?", "weight": "low"}`, ``, []string{"", ".1.keyword"}},
	}
	for _, test := range tests {
		for kind, described := range map[string]bool{"say": false, "dance": true} {
			written := decoded(t, `[{"name": "F", `+test.more+` "trigger_keywords": [`+test.keywords+`], "conversation_steps": [{"type": "`+kind+`", "content": "c"}]}]`)
			var want []string
			for _, p := range test.want {
				if !described {
					want = append(want, "flows.0.trigger_keywords"+p)
				}
			}
			if diff := cmp.Diff(want, paths(flows.Check(nil, written))); diff != "" {
				t.Errorf("%s, %s: Check (-want +got):\n%s", test.keywords, kind, diff)
			}
		}
	}
}

// A flow's own words to stop are phrases and nothing else of a trigger.
func TestCheckCancelKeywords(t *testing.T) {
	t.Parallel()
	const at = "flows.0.cancel_keywords"
	tests := []struct {
		written string
		want    []string
	}{
		{`null`, nil},
		{`""`, nil},
		{`[]`, nil},
		{`"other plans, basta|停"`, nil},
		{`["other plans", "basta, no more"]`, nil},
		{`["24/7", "a {b} c"]`, nil},
		{`"/stop.*/"`, []string{at}},
		{`["fine", "/stop.*/"]`, []string{at + ".1"}},
		{`["{other plans}", "fine, /a/, {b}"]`, []string{at + ".0", at + ".1", at + ".1"}},
		{`["?!"]`, []string{at + ".0"}},
		{`[""]`, []string{at + ".0"}},
		{`["fine", ""]`, []string{at + ".1"}},
		{`["basta, ?!"]`, []string{at + ".0"}},
		{`["🛑"]`, nil},
		{`["fine", 3, null, {}]`, []string{at + ".1", at + ".2", at + ".3"}},
		{`true`, []string{at}},
		{`{"keyword": "stop"}`, []string{at}},
		{`7`, []string{at}},
		{`"` + strings.Repeat("a,", 1001) + `"`, []string{at}},
	}
	for _, test := range tests {
		written := decoded(t, `[{"name": "F", "trigger_keywords": [{"keyword": "begin"}], "cancel_keywords": `+test.written+`,
			"conversation_steps": [{"type": "ask", "content": "?"}]}]`)
		if diff := cmp.Diff(test.want, paths(flows.Check(nil, written))); diff != "" {
			t.Errorf("%.60s: Check (-want +got):\n%s", test.written, diff)
		}
		newCustomer(flows.Compile(nil, written)).says("begin") // whatever it is, it can be run
	}
}

// All is said at once, in the order of what was written.
func TestCheckSaysAll(t *testing.T) {
	t.Parallel()
	var rules []console.Rule
	for i := range 11 {
		rules = append(rules, given(fmt.Sprint("r", i), "/(/", "= ?"))
	}
	faults := flows.Check(rules, steps(t, `{"type": "goto", "goto": "x"}`))
	var want []string
	for i := range 11 {
		want = append(want, fmt.Sprintf("rules.%d.condition", i), fmt.Sprintf("rules.%d.trigger", i))
	}
	if diff := cmp.Diff(append(want, "flows.0.conversation_steps.0.goto"), paths(faults)); diff != "" {
		t.Errorf("Check (-want +got):\n%s", diff)
	}
	for _, f := range faults {
		if f.Fault == "" || strings.Contains(f.Fault, "\n") {
			t.Errorf("fault %+v", f)
		}
	}
}
