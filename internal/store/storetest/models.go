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

func modelConnectionTests() map[string]test {
	return map[string]test{
		"model connection round trip":      modelRoundTrip,
		"model connection not there":       modelNotThere,
		"model connections walked":         modelsWalked,
		"model connections in order":       modelChain,
		"model connection and its agents":  modelUsers,
		"model connection of another team": modelElsewhere,
		"model connection deleted at once": modelDeletedAtOnce,
	}
}

func (b *bench) newModel(name string) console.ModelConnection {
	at := b.clock.now()
	return console.ModelConnection{
		ID: b.ids.Next(), Name: name, Provider: console.ProviderOpenAI, Model: "m", CreatedAt: at, UpdatedAt: at,
	}
}

// model stores a connection.
func (b *bench) model(t *testing.T, name string) console.ModelConnection {
	t.Helper()
	m := b.newModel(name)
	b.write(t, func(tx *store.Tx) error { return tx.InsertModelConnection(t.Context(), m) })
	return m
}

func modelRoundTrip(t *testing.T, b *bench) {
	t.Helper()
	m := b.newModel("plain")
	full := console.ModelConnection{
		ID: m.ID, Name: "Full «one» 100%", Provider: console.ProviderAnthropic, BaseURL: to("https://models.example/v1"),
		Model: "big", SealedKey: []byte{1, 0, 255}, KeyHint: "wxyz",
		Price:     console.Price{Currency: "USD", Prompt: 2_500_000, Completion: 1<<62 - 1},
		Window:    128_000,
		CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt.Add(time.Minute),
	}
	for _, now := range []console.ModelConnection{m, full, m} {
		b.write(t, func(tx *store.Tx) error {
			n, err := tx.CountModelConnections(t.Context())
			if err == nil && n == 0 {
				return tx.InsertModelConnection(t.Context(), now)
			}
			if err != nil {
				return err
			}
			return tx.UpdateModelConnection(t.Context(), now)
		})
		got, err := b.view().ModelConnection(t.Context(), m.ID)
		ok(t, err)
		equal(t, "ModelConnection", got, now)
		b.write(t, func(tx *store.Tx) error {
			got, err := tx.LockModelConnection(t.Context(), m.ID)
			equal(t, "LockModelConnection", got, now)
			return err
		})
	}
	b.write(t, func(tx *store.Tx) error { return tx.DeleteModelConnection(t.Context(), m.ID) })
	_, err := b.view().ModelConnection(t.Context(), m.ID)
	refused(t, "ModelConnection after its deletion", err, console.CodeNotFound)
}

func modelNotThere(t *testing.T, b *bench) {
	t.Helper()
	_, err := b.view().ModelConnection(t.Context(), "none")
	refused(t, "ModelConnection", err, console.CodeNotFound)
	b.write(t, func(tx *store.Tx) error {
		_, err := tx.LockModelConnection(t.Context(), "none")
		refused(t, "LockModelConnection", err, console.CodeNotFound)
		refused(t, "UpdateModelConnection", tx.UpdateModelConnection(t.Context(), b.newModel("x")), console.CodeNotFound)
		refused(t, "DeleteModelConnection", tx.DeleteModelConnection(t.Context(), "none"), console.CodeNotFound)
		a := b.newAgent()
		a.FallbackIDs = []console.ID{"none"}
		refused(t, "InsertAgent with a model that is not there", tx.InsertAgent(t.Context(), a), console.CodeNotFound)
		return nil
	})
}

func modelsWalked(t *testing.T, b *bench) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		team := b.newTeam(t, string(b.ids.Next()))
		var model []console.ModelConnection
		for i := range rapid.IntRange(0, 12).Draw(rt, "connections") {
			m := b.newModel(rapid.SampledFrom([]string{"a", "B", "ä"}).Draw(rt, "name"))
			m.Model = rapid.SampledFrom([]string{"big", "SMALL"}).Draw(rt, "model")
			m.CreatedAt = m.CreatedAt.Add(time.Duration(i%2) * time.Second)
			m.UpdatedAt = m.CreatedAt.Add(time.Duration(i%3) * time.Second)
			model = append(model, m)
		}
		ok(t, b.db.Write(t.Context(), team, func(tx *store.Tx) error {
			for _, m := range model {
				if err := tx.InsertModelConnection(t.Context(), m); err != nil {
					return err
				}
			}
			return nil
		}))
		q := drawQuery(rt, "name", "created_at", "updated_at")
		q.Search = rapid.SampledFrom([]string{"", "Ä", "small"}).Draw(rt, "search")
		model = slices.DeleteFunc(model, func(m console.ModelConnection) bool {
			return !strings.Contains(m.Searchable(), console.Fold(q.Search))
		})
		sortModel(model, q.Sort, func(x, y console.ModelConnection) int {
			switch q.Sort.Field {
			case "name":
				return cmp.Compare(x.Name, y.Name)
			case "updated_at":
				return x.UpdatedAt.Compare(y.UpdatedAt)
			default:
				return x.CreatedAt.Compare(y.CreatedAt)
			}
		}, func(m console.ModelConnection) console.ID { return m.ID })
		equal(t, fmt.Sprintf("ModelConnections %+v", q), all(t, q, b.db.Team(team).ModelConnections), model)
	})
}

