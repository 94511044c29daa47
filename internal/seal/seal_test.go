package seal_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/seal"
)

func master(first byte) []byte {
	key := make([]byte, seal.MasterLength)
	for i := range key {
		key[i] = first + byte(i)
	}
	return key
}

func sealer(tb testing.TB, first byte) *seal.Sealer {
	tb.Helper()
	s, err := seal.New(master(first))
	if err != nil {
		tb.Fatalf("New: %v", err)
	}
	return s
}

func TestOpenReturnsWhatWasSealed(t *testing.T) {
	t.Parallel()
	s := sealer(t, 0)
	rapid.Check(t, func(rt *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(rt, "plain")
		purpose := rapid.String().Draw(rt, "purpose")
		sealed := s.Seal(plain, purpose)
		got, err := s.Open(sealed, purpose)
		if err != nil || !bytes.Equal(got, plain) {
			rt.Fatalf("Open: got %x, %v, want %x", got, err, plain)
		}
		if bytes.Equal(sealed, s.Seal(plain, purpose)) {
			rt.Fatal("two seals of one text are the same")
		}
		if other := rapid.String().Draw(rt, "other"); other != purpose {
			if _, err := s.Open(sealed, other); !errors.Is(err, seal.ErrBroken) {
				rt.Fatalf("Open for %q what was sealed for %q: got %v, want ErrBroken", other, purpose, err)
			}
		}
	})
}

func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	s := sealer(t, 0)
	sealed := s.Seal([]byte("hunter2"), "test")
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		if got, err := s.Open(broken, "test"); err == nil {
			t.Errorf("Open with byte %d changed: got %q, want an error", i, got)
		}
		if got, err := s.Open(sealed[:i], "test"); !errors.Is(err, seal.ErrBroken) {
			t.Errorf("Open of the first %d bytes: got %q, %v, want ErrBroken", i, got, err)
		}
	}
	if _, err := s.Open(append(sealed, 0), "test"); !errors.Is(err, seal.ErrBroken) {
		t.Errorf("Open with a byte more: got %v, want ErrBroken", err)
	}
}

func TestOtherMasterKey(t *testing.T) {
	t.Parallel()
	a, b := sealer(t, 0), sealer(t, 1)
	if _, err := b.Open(a.Seal([]byte("x"), "p"), "p"); !errors.Is(err, seal.ErrOtherKey) {
		t.Errorf("Open under another key: got %v, want ErrOtherKey", err)
	}
	if bytes.Equal(a.Fingerprint(), b.Fingerprint()) {
		t.Error("two keys have one fingerprint")
	}
	if bytes.Equal(a.Derive("p"), b.Derive("p")) {
		t.Error("two keys derive the same")
	}
}

// What was sealed and derived by this release must be opened and derived by all later ones.
func TestFormsStay(t *testing.T) {
	t.Parallel()
	s := sealer(t, 0)
	got := map[string]string{
		"fingerprint": hex.EncodeToString(s.Fingerprint()),
		"derived":     hex.EncodeToString(s.Derive("stream tickets")),
	}
	want := map[string]string{
		"fingerprint": "8474cfae1274f1f5e9d32627302888fa",
		"derived":     "986155b55a1722f5943515fed4e39817690a309bd11b0f188ba4ebd8e859498a",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("derived values (-want +got):\n%s", diff)
	}
	sealed, err := hex.DecodeString("018474cfae1274f1f5b4030b9853a802fd12a0cb4b3dcb92286a2502ffe6c9e60a7bfe69383f3280fd0d9c90")
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := s.Open(sealed, "test"); err != nil || string(plain) != "hunter2" {
		t.Errorf("Open: got %q, %v, want hunter2", plain, err)
	}
}

func TestUsesDoNotMeet(t *testing.T) {
	t.Parallel()
	s := sealer(t, 0)
	seen := map[string]string{string(s.Fingerprint()): "fingerprint"}
	for _, purpose := range []string{"", "a", "b", "seal:a", "fingerprint:"} {
		key := string(s.Derive(purpose))
		if len(key) != 32 {
			t.Errorf("Derive(%q): got %d bytes, want 32", purpose, len(key))
		}
		if other, ok := seen[key]; ok {
			t.Errorf("Derive(%q) is the same as %s", purpose, other)
		}
		seen[key] = purpose
	}
}

func TestMasterIsCopied(t *testing.T) {
	t.Parallel()
	key := master(0)
	s, err := seal.New(key)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	before := s.Derive("p")
	clear(key)
	s.Fingerprint()[0]++
	if !bytes.Equal(before, s.Derive("p")) || !bytes.Equal(s.Fingerprint(), sealer(t, 0).Fingerprint()) {
		t.Error("a Sealer changes with the slices that it was given or gave")
	}
}

func TestMasterOfWrongLength(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 16, 31, 33, 64} {
		if _, err := seal.New(make([]byte, n)); err == nil {
			t.Errorf("New with %d bytes: got no error", n)
		}
	}
}

func FuzzOpen(f *testing.F) {
	s := sealer(f, 0)
	f.Add([]byte{})
	f.Add(s.Seal(nil, "test"))
	f.Add(s.Seal([]byte("hunter2"), "test"))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		plain, err := s.Open(sealed, "test")
		if err == nil && string(plain) != "" && string(plain) != "hunter2" {
			t.Errorf("Open(%x): got %q out of nowhere", sealed, plain)
		}
		if err != nil && !errors.Is(err, seal.ErrBroken) && !errors.Is(err, seal.ErrOtherKey) {
			t.Errorf("Open(%x): got %v", sealed, err)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	s, plain := sealer(b, 0), make([]byte, 256)
	b.ReportAllocs()
	for b.Loop() {
		s.Seal(plain, "answers")
	}
}

// A Sealer opens what older keys sealed, and seals it anew under the current one.
func TestOlderKeys(t *testing.T) {
	t.Parallel()
	one, two := bytes.Repeat([]byte{1}, seal.MasterLength), bytes.Repeat([]byte{2}, seal.MasterLength)
	before, err := seal.New(one)
	if err != nil {
		t.Fatal(err)
	}
	both, err := seal.New(two, one)
	if err != nil {
		t.Fatal(err)
	}
	after, err := seal.New(two)
	if err != nil {
		t.Fatal(err)
	}
	old := before.Seal([]byte("secret"), "p")
	if got, err := both.Open(old, "p"); err != nil || string(got) != "secret" {
		t.Errorf("Open of what the older key sealed: %q, %v", got, err)
	}
	anew, err := both.Reseal(old, "p")
	if err != nil || !bytes.HasPrefix(anew, both.Head()) || bytes.HasPrefix(old, both.Head()) {
		t.Errorf("Reseal: %x, %v", anew, err)
	}
	if got, err := after.Open(anew, "p"); err != nil || string(got) != "secret" {
		t.Errorf("Open by the new key alone: %q, %v", got, err)
	}
	if _, err := after.Open(old, "p"); !errors.Is(err, seal.ErrOtherKey) {
		t.Errorf("Open of the old one by the new key alone: %v", err)
	}
	if _, err := both.Reseal(old, "other"); !errors.Is(err, seal.ErrBroken) {
		t.Errorf("Reseal for another purpose: %v", err)
	}
	if !bytes.Equal(both.Fingerprint(), after.Fingerprint()) || len(both.Older()) != 1 || !bytes.Equal(both.Older()[0], before.Fingerprint()) {
		t.Error("the fingerprints are not those of the keys")
	}
	if _, err := seal.New(two, one[1:]); err == nil {
		t.Error("an older key of another length is taken")
	}
}
