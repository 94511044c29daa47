package store_test

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/store/storetest"
)

// yard is a database to measure on: a team with an agent.
type yard struct {
	db    *store.DB
	ids   *console.IDs
	team  console.ID
	agent console.Agent
}

func newYard(b *testing.B) *yard {
	b.Helper()
	y := &yard{ids: console.NewIDs(time.Now)}
	switch {
	case os.Getenv("BIMPE_BENCH_POSTGRES") != "":
		y.db = open(b, store.Config{URL: storetest.Postgres(b), Now: time.Now, Log: quiet()})
	default:
		y.db = openAt(b, b.TempDir(), time.Now)
	}
	team := console.Team{ID: y.ids.Next(), Name: "team"}
	y.team = team.ID
	y.agent = console.Agent{ID: y.ids.Next(), Name: "A", TestCode: "C", Status: console.AgentLive, CreatedAt: time.Now()}
	y.must(b, y.db.InsertTeam(b.Context(), team))
	y.write(b, func(tx *store.Tx) error { return tx.InsertAgent(b.Context(), y.agent) })
	return y
}

func (y *yard) must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (y *yard) write(b *testing.B, f func(*store.Tx) error) {
	b.Helper()
	y.must(b, y.db.Write(b.Context(), y.team, f))
}

func (y *yard) begin(i int) console.Change {
	c := console.Conversation{
		ID: y.ids.Next(), AgentID: y.agent.ID, Channel: console.Webchat, CustomerID: fmt.Sprint("customer-", i),
		NeedsAttention: i%20 == 0, CreatedAt: time.Now(), UpdatedAt: time.Now(),
	}
	c, m := c.Say(console.Message{ID: y.ids.Next(), Role: console.RoleUser, Author: console.ByCustomer, Text: "Hello"}, time.Now())
	return console.Change{Now: c, Append: &m}
}

// fill stores n conversations and returns their ids.
func (y *yard) fill(b *testing.B, n int) []console.ID {
	b.Helper()
	ids := make([]console.ID, 0, n)
	for len(ids) < n {
		y.write(b, func(tx *store.Tx) error {
			for range min(1000, n-len(ids)) {
				change := y.begin(len(ids))
				if err := tx.Apply(b.Context(), change); err != nil {
					return err
				}
				ids = append(ids, change.Now.ID)
			}
			return nil
		})
	}
	return ids
}

// accept is the first transaction of a turn.
func (y *yard) accept(b *testing.B, id console.ID, tx *store.Tx) (console.Change, error) {
	b.Helper()
	ctx := b.Context()
	a, err := tx.AgentState(ctx, y.agent.ID)
	if err != nil {
		return console.Change{}, err
	}
	was, err := tx.LockConversation(ctx, y.agent.ID, id)
	if err != nil {
		return console.Change{}, err
	}
	c, m := was.Say(console.Message{
		ID: y.ids.Next(), Role: console.RoleUser, Author: console.ByCustomer, Text: "When do you open on Sunday?",
	}, time.Now())
	t := console.Turn{
		ID: y.ids.Next(), AgentID: a.ID, ConversationID: c.ID, State: console.TurnOpen, FromSeq: m.Seq,
		Attempt: 1, Node: "node", CreatedAt: m.CreatedAt,
	}
	c.OpenTurn = t.ID
	change := console.Change{Was: &was, Now: c, Append: &m, Opened: &t}
	return change, tx.Apply(ctx, change)
}

// settle is the second.
func (y *yard) settle(b *testing.B, id, turn console.ID, tx *store.Tx) error {
	b.Helper()
	ctx := b.Context()
	was, err := tx.LockConversation(ctx, y.agent.ID, id)
	if err != nil {
		return err
	}
	t, err := tx.Turn(ctx, turn)
	if err != nil {
		return err
	}
	if _, err := tx.AgentState(ctx, y.agent.ID); err != nil {
		return err
	}
	c, m := was.Say(console.Message{
		ID: y.ids.Next(), Role: console.RoleAssistant, Author: console.ByAgent, TurnID: turn,
		Text: "We open at nine in the morning on Sunday and close at five in the afternoon.",
	}, time.Now())
	c.OpenTurn = ""
	ended := t.End(console.TurnReplied, "", was.Seq, m.CreatedAt)
	return tx.Apply(ctx, console.Change{Was: &was, Now: c, Append: &m, Ended: &ended})
}

