// Package integrations keeps the rules of what connects an agent to other services: which there are,
// what a request to connect one must have, and how many a team may have. Nothing can be connected
// yet: requests are checked to their end and then refused, and no agent has any. It holds no state.
package integrations

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

// Kind is a service that has a sign-in of its own here.
type Kind string

// The kinds of the contract.
const (
	Bumpa          Kind = "bumpa"
	GoogleCalendar Kind = "google_calendar"
	GoogleSheets   Kind = "google_sheets"
	Paystack       Kind = "paystack"
	Stripe         Kind = "stripe"
)

// Offer is a service as an agent is shown it, connected or not.
type Offer struct {
	Kind Kind
	Name string
}

// Catalogue returns all services that have a sign-in of their own, in the order of their kinds.
func Catalogue() []Offer {
	return []Offer{
		{Bumpa, "Bumpa"},
		{GoogleCalendar, "Google Calendar"},
		{GoogleSheets, "Google Sheets"},
		{Paystack, "Paystack"},
		{Stripe, "Stripe"},
	}
}

// Reads is what must be known of a team.
type Reads interface {
	// Agent returns one agent, or CodeNotFound.
	Agent(ctx context.Context, id console.ID) (console.Agent, error)
}

// Draft is an integration that is to be connected.
type Draft interface {
	// Faults returns everything that is wrong with the draft at once.
	Faults() []console.Field
}

// Connect is to connect an agent with what the draft names, and always fails: with CodeNotFound for
// an agent that is not there, CodeValidation for a draft that cannot be, CodeConflict when the
// team's quota is used up, and CodeNotImplemented for all others.
func Connect(ctx context.Context, from Reads, team console.Team, agent console.ID, d Draft) error {
	if _, err := from.Agent(ctx, agent); err != nil {
		return err
	}
	if err := console.Invalid(d.Faults()); err != nil {
		return err
	}
	if err := another(team.Quotas, 0); err != nil { // no team has any yet
		return err
	}
	return console.Errorf(console.CodeNotImplemented, "This server cannot connect integrations yet.")
}

// another says whether a team that has connected so many integrations may connect one more.
func another(q console.Quotas, connected int) error {
	if connected < q.IntegrationQuota() {
		return nil
	}
	return console.Errorf(console.CodeConflict,
		"The team's quota of integrations is used up: it has %d and may have %d.", connected, q.IntegrationQuota()).
		With(console.ReasonIntegrationLimit)
}

// Find looks for an integration of an agent, and always fails with CodeNotFound, since no agent has
// any yet.
func Find(ctx context.Context, from Reads, agent, id console.ID) error {
	if _, err := from.Agent(ctx, agent); err != nil {
		return err
	}
	return console.NotFound("integration", id)
}
