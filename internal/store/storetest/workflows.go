package storetest

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func workflowTests() map[string]test {
	return map[string]test{
		"workflow round trip":       workflowRoundTrip,
		"workflow visibility":       workflowVisibility,
		"workflow users":            workflowUsers,
		"workflow deleted or taken": workflowDeletedOrTaken,
		"library":                   library,
	}
}

// newWorkflow makes a workflow with something in every field; it is not stored yet.
func (b *bench) newWorkflow() console.Workflow {
	n := b.number.Add(1)
	at := b.clock.now()
	return console.Workflow{
		ID: b.ids.Next(), TeamID: b.team, Name: fmt.Sprintf("Workflow %d", n), Visibility: console.Private,
		Description: to("About café"), Category: to("food"), SystemPrompt: to("Be kind"), VideoURL: to("https://example.com"),
		Rules: []console.Rule{{ID: "1", Name: "n", Trigger: "t", Response: "r", Enabled: true}},
		Flows: []console.Flow{{"name": "F", "priority": json.Number("12345678901234567890"), "own": []any{"x", nil, true}}},
		Tags:  []string{"a", "É"}, Integrations: []string{"stripe"}, Channels: []string{"webchat"}, Actions: []string{"do"},
		Guide: &console.Guide{YouTubeURL: to("https://example.com/v"), Steps: []string{"one"}},
		FAQ:   []console.QA{{Question: "q", Answer: "a"}}, SetupSteps: []any{"s", map[string]any{"k": json.Number("1.50")}},
		SetupMinutes: 5, PromptConfig: map[string]any{"tone": "warm"}, CreatedAt: at, UpdatedAt: at,
	}
}

func workflowRoundTrip(t *testing.T, b *bench) {
	t.Helper()
	full := b.newWorkflow()
	bare := console.Workflow{
		ID: b.ids.Next(), TeamID: b.team, Name: "bare", Visibility: console.Private, PromptConfig: map[string]any{},
		CreatedAt: b.clock.now(), UpdatedAt: b.clock.now(),
	}
	for _, w := range []console.Workflow{full, bare} {
		b.write(t, func(tx *store.Tx) error { return tx.InsertWorkflow(t.Context(), w) })
		got, err := b.view().Workflow(t.Context(), w.ID)
		ok(t, err)
		equal(t, "Workflow", got, w)
	}
	bare.ID, bare.Name = full.ID, "changed"
	b.write(t, func(tx *store.Tx) error {
		locked, err := tx.LockWorkflow(t.Context(), full.ID)
		equal(t, "LockWorkflow", locked, full)
		if err != nil {
			return err
		}
		return tx.UpdateWorkflow(t.Context(), bare)
	})
	got, err := b.view().Workflow(t.Context(), full.ID)
	ok(t, err)
	equal(t, "Workflow after UpdateWorkflow", got, bare)
	if got.Tags == nil || got.PromptConfig == nil {
		t.Error("an empty list or object came back as nil")
	}

	b.write(t, func(tx *store.Tx) error { return tx.DeleteWorkflow(t.Context(), full.ID) })
	_, err = b.view().Workflow(t.Context(), full.ID)
	refused(t, "Workflow after DeleteWorkflow", err, console.CodeNotFound)
	b.write(t, func(tx *store.Tx) error {
		refused(t, "UpdateWorkflow", tx.UpdateWorkflow(t.Context(), full), console.CodeNotFound)
		refused(t, "DeleteWorkflow", tx.DeleteWorkflow(t.Context(), full.ID), console.CodeNotFound)
		_, err := tx.LockWorkflow(t.Context(), full.ID)
		refused(t, "LockWorkflow", err, console.CodeNotFound)
		return nil
	})
}

func workflowVisibility(t *testing.T, b *bench) {
	t.Helper()
	mine, shared, theirs := b.newWorkflow(), b.newWorkflow(), b.newWorkflow()
	mine.Name, shared.Name, theirs.Name = "mine", "shared", "theirs"
	shared.Visibility = console.Public
	b.write(t, func(tx *store.Tx) error { return tx.InsertWorkflow(t.Context(), mine) })
	ok(t, b.db.Write(t.Context(), b.other, func(tx *store.Tx) error {
		if err := tx.InsertWorkflow(t.Context(), shared); err != nil {
			return err
		}
		return tx.InsertWorkflow(t.Context(), theirs)
	}))
	for scope, want := range map[console.WorkflowScope][]string{
		console.ScopeOwned: {"mine"}, console.ScopePublic: {"shared"},
		console.ScopeAccessible: {"mine", "shared"}, "": {"mine", "shared"},
	} {
		page, err := b.view().Workflows(t.Context(), scope, console.Query{Sort: console.Sort{Field: "name"}})
		ok(t, err)
		var got []string
		for _, w := range page.Items {
			got = append(got, w.Name)
		}
		equal(t, "Workflows "+string(scope), got, want)
	}
	page, err := b.view().Workflows(t.Context(), "", console.Query{Search: "CAFÉ"})
	ok(t, err)
	equal(t, "search", page.Total, int64(2))
	got, err := b.view().Workflow(t.Context(), shared.ID)
	ok(t, err)
	equal(t, "a public workflow's team", got.TeamID, b.other)
	_, err = b.view().Workflow(t.Context(), theirs.ID)
	refused(t, "another team's private workflow", err, console.CodeNotFound)
	b.write(t, func(tx *store.Tx) error {
		refused(t, "UpdateWorkflow of another team's", tx.UpdateWorkflow(t.Context(), shared), console.CodeNotFound)
		refused(t, "DeleteWorkflow of another team's", tx.DeleteWorkflow(t.Context(), shared.ID), console.CodeNotFound)
		return nil
	})
}

