package storetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func answerTests() map[string]test {
	return map[string]test{
		"answer kept":              answerKept,
		"answer not kept":          answerNotKept,
		"answer after a day":       answerAfterADay,
		"answers of fifty at once": answersOfFifty,
	}
}

// claim claims a key in a unit of its own and keeps a, if it is not nil.
func (b *bench) claim(t *testing.T, team console.ID, key string, a *console.Answer) (found *console.Answer) {
	t.Helper()
	ok(t, b.db.Write(t.Context(), team, func(tx *store.Tx) (err error) {
		found, err = tx.ClaimKey(t.Context(), key, [32]byte{1})
		if err != nil || found != nil || a == nil {
			return err
		}
		return tx.KeepAnswer(t.Context(), key, *a)
	}))
	return found
}

func answerKept(t *testing.T, b *bench) {
	t.Helper()
	a := console.Answer{Fingerprint: [32]byte{1}, Status: 201, Body: []byte("{\"x\":\"\x00é\"}"), Sealed: true}
	equal(t, "first ClaimKey", b.claim(t, b.team, "key", &a), (*console.Answer)(nil))
	equal(t, "second ClaimKey", b.claim(t, b.team, "key", nil), &a)
	equal(t, "ClaimKey of another key", b.claim(t, b.team, "key2", nil), (*console.Answer)(nil))
	equal(t, "ClaimKey of another team", b.claim(t, b.other, "key", nil), (*console.Answer)(nil))
	err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error { return tx.KeepAnswer(t.Context(), "key3", a) })
	if err == nil {
		t.Error("an answer was kept under a key that nobody claimed")
	}
}

// answerNotKept leaves a key free: by a unit that failed, and by one that kept nothing.
func answerNotKept(t *testing.T, b *bench) {
	t.Helper()
	a := console.Answer{Fingerprint: [32]byte{1}, Status: 200, Body: []byte("1")}
	err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
		if _, err := tx.ClaimKey(t.Context(), "key", [32]byte{9}); err != nil {
			return err
		}
		ok(t, tx.KeepAnswer(t.Context(), "key", a))
		return errUndo
	})
	equal(t, "Write", err, errUndo)
	equal(t, "ClaimKey after a unit that failed", b.claim(t, b.team, "key", nil), (*console.Answer)(nil))
	equal(t, "ClaimKey after one that kept nothing", b.claim(t, b.team, "key", &a), (*console.Answer)(nil))
	equal(t, "ClaimKey after one that did", b.claim(t, b.team, "key", nil), &a)
}

func answerAfterADay(t *testing.T, b *bench) {
	t.Helper()
	a, second := console.Answer{Fingerprint: [32]byte{1}, Status: 200}, console.Answer{Fingerprint: [32]byte{1}, Status: 201}
	b.claim(t, b.team, "key", &a)
	b.clock.advance(24*time.Hour - time.Millisecond)
	equal(t, "ClaimKey just before a day is over", b.claim(t, b.team, "key", nil), &a)
	b.clock.advance(time.Millisecond)
	equal(t, "ClaimKey after a day", b.claim(t, b.team, "key", &second), (*console.Answer)(nil))
	equal(t, "ClaimKey after the new claim", b.claim(t, b.team, "key", nil), &second)
}

// answersOfFifty lets fifty requests with one key come at once: one is executed and all get its
// answer. Every other key is of a request of its own.
func answersOfFifty(t *testing.T, b *bench) {
	t.Helper()
	var executed atomic.Int64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			var got *console.Answer
			err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) (err error) {
				got, err = tx.ClaimKey(t.Context(), "key", [32]byte{1})
				if err != nil || got != nil {
					return err
				}
				a := console.Answer{Fingerprint: [32]byte{1}, Status: 201, Body: []byte("made")}
				got = &a
				if err := tx.Nested(func() error { return tx.InsertAgent(t.Context(), b.newAgent()) }); err != nil {
					return err
				}
				tx.AfterCommit(func() { executed.Add(1) })
				return tx.KeepAnswer(t.Context(), "key", a)
			})
			if err != nil {
				t.Errorf("Write: %v", err)
				return
			}
			equal(t, "answer", string(got.Body), "made")
		})
	}
	wg.Wait()
	equal(t, "how often it was executed", executed.Load(), int64(1))
	page, err := b.view().Agents(t.Context(), console.Query{})
	ok(t, err)
	equal(t, "agents", page.Total, int64(1))
}
