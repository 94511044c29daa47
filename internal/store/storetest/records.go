package storetest

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func recordTests() map[string]test {
	return map[string]test{
		"record round trip":           recordRoundTrip,
		"record kept by a late run":   recordKeptLate,
		"record of a run without":     recordOfNothing,
		"turns listed":                turnsListed,
		"turns and what they cover":   turnsCover,
		"usage told apart":            usageToldApart,
		"usage narrowed and paged":    usageNarrowed,
		"usage has an end":            usageHasAnEnd,
		"usage of what was undone":    usageUndone,
		"bounds of a day":             boundsOfADay,
		"usage of many conversations": usageOfMany,
	}
}

func gpt() console.ModelRef {
	return console.ModelRef{Connection: "cconn", Provider: "openai", Name: "gpt"}
}

// spending is a record that spent something on a model.
func spending(m console.ModelRef, prompt, completion int64, cost console.Money) *console.Record {
	r := new(console.Record)
	r.Spend(console.Step{Model: m, Tokens: console.Tokens{Prompt: prompt, Completion: completion}, Cost: cost})
	return r
}

// fullRecord has every field set.
func (b *bench) fullRecord() *console.Record {
	at := b.clock.now()
	step := console.Step{
		Kind: console.StepModel, At: at, Took: 1500 * time.Microsecond, Note: "n", Rule: "r", Flow: "f", FlowStep: "2",
		Sources: []console.Source{{PassageID: "p", BaseID: "b", Name: "Menu", Quote: "Jollof “rice”"}},
		Model:   gpt(), Try: 2, Waited: time.Second, Fault: "broken",
		Tokens: console.Tokens{Prompt: 3, Completion: 2, Estimated: true},
		Cost:   console.Money{Currency: "USD", Nanos: 12},
	}
	r := &console.Record{
		Steps: []console.Step{step, {Kind: console.StepRestart, At: at}}, Omitted: 4, Budget: console.BudgetTeam,
		Discarded: "half a rep",
	}
	r.Spend(step)
	return r
}

func (b *bench) record(t *testing.T, c console.Conversation, turn console.ID) console.TurnRecord {
	t.Helper()
	got, err := b.view().TurnRecord(t.Context(), c.ID, turn)
	ok(t, err)
	return got
}

func recordRoundTrip(t *testing.T, b *bench) {
	t.Helper()
	first := b.accept(nil, b.newConversation(b.agent(t).ID), "Hello")
	first.Opened.KeyID = "ckey"
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), first) })
	want := console.TurnRecord{Turn: *first.Opened, First: first.Append.ID, Last: first.Append.ID, Messages: 1}
	equal(t, "an open turn", b.record(t, first.Now, first.Opened.ID), want)

	settled := b.settle(first.Now, *first.Opened, "Hi")
	settled.Ended.Record, settled.Ended.EndedBy = b.fullRecord(), "cother"
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), settled) })
	want.Turn, want.Reply = *settled.Ended, settled.Append.ID
	equal(t, "a turn that has ended", b.record(t, first.Now, first.Opened.ID), want)

	_, err := b.view().TurnRecord(t.Context(), "elsewhere", first.Opened.ID)
	refused(t, "TurnRecord of another conversation", err, console.CodeNotFound)
	_, err = b.db.Team(b.other).TurnRecord(t.Context(), first.Now.ID, first.Opened.ID)
	refused(t, "TurnRecord of another team", err, console.CodeNotFound)
	b.write(t, func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), first.Now.AgentID) })
	_, err = b.view().TurnRecord(t.Context(), first.Now.ID, first.Opened.ID)
	refused(t, "TurnRecord below an agent that was deleted", err, console.CodeNotFound)
}

