package storetest

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func teamTests() map[string]test {
	return map[string]test{
		"other team sees nothing":       otherTeamSees,
		"other team changes nothing":    otherTeamChanges,
		"deleted agent hides all below": deletedHides,
		"purge":                         purged,
		"purge of what is old":          purgedOld,
		"any string":                    anyString,
		"sort that is not there":        sortNotThere,
		"pages out of range":            pagesOutOfRange,
	}
}

// estate is one of everything that a team may have.
type estate struct {
	agent    console.Agent
	workflow console.Workflow
	change   console.Change
	base     console.KnowledgeBase
	passage  console.Passage
	key      console.Key
	call     console.Call
	number   console.PhoneNumber // the agent's
	request  console.NumberRequest
}

func (b *bench) estate(t *testing.T) estate {
	t.Helper()
	e := estate{agent: b.agent(t), workflow: b.newWorkflow(), key: b.key(t, "key")}
	b.write(t, func(tx *store.Tx) error { return tx.InsertWorkflow(t.Context(), e.workflow) })
	e.change = b.conversation(t, e.agent.ID)
	e.base = b.newBase(e.agent.ID, "base")
	e.passage = b.newPassage(e.base, "word")
	b.put(t, e.base, e.passage)
	e.call = b.call(t, e.agent.ID)
	e.number, e.request = b.newNumber(&e.agent.ID), b.newRequest("business")
	b.write(t, func(tx *store.Tx) error {
		if err := tx.InsertPhoneNumber(t.Context(), e.number); err != nil {
			return err
		}
		return tx.InsertNumberRequest(t.Context(), e.request)
	})
	return e
}

// below asks a team for all of the estate below its agent, and checks that nothing of it is found.
func (e estate) below(t *testing.T, view *store.View) {
	t.Helper()
	ctx, agent, c := t.Context(), e.agent.ID, e.change.Now.ID
	_, err := view.Agent(ctx, agent)
	refused(t, "Agent", err, console.CodeNotFound)
	_, err = view.KnowledgeBases(ctx, agent)
	refused(t, "KnowledgeBases", err, console.CodeNotFound)
	_, err = view.KnowledgeBase(ctx, agent, e.base.ID)
	refused(t, "KnowledgeBase", err, console.CodeNotFound)
	_, err = view.Conversations(ctx, agent, console.ConversationFilter{}, console.Query{})
	refused(t, "Conversations", err, console.CodeNotFound)
	_, err = view.Conversation(ctx, agent, c)
	refused(t, "Conversation", err, console.CodeNotFound)
	_, err = view.Messages(ctx, c, console.Query{})
	refused(t, "Messages", err, console.CodeNotFound)
	_, err = view.Message(ctx, c, e.change.Append.ID)
	refused(t, "Message", err, console.CodeNotFound)
	e.phoned(t, view)

	agents, err := view.Agents(ctx, console.Query{})
	ok(t, err)
	for _, a := range agents.Items {
		if a.ID == agent {
			t.Errorf("Agents: found %s", agent)
		}
	}
	p, err := view.Postings(ctx, agent, []string{"word"})
	ok(t, err)
	equal(t, "Postings", p, console.Postings{})
	passages, err := view.Passages(ctx, agent, []console.ID{e.passage.ID})
	ok(t, err)
	equal(t, "Passages", passages, nil)
	log, err := view.MessagesAfter(ctx, c, 0, 10)
	ok(t, err)
	equal(t, "MessagesAfter", log, nil)
	log, err = view.History(ctx, c, 10)
	ok(t, err)
	equal(t, "History", log, nil)
	wrote, err := view.Wrote(ctx, c, 10)
	ok(t, err)
	equal(t, "Wrote", wrote, int64(0))
	seq, err := view.SeqAt(ctx, c, e.change.Append.CreatedAt)
	ok(t, err)
	equal(t, "SeqAt", seq, int64(0))
}

