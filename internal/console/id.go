package console

import (
	"crypto/rand"
	"strconv"
	"sync"
	"time"
)

// ID names a thing: 25 lower-case letters and digits, a letter first, sortable by time.
type ID string

// MaxIDLength is the longest id that a path may hold; a longer one names nothing.
const MaxIDLength = 50

const (
	idTime    = 8  // base 36 of the milliseconds, enough until the year 2059
	idCount   = 4  // orders the ids of one millisecond
	idRandom  = 12 // 62 bits
	idLetters = "0123456789abcdefghijklmnopqrstuvwxyz"
	idWrap    = 36 * 36 * 36 * 36
)

// IDs makes ids that rise within one process. It may be used by many goroutines.
type IDs struct {
	now func() time.Time

	mu    sync.Mutex
	last  int64 // milliseconds of the newest id
	count int   // ids made in that millisecond
}

// NewIDs returns a maker of ids that tells time by now.
func NewIDs(now func() time.Time) *IDs { return &IDs{now: now} }

// FirstID is not greater than any id that was made at a time or later, and greater than all that were
// made before.
func FirstID(at time.Time) ID {
	return ID(appendBase36([]byte{'c'}, max(at.UnixMilli(), 0), idTime))
}

// Next returns a fresh id, greater than all that this maker gave before.
func (g *IDs) Next() ID {
	ms, count := g.tick()
	id := make([]byte, 0, 1+idTime+idCount+idRandom)
	id = append(id, 'c')
	id = appendBase36(id, ms, idTime)
	id = appendBase36(id, int64(count), idCount)
	return ID(appendRandom(id, idRandom))
}

// tick never goes back, even when the clock does.
func (g *IDs) tick() (ms int64, count int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	ms = g.now().UnixMilli()
	switch {
	case ms > g.last:
		g.last, g.count = ms, 0
	case g.count+1 < idWrap:
		g.count++
	default:
		g.last, g.count = g.last+1, 0
	}
	return g.last, g.count
}

func appendBase36(to []byte, n int64, width int) []byte {
	digits := strconv.FormatInt(n, 36)
	for i := len(digits); i < width; i++ {
		to = append(to, '0')
	}
	return append(to, digits...)
}

func appendRandom(to []byte, n int) []byte {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // it never fails: crypto/rand ends the process instead
	for _, b := range raw {
		to = append(to, idLetters[int(b)%len(idLetters)])
	}
	return to
}
