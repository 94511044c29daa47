package turns

import (
	"sync"
	"time"
)

// zones remembers time zones, which time.LoadLocation reads from a file each time.
type zones struct {
	mu     sync.Mutex
	byName map[string]*time.Location // held under mu
}

// maxZones is more than there are names of zones.
const maxZones = 1000

// in returns a moment in a zone, or in UTC where there is no such zone.
func (z *zones) in(at time.Time, name string) time.Time {
	z.mu.Lock()
	defer z.mu.Unlock()
	where := z.byName[name]
	if where == nil {
		var err error
		if where, err = time.LoadLocation(name); err != nil {
			where = time.UTC
		}
		if z.byName == nil || len(z.byName) >= maxZones {
			z.byName = map[string]*time.Location{}
		}
		z.byName[name] = where
	}
	return at.In(where)
}
