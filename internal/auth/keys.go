package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/console"
)

// Draft is a new key as it was asked for.
type Draft struct {
	Name      string
	Scopes    []console.Scope
	ExpiresAt *time.Time // nil: never, or with the key that makes it
	// MaxTokensPerDay bounds what models may spend on the messages that the key posts; nil: nothing does.
	MaxTokensPerDay *int64
}

// The form of a secret: sk_ and 256 bits in URL-safe base 64.
const (
	secretPrefix = "sk_"
	secretBytes  = 32
	secretLength = len(secretPrefix) + (secretBytes*8+5)/6
	hintLength   = 4
)

// The bounds of a draft.
const (
	maxName   = 255 // characters
	maxScopes = 100 // with repetitions
	maxYear   = 9999
)

func newSecret() string {
	raw := make([]byte, secretBytes)
	_, _ = rand.Read(raw) // it never fails: crypto/rand ends the process instead
	return secretPrefix + base64.RawURLEncoding.EncodeToString(raw)
}

// wellFormed reports whether a secret could be one of ours, so that nobody asks the store for what
// can not be there.
func wellFormed(secret string) bool {
	if len(secret) != secretLength || !strings.HasPrefix(secret, secretPrefix) {
		return false
	}
	for i := len(secretPrefix); i < len(secret); i++ {
		if !urlSafe(secret[i]) {
			return false
		}
	}
	return true
}

func urlSafe(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// HashOf returns what is stored of a secret.
func HashOf(secret string) Hash { return sha256.Sum256([]byte(secret)) }

// Mint makes a key and its secret, which is nowhere but in the result; it stores nothing. A draft
// with faults is CodeValidation.
func (s *Service) Mint(team console.ID, d Draft) (console.Key, string, error) {
	now := s.cfg.Now().UTC().Truncate(time.Millisecond)
	if err := console.Invalid(check(d, now)); err != nil {
		return console.Key{}, "", err
	}
	secret := newSecret()
	return console.Key{
		ID: s.cfg.NewID(), TeamID: team, Name: d.Name, Hint: secret[len(secret)-hintLength:],
		Scopes: tidy(d.Scopes), CreatedAt: now, ExpiresAt: toMillisecond(d.ExpiresAt),
		MaxTokensPerDay: tokens(d.MaxTokensPerDay),
	}, secret, nil
}

// Grant adds a key to a team on the operator's word, with whatever scopes it names.
func (s *Service) Grant(ctx context.Context, tx Store, team console.ID, d Draft) (console.Key, string, error) {
	k, secret, err := s.Mint(team, d)
	if err != nil {
		return console.Key{}, "", err
	}
	return insert(ctx, tx, k, secret)
}

// Create adds a key of the principal's team. A key never grants more than the one that makes it: a
// scope that this one has not is CodeInsufficientScope, a later expiry CodeValidation. Without an expiry of its own the
// new key has that of its maker. A key with a budget makes none at all, CodeForbidden: each key has an account of its
// own, so that it would get another budget with every key.
func (s *Service) Create(ctx context.Context, tx Store, by console.Principal, d Draft) (console.Key, string, error) {
	if by.MaxTokensPerDay > 0 {
		return console.Key{}, "", console.Errorf(console.CodeForbidden,
			"This API key has a budget of tokens a day (max_tokens_per_day), so it makes no other keys. Use one that has none.").
			With(console.ReasonKeyHasBudget)
	}
	if d.ExpiresAt == nil {
		d.ExpiresAt = by.ExpiresAt
	}
	k, secret, err := s.Mint(by.Team.ID, d)
	if err != nil {
		return console.Key{}, "", err
	}
	if err := within(by, k); err != nil {
		return console.Key{}, "", err
	}
	for _, scope := range k.Scopes {
		if err := by.Require(scope); err != nil {
			return console.Key{}, "", err
		}
	}
	return insert(ctx, tx, k, secret)
}

// within holds a new key to its maker's time.
func within(by console.Principal, k console.Key) error {
	var f console.Faults
	if by.ExpiresAt != nil && k.ExpiresAt.After(*by.ExpiresAt) {
		f.Fail("expires_at", "must not be later than the expiry of the key that asks, %s",
			by.ExpiresAt.UTC().Format(time.RFC3339Nano))
	}
	return console.Invalid(f.All)
}

func tokens(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

func insert(ctx context.Context, tx Store, k console.Key, secret string) (console.Key, string, error) {
	if err := tx.InsertKey(ctx, k, HashOf(secret)); err != nil {
		return console.Key{}, "", err
	}
	return k, secret, nil
}

// Revoke ends a key: once that is committed it is refused and the streams that it opened end. A key
// that is not there is CodeNotFound; revoking twice changes nothing.
func (s *Service) Revoke(ctx context.Context, tx Store, id console.ID) error {
	tx.AfterCommit(func() { s.end(id) })
	return tx.RevokeKey(ctx, id, s.cfg.Now().UTC().Truncate(time.Millisecond))
}

// check returns every fault of a draft at once.
func check(d Draft, now time.Time) []console.Field {
	var faults []console.Field
	fail := func(path, fault string) {
		faults = append(faults, console.Field{Path: path, Fault: fault})
	}
	if fault := nameFault(d.Name); fault != "" {
		fail("name", fault)
	}
	switch n := len(d.Scopes); {
	case n == 0:
		fail("scopes", "must name at least one scope")
	case n > maxScopes:
		fail("scopes", fmt.Sprintf("must be at most %d scopes", maxScopes))
	default:
		for i, scope := range d.Scopes {
			if !scope.Valid() {
				fail(fmt.Sprintf("scopes.%d", i), fmt.Sprintf("there is no scope %q", clip(string(scope))))
			}
		}
	}
	if fault := expiryFault(d.ExpiresAt, now); fault != "" {
		fail("expires_at", fault)
	}
	if n := d.MaxTokensPerDay; n != nil && (*n < 1 || *n > console.MaxTokenBound) {
		fail("max_tokens_per_day", fmt.Sprintf("must be from 1 to %d", console.MaxTokenBound))
	}
	return faults
}

func nameFault(name string) string {
	switch n := utf8.RuneCountInString(name); {
	case n < 1 || n > maxName:
		return fmt.Sprintf("must be 1 to %d characters", maxName)
	case !utf8.ValidString(name) || strings.ContainsRune(name, 0):
		return "must be plain text"
	}
	return ""
}

// expiryFault compares to the millisecond, as expiries are kept. A year of five digits cannot be
// written on the wire.
func expiryFault(at *time.Time, now time.Time) string {
	switch at := toMillisecond(at); {
	case at == nil:
		return ""
	case !at.After(now):
		return "must lie in the future"
	case at.Year() > maxYear:
		return "must lie before the year 10000"
	}
	return ""
}

// tidy returns the scopes in order, each once.
func tidy(scopes []console.Scope) []console.Scope {
	sorted := slices.Clone(scopes)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

func toMillisecond(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	short := at.UTC().Truncate(time.Millisecond)
	return &short
}

// clip bounds what a fault repeats of the input.
func clip(s string) string {
	const most = 60
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ToValidUTF8(s, "")
}
