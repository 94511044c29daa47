package httpapi

import (
	"testing"
	"time"
)

func TestParseAfter(t *testing.T) {
	t.Parallel()
	at := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for s, want := range map[string]time.Time{
		"2030-01-02T03:04:05Z":      at,
		"2030-01-02T03:04:05.006Z":  at.Add(6 * time.Millisecond),
		"2030-01-02T04:04:05+01:00": at,
		"2030-01-02T04:04:05 01:00": at, // a plus sign that was not escaped
		"2030-01-02T03:04:05":       at,
		"2030-01-02T03:04":          at.Add(-5 * time.Second),
		"2030-01-02T04:04:05+0100":  at,
		"2030-01-02T04:04:05+01":    at,
		"2030-01-01T22:04:05-0500":  at,
		"2030-01-02T04:04:05 0100":  at,
		"20300102T030405Z":          at,
		"20300102T030405":           at,
		"20300102T040405+0100":      at,
		"20300102T040405+01:00":     at,
		"20300102T030405.006Z":      at.Add(6 * time.Millisecond),
		"2030-01-02T03:04:05,006Z":  at.Add(6 * time.Millisecond),
		"2030-01-02t03:04:05z":      at,
		"20300102t030405z":          at,
		"2030-01-02T03:04Z":         at.Add(-5 * time.Second),
		"20300102T0304Z":            at.Add(-5 * time.Second),
		"2030-01-02T03Z":            time.Date(2030, 1, 2, 3, 0, 0, 0, time.UTC),
		"2030-01-02T03":             time.Date(2030, 1, 2, 3, 0, 0, 0, time.UTC),
		"2030-01-02T04+01":          time.Date(2030, 1, 2, 3, 0, 0, 0, time.UTC),
		"20300102T03Z":              time.Date(2030, 1, 2, 3, 0, 0, 0, time.UTC),
		"20300102":                  time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC),
		"2030-01-02":                time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC),
		"0001-01-01T00:00:00Z":      {}, // what some languages hold for the beginning of time
	} {
		got, ok := parseAfter("after", s)
		if !ok || got.message != "" || got.at == nil || !got.at.Equal(want) {
			t.Errorf("parseAfter(%q): got %+v, %v, want %v", s, got, ok, want)
		}
	}
	const id = "c0000000000000000000000001"
	if got, ok := parseAfter("after", id); !ok || got.message != id || got.at != nil {
		t.Errorf("parseAfter of an id: got %+v, %v", got, ok)
	}
}

func TestParseAfterRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", " ", "yesterday at noon", "2030-13-01T00:00:00Z", "2030-01-02T25:00:00Z",
		"2030-01-02T03:04:05+0", "2030-01-02T03:04:05ZZ", "20300102T03:04:05Z", "2030-01-02T03:04:05+25:00", "a\x00b", "é",
		"c00000000000000000000000000000000000000000000000000000001",
	} {
		if got, ok := parseAfter("after", s); ok {
			t.Errorf("parseAfter(%q): got %+v, want it refused", s, got)
		}
	}
}

func FuzzParseAfter(f *testing.F) {
	for _, s := range []string{"", "2030-01-02T03:04:05Z", "2030-01-02", "c1", "\x00", "2030-01-02T03:04:05 01:00", "20300102T030405+0100", "2030-01-02t03z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := parseAfter("after", s)
		if ok == (got == after{}) {
			t.Errorf("parseAfter(%q): got %+v, %v", s, got, ok)
		}
		if got.message != "" && (got.at != nil || !plausible(string(got.message))) {
			t.Errorf("parseAfter(%q): got %+v, want a message or a time", s, got)
		}
	})
}
