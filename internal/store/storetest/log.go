package storetest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func logTests() map[string]test {
	return map[string]test{
		"team log in order":         logInOrder,
		"team log from a time":      logFromATime,
		"team log of a deleted one": logOfTheDeleted,
		"team log of a purged one":  logOfThePurged,
		"team log of many at once":  logOfMany,
		"team log of a late commit": logOfALateCommit,
	}
}

// teamLog reads a team's log from a place on, a little at a time.
func (b *bench) teamLog(t *testing.T, after int64) []console.Told {
	t.Helper()
	upTo, err := b.view().Settled(t.Context())
	ok(t, err)
	var told []console.Told
	for {
		page, err := b.view().TeamLog(t.Context(), after, upTo, 3)
		ok(t, err)
		told = append(told, page...)
		if len(page) < 3 {
			return told
		}
		after = page[len(page)-1].Place
	}
}

func said(told []console.Told) []console.Message {
	all := make([]console.Message, len(told))
	for i, m := range told {
		all[i] = m.Message
	}
	return all
}

func logInOrder(t *testing.T, b *bench) {
	t.Helper()
	equal(t, "an empty log", b.teamLog(t, 0), nil)
	var want []console.Message
	first, second := b.conversation(t, b.agent(t).ID), b.conversation(t, b.agent(t).ID)
	want = append(want, *first.Append, *second.Append)
	now := map[console.ID]console.Conversation{first.Now.ID: first.Now, second.Now.ID: second.Now}
	for i := range 7 {
		was := now[[]console.ID{first.Now.ID, second.Now.ID}[i%2]]
		change := b.note(was, fmt.Sprint("note ", i))
		b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), change) })
		now[was.ID] = change.Now
		want = append(want, *change.Append)
	}
	all := b.teamLog(t, 0)
	equal(t, "the log", said(all), want)
	for i, m := range all {
		if i > 0 && m.Place <= all[i-1].Place || m.AgentID != now[m.ConversationID].AgentID {
			t.Errorf("message %d is at place %d of agent %s", i, m.Place, m.AgentID)
		}
		place, err := b.view().TeamPlace(t.Context(), m.ID)
		ok(t, err)
		equal(t, "TeamPlace", place, m.Place)
		equal(t, fmt.Sprint("the log after message ", i), said(b.teamLog(t, place)), want[i+1:])
	}
	_, err := b.db.Team(b.other).TeamPlace(t.Context(), want[0].ID)
	refused(t, "TeamPlace of another team's message", err, console.CodeNotFound)
	other, err := b.db.Team(b.other).TeamLog(t.Context(), 0, math.MaxInt64, 10)
	ok(t, err)
	equal(t, "the log of another team", other, nil)
}

// logFromATime says messages at random times, nearly in order, and asks for those later than any.
func logFromATime(t *testing.T, b *bench) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		own := &bench{db: b.db, clock: b.clock, ids: b.ids, team: b.newTeam(t, string(b.ids.Next())), other: b.team}
		own.number.Store(b.number.Add(100))
		a := own.agent(t)
		for range rapid.IntRange(0, 12).Draw(rt, "messages") {
			own.clock.advance(time.Duration(rapid.IntRange(0, 40).Draw(rt, "seconds")) * time.Second)
			c := own.newConversation(a.ID)
			at := own.clock.now().Add(-time.Duration(rapid.IntRange(0, 20).Draw(rt, "late")) * time.Second)
			now, m := c.Say(console.Message{ID: own.ids.Next(), Role: console.RoleUser, Author: console.ByCustomer, Text: "x"}, at)
			own.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), console.Change{Now: now, Append: &m}) })
		}
		all := own.teamLog(t, 0)
		at := own.clock.now().Add(-time.Duration(rapid.IntRange(0, 300).Draw(rt, "ago")) * time.Second)
		place, err := own.view().TeamPlaceAt(t.Context(), at)
		ok(t, err)
		got := own.teamLog(t, place)
		if len(got) > 0 && !got[0].CreatedAt.After(at) {
			t.Fatalf("the log after %v begins with a message of %v", at, got[0].CreatedAt)
		}
		for _, m := range all {
			told := slices.ContainsFunc(got, func(g console.Told) bool { return g.ID == m.ID })
			if m.CreatedAt.After(at) && !told {
				t.Fatalf("the log after %v lacks the message of %v", at, m.CreatedAt)
			}
		}
	})
}

func logOfTheDeleted(t *testing.T, b *bench) {
	t.Helper()
	gone, kept := b.agent(t), b.agent(t)
	lost, stays := b.conversation(t, gone.ID), b.conversation(t, kept.ID)
	b.write(t, func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), gone.ID) })
	equal(t, "the log", said(b.teamLog(t, 0)), []console.Message{*stays.Append})
	place, err := b.view().TeamPlace(t.Context(), lost.Append.ID)
	ok(t, err)
	equal(t, "the log after what is gone", said(b.teamLog(t, place)), []console.Message{*stays.Append})
}

