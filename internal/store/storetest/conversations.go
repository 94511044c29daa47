package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func conversationTests() map[string]test {
	return map[string]test{
		"conversation round trip":     conversationRoundTrip,
		"conversation found":          conversationFound,
		"conversation of two at once": conversationOfTwo,
		"conversations filtered":      conversationsFiltered,
		"conversations walked":        conversationsWalked,
		"conversations counted":       conversationsCounted,
	}
}

func conversationRoundTrip(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	c := b.newConversation(a.ID)
	c.Channel, c.Test, c.ChannelID, c.CustomerName = console.WhatsApp, true, to("ch"), to("Ada")
	c.FullName, c.Email, c.PhoneNumber, c.ProfilePicture = to("Ada L"), to("a@example.com"), to("+1"), to("p")
	change := b.accept(nil, c, "Grüße")
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), change) })
	got, err := b.view().Conversation(t.Context(), a.ID, c.ID)
	ok(t, err)
	equal(t, "Conversation", got, change.Now)

	b.clock.advance(time.Second)
	was := got
	got.Paused, got.NeedsAttention, got.CustomerName, got.Epoch = true, true, nil, 3
	got.FullName, got.UpdatedAt = to("Ada Lovelace"), b.clock.now()
	got.Flow, got.FlowAt = `{"flow":"Größe"}`, to(b.clock.now())
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), console.Change{Was: &was, Now: got}) })
	b.write(t, func(tx *store.Tx) error {
		locked, err := tx.LockConversation(t.Context(), a.ID, c.ID)
		equal(t, "LockConversation", locked, got)
		return err
	})
	left := got.LeaveFlow()
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), console.Change{Was: &got, Now: left}) })
	got, err = b.view().Conversation(t.Context(), a.ID, c.ID)
	ok(t, err)
	equal(t, "Conversation that left its flow", got, left)
	page, err := b.view().Conversations(t.Context(), a.ID, console.ConversationFilter{}, console.Query{Search: "LOVELACE"})
	ok(t, err)
	equal(t, "search for the new name", page, console.Page[console.Conversation]{
		Items: []console.Conversation{got}, Total: 1,
	})

	_, err = b.view().Conversation(t.Context(), b.agent(t).ID, c.ID)
	refused(t, "Conversation of another agent", err, console.CodeNotFound)
	_, err = b.view().Conversations(t.Context(), "nobody", console.ConversationFilter{}, console.Query{})
	refused(t, "Conversations of an unknown agent", err, console.CodeNotFound)
	b.write(t, func(tx *store.Tx) error {
		_, err := tx.LockConversation(t.Context(), a.ID, "none")
		refused(t, "LockConversation", err, console.CodeNotFound)
		lost := b.note(b.newConversation(a.ID), "x")
		refused(t, "Apply", tx.Apply(t.Context(), lost), console.CodeNotFound)
		orphan := b.accept(nil, b.newConversation("nobody"), "x")
		refused(t, "Apply below an unknown agent", tx.Apply(t.Context(), orphan), console.CodeNotFound)
		return nil
	})
}

func place(c console.Conversation) console.Place {
	return console.Place{AgentID: c.AgentID, Channel: c.Channel, Test: c.Test, CustomerID: c.CustomerID}
}

func conversationFound(t *testing.T, b *bench) {
	t.Helper()
	change := b.conversation(t, b.agent(t).ID)
	b.write(t, func(tx *store.Tx) error {
		got, err := tx.FindConversation(t.Context(), place(change.Now))
		ok(t, err)
		equal(t, "FindConversation", got, &change.Now)
		for _, other := range []func(*console.Place){
			func(p *console.Place) { p.Test = true },
			func(p *console.Place) { p.Channel = console.Telephony },
			func(p *console.Place) { p.CustomerID += "x" },
			func(p *console.Place) { p.AgentID = "nobody" },
		} {
			p := place(change.Now)
			other(&p)
			got, err := tx.FindConversation(t.Context(), p)
			ok(t, err)
			equal(t, "FindConversation elsewhere", got, (*console.Conversation)(nil))
		}
		return nil
	})
}

