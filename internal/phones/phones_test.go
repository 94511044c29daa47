package phones_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/phones"
)

func TestANumberFulfilsARequest(t *testing.T) {
	t.Parallel()
	store := newStore()
	asked := console.NumberRequest{
		ID: "wish", Status: console.RequestUnderReview, StatusReason: ptr("wait"), UpdatedAt: noon().Add(-time.Hour),
	}
	store.requests["wish"] = asked
	got, err := newService().Add(t.Context(), store, phones.Draft{
		E164: "+2348012345678", Label: ptr("Desk"), AgentID: ptr(console.ID("ada")), Request: ptr(console.ID("wish")),
	})
	if err != nil {
		t.Fatalf("Add: %v", err)
	}
	want := console.PhoneNumber{
		ID: "id0001", E164: "+2348012345678", Label: ptr("Desk"), AgentID: ptr(console.ID("ada")),
		CreatedAt: noon(), UpdatedAt: noon(),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Add (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[console.ID]console.PhoneNumber{"id0001": want}, store.numbers); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
	asked.Status, asked.StatusReason, asked.NumberID, asked.UpdatedAt = console.RequestFulfilled, nil, &want.ID, noon()
	if diff := cmp.Diff(asked, store.requests["wish"]); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}

func TestNumbersThatCannotBeAdded(t *testing.T) {
	t.Parallel()
	const good = "+2348012345678"
	for name, test := range map[string]struct {
		draft phones.Draft
		want  console.Code
		paths []string
	}{
		"no number":          {phones.Draft{}, console.CodeValidation, []string{"number"}},
		"no country":         {phones.Draft{E164: "08012345678"}, console.CodeValidation, []string{"number"}},
		"a long label":       {phones.Draft{E164: "x", Label: ptr(strings.Repeat("ö", 256))}, console.CodeValidation, []string{"number", "label"}},
		"on the server":      {phones.Draft{E164: "+12025550123"}, console.CodeConflict, nil},
		"for nobody":         {phones.Draft{E164: good, AgentID: ptr(console.ID("nobody"))}, console.CodeNotFound, nil},
		"an unknown wish":    {phones.Draft{E164: good, Request: ptr(console.ID("none"))}, console.CodeNotFound, nil},
		"a fulfilled wish":   {phones.Draft{E164: good, Request: ptr(console.ID("done"))}, console.CodeConflict, nil},
		"a wish turned down": {phones.Draft{E164: good, Request: ptr(console.ID("no"))}, console.CodeConflict, nil},
	} {
		store := newStore()
		store.numbers["there"] = console.PhoneNumber{ID: "there", E164: "+12025550123"}
		store.requests["done"] = console.NumberRequest{ID: "done", Status: console.RequestFulfilled}
		store.requests["no"] = console.NumberRequest{ID: "no", Status: console.RequestRejected}
		_, err := newService().Add(t.Context(), store, test.draft)
		if console.CodeOf(err) != test.want {
			t.Errorf("Add %s: %v, want %s", name, err, test.want)
		}
		if diff := cmp.Diff(test.paths, paths(err)); diff != "" {
			t.Errorf("Add %s: faults (-want +got):\n%s", name, diff)
		}
		if store.writes != 0 {
			t.Errorf("Add %s: %d writes, want none", name, store.writes)
		}
	}
}

func TestANumberChangesOnlyInWhatIsNamed(t *testing.T) {
	t.Parallel()
	agent := func(id console.ID) console.Opt[*console.ID] { return console.Some(&id) }
	label := func(s string) console.Opt[*string] { return console.Some(&s) }
	for name, test := range map[string]struct {
		patch phones.Patch
		agent *console.ID
		label *string
	}{
		"nothing":           {phones.Patch{}, ptr(console.ID("ada")), ptr("Desk")},
		"another agent":     {phones.Patch{AgentID: agent("bola")}, ptr(console.ID("bola")), ptr("Desk")},
		"the same agent":    {phones.Patch{AgentID: agent("ada")}, ptr(console.ID("ada")), ptr("Desk")},
		"no agent":          {phones.Patch{AgentID: console.Some[*console.ID](nil)}, nil, ptr("Desk")},
		"another label":     {phones.Patch{Label: label("Bar")}, ptr(console.ID("ada")), ptr("Bar")},
		"no label":          {phones.Patch{Label: console.Some[*string](nil)}, ptr(console.ID("ada")), nil},
		"both, and no more": {phones.Patch{AgentID: agent("bola"), Label: label("")}, ptr(console.ID("bola")), ptr("")},
	} {
		store := newStore()
		was := console.PhoneNumber{
			ID: "n", E164: "+12025550123", AgentID: ptr(console.ID("ada")), Label: ptr("Desk"),
			CreatedAt: noon().Add(-time.Hour), UpdatedAt: noon(),
		}
		store.numbers["n"] = was
		got, err := newService().Update(t.Context(), store, "n", test.patch)
		if err != nil {
			t.Errorf("Update %s: %v", name, err)
		}
		was.AgentID, was.Label, was.UpdatedAt = test.agent, test.label, noon().Add(time.Millisecond)
		if diff := cmp.Diff([]console.PhoneNumber{was, was}, []console.PhoneNumber{got, store.numbers["n"]}); diff != "" {
			t.Errorf("Update %s (-want +got):\n%s", name, diff)
		}
	}
}

func TestChangesOfANumberThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		id    console.ID
		patch phones.Patch
		want  console.Code
	}{
		"unknown number": {"none", phones.Patch{}, console.CodeNotFound},
		"unknown agent":  {"n", phones.Patch{AgentID: console.Some(ptr(console.ID("nobody")))}, console.CodeNotFound},
		"long label":     {"n", phones.Patch{Label: console.Some(ptr(strings.Repeat("x", 256)))}, console.CodeValidation},
	} {
		store := newStore()
		store.numbers["n"] = console.PhoneNumber{ID: "n"}
		if _, err := newService().Update(t.Context(), store, test.id, test.patch); console.CodeOf(err) != test.want {
			t.Errorf("Update %s: %v, want %s", name, err, test.want)
		}
		if store.writes != 0 {
			t.Errorf("Update %s: %d writes, want none", name, store.writes)
		}
	}
}
