package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func modelTests() map[string]test {
	return map[string]test{
		"conversations as the model has them": conversationsModel,
	}
}

// model is what should be stored below one agent.
type model struct {
	agent         console.ID
	conversations map[console.ID]console.Conversation
	log           map[console.ID][]console.Message
	turns         map[console.ID]console.Turn
}

// apply does to the model what a change says.
func (m *model) apply(c console.Change) {
	m.conversations[c.Now.ID] = c.Now
	if c.Append != nil {
		m.log[c.Now.ID] = append(m.log[c.Now.ID], *c.Append)
	}
	for _, turn := range []*console.Turn{c.Ended, c.Opened} {
		if turn != nil {
			m.turns[turn.ID] = *turn
		}
	}
}

// conversationsModel does deeds of all kinds to some conversations, several of them in one unit,
// some in a nested part or in a unit that is undone, and compares all that can be read with a
// model.
func conversationsModel(t *testing.T, b *bench) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		m := &model{
			agent: b.agent(t).ID, conversations: map[console.ID]console.Conversation{},
			log: map[console.ID][]console.Message{}, turns: map[console.ID]console.Turn{},
		}
		for range rapid.IntRange(1, 8).Draw(rt, "units") {
			b.unit(t, rt, m)
		}
		b.compare(t, m)
	})
}

// unit runs some deeds in one unit, and puts those into the model that are not undone.
func (b *bench) unit(t *testing.T, rt *rapid.T, m *model) {
	t.Helper()
	undone := rapid.IntRange(0, 4).Draw(rt, "unit undone") == 0
	// Deeds are drawn before the unit, since a unit may run more than once.
	kept := &model{
		agent: m.agent, conversations: cloneMap(m.conversations), log: cloneMap(m.log), turns: cloneMap(m.turns),
	}
	type step struct {
		change console.Change
		undone bool
	}
	var steps []step
	for range rapid.IntRange(1, 4).Draw(rt, "deeds") {
		b.clock.advance(time.Duration(rapid.IntRange(0, 2).Draw(rt, "ms")) * time.Millisecond)
		s := step{b.deed(rt, kept), rapid.IntRange(0, 4).Draw(rt, "deed undone") == 0}
		if !s.undone {
			kept.apply(s.change)
		}
		steps = append(steps, s)
	}
	err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
		for _, s := range steps {
			err := tx.Nested(func() error {
				if err := tx.Apply(t.Context(), s.change); err != nil {
					return fmt.Errorf("apply: %w", err)
				}
				if s.undone {
					return errUndo
				}
				return nil
			})
			if err != nil && (!s.undone || err != errUndo) { //nolint:errorlint // it must come as it is
				return err
			}
		}
		if undone {
			return errUndo
		}
		return nil
	})
	if undone {
		equal(t, "Write", err, errUndo)
		return
	}
	ok(t, err)
	*m = *kept
}

func cloneMap[K comparable, V any](from map[K]V) map[K]V {
	to := make(map[K]V, len(from))
	for k, v := range from {
		to[k] = v
	}
	return to
}

// deed decides something that may be done next.
func (b *bench) deed(rt *rapid.T, m *model) console.Change {
	ids := make([]console.ID, 0, len(m.conversations))
	for id := range m.conversations {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if len(ids) == 0 || len(ids) < 4 && rapid.Bool().Draw(rt, "new") {
		return b.accept(nil, b.newConversation(m.agent), "Hello")
	}
	was := m.conversations[rapid.SampledFrom(ids).Draw(rt, "which")]
	open, isOpen := m.turns[was.OpenTurn]
	switch kind := rapid.SampledFrom([]string{"customer", "reply", "human", "pause", "rename"}).Draw(rt, "deed"); {
	case kind == "customer" && !isOpen:
		return b.accept(&was, was, "Ça va?")
	case kind == "reply" && isOpen:
		return b.settle(was, open, "Fine")
	case kind == "human" && isOpen:
		change := b.note(was, "I take over")
		ended := open.End(console.TurnDiscarded, console.WhyHumanReplied, change.Now.CustomerSeq, *change.Now.LastMessageAt)
		change.Ended, change.Now.OpenTurn = &ended, ""
		change.Now.Epoch++
		return change
	case kind == "pause":
		now := was
		now.Paused, now.NeedsAttention = !was.Paused, rapid.Bool().Draw(rt, "attention")
		return console.Change{Was: &was, Now: now}
	case kind == "rename":
		now := was
		now.CustomerName = rapid.SampledFrom([]*string{nil, to("Ada"), to("Zoë")}).Draw(rt, "name")
		return console.Change{Was: &was, Now: now}
	default:
		return b.note(was, "A note")
	}
}

// compare reads everything back.
func (b *bench) compare(t *testing.T, m *model) {
	t.Helper()
	view := b.view()
	want := make([]console.Conversation, 0, len(m.conversations))
	for id, c := range m.conversations {
		want = append(want, c)
		got, err := view.Conversation(t.Context(), m.agent, id)
		ok(t, err)
		equal(t, "Conversation", got, c)
		log, err := view.MessagesAfter(t.Context(), id, 0, 1000)
		ok(t, err)
		equal(t, "MessagesAfter", log, m.log[id])
	}
	b.checkList(t, m.agent, console.ConversationFilter{}, console.Query{Limit: 3}, want)
	b.checkList(t, m.agent, console.ConversationFilter{}, console.Query{Limit: 3, Search: "ZOË"}, want)
	b.checkCounts(t, m.agent, m.conversations)
	open := 0
	b.write(t, func(tx *store.Tx) error {
		open = 0
		for id, turn := range m.turns {
			got, err := tx.Turn(t.Context(), id)
			if err != nil {
				return err
			}
			equal(t, "Turn", got, turn)
			if turn.State == console.TurnOpen {
				open++
			}
		}
		return nil
	})
	own, err := b.db.OwnTurns(t.Context(), nodeOne, 10_000)
	ok(t, err)
	mine := slices.DeleteFunc(own, func(turn console.Turn) bool { return turn.AgentID != m.agent })
	equal(t, "open turns", len(mine), open)
}
