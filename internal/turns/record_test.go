package turns

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/conversations"
	"github.com/bimpe/bimpe/internal/llm"
)

var scripted = console.ModelRef{Provider: string(console.ProviderOpenAI), Name: "script"}

// wrote compares the steps of the last turn's record, whenever they were done, with what is wanted.
func (h *house) wrote(want ...console.Step) {
	h.t.Helper()
	record := h.db.lastTurn().Record
	if record == nil {
		h.t.Fatalf("the turn has no record: %+v", h.db.lastTurn())
	}
	if diff := cmp.Diff(want, record.Steps, cmpopts.IgnoreFields(console.Step{}, "At", "Took", "Note")); diff != "" {
		h.t.Errorf("steps: -want +got\n%s", diff)
	}
}

// An ordinary turn is two commits, the record among them.
func TestARecordCostsNoCommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"hello"}, usage: llm.Usage{PromptTokens: 40, CompletionTokens: 2}})
		h.customer("hi")
		synctest.Wait()
		tokens := console.Tokens{Prompt: 40, Completion: 2}
		h.wrote(console.Step{Kind: console.StepModel, Model: scripted, Try: 1, Tokens: tokens})
		if h.db.writes != 2 {
			t.Errorf("%d commits, want 2: the message and its reply", h.db.writes)
		}
		want := []console.Spending{{Model: scripted, Asked: 1, Tokens: tokens}}
		if diff := cmp.Diff(want, h.db.lastTurn().Record.Spent); diff != "" {
			t.Errorf("spent: -want +got\n%s", diff)
		}
	})
}

func TestTheRecordNamesTheRule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.db.rules = []console.Rule{{ID: "hours", Trigger: "opening hours", Response: "9 to 5", Enabled: true}}
		h.customer("What are your opening hours?")
		synctest.Wait()
		h.wrote(console.Step{Kind: console.StepRule, Rule: "hours"})
	})
}

func TestTheRecordTellsOfFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{fault: llm.Fail(llm.KindOverloaded, nil)},
			utterance{words: []string{"half"}, fault: llm.Fail(llm.KindBroken, nil)},
			utterance{fault: llm.Fail(llm.KindRefused, nil)})
		h.customer("hi")
		time.Sleep(time.Minute)
		record := h.db.lastTurn().Record
		if len(record.Steps) != 4 {
			t.Fatalf("%d steps, want three tries and an apology: %+v", len(record.Steps), record.Steps)
		}
		for i, fault := range []string{"overloaded", "broken", "refused", string(console.WhyModelFailed)} {
			if got := record.Steps[i]; got.Fault != fault {
				t.Errorf("step %d has the fault %q, want %q", i, got.Fault, fault)
			}
		}
		if waited := record.Steps[1].Waited; waited < 250*time.Millisecond {
			t.Errorf("the second try waited %v, want the back-off", waited)
		}
		if got := record.Spent[0]; got.Asked != 3 || got.Estimated == 0 || got.Tokens.Completion == 0 {
			t.Errorf("spent %+v: what had been written when the stream broke is not counted", got)
		}
	})
}

func TestTheRecordTellsOfARestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.customer("a")
		time.Sleep(500 * time.Millisecond)
		h.customer("b")
		time.Sleep(time.Minute)
		var kinds []console.StepKind
		for _, s := range h.db.lastTurn().Record.Steps {
			kinds = append(kinds, s.Kind)
		}
		want := []console.StepKind{console.StepModel, console.StepRestart, console.StepModel}
		if diff := cmp.Diff(want, kinds); diff != "" {
			t.Errorf("steps: -want +got\n%s", diff)
		}
	})
}

// A human ends the turn in a transaction of its own; what the run had come to is told afterwards.
func TestWhatAHumanDiscardedIsOnRecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.customer("hi")
		time.Sleep(1500 * time.Millisecond)
		h.send(conversations.Draft{Role: console.RoleAssistant, Text: "I am here", Key: "desk"})
		synctest.Wait()
		turn := h.db.lastTurn()
		if turn.Why != console.WhyHumanReplied || turn.EndedBy != "desk" || turn.Record == nil {
			t.Fatalf("the turn: %+v", turn)
		}
		if turn.Record.Discarded != "one " {
			t.Errorf("discarded %q, want what had been written", turn.Record.Discarded)
		}
		if s := turn.Record.Steps[0]; s.Fault != "stopped" || !s.Tokens.Estimated || s.Tokens.Completion == 0 {
			t.Errorf("the step %+v, want one that was stopped and what it cost", s)
		}
	})
}