// phoned is the part of below that is about telephones.
func (e estate) phoned(t *testing.T, view *store.View) {
	t.Helper()
	ctx, agent := t.Context(), e.agent.ID
	_, err := view.Calls(ctx, agent, console.CallFilter{}, console.Query{})
	refused(t, "Calls", err, console.CodeNotFound)
	_, err = view.Call(ctx, agent, e.call.ID)
	refused(t, "Call", err, console.CodeNotFound)
	numbers, err := view.AgentNumbers(ctx, agent)
	ok(t, err)
	equal(t, "AgentNumbers", numbers, nil)
}

// locked tries to get hold of the estate below its agent in a unit, and checks that nothing is
// found.
func (e estate) locked(t *testing.T, tx *store.Tx) {
	t.Helper()
	ctx, agent := t.Context(), e.agent.ID
	_, err := tx.AgentState(ctx, agent)
	refused(t, "AgentState", err, console.CodeNotFound)
	_, err = tx.LockAgent(ctx, agent)
	refused(t, "LockAgent", err, console.CodeNotFound)
	_, err = tx.LockConversation(ctx, agent, e.change.Now.ID)
	refused(t, "LockConversation", err, console.CodeNotFound)
	_, err = tx.Turn(ctx, e.change.Opened.ID)
	refused(t, "Turn", err, console.CodeNotFound)
	found, err := tx.FindConversation(ctx, place(e.change.Now))
	ok(t, err)
	equal(t, "FindConversation", found, (*console.Conversation)(nil))
	refused(t, "UpdateAgent", tx.UpdateAgent(ctx, e.agent), console.CodeNotFound)
	refused(t, "DeleteAgent", tx.DeleteAgent(ctx, agent), console.CodeNotFound)
	refused(t, "PutKnowledgeBase", tx.PutKnowledgeBase(ctx, e.base, nil), console.CodeNotFound)
	refused(t, "DeleteKnowledgeBase", tx.DeleteKnowledgeBase(ctx, agent, e.base.ID), console.CodeNotFound)
	refused(t, "PutCall", tx.PutCall(ctx, e.call), console.CodeNotFound)
}

func otherTeamSees(t *testing.T, b *bench) {
	t.Helper()
	e := b.estate(t)
	view := b.db.Team(b.other)
	e.below(t, view)
	_, err := view.Workflow(t.Context(), e.workflow.ID)
	refused(t, "Workflow", err, console.CodeNotFound)
	_, err = view.Key(t.Context(), e.key.ID)
	refused(t, "Key", err, console.CodeNotFound)
	workflows, err := view.Workflows(t.Context(), console.ScopeAccessible, console.Query{})
	ok(t, err)
	equal(t, "Workflows", workflows, console.Page[console.Workflow]{})
	keys, err := view.Keys(t.Context(), console.Query{})
	ok(t, err)
	equal(t, "Keys", keys, console.Page[console.Key]{})
	_, err = view.PhoneNumber(t.Context(), e.number.ID)
	refused(t, "PhoneNumber", err, console.CodeNotFound)
	numbers, err := view.PhoneNumbers(t.Context(), console.Query{})
	ok(t, err)
	equal(t, "PhoneNumbers", numbers, console.Page[console.PhoneNumber]{})
	requests, err := view.NumberRequests(t.Context(), console.Query{})
	ok(t, err)
	equal(t, "NumberRequests", requests, console.Page[console.AskedNumber]{})
}

