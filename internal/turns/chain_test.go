package turns

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

func failing(k llm.Kind) *llm.Error { return llm.Fail(k, nil) }

func later(k llm.Kind, after time.Duration) *llm.Error {
	e := llm.Fail(k, nil)
	e.RetryAfter = after
	return e
}

// Whom to ask next and when, after what has failed, of a chain of so many.
func TestAskDecides(t *testing.T) {
	t.Parallel()
	type move struct {
		who     int
		after   time.Duration
		silence time.Duration
		sorry   bool
		resort  bool
	}
	const all = time.Minute
	ms := time.Millisecond
	tests := map[string]struct {
		chain int
		tries []try
		left  time.Duration
		want  move
	}{
		"the first":                    {1, nil, all, move{}},
		"the first of two":             {2, nil, all, move{silence: 20 * time.Second}},
		"little time for the first":    {2, nil, 40 * time.Second, move{silence: 10 * time.Second}},
		"no time for the first":        {2, nil, 20 * time.Second, move{silence: ms}},
		"the last is not hurried":      {2, []try{{who: 0, fault: failing(llm.KindRefused)}}, all, move{who: 1}},
		"once more":                    {1, []try{{who: 0, fault: failing(llm.KindUnavailable)}}, all, move{after: 250 * ms}},
		"and longer":                   {1, []try{{who: 0, fault: failing(llm.KindBroken)}, {who: 0, fault: failing(llm.KindBroken)}}, all, move{after: 500 * ms}},
		"four times in all":            {1, slices.Repeat([]try{{who: 0, fault: failing(llm.KindBroken)}}, 4), all, move{sorry: true}},
		"each four times":              {2, slices.Repeat([]try{{who: 0, fault: failing(llm.KindBroken)}}, 4), all, move{who: 1}},
		"each has its own pauses":      {2, append(slices.Repeat([]try{{who: 0, fault: failing(llm.KindBroken)}}, 4), try{who: 1, fault: failing(llm.KindBroken)}), all, move{who: 1, after: 250 * ms}},
		"bad credentials":              {2, []try{{who: 0, fault: failing(llm.KindRefused)}}, all, move{who: 1}},
		"bad request":                  {2, []try{{who: 0, fault: failing(llm.KindInvalid)}}, all, move{who: 1}},
		"nobody is left":               {1, []try{{who: 0, fault: failing(llm.KindInvalid)}}, all, move{sorry: true}},
		"a stall, with a fallback":     {2, []try{{who: 0, fault: failing(llm.KindTimeout)}}, all, move{who: 1}},
		"a stall, alone":               {1, []try{{who: 0, fault: failing(llm.KindTimeout)}}, all, move{after: 250 * ms}},
		"Retry-After":                  {1, []try{{who: 0, fault: later(llm.KindOverloaded, 7*time.Second)}}, all, move{after: 7 * time.Second}},
		"a short one, with a fallback": {2, []try{{who: 0, fault: later(llm.KindOverloaded, time.Second)}}, all, move{after: time.Second, silence: 20 * time.Second}},
		"a long one, with a fallback":  {2, []try{{who: 0, fault: later(llm.KindOverloaded, 3*time.Second)}}, all, move{who: 1}},
		"beyond the turn's time":       {1, []try{{who: 0, fault: later(llm.KindOverloaded, time.Hour)}}, all, move{sorry: true}},
		"beyond its share":             {2, []try{{who: 0, fault: failing(llm.KindUnavailable)}}, 30*time.Second + 250*ms, move{who: 1}},
		"just within its share":        {2, []try{{who: 0, fault: failing(llm.KindUnavailable)}}, 30*time.Second + 251*ms, move{after: 250 * ms, silence: ms}},
		"a breaker, with a fallback":   {2, []try{{who: 0, fault: &shutError{after: time.Second}}}, all, move{who: 1}},
		"a breaker, alone":             {1, []try{{who: 0, fault: &shutError{after: 5 * time.Second}}}, all, move{after: 5 * time.Second}},
		"a breaker, alone, for long":   {1, []try{{who: 0, fault: &shutError{after: 30 * time.Second}}}, all, move{silence: 20 * time.Second, resort: true}},
		"and little time":              {1, []try{{who: 0, fault: &shutError{after: 30 * time.Second}}}, 5 * time.Second, move{silence: 5 * time.Second, resort: true}},
		"a resort once":                {1, []try{{who: 0, fault: &shutError{after: 30 * time.Second}}, {who: 0, fault: failing(llm.KindBroken), resort: true}}, all, move{sorry: true}},
		"told to wait":                 {1, []try{{who: 0, fault: &shutError{after: 30 * time.Second, told: true}}}, all, move{after: 30 * time.Second}},
		"told to wait for too long":    {1, []try{{who: 0, fault: &shutError{after: 30 * time.Second, told: true}}}, 20 * time.Second, move{sorry: true}},
		"withheld":                     {1, []try{{who: 0, fault: failing(llm.KindWithheld)}}, all, move{sorry: true}},
		"withheld, with a fallback":    {2, []try{{who: 0, fault: failing(llm.KindWithheld)}}, all, move{who: 1}},
		"nothing was said":             {1, []try{{who: 0, fault: errNothingSaid}}, all, move{after: 250 * ms}},
		"a fault of another kind":      {2, []try{{who: 0, fault: errors.New("odd")}}, all, move{who: 1}},
		"the chain has become shorter": {1, []try{{who: 3, fault: failing(llm.KindInvalid)}}, all, move{sorry: true}},
		"there is none":                {0, nil, all, move{sorry: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := transcript{brief: fullBrief(), chain: make([]Candidate, tt.chain), tries: tt.tries, left: tt.left}
			var got move
			switch do := tr.ask(Limits{}.withDefaults()).(type) {
			case ask:
				got = move{who: do.who, after: do.after, silence: do.silence, resort: do.resort}
			case say:
				got = move{sorry: do.reply.state == console.TurnFailed && do.reply.attention && do.reply.why == console.WhyModelFailed}
			}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
	if _, ok := (transcript{}).ask(Limits{}).(choose); !ok {
		t.Error("a model is asked before it is known whom to ask")
	}
}

// Pauses are spread, but none is shorter than what the provider asked for.
func TestWaitIsSpread(t *testing.T) {
	t.Parallel()
	l := Limits{}.withDefaults()
	for _, tt := range []struct {
		fault  error
		asked  int
		jitter float64
		want   time.Duration
	}{
		{failing(llm.KindBroken), 1, 0, 250 * time.Millisecond},
		{failing(llm.KindBroken), 1, 0.5, 187500 * time.Microsecond},
		{failing(llm.KindBroken), 3, 0, time.Second},
		{failing(llm.KindBroken), 60, 0, maxBackoff},
		{later(llm.KindOverloaded, 3*time.Second), 1, 0, 3 * time.Second},
		{later(llm.KindOverloaded, 3*time.Second), 1, 0.5, 3*time.Second + 62500*time.Microsecond},
		{later(llm.KindOverloaded, time.Millisecond), 1, 0, 250 * time.Millisecond},
	} {
		if got := wait(tt.fault, tt.asked, tt.jitter, l); got != tt.want {
			t.Errorf("wait(%v, %d, %v) = %v, want %v", tt.fault, tt.asked, tt.jitter, got, tt.want)
		}
	}
}

// steps are the record's steps about models, in a few words.
func (h *house) steps() []string {
	var all []string
	for _, s := range h.db.lastTurn().Record.Steps {
		if s.Kind == console.StepModel || s.Kind == console.StepSkipped {
			all = append(all, strings.TrimSpace(string(s.Kind)+" "+s.Model.Name+" "+s.Fault))
		}
	}
	return all
}

func (h *house) wantSteps(want ...string) {
	h.t.Helper()
	if diff := cmp.Diff(want, h.steps()); diff != "" {
		h.t.Errorf("the record (-want +got):\n%s", diff)
	}
}

func TestFallbackAnswers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		first utterance
		took  time.Duration
		steps []string
	}{
		"refused":  {utterance{fault: failing(llm.KindRefused)}, 0, []string{"model script refused", "model second"}},
		"overload": {utterance{fault: later(llm.KindOverloaded, time.Hour)}, 0, []string{"model script overloaded", "model second"}},
		"silent":   {utterance{words: []string{"x"}, pause: time.Hour}, 20 * time.Second, []string{"model script timeout", "model second"}},
		"dead": {
			utterance{fault: failing(llm.KindUnavailable)},
			1750 * time.Millisecond,
			[]string{"model script unavailable", "model script unavailable", "model script unavailable", "model script unavailable", "model second"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, tt.first)
				h.fallback("second", utterance{words: []string{"here"}})
				begun := time.Now()
				h.customer("a")
				h.runs.Wait()
				h.want("customer: a", "agent: here")
				h.wantSteps(tt.steps...)
				if took := time.Since(begun); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				if h.db.conversation().NeedsAttention {
					t.Error("a human is called though the fallback answered")
				}
			})
		})
	}
}

