// Package auth knows who asks: API keys with their scopes, and the tickets that open event streams.
// It leaves headers and rate windows to httpapi, storage to the registry and the transactions it is
// given, and the streams themselves to whoever hears that a key has ended.
//
// A key is found by the hash of its secret. What was found may be answered again for one second,
// so that a key revoked by another process is refused within that time everywhere; a key revoked
// here is refused at once. A Service may be used by many goroutines.
package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"sync"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// Hash is what is stored of a secret. Secrets have 256 random bits, so that a plain hash suffices.
type Hash = [sha256.Size]byte

// Registry is what is asked of all keys, whichever team they belong to.
type Registry interface {
	// KeyByHash returns the key with its team, revoked or not, or CodeNotFound.
	KeyByHash(ctx context.Context, h Hash) (console.Key, console.Team, error)
	// KeyByID returns the key with its team, revoked or not, or CodeNotFound.
	KeyByID(ctx context.Context, id console.ID) (console.Key, console.Team, error)
	// KeysRevokedSince returns the ids of keys that were revoked at or after a time.
	KeysRevokedSince(ctx context.Context, at time.Time) ([]console.ID, error)
	// TouchKeys notes when keys were last used. An earlier time than the one on record changes
	// nothing, and neither does a key that is not there.
	TouchKeys(ctx context.Context, used map[console.ID]time.Time) error
	// SpendTicket notes that a ticket is used and reports whether it is the first time. The note
	// may be forgotten once the ticket has expired.
	SpendTicket(ctx context.Context, h Hash, expires time.Time) (bool, error)
}

// Reads is what may be asked of a team's keys.
type Reads interface {
	// Key returns one key of the team, or CodeNotFound.
	Key(ctx context.Context, id console.ID) (console.Key, error)
	// Keys returns one page; search looks in the name; sort takes name, created_at and
	// last_used_at.
	Keys(ctx context.Context, q console.Query) (console.Page[console.Key], error)
}

// Store is a transaction of one team.
type Store interface {
	Reads
	// InsertKey adds a key.
	InsertKey(ctx context.Context, k console.Key, h Hash) error
	// RevokeKey marks a key as revoked, or returns CodeNotFound. Revoking twice changes nothing.
	RevokeKey(ctx context.Context, id console.ID, at time.Time) error
	// AfterCommit calls f once the transaction has been committed, and never if it was not.
	AfterCommit(f func())
}

// Config is what a Service is made of.
type Config struct {
	Registry Registry          // must be set
	Now      func() time.Time  // must be set
	NewID    func() console.ID // must be set

	// TicketKey proves that a ticket is ours: at least 32 bytes, the same on every node. Nil means
	// a random one, whose tickets are good in this process alone.
	TicketKey []byte
	// Ended hears of keys that were revoked or ran out, so that their streams end. It may hear of
	// one key several times, also of keys that never opened a stream, and must not block. Nil means
	// that nobody is told.
	Ended func(key console.ID)
	// Log hears of faults of the background work; nil means nobody.
	Log *slog.Logger
}

// Service applies the rules.
type Service struct {
	cfg   Config
	found *finder
	used  *usage

	mu       sync.Mutex
	expiring map[console.ID]time.Time // keys that opened streams and will run out
}

// New returns a Service. Its background work is done by Run.
func New(c Config) *Service {
	switch n := len(c.TicketKey); {
	case n == 0:
		c.TicketKey = make([]byte, ticketKeyBytes)
		_, _ = rand.Read(c.TicketKey) // it never fails: crypto/rand ends the process instead
	case n < ticketKeyBytes:
		panic("auth: a ticket key has at least 32 bytes")
	}
	if c.Ended == nil {
		c.Ended = func(console.ID) {}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{
		cfg: c, found: newFinder(c.Registry, c.Now), used: newUsage(),
		expiring: make(map[console.ID]time.Time),
	}
}

// Authenticate returns who holds the secret. It is CodeKeyInvalid for one that is unknown or
// revoked and CodeKeyExpired for one whose time is over. An answer may be one second old. Faults
// of the registry come back as they are.
func (s *Service) Authenticate(ctx context.Context, secret string) (console.Principal, error) {
	if !wellFormed(secret) {
		return console.Principal{}, errInvalid()
	}
	k, team, err := s.found.find(ctx, HashOf(secret))
	if console.IsNotFound(err) {
		return console.Principal{}, errInvalid()
	}
	if err != nil {
		return console.Principal{}, err
	}
	return principal(k, team, s.cfg.Now())
}

// principal refuses a key that is not in use at the given moment.
func principal(k console.Key, team console.Team, at time.Time) (console.Principal, error) {
	if k.RevokedAt != nil {
		return console.Principal{}, errInvalid()
	}
	if k.Expired(at) {
		return console.Principal{}, console.Errorf(console.CodeKeyExpired, "This API key has expired.")
	}
	return console.Principal{Team: team, Key: k.ID, Scopes: k.Scopes, ExpiresAt: k.ExpiresAt, MaxTokensPerDay: k.MaxTokensPerDay}, nil
}

func errInvalid() error {
	return console.Errorf(console.CodeKeyInvalid, "This API key is unknown or was revoked.")
}

// end makes sure that a revoked key is refused from now on and that its streams end.
func (s *Service) end(key console.ID) {
	s.found.forget(key)
	s.cfg.Ended(key)
}