// recordKeptLate: whoever ends a turn from outside knows nothing of what its run did, which tells it
// afterwards.
func recordKeptLate(t *testing.T, b *bench) {
	t.Helper()
	first := b.conversation(t, b.agent(t).ID)
	run := *first.Opened
	run.Record = spending(gpt(), 10, 1, console.Money{})
	keep := func(turn console.Turn) {
		t.Helper()
		b.write(t, func(tx *store.Tx) error { return tx.KeepRecord(t.Context(), turn, b.clock.now()) })
	}
	keep(run) // stopped, and the turn is open: another run will answer it
	if got := b.record(t, first.Now, run.ID); got.Record != nil {
		t.Errorf("an open turn has the record %+v", got.Record)
	}
	settled := b.settle(first.Now, *first.Opened, "Hi")
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), settled) })
	slow := run
	slow.Attempt, slow.Record = 0, spending(gpt(), 100, 0, console.Money{})
	keep(slow) // an earlier attempt, which says nothing of the one that ended
	if got := b.record(t, first.Now, run.ID); got.Record != nil {
		t.Errorf("the turn has the record of another attempt: %+v", got.Record)
	}
	keep(run)
	equal(t, "the record that came late", b.record(t, first.Now, run.ID).Record, run.Record)
	again := run
	again.Record = &console.Record{Omitted: 1}
	keep(again)
	equal(t, "a record that is there", b.record(t, first.Now, run.ID).Record, run.Record)
	equal(t, "what the four spent", b.usage(t, console.UsageFilter{}), []console.Usage{{
		Turns: 2, Asked: 3, Tokens: console.Tokens{Prompt: 120, Completion: 2},
	}})
}

// recordOfNothing: a run that spent nothing and whose turn goes on elsewhere leaves no trace.
func recordOfNothing(t *testing.T, b *bench) {
	t.Helper()
	first := b.conversation(t, b.agent(t).ID)
	run := *first.Opened
	run.Record = &console.Record{Omitted: 1}
	gone := run
	gone.ID = "nobody"
	b.write(t, func(tx *store.Tx) error {
		ok(t, tx.KeepRecord(t.Context(), run, b.clock.now()))
		return tx.KeepRecord(t.Context(), gone, b.clock.now())
	})
	equal(t, "usage", b.usage(t, console.UsageFilter{}), nil)
	gone.Record = spending(gpt(), 5, 0, console.Money{})
	b.write(t, func(tx *store.Tx) error { return tx.KeepRecord(t.Context(), gone, b.clock.now()) })
	if got := b.usage(t, console.UsageFilter{}); len(got) != 1 || got[0].Tokens.Prompt != 5 {
		t.Errorf("of a turn that is not there any more %+v was spent, want 5 tokens", got)
	}
}

func turnsListed(t *testing.T, b *bench) {
	t.Helper()
	change := b.conversation(t, b.agent(t).ID)
	var ids []console.ID
	for range 4 {
		b.clock.advance(time.Second)
		ids = append(ids, change.Opened.ID)
		settled := b.settle(change.Now, *change.Opened, "Hi")
		b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), settled) })
		was := settled.Now
		change = b.accept(&was, was, "More")
		b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), change) })
	}
	ids = append(ids, change.Opened.ID)
	list := func(state console.TurnState, q console.Query) ([]console.ID, int64) {
		t.Helper()
		page, err := b.view().Turns(t.Context(), change.Now.ID, state, q)
		ok(t, err)
		var got []console.ID
		for _, turn := range page.Items {
			got = append(got, turn.ID)
		}
		return got, page.Total
	}
	rising := console.Query{Sort: console.Sort{Field: "created_at"}}
	got, total := list("", rising)
	equal(t, "all turns", got, ids)
	equal(t, "their number", total, int64(5))
	got, total = list(console.TurnOpen, rising)
	equal(t, "open turns", got, ids[4:])
	equal(t, "their number", total, int64(1))
	slices.Reverse(ids)
	got, _ = list("", console.Query{Page: 2, Limit: 2, Search: "is not looked at"})
	equal(t, "the second page of the newest", got, ids[2:4])
	_, err := b.view().Turns(t.Context(), change.Now.ID, "", console.Query{Sort: console.Sort{Field: "state"}})
	refused(t, "Turns by state", err, console.CodeValidation)
	page, err := b.db.Team(b.other).Turns(t.Context(), change.Now.ID, "", console.Query{})
	ok(t, err)
	equal(t, "turns of another team", page.Total, int64(0))
}

