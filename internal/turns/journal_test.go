package turns

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

func TestTheJournalIsBoundedAndCountsAll(t *testing.T) {
	t.Parallel()
	var j journal
	dear := console.Money{Currency: "USD", Nanos: 7}
	for range console.MaxSteps + 5 {
		j.add(console.Step{
			Kind: console.StepModel, Model: console.ModelRef{Name: "m"}, Note: strings.Repeat("é", maxNote),
			Tokens: console.Tokens{Prompt: 2, Completion: 1}, Cost: dear,
		})
	}
	got := j.written()
	if len(got.Steps) != console.MaxSteps || got.Omitted != 5 {
		t.Errorf("%d steps and %d omitted, want %d and 5", len(got.Steps), got.Omitted, console.MaxSteps)
	}
	if note := got.Steps[0].Note; len(note) > maxNote || !utf8.ValidString(note) {
		t.Errorf("a note of %d bytes, valid %v; want at most %d in whole characters", len(note), utf8.ValidString(note), maxNote)
	}
	want := []console.Spending{{
		Model: console.ModelRef{Name: "m"}, Asked: 105, Tokens: console.Tokens{Prompt: 210, Completion: 105},
		Cost: console.Money{Currency: "USD", Nanos: 735},
	}}
	if diff := cmp.Diff(want, got.Spent); diff != "" {
		t.Errorf("spent: -want +got\n%s", diff)
	}
}

func TestWhatWasWrittenDoesNotChange(t *testing.T) {
	t.Parallel()
	var j journal
	j.add(console.Step{Kind: console.StepModel, Tokens: console.Tokens{Prompt: 1}})
	early := j.written()
	j.add(console.Step{Kind: console.StepModel, Tokens: console.Tokens{Prompt: 1}})
	if len(early.Steps) != 1 || early.Spent[0].Tokens.Prompt != 1 {
		t.Errorf("a record that was taken grew to %+v", early)
	}
}

// TestWhatFailedIsNamed holds records to a word each, never the text of an error.
func TestWhatFailedIsNamed(t *testing.T) {
	t.Parallel()
	answered := llm.Fail(llm.KindTimeout, nil)
	answered.Answered = true
	for _, tt := range []struct {
		err     error
		text    string
		want    string
		charged bool
	}{
		{answered, "", "timeout", false},
		{answered, "half", "timeout", true},
		{llm.Fail(llm.KindTimeout, nil), "", "timeout", true},
		{nil, "", "", true},
		{llm.Fail(llm.KindOverloaded, errors.New("sk_secret")), "", "overloaded", false},
		{llm.Fail(llm.KindRefused, nil), "", "refused", false},
		{llm.Fail(llm.KindUnavailable, nil), "half", "unavailable", true},
		{llm.Fail(llm.KindBroken, nil), "", "broken", true},
		{errNothingSaid, "", "empty", true},
		{errAgain, "", "restarted", true},
		{errExpired, "", "deadline", true},
		{context.DeadlineExceeded, "", "deadline", true},
		{errStopping, "", "shutdown", true},
		{errHalted, "half", "stopped", true},
		{errGone, "", "stopped", true},
		{errStopped, "", "stopped", true},
		{errors.New("dial 10.0.0.1"), "", "unknown", true},
	} {
		if got := word(tt.err); got != tt.want {
			t.Errorf("%v is called %q, want %q", tt.err, got, tt.want)
		}
		if got := charged(tt.err, tt.text); got != tt.charged {
			t.Errorf("%v after %q is charged: %v, want %v", tt.err, tt.text, got, tt.charged)
		}
	}
}