// What readers heard of a model that then fell silent is taken back before the fallback is heard.
func TestHalfAReplyIsTakenBackForTheFallback(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"half"}, fault: failing(llm.KindRefused)})
		h.fallback("second", utterance{words: []string{"whole"}})
		h.customer("a")
		h.runs.Wait()
		h.want("customer: a", "agent: whole")
		deltas, discarded := h.ears.heard("delta"), h.ears.heard("discarded")
		if len(deltas) != 2 || len(discarded) != 1 || !strings.HasPrefix(deltas[0], discarded[0]) {
			t.Errorf("deltas %v, discarded %v", deltas, discarded)
		}
	})
}

// However they fail, the customer has an apology within the turn's time, and a human is called.
func TestAllModelsAreDead(t *testing.T) {
	t.Parallel()
	hang := utterance{words: []string{"x"}, pause: time.Hour}
	dead := utterance{fault: failing(llm.KindUnavailable)}
	for name, says := range map[string][]utterance{"all hang": {hang, hang, hang}, "all refuse": {dead, dead, dead}, "mixed": {hang, dead, hang}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, says[0])
				h.fallback("second", says[1])
				h.fallback("third", says[2])
				begun := time.Now()
				h.customer("a")
				h.runs.Wait()
				h.want("customer: a", "agent: "+apology("en"))
				if took := time.Since(begun); took > h.Limits.Turn {
					t.Errorf("the customer waited for %v", took)
				}
				if !h.db.conversation().NeedsAttention {
					t.Error("no human is called")
				}
			})
		})
	}
}