// logOfThePurged has a reader come back whose last message was removed with its agent: it goes on
// behind it, and what is said later stands behind it too, as long as it has stood in the log.
func logOfThePurged(t *testing.T, b *bench) {
	t.Helper()
	kept, gone := b.agent(t), b.agent(t)
	stays, lost := b.conversation(t, kept.ID), b.conversation(t, gone.ID)
	was, err := b.view().TeamPlace(t.Context(), lost.Append.ID)
	ok(t, err)
	b.write(t, func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), gone.ID) })
	b.purgeAll(t, 1)
	_, err = b.view().Message(t.Context(), lost.Now.ID, lost.Append.ID)
	refused(t, "the message", err, console.CodeNotFound)
	place, err := b.view().TeamPlace(t.Context(), lost.Append.ID)
	ok(t, err)
	equal(t, "the place of what was removed", place, was)
	_, err = b.db.Team(b.other).TeamPlace(t.Context(), lost.Append.ID)
	refused(t, "TeamPlace of what another team had", err, console.CodeNotFound)
	equal(t, "the log from there", b.teamLog(t, place), nil)
	b.clock.advance(25 * time.Hour)
	b.purgeAll(t, 1)
	next := b.note(stays.Now, "next")
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), next) })
	equal(t, "the log from there, a day later", said(b.teamLog(t, place)), []console.Message{*next.Append})
	b.purgeAll(t, 1)
	_, err = b.view().TeamPlace(t.Context(), lost.Append.ID)
	refused(t, "a place that nobody needs any more", err, console.CodeNotFound)
	b.write(t, func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), kept.ID) })
	b.purgeAll(t, 1)
	_, err = b.view().TeamPlace(t.Context(), stays.Append.ID)
	ok(t, err) // a day ago it was the last
	_, err = b.view().TeamPlace(t.Context(), next.Append.ID)
	ok(t, err)
}

// logOfMany reads the log while many write to it: whoever reads on from where it stood hears all,
// once, and each conversation in order.
func logOfMany(t *testing.T, b *bench) {
	t.Helper()
	const writers, each = 8, 25
	a := b.agent(t)
	var writing sync.WaitGroup
	for range writers {
		change := b.conversation(t, a.ID)
		writing.Go(func() {
			was := change.Now
			for i := range each {
				next := b.note(was, fmt.Sprint(i))
				if err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error { return tx.Apply(t.Context(), next) }); err != nil {
					t.Errorf("Write: %v", err)
				}
				was = next.Now
			}
		})
	}
	done := make(chan struct{})
	go func() { writing.Wait(); close(done) }()
	heard, last := map[console.ID]int64{}, int64(0)
	read := func() {
		for _, m := range b.teamLog(t, last) {
			if m.Seq != heard[m.ConversationID]+1 {
				t.Errorf("conversation %s: heard message %d after %d", m.ConversationID, m.Seq, heard[m.ConversationID])
			}
			heard[m.ConversationID], last = m.Seq, m.Place
		}
	}
	for more := true; more; {
		select {
		case <-done:
			more = false
		default:
		}
		read()
	}
	for id, seq := range heard {
		if seq != each+1 {
			t.Errorf("conversation %s: heard %d messages, want %d", id, seq, each+1)
		}
	}
	if len(heard) != writers {
		t.Errorf("heard %d conversations, want %d", len(heard), writers)
	}
}

// logOfALateCommit holds a write back that took its place before another one which is committed:
// nobody is told of the later one before the earlier one, and nobody misses it. Where there is one
// writer the later one waits by itself.
func logOfALateCommit(t *testing.T, b *bench) {
	t.Helper()
	// Of two agents, since those of one wait for each other's counts.
	early := b.accept(nil, b.newConversation(b.agent(t).ID), "early")
	late := b.accept(nil, b.newConversation(b.agent(t).ID), "late")
	taken, commit, ended, looked := make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan struct{})
	var hold sync.Once
	var writing, reading sync.WaitGroup
	writing.Go(func() {
		b.apply(t, early, func() { hold.Do(func() { close(taken); <-commit }) })
	})
	<-taken
	writing.Go(func() {
		b.apply(t, late, func() {})
		close(ended)
	})
	if strings.Contains(t.Name(), "PostgreSQL") {
		<-ended // though the first one has not
	}
	var heard []console.Told
	done := make(chan struct{})
	reading.Go(func() {
		var once sync.Once
		for last, over := int64(0), false; !over; {
			select {
			case <-done:
				over = true // there is nothing to come after this look
			default:
			}
			asking := time.AfterFunc(time.Second, func() { once.Do(func() { close(looked) }) })
			upTo, err := b.view().Settled(t.Context()) // on PostgreSQL it waits for the first one
			asking.Stop()
			page, err2 := b.view().TeamLog(t.Context(), last, upTo, 10)
			if err != nil || err2 != nil {
				t.Errorf("Settled: %v, TeamLog: %v", err, err2)
				return
			}
			for _, m := range page {
				heard, last = append(heard, m), m.Place
			}
			once.Do(func() { close(looked) })
		}
	})
	<-looked
	close(commit)
	writing.Wait()
	close(done)
	reading.Wait()
	equal(t, "what was heard", said(heard), []console.Message{*early.Append, *late.Append})
}

// apply commits a change, after having done what is to come before.
func (b *bench) apply(t *testing.T, c console.Change, before func()) {
	t.Helper()
	err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
		err := tx.Apply(t.Context(), c)
		before()
		return err
	})
	if err != nil {
		t.Errorf("Write: %v", err)
	}
}