// turnsCover: what a turn covers are the customer's messages between its bounds and no others.
func turnsCover(t *testing.T, b *bench) {
	t.Helper()
	first := b.conversation(t, b.agent(t).ID)
	say := func(c console.Conversation, author console.Author) console.Change {
		was := c
		c, m := c.Say(console.Message{ID: b.ids.Next(), Role: console.RoleUser, Author: author, Text: "x"}, b.clock.now())
		change := console.Change{Was: &was, Now: c, Append: &m}
		b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), change) })
		return change
	}
	human := say(first.Now, console.ByHuman)
	second := say(human.Now, console.ByCustomer)
	covers := func(want console.TurnRecord) {
		t.Helper()
		got := b.record(t, first.Now, first.Opened.ID)
		if got.First != want.First || got.Last != want.Last || got.Messages != want.Messages {
			t.Errorf("%s covers %d messages from %q to %q, want %d from %q to %q", got.State, got.Messages,
				got.First, got.Last, want.Messages, want.First, want.Last)
		}
	}
	covers(console.TurnRecord{First: first.Append.ID, Last: second.Append.ID, Messages: 2})
	nothing := first.Opened.End(console.TurnDiscarded, console.WhyInterrupted, first.Opened.FromSeq-1, b.clock.now())
	now := second.Now
	now.OpenTurn = ""
	b.write(t, func(tx *store.Tx) error {
		return tx.Apply(t.Context(), console.Change{Was: &second.Now, Now: now, Ended: &nothing})
	})
	covers(console.TurnRecord{})
}

// usage asks for all days, told apart by day, agent, key and model as the filter says.
func (b *bench) usage(t *testing.T, f console.UsageFilter) []console.Usage {
	t.Helper()
	if f.To == 0 {
		f.To = console.DayOf(b.clock.now()) + 400
	}
	page, err := b.view().Usage(t.Context(), f, console.Query{Sort: console.Sort{Field: "total_tokens"}})
	ok(t, err)
	if page.Total != int64(len(page.Items)) {
		t.Errorf("%d rows of usage, the total says %d", len(page.Items), page.Total)
	}
	return page.Items
}

// spend has a turn of an agent and a key end with a record.
func (b *bench) spend(t *testing.T, agent, key console.ID, r *console.Record) {
	t.Helper()
	c := b.accept(nil, b.newConversation(agent), "Hello")
	c.Opened.KeyID = key
	settled := b.settle(c.Now, *c.Opened, "Hi")
	settled.Ended.Record = r
	b.write(t, func(tx *store.Tx) error {
		if err := tx.Apply(t.Context(), c); err != nil {
			return err
		}
		return tx.Apply(t.Context(), settled)
	})
}

func usageToldApart(t *testing.T, b *bench) {
	t.Helper()
	one, two := b.agent(t).ID, b.agent(t).ID
	today := console.DayOf(b.clock.now())
	tomorrow := today + 1
	b.spend(t, one, "ka", spending(gpt(), 10, 1, console.Money{Currency: "USD", Nanos: 5}))
	b.spend(t, one, "ka", spending(gpt(), 20, 2, console.Money{Currency: "USD", Nanos: 6}))
	b.spend(t, two, "kb", &console.Record{}) // a rule answered
	b.clock.advance(24 * time.Hour)
	both := spending(gpt(), 100, 0, console.Money{Currency: "NGN", Nanos: 7})
	both.Spend(console.Step{Model: console.ModelRef{Name: "spare"}, Tokens: console.Tokens{Prompt: 1000, Estimated: true}})
	b.spend(t, one, "kb", both)

	equal(t, "by day", b.usage(t, console.UsageFilter{By: []console.UsageBy{console.UsageByDay}}), []console.Usage{
		{Day: &today, Turns: 1},
		{Day: &today, Turns: 2, Asked: 2, Tokens: console.Tokens{Prompt: 30, Completion: 3}, Cost: console.Money{Currency: "USD", Nanos: 11}},
		{Day: &tomorrow, Asked: 1, Tokens: console.Tokens{Prompt: 100}, Cost: console.Money{Currency: "NGN", Nanos: 7}},
		{Day: &tomorrow, Turns: 1, Asked: 1, Tokens: console.Tokens{Prompt: 1000, Estimated: true}, Estimated: 1000},
	})
	by := []console.UsageBy{console.UsageByAgent, console.UsageByKey, console.UsageByModel}
	equal(t, "by agent, key and model", b.usage(t, console.UsageFilter{By: by}), []console.Usage{
		{Agent: &two, Key: to(console.ID("kb")), Model: &console.ModelRef{}, Turns: 1},
		{Agent: &one, Key: to(console.ID("ka")), Model: to(gpt()), Turns: 2, Asked: 2, Tokens: console.Tokens{Prompt: 30, Completion: 3}, Cost: console.Money{Currency: "USD", Nanos: 11}},
		{Agent: &one, Key: to(console.ID("kb")), Model: to(gpt()), Asked: 1, Tokens: console.Tokens{Prompt: 100}, Cost: console.Money{Currency: "NGN", Nanos: 7}},
		{Agent: &one, Key: to(console.ID("kb")), Model: &console.ModelRef{Name: "spare"}, Turns: 1, Asked: 1, Tokens: console.Tokens{Prompt: 1000, Estimated: true}, Estimated: 1000},
	})
	page, err := b.db.Team(b.other).Usage(t.Context(), console.UsageFilter{To: tomorrow}, console.Query{})
	ok(t, err)
	equal(t, "usage of another team", page.Total, int64(0))
}

