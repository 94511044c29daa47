package auth_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/auth"
	"github.com/bimpe/bimpe/internal/console"
)

// ticket issues one for a fresh key of team t.
func ticket(tb testing.TB, h *house, d auth.Draft) (string, console.Principal) {
	tb.Helper()
	_, secret := h.grant(tb, d)
	p, err := h.Authenticate(tb.Context(), secret)
	if err != nil {
		tb.Fatalf("Authenticate: %v", err)
	}
	text, life := h.IssueTicket(p, "agent", "conversation", 42)
	if life != time.Minute {
		tb.Errorf("life of a ticket: got %v, want a minute", life)
	}
	return text, p
}

func TestATicketIsGoodOnce(t *testing.T) {
	t.Parallel()
	h := newHouse()
	text, p := ticket(t, h, auth.Draft{ExpiresAt: in(time.Hour)})
	want := auth.Ticket{Principal: p, Agent: "agent", Conversation: "conversation", Seq: 42}
	for range 3 {
		got, err := h.CheckTicket(t.Context(), text)
		if err != nil {
			t.Fatalf("CheckTicket: %v", err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("CheckTicket (-want +got):\n%s", diff)
		}
	}
	got, err := h.RedeemTicket(t.Context(), text)
	if err != nil {
		t.Fatalf("RedeemTicket: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("RedeemTicket (-want +got):\n%s", diff)
	}
	_, err = h.RedeemTicket(t.Context(), text)
	wantCode(t, "RedeemTicket again", err, console.CodeUnauthorized)
	for _, expires := range h.reg.spent {
		if want := noon().Add(time.Minute); !expires.Equal(want) {
			t.Errorf("the note of the spent ticket: got until %v, want %v", expires, want)
		}
	}
}

func TestOneOfManyRedeems(t *testing.T) {
	t.Parallel()
	h := newHouse()
	text, _ := ticket(t, h, auth.Draft{})
	var redeemed atomic.Int64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := h.RedeemTicket(t.Context(), text); err == nil {
				redeemed.Add(1)
			}
		})
	}
	wg.Wait()
	if got := redeemed.Load(); got != 1 {
		t.Errorf("redeemed: got %d times, want 1", got)
	}
}

func TestTicketsOfOneConversationDiffer(t *testing.T) {
	t.Parallel()
	h := newHouse()
	a, p := ticket(t, h, auth.Draft{})
	b, _ := h.IssueTicket(p, "agent", "conversation", 42)
	if a == b {
		t.Error("two tickets are the same")
	}
	if _, err := h.RedeemTicket(t.Context(), a); err != nil {
		t.Errorf("first: %v", err)
	}
	if _, err := h.RedeemTicket(t.Context(), b); err != nil {
		t.Errorf("second: %v", err)
	}
	if n := len(a); n > 512 || strings.Trim(a, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
		t.Errorf("ticket: got %d characters %q, want at most 512 that a URL takes as they are", n, a)
	}
}

// Whatever is wrong, the caller is told the same.
func TestTicketFaultsAreNotTold(t *testing.T) {
	t.Parallel()
	const inUse = "a key in use"
	tests := []struct {
		name  string
		spoil func(h *house, text string, p console.Principal) string
	}{
		{"none", func(*house, string, console.Principal) string { return "" }},
		{"a word", func(*house, string, console.Principal) string { return "ticket" }},
		{"endless", func(_ *house, text string, _ console.Principal) string { return strings.Repeat(text, 1000) }},
		{"a letter less", func(_ *house, text string, _ console.Principal) string { return text[1:] }},
		{"a letter more", func(_ *house, text string, _ console.Principal) string { return text + "A" }},
		{"over", func(h *house, text string, _ console.Principal) string { h.forward(time.Minute); return text }},
		{"key revoked", func(h *house, text string, p console.Principal) string { h.reg.revoke(p.Key, noon()); return text }},
		{"key expired", func(h *house, text string, _ console.Principal) string { h.forward(30 * time.Second); return text }},
		{"key gone", func(h *house, text string, p console.Principal) string { delete(h.reg.keys, p.Key); return text }},
		{"key of another team", func(h *house, _ string, p console.Principal) string {
			p.Team.ID = "u"
			text, _ := h.IssueTicket(p, "agent", "conversation", 1)
			return text
		}},
		{"of another server", func(_ *house, _ string, p console.Principal) string {
			text, _ := auth.New(auth.Config{Now: noon}).IssueTicket(p, "agent", "conversation", 1)
			return text
		}},
		{inUse, func(_ *house, text string, _ console.Principal) string { return text }},
	}
	var said string
	for _, tt := range tests { // one after the other, to compare what they say
		h := newHouse()
		text, p := ticket(t, h, auth.Draft{ExpiresAt: in(30 * time.Second)})
		text = tt.spoil(h, text, p)
		_, checked := h.CheckTicket(t.Context(), text)
		_, redeemed := h.RedeemTicket(t.Context(), text)
		if tt.name == inUse {
			if checked != nil || redeemed != nil {
				t.Fatalf("%s: got %v and %v, want a ticket", tt.name, checked, redeemed)
			}
			_, redeemed = h.RedeemTicket(t.Context(), text) // used
			checked = redeemed
		}
		wantCode(t, tt.name+": CheckTicket", checked, console.CodeUnauthorized)
		wantCode(t, tt.name+": RedeemTicket", redeemed, console.CodeUnauthorized)
		if said == "" {
			said = checked.Error()
		}
		if checked.Error() != said || redeemed.Error() != said {
			t.Errorf("%s: got %q and %q, want %q", tt.name, checked, redeemed, said)
		}
	}
}

