package httpapi

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

func TestQueryPage(t *testing.T) {
	t.Parallel()
	l := listing{sorts: []string{"created_at", "name"}}
	latest := console.Sort{Field: "created_at", Descending: true}
	long := strings.Repeat("é", console.MaxSearchLength)
	for _, tc := range []struct {
		raw    string
		want   console.Query
		faults []string
	}{
		{raw: "", want: console.Query{Page: 1, Limit: 20, Sort: latest}},
		{raw: "search=", want: console.Query{Page: 1, Limit: 20, Sort: latest}},
		{raw: "page=&limit=&search=&sort=", faults: []string{"page", "limit", "sort"}},
		{raw: "page=3&limit=100&search=A%20b&sort=name", want: console.Query{Page: 3, Limit: 100, Search: "A b", Sort: console.Sort{Field: "name"}}},
		{raw: "sort=-name", want: console.Query{Page: 1, Limit: 20, Sort: console.Sort{Field: "name", Descending: true}}},
		{raw: "page=99999999999999999999999&limit=99999999999999999999999", faults: []string{"page", "limit"}},
		{raw: "search=" + url.QueryEscape(long), want: console.Query{Page: 1, Limit: 20, Search: long, Sort: latest}},
		{raw: "page=0", faults: []string{"page"}},
		{raw: "page=-1&limit=0&sort=colour", faults: []string{"page", "limit", "sort"}},
		{raw: "page=1.5&limit=101", faults: []string{"page", "limit"}},
		{raw: "limit=99999999999999999999999", faults: []string{"limit"}},
		{raw: "page=abc&sort=--name", faults: []string{"page", "sort"}},
		{raw: "search=" + url.QueryEscape(long+"é"), faults: []string{"search"}},
		{raw: "search=%00", faults: []string{"search"}},
		{raw: "search=%ff", faults: []string{"search"}},
		{raw: "whatever=a%00b", faults: []string{"whatever"}},
		{raw: "a%00b=1", faults: []string{"ab"}},
	} {
		q, err := readQuery(tc.raw)
		if err != nil {
			t.Errorf("readQuery(%q): %v", tc.raw, err)
			continue
		}
		got := q.page(l)
		var faults []string
		for _, f := range q.faults {
			faults = append(faults, f.Path)
		}
		if diff := cmp.Diff(tc.faults, faults); diff != "" {
			t.Errorf("faults of %q (-want +got):\n%s", tc.raw, diff)
		}
		if tc.faults == nil && !cmp.Equal(tc.want, got) {
			t.Errorf("page of %q (-want +got):\n%s", tc.raw, cmp.Diff(tc.want, got))
		}
	}
}

func TestQueryThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"a=%zz", "a=1;b=2", "%"} {
		if _, err := readQuery(raw); console.CodeOf(err) != console.CodeBadRequest {
			t.Errorf("readQuery(%q): got %v, want bad_request", raw, err)
		}
	}
}

func TestQueryTruth(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"b=true": "true", "b=false": "false", "b=": "fault", "": "absent",
		"b=1": "fault", "b=TRUE": "fault", "b=yes": "fault", "b=t": "fault", "b=null": "fault",
	} {
		q, err := readQuery(raw)
		if err != nil {
			t.Fatalf("readQuery(%q): %v", raw, err)
		}
		got := "absent"
		switch b := q.truth("b"); {
		case q.err() != nil:
			got = "fault"
		case b != nil && *b:
			got = "true"
		case b != nil:
			got = "false"
		}
		if got != want {
			t.Errorf("truth of %q: got %s, want %s", raw, got, want)
		}
	}
}

func TestConversationFilter(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	whatsapp := console.WhatsApp
	for raw, want := range map[string]narrowing{
		"":                                      {},
		"channel=whatsapp":                      {ConversationFilter: console.ConversationFilter{Channel: &whatsapp, Test: &no}},
		"channel=test_whatsapp":                 {ConversationFilter: console.ConversationFilter{Channel: &whatsapp, Test: &yes}},
		"channel=whatsapp&is_test_channel=true": {ConversationFilter: console.ConversationFilter{Channel: &whatsapp, Test: &no}, none: true},
		"is_ai_chat_paused=true&needs_attention=false": {ConversationFilter: console.ConversationFilter{
			Paused: &yes, NeedsAttention: &no,
		}},
	} {
		q, err := readQuery(raw)
		if err != nil {
			t.Fatalf("readQuery(%q): %v", raw, err)
		}
		got := conversationFilter(q)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(narrowing{})); diff != "" || q.err() != nil {
			t.Errorf("filter of %q: %v (-want +got):\n%s", raw, q.err(), diff)
		}
	}
}

func TestMeta(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		page, limit int
		total       int64
		want        meta
	}{
		{1, 20, 0, meta{0, 0, 1, 20, false, false}},
		{1, 20, 20, meta{20, 1, 1, 20, false, false}},
		{1, 20, 21, meta{21, 2, 1, 20, true, false}},
		{2, 20, 21, meta{21, 2, 2, 20, false, true}},
		{9, 20, 21, meta{21, 2, 9, 20, false, true}},
		{maxPage, 100, 21, meta{21, 1, maxPage, 100, false, true}},
	} {
		got := metaOf(console.Query{Page: tc.page, Limit: tc.limit}, tc.total)
		if got != tc.want {
			t.Errorf("meta of page %d by %d of %d: got %+v, want %+v", tc.page, tc.limit, tc.total, got, tc.want)
		}
	}
}
