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

func deskTests() map[string]test {
	return map[string]test{
		"desk walked":              deskWalked,
		"desk of a deleted agent":  deskOfTheDeleted,
		"note round trip":          noteRoundTrip,
		"notes walked":             notesWalked,
		"desk of a changed status": deskChanged,
	}
}

// deskWalked compares all pages of random lists, across agents and of one, with a model.
func deskWalked(t *testing.T, b *bench) {
	t.Helper()
	people := []*string{nil, to("Ada"), to("ada"), to("Bo")}
	rapid.Check(t, func(rt *rapid.T) {
		team := b.newTeam(t, string(b.ids.Next()))
		own := &bench{db: b.db, clock: b.clock, ids: b.ids, team: team, other: b.team}
		own.number.Store(b.number.Add(100))
		agents := map[console.ID]console.Agent{}
		for range rapid.IntRange(1, 3).Draw(rt, "agents") {
			a := own.agent(t)
			agents[a.ID] = a
		}
		ids := sortedIDs(agents)
		var model []console.Named
		for range rapid.IntRange(0, 15).Draw(rt, "conversations") {
			a := agents[rapid.SampledFrom(ids).Draw(rt, "agent")]
			c := own.desked(t, rt, a.ID, rapid.SampledFrom(people).Draw(rt, "assignee"))
			model = append(model, console.Named{Conversation: c, AgentName: a.Name})
		}
		f := console.ConversationFilter{
			Test: drawFlag(rt, "want test"), Paused: drawFlag(rt, "want paused"), NeedsAttention: drawFlag(rt, "want attention"),
			Channel:  rapid.SampledFrom([]*console.Channel{nil, to(console.Webchat)}).Draw(rt, "channel"),
			Assignee: rapid.SampledFrom(people).Draw(rt, "want assignee"),
			Status:   rapid.SampledFrom([]*console.DeskStatus{nil, to(console.DeskOpen), to(console.DeskResolved)}).Draw(rt, "status"),
			Agent:    rapid.SampledFrom(append([]console.ID{"", ""}, ids...)).Draw(rt, "want agent"),
		}
		own.checkDesk(t, f, drawQuery(rt, "created_at", "updated_at", "last_message_at"), model)
	})
}

func sortedIDs[T any](of map[console.ID]T) []console.ID {
	var ids []console.ID
	for id := range of {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// desked stores a conversation of a random kind.
func (b *bench) desked(t *testing.T, rt *rapid.T, agent console.ID, assignee *string) console.Conversation {
	t.Helper()
	c := b.newConversation(agent)
	c.Test, c.Paused = rapid.Bool().Draw(rt, "test"), rapid.Bool().Draw(rt, "paused")
	c.NeedsAttention, c.Assignee = rapid.Bool().Draw(rt, "attention"), assignee
	if rapid.Bool().Draw(rt, "resolved") {
		c.ResolvedAt = to(b.clock.now())
	}
	b.clock.advance(time.Duration(rapid.IntRange(0, 1).Draw(rt, "pause")) * time.Millisecond)
	change := b.accept(nil, c, "x")
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), change) })
	return change.Now
}

func fits(f console.ConversationFilter, c console.Conversation, search string) bool {
	flag := func(want *bool, is bool) bool { return want == nil || *want == is }
	return (f.Channel == nil || *f.Channel == c.Channel) && flag(f.Test, c.Test) && flag(f.Paused, c.Paused) &&
		flag(f.NeedsAttention, c.NeedsAttention) && (f.Status == nil || *f.Status == c.Status()) &&
		(f.Assignee == nil || c.Assignee != nil && *c.Assignee == *f.Assignee) && (f.Agent == "" || f.Agent == c.AgentID) &&
		strings.Contains(c.Searchable(), console.Fold(search))
}

