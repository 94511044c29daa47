package app

import (
	"testing"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func TestNobodyIsErasedByMistake(t *testing.T) {
	t.Parallel()
	a := opened(t)
	if _, err := a.CreateTeam(t.Context(), console.Team{Name: "shop"}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		team, who string
		want      console.Code
	}{
		{"shop", "ada", console.CodeNotFound},
		{"nobody", "ada", console.CodeNotFound},
		{"shop", " ", console.CodeValidation},
		{"shop", "", console.CodeValidation},
	} {
		if _, err := a.Erase(t.Context(), test.team, test.who); console.CodeOf(err) != test.want {
			t.Errorf("Erase(%q, %q): %v, want %s", test.team, test.who, err, test.want)
		}
		if _, err := a.WouldErase(t.Context(), test.team, test.who); console.CodeOf(err) != test.want {
			t.Errorf("WouldErase(%q, %q): %v, want %s", test.team, test.who, err, test.want)
		}
	}
}

func TestATeamThatIsDeletedLeavesItsName(t *testing.T) {
	t.Parallel()
	a := opened(t)
	for range 2 {
		if _, _, err := a.CreateKey(t.Context(), draft("shop")); err != nil {
			t.Fatal(err)
		}
		if _, err := a.DeleteTeam(t.Context(), "shop"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.DeleteTeam(t.Context(), "shop"); !console.IsNotFound(err) {
		t.Errorf("DeleteTeam of nobody: %v, want CodeNotFound", err)
	}
	if keys, err := a.db.AllKeys(t.Context()); len(keys) != 0 || err != nil {
		t.Errorf("keys %+v, %v", keys, err)
	}
	if more, err := a.db.Sweep(t.Context(), 1); more || err != nil {
		t.Errorf("Sweep: %t, %v, want nothing left", more, err)
	}
}

// What the server's job does is the store's; here it is that it does not stop before the end.
func TestAllOldConversationsGo(t *testing.T) {
	t.Parallel()
	a, err := Build(t.Context(), site(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	team, err := a.admin.CreateTeam(t.Context(), console.Team{Name: "shop", RetentionDays: 1})
	if err != nil {
		t.Fatal(err)
	}
	at := a.now().AddDate(0, 0, -2)
	err = a.db.Write(t.Context(), team.ID, func(tx *store.Tx) error {
		if err := tx.InsertAgent(t.Context(), console.Agent{ID: "a", TestCode: "a", CreatedAt: at, UpdatedAt: at}); err != nil {
			return err
		}
		for range 2*retainSlice + 1 {
			id := a.ids.Next()
			now, m := console.Conversation{
				ID: id, AgentID: "a", Channel: console.Webchat, CustomerID: string(id), CreatedAt: at, UpdatedAt: at,
			}.Say(console.Message{ID: a.ids.Next(), Role: console.RoleUser, Author: console.ByCustomer, Text: "x"}, at)
			if err := tx.Apply(t.Context(), console.Change{Now: now, Append: &m}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	a.retainOnce(t.Context())
	page, err := a.db.Team(team.ID).Conversations(t.Context(), "a", console.ConversationFilter{}, console.Query{Page: 1, Limit: 1})
	if err != nil || page.Total != 0 {
		t.Errorf("%d conversations are left, %v", page.Total, err)
	}
}