// conversationOfTwo lets many write to the same place at once: one conversation comes of it, with
// all their messages.
func conversationOfTwo(t *testing.T, b *bench) {
	t.Helper()
	const callers = 30
	a := b.agent(t)
	at := b.newConversation(a.ID)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
				was, err := tx.FindConversation(t.Context(), place(at))
				if err != nil {
					return err
				}
				if was != nil {
					return tx.Apply(t.Context(), b.note(*was, fmt.Sprint(i)))
				}
				begun := at
				begun.ID = b.ids.Next()
				return tx.Apply(t.Context(), b.accept(nil, begun, fmt.Sprint(i)))
			})
			if err != nil {
				t.Errorf("Write: %v", err)
			}
		})
	}
	wg.Wait()
	page, err := b.view().Conversations(t.Context(), a.ID, console.ConversationFilter{}, console.Query{})
	ok(t, err)
	if page.Total != 1 || len(page.Items) != 1 || page.Items[0].Seq != callers {
		t.Errorf("got %d conversations %+v, want one with %d messages", page.Total, page.Items, callers)
	}
}

// kinds makes conversations of all kinds, several of each, and returns them.
func (b *bench) kinds(t *testing.T, agent console.ID, channels []console.Channel) []console.Conversation {
	t.Helper()
	var made []console.Conversation
	b.write(t, func(tx *store.Tx) error {
		for i := range len(channels) * 8 * 2 {
			c := b.newConversation(agent)
			c.Channel = channels[i%len(channels)]
			c.Test, c.Paused, c.NeedsAttention = i/len(channels)%2 == 1, i/len(channels)/2%2 == 1, i/len(channels)/4%2 == 1
			b.clock.advance(time.Duration(i%3) * time.Millisecond)
			change := b.accept(nil, c, "x")
			if err := tx.Apply(t.Context(), change); err != nil {
				return err
			}
			made = append(made, change.Now)
		}
		return nil
	})
	return made
}

func conversationsFiltered(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	model := b.kinds(t, a.ID, []console.Channel{console.Webchat, console.WhatsApp, console.Telephony})
	flags := []*bool{nil, to(true), to(false)}
	for _, channel := range []*console.Channel{nil, to(console.WhatsApp), to(console.Messenger)} {
		for i := range 27 {
			f := console.ConversationFilter{
				Channel: channel, Test: flags[i%3], Paused: flags[i/3%3], NeedsAttention: flags[i/9],
			}
			for _, q := range []console.Query{
				{Limit: 5},
				{Limit: 50, Sort: console.Sort{Field: "created_at"}},
				{Limit: 7, Search: "CUSTOMER-1"},
				{Limit: 20, Sort: console.Sort{Field: "updated_at", Descending: true}},
			} {
				b.checkList(t, a.ID, f, q, model)
			}
		}
	}
}

// checkList walks over all pages of a list and compares them with the model.
func (b *bench) checkList(
	t *testing.T, agent console.ID, f console.ConversationFilter, q console.Query, model []console.Conversation,
) {
	t.Helper()
	want := slices.DeleteFunc(slices.Clone(model), func(c console.Conversation) bool {
		return f.Channel != nil && *f.Channel != c.Channel || f.Test != nil && *f.Test != c.Test ||
			f.Paused != nil && *f.Paused != c.Paused || f.NeedsAttention != nil && *f.NeedsAttention != c.NeedsAttention ||
			!strings.Contains(c.Searchable(), console.Fold(q.Search))
	})
	sortModel(want, q.Sort, func(x, y console.Conversation) int {
		switch q.Sort.Field {
		case "created_at":
			return x.CreatedAt.Compare(y.CreatedAt)
		case "updated_at":
			return x.UpdatedAt.Compare(y.UpdatedAt)
		default:
			return x.LastMessageAt.Compare(*y.LastMessageAt)
		}
	}, func(c console.Conversation) console.ID { return c.ID })
	got := all(t, q, func(ctx context.Context, q console.Query) (console.Page[console.Conversation], error) {
		return b.view().Conversations(ctx, agent, f, q)
	})
	equal(t, fmt.Sprintf("Conversations %+v %+v", describe(f), q), got, want)
}

