package knowledge_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/knowledge"
)

func stocked(t *testing.T) (*fakeStore, *knowledge.Service) {
	t.Helper()
	store, s := newStore(), newService()
	for _, d := range []knowledge.Draft{
		text("Hours", "We are open from nine to six.\n\nOn Sundays we are closed."),
		text("Delivery", "# Prices\nDelivery in town costs 5 euros.\n# Times\nDeliveries leave at noon. We deliver daily."),
		text("Pets", "Dogs are welcome on the terrace, cats are not. Dogs get water."),
		text("Horarios", "Las entregas a domicilio se hacen por la mañana y los pedidos se preparan en la cocina."),
		text("营业", "我们的营业时间是早上九点到晚上六点。"),
		text("ساعات", "ساعات العمل من التاسعة حتى السادسة"),
	} {
		if _, err := s.Add(t.Context(), store, "agent", d); err != nil {
			t.Fatalf("Add %s: %v", d.Name, err)
		}
	}
	return store, s
}

func TestFind(t *testing.T) {
	t.Parallel()
	store, s := stocked(t)
	tests := []struct{ question, source, begins string }{
		{"When are you open?", "Hours", "We are open"},
		{"what does the delivery cost", "Delivery", "Prices\n\nDelivery in town"},
		{"At which times do deliveries leave?", "Delivery", "Times\n\nDeliveries leave"},
		{"May I bring my dog?", "Pets", "Dogs are"},
		{"¿Hacen entrega por las mañanas?", "Horarios", "Las entregas"},
		{"entrega", "Horarios", "Las entregas"},
		{"营业时间？", "营业", "我们的"},
		{"ما هي ساعات العمل؟", "ساعات", "ساعات"},
	}
	for _, test := range tests {
		got, err := s.Find(t.Context(), store, "agent", test.question, 2)
		if err != nil || len(got) == 0 || len(got) > 2 {
			t.Errorf("Find(%q) = %v, %v", test.question, got, err)
			continue
		}
		if got[0].Source != test.source || !strings.HasPrefix(got[0].Text, test.begins) {
			t.Errorf("Find(%q) = %q of %s, want %q of %s", test.question, got[0].Text, got[0].Source, test.begins, test.source)
		}
	}
}

func TestFindNothing(t *testing.T) {
	t.Parallel()
	store, s := stocked(t)
	for _, question := range []string{"", "?!", "What is it?", "xyzzy"} {
		store.asked = nil
		if got, err := s.Find(t.Context(), store, "agent", question, 3); err != nil || got != nil {
			t.Errorf("Find(%q) = %v, %v, want none", question, got, err)
		}
	}
	if got, err := s.Find(t.Context(), store, "agent", "dogs", 0); err != nil || got != nil {
		t.Errorf("Find of none = %v, %v", got, err)
	}
	if got, err := s.Find(t.Context(), newStore(), "agent", "dogs", 3); err != nil || got != nil {
		t.Errorf("Find without knowledge = %v, %v", got, err)
	}
}

func TestFindBoundsTheQuery(t *testing.T) {
	t.Parallel()
	store, s := stocked(t)
	var long strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&long, "wording%d ", i)
	}
	if _, err := s.Find(t.Context(), store, "agent", long.String(), 3); err != nil {
		t.Fatalf("Find: %v", err)
	}
	if n := len(store.asked); n < 32 || n > 32*6 {
		t.Errorf("asked for %d words, want those of 32 terms", n)
	}
}

// forgetful is a store from which passages vanish between the two reads of a search.
type forgetful struct{ *fakeStore }

func (f forgetful) Passages(ctx context.Context, agent console.ID, ids []console.ID) ([]console.Passage, error) {
	return f.fakeStore.Passages(ctx, agent, ids[1:])
}

func TestFindLeavesOutWhatVanished(t *testing.T) {
	t.Parallel()
	store, s := stocked(t)
	all, err := s.Find(t.Context(), store, "agent", "delivery price times", 2)
	if err != nil || len(all) != 2 {
		t.Fatalf("Find = %v, %v", all, err)
	}
	got, err := s.Find(t.Context(), forgetful{store}, "agent", "delivery price times", 2)
	if err != nil || len(got) != 1 || got[0].ID != all[1].ID {
		t.Errorf("Find with the best one gone = %v, %v, want %v", got, err, all[1:])
	}
}

type broken struct{ *fakeStore }

var errBroken = errors.New("broken")

func (broken) Postings(context.Context, console.ID, []string) (knowledge.Postings, error) {
	return knowledge.Postings{}, errBroken
}

func TestFindPassesErrorsOn(t *testing.T) {
	t.Parallel()
	if _, err := newService().Find(t.Context(), broken{newStore()}, "agent", "dogs", 1); !errors.Is(err, errBroken) {
		t.Errorf("Find = %v, want the store's error", err)
	}
}
