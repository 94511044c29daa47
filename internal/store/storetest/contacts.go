package storetest

import (
	"cmp"
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

func contactTests() map[string]test {
	return map[string]test{
		"contact learned":    contactLearned,
		"contact round trip": contactRoundTrip,
		"contacts walked":    contactsWalked,
	}
}

// contactLearned teaches of a customer in several changes, one of which is undone.
func contactLearned(t *testing.T, b *bench) {
	t.Helper()
	ctx, a := t.Context(), b.agent(t)
	begun := b.accept(nil, b.newConversation(a.ID), "I am Ada").Learn(console.Learned{
		Name: to("Ada"), Fields: map[string]string{"size": "M"}, Tags: []string{"new"},
	})
	b.write(t, func(tx *store.Tx) error { return tx.Apply(ctx, begun) })
	want := begun.Now.Contact().Learn(*begun.Learned, begun.Now.UpdatedAt)
	b.checkContact(t, want, begun.Now)

	b.clock.advance(time.Second)
	next := b.settle(begun.Now, *begun.Opened, "Hello Ada").Learn(console.Learned{Email: to("ada@example.com"), Tags: []string{"vip"}})
	err := b.db.Write(ctx, b.team, func(tx *store.Tx) error {
		if err := tx.Apply(ctx, next); err != nil {
			return err
		}
		return errUndo
	})
	equal(t, "Write", err, errUndo)
	b.checkContact(t, want, begun.Now)
	b.write(t, func(tx *store.Tx) error { return tx.Apply(ctx, next) })
	want = want.Learn(*next.Learned, next.Now.UpdatedAt)
	b.checkContact(t, want, next.Now)
}

func (b *bench) checkContact(t *testing.T, want console.Contact, in console.Conversation) {
	t.Helper()
	got, err := b.view().Contact(t.Context(), in.AgentID, in.ID)
	ok(t, err)
	equal(t, "Contact", got, want)
	chat, err := b.view().Conversation(t.Context(), in.AgentID, in.ID)
	ok(t, err)
	equal(t, "Conversation", chat, in)
	page, err := b.view().Conversations(t.Context(), in.AgentID, console.ConversationFilter{}, console.Query{Search: *want.Name})
	ok(t, err)
	equal(t, "conversations by the customer's name", page.Items, []console.Conversation{in})
}

func contactRoundTrip(t *testing.T, b *bench) {
	t.Helper()
	ctx, a := t.Context(), b.agent(t)
	in := b.conversation(t, a.ID).Now
	_, err := b.view().Contact(ctx, a.ID, in.ID)
	refused(t, "Contact before there is one", err, console.CodeNotFound)
	full := in.Contact().Touch(b.clock.now())
	full.Name, full.Email, full.Phone, full.Language = to("Zoë"), to("z@example.com"), to("+12025550123"), to("fr")
	full.Notes, full.Fields, full.Tags = to("a\nnote"), map[string]string{"a": "1", "ü": ""}, []string{"x", "100%"}
	b.write(t, func(tx *store.Tx) error { return tx.PutContact(ctx, full) })
	got, err := b.view().Contact(ctx, a.ID, in.ID)
	ok(t, err)
	equal(t, "Contact", got, full)

	b.clock.advance(time.Second)
	bare := in.Contact()
	bare.CreatedAt, bare.UpdatedAt = full.CreatedAt, b.clock.now()
	b.write(t, func(tx *store.Tx) error { return tx.PutContact(ctx, bare) })
	got, err = b.view().Contact(ctx, a.ID, in.ID)
	ok(t, err)
	equal(t, "Contact after it was cleared", got, bare)

	_, err = b.view().Contact(ctx, b.agent(t).ID, in.ID)
	refused(t, "Contact of another agent", err, console.CodeNotFound)
	_, err = b.db.Team(b.other).Contact(ctx, a.ID, in.ID)
	refused(t, "Contact of another team", err, console.CodeNotFound)
	stolen := b.db.Write(ctx, b.other, func(tx *store.Tx) error { return tx.PutContact(ctx, full) })
	refused(t, "PutContact of another team", stolen, console.CodeNotFound)
	stolen = b.db.Write(ctx, b.other, func(tx *store.Tx) error { return tx.DeleteContact(ctx, a.ID, in.ID) })
	refused(t, "DeleteContact of another team", stolen, console.CodeNotFound)
	b.write(t, func(tx *store.Tx) error { return tx.DeleteContact(ctx, a.ID, in.ID) })
	_, err = b.view().Contact(ctx, a.ID, in.ID)
	refused(t, "Contact after DeleteContact", err, console.CodeNotFound)
	_, err = b.view().Contacts(ctx, "nobody", console.ContactFilter{}, console.Query{})
	refused(t, "Contacts of an unknown agent", err, console.CodeNotFound)
}

// contactsWalked compares all pages of random lists with a model.
func contactsWalked(t *testing.T, b *bench) {
	t.Helper()
	ctx, tags := t.Context(), []string{"vip", "V%P", "née", `b\`}
	rapid.Check(t, func(rt *rapid.T) {
		a := b.agent(t)
		var model []console.Contact
		for range rapid.IntRange(0, 12).Draw(rt, "contacts") {
			c := b.conversation(t, a.ID).Now.Contact().Touch(b.clock.now())
			c.Name = rapid.SampledFrom([]*string{nil, to("a"), to("B"), to("É")}).Draw(rt, "name")
			c.Tags = rapid.SliceOfNDistinct(rapid.SampledFrom(tags), 0, 3, rapid.ID).Draw(rt, "tags")
			c.UpdatedAt = c.UpdatedAt.Add(time.Duration(rapid.IntRange(0, 3).Draw(rt, "ms")) * time.Millisecond)
			b.write(t, func(tx *store.Tx) error { return tx.PutContact(ctx, c) })
			model = append(model, c)
		}
		var f console.ContactFilter
		if rapid.Bool().Draw(rt, "by tag") {
			f.Tag = to(strings.ToUpper(rapid.SampledFrom(tags).Draw(rt, "which")))
		}
		q := drawQuery(rt, "name", "created_at", "updated_at")
		q.Search = rapid.SampledFrom([]string{"", "é", "V%", "none"}).Draw(rt, "search")
		model = slices.DeleteFunc(model, func(c console.Contact) bool {
			tagged := f.Tag == nil || slices.ContainsFunc(c.Tags, func(tag string) bool {
				return console.Fold(tag) == console.Fold(*f.Tag)
			})
			return !tagged || !strings.Contains(c.Searchable(), console.Fold(q.Search))
		})
		sortModel(model, q.Sort, byContact(q.Sort.Field), func(c console.Contact) console.ID { return c.ConversationID })
		got := all(t, q, func(ctx context.Context, q console.Query) (console.Page[console.Contact], error) {
			return b.view().Contacts(ctx, a.ID, f, q)
		})
		equal(t, fmt.Sprintf("Contacts %+v", q), got, model)
	})
}

func byContact(field string) func(x, y console.Contact) int {
	name := func(c console.Contact) string {
		if c.Name == nil {
			return ""
		}
		return *c.Name
	}
	return func(x, y console.Contact) int {
		switch field {
		case "name":
			return cmp.Compare(name(x), name(y))
		case "updated_at":
			return x.UpdatedAt.Compare(y.UpdatedAt)
		default:
			return x.CreatedAt.Compare(y.CreatedAt)
		}
	}
}
