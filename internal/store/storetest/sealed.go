package storetest

import (
	"bytes"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func sealedTests() map[string]test {
	return map[string]test{
		"sealed values walked and sealed anew": sealedWalked,
		"master key adopted":                   masterAdopted,
	}
}

func sealedWalked(t *testing.T, b *bench) {
	t.Helper()
	ctx, head := t.Context(), []byte{1, 9}
	want := b.sealedValues(t, head)
	var got []store.Sealed
	for last := (store.Sealed{}); ; last = got[len(got)-1] {
		found, err := b.db.SealedBehind(ctx, last, head, 2)
		ok(t, err)
		if len(found) == 0 {
			break
		}
		got = append(got, found...)
	}
	equal(t, "SealedBehind, walked", got, want)

	values := make([][]byte, len(want))
	for i := range values {
		values[i] = []byte{1, 9, byte(i)}
	}
	want[1].Value = []byte("it has changed meanwhile")
	n, err := b.db.Reseal(ctx, want, values)
	ok(t, err)
	equal(t, "Reseal", n, len(want)-1)
	left, err := b.db.SealedBehind(ctx, store.Sealed{}, head, 10)
	ok(t, err)
	equal(t, "what was not sealed anew", left, got[1:2])
	under, err := b.db.SealedUnder(ctx, head)
	ok(t, err)
	equal(t, "SealedUnder", under, int64(len(want))) // all but one, and one that was before
}

// sealedValues stores values of all kinds and returns those that are not under the key of head, in
// order.
func (b *bench) sealedValues(t *testing.T, head []byte) (want []store.Sealed) {
	t.Helper()
	ctx := t.Context()
	first, second := min(b.team, b.other), max(b.team, b.other)
	key := func(team console.ID, value []byte) {
		m := b.newModel("x")
		m.SealedKey = value
		ok(t, b.db.Write(ctx, team, func(tx *store.Tx) error { return tx.InsertModelConnection(ctx, m) }))
		if value != nil && !bytes.HasPrefix(value, head) {
			want = append(want, store.Sealed{Kind: store.SealedModelKey, Team: team, Name: string(m.ID), Value: value})
		}
	}
	for i := range byte(4) {
		key(first, []byte{1, 1, i})
	}
	key(first, nil)
	key(second, []byte{1, 9, 5}) // under the current key already
	key(second, []byte{1, 8, 5})
	for _, a := range []struct {
		team   console.ID
		name   string
		sealed bool
	}{{first, "a", true}, {first, "b", false}, {first, "c", true}, {second, "a", true}} {
		ok(t, b.db.Write(ctx, a.team, func(tx *store.Tx) error {
			if _, err := tx.ClaimKey(ctx, a.name, [32]byte{}); err != nil {
				return err
			}
			return tx.KeepAnswer(ctx, a.name, console.Answer{Status: 200, Body: []byte(a.name), Sealed: a.sealed})
		}))
		if a.sealed {
			want = append(want, store.Sealed{Kind: store.SealedAnswer, Team: a.team, Name: a.name, Value: []byte(a.name)})
		}
	}
	return want
}

func masterAdopted(t *testing.T, b *bench) {
	t.Helper()
	is := func(fingerprint byte, own, replaced bool) {
		t.Helper()
		got, err := b.db.HasMaster(t.Context(), []byte{fingerprint})
		ok(t, err)
		equal(t, "HasMaster", got, own)
		got, err = b.db.ReplacedMaster(t.Context(), []byte{fingerprint})
		ok(t, err)
		equal(t, "ReplacedMaster", got, replaced)
	}
	is(1, false, false)
	ok(t, b.db.AdoptMaster(t.Context(), []byte{1}))
	is(1, true, false)
	ok(t, b.db.AdoptMaster(t.Context(), []byte{2}))
	is(1, false, true)
	is(2, true, false)
	ok(t, b.db.AdoptMaster(t.Context(), []byte{2}))
	is(2, true, false)
	ok(t, b.db.AdoptMaster(t.Context(), []byte{1}))
	is(1, true, false)
	is(2, false, true)
}
