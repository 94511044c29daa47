package app

import (
	"os"
	"strings"
	"time"
)

// clock is the system's. Under BIMPE_TEST_CLOCK, which is for tests of what a server does when its
// clock jumps, it is ahead of the system's by the duration that stands in the file of that name,
// such as -1h30m, and looks there each time. A file that cannot be read shifts nothing.
//
// A shifted time has no monotonic part, so that what is measured between two looks jumps as well,
// which is worse than what a system does.
func (c Config) clock() func() time.Time {
	if c.TestClock == "" {
		return time.Now
	}
	return func() time.Time { return time.Now().Round(0).Add(shift(c.TestClock)) }
}

func shift(file string) time.Duration {
	raw, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	d, err := time.ParseDuration(strings.TrimSpace(string(raw)))
	if err != nil {
		return 0
	}
	return d
}
