package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func phoneTests() map[string]test {
	return map[string]test{
		"phone number round trip":            numberRoundTrip,
		"phone number on the server once":    numberOnce,
		"phone numbers of an agent":          numbersOfAgent,
		"phone number and a deletion":        numberAndDeletion,
		"phone numbers walked":               numbersWalked,
		"phone numbers of all teams":         numbersOfAll,
		"phone number request round trip":    requestRoundTrip,
		"phone number requests walked":       requestsWalked,
		"phone number requests of all teams": requestsOfAll,
	}
}

// newNumber makes a number that is not stored yet.
func (b *bench) newNumber(agent *console.ID) console.PhoneNumber {
	at := b.clock.now()
	return console.PhoneNumber{
		ID: b.ids.Next(), E164: fmt.Sprintf("+234%010d", b.number.Add(1)), AgentID: agent, CreatedAt: at, UpdatedAt: at,
	}
}

// phone stores a number of a team.
func (b *bench) phone(t *testing.T, team console.ID, agent *console.ID) console.PhoneNumber {
	t.Helper()
	n := b.newNumber(agent)
	ok(t, b.db.Write(t.Context(), team, func(tx *store.Tx) error { return tx.InsertPhoneNumber(t.Context(), n) }))
	return n
}

// newRequest makes a request that is not stored yet.
func (b *bench) newRequest(business string) console.NumberRequest {
	at := b.clock.now()
	return console.NumberRequest{
		ID: b.ids.Next(), Status: console.RequestPending, BusinessName: business, IntendedUse: "Orders", Region: "ng",
		AgentCount: 1, OutboundMinutes: 0, CreatedAt: at, UpdatedAt: at,
	}
}

func numberRoundTrip(t *testing.T, b *bench) {
	t.Helper()
	ctx, a := t.Context(), b.agent(t)
	n := b.phone(t, b.team, nil)
	got, err := b.view().PhoneNumber(ctx, n.ID)
	ok(t, err)
	equal(t, "PhoneNumber", got, n)

	changed := n
	changed.AgentID, changed.Label, changed.UpdatedAt = &a.ID, to("Front «desk»"), n.UpdatedAt.Add(time.Minute)
	b.write(t, func(tx *store.Tx) error {
		held, err := tx.LockPhoneNumber(ctx, n.ID)
		equal(t, "LockPhoneNumber", held, n)
		if err != nil {
			return err
		}
		return tx.UpdatePhoneNumber(ctx, changed)
	})
	got, err = b.view().PhoneNumber(ctx, n.ID)
	ok(t, err)
	equal(t, "PhoneNumber after UpdatePhoneNumber", got, changed)

	_, err = b.view().PhoneNumber(ctx, "none")
	refused(t, "PhoneNumber that is not there", err, console.CodeNotFound)
	b.write(t, func(tx *store.Tx) error {
		_, err := tx.LockPhoneNumber(ctx, "none")
		refused(t, "LockPhoneNumber", err, console.CodeNotFound)
		refused(t, "UpdatePhoneNumber", tx.UpdatePhoneNumber(ctx, b.newNumber(nil)), console.CodeNotFound)
		return nil
	})
}

// numberOnce lets both teams take the same number at once: one of them gets it.
func numberOnce(t *testing.T, b *bench) {
	t.Helper()
	const callers = 10
	var wg sync.WaitGroup
	var got atomic.Int64
	for i := range callers {
		n := b.newNumber(nil)
		n.E164 = "+2348012345678"
		wg.Go(func() {
			team := []console.ID{b.team, b.other}[i%2]
			err := b.db.Write(t.Context(), team, func(tx *store.Tx) error { return tx.InsertPhoneNumber(t.Context(), n) })
			if err == nil {
				got.Add(1)
				return
			}
			refused(t, "InsertPhoneNumber of a number that is taken", err, console.CodeConflict)
		})
	}
	wg.Wait()
	equal(t, "how often the number was given", got.Load(), int64(1))
}

