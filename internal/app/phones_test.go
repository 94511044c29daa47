package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/phones"
	"github.com/bimpe/bimpe/internal/store"
)

// wished stores a request of a team for a number, and the team.
func wished(t *testing.T, a *Admin, name string) console.ID {
	t.Helper()
	team, err := a.team(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	var r console.NumberRequest
	err = a.db.Write(t.Context(), team.ID, func(tx *store.Tx) error {
		var err error
		r, err = a.phones.Request(t.Context(), tx, phones.Wish{
			BusinessName: name, IntendedUse: "orders", Region: "ng", AgentCount: 1,
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// standing is how the requests stand, by their team's name.
func standing(t *testing.T, a *Admin) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := a.EachNumberRequest(t.Context(), "", func(team string, r console.AskedNumber) {
		found[team] = string(r.Status)
		if r.Number != nil {
			found[team] += " " + r.Number.E164
		}
		if r.StatusReason != nil {
			found[team] += " " + *r.StatusReason
		}
	})
	if err != nil {
		t.Error(err)
	}
	return found
}

func TestAnOperatorAnswersRequests(t *testing.T) {
	t.Parallel()
	a := opened(t)
	bakery, shop, bank := wished(t, a, "bakery"), wished(t, a, "shop"), wished(t, a, "bank")
	why := "No such region."
	for _, id := range []console.ID{bakery, bank} {
		if err := a.ReviewNumberRequest(t.Context(), id, nil); err != nil {
			t.Error(err)
		}
	}
	if err := a.RejectNumberRequest(t.Context(), shop, &why); err != nil {
		t.Error(err)
	}
	n, err := a.AddNumber(t.Context(), NumberDraft{E164: "+2348012345678", Request: &bakery})
	if err != nil {
		t.Error(err)
	}
	want := map[string]string{
		"bakery": "fulfilled +2348012345678", "shop": "rejected No such region.", "bank": "under_review",
	}
	if diff := cmp.Diff(want, standing(t, a)); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	for _, team := range []string{"", "bakery"} {
		var numbers []console.ID
		err := a.EachNumber(t.Context(), team, func(team string, n console.PhoneNumber) {
			if team == "bakery" {
				numbers = append(numbers, n.ID)
			}
		})
		if diff := cmp.Diff([]console.ID{n.ID}, numbers); diff != "" || err != nil {
			t.Errorf("numbers of %q: %v (-want +got):\n%s", team, err, diff)
		}
	}
	if err := a.EachNumber(t.Context(), "shop", func(_ string, n console.PhoneNumber) { t.Errorf("the shop has %v", n) }); err != nil {
		t.Error(err)
	}
	seen := 0
	if err := a.EachNumberRequest(t.Context(), "shop", func(string, console.AskedNumber) { seen++ }); err != nil || seen != 1 {
		t.Errorf("%d requests of the shop, %v, want the one", seen, err)
	}
}

func TestNumbersThatAnOperatorCannotAdd(t *testing.T) {
	t.Parallel()
	a := opened(t)
	bakery, shop := wished(t, a, "bakery"), wished(t, a, "shop")
	if err := a.RejectNumberRequest(t.Context(), shop, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := a.AddNumber(t.Context(), NumberDraft{Team: "shop", E164: "+12025550123"}); err != nil {
		t.Fatal(err)
	}
	const good = "+2348012345678"
	nobody := console.ID("nobody")
	for name, test := range map[string]struct {
		draft NumberDraft
		want  console.Code
	}{
		"for no team":                {NumberDraft{E164: good}, console.CodeValidation},
		"of no country":              {NumberDraft{Team: "shop", E164: "0801"}, console.CodeValidation},
		"for an unknown team":        {NumberDraft{Team: "nobody", E164: good}, console.CodeNotFound},
		"for an unknown agent":       {NumberDraft{Team: "shop", E164: good, Agent: &nobody}, console.CodeNotFound},
		"for an unknown request":     {NumberDraft{E164: good, Request: &nobody}, console.CodeNotFound},
		"for another team's request": {NumberDraft{Team: "shop", E164: good, Request: &bakery}, console.CodeNotFound},
		"for a request turned down":  {NumberDraft{E164: good, Request: &shop}, console.CodeConflict},
		"that another team has":      {NumberDraft{Team: "bakery", E164: "+12025550123"}, console.CodeConflict},
		"taken, and for a request":   {NumberDraft{E164: "+12025550123", Request: &bakery}, console.CodeConflict},
	} {
		if _, err := a.AddNumber(t.Context(), test.draft); console.CodeOf(err) != test.want {
			t.Errorf("AddNumber %s: %v, want %s", name, err, test.want)
		}
	}
	if diff := cmp.Diff(map[string]string{"bakery": "pending", "shop": "rejected"}, standing(t, a)); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	for name, err := range map[string]error{
		"review nothing":     a.ReviewNumberRequest(t.Context(), nobody, nil),
		"reject nothing":     a.RejectNumberRequest(t.Context(), nobody, nil),
		"numbers of nobody":  a.EachNumber(t.Context(), "nobody", nil),
		"requests of nobody": a.EachNumberRequest(t.Context(), "nobody", nil),
	} {
		if !console.IsNotFound(err) {
			t.Errorf("%s: %v, want CodeNotFound", name, err)
		}
	}
	if err := a.ReviewNumberRequest(t.Context(), shop, nil); console.CodeOf(err) != console.CodeConflict {
		t.Errorf("review what was rejected: %v, want CodeConflict", err)
	}
}