// What a cancel keeps is a message, and so it is not told again.
func TestTheRecordOfACancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.customer("hi")
		time.Sleep(1500 * time.Millisecond)
		h.cancel()
		synctest.Wait()
		turn := h.db.lastTurn()
		if turn.State != console.TurnCancelled || turn.Record == nil || turn.Record.Discarded != "" {
			t.Fatalf("the turn: %+v, its record %+v", turn, turn.Record)
		}
		if turn.Record.Steps[0].Tokens.Completion == 0 {
			t.Error("what was written before the cancel cost nothing")
		}
	})
}

// The agent is paused while it writes: the fence discards the reply and keeps what it was.
func TestWhatAPauseDiscardedIsOnRecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.customer("hi")
		time.Sleep(1500 * time.Millisecond)
		h.must(h.db.write(func(tx) error {
			return h.db.memory.agent(func(a *console.AgentState) { a.Status = console.AgentPaused; a.Epoch++ })
		}))
		h.AgentStopped(agentID, console.WhyAgentPaused)
		synctest.Wait()
		turn := h.db.lastTurn()
		if turn.State != console.TurnDiscarded || turn.Record == nil || turn.Record.Discarded != "one " {
			t.Fatalf("the turn: %+v, its record %+v", turn, turn.Record)
		}
	})
}

// A server that stops gives the turn back; what it spent is spent.
func TestWhatAStoppedServerSpentIsCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.customer("hi")
		time.Sleep(1500 * time.Millisecond)
		h.stopWork(errStopping)
		h.runs.Wait()
		if turn := h.db.lastTurn(); turn.State != console.TurnOpen || turn.Record != nil {
			t.Errorf("the turn: %+v, want an open one without a record", turn)
		}
		h.db.locked(func(s *state) {
			if len(s.spent) != 1 || s.spent[0].Tokens.Total() == 0 {
				t.Errorf("spent %+v, want what was written before the stop", s.spent)
			}
		})
	})
}

// A provider that told what an asking cost is believed, also of one that failed or was broken off.
func TestWhatAProviderToldIsCounted(t *testing.T) {
	t.Parallel()
	used := llm.Usage{PromptTokens: 4000, CompletionTokens: 70}
	want := console.Tokens{Prompt: 4000, Completion: 70}
	refused := llm.Fail(llm.KindBroken, nil)
	refused.Usage = used
	for name, tt := range map[string]struct {
		says   utterance
		cancel bool
	}{
		"it broke":      {says: utterance{words: []string{"half"}, fault: refused}},
		"it was cut":    {says: utterance{words: []string{"one ", "two"}, pause: time.Second, spent: used}, cancel: true},
		"it fell still": {says: utterance{words: []string{"late"}, pause: time.Hour, spent: used}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, tt.says, utterance{words: []string{"whole"}})
				h.fallback("second", utterance{words: []string{"whole"}})
				h.customer("hi")
				time.Sleep(1500 * time.Millisecond)
				if tt.cancel {
					h.cancel()
				}
				h.runs.Wait()
				if got := h.db.lastTurn().Record.Steps[0].Tokens; got != want {
					t.Errorf("tokens %+v, want %+v", got, want)
				}
			})
		})
	}
}

// A reply that goes on for ever is cut: it costs what it costs, and a human looks at the half of it.
func TestACutReplyIsCountedAndCallsAHuman(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]utterance{
		"by us":           {words: slices.Repeat([]string{strings.Repeat("word ", 100)}, 1000)},
		"by the provider": {words: []string{"half a"}, finish: llm.FinishLength},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, says)
				h.customer("hi")
				h.runs.Wait()
				step := h.db.lastTurn().Record.Steps[0]
				if step.Fault != "cut" || !step.Tokens.Estimated || step.Tokens.Prompt == 0 || step.Tokens.Completion == 0 {
					t.Errorf("the step %+v, want one that was cut and what it cost, estimated", step)
				}
				if c := h.db.conversation(); !c.NeedsAttention {
					t.Error("no human is called")
				}
			})
		})
	}
}

func TestAnEstimateCountsTools(t *testing.T) {
	t.Parallel()
	r := llm.Request{System: "s", Messages: []llm.Message{{Role: llm.RoleUser, Text: "hi"}}}
	bare := estimate(r, "")
	r.Tools = []llm.Tool{{Name: "order", Description: strings.Repeat("what it does ", 20), Schema: `{"type":"object"}`}}
	if with := estimate(r, ""); with.Prompt < bare.Prompt+40 || !with.Estimated {
		t.Errorf("with a tool %+v, without %+v", with, bare)
	}
}

// A reply that nobody can see is none.
func TestAnInvisibleReplyIsNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"\u200b", " \n \u2060", "\u0001", "\u2800", "\u3164"} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, utterance{words: []string{text}})
			h.customer("hi")
			h.runs.Wait()
			if turn := h.db.lastTurn(); turn.State != console.TurnFailed || !h.db.conversation().NeedsAttention {
				t.Errorf("%q: the turn is %s", text, turn.State)
			}
		})
	}
}
