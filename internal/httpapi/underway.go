package httpapi

import (
	"sync"

	"github.com/bimpe/bimpe/internal/console"
)

// underway knows the idempotency keys of the requests that are being carried out here, so that one
// that waits can say what for. There are as many as such requests. The zero value is ready.
type underway struct {
	mu   sync.Mutex
	keys map[teamKey]int // how many requests; held under mu
}

type teamKey struct {
	team console.ID
	key  string
}

// enter notes a request with a key until it leaves, and reports whether it is a second one.
func (u *underway) enter(team console.ID, key string) (second bool, leave func()) {
	k := teamKey{team, key}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.keys == nil {
		u.keys = map[teamKey]int{}
	}
	second = u.keys[k] > 0
	u.keys[k]++
	return second, func() { u.leave(k) }
}

func (u *underway) leave(k teamKey) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.keys[k]--; u.keys[k] == 0 {
		delete(u.keys, k)
	}
}