func modelChain(t *testing.T, b *bench) {
	t.Helper()
	one, two, three := b.model(t, "one"), b.model(t, "two"), b.model(t, "three")
	for _, tt := range []struct {
		ids  []console.ID
		want []console.ModelConnection
	}{
		{nil, nil},
		{[]console.ID{"none"}, nil},
		{[]console.ID{two.ID, "none", one.ID, three.ID}, []console.ModelConnection{two, one, three}},
	} {
		got, err := b.view().ModelChain(t.Context(), tt.ids)
		ok(t, err)
		equal(t, fmt.Sprint("ModelChain ", tt.ids), got, tt.want)
	}
	got, err := b.db.Team(b.other).ModelChain(t.Context(), []console.ID{one.ID})
	ok(t, err)
	equal(t, "ModelChain of another team", got, nil)
}

// modelUsers counts the agents that a connection's deletion would leave without it.
func modelUsers(t *testing.T, b *bench) {
	t.Helper()
	m, other := b.model(t, "used"), b.model(t, "other")
	agents := make([]console.Agent, 4)
	for i := range agents {
		agents[i] = b.newAgent()
	}
	agents[0].ModelID = &m.ID
	agents[1].FallbackIDs = []console.ID{other.ID, m.ID}
	agents[2].ModelID, agents[2].FallbackIDs = &m.ID, []console.ID{m.ID} // counts once
	agents[3].ModelID = &other.ID
	count := func(want int) {
		t.Helper()
		b.write(t, func(tx *store.Tx) error {
			n, err := tx.CountModelUsers(t.Context(), m.ID)
			equal(t, "CountModelUsers", n, want)
			return err
		})
	}
	count(0)
	b.write(t, func(tx *store.Tx) error {
		for _, a := range agents {
			if err := tx.InsertAgent(t.Context(), a); err != nil {
				return err
			}
		}
		return nil
	})
	count(3)
	agents[1].FallbackIDs = nil
	b.write(t, func(tx *store.Tx) error {
		if err := tx.DeleteAgent(t.Context(), agents[0].ID); err != nil {
			return err
		}
		return tx.UpdateAgent(t.Context(), agents[1])
	})
	count(1)
}

func modelElsewhere(t *testing.T, b *bench) {
	t.Helper()
	m := b.model(t, "mine")
	elsewhere := b.db.Team(b.other)
	_, err := elsewhere.ModelConnection(t.Context(), m.ID)
	refused(t, "ModelConnection of another team", err, console.CodeNotFound)
	ok(t, b.db.Write(t.Context(), b.other, func(tx *store.Tx) error {
		_, err := tx.LockModelConnection(t.Context(), m.ID)
		refused(t, "LockModelConnection", err, console.CodeNotFound)
		refused(t, "UpdateModelConnection", tx.UpdateModelConnection(t.Context(), m), console.CodeNotFound)
		refused(t, "DeleteModelConnection", tx.DeleteModelConnection(t.Context(), m.ID), console.CodeNotFound)
		n, err := tx.CountModelConnections(t.Context())
		equal(t, "CountModelConnections", n, 0)
		a := b.newAgent()
		a.ModelID = &m.ID
		refused(t, "InsertAgent", tx.InsertAgent(t.Context(), a), console.CodeNotFound)
		return err
	}))
}

// modelDeletedAtOnce lets agents come to a connection while it is being deleted: either it is gone
// and nobody has it, or it is there.
func modelDeletedAtOnce(t *testing.T, b *bench) {
	t.Helper()
	m := b.model(t, "contested")
	var all sync.WaitGroup
	for range 6 {
		a := b.newAgent()
		a.ModelID = &m.ID
		all.Go(func() {
			err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error { return tx.InsertAgent(t.Context(), a) })
			if err != nil && !console.IsNotFound(err) {
				t.Errorf("InsertAgent: %v", err)
			}
		})
		all.Go(func() {
			err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
				if _, err := tx.LockModelConnection(t.Context(), m.ID); err != nil {
					return err
				}
				if n, err := tx.CountModelUsers(t.Context(), m.ID); err != nil || n > 0 {
					return err
				}
				return tx.DeleteModelConnection(t.Context(), m.ID)
			})
			if err != nil && !console.IsNotFound(err) {
				t.Errorf("delete: %v", err)
			}
		})
	}
	all.Wait()
	_, err := b.view().ModelConnection(t.Context(), m.ID)
	b.write(t, func(tx *store.Tx) error {
		n, e := tx.CountModelUsers(t.Context(), m.ID)
		if gone := console.IsNotFound(err); gone != (n == 0) {
			t.Errorf("the connection is gone: %v, and %d agents have it", gone, n)
		}
		return e
	})
}