func describe(f console.ConversationFilter) string {
	text := ""
	for name, flag := range map[string]*bool{"test": f.Test, "paused": f.Paused, "attention": f.NeedsAttention} {
		if flag != nil {
			text += fmt.Sprint(" ", name, "=", *flag)
		}
	}
	if f.Channel != nil {
		text += " " + string(*f.Channel)
	}
	return text
}

// drawFlag is a filter's condition.
func drawFlag(rt *rapid.T, name string) *bool {
	return rapid.SampledFrom([]*bool{nil, nil, to(true), to(false)}).Draw(rt, name)
}

// conversationsWalked compares all pages of random lists with a model.
func conversationsWalked(t *testing.T, b *bench) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		a := b.agent(t)
		var model []console.Conversation
		b.write(t, func(tx *store.Tx) error {
			model = nil
			for range rapid.IntRange(0, 30).Draw(rt, "conversations") {
				c := b.newConversation(a.ID)
				c.Test, c.Paused = rapid.Bool().Draw(rt, "test"), rapid.Bool().Draw(rt, "paused")
				c.NeedsAttention = rapid.Bool().Draw(rt, "attention")
				c.CreatedAt = c.CreatedAt.Add(time.Duration(rapid.IntRange(0, 3).Draw(rt, "age")) * time.Millisecond)
				change := b.accept(nil, c, "x")
				if err := tx.Apply(t.Context(), change); err != nil {
					return err
				}
				b.clock.advance(time.Duration(rapid.IntRange(0, 1).Draw(rt, "pause")) * time.Millisecond)
				model = append(model, change.Now)
			}
			return nil
		})
		f := console.ConversationFilter{
			Test: drawFlag(rt, "want test"), Paused: drawFlag(rt, "want paused"),
			NeedsAttention: drawFlag(rt, "want attention"),
			Channel:        rapid.SampledFrom([]*console.Channel{nil, to(console.Webchat)}).Draw(rt, "channel"),
		}
		b.checkList(t, a.ID, f, drawQuery(rt, "created_at", "updated_at", "last_message_at"), model)
	})
}

// conversationsCounted changes conversations at random, some of it in units that are undone, and
// compares the kept totals with what is there.
func conversationsCounted(t *testing.T, b *bench) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		a := b.agent(t)
		live := map[console.ID]console.Conversation{}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			now := b.newConversation(a.ID)
			var was *console.Conversation
			if len(live) > 0 && rapid.Bool().Draw(rt, "old") {
				ids := make([]console.ID, 0, len(live))
				for id := range live {
					ids = append(ids, id)
				}
				slices.Sort(ids)
				now = live[rapid.SampledFrom(ids).Draw(rt, "which")]
				was = to(now)
			}
			now.Paused, now.NeedsAttention = rapid.Bool().Draw(rt, "paused"), rapid.Bool().Draw(rt, "attention")
			undone := rapid.IntRange(0, 3).Draw(rt, "undone") == 0
			err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
				if err := tx.Apply(t.Context(), console.Change{Was: was, Now: now}); err != nil || !undone {
					return err
				}
				return errUndo
			})
			if !undone {
				ok(t, err)
				live[now.ID] = now
			}
		}
		b.checkCounts(t, a.ID, live)
	})
}

func (b *bench) checkCounts(t *testing.T, agent console.ID, live map[console.ID]console.Conversation) {
	t.Helper()
	for i := range 9 {
		flags := []*bool{nil, to(true), to(false)}
		f := console.ConversationFilter{Paused: flags[i%3], NeedsAttention: flags[i/3]}
		want := int64(0)
		for _, c := range live {
			if (f.Paused == nil || *f.Paused == c.Paused) && (f.NeedsAttention == nil || *f.NeedsAttention == c.NeedsAttention) {
				want++
			}
		}
		page, err := b.view().Conversations(t.Context(), agent, f, console.Query{Limit: 100})
		ok(t, err)
		if page.Total != want || int64(len(page.Items)) != want {
			t.Fatalf("Conversations%s: got a total of %d and %d items, want %d", describe(f), page.Total, len(page.Items), want)
		}
	}
}