func otherTeamChanges(t *testing.T, b *bench) {
	t.Helper()
	e := b.estate(t)
	ok(t, b.db.Write(t.Context(), b.other, func(tx *store.Tx) error {
		ctx := t.Context()
		e.locked(t, tx)
		n, err := tx.CountAgents(ctx)
		ok(t, err)
		equal(t, "CountAgents", n, 0)
		_, err = tx.LockWorkflow(ctx, e.workflow.ID)
		refused(t, "LockWorkflow", err, console.CodeNotFound)
		refused(t, "UpdateWorkflow", tx.UpdateWorkflow(ctx, e.workflow), console.CodeNotFound)
		refused(t, "DeleteWorkflow", tx.DeleteWorkflow(ctx, e.workflow.ID), console.CodeNotFound)
		refused(t, "RevokeKey", tx.RevokeKey(ctx, e.key.ID, b.clock.now()), console.CodeNotFound)
		_, err = tx.LockPhoneNumber(ctx, e.number.ID)
		refused(t, "LockPhoneNumber", err, console.CodeNotFound)
		refused(t, "UpdatePhoneNumber", tx.UpdatePhoneNumber(ctx, e.number), console.CodeNotFound)
		_, err = tx.LockNumberRequest(ctx, e.request.ID)
		refused(t, "LockNumberRequest", err, console.CodeNotFound)
		refused(t, "SettleNumberRequest", tx.SettleNumberRequest(ctx, e.request), console.CodeNotFound)
		refused(t, "Apply", tx.Apply(ctx, b.note(e.change.Now, "x")), console.CodeNotFound)
		begun := b.accept(nil, b.newConversation(e.agent.ID), "x")
		refused(t, "Apply of a new one", tx.Apply(ctx, begun), console.CodeNotFound)
		return nil
	}))
	got, err := b.view().Conversation(t.Context(), e.agent.ID, e.change.Now.ID)
	ok(t, err)
	equal(t, "the owner's conversation", got, e.change.Now)
	p, err := b.view().Postings(t.Context(), e.agent.ID, []string{"word"})
	ok(t, err)
	equal(t, "the owner's postings", len(p.Hits), 1)
}

func deletedHides(t *testing.T, b *bench) {
	t.Helper()
	e := b.estate(t)
	b.write(t, func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), e.agent.ID) })
	e.below(t, b.view())
	b.write(t, func(tx *store.Tx) error {
		e.locked(t, tx)
		begun := b.accept(nil, b.newConversation(e.agent.ID), "x")
		refused(t, "Apply of a new one", tx.Apply(t.Context(), begun), console.CodeNotFound)
		return nil
	})
	own, err := b.db.OwnTurns(t.Context(), nodeOne, 10)
	ok(t, err)
	equal(t, "OwnTurns", own, nil)
	adopted, err := b.db.AdoptTurns(t.Context(), nodeTwo, 10)
	ok(t, err)
	equal(t, "AdoptTurns", adopted, nil)
}

// purgeAll purges in slices and returns how many there were.
func (b *bench) purgeAll(t *testing.T, slice int) int {
	t.Helper()
	for n := 1; ; n++ {
		more, err := b.db.Purge(t.Context(), slice)
		ok(t, err)
		if !more {
			return n
		}
		if n > 1000 {
			t.Fatal("Purge does not come to an end")
		}
	}
}

func purged(t *testing.T, b *bench) {
	t.Helper()
	gone, kept := b.estate(t), b.estate(t)
	for i := range 5 {
		c := b.conversation(t, gone.agent.ID).Now
		b.write(t, func(tx *store.Tx) error {
			return tx.Apply(t.Context(), b.note(c, fmt.Sprint(i)))
		})
	}
	equal(t, "slices with nothing to purge", b.purgeAll(t, 1), 1)
	b.write(t, func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), gone.agent.ID) })
	if n := b.purgeAll(t, 4); n < 4 {
		t.Errorf("purged in %d slices of 4, want more of them", n)
	}
	gone.below(t, b.view())
	// All of it is free again: ids, code and place.
	b.write(t, func(tx *store.Tx) error {
		if err := tx.InsertAgent(t.Context(), gone.agent); err != nil {
			return err
		}
		if err := tx.PutKnowledgeBase(t.Context(), gone.base, []console.Passage{gone.passage}); err != nil {
			return err
		}
		if err := tx.PutCall(t.Context(), gone.call); err != nil {
			return err
		}
		return tx.Apply(t.Context(), gone.change)
	})
	page, err := b.view().Conversations(t.Context(), gone.agent.ID, console.ConversationFilter{}, console.Query{})
	ok(t, err)
	equal(t, "conversations after all", page.Total, int64(1))
	got, err := b.view().Messages(t.Context(), kept.change.Now.ID, console.Query{})
	ok(t, err)
	equal(t, "messages of the other agent", got.Total, int64(1))
}

