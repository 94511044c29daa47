package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func messageTests() map[string]test {
	return map[string]test{
		"messages paged":    messagesPaged,
		"messages searched": messagesSearched,
		"messages in order": messagesInOrder,
		"message":           message,
	}
}

// log stores a conversation with a message for each text and returns it with its messages.
func (b *bench) log(t *testing.T, texts ...string) (console.Conversation, []console.Message) {
	t.Helper()
	first := b.conversation(t, b.agent(t).ID)
	c, log := first.Now, []console.Message{*first.Append}
	b.write(t, func(tx *store.Tx) error {
		for _, text := range texts {
			b.clock.advance(10 * time.Millisecond)
			change := b.note(c, text)
			if err := tx.Apply(t.Context(), change); err != nil {
				return err
			}
			c, log = change.Now, append(log, *change.Append)
		}
		return nil
	})
	return c, log
}

// messagesPaged compares all pages of random logs with a model.
func messagesPaged(t *testing.T, b *bench) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		texts := rapid.SliceOfN(rapid.SampledFrom([]string{"one", "TWO", "Zwölf", "50%"}), 0, 20).Draw(rt, "texts")
		c, model := b.log(t, texts...)
		q := drawQuery(rt, "created_at")
		q.Search = rapid.SampledFrom([]string{"", "", "o", "ÖLF", "%", "none"}).Draw(rt, "search")
		model = slices.DeleteFunc(model, func(m console.Message) bool {
			return !strings.Contains(console.Fold(m.Text), console.Fold(q.Search))
		})
		sortModel(model, q.Sort, func(x, y console.Message) int { return x.CreatedAt.Compare(y.CreatedAt) },
			func(m console.Message) console.ID { return m.ID })
		got := all(t, q, func(ctx context.Context, q console.Query) (console.Page[console.Message], error) {
			return b.view().Messages(ctx, c.ID, q)
		})
		equal(t, fmt.Sprintf("Messages %+v", q), got, model)
	})
	_, err := b.view().Messages(t.Context(), "none", console.Query{})
	refused(t, "Messages of an unknown conversation", err, console.CodeNotFound)
}

func messagesSearched(t *testing.T, b *bench) {
	t.Helper()
	c, _ := b.log(t, "İstanbul STRASSE", "straße", "ΣΊΣΥΦΟΣ", "plain ASCII", "日本語", `a\b`, "a_b", "a%b", "🙂 ok")
	for search, want := range map[string]int64{
		"strasse": 2, "STRASSE": 2, "straße": 2, "STRAßE": 2, "İstanbul": 1, "σίσυφος": 1, "ΣΊΣΥΦΟΣ": 1, "ascii": 1,
		"日本": 1, `\`: 1, "_": 1, "%": 1, "🙂": 1, "a": 6, " ": 3, "a_b": 1, "hello": 1, "'; DROP TABLE message; --": 0,
	} {
		page, err := b.view().Messages(t.Context(), c.ID, console.Query{Search: search})
		ok(t, err)
		if page.Total != want || int64(len(page.Items)) != want {
			t.Errorf("Messages, search %q: got %d of %d, want %d", search, len(page.Items), page.Total, want)
		}
	}
}

func messagesInOrder(t *testing.T, b *bench) {
	t.Helper()
	c, log := b.log(t, "2", "3", "4", "5")
	view := b.view()
	for _, test := range []struct {
		after int64
		limit int
		want  []console.Message
	}{{0, 100, log}, {2, 2, log[2:4]}, {4, 100, log[4:]}, {5, 100, nil}, {99, 1, nil}} {
		got, err := view.MessagesAfter(t.Context(), c.ID, test.after, test.limit)
		ok(t, err)
		equal(t, fmt.Sprint("MessagesAfter ", test.after), got, test.want)
	}
	for limit, want := range map[int][]console.Message{1: log[4:], 3: log[2:], 100: log} {
		got, err := view.History(t.Context(), c.ID, limit)
		ok(t, err)
		equal(t, fmt.Sprint("History ", limit), got, whoSaidWhat(want))
	}
	for before := range int64(7) {
		want := int64(0)
		for _, m := range log {
			if m.Seq < before && m.Author == console.ByCustomer {
				want++
			}
		}
		got, err := view.Wrote(t.Context(), c.ID, before)
		ok(t, err)
		equal(t, fmt.Sprint("Wrote before ", before), got, want)
	}
	for at, want := range map[time.Time]int64{
		log[0].CreatedAt.Add(-time.Millisecond): 0, log[0].CreatedAt: 1, log[2].CreatedAt: 3,
		log[3].CreatedAt.Add(-time.Millisecond): 3, log[4].CreatedAt.Add(time.Hour): 5, {}: 0,
	} {
		got, err := view.SeqAt(t.Context(), c.ID, at)
		ok(t, err)
		equal(t, fmt.Sprint("SeqAt ", at), got, want)
	}
	none, err := view.MessagesAfter(t.Context(), "none", 0, 10)
	ok(t, err)
	equal(t, "MessagesAfter of an unknown conversation", none, nil)
	none, err = view.History(t.Context(), "none", 10)
	ok(t, err)
	equal(t, "History of an unknown conversation", none, nil)
	wrote, err := view.Wrote(t.Context(), "none", 10)
	ok(t, err)
	equal(t, "Wrote in an unknown conversation", wrote, int64(0))
	seq, err := view.SeqAt(t.Context(), "none", log[4].CreatedAt)
	ok(t, err)
	equal(t, "SeqAt of an unknown conversation", seq, int64(0))
}

func message(t *testing.T, b *bench) {
	t.Helper()
	first := b.conversation(t, b.agent(t).ID)
	settled := b.settle(first.Now, *first.Opened, "Hi")
	settled.Append.Partial = true
	settled.Append.Attachments = []console.Attachment{{Type: "image", URL: "https://example.com/é.png"}, {}}
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), settled) })
	for _, want := range []console.Message{*first.Append, *settled.Append} {
		got, err := b.view().Message(t.Context(), first.Now.ID, want.ID)
		ok(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Message: -want +got\n%s", diff)
		}
	}
	other := b.conversation(t, first.Now.AgentID)
	_, err := b.view().Message(t.Context(), other.Now.ID, first.Append.ID)
	refused(t, "Message of another conversation", err, console.CodeNotFound)
	_, err = b.view().Message(t.Context(), first.Now.ID, "none")
	refused(t, "Message that is not there", err, console.CodeNotFound)
}

// whoSaidWhat is what History keeps of messages.
func whoSaidWhat(full []console.Message) []console.Message {
	slim := make([]console.Message, len(full))
	for i, m := range full {
		slim[i] = console.Message{Seq: m.Seq, Role: m.Role, Author: m.Author, Text: m.Text}
	}
	return slim
}
