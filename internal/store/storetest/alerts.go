package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func alertTests() map[string]test {
	return map[string]test{
		"alert once an episode":     alertOnce,
		"alerts together":           alertsTogether,
		"alerts tried again":        alertsAgain,
		"alerts counted":            alertsCounted,
		"alerts behind a moot one":  alertBehindAMootOne,
		"alerts of nodes":           alertsOfNodes,
		"alerts that nobody awaits": alertsNotAwaited,
		"alerts raised meanwhile":   alertRaisedMeanwhile,
	}
}

// escalating stores an agent with an address to write to.
func (b *bench) escalating(t *testing.T) console.Agent {
	t.Helper()
	a := b.newAgent()
	a.EscalationEmail = to("owner@shop.example")
	b.write(t, func(tx *store.Tx) error { return tx.InsertAgent(t.Context(), a) })
	return a
}

// attention says whether a human is needed in a conversation, and returns it as it is then.
func (b *bench) attention(t *testing.T, c console.Conversation, needed bool) console.Conversation {
	t.Helper()
	b.write(t, func(tx *store.Tx) error {
		was, err := tx.LockConversation(t.Context(), c.AgentID, c.ID)
		if err != nil {
			return err
		}
		c = was
		c.NeedsAttention, c.UpdatedAt = needed, b.clock.now()
		return tx.Apply(t.Context(), console.Change{Was: &was, Now: c})
	})
	return c
}

// alert has a node that is alive take a mail.
func (b *bench) alert(t *testing.T, node console.ID) *console.AlertMail {
	t.Helper()
	ok(t, b.db.Beat(t.Context(), node))
	mail, err := b.db.TakeAlert(t.Context(), console.Taker{Node: node, At: b.clock.now()}, b.ids.Next())
	ok(t, err)
	return mail
}

func (b *bench) finish(t *testing.T, mail *console.AlertMail, o console.AlertOutcome) {
	t.Helper()
	o.At = b.clock.now()
	ok(t, b.db.FinishAlert(t.Context(), mail.ID, nodeOne, o))
}

// named are the conversations in a mail.
func named(mail *console.AlertMail) []console.ID {
	if mail == nil {
		return nil
	}
	ids := []console.ID{}
	for _, a := range mail.Alerts {
		ids = append(ids, a.ConversationID)
	}
	return ids
}

func alertOnce(t *testing.T, b *bench) {
	t.Helper()
	a := b.escalating(t)
	c := b.conversation(t, a.ID).Now
	equal(t, "before a human is needed", b.alert(t, nodeOne), nil)
	raised := b.attention(t, c, true)
	got := b.alert(t, nodeOne)
	if got == nil {
		t.Fatal("TakeAlert: nil, want a mail")
	}
	equal(t, "the mail", *got, console.AlertMail{
		ID: got.ID, Team: b.team, AgentID: a.ID, Agent: a.Name, To: "owner@shop.example", Timezone: a.Timezone, Tries: 1,
		Alerts: []console.Alert{{
			ConversationID: c.ID, RaisedAt: raised.UpdatedAt, Channel: c.Channel, CustomerID: c.CustomerID, Said: "Hello",
		}},
	})
	b.finish(t, got, console.AlertOutcome{Sent: true})
	b.attention(t, c, true) // it was already
	b.clock.advance(time.Hour)
	equal(t, "once it has been sent", b.alert(t, nodeOne), nil)
	b.attention(t, c, false)
	b.attention(t, c, true)
	again := b.alert(t, nodeOne)
	equal(t, "in the next episode", named(again), []console.ID{c.ID})
	if again.ID == got.ID {
		t.Error("the next episode has the same mail")
	}
}

