package llmtest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/llm"
)

// expectation is what a recording must come to. A kind means failure, and text then what comes before.
type expectation struct {
	recording  string
	ask        asking
	text       string
	finish     llm.Finish
	calls      []llm.Call
	misfits    []llm.Misfit
	usage      llm.Usage // compared unless Estimated, which only wants numbers
	kind       llm.Kind
	retryAfter time.Duration
	spent      bool  // a failure whose tokens are counted
	answered   bool  // a failure that the server answered with
	cause      error // of a failure, if it matters
}

// asking is what is asked for.
type asking int

const (
	forStream asking = iota
	forTools
	forWhole
	forWholeTools
)

// name is the recording's, with what makes a second use of it another case.
func (e expectation) name() string {
	return e.recording + map[asking]string{forTools: " for tools", forWhole: " for whole", forWholeTools: " for whole with tools"}[e.ask]
}

// idle is short where the wait is what is tested.
func (e expectation) idle() time.Duration {
	if strings.HasPrefix(e.recording, "stall") {
		return Idle
	}
	return Patience
}

func (e expectation) request() llm.Request {
	r := Question()
	if e.ask == forTools || e.ask == forWholeTools {
		r = Order()
	}
	r.Whole = e.ask == forWhole || e.ask == forWholeTools
	return r
}

func (e expectation) check(t *testing.T, got Reply) {
	t.Helper()
	if e.text != "" && got.Text != e.text {
		t.Errorf("%s: text %q, want %q", e.recording, got.Text, e.text)
	}
	if e.kind != "" {
		e.checkError(t, got.Err)
		return
	}
	if got.Err != nil {
		t.Fatalf("%s: error %v, want none", e.recording, got.Err)
	}
	if got.End.Finish != e.finish {
		t.Errorf("%s: finish %q, want %q", e.recording, got.End.Finish, e.finish)
	}
	if diff := cmp.Diff(e.calls, got.End.Calls); diff != "" {
		t.Errorf("%s: calls (-want +got):\n%s", e.recording, diff)
	}
	if diff := cmp.Diff(e.misfits, got.End.Misfits); diff != "" {
		t.Errorf("%s: misfits (-want +got):\n%s", e.recording, diff)
	}
	u := got.End.Usage
	if e.usage.Estimated && (!u.Estimated || u.PromptTokens == 0 || u.CompletionTokens == 0) {
		t.Errorf("%s: usage %+v, want an estimate", e.recording, u)
	}
	if !e.usage.Estimated && u != e.usage {
		t.Errorf("%s: usage %+v, want %+v", e.recording, u, e.usage)
	}
}

func (e expectation) checkError(t *testing.T, err error) {
	t.Helper()
	got, ok := errors.AsType[*llm.Error](err)
	if !ok {
		t.Fatalf("%s: error %v (%T), want an *llm.Error of kind %q", e.recording, err, err, e.kind)
	}
	if got.Kind != e.kind || got.RetryAfter != e.retryAfter {
		t.Errorf("%s: kind %q after %v, want %q after %v (%v)",
			e.recording, got.Kind, got.RetryAfter, e.kind, e.retryAfter, err)
	}
	if (got.Usage.CompletionTokens > 0) != e.spent {
		t.Errorf("%s: the attempt cost %+v, want that tokens were spent to be %t (%v)", e.recording, got.Usage, e.spent, err)
	}
	// Where an error's body stalls, not every vendor's client tells its status.
	if got.Answered != e.answered && e.recording != "stall_in_error" {
		t.Errorf("%s: answered with an error: %t, want %t (%v)", e.recording, got.Answered, e.answered, err)
	}
	if e.cause != nil && !errors.Is(err, e.cause) {
		t.Errorf("%s: error %v, want one because of %v", e.recording, err, e.cause)
	}
}

func cases() []expectation {
	all := replies()
	all = append(all, called()...)
	all = append(all, inOnePiece()...)
	all = append(all, refusals()...)
	return append(all, broken()...)
}

