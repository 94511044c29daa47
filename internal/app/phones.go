package app

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/phones"
	"github.com/bimpe/bimpe/internal/store"
)

// NumberDraft is a phone number that is to be added; nil means none.
type NumberDraft struct {
	Team    string // by name; empty: the one whose request it fulfils
	E164    string
	Label   *string
	Agent   *console.ID // of the team; who has the number
	Request *console.ID // which it fulfils
}

// AddNumber gives a team a phone number. A team, an agent or a request that is not there is
// CodeNotFound; a number that is on the server, and a request that has been settled, are
// CodeConflict.
func (a *Admin) AddNumber(ctx context.Context, d NumberDraft) (n console.PhoneNumber, err error) {
	draft := phones.Draft{E164: d.E164, Label: d.Label, AgentID: d.Agent, Request: d.Request}
	faults := draft.Faults()
	if d.Team == "" && d.Request == nil {
		faults = append(faults, console.Field{Path: "team", Fault: "is required, unless a request tells whose the number is"})
	}
	if err := console.Invalid(faults); err != nil {
		return n, err
	}
	team, err := a.askedBy(ctx, d)
	if err != nil {
		return n, err
	}
	err = a.db.Write(ctx, team, func(tx *store.Tx) error {
		var err error
		n, err = a.phones.Add(ctx, tx, draft)
		return err
	})
	return n, err
}

func (a *Admin) askedBy(ctx context.Context, d NumberDraft) (console.ID, error) {
	if d.Team == "" {
		return a.db.TeamOfNumberRequest(ctx, *d.Request)
	}
	t, err := a.db.TeamByName(ctx, d.Team)
	return t.ID, err
}

// EachNumber calls f with every phone number, of one team or, where none is named, of all. A team
// that is not there is CodeNotFound.
func (a *Admin) EachNumber(ctx context.Context, team string, f func(team string, n console.PhoneNumber)) error {
	if err := a.known(ctx, team); err != nil {
		return err
	}
	all, err := a.db.AllPhoneNumbers(ctx)
	if err != nil {
		return err
	}
	for _, n := range all {
		if team == "" || n.Team == team {
			f(n.Team, n.PhoneNumber)
		}
	}
	return nil
}

// known returns CodeNotFound for a team that is named and not there.
func (a *Admin) known(ctx context.Context, team string) error {
	if team == "" {
		return nil
	}
	_, err := a.db.TeamByName(ctx, team)
	return err
}

// EachNumberRequest calls f with every request for a phone number, of one team or, where none is
// named, of all. A team that is not there is CodeNotFound.
func (a *Admin) EachNumberRequest(
	ctx context.Context, team string, f func(team string, r console.AskedNumber),
) error {
	if err := a.known(ctx, team); err != nil {
		return err
	}
	all, err := a.db.AllNumberRequests(ctx)
	if err != nil {
		return err
	}
	for _, r := range all {
		if team == "" || r.Team == team {
			f(r.Team, r.AskedNumber)
		}
	}
	return nil
}

// ReviewNumberRequest notes that a request is being looked at, with a word for the team. Without
// one what was said before stays. A request that is not there is CodeNotFound, one that has been settled CodeConflict.
func (a *Admin) ReviewNumberRequest(ctx context.Context, id console.ID, reason *string) error {
	return a.judge(ctx, id, phones.Verdict{Status: console.RequestUnderReview, Reason: reason})
}

// RejectNumberRequest settles a request without a number, with a word for the team. Without
// one what was said before stays. A request that is not there is CodeNotFound, one that has been settled CodeConflict.
func (a *Admin) RejectNumberRequest(ctx context.Context, id console.ID, reason *string) error {
	return a.judge(ctx, id, phones.Verdict{Status: console.RequestRejected, Reason: reason})
}

func (a *Admin) judge(ctx context.Context, id console.ID, v phones.Verdict) error {
	team, err := a.db.TeamOfNumberRequest(ctx, id)
	if err != nil {
		return err
	}
	return a.db.Write(ctx, team, func(tx *store.Tx) error {
		_, err := a.phones.Judge(ctx, tx, id, v)
		return err
	})
}