// What comes together goes in one mail, and what comes soon after in the next.
func alertsTogether(t *testing.T, b *bench) {
	t.Helper()
	a, other := b.escalating(t), b.escalating(t)
	var all []console.ID
	for range console.MaxAlerts + 2 {
		b.clock.advance(time.Millisecond)
		all = append(all, b.attention(t, b.conversation(t, a.ID).Now, true).ID)
	}
	first := b.alert(t, nodeOne)
	equal(t, "the first mail", named(first), all[:console.MaxAlerts])
	equal(t, "more that wait", first.More, 2)
	b.finish(t, first, console.AlertOutcome{Sent: true})
	equal(t, "during the pause", b.alert(t, nodeOne), nil)
	theirs := b.attention(t, b.conversation(t, other.ID).Now, true).ID
	second := b.alert(t, nodeOne)
	equal(t, "another agent during the pause", named(second), []console.ID{theirs})
	b.finish(t, second, console.AlertOutcome{Sent: true})
	b.clock.advance(console.AlertPause)
	third := b.alert(t, nodeOne)
	equal(t, "after the pause", named(third), all[console.MaxAlerts:])
	b.finish(t, third, console.AlertOutcome{Sent: true})
	equal(t, "after all", b.alert(t, nodeOne), nil)
}

// A mail that is tried again is the same, less those that have been seen to meanwhile.
func alertsAgain(t *testing.T, b *bench) {
	t.Helper()
	a := b.escalating(t)
	one, two := b.attention(t, b.conversation(t, a.ID).Now, true), b.attention(t, b.conversation(t, a.ID).Now, true)
	first := b.alert(t, nodeOne)
	equal(t, "conversations", len(named(first)), 2)
	b.finish(t, first, console.AlertOutcome{Again: b.clock.now().Add(time.Minute)})
	b.attention(t, one, false)
	late := b.attention(t, b.conversation(t, a.ID).Now, true)
	equal(t, "before its time, and a new alert meanwhile", b.alert(t, nodeOne), nil)
	b.clock.advance(time.Minute)
	again := b.alert(t, nodeOne)
	equal(t, "in time", named(again), []console.ID{two.ID})
	equal(t, "its id", again.ID, first.ID)
	equal(t, "its tries", again.Tries, 2)
	b.clock.advance(time.Millisecond)
	later := b.attention(t, b.conversation(t, a.ID).Now, true)
	b.finish(t, again, console.AlertOutcome{}) // refused
	equal(t, "during the pause", b.alert(t, nodeOne), nil)
	b.clock.advance(console.AlertPause)
	fresh := b.alert(t, nodeOne)
	equal(t, "what came meanwhile", named(fresh), []console.ID{late.ID, later.ID})
	b.finish(t, fresh, console.AlertOutcome{Again: b.clock.now().Add(2 * console.AlertLife)})
	b.clock.advance(2 * console.AlertLife)
	equal(t, "too old", len(named(b.alert(t, nodeOne))), 0)
	equal(t, "too old, once more", b.alert(t, nodeOne), nil)
}

// A mail speaks of no more customers than those who need somebody when it is sent.
func alertsCounted(t *testing.T, b *bench) {
	t.Helper()
	a := b.escalating(t)
	b.attention(t, b.conversation(t, a.ID).Now, true)
	first := b.alert(t, nodeOne)
	equal(t, "more beside the first", first.More, 0)
	b.finish(t, first, console.AlertOutcome{Again: b.clock.now().Add(time.Minute)})
	var others []console.Conversation
	for range 3 {
		others = append(others, b.attention(t, b.conversation(t, a.ID).Now, true))
	}
	for _, c := range others[1:] {
		b.attention(t, c, false)
	}
	b.clock.advance(time.Minute)
	again := b.alert(t, nodeOne)
	equal(t, "the mail", named(again), named(first))
	equal(t, "more, of whom two have been seen to", again.More, 1)
	b.finish(t, again, console.AlertOutcome{Again: b.clock.now().Add(console.AlertLife - time.Second)})
	b.clock.advance(console.AlertLife - time.Second)
	b.attention(t, b.attention(t, others[2], false), true)
	last := b.alert(t, nodeOne)
	equal(t, "more, of whom one is too old to be told of", last.More, 1)
}