func TestEveryLetterOfATicketCounts(t *testing.T) {
	t.Parallel()
	h := newHouse()
	text, _ := ticket(t, h, auth.Draft{})
	for i := range text {
		for _, c := range []byte("AZaz09-_\n= ") {
			if text[i] == c {
				continue
			}
			_, err := h.RedeemTicket(t.Context(), text[:i]+string(c)+text[i+1:])
			wantCode(t, "RedeemTicket", err, console.CodeUnauthorized)
		}
	}
	if h.reg.byID != 0 {
		t.Errorf("questions to the registry: got %d, want 0", h.reg.byID)
	}
}

// Base 64 is read by Go with breaks left out: another spelling is still the same ticket.
func TestAnotherSpellingIsTheSameTicket(t *testing.T) {
	t.Parallel()
	h := newHouse()
	text, _ := ticket(t, h, auth.Draft{})
	if _, err := h.RedeemTicket(t.Context(), text); err != nil {
		t.Fatalf("RedeemTicket: %v", err)
	}
	for _, spelling := range []string{text[:10] + "\n" + text[10:], text + "\r\n", text + "="} {
		_, err := h.RedeemTicket(t.Context(), spelling)
		wantCode(t, "RedeemTicket of another spelling", err, console.CodeUnauthorized)
	}
}

func TestRegistryFaultsAreNotTheTickets(t *testing.T) {
	t.Parallel()
	h := newHouse()
	text, _ := ticket(t, h, auth.Draft{})
	fault := errors.New("connection refused")
	h.reg.fault = fault
	if _, err := h.CheckTicket(t.Context(), text); !errors.Is(err, fault) {
		t.Errorf("CheckTicket: got %v, want %v", err, fault)
	}
	if _, err := h.RedeemTicket(t.Context(), text); !errors.Is(err, fault) {
		t.Errorf("RedeemTicket: got %v, want %v", err, fault)
	}
	h.reg.fault = nil
	if _, err := h.RedeemTicket(t.Context(), text); err != nil {
		t.Errorf("RedeemTicket once the registry is back: %v", err)
	}
}

func FuzzTicket(f *testing.F) {
	h := newHouse()
	text, _ := ticket(f, h, auth.Draft{})
	f.Add("")
	f.Add(text)
	f.Add(text[:100])
	f.Add(text + "\n")
	f.Add(base64.RawURLEncoding.EncodeToString(make([]byte, 185)))
	f.Add(strings.Repeat("_", 512))
	f.Fuzz(func(t *testing.T, s string) {
		got, err := h.CheckTicket(t.Context(), s)
		same := strings.NewReplacer("\r", "", "\n", "").Replace(s) == text
		if (err == nil) != (same && len(s) <= 512) {
			t.Fatalf("CheckTicket(%q): got %+v, %v", s, got, err)
		}
		if err != nil && console.CodeOf(err) != console.CodeUnauthorized {
			t.Errorf("CheckTicket(%q): got %v, want %s", s, err, console.CodeUnauthorized)
		}
	})
}

func BenchmarkTicket(b *testing.B) {
	h := newHouse()
	text, p := ticket(b, h, auth.Draft{})
	b.Run("issue", func(b *testing.B) {
		for b.Loop() {
			h.IssueTicket(p, "agent", "conversation", 1)
		}
	})
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			if _, err := h.CheckTicket(b.Context(), text); err != nil {
				b.Fatal(err)
			}
		}
	})
}