// usageHasAnEnd: whatever a provider says that its tokens cost, replies are committed.
func usageHasAnEnd(t *testing.T, b *bench) {
	t.Helper()
	agent := b.agent(t).ID
	for range 3 {
		b.spend(t, agent, "k", spending(gpt(), 1, 0, console.Money{Currency: "USD", Nanos: math.MaxInt64 / 2}))
	}
	got := b.usage(t, console.UsageFilter{Agent: agent})
	if len(got) != 1 || got[0].Turns != 3 || got[0].Cost.Nanos < 1e17 || got[0].Cost.Nanos > 3e17 {
		t.Errorf("usage %+v, want 3 turns and the most that a row counts, in up to three rows", got)
	}
}

// usageUndone: what was undone has spent nothing, and what was committed beside it has.
func usageUndone(t *testing.T, b *bench) {
	t.Helper()
	agent := b.agent(t).ID
	errUndone := errors.New("undone")
	turn := console.Turn{
		ID: b.ids.Next(), TeamID: b.team, AgentID: agent, KeyID: "k", Record: spending(gpt(), 10, 1, console.Money{}),
	}
	err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
		if err := tx.KeepRecord(t.Context(), turn, b.clock.now()); err != nil {
			return err
		}
		return errUndone
	})
	if !errors.Is(err, errUndone) {
		t.Fatal(err)
	}
	b.write(t, func(tx *store.Tx) error {
		nested := tx.Nested(func() error {
			return errors.Join(tx.KeepRecord(t.Context(), turn, b.clock.now()), errUndone)
		})
		if !errors.Is(nested, errUndone) {
			return nested
		}
		return tx.KeepRecord(t.Context(), turn, b.clock.now())
	})
	got := b.usage(t, console.UsageFilter{Agent: agent})
	if len(got) != 1 || got[0].Tokens.Prompt != 10 {
		t.Errorf("usage %+v, want what was spent once", got)
	}
}

func usageNarrowed(t *testing.T, b *bench) {
	t.Helper()
	one, two := b.agent(t).ID, b.agent(t).ID
	today := console.DayOf(b.clock.now())
	for i, agent := range []console.ID{one, two, one} {
		b.spend(t, agent, "k"+agent, spending(console.ModelRef{Name: []string{"m", "n"}[i%2]}, int64(1)<<i, 0, console.Money{}))
		b.clock.advance(24 * time.Hour)
	}
	for what, tt := range map[string]struct {
		f    console.UsageFilter
		want int64
	}{
		"a day":     {console.UsageFilter{From: today + 1, To: today + 1}, 2},
		"days":      {console.UsageFilter{From: today, To: today + 1}, 3},
		"an agent":  {console.UsageFilter{Agent: one}, 5},
		"a key":     {console.UsageFilter{Key: "k" + two}, 2},
		"a model":   {console.UsageFilter{Model: "m"}, 5},
		"all three": {console.UsageFilter{Model: "m", Key: "k" + one, Agent: one, From: today + 1}, 4},
	} {
		got := b.usage(t, tt.f)
		if len(got) != 1 || got[0].Tokens.Prompt != tt.want {
			t.Errorf("%s: %+v, want %d tokens", what, got, tt.want)
		}
	}
	equal(t, "before there was any", b.usage(t, console.UsageFilter{To: today - 1}), nil)
	f := console.UsageFilter{To: today + 9, By: []console.UsageBy{console.UsageByDay}}
	list := func(q console.Query) (days []console.Day) {
		t.Helper()
		page, err := b.view().Usage(t.Context(), f, q)
		ok(t, err)
		equal(t, "total", page.Total, int64(3))
		for _, u := range page.Items {
			days = append(days, *u.Day)
		}
		return days
	}
	equal(t, "newest first", list(console.Query{}), []console.Day{today + 2, today + 1, today})
	equal(t, "the second page", list(console.Query{Page: 2, Limit: 2}), []console.Day{today})
	equal(t, "past the end", list(console.Query{Page: 3, Limit: 2}), nil)
	_, err := b.view().Usage(t.Context(), f, console.Query{Sort: console.Sort{Field: "cost"}})
	refused(t, "Usage by cost", err, console.CodeValidation)
}

