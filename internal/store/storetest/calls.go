package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func callTests() map[string]test {
	return map[string]test{
		"call round trip": callRoundTrip,
		"calls walked":    callsWalked,
	}
}

// newCall makes a call that is not stored yet.
func (b *bench) newCall(agent console.ID) console.Call {
	return console.Call{
		ID: b.ids.Next(), AgentID: agent, Destination: fmt.Sprintf("+234%010d", b.number.Add(1)),
		Status: console.CallQueued, Direction: console.Outbound, CreatedAt: b.clock.now(),
	}
}

// call stores a call of the first team.
func (b *bench) call(t *testing.T, agent console.ID) console.Call {
	t.Helper()
	c := b.newCall(agent)
	b.write(t, func(tx *store.Tx) error { return tx.PutCall(t.Context(), c) })
	return c
}

func callRoundTrip(t *testing.T, b *bench) {
	t.Helper()
	ctx, a, other := t.Context(), b.agent(t), b.agent(t)
	c := b.call(t, a.ID)
	got, err := b.view().Call(ctx, a.ID, c.ID)
	ok(t, err)
	equal(t, "Call", got, c)

	at := b.clock.now()
	full := console.Call{
		ID: c.ID, AgentID: a.ID, Source: to("+12025550123"), Destination: "+12025550199", Status: console.CallEnded,
		Direction: console.Inbound, Test: true, ErrorReason: to("é"), EndReason: to(""), CreatedAt: at.Add(time.Millisecond),
		StartedAt: to(at.Add(2 * time.Millisecond)), RingingAt: to(at.Add(3 * time.Millisecond)),
		AnsweredAt: to(at.Add(4 * time.Millisecond)), EndedAt: to(at.Add(5 * time.Millisecond)),
		ConversationID: to(b.ids.Next()), FromSeq: 7, ToSeq: 9,
	}
	b.write(t, func(tx *store.Tx) error { return tx.PutCall(ctx, full) })
	got, err = b.view().Call(ctx, a.ID, c.ID)
	ok(t, err)
	equal(t, "Call after PutCall", got, full)

	_, err = b.view().Call(ctx, other.ID, c.ID)
	refused(t, "Call of another agent", err, console.CodeNotFound)
	stolen := full
	stolen.AgentID = other.ID
	err = b.db.Write(ctx, b.team, func(tx *store.Tx) error { return tx.PutCall(ctx, stolen) })
	refused(t, "PutCall with an id of another agent's", err, console.CodeNotFound)
	stolen.AgentID = "nobody"
	err = b.db.Write(ctx, b.team, func(tx *store.Tx) error { return tx.PutCall(ctx, stolen) })
	refused(t, "PutCall of an unknown agent", err, console.CodeNotFound)
}

// callsWalked compares all pages of random lists with a model.
func callsWalked(t *testing.T, b *bench) {
	t.Helper()
	ctx, sources := t.Context(), []*string{nil, to("+2348000000001"), to("+12025550123")}
	rapid.Check(t, func(rt *rapid.T) {
		agent, neighbour := b.agent(t), b.agent(t)
		var model []console.Call
		for range rapid.IntRange(0, 15).Draw(rt, "calls") {
			c := b.newCall(rapid.SampledFrom([]console.ID{agent.ID, agent.ID, neighbour.ID}).Draw(rt, "agent"))
			c.Source = rapid.SampledFrom(sources).Draw(rt, "source")
			c.Status = rapid.SampledFrom(console.CallStatuses()[:3]).Draw(rt, "status")
			c.Test = rapid.Bool().Draw(rt, "test")
			c.CreatedAt = c.CreatedAt.Add(time.Duration(rapid.IntRange(0, 3).Draw(rt, "ms")) * time.Millisecond)
			b.write(t, func(tx *store.Tx) error { return tx.PutCall(ctx, c) })
			model = append(model, c)
		}
		var f console.CallFilter
		if rapid.Bool().Draw(rt, "by status") {
			f.Status = to(rapid.SampledFrom(console.CallStatuses()[:3]).Draw(rt, "which"))
		}
		if rapid.Bool().Draw(rt, "by test") {
			f.Test = to(rapid.Bool().Draw(rt, "tests"))
		}
		q := drawQuery(rt, "created_on")
		q.Search = rapid.SampledFrom([]string{"", "+1202", "0001", "none"}).Draw(rt, "search")
		model = slices.DeleteFunc(model, func(c console.Call) bool {
			return c.AgentID != agent.ID || f.Status != nil && c.Status != *f.Status || f.Test != nil && c.Test != *f.Test ||
				!strings.Contains(c.Searchable(), q.Search)
		})
		sortModel(model, q.Sort, func(x, y console.Call) int { return x.CreatedAt.Compare(y.CreatedAt) },
			func(c console.Call) console.ID { return c.ID })
		got := all(t, q, func(ctx context.Context, q console.Query) (console.Page[console.Call], error) {
			return b.view().Calls(ctx, agent.ID, f, q)
		})
		equal(t, fmt.Sprintf("Calls %+v %+v", f, q), got, model)
	})
}
