package phones_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/phones"
)

func wish() phones.Wish {
	return phones.Wish{BusinessName: "Mama's", IntendedUse: "Orders", Region: "ng", AgentCount: 1}
}

func TestARequestIsPending(t *testing.T) {
	t.Parallel()
	store, w := newStore(), wish()
	w.OutboundMinutes, w.SubmittedBy = 500, ptr(console.ID("ada"))
	got, err := newService().Request(t.Context(), store, w)
	if err != nil {
		t.Fatalf("Request: %v", err)
	}
	want := console.NumberRequest{
		ID: "id0001", Status: console.RequestPending, BusinessName: "Mama's", IntendedUse: "Orders", Region: "ng",
		AgentCount: 1, OutboundMinutes: 500, SubmittedBy: ptr(console.ID("ada")), CreatedAt: noon(), UpdatedAt: noon(),
	}
	if diff := cmp.Diff([]console.NumberRequest{want, want}, []console.NumberRequest{got, store.requests["id0001"]}); diff != "" {
		t.Errorf("Request (-want +got):\n%s", diff)
	}
}

func TestRequestsThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*phones.Wish)
		want   []string
	}{
		"nothing": {func(w *phones.Wish) { *w = phones.Wish{} }, []string{"business_name", "intended_use", "region", "agent_count"}},
		"too much": {func(w *phones.Wish) {
			w.BusinessName, w.IntendedUse = strings.Repeat("ö", 256), strings.Repeat("ö", 2001)
			w.AgentCount, w.OutboundMinutes = 1_000_001, 1_000_000_001
		}, []string{"business_name", "intended_use", "agent_count", "outbound_minutes"}},
		"too little": {func(w *phones.Wish) { w.AgentCount, w.OutboundMinutes = 0, -1 }, []string{"agent_count", "outbound_minutes"}},
		"elsewhere":  {func(w *phones.Wish) { w.Region = "NG" }, []string{"region"}},
		"as much as can be": {func(w *phones.Wish) {
			w.BusinessName, w.IntendedUse = strings.Repeat("ö", 255), strings.Repeat("ö", 2000)
			w.AgentCount, w.OutboundMinutes = 1_000_000, 1_000_000_000
		}, nil},
	} {
		store, w := newStore(), wish()
		test.change(&w)
		_, err := newService().Request(t.Context(), store, w)
		if diff := cmp.Diff(test.want, paths(err)); diff != "" {
			t.Errorf("Request of %s (-want +got):\n%s", name, diff)
		}
		if (test.want == nil) != (store.writes == 1) {
			t.Errorf("Request of %s: %d writes", name, store.writes)
		}
	}
	store, w := newStore(), wish()
	w.SubmittedBy = ptr(console.ID("nobody"))
	if _, err := newService().Request(t.Context(), store, w); !console.IsNotFound(err) || store.writes != 0 {
		t.Errorf("Request for nobody: %v and %d writes, want CodeNotFound and none", err, store.writes)
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	const (
		pending, review   = console.RequestPending, console.RequestUnderReview
		fulfilled, reject = console.RequestFulfilled, console.RequestRejected
	)
	for _, test := range []struct {
		was, verdict console.RequestStatus
		want         console.Code // empty: it is noted
	}{
		{pending, review, ""},
		{pending, reject, ""},
		{review, review, ""},
		{review, reject, ""},
		{fulfilled, review, console.CodeConflict},
		{fulfilled, reject, console.CodeConflict},
		{reject, review, console.CodeConflict},
		{reject, reject, console.CodeConflict},
		{review, pending, console.CodeValidation},
		{review, fulfilled, console.CodeValidation},
		{review, "", console.CodeValidation},
	} {
		store := newStore()
		was := console.NumberRequest{ID: "wish", Status: test.was, StatusReason: ptr("old"), UpdatedAt: noon()}
		store.requests["wish"] = was
		_, err := newService().Judge(t.Context(), store, "wish", phones.Verdict{Status: test.verdict, Reason: ptr("new")})
		want := was
		if test.want == "" {
			want.Status, want.StatusReason, want.UpdatedAt = test.verdict, ptr("new"), noon().Add(time.Millisecond)
		}
		if err == nil != (test.want == "") || err != nil && console.CodeOf(err) != test.want {
			t.Errorf("%s to %s: %v, want %q", test.was, test.verdict, err, test.want)
		}
		if diff := cmp.Diff(want, store.requests["wish"]); diff != "" {
			t.Errorf("%s to %s (-want +got):\n%s", test.was, test.verdict, diff)
		}
	}
	store := newStore()
	if _, err := newService().Judge(t.Context(), store, "none", phones.Verdict{Status: review}); !console.IsNotFound(err) {
		t.Errorf("Judge of nothing: %v, want CodeNotFound", err)
	}
	long := phones.Verdict{Status: review, Reason: ptr(strings.Repeat("x", 1001))}
	if _, err := newService().Judge(t.Context(), store, "none", long); console.CodeOf(err) != console.CodeValidation {
		t.Errorf("Judge with a long reason: %v, want CodeValidation", err)
	}
}

func TestAVerdictWithoutAReasonLeavesTheOldOne(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ given, want *string }{
		"none given": {nil, ptr("old")},
		"a new one":  {ptr("new"), ptr("new")},
		"taken away": {ptr(""), nil},
	} {
		for _, verdict := range []console.RequestStatus{console.RequestUnderReview, console.RequestRejected} {
			store := newStore()
			store.requests["wish"] = console.NumberRequest{
				ID: "wish", Status: console.RequestUnderReview, StatusReason: ptr("old"), UpdatedAt: noon(),
			}
			got, err := newService().Judge(t.Context(), store, "wish", phones.Verdict{Status: verdict, Reason: test.given})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.StatusReason); diff != "" || got.Status != verdict {
				t.Errorf("%s, %s: %s, reason (-want +got):\n%s", name, verdict, got.Status, diff)
			}
		}
	}
}