// usageOfMany: what many conversations spend side by side is counted whole.
func usageOfMany(t *testing.T, b *bench) {
	t.Helper()
	agent := b.agent(t).ID
	const workers, each = 8, 6
	done := make(chan error, workers)
	for range workers {
		var changes []console.Change
		for range each {
			c := b.accept(nil, b.newConversation(agent), "Hello")
			settled := b.settle(c.Now, *c.Opened, "Hi")
			settled.Ended.Record = spending(gpt(), 2, 1, console.Money{})
			settled.Ended.Record.Spend(console.Step{Model: console.ModelRef{Name: "spare"}})
			changes = append(changes, c, settled)
		}
		go func() {
			for _, c := range changes {
				if err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error { return tx.Apply(t.Context(), c) }); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range workers {
		ok(t, <-done)
	}
	got := b.usage(t, console.UsageFilter{})
	const turns = workers * each
	want := []console.Usage{{Turns: turns, Asked: 2 * turns, Tokens: console.Tokens{Prompt: 2 * turns, Completion: turns}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("usage of %d turns side by side: -want +got\n%s", turns, diff)
	}
}

func boundsOfADay(t *testing.T, b *bench) {
	t.Helper()
	a := b.newAgent()
	a.MaxTokensPerDay = 500
	b.write(t, func(tx *store.Tx) error { return tx.InsertAgent(t.Context(), a) })
	free := b.agent(t)
	key := console.Key{ID: b.ids.Next(), TeamID: b.team, Name: "k", CreatedAt: b.clock.now(), MaxTokensPerDay: 70}
	b.write(t, func(tx *store.Tx) error { return tx.InsertKey(t.Context(), key, [32]byte{1}) })
	today := console.DayOf(b.clock.now())
	b.spend(t, a.ID, key.ID, spending(gpt(), 10, 1, console.Money{}))
	b.spend(t, a.ID, "other", spending(gpt(), 100, 0, console.Money{}))
	b.spend(t, free.ID, key.ID, spending(gpt(), 1000, 0, console.Money{}))
	bounds := func(day console.Day, agent, key console.ID) console.Bounds {
		t.Helper()
		got, err := b.view().Bounds(t.Context(), day, agent, key)
		ok(t, err)
		return got
	}
	bound := func(most, spent int64) console.Bound { return console.Bound{Set: true, Most: most, Spent: spent} }
	equal(t, "of agent and key", bounds(today, a.ID, key.ID), console.Bounds{Agent: bound(500, 111), Key: bound(70, 1011)})
	equal(t, "of the day after", bounds(today+1, a.ID, key.ID), console.Bounds{Agent: bound(500, 0), Key: bound(70, 0)})
	equal(t, "of what has none", bounds(today, free.ID, "other"), console.Bounds{})
	for tokens, want := range map[int]console.Bound{2000: bound(2000, 1111), console.NoneAllowed: bound(0, 1111), 0: {}} {
		ok(t, b.db.SetTeam(t.Context(), console.Team{Name: "first", Quotas: console.Quotas{TokensPerDay: tokens}}))
		equal(t, "of the team", bounds(today, free.ID, ""), console.Bounds{Team: want})
		team, err := b.db.TeamByName(t.Context(), "first")
		ok(t, err)
		equal(t, "quota", team.Quotas.TokensPerDay, tokens)
	}
	got, err := b.db.Team(b.other).Bounds(t.Context(), today, a.ID, key.ID)
	ok(t, err)
	equal(t, "of another team", got, console.Bounds{})
}