func replies() []expectation {
	guess := llm.Usage{Estimated: true}
	return []expectation{
		{recording: "reply", text: "We open at nine.", finish: llm.FinishStop, usage: llm.Usage{PromptTokens: 21, CompletionTokens: 5}},
		{recording: "cached", text: "We open at nine.", finish: llm.FinishStop, usage: llm.Usage{PromptTokens: 2121, CachedTokens: 2000, CompletionTokens: 5}},
		{recording: "length", text: "We open", finish: llm.FinishLength, usage: guess},
		{recording: "no_usage", text: "We open at nine.", finish: llm.FinishStop, usage: guess},
		{recording: "no_done", text: "We open at nine.", finish: llm.FinishStop, usage: guess},
		{recording: "no_finish", text: "We open at nine.", finish: llm.FinishStop, usage: guess},
		{recording: "stall_after_finish", text: "We open at nine.", finish: llm.FinishStop, usage: guess},
		{recording: "keep_alive", text: "We open at nine.", finish: llm.FinishStop, usage: guess},
		{recording: "half_utf8", text: "Voilà 你好 🍞!", finish: llm.FinishStop, usage: guess},
		{recording: "bad_utf8", text: "a\uFFFDb\uFFFDc\uFFFD", finish: llm.FinishStop, usage: guess},
	}
}

func called() []expectation {
	guess := llm.Usage{Estimated: true}
	hours := llm.Call{ID: "call_1", Name: "opening_hours", Arguments: `{"day":"monday"}`}
	price := llm.Call{ID: "call_2", Name: "price", Arguments: `{"of":"bröd 🍞"}`}
	bare := llm.Call{ID: "call_1", Name: "price", Arguments: "{}"}
	return []expectation{
		{
			recording: "call", ask: forTools, text: "Let me look.", finish: llm.FinishCalls, calls: []llm.Call{hours},
			usage: llm.Usage{PromptTokens: 80, CompletionTokens: 20},
		},
		{recording: "calls", ask: forTools, finish: llm.FinishCalls, calls: []llm.Call{hours, price}, usage: guess},
		{recording: "call_without_arguments", ask: forTools, finish: llm.FinishCalls, calls: []llm.Call{bare}, usage: guess},
		{recording: "call_without_id", ask: forTools, finish: llm.FinishCalls, calls: []llm.Call{bare}, usage: guess},
		{
			recording: "calls_mixed", ask: forTools, text: "Let me look.", finish: llm.FinishCalls, calls: []llm.Call{hours},
			misfits: []llm.Misfit{{Why: llm.FlawNotOffered}, {Tool: "price", Why: llm.FlawArguments}}, usage: guess,
		},
		{
			recording: "calls_cut", ask: forTools, text: "Let me look.", finish: llm.FinishCalls, calls: []llm.Call{hours},
			misfits: []llm.Misfit{{Tool: "price", Why: llm.FlawCut}}, usage: guess,
		},
		{
			recording: "calls_endless", ask: forTools, text: "Let me look.", finish: llm.FinishCalls, calls: []llm.Call{hours},
			misfits: []llm.Misfit{{Tool: "price", Why: llm.FlawCut}}, usage: guess,
		},
		{recording: "call_cut", ask: forTools, finish: llm.FinishCalls, calls: []llm.Call{hours}, usage: guess}, // behind it
		{
			recording: "call_twice", ask: forTools, finish: llm.FinishCalls, usage: guess,
			calls: []llm.Call{{ID: "call_1", Name: "opening_hours", Arguments: "{}"}}, misfits: []llm.Misfit{{Tool: "price", Why: llm.FlawTwice}},
		},
		{
			recording: "call", text: "Let me look.", finish: llm.FinishStop, misfits: []llm.Misfit{{Why: llm.FlawNotOffered}},
			usage: llm.Usage{PromptTokens: 80, CompletionTokens: 20},
		},
		{recording: "calls", kind: llm.KindBroken, spent: true, cause: llm.ErrCalls}, // nobody offered them
		{recording: "call_malformed", ask: forTools, kind: llm.KindBroken, spent: true, cause: llm.ErrCalls},
		{recording: "call_no_object", ask: forTools, kind: llm.KindBroken, spent: true, cause: llm.ErrCalls},
		{recording: "call_endless", ask: forTools, kind: llm.KindBroken, spent: true, cause: llm.ErrCalls},
		{recording: "calls_10000", kind: llm.KindBroken, spent: true, cause: llm.ErrCalls},
		{
			recording: "calls_10000", ask: forTools, finish: llm.FinishCalls, calls: prices(llm.MaxCalls),
			misfits: []llm.Misfit{{Why: llm.FlawMany}}, usage: guess,
		},
	}
}

// prices are the first n of the recording with ten thousand.
func prices(n int) []llm.Call {
	all := make([]llm.Call, n)
	for i := range all {
		all[i] = llm.Call{ID: fmt.Sprint("call_", i), Name: "price", Arguments: "{}"}
	}
	return all
}

