package storetest

import (
	"cmp"
	"crypto/sha256"
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

func keyTests() map[string]test {
	return map[string]test{
		"keys":              keys,
		"keys walked":       keysWalked,
		"keys of all teams": keysOfAll,
		"tickets":           tickets,
		"teams":             teams,
	}
}

func (b *bench) newKey(name string) console.Key {
	return console.Key{
		ID: b.ids.Next(), TeamID: b.team, Name: name, Hint: "abcd", Scopes: []console.Scope{"agents:read", console.ScopeAll},
		CreatedAt: b.clock.now(),
	}
}

func hashOf(k console.Key) [32]byte { return sha256.Sum256([]byte(k.ID)) }

func (b *bench) key(t *testing.T, name string) console.Key {
	t.Helper()
	k := b.newKey(name)
	b.write(t, func(tx *store.Tx) error { return tx.InsertKey(t.Context(), k, hashOf(k)) })
	return k
}

func keys(t *testing.T, b *bench) {
	t.Helper()
	k := b.newKey("first")
	k.ExpiresAt, k.MaxTokensPerDay = to(b.clock.now().Add(time.Hour)), 5_000_000_000
	b.write(t, func(tx *store.Tx) error { return tx.InsertKey(t.Context(), k, hashOf(k)) })
	team := console.Team{ID: b.team, Name: "first", CreatedAt: b.clock.now()}

	got, owner, err := b.db.KeyByHash(t.Context(), hashOf(k))
	ok(t, err)
	equal(t, "KeyByHash", got, k)
	equal(t, "its team", owner, team)
	_, _, err = b.db.KeyByHash(t.Context(), [32]byte{1})
	refused(t, "KeyByHash of an unknown key", err, console.CodeNotFound)
	_, _, err = b.db.KeyByID(t.Context(), "none")
	refused(t, "KeyByID of an unknown key", err, console.CodeNotFound)

	used := b.clock.now().Add(time.Minute)
	ok(t, b.db.TouchKeys(t.Context(), map[console.ID]time.Time{k.ID: used, "none": used}))
	ok(t, b.db.TouchKeys(t.Context(), map[console.ID]time.Time{k.ID: used.Add(-time.Second)}))
	ok(t, b.db.TouchKeys(t.Context(), nil))
	k.LastUsedAt = &used

	at := b.clock.now().Add(2 * time.Minute)
	b.write(t, func(tx *store.Tx) error {
		refused(t, "RevokeKey", tx.RevokeKey(t.Context(), "none", at), console.CodeNotFound)
		if err := tx.RevokeKey(t.Context(), k.ID, at); err != nil {
			return err
		}
		return tx.RevokeKey(t.Context(), k.ID, at.Add(time.Hour))
	})
	k.RevokedAt = &at
	got, err = b.view().Key(t.Context(), k.ID)
	ok(t, err)
	equal(t, "Key", got, k)
	got, owner, err = b.db.KeyByID(t.Context(), k.ID)
	ok(t, err)
	equal(t, "KeyByID", got, k)
	equal(t, "its team", owner, team)
	for since, want := range map[time.Time][]console.ID{at: {k.ID}, at.Add(time.Millisecond): nil, {}: {k.ID}} {
		ids, err := b.db.KeysRevokedSince(t.Context(), since)
		ok(t, err)
		equal(t, fmt.Sprint("KeysRevokedSince ", since), ids, want)
	}
	_, err = b.view().Key(t.Context(), "none")
	refused(t, "Key that is not there", err, console.CodeNotFound)
}

func keysWalked(t *testing.T, b *bench) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		team := b.newTeam(t, string(b.ids.Next()))
		var model []console.Key
		for i := range rapid.IntRange(0, 12).Draw(rt, "keys") {
			k := b.newKey(rapid.SampledFrom([]string{"a", "B", "ä"}).Draw(rt, "name"))
			k.TeamID, k.CreatedAt = team, k.CreatedAt.Add(time.Duration(i%2)*time.Second)
			if rapid.Bool().Draw(rt, "used") {
				k.LastUsedAt = to(k.CreatedAt.Add(time.Duration(i%3) * time.Second))
			}
			model = append(model, k)
		}
		ok(t, b.db.Write(t.Context(), team, func(tx *store.Tx) error {
			for _, k := range model {
				if err := tx.InsertKey(t.Context(), k, hashOf(k)); err != nil {
					return err
				}
			}
			return nil
		}))
		q := drawQuery(rt, "name", "created_at", "last_used_at")
		q.Search = rapid.SampledFrom([]string{"", "Ä", "b"}).Draw(rt, "search")
		model = slices.DeleteFunc(model, func(k console.Key) bool {
			return !strings.Contains(console.Fold(k.Name), console.Fold(q.Search))
		})
		sortModel(model, q.Sort, func(x, y console.Key) int {
			switch q.Sort.Field {
			case "name":
				return cmp.Compare(x.Name, y.Name)
			case "last_used_at":
				return lastUse(x).Compare(lastUse(y))
			default:
				return x.CreatedAt.Compare(y.CreatedAt)
			}
		}, func(k console.Key) console.ID { return k.ID })
		equal(t, fmt.Sprintf("Keys %+v", q), all(t, q, b.db.Team(team).Keys), model)
	})
}