func numbersOfAgent(t *testing.T, b *bench) {
	t.Helper()
	ctx, a, other := t.Context(), b.agent(t), b.agent(t)
	var want []console.PhoneNumber
	for range 3 {
		want = append(want, b.phone(t, b.team, &a.ID))
		b.clock.advance(time.Second)
	}
	b.phone(t, b.team, &other.ID)
	b.phone(t, b.team, nil)
	got, err := b.view().AgentNumbers(ctx, a.ID)
	ok(t, err)
	equal(t, "AgentNumbers", got, want)
	got, err = b.view().AgentNumbers(ctx, "nobody")
	ok(t, err)
	equal(t, "AgentNumbers of nobody", got, nil)

	b.write(t, func(tx *store.Tx) error { return tx.DeleteAgent(ctx, a.ID) })
	for _, n := range want {
		freed := n
		freed.AgentID, freed.UpdatedAt = nil, b.clock.now()
		got, err := b.view().PhoneNumber(ctx, n.ID)
		ok(t, err)
		equal(t, "PhoneNumber of an agent that was deleted", got, freed)
	}
	got, err = b.view().AgentNumbers(ctx, other.ID)
	ok(t, err)
	equal(t, "numbers of the other agent", len(got), 1)
}

// numberAndDeletion gives numbers to an agent while it is deleted: in the end it has none.
func numberAndDeletion(t *testing.T, b *bench) {
	t.Helper()
	ctx := t.Context()
	for range 10 {
		a, n := b.agent(t), b.phone(t, b.team, nil)
		var wg sync.WaitGroup
		wg.Go(func() {
			err := b.db.Write(ctx, b.team, func(tx *store.Tx) error {
				if _, err := tx.AgentState(ctx, a.ID); err != nil {
					return err
				}
				mine := n
				mine.AgentID = &a.ID
				return tx.UpdatePhoneNumber(ctx, mine)
			})
			if err != nil {
				refused(t, "a number for an agent that is gone", err, console.CodeNotFound)
			}
		})
		wg.Go(func() {
			if err := b.db.Write(ctx, b.team, func(tx *store.Tx) error { return tx.DeleteAgent(ctx, a.ID) }); err != nil {
				t.Errorf("DeleteAgent: %v", err)
			}
		})
		wg.Wait()
		got, err := b.view().PhoneNumber(ctx, n.ID)
		ok(t, err)
		equal(t, "the number's agent", got.AgentID, nil)
	}
}

// numbersWalked compares all pages of random lists with a model.
func numbersWalked(t *testing.T, b *bench) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		team := b.newTeam(t, string(b.ids.Next()))
		var model []console.PhoneNumber
		for range rapid.IntRange(0, 12).Draw(rt, "numbers") {
			n := b.newNumber(nil)
			n.Label = rapid.SampledFrom([]*string{nil, to("Désk"), to("50% off_x")}).Draw(rt, "label")
			n.CreatedAt = n.CreatedAt.Add(time.Duration(rapid.IntRange(0, 3).Draw(rt, "ms")) * time.Millisecond)
			model = append(model, n)
		}
		ok(t, b.db.Write(t.Context(), team, func(tx *store.Tx) error {
			for _, n := range model {
				if err := tx.InsertPhoneNumber(t.Context(), n); err != nil {
					return err
				}
			}
			return nil
		}))
		q := drawQuery(rt, "created_at")
		q.Search = rapid.SampledFrom([]string{"", "DÉSK", "%", "_", "+234", "7"}).Draw(rt, "search")
		model = slices.DeleteFunc(model, func(n console.PhoneNumber) bool {
			return !strings.Contains(n.Searchable(), console.Fold(q.Search))
		})
		sortModel(model, q.Sort, func(x, y console.PhoneNumber) int { return x.CreatedAt.Compare(y.CreatedAt) },
			func(n console.PhoneNumber) console.ID { return n.ID })
		equal(t, fmt.Sprintf("PhoneNumbers %+v", q), all(t, q, b.db.Team(team).PhoneNumbers), model)
	})
}

func numbersOfAll(t *testing.T, b *bench) {
	t.Helper()
	theirs := b.phone(t, b.other, nil)
	mine := b.phone(t, b.team, nil)
	got, err := b.db.AllPhoneNumbers(t.Context())
	ok(t, err)
	equal(t, "AllPhoneNumbers", got, []store.TeamNumber{
		{PhoneNumber: mine, Team: "first"}, {PhoneNumber: theirs, Team: "second"},
	})
}