// The store may be out of reach when it is asked for the models: it is asked again.
func TestModelsAreAskedForAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"ok"}})
		h.chainless = 3
		h.customer("a")
		h.runs.Wait()
		h.want("customer: a", "agent: ok")
	})
}

// A model that hangs and holds all its places keeps nobody from another one.
func TestModelsHavePlacesOfTheirOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"x"}})
		h.Limits.Upstream = 1
		if err := h.health().enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		other := h.healths.of(Candidate{Connection: "other"}, 1)
		if err := other.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.customer("a")
		synctest.Wait()
		h.want("customer: a") // the model's one place is taken
		h.health().leave()
		h.runs.Wait()
		h.want("customer: a", "agent: x")
	})
}

// A reply that a filter broke off is none: the next model is asked, and what had been heard of it is taken back.
func TestAReplyThatWasHeldBackIsTheFallbacks(t *testing.T) {
	t.Parallel()
	held := utterance{words: []string{"half "}, fault: llm.Fail(llm.KindWithheld, nil)}
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, held)
		h.fallback("second", utterance{words: []string{"whole"}})
		h.customer("a")
		h.runs.Wait()
		h.want("customer: a", "agent: whole")
		if n := len(h.ears.heard("discarded")); n != 1 {
			t.Errorf("readers were told %d times to forget what they heard, want once", n)
		}
		if got := h.db.lastTurn().Record.Steps[0].Fault; got != string(llm.KindWithheld) {
			t.Errorf("the record names the fault %q", got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, held)
		h.customer("a")
		h.runs.Wait()
		h.want("customer: a", "agent: "+apology("en"))
		if n := len(h.model.requests()); n != 1 {
			t.Errorf("it was asked for %d times, want once", n)
		}
	})
}
