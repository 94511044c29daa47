// Package phones keeps the rules of telephone numbers: whose they are, which agent has them, how a
// team asks for one and how an operator answers. It leaves storage to the transaction it is given. A
// Service may be used by many goroutines.
package phones

import (
	"context"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// Reads is what may be asked of a team's numbers.
type Reads interface {
	// PhoneNumber returns one number, or CodeNotFound.
	PhoneNumber(ctx context.Context, id console.ID) (console.PhoneNumber, error)
	// PhoneNumbers returns one page; search looks in label and number, sort takes created_at.
	PhoneNumbers(ctx context.Context, q console.Query) (console.Page[console.PhoneNumber], error)
	// NumberRequests returns one page; search looks in the business's name, sort takes created_at.
	NumberRequests(ctx context.Context, q console.Query) (console.Page[console.AskedNumber], error)
}

// Store is a transaction of one team.
type Store interface {
	Reads
	// AgentState returns CodeNotFound for an agent that is not there, and else holds it until the
	// transaction ends.
	AgentState(ctx context.Context, id console.ID) (console.AgentState, error)
	// LockPhoneNumber returns one number, or CodeNotFound, and holds it until the transaction ends.
	LockPhoneNumber(ctx context.Context, id console.ID) (console.PhoneNumber, error)
	// InsertPhoneNumber adds a number. One that any team of the server has is CodeConflict.
	InsertPhoneNumber(ctx context.Context, n console.PhoneNumber) error
	// UpdatePhoneNumber writes a number's agent and label, or returns CodeNotFound.
	UpdatePhoneNumber(ctx context.Context, n console.PhoneNumber) error
	// InsertNumberRequest adds a request.
	InsertNumberRequest(ctx context.Context, r console.NumberRequest) error
	// LockNumberRequest returns one request, or CodeNotFound, and holds it until the transaction ends.
	LockNumberRequest(ctx context.Context, id console.ID) (console.NumberRequest, error)
	// SettleNumberRequest writes what became of a request, or returns CodeNotFound.
	SettleNumberRequest(ctx context.Context, r console.NumberRequest) error
}

// Service applies the rules.
type Service struct {
	now   func() time.Time
	newID func() console.ID
}

// New returns a Service.
func New(now func() time.Time, newID func() console.ID) *Service {
	return &Service{now: now, newID: newID}
}

// maxLabel is in characters.
const maxLabel = 255

// Draft is a new number as an operator adds it; nil means absent.
type Draft struct {
	E164    string
	Label   *string
	AgentID *console.ID // who has it from the beginning
	Request *console.ID // which it fulfils
}

// Faults returns every fault of the draft at once.
func (d Draft) Faults() []console.Field {
	var f console.Faults
	f.E164("number", d.E164)
	f.Optional("label", d.Label, maxLabel)
	return f.All
}

// Add gives the team a number, and where that fulfils a request settles it. An agent or a request
// that is not there is CodeNotFound; a number that is on the server, and a request that has been
// settled, are CodeConflict.
func (s *Service) Add(ctx context.Context, tx Store, d Draft) (console.PhoneNumber, error) {
	n := console.PhoneNumber{ID: s.newID(), E164: d.E164, Label: d.Label, AgentID: d.AgentID, CreatedAt: s.at()}
	n.UpdatedAt = n.CreatedAt
	if err := console.Invalid(d.Faults()); err != nil {
		return n, err
	}
	if err := holdAgent(ctx, tx, d.AgentID); err != nil {
		return n, err
	}
	if d.Request != nil {
		_, err := s.settle(ctx, tx, *d.Request, func(r *console.NumberRequest) {
			r.Status, r.StatusReason, r.NumberID = console.RequestFulfilled, nil, &n.ID
		})
		if err != nil {
			return n, err
		}
	}
	return n, tx.InsertPhoneNumber(ctx, n)
}

func (s *Service) at() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// holdAgent makes sure that an agent, where there is to be one, stays until the transaction ends.
// Agents are held before numbers, as their deletion does.
func holdAgent(ctx context.Context, tx Store, id *console.ID) error {
	if id == nil {
		return nil
	}
	_, err := tx.AgentState(ctx, *id)
	return err
}

// Patch is a partial change of a number; a nil Value clears.
type Patch struct {
	AgentID console.Opt[*console.ID]
	Label   console.Opt[*string]
}

// Update changes what the patch names and leaves the rest. A number or an agent that is not there is
// CodeNotFound. An agent may have several numbers; a number that another agent has is taken from it.
func (s *Service) Update(ctx context.Context, tx Store, id console.ID, p Patch) (console.PhoneNumber, error) {
	var f console.Faults
	f.Optional("label", p.Label.Value, maxLabel)
	if err := console.Invalid(f.All); err != nil {
		return console.PhoneNumber{}, err
	}
	if err := holdAgent(ctx, tx, p.AgentID.Value); err != nil {
		return console.PhoneNumber{}, err
	}
	n, err := tx.LockPhoneNumber(ctx, id)
	if err != nil {
		return n, err
	}
	n.AgentID, n.Label = p.AgentID.Or(n.AgentID), p.Label.Or(n.Label)
	n.UpdatedAt = console.Later(n.UpdatedAt, s.now())
	return n, tx.UpdatePhoneNumber(ctx, n)
}
