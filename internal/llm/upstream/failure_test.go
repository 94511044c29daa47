package upstream

import (
	"net/http"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/llm"
)

func TestKindOf(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]llm.Kind{
		400: llm.KindInvalid, 404: llm.KindInvalid, 413: llm.KindInvalid, 422: llm.KindInvalid,
		401: llm.KindRefused, 402: llm.KindRefused, 403: llm.KindRefused,
		408: llm.KindTimeout, 409: llm.KindUnavailable, 425: llm.KindUnavailable,
		429: llm.KindOverloaded, 529: llm.KindOverloaded,
		500: llm.KindUnavailable, 502: llm.KindUnavailable, 503: llm.KindUnavailable, 504: llm.KindUnavailable, 599: llm.KindUnavailable,
	} {
		if got := KindOf(status); got != want {
			t.Errorf("KindOf(%d) = %q, want %q", status, got, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const noon, later = "Tue, 14 Nov 2023 12:00:00 GMT", "Tue, 14 Nov 2023 12:01:00 GMT"
	tests := map[string]struct {
		header http.Header
		want   time.Duration
	}{
		"none":          {http.Header{}, 0},
		"seconds":       {http.Header{"Retry-After": {"3"}}, 3 * time.Second},
		"half seconds":  {http.Header{"Retry-After": {"0.5"}}, time.Second / 2},
		"milliseconds":  {http.Header{"Retry-After-Ms": {"20"}, "Retry-After": {"1"}}, 20 * time.Millisecond},
		"negative":      {http.Header{"Retry-After": {"-3"}}, 0},
		"nonsense":      {http.Header{"Retry-After": {"soon"}}, 0},
		"not a number":  {http.Header{"Retry-After": {"NaN"}}, 0},
		"forever":       {http.Header{"Retry-After": {"1e300"}}, 24 * time.Hour},
		"a date":        {http.Header{"Retry-After": {later}, "Date": {noon}}, time.Minute},
		"a past date":   {http.Header{"Retry-After": {noon}, "Date": {later}}, 0},
		"date, no base": {http.Header{"Retry-After": {later}}, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := retryAfter(test.header); got != test.want {
				t.Errorf("retryAfter(%v) = %v, want %v", test.header, got, test.want)
			}
		})
	}
}
