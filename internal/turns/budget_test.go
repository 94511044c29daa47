package turns

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/conversations"
	"github.com/bimpe/bimpe/internal/llm"
)

func most(n int64) console.Bound { return console.Bound{Set: true, Most: n} }

// dear is an utterance that costs 900 tokens.
var dear = utterance{words: []string{"dear"}, usage: llm.Usage{PromptTokens: 700, CompletionTokens: 200}}

// Over a day's budget the customer is answered all the same, and the record says why so.
func TestOverTheBudgetTheBuiltInModelAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		budget console.Budget
		bounds console.Bounds
	}{
		{console.BudgetTeam, console.Bounds{Team: most(2000)}},
		{console.BudgetAgent, console.Bounds{Agent: most(2000)}},
		{console.BudgetKey, console.Bounds{Key: most(2000)}},
		{console.BudgetTeam, console.Bounds{Team: most(2000), Agent: most(2000), Key: most(2000)}},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, dear)
			h.db.bounds = tt.bounds
			for range 3 {
				h.send(conversations.Draft{Role: console.RoleUser, Text: "hi", Key: "key"})
				synctest.Wait()
			}
			h.want("customer: hi", "agent: dear", "customer: hi", "agent: dear", "customer: hi", "agent: builtin")
			turn := h.db.lastTurn()
			if turn.State != console.TurnReplied || turn.Record.Budget != tt.budget || len(turn.Record.Steps) != 2 ||
				turn.Record.Steps[0].Kind != console.StepBudget || turn.Record.Spent[0].Tokens.Total() != 0 {
				t.Errorf("%s: the turn is %s with the record %+v", tt.budget, turn.State, turn.Record)
			}
			if h.db.asked != 1 {
				t.Errorf("the bounds were read %d times by three turns", h.db.asked)
			}
			// The next day begins anew.
			time.Sleep(24 * time.Hour)
			h.db.bounds.Team.Spent, h.db.bounds.Agent.Spent, h.db.bounds.Key.Spent = -1800, -1800, -1800
			h.send(conversations.Draft{Role: console.RoleUser, Text: "hi", Key: "key"})
			synctest.Wait()
			if last := h.db.lastTurn(); last.Record.Budget != "" {
				t.Errorf("%s: the next day is over the budget %s too", tt.budget, last.Record.Budget)
			}
		})
	}
}

// Turns at work count with all that they may cost, so that no number of them at once spends more
// than there is.
func TestTurnsAtOnceStayWithinTheBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"dear"}, pause: time.Second, usage: dear.usage})
		h.db.bounds = console.Bounds{Team: most(2500)}
		ctx := t.Context()
		purses := make([]purse, 8)
		var taken int64
		for i := range purses {
			purses[i] = purse{e: h.Engine, turn: console.Turn{TeamID: teamID, AgentID: agentID}}
			r := llm.Request{System: "word", MaxTokens: 1024}
			over, err := purses[i].take(ctx, console.Agent{}, &r, 2)
			h.must(err)
			if over == "" {
				taken += purses[i].taken
			}
		}
		if taken > 2500 || taken < 2300 {
			t.Errorf("turns at once hold %d tokens of 2500", taken)
		}
		for i := range purses {
			purses[i].pay(100)
			purses[i].close()
		}
		r := llm.Request{MaxTokens: 1024}
		late := purse{e: h.Engine, turn: console.Turn{TeamID: teamID, AgentID: agentID}}
		if over, err := late.take(ctx, console.Agent{}, &r, 0); err != nil || over != "" {
			t.Errorf("what was held and not spent is gone: %v, %v", over, err)
		}
		if r.MaxTokens != 1024 {
			t.Errorf("a reply of %d tokens where 1700 are left", r.MaxTokens)
		}
	})
}

// A budget bounds how much is asked of the model.
func TestABudgetBoundsTheReply(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dear)
		h.db.bounds = console.Bounds{Agent: most(600)}
		h.customer("hi")
		synctest.Wait()
		asked := h.model.requests()
		if len(asked) != 1 || asked[0].MaxTokens >= 600 || asked[0].MaxTokens < leastReply {
			t.Errorf("asked %d times for at most %d tokens, want at most what is left of 600", len(asked), asked[0].MaxTokens)
		}
	})
}