func requestRoundTrip(t *testing.T, b *bench) {
	t.Helper()
	ctx, a, n := t.Context(), b.agent(t), b.phone(t, b.team, nil)
	r := b.newRequest("Mama's «Kitchen»")
	r.SubmittedBy, r.AgentCount, r.OutboundMinutes, r.StatusReason = &a.ID, 1<<40, 1<<41, to("")
	b.write(t, func(tx *store.Tx) error { return tx.InsertNumberRequest(ctx, r) })
	one := func(what string, want console.AskedNumber) {
		page, err := b.view().NumberRequests(ctx, console.Query{})
		ok(t, err)
		equal(t, what, page, console.Page[console.AskedNumber]{Items: []console.AskedNumber{want}, Total: 1})
	}
	one("NumberRequests", console.AskedNumber{NumberRequest: r})

	r.Status, r.StatusReason, r.UpdatedAt = console.RequestFulfilled, to("done"), r.UpdatedAt.Add(time.Minute)
	r.NumberID = &n.ID
	b.write(t, func(tx *store.Tx) error {
		if _, err := tx.LockNumberRequest(ctx, r.ID); err != nil {
			return err
		}
		return tx.SettleNumberRequest(ctx, r)
	})
	one("a fulfilled request", console.AskedNumber{NumberRequest: r, Number: &n})

	n.AgentID, n.Label = &a.ID, to("Desk")
	b.write(t, func(tx *store.Tx) error {
		held, err := tx.LockNumberRequest(ctx, r.ID)
		equal(t, "LockNumberRequest", held, r)
		if err != nil {
			return err
		}
		_, err = tx.LockNumberRequest(ctx, "none")
		refused(t, "LockNumberRequest", err, console.CodeNotFound)
		refused(t, "SettleNumberRequest", tx.SettleNumberRequest(ctx, b.newRequest("x")), console.CodeNotFound)
		return tx.UpdatePhoneNumber(ctx, n)
	})
	one("a fulfilled request whose number has changed", console.AskedNumber{NumberRequest: r, Number: &n})
}

// requestsWalked compares all pages of random lists with a model.
func requestsWalked(t *testing.T, b *bench) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		team := b.newTeam(t, string(b.ids.Next()))
		n := b.phone(t, team, nil)
		var model []console.AskedNumber
		for range rapid.IntRange(0, 12).Draw(rt, "requests") {
			r := b.newRequest(rapid.SampledFrom([]string{"a", "B", "Ä"}).Draw(rt, "business"))
			r.CreatedAt = r.CreatedAt.Add(time.Duration(rapid.IntRange(0, 3).Draw(rt, "ms")) * time.Millisecond)
			asked := console.AskedNumber{NumberRequest: r}
			if rapid.Bool().Draw(rt, "fulfilled") {
				asked.NumberID, asked.Number = &n.ID, &n
			}
			model = append(model, asked)
		}
		ok(t, b.db.Write(t.Context(), team, func(tx *store.Tx) error {
			for _, r := range model {
				if err := tx.InsertNumberRequest(t.Context(), r.NumberRequest); err != nil {
					return err
				}
			}
			return nil
		}))
		q := drawQuery(rt, "created_at")
		q.Search = rapid.SampledFrom([]string{"", "ä", "b", "orders"}).Draw(rt, "search")
		model = slices.DeleteFunc(model, func(r console.AskedNumber) bool {
			return !strings.Contains(console.Fold(r.BusinessName), console.Fold(q.Search))
		})
		sortModel(model, q.Sort, func(x, y console.AskedNumber) int { return x.CreatedAt.Compare(y.CreatedAt) },
			func(r console.AskedNumber) console.ID { return r.ID })
		got := all(t, q, func(ctx context.Context, q console.Query) (console.Page[console.AskedNumber], error) {
			return b.db.Team(team).NumberRequests(ctx, q)
		})
		equal(t, fmt.Sprintf("NumberRequests %+v", q), got, model)
	})
}

func requestsOfAll(t *testing.T, b *bench) {
	t.Helper()
	ctx, mine := t.Context(), b.newRequest("mine")
	b.write(t, func(tx *store.Tx) error { return tx.InsertNumberRequest(ctx, mine) })
	b.clock.advance(time.Second)
	n, theirs := b.phone(t, b.other, nil), b.newRequest("theirs")
	theirs.Status, theirs.NumberID = console.RequestFulfilled, &n.ID
	ok(t, b.db.Write(ctx, b.other, func(tx *store.Tx) error { return tx.InsertNumberRequest(ctx, theirs) }))
	got, err := b.db.AllNumberRequests(ctx)
	ok(t, err)
	equal(t, "AllNumberRequests", got, []store.TeamRequest{
		{AskedNumber: console.AskedNumber{NumberRequest: mine}, Team: "first"},
		{AskedNumber: console.AskedNumber{NumberRequest: theirs, Number: &n}, Team: "second"},
	})
	team, err := b.db.TeamOfNumberRequest(ctx, theirs.ID)
	ok(t, err)
	equal(t, "TeamOfNumberRequest", team, b.other)
	_, err = b.db.TeamOfNumberRequest(ctx, "none")
	refused(t, "TeamOfNumberRequest", err, console.CodeNotFound)
}