// A mail that waits for its next try, and about which nobody cares any more, holds up no other one; one
// that is being sent does.
func alertBehindAMootOne(t *testing.T, b *bench) {
	t.Helper()
	a := b.escalating(t)
	c := b.attention(t, b.conversation(t, a.ID).Now, true)
	first := b.alert(t, nodeOne)
	b.attention(t, c, false)
	next := b.attention(t, b.conversation(t, a.ID).Now, true)
	if strings.Contains(t.Name(), "PostgreSQL") { // elsewhere there is one node, which has one mail at a time
		equal(t, "while the first one is being sent", b.alert(t, nodeTwo), nil)
	}
	b.finish(t, first, console.AlertOutcome{Again: b.clock.now().Add(time.Hour)})
	second := b.alert(t, nodeOne)
	equal(t, "once somebody has seen to the first one", named(second), []console.ID{next.ID})
	b.finish(t, second, console.AlertOutcome{Sent: true})
	b.clock.advance(time.Hour)
	equal(t, "the first one", len(named(b.alert(t, nodeOne))), 0)
}

func alertsOfNodes(t *testing.T, b *bench) {
	t.Helper()
	c := b.attention(t, b.conversation(t, b.escalating(t).ID).Now, true)
	first := b.alert(t, nodeOne)
	equal(t, "the first node", named(first), []console.ID{c.ID})
	own := b.alert(t, nodeOne)
	equal(t, "what it does not know that it has", []any{own.ID, own.Tries}, []any{first.ID, int64(2)})
	ok(t, b.db.Leave(t.Context(), nodeOne))
	other := b.alert(t, nodeTwo)
	equal(t, "another node, once the first is gone", []any{other.ID, other.Tries}, []any{first.ID, int64(3)})
	b.finish(t, first, console.AlertOutcome{Sent: true}) // too late: it is not its own any more
	equal(t, "what a late node says", b.alert(t, nodeTwo).ID, first.ID)
}

func alertsNotAwaited(t *testing.T, b *bench) {
	t.Helper()
	b.attention(t, b.conversation(t, b.agent(t).ID).Now, true)
	equal(t, "an agent without an address", b.alert(t, nodeOne), nil)
	seen := b.attention(t, b.conversation(t, b.escalating(t).ID).Now, true)
	b.attention(t, seen, false)
	equal(t, "one that was seen to", len(named(b.alert(t, nodeOne))), 0)
	equal(t, "and again", b.alert(t, nodeOne), nil)
	gone := b.escalating(t)
	b.attention(t, b.conversation(t, gone.ID).Now, true)
	b.write(t, func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), gone.ID) })
	equal(t, "of an agent that was deleted", b.alert(t, nodeOne), nil)
	mute := b.escalating(t)
	b.attention(t, b.conversation(t, mute.ID).Now, true)
	mute.EscalationEmail = nil
	b.write(t, func(tx *store.Tx) error { return tx.UpdateAgent(t.Context(), mute) })
	equal(t, "of an agent whose address was taken away", len(named(b.alert(t, nodeOne))), 0)
	undone := b.conversation(t, b.escalating(t).ID).Now
	err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
		was, err := tx.LockConversation(t.Context(), undone.AgentID, undone.ID)
		now := was
		now.NeedsAttention = true
		if err == nil {
			err = tx.Apply(t.Context(), console.Change{Was: &was, Now: now})
		}
		if err == nil {
			err = fmt.Errorf("undone")
		}
		return err
	})
	if err == nil || err.Error() != "undone" {
		t.Fatal(err)
	}
	equal(t, "of what was undone", b.alert(t, nodeOne), nil)
}

// An alert that is raised anew while the mail about the one before is on its way gets a mail of its own.
func alertRaisedMeanwhile(t *testing.T, b *bench) {
	t.Helper()
	c := b.attention(t, b.conversation(t, b.escalating(t).ID).Now, true)
	first := b.alert(t, nodeOne)
	b.attention(t, c, false)
	b.attention(t, c, true)
	b.finish(t, first, console.AlertOutcome{Sent: true})
	next := b.alert(t, nodeOne)
	equal(t, "the new one", named(next), []console.ID{c.ID})
	if next.ID == first.ID {
		t.Error("the new alert has the old mail")
	}
}
