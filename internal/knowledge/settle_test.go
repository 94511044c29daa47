package knowledge

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

type fault struct{ passing bool }

func (fault) Error() string   { return "dial 10.0.0.1: refused" }
func (fault) Plain() string   { return "It went wrong." }
func (f fault) Passing() bool { return f.passing }

// Every move from fetching.
func TestWhatBecomesOfAPage(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	now := began.Add(time.Hour)
	old, text, words, slow, unknown := "Old.", "New.", "It went wrong.", "The host did not answer in time.", "The page could not be read."
	in := func(d time.Duration) *time.Time {
		at := now.Add(d)
		return &at
	}
	base := func(tries int) console.KnowledgeBase {
		return console.KnowledgeBase{
			ID: "kb", Kind: console.KnowledgeURL, Content: &old, Problem: &old, FetchedAt: &began, UpdatedAt: began,
			Status: console.KnowledgeFetching, Fetch: console.Fetch{Number: 3, Tries: tries, Due: &began, Node: "node"},
		}
	}
	for name, test := range map[string]struct {
		outcome outcome
		tries   int
		want    func(*console.KnowledgeBase)
	}{
		"a text": {outcome{text: text}, 2, func(kb *console.KnowledgeBase) {
			kb.Status, kb.Content, kb.Problem, kb.FetchedAt, kb.Fetch.Due = console.KnowledgeReady, &text, nil, &now, nil
		}},
		"a refusal": {outcomeOf(fault{passing: false}), 1, func(kb *console.KnowledgeBase) {
			kb.Status, kb.Problem, kb.Fetch.Due = console.KnowledgeFailed, &words, nil
		}},
		"a passing fault": {outcomeOf(fault{passing: true}), 1, func(kb *console.KnowledgeBase) {
			kb.Status, kb.Problem, kb.Fetch.Due = console.KnowledgePending, &words, in(5*time.Second)
		}},
		"a second one": {outcomeOf(fault{passing: true}), 2, func(kb *console.KnowledgeBase) {
			kb.Status, kb.Problem, kb.Fetch.Due = console.KnowledgePending, &words, in(30*time.Second)
		}},
		"a third one, of time": {outcomeOf(context.DeadlineExceeded), 3, func(kb *console.KnowledgeBase) {
			kb.Status, kb.Problem, kb.Fetch.Due = console.KnowledgePending, &slow, in(2*time.Minute)
		}},
		"the last one": {outcomeOf(fault{passing: true}), 4, func(kb *console.KnowledgeBase) {
			kb.Status, kb.Problem, kb.Fetch.Due = console.KnowledgeFailed, &words, nil
		}},
		"a fault of ours": {outcomeOf(errors.New("index out of range")), 1, func(kb *console.KnowledgeBase) {
			kb.Status, kb.Problem, kb.Fetch.Due = console.KnowledgeFailed, &unknown, nil
		}},
		"one that servers die of": {outcome{words: words, final: true}, 5, func(kb *console.KnowledgeBase) {
			kb.Status, kb.Problem, kb.Fetch.Due = console.KnowledgeFailed, &words, nil
		}},
		"the server ends": {outcome{err: context.Canceled, stopped: true}, 2, func(kb *console.KnowledgeBase) {
			kb.Status, kb.Fetch.Tries, kb.UpdatedAt = console.KnowledgePending, 1, began
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := base(test.tries)
			want.Fetch.Node, want.UpdatedAt = "", now
			test.want(&want)
			if diff := cmp.Diff(want, test.outcome.apply(base(test.tries), now)); diff != "" {
				t.Errorf("apply (-want +got):\n%s", diff)
			}
		})
	}
}