func (b *bench) checkDesk(t *testing.T, f console.ConversationFilter, q console.Query, model []console.Named) {
	t.Helper()
	want := slices.DeleteFunc(slices.Clone(model), func(c console.Named) bool { return !fits(f, c.Conversation, q.Search) })
	sortModel(want, q.Sort, func(x, y console.Named) int {
		switch q.Sort.Field {
		case "created_at":
			return x.CreatedAt.Compare(y.CreatedAt)
		case "updated_at":
			return x.UpdatedAt.Compare(y.UpdatedAt)
		default:
			return x.LastMessageAt.Compare(*y.LastMessageAt)
		}
	}, func(c console.Named) console.ID { return c.ID })
	got := all(t, q, func(ctx context.Context, q console.Query) (console.Page[console.Named], error) {
		return b.view().AllConversations(ctx, f, q)
	})
	what := fmt.Sprintf("%s of agent %q, assignee %v, status %v, %+v", describe(f), f.Agent, f.Assignee, f.Status, q)
	equal(t, "AllConversations"+what, got, want)
	if f.Agent == "" {
		return
	}
	one := all(t, q, func(ctx context.Context, q console.Query) (console.Page[console.Conversation], error) {
		return b.view().Conversations(ctx, f.Agent, f, q)
	})
	bare := make([]console.Conversation, len(want))
	for i, c := range want {
		bare[i] = c.Conversation
	}
	equal(t, "Conversations"+what, one, bare)
}

// deskOfTheDeleted takes an agent's conversations out of the lists before they are purged.
func deskOfTheDeleted(t *testing.T, b *bench) {
	t.Helper()
	ctx, gone, kept := t.Context(), b.agent(t), b.agent(t)
	stays := b.conversation(t, kept.ID).Now
	for range 3 {
		change := b.conversation(t, gone.ID)
		now := change.Now
		now.Assignee, now.ResolvedAt = to("Ada"), to(b.clock.now())
		b.write(t, func(tx *store.Tx) error { return tx.Apply(ctx, console.Change{Was: &change.Now, Now: now}) })
	}
	b.write(t, func(tx *store.Tx) error { return tx.DeleteAgent(ctx, gone.ID) })
	model := []console.Named{{Conversation: stays, AgentName: kept.Name}}
	for _, f := range []console.ConversationFilter{
		{}, {Assignee: to("Ada")}, {Status: to(console.DeskResolved)}, {Status: to(console.DeskOpen)},
	} {
		b.checkDesk(t, f, console.Query{Limit: 5}, model)
		page, err := b.db.Team(b.other).AllConversations(ctx, f, console.Query{})
		ok(t, err)
		equal(t, "AllConversations of another team", page, console.Page[console.Named]{})
	}
	_, err := b.view().AllConversations(ctx, console.ConversationFilter{Agent: gone.ID}, console.Query{})
	refused(t, "AllConversations of the deleted agent", err, console.CodeNotFound)
	_, err = b.db.Team(b.other).AllConversations(ctx, console.ConversationFilter{Agent: kept.ID}, console.Query{})
	refused(t, "AllConversations of another team's agent", err, console.CodeNotFound)
}

// deskChanged keeps the totals true when a conversation is resolved, becomes of another kind, and is
// opened again.
func deskChanged(t *testing.T, b *bench) {
	t.Helper()
	ctx, a := t.Context(), b.agent(t)
	was := b.conversation(t, a.ID).Now
	for i, change := range []func(*console.Conversation){
		func(c *console.Conversation) { c.ResolvedAt, c.Assignee = to(b.clock.now()), to("Ada") },
		func(c *console.Conversation) { c.Paused = true },
		func(c *console.Conversation) { c.Assignee = nil },
		func(c *console.Conversation) { c.ResolvedAt, c.NeedsAttention = nil, true },
	} {
		now := was
		change(&now)
		b.write(t, func(tx *store.Tx) error { return tx.Apply(ctx, console.Change{Was: &was, Now: now}) })
		got, err := b.view().Conversation(ctx, a.ID, was.ID)
		ok(t, err)
		equal(t, fmt.Sprint("Conversation after change ", i), got, now)
		for _, paused := range []*bool{nil, to(true), to(false)} {
			for _, status := range []*console.DeskStatus{nil, to(console.DeskOpen), to(console.DeskResolved)} {
				b.checkDesk(t, console.ConversationFilter{Paused: paused, Status: status, Agent: a.ID}, console.Query{Limit: 5},
					[]console.Named{{Conversation: now, AgentName: a.Name}})
			}
		}
		was = now
	}
}

