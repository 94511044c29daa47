package turns

import (
	"fmt"
	"testing"
	"time"
)

func TestZones(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 5, 6, 0, 0, time.UTC)
	var z zones
	for range 2 { // the second time from memory
		for name, want := range map[string]string{"Africa/Lagos": "06:06 WAT", "UTC": "05:06 UTC", "Mars/Base": "05:06 UTC"} {
			if got := z.in(at, name).Format("15:04 MST"); got != want {
				t.Errorf("in %s: %s, want %s", name, got, want)
			}
		}
	}
	for i := range 3 * maxZones {
		z.in(at, fmt.Sprint("no zone ", i))
	}
	if n := len(z.byName); n > maxZones {
		t.Errorf("%d zones are remembered, want at most %d", n, maxZones)
	}
}
