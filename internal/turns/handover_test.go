package turns

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
	"github.com/bimpe/bimpe/internal/llm"
)

// angry are rules that only a model can judge, of which the first and the third call a human.
func angry() []console.Rule {
	prose := ptr("if the customer is angry")
	return []console.Rule{
		{ID: "angry", Name: "Angry", Trigger: "complaint", Condition: prose, Response: "A manager will write to you.", Action: ptr("handoff"), Enabled: true},
		{ID: "kind", Name: "Kind", Trigger: "complaint", Condition: prose, Response: "Be kind.", Enabled: true},
		{ID: "holes", Name: "Holes", Trigger: "complaint", Condition: prose, Response: "Dear {{ contact.name }}", Action: ptr(" Handoff "), Enabled: true},
	}
}

func calling(arguments string, words ...string) utterance {
	return utterance{words: words, finish: llm.FinishCalls, calls: []llm.Call{{ID: "1", Name: handOver, Arguments: arguments}}}
}

func TestAModelCallsAHumanWhereARuleSaysSo(t *testing.T) {
	t.Parallel()
	later := flows.HandoffWords("en")
	for name, test := range map[string]struct {
		says utterance
		want string
		rule string
	}{
		"with words of its own":    {calling(`{"rule":1}`, "I am ", "sorry."), "I am sorry.", "angry"},
		"without":                  {calling(`{"rule":1}`), "A manager will write to you.", "angry"},
		"a number as a text":       {calling(`{"rule":"1"}`), "A manager will write to you.", "angry"},
		"a response with holes":    {calling(`{"rule":3}`), later, "holes"},
		"a rule that is another's": {calling(`{"rule":2}`), later, ""},
		"no rule":                  {calling(`{}`), later, ""},
		"nonsense":                 {calling(`{"rule":[1e99]}`), later, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, test.says)
			h.db.rules = angry()
			h.customer("this is a complaint!!")
			synctest.Wait()
			h.want("customer: this is a complaint!!", "agent: "+test.want)
			if !h.db.conversation().NeedsAttention || h.db.conversation().Paused {
				t.Errorf("%s: %+v, want attention and nothing else", name, h.db.conversation())
			}
			steps := h.db.lastTurn().Record.Steps
			last := steps[len(steps)-1]
			if last.Kind != console.StepRule || last.Rule != test.rule || (last.Model.Name != "") != (len(test.says.words) > 0) {
				t.Errorf("%s: steps %+v", name, steps)
			}
			if heard := strip(strings.Join(h.ears.heard("delta"), "")); !strings.HasSuffix(heard, strip(test.want[len(test.want)-6:])) {
				t.Errorf("%s: readers heard %q", name, heard)
			}
		})
	}
}

// The tool is offered where such a rule is for the model, and nowhere else.
func TestTheToolIsOfferedWhereARuleNeedsIt(t *testing.T) {
	t.Parallel()
	off, judged, words := angry()[0], angry()[0], angry()[0]
	off.Enabled = false
	judged.Condition = ptr(`contact.email == ""`)
	words.Action = ptr("hand the matter over")
	for name, test := range map[string]struct {
		rules   []console.Rule
		offered bool
	}{
		"none": {nil, false}, "one": {angry()[:1], true}, "another action": {[]console.Rule{words}, false},
		"one that is off": {[]console.Rule{off}, false}, "one that is judged without a model": {[]console.Rule{judged}, false},
		"one without words": {angry()[2:], true},
	} {
		b := fullBrief()
		b.agent.Rules = test.rules
		b.set = flows.Compile(test.rules, nil)
		p := prompt(b, Limits{}.withDefaults())
		if got := len(p.Tools) == 1 && p.Tools[0].Name == handOver; got != test.offered || strings.Contains(p.System, handOver) != test.offered {
			t.Errorf("%s: offered %t, want %t:\n%s", name, got, test.offered, p.System)
		}
		if n := llm.EstimateUsage(p.Request, "").PromptTokens; n > p.tokens {
			t.Errorf("%s: %d tokens are counted, want at least %d", name, p.tokens, n)
		}
	}
}

