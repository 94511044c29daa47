package workflows

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ö", 50_001)
	bad := "ftp://x"
	good := "https://example.com/v"
	tests := map[string]struct {
		change func(*console.Workflow)
		want   []string
	}{
		"good":          {func(*console.Workflow) {}, nil},
		"no name":       {func(w *console.Workflow) { w.Name = "" }, []string{"name"}},
		"longest name":  {func(w *console.Workflow) { w.Name = long[:2*255] }, nil},
		"long name":     {func(w *console.Workflow) { w.Name = long[:2*256] }, []string{"name"}},
		"NUL":           {func(w *console.Workflow) { w.Name = "a\x00" }, []string{"name"}},
		"description":   {func(w *console.Workflow) { s := long[:2*2001]; w.Description = &s }, []string{"description"}},
		"category":      {func(w *console.Workflow) { s := long[:2*101]; w.Category = &s }, []string{"category"}},
		"prompt":        {func(w *console.Workflow) { w.SystemPrompt = &long }, []string{"system_prompt"}},
		"visibility":    {func(w *console.Workflow) { w.Visibility = "secret" }, []string{"visibility"}},
		"video":         {func(w *console.Workflow) { w.VideoURL = &bad }, []string{"video_url"}},
		"good video":    {func(w *console.Workflow) { w.VideoURL = &good }, nil},
		"negative time": {func(w *console.Workflow) { w.SetupMinutes = -1 }, []string{"setup_time"}},
		"endless time":  {func(w *console.Workflow) { w.SetupMinutes = math.MaxInt32 + 1 }, []string{"setup_time"}},
		"many rules":    {func(w *console.Workflow) { w.Rules = make([]console.Rule, 501) }, []string{"rules"}},
		"rule": {func(w *console.Workflow) {
			w.Rules = []console.Rule{{ID: "1"}, {Response: long, Condition: &long, Action: &long}}
		}, []string{"rules.1.id", "rules.1.response", "rules.1.condition", "rules.1.action"}},
		"many tags":      {func(w *console.Workflow) { w.Tags = make([]string, 101) }, []string{"tags"}},
		"empty labels":   {func(w *console.Workflow) { w.Tags, w.Channels = []string{"a", ""}, []string{""} }, []string{"tags.1", "channels.0"}},
		"faq":            {func(w *console.Workflow) { w.FAQ = []console.QA{{Question: "q", Answer: "a"}, {}} }, []string{"faq.1.question", "faq.1.answer"}},
		"many questions": {func(w *console.Workflow) { w.FAQ = make([]console.QA, 501) }, []string{"faq"}},
		"guide":          {func(w *console.Workflow) { w.Guide = &console.Guide{YouTubeURL: &bad, Steps: []string{long}} }, []string{"guide.youtubeUrl", "guide.steps.0"}},
		"many steps": {func(w *console.Workflow) {
			w.SetupSteps, w.Guide = make([]any, 101), &console.Guide{Steps: make([]string, 101)}
		}, []string{"guide.steps", "setup_steps"}},
		"all at once": {func(w *console.Workflow) { *w = console.Workflow{SetupMinutes: -1, VideoURL: &bad} }, []string{"name", "visibility", "setup_time", "video_url"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := console.Workflow{Name: "n", Visibility: console.Private}
			test.change(&w)
			if diff := cmp.Diff(test.want, paths(check(w))); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func paths(fields []console.Field) []string {
	var all []string
	for _, f := range fields {
		if f.Fault == "" {
			all = append(all, "no fault at "+f.Path)
		}
		all = append(all, f.Path)
	}
	return all
}

func TestCheckFlows(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		flow string
		want []string
	}{
		"whole": {`{"name":"a","description":"","category":"c","priority":-3,"is_active":false,"extra":{"x":[1]},
			"trigger_keywords":[{"keyword":"k","weight":"high"},{"keyword":"k"}],
			"conversation_steps":[{"type":"message","content":"c","action":"a","followup":"f","more":1}]}`, nil},
		"nulls":              {`{"name":null,"description":null,"priority":null,"is_active":null,"trigger_keywords":null,"conversation_steps":[{"type":"m","content":null}]}`, nil},
		"empty":              {`{}`, nil},
		"null":               {`null`, nil},
		"types":              {`{"name":1,"description":2,"category":[],"priority":"3","is_active":"yes","trigger_keywords":{},"conversation_steps":"x"}`, []string{"name", "description", "category", "priority", "is_active", "trigger_keywords", "conversation_steps"}},
		"whole, not as such": {`{"priority":5.0}`, nil},
		"a power of ten":     {`{"priority":-5e0}`, nil},
		"fraction":           {`{"priority":1.5}`, []string{"priority"}},
		"too large":          {`{"priority":2147483648}`, []string{"priority"}},
		"beyond all":         {`{"priority":1e400}`, []string{"priority"}},
		"entries":            {`{"trigger_keywords":["a",{"weight":"huge"},{"keyword":"k","weight":["high"]}],"conversation_steps":[null,{},{"type":"m","content":1}]}`, []string{"trigger_keywords.0", "trigger_keywords.1.keyword", "trigger_keywords.1.weight", "trigger_keywords.2.weight", "conversation_steps.0", "conversation_steps.1.type", "conversation_steps.2.content"}},
		"long name":          {`{"name":"` + strings.Repeat("n", 256) + `"}`, []string{"name"}},
		"too many keywords":  {`{"trigger_keywords":[` + strings.Repeat("1,", 500) + `1]}`, []string{"trigger_keywords"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var f console.Flow
			d := json.NewDecoder(strings.NewReader(test.flow))
			d.UseNumber()
			if err := d.Decode(&f); err != nil {
				t.Fatalf("decode: %v", err)
			}
			w := console.Workflow{Name: "n", Visibility: console.Public, Flows: tidyFlows([]console.Flow{f})}
			var want []string
			for _, p := range test.want {
				want = append(want, "flows.0."+p)
			}
			if diff := cmp.Diff(want, paths(check(w))); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
	many := console.Workflow{Name: "n", Visibility: console.Public, Flows: make([]console.Flow, 501)}
	if got := paths(check(many)); !cmp.Equal(got, []string{"flows"}) {
		t.Errorf("501 flows: %q", got)
	}
}

// A value that came from anywhere but JSON is no integer on the wire, and however one was written it
// is read back as such.
func TestIntegerIsAJSONNumber(t *testing.T) {
	t.Parallel()
	for v, want := range map[any]json.Number{
		json.Number("0"): "0", json.Number("-5"): "-5", json.Number("1.0"): "1", json.Number("5e0"): "5", json.Number("-0.0"): "0",
		json.Number("2147483647"): "2147483647", json.Number("-2147483648"): "-2147483648", json.Number("2147483648"): "",
		json.Number("1.5"): "", json.Number("1e400"): "", 1.0: "", "1": "", nil: "",
	} {
		if got, ok := integer(v); got != want || ok != (want != "") {
			t.Errorf("integer(%#v) = %q, %t, want %q", v, got, ok, want)
		}
		given := console.Flow{"priority": v}
		if got := tidyFlows([]console.Flow{given})[0]["priority"]; want != "" && got != want || given["priority"] != v {
			t.Errorf("a flow of priority %#v has %#v, want %q", v, got, want)
		}
	}
}
