package console

import "time"

// Later is now as the wire writes it, in whole milliseconds, but after before whatever the clock
// says: so times of changes rise.
func Later(before, now time.Time) time.Time {
	now = now.UTC().Truncate(time.Millisecond)
	if now.After(before) {
		return now
	}
	return before.Add(time.Millisecond)
}