func workflowUsers(t *testing.T, b *bench) {
	t.Helper()
	w := b.newWorkflow()
	w.Visibility = console.Public
	b.write(t, func(tx *store.Tx) error { return tx.InsertWorkflow(t.Context(), w) })
	var users []console.Agent
	for _, team := range []console.ID{b.team, b.other, b.other} {
		a := b.newAgent()
		a.WorkflowID = &w.ID
		ok(t, b.db.Write(t.Context(), team, func(tx *store.Tx) error { return tx.InsertAgent(t.Context(), a) }))
		users = append(users, a)
	}
	count := func() (n int) {
		b.write(t, func(tx *store.Tx) (err error) {
			n, err = tx.CountUsers(t.Context(), w.ID)
			return err
		})
		return n
	}
	equal(t, "CountUsers", count(), 3)
	b.write(t, func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), users[0].ID) })
	equal(t, "CountUsers without the deleted one", count(), 2)
}

// workflowDeletedOrTaken lets an agent come to a workflow while that is being deleted: either the
// one or the other must fail.
func workflowDeletedOrTaken(t *testing.T, b *bench) {
	t.Helper()
	for range 20 {
		w, a := b.newWorkflow(), b.newAgent()
		a.WorkflowID = &w.ID
		b.write(t, func(tx *store.Tx) error { return tx.InsertWorkflow(t.Context(), w) })
		var wg sync.WaitGroup
		var deleted, inserted bool
		wg.Go(func() {
			err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
				deleted = false
				if _, err := tx.LockWorkflow(t.Context(), w.ID); err != nil {
					return err
				}
				n, err := tx.CountUsers(t.Context(), w.ID)
				if err != nil || n > 0 {
					return err
				}
				deleted = true
				return tx.DeleteWorkflow(t.Context(), w.ID)
			})
			if err != nil {
				t.Errorf("delete: %v", err)
			}
		})
		wg.Go(func() {
			err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error { return tx.InsertAgent(t.Context(), a) })
			inserted = err == nil
			if err != nil && !console.IsNotFound(err) {
				t.Errorf("insert: %v", err)
			}
		})
		wg.Wait()
		if deleted == inserted {
			t.Fatalf("deleted %v and an agent inserted %v, want just one of them", deleted, inserted)
		}
	}
}

func library(t *testing.T, b *bench) {
	t.Helper()
	w := b.newWorkflow()
	w.TeamID, w.Visibility = "", console.Public
	ok(t, b.db.SeedLibrary(t.Context(), []console.Workflow{w}))
	again := w
	again.Name = "renamed"
	ok(t, b.db.SeedLibrary(t.Context(), []console.Workflow{again, again}))
	got, err := b.db.Team(b.other).Workflow(t.Context(), w.ID)
	ok(t, err)
	equal(t, "Workflow of the library", got, w)
	again.UpdatedAt = w.UpdatedAt.Add(time.Second)
	ok(t, b.db.SeedLibrary(t.Context(), []console.Workflow{again}))
	got, err = b.db.Team(b.other).Workflow(t.Context(), w.ID)
	ok(t, err)
	equal(t, "Workflow of a newer library", got, again)
	own := b.newWorkflow()
	b.write(t, func(tx *store.Tx) error { return tx.InsertWorkflow(t.Context(), own) })
	taken := again
	taken.ID, taken.UpdatedAt = own.ID, own.UpdatedAt.Add(time.Hour)
	ok(t, b.db.SeedLibrary(t.Context(), []console.Workflow{taken}))
	got, err = b.view().Workflow(t.Context(), own.ID)
	ok(t, err)
	equal(t, "Workflow that a team owns", got, own)
	page, err := b.view().Workflows(t.Context(), console.ScopePublic, console.Query{})
	ok(t, err)
	equal(t, "public ones", page.Total, int64(1))
}