func purgedOld(t *testing.T, b *bench) {
	t.Helper()
	ctx := t.Context()
	b.claim(t, b.team, "old", &console.Answer{Status: 200})
	_, err := b.db.SpendTicket(ctx, [32]byte{1}, b.clock.now().Add(time.Minute))
	ok(t, err)
	b.clock.advance(24 * time.Hour)
	b.claim(t, b.team, "new", &console.Answer{Status: 200})
	b.purgeAll(t, 100)
	if b.claim(t, b.team, "new", nil) == nil {
		t.Error("Purge removed an answer that is young")
	}
	// The ticket is free again because it has been forgotten; its own time is checked by auth.
	first, err := b.db.SpendTicket(ctx, [32]byte{1}, b.clock.now().Add(time.Minute))
	ok(t, err)
	equal(t, "SpendTicket after the note was purged", first, true)
}

// anyString asks for what no client should say: it is found nowhere, and nothing breaks.
func anyString(t *testing.T, b *bench) {
	t.Helper()
	e := b.estate(t)
	ctx := t.Context()
	for _, s := range []string{
		"", "\xff\xfe", "a\x00b", "\xed\xa0\x80", strings.Repeat("x", 100_000), "'", `"; DROP TABLE agent`, "\u2028", "🙂",
		"%s", "$1", "?1", "\\", strings.Repeat("%_\\", 85),
	} {
		id := console.ID(s)
		_, err := b.view().Agent(ctx, id)
		refused(t, fmt.Sprintf("Agent %.20q", s), err, console.CodeNotFound)
		_, err = b.view().Conversation(ctx, e.agent.ID, id)
		refused(t, fmt.Sprintf("Conversation %.20q", s), err, console.CodeNotFound)
		_, err = b.view().Message(ctx, e.change.Now.ID, id)
		refused(t, fmt.Sprintf("Message %.20q", s), err, console.CodeNotFound)
		_, err = b.view().Postings(ctx, e.agent.ID, []string{s})
		ok(t, err)
		q := console.Query{Search: s}
		if len(s) > 1000 {
			q.Search = ""
		}
		_, err = b.view().Agents(ctx, q)
		ok(t, err)
		_, err = b.view().Messages(ctx, e.change.Now.ID, q)
		ok(t, err)
		_, err = b.view().Conversations(ctx, e.agent.ID, console.ConversationFilter{Channel: to(console.Channel(s))}, q)
		ok(t, err)
		_, err = b.view().Call(ctx, e.agent.ID, id)
		refused(t, fmt.Sprintf("Call %.20q", s), err, console.CodeNotFound)
		_, err = b.view().PhoneNumber(ctx, id)
		refused(t, fmt.Sprintf("PhoneNumber %.20q", s), err, console.CodeNotFound)
		_, err = b.view().Calls(ctx, e.agent.ID, console.CallFilter{Status: to(console.CallStatus(s))}, q)
		ok(t, err)
		_, err = b.view().PhoneNumbers(ctx, q)
		ok(t, err)
		_, err = b.view().NumberRequests(ctx, q)
		ok(t, err)
		b.stores(t, e.change.Now.AgentID, s)
	}
}

