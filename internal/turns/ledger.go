package turns

import (
	"sync"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// ledger knows what may still be spent today, as far as this node can. What its own turns spend it
// knows at once, and the bound of an agent; what other nodes spend, and other bounds that are changed, at
// the latest after ledgerLife. So the tokens of a day are overshot by no more than other nodes spend meanwhile.
type ledger struct {
	mu       sync.Mutex
	accounts map[owner]*account // held under mu
}

const (
	// ledgerLife is how long what was read counts. For as long no turn reads it again.
	ledgerLife = 5 * time.Second
	// maxAccounts bounds what is remembered.
	maxAccounts = 10_000
)

// owner is whose account it is; of the team's own, who is empty.
type owner struct {
	team console.ID
	kind console.Budget
	who  console.ID
}

// account is what one owner has spent on a day.
type account struct {
	bound  console.Bound // as it was read
	day    console.Day
	readAt time.Time
	since  int64 // committed by this node since it was read
	held   int64 // by turns at work: spent and not committed yet, or about to be spent
	wanted int   // by so many turns that have found it fresh, or read it, and are about to take from it
}

// left is what may still be spent, and whether there is a bound at all.
func (a *account) left() (int64, bool) {
	return a.bound.Most - a.bound.Spent - a.since - a.held, a.bound.Set
}

// fresh reports whether the accounts need not be read: they were lately, with the bound that the agent has.
// Then they stay until take.
func (l *ledger) fresh(owners []owner, day console.Day, now time.Time, agent console.Bound) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range owners {
		a := l.accounts[o]
		if a == nil || a.day != day || now.Sub(a.readAt) >= ledgerLife || now.Before(a.readAt) {
			return false
		}
		if o.kind == console.BudgetAgent && (a.bound.Set != agent.Set || a.bound.Most != agent.Most) {
			return false
		}
	}
	for _, o := range owners {
		l.accounts[o].wanted++
	}
	return true
}

// reading notes that the accounts are about to be read, and returns what has been committed until
// then: what is read holds it.
func (l *ledger) reading(owners []owner) []int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := make([]int64, len(owners))
	for i, o := range owners {
		if a := l.accounts[o]; a != nil {
			before[i] = a.since
		}
	}
	return before
}

// put notes what was read, and keeps it until take. Of what was committed while it was being read some may count twice, until
// it is read again: too little is never counted.
func (l *ledger) put(owners []owner, bounds []console.Bound, before []int64, day console.Day, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.accounts == nil {
		l.accounts = make(map[owner]*account)
	}
	for i, o := range owners {
		a := l.accounts[o]
		if a == nil {
			a = &account{day: day}
			l.accounts[o] = a
		}
		if a.day != day {
			a.since, before[i] = 0, 0
		}
		a.bound, a.day, a.readAt, a.since = bounds[i], day, now, max(a.since-before[i], 0)
		a.wanted++
	}
	l.trim()
}

// trim is called with mu held. Accounts of turns at work stay, and so do those that a turn is about to take from:
// what is not there has no bound.
func (l *ledger) trim() {
	for o, a := range l.accounts {
		if len(l.accounts) <= maxAccounts {
			return
		}
		if a.held == 0 && a.wanted == 0 {
			delete(l.accounts, o)
		}
	}
}

// share is what an asking may cost.
type share struct {
	reply int64          // tokens that the reply may have
	by    console.Budget // whose bound made them fewer; empty: none did
	over  console.Budget // whose budget is used up, so that there is no share; empty: none is
}

// take holds what an asking may cost: prompt, and of a reply at most as much as every account has
// left and most. Where that is less than least nothing is held.
func (l *ledger) take(owners []owner, prompt, least, most int64) share {
	l.mu.Lock()
	defer l.mu.Unlock()
	got := share{reply: most}
	for _, o := range owners {
		left, bound := l.taken(o).left()
		if !bound {
			continue
		}
		if left-prompt < least && got.over == "" {
			got.over = o.kind
		}
		if left-prompt < got.reply {
			got.reply, got.by = left-prompt, o.kind
		}
	}
	if got.over == "" {
		l.hold(owners, prompt+got.reply)
	}
	return got
}

// taken is an account that a turn takes from, which it need not be kept for any more. It is called with mu held.
func (l *ledger) taken(o owner) *account {
	a := l.accounts[o]
	if a == nil {
		return new(account) // of nobody who has asked whether it is fresh
	}
	a.wanted = max(a.wanted-1, 0)
	return a
}

// hold is called with mu held.
func (l *ledger) hold(owners []owner, n int64) {
	for _, o := range owners {
		if a := l.accounts[o]; a != nil {
			a.held += n
		}
	}
}

// settle changes what is held by so much.
func (l *ledger) settle(owners []owner, by int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hold(owners, by)
}

// spent turns what was held into what has been spent.
func (l *ledger) spent(owners []owner, n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hold(owners, -n)
	for _, o := range owners {
		if a := l.accounts[o]; a != nil {
			a.since += n
		}
	}
}
