package console_test

import (
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

func TestFirstIDStandsBetweenItsTimes(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_800_000_000_000)
	now := at.Add(-time.Millisecond)
	ids := console.NewIDs(func() time.Time { return now })
	before := ids.Next()
	now = at
	after := ids.Next()
	if first := console.FirstID(at); before >= first || after < first {
		t.Errorf("FirstID = %q, want it after %q and not after %q", first, before, after)
	}
	if first := console.FirstID(time.UnixMilli(-5)); first >= before || len(first) == 0 {
		t.Errorf("FirstID of a time before all = %q", first)
	}
}