// stores writes a string wherever a client's words are kept.
func (b *bench) stores(t *testing.T, agent console.ID, s string) {
	t.Helper()
	a, w := b.newAgent(), b.newWorkflow()
	a.Name, a.Rules, w.Name, w.Tags = s, []console.Rule{{ID: s, Response: s}}, s, []string{s}
	c := b.newConversation(agent)
	c.CustomerID, c.CustomerName = fmt.Sprintf("%d %.500s", b.number.Add(1), s), &s
	kb := b.newBase(agent, s)
	call, number, request := b.newCall(agent), b.newNumber(nil), b.newRequest(s)
	call.Destination, call.EndReason, number.Label, request.IntendedUse = s, &s, &s, s
	b.write(t, func(tx *store.Tx) error {
		ok(t, tx.PutCall(t.Context(), call))
		ok(t, tx.InsertPhoneNumber(t.Context(), number))
		ok(t, tx.InsertNumberRequest(t.Context(), request))
		ok(t, tx.InsertAgent(t.Context(), a))
		ok(t, tx.InsertWorkflow(t.Context(), w))
		ok(t, tx.PutKnowledgeBase(t.Context(), kb, []console.Passage{b.newPassage(kb, s)}))
		return tx.Apply(t.Context(), b.accept(nil, c, s))
	})
	c.ID, c.CustomerID = b.ids.Next(), strings.Repeat("y", 5000)
	err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
		return tx.Apply(t.Context(), b.accept(nil, c, s))
	})
	refused(t, "Apply with a customer's name that is too long", err, console.CodeValidation)
}

func sortNotThere(t *testing.T, b *bench) {
	t.Helper()
	e := b.estate(t)
	ctx, view := t.Context(), b.view()
	q := console.Query{Sort: console.Sort{Field: "x.id; DROP TABLE agent"}}
	_, err := view.Agents(ctx, q)
	refused(t, "Agents", err, console.CodeValidation)
	_, err = view.Workflows(ctx, "", q)
	refused(t, "Workflows", err, console.CodeValidation)
	_, err = view.Keys(ctx, q)
	refused(t, "Keys", err, console.CodeValidation)
	_, err = view.Calls(ctx, e.agent.ID, console.CallFilter{}, q)
	refused(t, "Calls", err, console.CodeValidation)
	_, err = view.PhoneNumbers(ctx, q)
	refused(t, "PhoneNumbers", err, console.CodeValidation)
	_, err = view.NumberRequests(ctx, q)
	refused(t, "NumberRequests", err, console.CodeValidation)
	_, err = view.Conversations(ctx, e.agent.ID, console.ConversationFilter{}, q)
	refused(t, "Conversations", err, console.CodeValidation)
	_, err = view.Messages(ctx, e.change.Now.ID, q)
	refused(t, "Messages", err, console.CodeValidation)
	if !strings.Contains(err.Error(), "sort: must be one of created_at") {
		t.Errorf("got %v, want to be told what can be sorted by", err)
	}
}

func pagesOutOfRange(t *testing.T, b *bench) {
	t.Helper()
	e := b.estate(t)
	for _, page := range []int{2, 1 << 30, math.MaxInt} {
		q := console.Query{Page: page, Limit: 100}
		agents, err := b.view().Agents(t.Context(), q)
		ok(t, err)
		equal(t, "Agents", agents, console.Page[console.Agent]{Total: 1})
		conversations, err := b.view().Conversations(t.Context(), e.agent.ID, console.ConversationFilter{}, q)
		ok(t, err)
		equal(t, "Conversations", conversations, console.Page[console.Conversation]{Total: 1})
		messages, err := b.view().Messages(t.Context(), e.change.Now.ID, q)
		ok(t, err)
		equal(t, "Messages", messages, console.Page[console.Message]{Total: 1})
	}
	agents, err := b.view().Agents(t.Context(), console.Query{Page: -1, Limit: 1 << 40})
	ok(t, err)
	equal(t, "agents without bounds", len(agents.Items), 1)
}