func (b *bench) beside(in console.Conversation, text string) console.Note {
	return console.Note{
		ID: b.ids.Next(), AgentID: in.AgentID, ConversationID: in.ID, Text: text, Key: b.ids.Next(), Author: "Ada's key",
		CreatedAt: b.clock.now(),
	}
}

func noteRoundTrip(t *testing.T, b *bench) {
	t.Helper()
	ctx, a := t.Context(), b.agent(t)
	in := b.conversation(t, a.ID).Now
	n := b.beside(in, "Grüße")
	b.write(t, func(tx *store.Tx) error { return tx.InsertNote(ctx, n) })
	page, err := b.view().Notes(ctx, a.ID, in.ID, console.Query{})
	ok(t, err)
	equal(t, "Notes", page, console.Page[console.Note]{Items: []console.Note{n}, Total: 1})

	_, err = b.view().Notes(ctx, b.agent(t).ID, in.ID, console.Query{})
	refused(t, "Notes of another agent", err, console.CodeNotFound)
	_, err = b.db.Team(b.other).Notes(ctx, a.ID, in.ID, console.Query{})
	refused(t, "Notes of another team", err, console.CodeNotFound)
	stolen := b.db.Write(ctx, b.other, func(tx *store.Tx) error { return tx.DeleteNote(ctx, a.ID, in.ID, n.ID) })
	refused(t, "DeleteNote of another team", stolen, console.CodeNotFound)
	b.write(t, func(tx *store.Tx) error { return tx.DeleteNote(ctx, a.ID, in.ID, n.ID) })
	again := b.db.Write(ctx, b.team, func(tx *store.Tx) error { return tx.DeleteNote(ctx, a.ID, in.ID, n.ID) })
	refused(t, "DeleteNote again", again, console.CodeNotFound)
}

// notesWalked compares all pages of random lists with a model.
func notesWalked(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	rapid.Check(t, func(rt *rapid.T) {
		in, next := b.conversation(t, a.ID).Now, b.conversation(t, a.ID).Now
		var model []console.Note
		for range rapid.IntRange(0, 9).Draw(rt, "notes") {
			n := b.beside(rapid.SampledFrom([]console.Conversation{in, in, next}).Draw(rt, "beside"),
				rapid.SampledFrom([]string{"a", "É", "b_"}).Draw(rt, "text"))
			n.CreatedAt = n.CreatedAt.Add(time.Duration(rapid.IntRange(0, 3).Draw(rt, "ms")) * time.Millisecond)
			b.write(t, func(tx *store.Tx) error { return tx.InsertNote(t.Context(), n) })
			model = append(model, n)
		}
		q := drawQuery(rt, "created_at")
		q.Search = rapid.SampledFrom([]string{"", "é", "_", "ADA'S"}).Draw(rt, "search")
		model = slices.DeleteFunc(model, func(n console.Note) bool {
			return n.ConversationID != in.ID || !strings.Contains(n.Searchable(), console.Fold(q.Search))
		})
		sortModel(model, q.Sort, func(x, y console.Note) int { return x.CreatedAt.Compare(y.CreatedAt) },
			func(n console.Note) console.ID { return n.ID })
		got := all(t, q, func(ctx context.Context, q console.Query) (console.Page[console.Note], error) {
			return b.view().Notes(ctx, a.ID, in.ID, q)
		})
		equal(t, fmt.Sprintf("Notes %+v", q), got, model)
	})
}
