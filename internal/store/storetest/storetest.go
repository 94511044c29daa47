// Package storetest is the contract of package store as one suite of tests, which every database
// has to pass. It may be run many times in parallel, given a database of its own each time.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

// Open returns an empty database that tells time by now and is closed at the end of the test. It
// must be one that may adopt turns.
type Open func(t *testing.T, now func() time.Time) *store.DB

// Run runs the suite. Every test opens a database of its own.
func Run(t *testing.T, open Open) {
	t.Helper()
	for _, part := range []map[string]test{
		agentTests(), workflowTests(), knowledgeTests(), conversationTests(), messageTests(), turnTests(), keyTests(),
		answerTests(), unitTests(), teamTests(), modelTests(), togetherTests(), walkTests(), callTests(), phoneTests(),
		fetchTests(), contactTests(), deskTests(), logTests(), summaryTests(), promptTests(), alertTests(), modelConnectionTests(), sealedTests(), recordTests(), forgettingTests(),
	} {
		for name, test := range part {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, newBench(t, open))
			})
		}
	}
}

// test is one promise of the contract.
type test func(*testing.T, *bench)

// clock goes where a test puts it.
type clock struct{ ms atomic.Int64 }

func (c *clock) now() time.Time          { return time.UnixMilli(c.ms.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// bench is a database with two teams.
type bench struct {
	db     *store.DB
	clock  *clock
	ids    *console.IDs
	team   console.ID
	other  console.ID
	number atomic.Int64
}

func newBench(t *testing.T, open Open) *bench {
	t.Helper()
	b := &bench{clock: new(clock)}
	b.clock.ms.Store(1_800_000_000_000)
	b.ids = console.NewIDs(b.clock.now)
	b.db = open(t, b.clock.now)
	b.team, b.other = b.newTeam(t, "first"), b.newTeam(t, "second")
	return b
}

func (b *bench) newTeam(t *testing.T, name string) console.ID {
	t.Helper()
	team := console.Team{ID: b.ids.Next(), Name: name, CreatedAt: b.clock.now()}
	ok(t, b.db.InsertTeam(t.Context(), team))
	return team.ID
}

// view is what the first team may read.
func (b *bench) view() *store.View { return b.db.Team(b.team) }

// write runs a unit of the first team that must succeed.
func (b *bench) write(t *testing.T, f func(tx *store.Tx) error) {
	t.Helper()
	ok(t, b.db.Write(t.Context(), b.team, f))
}

// newAgent makes an agent that is not stored yet.
func (b *bench) newAgent() console.Agent {
	n := b.number.Add(1)
	at := b.clock.now()
	return console.Agent{
		ID: b.ids.Next(), Name: fmt.Sprintf("Agent %d", n), Language: "en", Timezone: "Africa/Lagos",
		TestCode: fmt.Sprintf("CODE%d", n), Status: console.AgentLive, OnNewMessage: console.Merge,
		CreatedAt: at, UpdatedAt: at,
	}
}

// agent stores an agent of the first team.
func (b *bench) agent(t *testing.T) console.Agent {
	t.Helper()
	a := b.newAgent()
	b.write(t, func(tx *store.Tx) error { return tx.InsertAgent(t.Context(), a) })
	return a
}

// newConversation makes a conversation that is not stored yet.
func (b *bench) newConversation(agent console.ID) console.Conversation {
	at := b.clock.now()
	return console.Conversation{
		ID: b.ids.Next(), AgentID: agent, Channel: console.Webchat,
		CustomerID: fmt.Sprintf("customer-%d", b.number.Add(1)), CreatedAt: at, UpdatedAt: at,
	}
}

// conversation stores a conversation with one message of the customer and an open turn.
func (b *bench) conversation(t *testing.T, agent console.ID) console.Change {
	t.Helper()
	c := b.accept(nil, b.newConversation(agent), "Hello")
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), c) })
	return c
}

const nodeOne = console.ID("cnodeone")

// accept is what a customer's message does.
func (b *bench) accept(was *console.Conversation, now console.Conversation, text string) console.Change {
	c, m := now.Say(console.Message{
		ID: b.ids.Next(), Role: console.RoleUser, Author: console.ByCustomer, Text: text,
	}, b.clock.now())
	opened := console.Turn{
		ID: b.ids.Next(), TeamID: b.team, AgentID: c.AgentID, ConversationID: c.ID, State: console.TurnOpen,
		FromSeq: m.Seq, Attempt: 1, Node: nodeOne, ConversationEpoch: c.Epoch, CreatedAt: m.CreatedAt,
	}
	c.OpenTurn = opened.ID
	return console.Change{Was: was, Now: c, Append: &m, Opened: &opened}
}

// settle is what the reply to an accepted message does.
func (b *bench) settle(c console.Conversation, open console.Turn, text string) console.Change {
	was := c
	c, m := c.Say(console.Message{
		ID: b.ids.Next(), Role: console.RoleAssistant, Author: console.ByAgent, Text: text, TurnID: open.ID,
	}, b.clock.now())
	c.OpenTurn = ""
	ended := open.End(console.TurnReplied, "", open.FromSeq, m.CreatedAt)
	return console.Change{Was: &was, Now: c, Append: &m, Ended: &ended}
}

// note appends a message without a turn.
func (b *bench) note(was console.Conversation, text string) console.Change {
	now, m := was.Say(console.Message{
		ID: b.ids.Next(), Role: console.RoleAssistant, Author: console.ByHuman, Text: text,
	}, b.clock.now())
	return console.Change{Was: &was, Now: now, Append: &m}
}

// ok ends the test unless err is nil.
func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("got error %v, want none", err)
	}
}

// equal compares what came with what was wanted; nil and empty lists are the same.
func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.EquateErrors()); diff != "" {
		t.Errorf("%s: -want +got\n%s", what, diff)
	}
}

// refused checks that err has a code.
func refused(t *testing.T, what string, err error, want console.Code) {
	t.Helper()
	if e, is := errors.AsType[*console.Error](err); !is || e.Code != want {
		t.Errorf("%s: got error %v, want %s", what, err, want)
	}
}

func to[T any](v T) *T { return &v }

// all reads every page of a list.
func all[T any](t *testing.T, q console.Query, list func(context.Context, console.Query) (console.Page[T], error)) []T {
	t.Helper()
	var items []T
	for q.Page = 1; ; q.Page++ {
		page, err := list(t.Context(), q)
		ok(t, err)
		items = append(items, page.Items...)
		if int64(q.Page)*int64(q.Limit) >= page.Total {
			if int64(len(items)) != page.Total {
				t.Errorf("got %d items on all pages, want the total of %d", len(items), page.Total)
			}
			return items
		}
	}
}
