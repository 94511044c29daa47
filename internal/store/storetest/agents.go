package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func agentTests() map[string]test {
	return map[string]test{
		"agent round trip":        agentRoundTrip,
		"agent that is not there": agentNotThere,
		"agent test code taken":   agentTestCode,
		"agent deleted":           agentDeleted,
		"agent state":             agentState,
		"agent quota":             agentQuota,
		"agents listed":           agentsListed,
		"agents walked":           agentsWalked,
	}
}

// fullAgent has something in every field.
func (b *bench) fullAgent(workflow *console.ID) console.Agent {
	a := b.newAgent()
	a.Description, a.SystemPrompt = "Answers «questions» 100%", to("Be kind.\nBe brief.")
	a.PersonaText, a.WorkflowID, a.Logo = to("like a pirate"), workflow, to("https://example.com/logo.png")
	a.Rules = []console.Rule{
		{ID: "1", Name: "hours", Trigger: "open", Response: "9 to 5", Enabled: true},
		{ID: "2", Name: "x", Trigger: "y", Condition: to("a < b && \"c\""), Response: "é", Action: to("do")},
	}
	a.BusinessName, a.BusinessAddress, a.BusinessEmail = to("B"), to("1 Way"), to("b@example.com")
	a.BusinessDescription, a.EscalationEmail, a.StatusReason = to(""), to("e@example.com"), to("why")
	a.Epoch, a.OnNewMessage, a.ReplyLanguage = 7, console.Queue, console.ReplyInCustomers
	a.MaxTokensPerTurn, a.MaxTokensPerDay = 4000, 5_000_000_000
	return a
}

func agentRoundTrip(t *testing.T, b *bench) {
	t.Helper()
	w := b.newWorkflow()
	a := b.fullAgent(&w.ID)
	first, second, third := b.model(t, "first"), b.model(t, "second"), b.model(t, "third")
	a.ModelID, a.FallbackIDs = &first.ID, []console.ID{third.ID, second.ID}
	b.write(t, func(tx *store.Tx) error {
		if err := tx.InsertWorkflow(t.Context(), w); err != nil {
			return err
		}
		return tx.InsertAgent(t.Context(), a)
	})
	got, err := b.view().Agent(t.Context(), a.ID)
	ok(t, err)
	equal(t, "Agent", got, a)

	b.clock.advance(time.Minute)
	changed := b.newAgent()
	changed.ID, changed.Epoch, changed.Persona = a.ID, 8, console.Friendly
	b.write(t, func(tx *store.Tx) error {
		locked, err := tx.LockAgent(t.Context(), a.ID)
		equal(t, "LockAgent", locked, a)
		if err != nil {
			return err
		}
		return tx.UpdateAgent(t.Context(), changed)
	})
	got, err = b.view().Agent(t.Context(), a.ID)
	ok(t, err)
	equal(t, "Agent after UpdateAgent", got, changed)
}

func agentNotThere(t *testing.T, b *bench) {
	t.Helper()
	_, err := b.view().Agent(t.Context(), "nobody")
	refused(t, "Agent", err, console.CodeNotFound)
	b.write(t, func(tx *store.Tx) error {
		_, err := tx.LockAgent(t.Context(), "nobody")
		refused(t, "LockAgent", err, console.CodeNotFound)
		_, err = tx.AgentState(t.Context(), "nobody")
		refused(t, "AgentState", err, console.CodeNotFound)
		refused(t, "UpdateAgent", tx.UpdateAgent(t.Context(), b.newAgent()), console.CodeNotFound)
		refused(t, "DeleteAgent", tx.DeleteAgent(t.Context(), "nobody"), console.CodeNotFound)
		a := b.newAgent()
		a.WorkflowID = to(console.ID("none"))
		refused(t, "InsertAgent with a workflow that is not there", tx.InsertAgent(t.Context(), a), console.CodeNotFound)
		return nil
	})
}

func agentTestCode(t *testing.T, b *bench) {
	t.Helper()
	a, second, third := b.agent(t), b.newAgent(), b.newAgent()
	second.TestCode = a.TestCode
	b.write(t, func(tx *store.Tx) error {
		refused(t, "InsertAgent with a code that is taken", tx.InsertAgent(t.Context(), second), console.CodeConflict)
		return tx.InsertAgent(t.Context(), third)
	})
	third.TestCode = a.TestCode
	err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error { return tx.UpdateAgent(t.Context(), third) })
	refused(t, "UpdateAgent with a code that is taken", err, console.CodeConflict)
}

func agentDeleted(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	b.write(t, func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), a.ID) })
	_, err := b.view().Agent(t.Context(), a.ID)
	refused(t, "Agent", err, console.CodeNotFound)
	page, err := b.view().Agents(t.Context(), console.Query{})
	ok(t, err)
	equal(t, "Agents", page, console.Page[console.Agent]{})
	b.write(t, func(tx *store.Tx) error {
		refused(t, "DeleteAgent again", tx.DeleteAgent(t.Context(), a.ID), console.CodeNotFound)
		n, err := tx.CountAgents(t.Context())
		equal(t, "CountAgents", n, 0)
		return err
	})
}

func agentState(t *testing.T, b *bench) {
	t.Helper()
	a := b.fullAgent(nil)
	b.write(t, func(tx *store.Tx) error { return tx.InsertAgent(t.Context(), a) })
	b.write(t, func(tx *store.Tx) error {
		got, err := tx.AgentState(t.Context(), a.ID)
		equal(t, "AgentState", got, console.AgentState{
			ID: a.ID, Status: a.Status, OnNewMessage: a.OnNewMessage, Epoch: a.Epoch, UpdatedAt: a.UpdatedAt, Knows: false,
		})
		return err
	})
}

