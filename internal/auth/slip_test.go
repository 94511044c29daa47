package auth

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/console"
)

// service is one without a registry, for what needs none.
func service() *Service {
	return New(Config{Now: func() time.Time { return time.Unix(1_800_000_000, 0) }})
}

func TestASlipReadsAsItWasWritten(t *testing.T) {
	t.Parallel()
	s := service()
	id := func(rt *rapid.T, label string) console.ID {
		return console.ID(rapid.StringN(0, 20, 60).Draw(rt, label))
	}
	rapid.Check(t, func(rt *rapid.T) {
		want := slip{
			team: id(rt, "team"), key: id(rt, "key"), agent: id(rt, "agent"), conversation: id(rt, "conversation"),
			seq: rapid.Int64().Draw(rt, "seq"), expires: time.UnixMilli(rapid.Int64Range(0, 1<<45).Draw(rt, "expires")),
		}
		got, _, ok := s.unseal(s.seal(want))
		if !ok {
			rt.Fatalf("unseal of %+v: refused", want)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(slip{})); diff != "" {
			rt.Fatalf("slip (-want +got):\n%s", diff)
		}
	})
}

// What is under a good HMAC is read with care all the same: a later version may hold other things.
func TestOddSlips(t *testing.T) {
	t.Parallel()
	s := service()
	random := make([]byte, ticketRandom)
	tests := []struct {
		name    string
		version byte
		rest    []byte
	}{
		{"nothing", ticketVersion, nil},
		{"another version", 2, append(make([]byte, 4), make([]byte, 16)...)},
		{"a length without an id", ticketVersion, []byte{200}},
		{"an endless length", ticketVersion, []byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}},
		{"a huge length", ticketVersion, []byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 1}},
		{"no numbers", ticketVersion, make([]byte, 4)},
		{"a byte too few", ticketVersion, make([]byte, 4+15)},
		{"a byte too many", ticketVersion, make([]byte, 4+17)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			said := append(append([]byte{tt.version}, random...), tt.rest...)
			text := base64.RawURLEncoding.EncodeToString(append(said, s.mac(said)...))
			if sl, _, ok := s.unseal(text); ok {
				t.Errorf("unseal: got %+v, want a refusal", sl)
			}
		})
	}
}

func TestWatchIsBounded(t *testing.T) {
	t.Parallel()
	s := service()
	soon := time.Unix(1_800_000_001, 0)
	ids := console.NewIDs(func() time.Time { return soon })
	for range maxExpiring {
		s.expiring[ids.Next()] = soon
	}
	known := ids.Next()
	if s.watch(console.Principal{Key: known, ExpiresAt: &soon}) {
		t.Error("watch of one more that will expire: got room")
	}
	if !s.watch(console.Principal{Key: known}) {
		t.Error("watch of one that never expires: got no room")
	}
	if got := len(s.takeExpired(soon)); got != maxExpiring {
		t.Errorf("expired: got %d, want %d", got, maxExpiring)
	}
	if !s.watch(console.Principal{Key: known, ExpiresAt: &soon}) {
		t.Error("watch once there is room: got none")
	}
}

func FuzzReadSlip(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 20))
	f.Add([]byte{1, 'a', 1, 'b', 1, 'c', 1, 'd', 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2})
	f.Add([]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		sl, ok := readSlip(raw)
		if n := len(sl.team) + len(sl.key) + len(sl.agent) + len(sl.conversation); ok && n+20 > len(raw) {
			t.Errorf("readSlip(%x): got %+v, more than there is", raw, sl)
		}
	})
}
