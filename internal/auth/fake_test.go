package auth_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/auth"
	"github.com/bimpe/bimpe/internal/console"
)

// registry is a store of keys in memory: a Registry, and by its tx a Store.
type registry struct {
	mu      sync.Mutex
	teams   map[console.ID]console.Team
	keys    map[console.ID]console.Key
	ids     map[auth.Hash]console.ID
	spent   map[auth.Hash]time.Time
	touched []map[console.ID]time.Time
	since   []time.Time
	asked   int           // KeyByHash
	byID    int           // KeyByID
	fault   error         // what all methods return
	hold    chan struct{} // if set, KeyByHash reads, then waits for it before it answers
}

func newRegistry() *registry {
	return &registry{
		teams: map[console.ID]console.Team{"t": {ID: "t", Name: "Team"}, "u": {ID: "u", Name: "Other"}},
		keys:  map[console.ID]console.Key{}, ids: map[auth.Hash]console.ID{}, spent: map[auth.Hash]time.Time{},
	}
}

// set changes the registry under its lock.
func (r *registry) set(f func(r *registry)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(r)
}

func (r *registry) questions() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

func (r *registry) KeyByHash(ctx context.Context, h auth.Hash) (console.Key, console.Team, error) {
	r.mu.Lock()
	r.asked++
	k, team, err := r.key(r.ids[h])
	hold := r.hold
	r.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return console.Key{}, console.Team{}, ctx.Err()
		}
	}
	return k, team, err
}

func (r *registry) KeyByID(_ context.Context, id console.ID) (console.Key, console.Team, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byID++
	return r.key(id)
}

// key is held under mu.
func (r *registry) key(id console.ID) (console.Key, console.Team, error) {
	if r.fault != nil {
		return console.Key{}, console.Team{}, r.fault
	}
	k, ok := r.keys[id]
	if !ok {
		return console.Key{}, console.Team{}, console.NotFound("key", id)
	}
	return k, r.teams[k.TeamID], nil
}

func (r *registry) KeysRevokedSince(_ context.Context, at time.Time) ([]console.ID, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.since = append(r.since, at)
	if r.fault != nil {
		return nil, r.fault
	}
	var revoked []console.ID
	for id, k := range r.keys {
		if k.RevokedAt != nil && !k.RevokedAt.Before(at) {
			revoked = append(revoked, id)
		}
	}
	return revoked, nil
}

func (r *registry) TouchKeys(_ context.Context, used map[console.ID]time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault != nil {
		return r.fault
	}
	r.touched = append(r.touched, used)
	return nil
}

func (r *registry) SpendTicket(_ context.Context, h auth.Hash, expires time.Time) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault != nil {
		return false, r.fault
	}
	_, spent := r.spent[h]
	r.spent[h] = expires
	return !spent, nil
}

// writes returns what TouchKeys was given since it was last asked.
func (r *registry) writes() []map[console.ID]time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	touched := r.touched
	r.touched = nil
	return touched
}

// lastPoll returns what KeysRevokedSince was last given.
func (r *registry) lastPoll() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.since[len(r.since)-1]
}

// revoke is what another process does: nobody here is told.
func (r *registry) revoke(id console.ID, at time.Time) {
	r.set(func(r *registry) {
		k := r.keys[id]
		k.RevokedAt = &at
		r.keys[id] = k
	})
}

// tx is a transaction of one team, whose writes count at once.
type tx struct {
	*registry
	after []func()
}

func (x *tx) Key(ctx context.Context, id console.ID) (console.Key, error) {
	k, _, err := x.KeyByID(ctx, id)
	return k, err
}

func (x *tx) Keys(context.Context, console.Query) (console.Page[console.Key], error) {
	return console.Page[console.Key]{}, nil
}

func (x *tx) InsertKey(_ context.Context, k console.Key, h auth.Hash) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.fault != nil {
		return x.fault
	}
	x.keys[k.ID], x.ids[h] = k, k.ID
	return nil
}

func (x *tx) RevokeKey(_ context.Context, id console.ID, at time.Time) error {
	x.mu.Lock()
	_, ok := x.keys[id]
	x.mu.Unlock()
	if !ok {
		return console.NotFound("key", id)
	}
	x.revoke(id, at)
	return nil
}

func (x *tx) AfterCommit(f func()) { x.after = append(x.after, f) }

func (x *tx) commit() {
	for _, f := range x.after {
		f()
	}
}

// house is a service over a registry in memory.
type house struct {
	*auth.Service
	reg *registry

	mu    sync.Mutex
	at    time.Time // zero: the bubble's clock
	ended []console.ID
}

// now is the time that was set, or that of the synctest bubble.
func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.at.IsZero() {
		return time.Now()
	}
	return h.at
}

func (h *house) forward(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

func (h *house) heard() []console.ID {
	h.mu.Lock()
	defer h.mu.Unlock()
	ended := h.ended
	h.ended = nil
	return ended
}

func noon() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) }

// newHouse returns a service whose clock stands at noon.
func newHouse() *house {
	h := newBubble()
	h.at = noon()
	return h
}

// newBubble returns a service with the clock of a synctest bubble.
func newBubble() *house {
	h := &house{reg: newRegistry()}
	ids := console.NewIDs(h.now)
	h.Service = auth.New(auth.Config{
		Registry: h.reg, Now: h.now, NewID: ids.Next, TicketKey: []byte("0123456789abcdef0123456789abcdef"),
		Ended: func(key console.ID) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.ended = append(h.ended, key)
		},
	})
	return h
}

// grant adds a key to team t.
func (h *house) grant(tb testing.TB, d auth.Draft) (console.Key, string) {
	tb.Helper()
	if d.Name == "" {
		d.Name = "test"
	}
	if d.Scopes == nil {
		d.Scopes = []console.Scope{console.ScopeAll}
	}
	k, secret, err := h.Grant(tb.Context(), &tx{registry: h.reg}, "t", d)
	if err != nil {
		tb.Fatalf("Grant(%+v): %v", d, err)
	}
	return k, secret
}

func wantCode(tb testing.TB, what string, err error, want console.Code) {
	tb.Helper()
	if err == nil || console.CodeOf(err) != want {
		tb.Errorf("%s: got %v, want %s", what, err, want)
	}
}