func inOnePiece() []expectation {
	guess := llm.Usage{Estimated: true}
	hours := llm.Call{ID: "call_1", Name: "opening_hours", Arguments: `{"day":"monday"}`}
	price := llm.Call{ID: "call_2", Name: "price", Arguments: "{}"}
	return []expectation{
		{recording: "whole", ask: forWhole, text: "We open at nine.", finish: llm.FinishStop, usage: llm.Usage{PromptTokens: 21, CompletionTokens: 5}},
		{recording: "whole_calls", ask: forWholeTools, text: "Let me look.", finish: llm.FinishCalls, calls: []llm.Call{hours, price}, usage: llm.Usage{PromptTokens: 80, CompletionTokens: 30}},
		{
			recording: "whole_calls", ask: forWhole, text: "Let me look.", finish: llm.FinishStop,
			misfits: []llm.Misfit{{Why: llm.FlawNotOffered}, {Why: llm.FlawNotOffered}}, usage: llm.Usage{PromptTokens: 80, CompletionTokens: 30},
		},
		{recording: "reply", ask: forWhole, text: "We open at nine.", finish: llm.FinishStop, usage: llm.Usage{PromptTokens: 21, CompletionTokens: 5}},
		{recording: "no_usage", ask: forWhole, text: "We open at nine.", finish: llm.FinishStop, usage: guess},
		{recording: "whole_cut", ask: forWhole, kind: llm.KindBroken},
		{recording: "whole_empty", ask: forWhole, kind: llm.KindBroken, spent: true},
		{recording: "whole_error", ask: forWhole, kind: llm.KindOverloaded},
		{recording: "not_json", ask: forWhole, kind: llm.KindBroken},
		{recording: "stall_at_first", ask: forWhole, kind: llm.KindTimeout},
	}
}

func refusals() []expectation {
	all := []expectation{
		{recording: "overloaded", kind: llm.KindOverloaded, retryAfter: 7 * time.Second},
		{recording: "overloaded_date", kind: llm.KindOverloaded, retryAfter: 90 * time.Second},
		{recording: "overloaded_529", kind: llm.KindOverloaded},
		{recording: "no_quota", kind: llm.KindRefused},
		{recording: "unavailable", kind: llm.KindUnavailable},
		{recording: "unavailable_later", kind: llm.KindUnavailable, retryAfter: 3 * time.Second},
		{recording: "failed", kind: llm.KindUnavailable},
		{recording: "conflict", kind: llm.KindUnavailable},
		{recording: "timeout", kind: llm.KindTimeout},
		{recording: "refused", kind: llm.KindRefused},
		{recording: "forbidden", kind: llm.KindRefused},
		{recording: "invalid", kind: llm.KindInvalid},
		{recording: "not_found", kind: llm.KindInvalid},
		{recording: "moved", kind: llm.KindInvalid},
		{recording: "endless_error", kind: llm.KindUnavailable},
		{recording: "stall_in_error", kind: llm.KindTimeout},
	}
	for i := range all {
		all[i].answered = all[i].recording != "moved"
	}
	return all
}

func broken() []expectation {
	return []expectation{
		{recording: "cut", text: "We open", kind: llm.KindBroken, spent: true},
		{recording: "unfinished", text: "We open", kind: llm.KindBroken, spent: true},
		{recording: "empty", kind: llm.KindBroken},
		{recording: "empty_reply", kind: llm.KindBroken, cause: llm.ErrEmpty},
		{recording: "withheld", kind: llm.KindWithheld},
		{recording: "filtered", text: "We ", kind: llm.KindWithheld, spent: true},
		{recording: "call_held_back", ask: forTools, text: "Let me look.", kind: llm.KindWithheld, spent: true},
		{recording: "no_room", kind: llm.KindBroken, spent: true, cause: llm.ErrNoRoom},
		{recording: "malformed", text: "We open", kind: llm.KindBroken, spent: true},
		{recording: "not_a_stream", kind: llm.KindBroken},
		{recording: "not_json", kind: llm.KindBroken},
		{recording: "endless", kind: llm.KindBroken, spent: true},
		{recording: "long_event", kind: llm.KindBroken},
		{recording: "error_in_stream", text: "We open", kind: llm.KindOverloaded, spent: true},
		{recording: "stall", text: "We open", kind: llm.KindTimeout, spent: true},
		{recording: "stall_at_first", kind: llm.KindTimeout},
		{recording: "stall_after_head", kind: llm.KindTimeout},
	}
}
