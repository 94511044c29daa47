package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/bimpe/bimpe/bench/mock"
	"github.com/bimpe/bimpe/internal/flows"
)

func TestStamps(t *testing.T) {
	t.Parallel()
	at := time.Unix(1, 23)
	if got := stamps("| hello at atx " + stamp(at) + stamp(at)); len(got) != 2 || !got[0].Equal(at) {
		t.Errorf("stamps = %v, want %v twice", got, at)
	}
}

func TestContent(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		`{"choices":[{"delta":{"content":"a"}}]}`: "a", `{"choices":[]}`: "", "[DONE]": "",
	} {
		if got := content(data); got != want {
			t.Errorf("content(%s) = %q, want %q", data, got, want)
		}
	}
}

// What is measured must be what the row says: no rule, and two hundred conditions that do not hold.
func TestWhatIsMatched(t *testing.T) {
	t.Parallel()
	const said = "Hello, what does delivery cost, and do you have bread?"
	if d := flows.Compile(ruleset(""), nil).Decide(heard("Hello, when do you open?")); d.Rule != nil {
		t.Errorf("%+v, want no rule", d)
	}
	if d := flows.Compile(ruleset(""), nil).Decide(heard(said)); d.Rule == nil {
		t.Error("no rule, want one")
	}
	set := flows.Compile(ruleset("now.hour < 9 && contact.email == ''"), nil)
	if d, reached := set.Explain(heard(said)); d.Rule != nil || len(reached) == 0 {
		t.Errorf("%+v, with %d considered", d, len(reached))
	}
	if n := contains200(ruleset(""), said); n != matchRules {
		t.Errorf("the floor finds %d, want %d", n, matchRules)
	}
}

func TestTheWitnessTellsOnce(t *testing.T) {
	t.Parallel()
	w, err := newWitness(t.Context(), mock.Model{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}()
	w.note(w.asked, "<message>mark-1-2</message>")
	w.note(w.asked, "mark-1-2")
	if at, err := w.when(t.Context(), w.asked, "mark-1-2"); err != nil || at.IsZero() {
		t.Errorf("when = %v, %v", at, err)
	}
	ended, end := context.WithCancelCause(t.Context())
	gone := errors.New("gone")
	end(gone)
	if _, err := w.when(ended, w.left, "mark-1-2"); !errors.Is(err, gone) {
		t.Errorf("when = %v, want %v", err, gone)
	}
}
