package phones

import (
	"context"
	"slices"

	"github.com/bimpe/bimpe/internal/console"
)

// The bounds of a request's fields: characters for texts.
const (
	maxBusiness = 255
	maxUse      = 2000
	maxReason   = 1000
	maxAgents   = 1_000_000     // far more than any team has
	maxMinutes  = 1_000_000_000 // and so many
)

// Wish is a request as it was made; nil means absent.
type Wish struct {
	BusinessName    string
	IntendedUse     string
	Region          console.Region
	AgentCount      int64
	OutboundMinutes int64
	SubmittedBy     *console.ID // the agent for which it is made
}

// Faults returns every fault of the wish at once.
func (w Wish) Faults() []console.Field {
	var f console.Faults
	f.Text("business_name", w.BusinessName, 1, maxBusiness)
	f.Text("intended_use", w.IntendedUse, 1, maxUse)
	if !slices.Contains(console.Regions(), w.Region) {
		f.Fail("region", "must be us, uk, eu or ng")
	}
	if w.AgentCount < 1 || w.AgentCount > maxAgents {
		f.Fail("agent_count", "must be 1 to %d", maxAgents)
	}
	if w.OutboundMinutes < 0 || w.OutboundMinutes > maxMinutes {
		f.Fail("outbound_minutes", "must be 0 to %d", maxMinutes)
	}
	return f.All
}

// Request asks for a number. An agent that is not there is CodeNotFound.
func (s *Service) Request(ctx context.Context, tx Store, w Wish) (console.NumberRequest, error) {
	r := console.NumberRequest{
		ID: s.newID(), Status: console.RequestPending, BusinessName: w.BusinessName, IntendedUse: w.IntendedUse,
		Region: w.Region, AgentCount: w.AgentCount, OutboundMinutes: w.OutboundMinutes, SubmittedBy: w.SubmittedBy,
		CreatedAt: s.at(),
	}
	r.UpdatedAt = r.CreatedAt
	if err := console.Invalid(w.Faults()); err != nil {
		return r, err
	}
	if err := holdAgent(ctx, tx, w.SubmittedBy); err != nil {
		return r, err
	}
	return r, tx.InsertNumberRequest(ctx, r)
}

// Verdict is what an operator says to a request without a number for it.
type Verdict struct {
	Status console.RequestStatus // RequestUnderReview or RequestRejected
	Reason *string               // for the team; nil: what was said before stays; empty: nothing
}

// Judge notes an operator's verdict. A request that is not there is CodeNotFound; one that has been
// settled is CodeConflict.
func (s *Service) Judge(ctx context.Context, tx Store, id console.ID, v Verdict) (console.NumberRequest, error) {
	var f console.Faults
	f.Optional("reason", v.Reason, maxReason)
	if v.Status != console.RequestUnderReview && v.Status != console.RequestRejected {
		f.Fail("status", "must be under_review or rejected")
	}
	if err := console.Invalid(f.All); err != nil {
		return console.NumberRequest{}, err
	}
	return s.settle(ctx, tx, id, func(r *console.NumberRequest) {
		r.Status = v.Status
		switch {
		case v.Reason == nil:
		case *v.Reason == "":
			r.StatusReason = nil
		default:
			r.StatusReason = v.Reason
		}
	})
}

// settle changes a request that is still open.
func (s *Service) settle(
	ctx context.Context, tx Store, id console.ID, change func(*console.NumberRequest),
) (console.NumberRequest, error) {
	r, err := tx.LockNumberRequest(ctx, id)
	if err != nil {
		return r, err
	}
	if err := r.Status.Open(); err != nil {
		return r, err
	}
	change(&r)
	r.UpdatedAt = console.Later(r.UpdatedAt, s.now())
	return r, tx.SettleNumberRequest(ctx, r)
}