// A model that takes no tools is asked without, at once and from then on; it has the rule's words.
func TestAModelWithoutToolsKeepsTheWords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"A manager will write to you."}})
		h.model.fails = func(r llm.Request) bool { return len(r.Tools) > 0 }
		h.db.rules = angry()
		for range 2 {
			h.customer("this is a complaint!!")
			synctest.Wait()
		}
		asked := h.model.requests()
		if len(asked) != 3 || len(asked[1].Tools) != 0 || len(asked[2].Tools) != 0 || !strings.Contains(asked[2].System, "A manager will") {
			t.Errorf("%d askings, want one with tools and two without", len(asked))
		}
		if p := h.db.lastTurn().Record.Prompt; len(p.Tools) != 0 {
			t.Errorf("the record has tools that were not offered: %+v", p.Tools)
		}
	})
}

// One that calls tools in a way that nobody understands is asked again without.
func TestAModelThatFumblesToolsIsOfferedNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{fault: llm.Fail(llm.KindBroken, nil)}, utterance{words: []string{"Sorry."}})
		h.db.rules = angry()
		h.customer("this is a complaint!!")
		time.Sleep(time.Minute)
		synctest.Wait()
		h.want("customer: this is a complaint!!", "agent: Sorry.")
		if asked := h.model.requests(); len(asked) != 2 || len(asked[0].Tools) != 1 || len(asked[1].Tools) != 0 {
			t.Errorf("%d askings: %+v", len(asked), asked)
		}
	})
}

// What is wrong with one call of a reply spoils nothing else of it, and a human sees why.
func TestABadCallSpoilsNothing(t *testing.T) {
	t.Parallel()
	misfit := []llm.Misfit{{Why: llm.FlawNotOffered}, {Tool: handOver, Why: llm.FlawCut}}
	good := calling(`{"rule":1}`, "I am sorry.")
	good.misfit = misfit
	for name, test := range map[string]struct {
		says  utterance
		fault string
	}{
		"beside a good one": {good, console.FaultCalls},
		"beside a text":     {utterance{words: []string{"I am sorry."}, finish: llm.FinishStop, misfit: misfit}, console.FaultCalls},
		"beside a cut text": {utterance{words: []string{"I am sorry. It"}, finish: llm.FinishLength, misfit: misfit}, console.FaultCut},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, test.says)
			h.db.rules = angry()
			h.customer("this is a complaint!!")
			synctest.Wait()
			h.want("customer: this is a complaint!!", "agent: I am sorry.")
			if !h.db.conversation().NeedsAttention || len(h.model.requests()) != 1 {
				t.Errorf("%s: attention %t after %d askings", name, h.db.conversation().NeedsAttention, len(h.model.requests()))
			}
			step := h.db.lastTurn().Record.Steps[0]
			if want := "calls that came to nothing: not a tool that was offered; hand_over: cut off"; step.Fault != test.fault || step.Note != want {
				t.Errorf("%s: fault %q, note %q", name, step.Fault, step.Note)
			}
		})
	}
}

// A reply that is nothing but such calls is asked for again, and the record says what was wrong.
func TestNothingButBadCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		none := llm.Fail(llm.KindBroken, &llm.CallsError{Misfits: []llm.Misfit{{Tool: handOver, Why: llm.FlawArguments}}})
		h := newHouse(t, utterance{fault: none}, utterance{words: []string{"Sorry."}})
		h.db.rules = angry()
		h.customer("this is a complaint!!")
		h.runs.Wait()
		h.want("customer: this is a complaint!!", "agent: Sorry.")
		step := h.db.lastTurn().Record.Steps[0]
		if step.Fault != "broken" || step.Note != "calls that came to nothing: hand_over: arguments that are not a JSON object" {
			t.Errorf("fault %q, note %q", step.Fault, step.Note)
		}
	})
}