// A turn's own budget counts its retries too.
func TestRetriesCountAgainstTheTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"half a reply that breaks"}, fault: llm.Fail(llm.KindBroken, nil)})
		h.db.perTurn = 420
		h.customer("hi")
		time.Sleep(time.Minute)
		h.want("customer: hi", "agent: builtin")
		record := h.db.lastTurn().Record
		n := len(h.model.requests())
		if record.Budget != console.BudgetTurn || n < 2 || n > 3 {
			t.Errorf("asked %d times, the record %+v", n, record)
		}
		var spent int64
		for _, s := range record.Spent {
			spent += s.Tokens.Total()
		}
		if spent > 420 {
			t.Errorf("spent %d tokens of 420", spent)
		}
		told := 0
		for _, s := range record.Steps {
			if s.Kind == console.StepBudget {
				told++
			}
		}
		if told != 1 {
			t.Errorf("the budget is told of %d times", told)
		}
	})
}

func TestTurnsWithoutBoundsReadThemOnceInAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dear)
		for range 20 {
			h.customer("hi")
			synctest.Wait()
		}
		if h.db.asked != 1 {
			t.Errorf("20 turns read the bounds %d times", h.db.asked)
		}
		if got := h.model.requests()[19].MaxTokens; got != h.Limits.ReplyTokens {
			t.Errorf("a reply of %d tokens, want the %d that replies may have", got, h.Limits.ReplyTokens)
		}
		time.Sleep(ledgerLife)
		h.db.locked(func(*state) { h.db.bounds.Team = most(1) })
		h.customer("hi")
		synctest.Wait()
		if got := h.db.lastTurn().Record.Budget; got != console.BudgetTeam {
			t.Errorf("a bound that was set is not there %v later: %q", ledgerLife, got)
		}
	})
}

// The bound of an agent is the one that it has now.
func TestTheBoundOfAnAgentHoldsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dear)
		for _, tt := range []struct {
			bound console.Bound
			want  console.Budget
		}{{console.Bound{}, ""}, {most(1), console.BudgetAgent}, {most(1), console.BudgetAgent}, {console.Bound{}, ""}} {
			h.db.locked(func(s *state) {
				h.db.bounds.Agent = tt.bound
				s.agent.UpdatedAt = s.agent.UpdatedAt.Add(time.Millisecond)
			})
			h.customer("hi")
			synctest.Wait()
			if got := h.db.lastTurn().Record.Budget; got != tt.want {
				t.Errorf("with a bound of %+v the turn is over the budget %q, want %q", tt.bound, got, tt.want)
			}
		}
	})
}

// A model that does not stop where it was told to cannot spend a budget many times over.
func TestAModelThatIgnoresItsLimitIsCut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: make1000("and on ")})
		h.db.perTurn = 400
		h.customer("hi")
		h.runs.Wait()
		record := h.db.lastTurn().Record
		if total := record.Spent[0].Tokens.Total(); total > 3*400 || record.Steps[0].Fault != console.FaultCut {
			t.Errorf("a turn that may cost 400 cost %d: %+v", total, record.Steps)
		}
	})
}

// A reply that ends because of a budget names it; one that was allowed less and had enough of it names none.
func TestAReplyThatABudgetCutNamesIt(t *testing.T) {
	t.Parallel()
	cut := utterance{words: []string{"half"}, finish: llm.FinishLength, usage: llm.Usage{PromptTokens: 100, CompletionTokens: 300}}
	whole := utterance{words: []string{"whole"}, usage: cut.usage}
	for what, tt := range map[string]struct {
		says    utterance
		perTurn int64
		bounds  console.Bounds
		want    console.Budget
	}{
		"cut by the turn's":        {cut, 600, console.Bounds{}, console.BudgetTurn},
		"cut by the agent's":       {cut, 0, console.Bounds{Agent: most(600)}, console.BudgetAgent},
		"cut by the tighter one":   {cut, 700, console.Bounds{Team: most(600)}, console.BudgetTeam},
		"allowed less, and whole":  {whole, 600, console.Bounds{}, ""},
		"cut by the model's limit": {cut, 0, console.Bounds{}, ""},
		"cut, with enough left":    {cut, 1_000_000, console.Bounds{Team: most(1_000_000)}, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, tt.says)
			h.db.bounds, h.db.perTurn = tt.bounds, tt.perTurn
			h.customer("hi")
			synctest.Wait()
			if got := h.db.lastTurn(); got.State != console.TurnReplied || got.Record.Budget != tt.want {
				t.Errorf("%s: the turn is %s and names the budget %q, want %q", what, got.State, got.Record.Budget, tt.want)
			}
		})
	}
}
