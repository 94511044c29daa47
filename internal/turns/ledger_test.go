package turns

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/console"
)

// However turns take, pay, commit and read: what the store holds and what is held never add up to
// more than the bound, as long as replies keep to what they were told.
func TestTheLedgerNeverOverspends(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		const bound = 1000
		var l ledger
		owners := []owner{{"team", console.BudgetTeam, ""}}
		now, day := time.UnixMilli(0), console.Day(0)
		var stored int64     // what the store holds
		var held []int64     // by turns at work
		var reading *[]int64 // a read that is under way
		var seen int64
		put := func(before []int64, spent int64) {
			l.put(owners, []console.Bound{{Set: true, Most: bound, Spent: spent}}, before, day, now)
		}
		put(l.reading(owners), 0)
		for range rapid.IntRange(1, 60).Draw(rt, "deeds") {
			switch rapid.IntRange(0, 3).Draw(rt, "deed") {
			case 0:
				prompt := rapid.Int64Range(0, 200).Draw(rt, "prompt")
				if got := l.take(owners, prompt, 10, 300); got.over == "" {
					held = append(held, prompt+got.reply)
				}
			case 1: // a turn commits what it spent
				if len(held) == 0 {
					continue
				}
				spent := rapid.Int64Range(0, held[0]).Draw(rt, "spent")
				l.settle(owners, spent-held[0])
				stored += spent
				l.spent(owners, spent)
				held = held[1:]
			case 2:
				if reading == nil {
					before := l.reading(owners)
					reading = &before
				}
				seen = stored
			case 3:
				if reading != nil {
					put(*reading, seen)
					reading = nil
				}
			}
			sum := stored
			for _, n := range held {
				sum += n
			}
			if sum > bound {
				rt.Fatalf("%d stored, %v held: more than %d", stored, held, bound)
			}
		}
	})
}

func TestTheLedgerIsReadAnewEachDayAndWhenTheClockTurnsBack(t *testing.T) {
	t.Parallel()
	var l ledger
	owners := []owner{{"team", console.BudgetTeam, ""}}
	at := time.UnixMilli(1_700_000_000_000)
	if l.fresh(owners, 1, at, console.Bound{}) {
		t.Error("nothing was read, and it is fresh")
	}
	l.put(owners, []console.Bound{most(100)}, l.reading(owners), 1, at)
	for _, tt := range []struct {
		day  console.Day
		at   time.Time
		want bool
	}{
		{1, at, true},
		{1, at.Add(ledgerLife - 1), true},
		{1, at.Add(ledgerLife), false},
		{2, at, false},
		{1, at.Add(-1), false},
	} {
		if got := l.fresh(owners, tt.day, tt.at, console.Bound{}); got != tt.want {
			t.Errorf("day %d, %v later: fresh %v, want %v", tt.day, tt.at.Sub(at), got, tt.want)
		}
	}
	l.take(owners, 40, 0, 0)
	l.spent(owners, 40)
	l.put(owners, []console.Bound{most(100)}, l.reading(owners), 2, at)
	if l.take(owners, 100, 0, 0).over != "" {
		t.Error("what was spent yesterday counts today")
	}
}

func TestTheLedgerIsBounded(t *testing.T) {
	t.Parallel()
	var l ledger
	busy := []owner{{"busy", console.BudgetTeam, ""}}
	l.put(busy, []console.Bound{most(10)}, l.reading(busy), 1, time.Time{})
	l.take(busy, 10, 0, 0)
	for i := range maxAccounts + 100 {
		o := []owner{{console.ID(fmt.Sprint(i)), console.BudgetTeam, ""}}
		l.put(o, []console.Bound{{}}, l.reading(o), 1, time.Time{})
		l.take(o, 0, 0, 0)
	}
	if n := len(l.accounts); n > maxAccounts {
		t.Errorf("%d accounts are remembered, want at most %d", n, maxAccounts)
	}
	if l.take(busy, 1, 0, 0).over != console.BudgetTeam {
		t.Error("the account of a turn at work was forgotten")
	}
}

func TestTheLedgerIsTakenFromSideBySide(t *testing.T) {
	t.Parallel()
	var l ledger
	owners := []owner{{"team", console.BudgetTeam, ""}}
	l.put(owners, []console.Bound{most(1000)}, l.reading(owners), 1, time.Time{})
	var wg sync.WaitGroup
	got := make([]bool, 64)
	for i := range got {
		wg.Go(func() {
			got[i] = l.take(owners, 50, 50, 50).over == ""
		})
	}
	wg.Wait()
	n := 0
	for _, ok := range got {
		if ok {
			n++
		}
	}
	if n != 10 {
		t.Errorf("%d turns have 100 tokens each of 1000, want 10", n)
	}
}

// However full the ledger is, whoever has read an account, or found it fresh, is bounded by it.
func TestTheLedgerKeepsWhatATurnIsAboutToTakeFrom(t *testing.T) {
	t.Parallel()
	var l ledger
	at := time.UnixMilli(1)
	fill := func(from int) {
		for i := range maxAccounts {
			o := []owner{{console.ID(fmt.Sprint(from + i)), console.BudgetTeam, ""}}
			l.put(o, []console.Bound{{}}, l.reading(o), 1, at)
			l.take(o, 0, 0, 0)
		}
	}
	fill(0)
	tight := []owner{{"tight", console.BudgetTeam, ""}}
	for round := range 200 { // which account goes is by chance
		l.put(tight, []console.Bound{most(10)}, l.reading(tight), 1, at)
		if l.take(tight, 11, 0, 0).over == "" {
			t.Fatalf("round %d: an account that was just read is gone", round)
		}
		fresh := []owner{{console.ID(fmt.Sprint("fresh", round)), console.BudgetTeam, ""}}
		l.put(fresh, []console.Bound{{}}, l.reading(fresh), 1, at)
		l.take(fresh, 0, 0, 0)
	}
	l.put(tight, []console.Bound{most(10)}, l.reading(tight), 1, at)
	l.take(tight, 11, 0, 0)
	if !l.fresh(tight, 1, at, console.Bound{}) {
		t.Fatal("what was just read is not fresh")
	}
	fill(maxAccounts)
	if l.take(tight, 11, 0, 0).over == "" {
		t.Error("an account that was found fresh is gone before anything is taken from it")
	}
	if n := len(l.accounts); n > maxAccounts {
		t.Errorf("%d accounts are remembered, want at most %d", n, maxAccounts)
	}
}
