package turns

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

// purse is what one turn may spend and has spent. It belongs to one goroutine.
type purse struct {
	e      *Engine
	turn   console.Turn
	owners []owner
	taken  int64          // by the asking under way
	by     console.Budget // which makes the reply of the asking under way shorter; empty: none does
	paid   int64          // by those before
	before int64          // by the turn, and counted already; it bears on the turn's own bound
}

// leastReply is how many tokens a reply needs, so that none is cut after a few words because a budget
// ends.
const leastReply = 200

// take makes room for an asking of so many tokens: it bounds the reply by what is left, and says which budget is used
// up where that is too little. An error is the store's.
func (p *purse) take(ctx context.Context, a console.Agent, r *llm.Request, prompt int64) (console.Budget, error) {
	p.pay(0)
	p.by = ""
	most := int64(r.MaxTokens)
	least := min(leastReply, most)
	if a.MaxTokensPerTurn > 0 {
		left := a.MaxTokensPerTurn - p.before - p.paid - prompt
		if left < least {
			return console.BudgetTurn, nil
		}
		if left < most {
			most, p.by = left, console.BudgetTurn
		}
	}
	if err := p.open(ctx, a); err != nil {
		return "", err
	}
	got := p.e.ledger.take(p.owners, prompt, least, most)
	if got.over != "" {
		return got.over, nil
	}
	if got.by != "" {
		p.by = got.by
	}
	p.taken, r.MaxTokens = prompt+got.reply, int(got.reply)
	return "", nil
}

// open finds out what bounds the day. Turns whose accounts were read lately read nothing.
func (p *purse) open(ctx context.Context, a console.Agent) error {
	t := p.turn
	p.owners = append(p.owners[:0], owner{t.TeamID, console.BudgetTeam, ""}, owner{t.TeamID, console.BudgetAgent, t.AgentID})
	if t.KeyID != "" {
		p.owners = append(p.owners, owner{t.TeamID, console.BudgetKey, t.KeyID})
	}
	now := p.e.Now()
	day, l := console.DayOf(now), &p.e.ledger
	if l.fresh(p.owners, day, now, console.BoundOf(a.MaxTokensPerDay)) {
		return nil
	}
	before := l.reading(p.owners)
	b, err := p.e.DB.Team(t.TeamID).Bounds(ctx, day, t.AgentID, t.KeyID)
	if err != nil {
		return err
	}
	l.put(p.owners, []console.Bound{b.Team, b.Agent, b.Key}[:len(p.owners)], before, day, now)
	return nil
}

// pay settles the asking under way by what it cost in the end.
func (p *purse) pay(tokens int64) {
	if p.taken != 0 || tokens != 0 {
		p.e.ledger.settle(p.owners, tokens-p.taken)
	}
	p.taken, p.paid = 0, p.paid+tokens
}

// close is called once what was spent has been committed, or nobody will commit it.
func (p *purse) close() {
	p.pay(0)
	if p.paid != 0 {
		p.e.ledger.spent(p.owners, p.paid)
	}
	p.paid = 0
}