// agentQuota lets many count and add at once; those who count hold back each other.
func agentQuota(t *testing.T, b *bench) {
	t.Helper()
	const quota, callers = 5, 20
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
				n, err := tx.CountAgents(t.Context())
				if err != nil || n >= quota {
					return err
				}
				return tx.InsertAgent(t.Context(), b.newAgent())
			})
			if err != nil {
				t.Errorf("Write: %v", err)
			}
		})
	}
	wg.Wait()
	page, err := b.view().Agents(t.Context(), console.Query{})
	ok(t, err)
	equal(t, "agents", page.Total, int64(quota))
}

func agentsListed(t *testing.T, b *bench) {
	t.Helper()
	names := []string{"Zoë's 100% shop", "alpha", "Beta_one", `back\slash`, "ÉCOLE"}
	b.write(t, func(tx *store.Tx) error {
		for i, name := range names {
			a := b.newAgent()
			a.Name, a.Description, a.CreatedAt = name, fmt.Sprint("number ", i), a.CreatedAt.Add(time.Duration(i)*time.Second)
			if err := tx.InsertAgent(t.Context(), a); err != nil {
				return err
			}
		}
		return nil
	})
	for _, test := range []struct {
		search string
		sort   console.Sort
		want   []string
	}{
		{"", console.Sort{}, []string{"ÉCOLE", `back\slash`, "Beta_one", "alpha", "Zoë's 100% shop"}},
		{"", console.Sort{Field: "name"}, []string{"Beta_one", "Zoë's 100% shop", "alpha", `back\slash`, "ÉCOLE"}},
		{"NUMBER 3", console.Sort{}, []string{`back\slash`}},
		{"école", console.Sort{}, []string{"ÉCOLE"}},
		{"zoË", console.Sort{}, []string{"Zoë's 100% shop"}},
		{"%", console.Sort{}, []string{"Zoë's 100% shop"}},
		{"_", console.Sort{}, []string{"Beta_one"}},
		{`\`, console.Sort{}, []string{`back\slash`}},
		{"nothing", console.Sort{}, nil},
	} {
		page, err := b.view().Agents(t.Context(), console.Query{Page: 1, Limit: 10, Search: test.search, Sort: test.sort})
		ok(t, err)
		var got []string
		for _, a := range page.Items {
			got = append(got, a.Name)
		}
		equal(t, fmt.Sprintf("Agents, search %q, sort %v", test.search, test.sort), got, test.want)
		equal(t, "total", page.Total, int64(len(test.want)))
	}
}

// agentsWalked compares all pages of random lists with a model.
func agentsWalked(t *testing.T, b *bench) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		team := b.newTeam(t, string(b.ids.Next()))
		var model []console.Agent
		for range rapid.IntRange(0, 25).Draw(rt, "agents") {
			a := b.newAgent()
			a.Name = rapid.SampledFrom([]string{"a", "b", "c", "É"}).Draw(rt, "name")
			a.Status = rapid.SampledFrom([]console.AgentStatus{console.AgentLive, console.AgentPaused}).Draw(rt, "status")
			a.CreatedAt = a.CreatedAt.Add(time.Duration(rapid.IntRange(0, 3).Draw(rt, "ms")) * time.Millisecond)
			model = append(model, a)
		}
		ok(t, b.db.Write(t.Context(), team, func(tx *store.Tx) error {
			for _, a := range model {
				if err := tx.InsertAgent(t.Context(), a); err != nil {
					return err
				}
			}
			return nil
		}))
		q := drawQuery(rt, "name", "created_at", "updated_at", "status")
		q.Search = rapid.SampledFrom([]string{"", "a", "é"}).Draw(rt, "search")
		model = slices.DeleteFunc(model, func(a console.Agent) bool {
			return !strings.Contains(a.Searchable(), console.Fold(q.Search))
		})
		sortModel(model, q.Sort, func(a, c console.Agent) int {
			switch q.Sort.Field {
			case "name":
				return cmp.Compare(a.Name, c.Name)
			case "status":
				return cmp.Compare(a.Status, c.Status)
			case "updated_at":
				return a.UpdatedAt.Compare(c.UpdatedAt)
			default:
				return a.CreatedAt.Compare(c.CreatedAt)
			}
		}, func(a console.Agent) console.ID { return a.ID })
		equal(t, fmt.Sprint("walk ", q), all(t, q, b.db.Team(team).Agents), model)
	})
}

// drawQuery asks for some order and small pages.
func drawQuery(rt *rapid.T, fields ...string) console.Query {
	q := console.Query{Limit: rapid.IntRange(1, 7).Draw(rt, "limit")}
	if rapid.Bool().Draw(rt, "sorted") {
		q.Sort.Field = rapid.SampledFrom(fields).Draw(rt, "field")
		q.Sort.Descending = rapid.Bool().Draw(rt, "descending")
	}
	return q
}

// sortModel puts items into the order that a list promises: no field means newest first, and ties
// are broken by id in the same direction.
func sortModel[T any](items []T, s console.Sort, compare func(a, b T) int, id func(T) console.ID) {
	slices.SortFunc(items, func(a, b T) int {
		c := cmp.Or(compare(a, b), cmp.Compare(id(a), id(b)))
		if s.Descending || s.Field == "" {
			return -c
		}
		return c
	})
}
