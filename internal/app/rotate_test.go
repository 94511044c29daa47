package app

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/connections"
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/httpapi"
	"github.com/bimpe/bimpe/internal/seal"
	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/store/storetest"
)

// treasure is data with secrets in it.
type treasure struct {
	Storage
	t *testing.T
	n int
}

func (tr treasure) vault() vault {
	tr.t.Helper()
	v, err := openVault(tr.t.Context(), tr.Storage, store.Config{Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		tr.t.Fatal(err)
	}
	return v
}

func secretOf(i int) string { return fmt.Sprintf("sk-secret-number-%d", i) }

// bury stores n keys of connections and n sealed answers.
func (tr treasure) bury() {
	tr.t.Helper()
	v := tr.vault()
	defer tr.closed(v)
	ctx := tr.t.Context()
	for i := range tr.n {
		id := console.ID(fmt.Sprintf("c%02d", i))
		err := v.db.Write(ctx, "team", func(tx *store.Tx) error {
			m := console.ModelConnection{ID: id, Name: "n", SealedKey: v.sealer.Seal([]byte(secretOf(i)), connections.Purpose(id))}
			if err := tx.InsertModelConnection(ctx, m); err != nil {
				return err
			}
			if _, err := tx.ClaimKey(ctx, string(id), [32]byte{}); err != nil {
				return err
			}
			body := v.sealer.Seal([]byte(secretOf(i)), httpapi.AnswerPurpose)
			return tx.KeepAnswer(ctx, string(id), console.Answer{Status: 201, Body: body, Sealed: true})
		})
		if err != nil {
			tr.t.Fatal(err)
		}
	}
}

// dig opens all of it as a server does.
func (tr treasure) dig() {
	tr.t.Helper()
	v := tr.vault()
	defer tr.closed(v)
	ctx := tr.t.Context()
	for i := range tr.n {
		id := console.ID(fmt.Sprintf("c%02d", i))
		m, err := v.db.Team("team").ModelConnection(ctx, id)
		if err != nil {
			tr.t.Fatal(err)
		}
		got, err := v.sealer.Open(m.SealedKey, connections.Purpose(id))
		if err != nil || string(got) != secretOf(i) {
			tr.t.Errorf("the key of %s: %q, %v", id, got, err)
		}
		err = v.db.Write(ctx, "team", func(tx *store.Tx) error {
			a, err := tx.ClaimKey(ctx, string(id), [32]byte{})
			if err != nil {
				return err
			}
			got, err := v.sealer.Open(a.Body, httpapi.AnswerPurpose)
			if err != nil || string(got) != secretOf(i) {
				tr.t.Errorf("the answer %s: %q, %v", id, got, err)
			}
			return nil
		})
		if err != nil {
			tr.t.Fatal(err)
		}
	}
}

func (tr treasure) closed(v vault) {
	tr.t.Helper()
	if err := v.db.Close(); err != nil {
		tr.t.Error(err)
	}
}

// id is that of the current master key.
func (tr treasure) id() string {
	tr.t.Helper()
	keys, err := tr.masters()
	if err != nil {
		tr.t.Fatal(err)
	}
	s, err := seal.New(keys[0])
	if err != nil {
		tr.t.Fatal(err)
	}
	return s.ID()
}

func (tr treasure) file() string {
	tr.t.Helper()
	text, err := os.ReadFile(tr.masterPath())
	if err != nil {
		tr.t.Fatal(err)
	}
	return string(text)
}

func TestRotateKeysInTheFolder(t *testing.T) {
	t.Parallel()
	tr := treasure{Storage{DataDir: t.TempDir()}, t, 5}
	tr.bury()
	before := tr.file()
	got, err := rotation{Storage: tr.Storage, slice: 2, done: func() error { return nil }}.run(t.Context())
	if want := (Rotated{Key: tr.id(), Under: 10, Sealed: 10}); err != nil || got != want {
		t.Fatalf("rotate: %+v, %v, want 10 values sealed anew", got, err)
	}
	after := tr.file()
	if after == before || strings.Count(after, "\n") != 1 || strings.Contains(after, strings.TrimSpace(before)) {
		t.Errorf("the key file: was %q, is %q, want one new key", before, after)
	}
	tr.dig()
	// The old key alone opens nothing any more.
	if err := os.WriteFile(tr.masterPath(), []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openVault(t.Context(), tr.Storage, store.Config{Log: slog.New(slog.DiscardHandler), Now: time.Now}); err == nil {
		t.Error("the data is opened with the old key")
	}
}

var errKilled = errors.New("killed")

// Killed after any of its steps, everything can be opened, and the next attempt comes to an end.
func TestRotateKeysKilledAtEachStep(t *testing.T) {
	t.Parallel()
	for kill := 1; kill <= 8; kill++ {
		t.Run(fmt.Sprint(kill), func(t *testing.T) {
			t.Parallel()
			tr := treasure{Storage{DataDir: t.TempDir()}, t, 5}
			tr.bury()
			steps := 0
			_, err := rotation{Storage: tr.Storage, slice: 2, done: func() error {
				if steps++; steps == kill {
					return errKilled
				}
				return nil
			}}.run(t.Context())
			if !errors.Is(err, errKilled) {
				t.Fatalf("after %d steps: %v, want it to be killed at step %d", steps, err, kill)
			}
			tr.dig()
			if _, err := RotateKeys(t.Context(), tr.Storage); err != nil {
				t.Fatal(err)
			}
			tr.dig()
			if n := strings.Count(tr.file(), "\n"); n != 1 {
				t.Errorf("%d keys are left in the file", n)
			}
		})
	}
}

func TestRotateKeysOfASetting(t *testing.T) {
	t.Parallel()
	older, newer := hex.EncodeToString(bytes.Repeat([]byte{1}, 32)), hex.EncodeToString(bytes.Repeat([]byte{2}, 32))
	tr := treasure{Storage{DataDir: t.TempDir(), DatabaseURL: seal.NewSecret(storetest.Postgres(t)), MasterKey: seal.NewSecret(older)}, t, 3}
	tr.bury()
	if _, err := RotateKeys(t.Context(), tr.Storage); err == nil || !strings.Contains(err.Error(), "BIMPE_MASTER_KEY") {
		t.Errorf("rotate without a new key: %v", err)
	}
	both := tr
	both.MasterKey = seal.NewSecret(newer + "," + older)
	both.dig() // a server may be told of the new key before
	reversed := tr
	reversed.MasterKey = seal.NewSecret(older + "," + newer)
	if got, err := RotateKeys(t.Context(), reversed.Storage); err == nil || !strings.Contains(err.Error(), "NEW,OLD") || !strings.Contains(err.Error(), tr.id()) {
		t.Errorf("rotate with the old key first: %+v, %v; want it to be refused, with the id of the key", got, err)
	}
	got, err := RotateKeys(t.Context(), both.Storage)
	if want := (Rotated{Key: both.id(), Under: 6, Sealed: 6}); err != nil || got != want {
		t.Fatalf("rotate: %+v, %v; want %+v", got, err, want)
	}
	again, err := RotateKeys(t.Context(), both.Storage)
	if want := (Rotated{Key: both.id(), Already: true, Under: 6}); err != nil || again != want {
		t.Errorf("rotate again: %+v, %v; want %+v", again, err, want)
	}
	alone := tr
	alone.MasterKey = seal.NewSecret(newer)
	alone.dig()
	if _, err := os.Stat(filepath.Join(tr.DataDir, masterFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a key file was made: %v", err)
	}
}

// What no key opens is counted and left, and does not hold the rest up.
func TestRotateKeysLeavesWhatIsBroken(t *testing.T) {
	t.Parallel()
	tr := treasure{Storage{DataDir: t.TempDir()}, t, 3}
	tr.bury()
	v := tr.vault()
	found, err := v.db.SealedBehind(t.Context(), store.Sealed{}, []byte{0}, 3)
	if err != nil || len(found) != 3 {
		t.Fatalf("%d keys, %v", len(found), err)
	}
	garbage := bytes.Repeat([]byte{7}, 60)
	if _, err := v.db.Reseal(t.Context(), found[:1], [][]byte{garbage}); err != nil {
		t.Fatal(err)
	}
	tr.closed(v)
	got, err := RotateKeys(t.Context(), tr.Storage)
	if want := (Rotated{Key: tr.id(), Under: 5, Sealed: 5, Lost: 1}); err != nil || got != want {
		t.Errorf("rotate: %+v, %v", got, err)
	}
}

func TestRotateKeysRefuses(t *testing.T) {
	t.Parallel()
	if _, err := RotateKeys(t.Context(), Storage{DataDir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "there is no database") {
		t.Errorf("rotate of nothing: %v", err)
	}
	tr := treasure{Storage{DataDir: t.TempDir()}, t, 1}
	tr.bury()
	v := tr.vault() // a server runs
	before := tr.file()
	if _, err := RotateKeys(t.Context(), tr.Storage); err == nil || tr.file() != before {
		t.Errorf("rotate beside a server: %v, the key was changed: %v", err, tr.file() != before)
	}
	tr.closed(v)
}