// lastUse sorts a key that was never used first.
func lastUse(k console.Key) time.Time {
	if k.LastUsedAt == nil {
		return time.Time{}
	}
	return *k.LastUsedAt
}

func keysOfAll(t *testing.T, b *bench) {
	t.Helper()
	mine := b.key(t, "mine")
	theirs := b.newKey("theirs")
	theirs.TeamID = b.other
	ok(t, b.db.Write(t.Context(), b.other, func(tx *store.Tx) error {
		return tx.InsertKey(t.Context(), theirs, hashOf(theirs))
	}))
	got, err := b.db.AllKeys(t.Context())
	ok(t, err)
	equal(t, "AllKeys", got, []store.TeamKey{{Key: mine, Team: "first"}, {Key: theirs, Team: "second"}})
	ok(t, b.db.RevokeKeyByID(t.Context(), theirs.ID))
	k, _, err := b.db.KeyByID(t.Context(), theirs.ID)
	ok(t, err)
	equal(t, "RevokedAt", k.RevokedAt, to(b.clock.now()))
	refused(t, "RevokeKeyByID", b.db.RevokeKeyByID(t.Context(), "none"), console.CodeNotFound)
}

func tickets(t *testing.T, b *bench) {
	t.Helper()
	const callers = 20
	expires := b.clock.now().Add(time.Minute)
	var mu sync.Mutex
	var wg sync.WaitGroup
	firsts := 0
	for range callers {
		wg.Go(func() {
			first, err := b.db.SpendTicket(t.Context(), [32]byte{7}, expires)
			if err != nil {
				t.Errorf("SpendTicket: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			if first {
				firsts++
			}
		})
	}
	wg.Wait()
	equal(t, "how often a ticket was spent", firsts, 1)
	first, err := b.db.SpendTicket(t.Context(), [32]byte{8}, expires)
	ok(t, err)
	equal(t, "another ticket", first, true)
}

func teams(t *testing.T, b *bench) {
	t.Helper()
	q := console.Quotas{Agents: 3, Integrations: console.NoneAllowed, Streams: 4, RatePerMinute: 5}
	ok(t, b.db.SetTeam(t.Context(), console.Team{Name: "second", Quotas: q, RetentionDays: 90}))
	refused(t, "SetTeam", b.db.SetTeam(t.Context(), console.Team{Name: "none"}), console.CodeNotFound)
	want := console.Team{ID: b.other, Name: "second", Quotas: q, CreatedAt: b.clock.now(), RetentionDays: 90}
	got, err := b.db.TeamByName(t.Context(), "second")
	ok(t, err)
	equal(t, "TeamByName", got, want)
	_, err = b.db.TeamByName(t.Context(), "none")
	refused(t, "TeamByName", err, console.CodeNotFound)
	list, err := b.db.Teams(t.Context())
	ok(t, err)
	equal(t, "Teams", list, []console.Team{{ID: b.team, Name: "first", CreatedAt: b.clock.now()}, want})
	refused(t, "InsertTeam with a name that is taken",
		b.db.InsertTeam(t.Context(), console.Team{ID: b.ids.Next(), Name: "first"}), console.CodeConflict)
	refused(t, "InsertTeam with a long name",
		b.db.InsertTeam(t.Context(), console.Team{ID: b.ids.Next(), Name: strings.Repeat("x", 5000)}), console.CodeValidation)
	ok(t, b.db.Ping(t.Context()))
}