func (y *yard) pair(b *testing.B, id console.ID) {
	b.Helper()
	var change console.Change
	y.write(b, func(tx *store.Tx) (err error) {
		change, err = y.accept(b, id, tx)
		return err
	})
	y.write(b, func(tx *store.Tx) error { return y.settle(b, id, change.Opened.ID, tx) })
}

// keyed is a pair whose first request has an idempotency key.
func (y *yard) keyed(b *testing.B, id console.ID) {
	b.Helper()
	var change console.Change
	key := string(y.ids.Next())
	y.write(b, func(tx *store.Tx) error {
		if _, err := tx.ClaimKey(b.Context(), key, [32]byte{1}); err != nil {
			return err
		}
		if err := tx.Nested(func() (err error) {
			change, err = y.accept(b, id, tx)
			return err
		}); err != nil {
			return err
		}
		return tx.KeepAnswer(b.Context(), key, console.Answer{Status: 201, Body: make([]byte, 400)})
	})
	y.write(b, func(tx *store.Tx) error { return y.settle(b, id, change.Opened.ID, tx) })
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure runs f and reports its processor time too, which other work on the machine does not
// change.
func measure(b *testing.B, f func() error) {
	b.Helper()
	b.ReportAllocs()
	start, n := cpu(), 0
	for b.Loop() {
		if n++; n == 1 {
			start = cpu()
		}
		if err := f(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((cpu()-start).Microseconds())/float64(n), "cpu-µs/op")
}

// BenchmarkPair is a turn's two transactions, durable, by one goroutine and by 64.
func BenchmarkPair(b *testing.B) {
	for _, test := range []struct {
		name    string
		workers int
		pair    func(*yard, *testing.B, console.ID)
	}{
		{"1", 1, (*yard).pair},
		{"64", 64, (*yard).pair},
		{"64 with keys", 64, (*yard).keyed},
	} {
		b.Run(test.name, func(b *testing.B) {
			y := newYard(b)
			ids := y.fill(b, 10_000)
			var next atomic.Int64
			b.ReportAllocs()
			b.ResetTimer()
			start := cpu()
			var wg sync.WaitGroup
			for range test.workers {
				wg.Go(func() {
					// Any two of them are at different conversations.
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						test.pair(y, b, ids[n*7919%int64(len(ids))])
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64((cpu()-start).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}

func BenchmarkAgent(b *testing.B) {
	y := newYard(b)
	measure(b, func() error {
		_, err := y.db.Team(y.team).Agent(b.Context(), y.agent.ID)
		return err
	})
}

// BenchmarkConversations is a page of the 100,000 conversations of one agent.
func BenchmarkConversations(b *testing.B) {
	y := newYard(b)
	y.fill(b, 100_000)
	yes, no := true, false
	messenger, webchat := console.Messenger, console.Webchat
	for _, test := range []struct {
		name string
		f    console.ConversationFilter
		q    console.Query
	}{
		{"first", console.ConversationFilter{}, console.Query{}},
		{"attention", console.ConversationFilter{NeedsAttention: &yes}, console.Query{}},
		{"no attention", console.ConversationFilter{NeedsAttention: &no}, console.Query{}},
		{"paused", console.ConversationFilter{Paused: &yes}, console.Query{}},
		{"not paused", console.ConversationFilter{Paused: &no}, console.Query{}},
		{"messenger", console.ConversationFilter{Channel: &messenger}, console.Query{}},
		{"webchat", console.ConversationFilter{Channel: &webchat}, console.Query{}},
		{"created", console.ConversationFilter{}, console.Query{Sort: console.Sort{Field: "created_at"}}},
		{"updated", console.ConversationFilter{}, console.Query{Sort: console.Sort{Field: "updated_at"}}},
		{"page 4000", console.ConversationFilter{}, console.Query{Page: 4000, Limit: 20}},
		{"search", console.ConversationFilter{}, console.Query{Search: "customer-99"}},
	} {
		b.Run(test.name, func(b *testing.B) {
			measure(b, func() error {
				_, err := y.db.Team(y.team).Conversations(b.Context(), y.agent.ID, test.f, test.q)
				return err
			})
		})
	}
}

// BenchmarkOpen is the start on a database that is there.
func BenchmarkOpen(b *testing.B) {
	folder := b.TempDir()
	for b.Loop() {
		db, err := store.Open(b.Context(), store.Config{DataDir: folder, Now: time.Now, Log: quiet(), Exclusive: true})
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
