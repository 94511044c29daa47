// Package connections keeps the rules of a team's own ways to language models: what one must have,
// how its key is kept, and which model stands behind it. Keys are sealed as soon as they come, go
// nowhere but to the address that they were given for, and never come back. It leaves storage to the
// transaction it is given, and what a provider speaks to the adapters. A Service may be used by many
// goroutines.
package connections

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

// Reads is what may be asked of a team's connections.
type Reads interface {
	// ModelConnection returns one connection, or CodeNotFound.
	ModelConnection(ctx context.Context, id console.ID) (console.ModelConnection, error)
	// ModelConnections returns one page; search looks in name and model, sort takes name, created_at
	// and updated_at.
	ModelConnections(ctx context.Context, q console.Query) (console.Page[console.ModelConnection], error)
}

// Store is a transaction of one team.
type Store interface {
	Reads
	// CountModelConnections returns how many connections the team has, holding back others who count
	// until the transaction ends.
	CountModelConnections(ctx context.Context) (int, error)
	// InsertModelConnection adds a connection.
	InsertModelConnection(ctx context.Context, m console.ModelConnection) error
	// LockModelConnection returns one connection, or CodeNotFound, and holds it, also against agents
	// that would begin to use it, until the transaction ends.
	LockModelConnection(ctx context.Context, id console.ID) (console.ModelConnection, error)
	// UpdateModelConnection writes all fields, or returns CodeNotFound.
	UpdateModelConnection(ctx context.Context, m console.ModelConnection) error
	// DeleteModelConnection removes a connection, or returns CodeNotFound.
	DeleteModelConnection(ctx context.Context, id console.ID) error
	// CountModelUsers returns how many agents ask a connection, first or as a fallback.
	CountModelUsers(ctx context.Context, id console.ID) (int, error)
}

// Sealer keeps secrets. The purpose must be the same when opening.
type Sealer interface {
	Seal(plain []byte, purpose string) []byte
	Open(sealed []byte, purpose string) ([]byte, error)
}

// Config is what a Service is made of. All fields must be set but Most.
type Config struct {
	Now    func() time.Time
	NewID  func() console.ID
	Sealer Sealer
	// Dial returns the model behind a connection with a key, empty for none, and asks nothing yet.
	Dial func(m console.ModelConnection, key string) (llm.Model, error)
	// Plain says in words for people what a fault of a model means; it holds no secret.
	Plain func(error) string
	// Most is how many connections a team may have; 0: 100.
	Most int
}

// Service applies the rules.
type Service struct{ cfg Config }

// New returns a Service.
func New(c Config) *Service {
	c.Most = cmp.Or(c.Most, mostConnections)
	return &Service{c}
}

const mostConnections = 100

// Draft is a new connection as it was asked for; nil means absent.
type Draft struct {
	Name     string
	Provider console.Provider
	BaseURL  *string
	Model    string
	Key      *string
	Price    *Price
	Window   *int // in tokens
}

// Create adds a connection. A team that has as many as it may is CodeConflict.
func (s *Service) Create(ctx context.Context, tx Store, d Draft) (console.ModelConnection, error) {
	m, faults := d.connection()
	if err := console.Invalid(faults); err != nil {
		return m, err
	}
	n, err := tx.CountModelConnections(ctx)
	if err != nil {
		return m, err
	}
	if n >= s.cfg.Most {
		return m, console.Errorf(console.CodeConflict, "The team has %d model connections, which is as many as it may.", n).
			With(console.ReasonModelConnectionLimit)
	}
	m.ID = s.cfg.NewID()
	m.CreatedAt = s.cfg.Now().UTC().Truncate(time.Millisecond)
	m.UpdatedAt = m.CreatedAt
	m = s.keep(m, d.Key)
	return m, tx.InsertModelConnection(ctx, m)
}

// Patch is a partial change. For fields that may be empty, a nil Value clears.
type Patch struct {
	Name     console.Opt[string]
	Provider console.Opt[console.Provider]
	BaseURL  console.Opt[*string]
	Model    console.Opt[string]
	Key      console.Opt[*string]
	Price    console.Opt[*Price]
	Window   console.Opt[*int]
}

// Update changes what the patch names and leaves the rest. A change that would take the key to
// another host needs the key anew, which CodeValidation says: whoever may change an address need not
// be the one who knows the key.
func (s *Service) Update(ctx context.Context, tx Store, id console.ID, p Patch) (console.ModelConnection, error) {
	was, err := tx.LockModelConnection(ctx, id)
	if err != nil {
		return was, err
	}
	m, faults := p.apply(was)
	if len(faults) == 0 && !p.Key.Set && was.SealedKey != nil && !sameHost(was, m) {
		faults = append(faults, console.Field{
			Path: "api_key", Fault: "must be given anew, or null, since the connection would lead to another host",
		})
	}
	if err := console.Invalid(faults); err != nil {
		return m, err
	}
	m.UpdatedAt = console.Later(was.UpdatedAt, s.cfg.Now())
	if p.Key.Set {
		m = s.keep(m, p.Key.Value)
	}
	return m, tx.UpdateModelConnection(ctx, m)
}

// Delete removes a connection. One that agents use is CodeConflict, which says how many they are.
func (s *Service) Delete(ctx context.Context, tx Store, id console.ID) error {
	if _, err := tx.LockModelConnection(ctx, id); err != nil {
		return err
	}
	n, err := tx.CountModelUsers(ctx, id)
	if err != nil {
		return err
	}
	if n > 0 {
		return console.Errorf(console.CodeConflict, "The model connection is used by %s.", agents(n)).
			With(console.ReasonModelConnectionInUse)
	}
	return tx.DeleteModelConnection(ctx, id)
}

func agents(n int) string {
	if n == 1 {
		return "1 agent"
	}
	return fmt.Sprintf("%d agents", n)
}

// Purpose is what the key of a connection is sealed for: that of one cannot be opened for another.
func Purpose(id console.ID) string { return "model key " + string(id) }

// hintLength is how much of a key is shown, and hintedLength how long one must be for that.
const (
	hintLength   = 4
	hintedLength = 16
)

// keep seals a key into the connection; nil and empty take the one that is there away.
func (s *Service) keep(m console.ModelConnection, key *string) console.ModelConnection {
	m.SealedKey, m.KeyHint = nil, ""
	if key == nil || *key == "" {
		return m
	}
	m.SealedKey = s.cfg.Sealer.Seal([]byte(*key), Purpose(m.ID))
	if len(*key) >= hintedLength {
		m.KeyHint = (*key)[len(*key)-hintLength:]
	}
	return m
}

// Model returns the model behind a connection, and asks nothing yet. A key that cannot be opened is
// an error that does not hold it.
func (s *Service) Model(m console.ModelConnection) (llm.Model, error) {
	var key []byte
	if m.SealedKey != nil {
		var err error
		if key, err = s.cfg.Sealer.Open(m.SealedKey, Purpose(m.ID)); err != nil {
			return nil, fmt.Errorf("open the key of model connection %s: %w", m.ID, err)
		}
	}
	return s.cfg.Dial(m, string(key))
}
