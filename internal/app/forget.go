package app

import (
	"context"
	"errors"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

// sweepSlice is how many rows a command removes in one transaction, so that a server beside it goes on.
const sweepSlice = 500

// Erased says what was removed, or would be.
type Erased struct {
	store.Removed
	store.Scrubbed
}

// Erase removes all traces of one customer of a team, and returns what that was. A customer of whom there is
// nothing is CodeNotFound; what earlier removals have left in the files is removed all the same.
func (a *Admin) Erase(ctx context.Context, team, who string) (Erased, error) {
	// What an erasure that was broken off has left is found by nobody any more.
	if err := a.sweep(ctx); err != nil {
		return Erased{}, err
	}
	t, traces, err := a.find(ctx, team, who)
	nobody := t != "" && console.IsNotFound(err)
	if err != nil && !nobody {
		return Erased{}, err
	}
	var removed store.Removed
	if !nobody {
		if removed, err = a.db.Erase(ctx, t, traces); err != nil {
			return Erased{}, err
		}
	}
	scrubbed, scrubErr := a.db.Scrub(ctx)
	return Erased{removed, scrubbed}, errors.Join(err, scrubErr)
}

// WouldErase returns what Erase would remove.
func (a *Admin) WouldErase(ctx context.Context, team, who string) (Erased, error) {
	t, traces, err := a.find(ctx, team, who)
	if err != nil {
		return Erased{}, err
	}
	removed, err := a.db.CountTraces(ctx, t, traces)
	return Erased{Removed: removed}, err
}

func (a *Admin) find(ctx context.Context, team, who string) (console.ID, store.Traces, error) {
	if strings.TrimSpace(who) == "" {
		return "", store.Traces{}, console.Invalid([]console.Field{{Path: "customer", Fault: "must not be empty"}})
	}
	t, err := a.db.TeamByName(ctx, team)
	if err != nil {
		return "", store.Traces{}, err
	}
	traces, err := a.db.FindCustomer(ctx, t.ID, who)
	if err == nil && len(traces.Conversations)+len(traces.Calls) == 0 {
		err = console.NotFound("customer", console.ID(who))
	}
	return t.ID, traces, err
}

// DropSnapshots removes what was kept from before upgrades and rollbacks, where customers are in it too.
func (a *Admin) DropSnapshots() error { return a.db.DropSnapshots() }

// DeleteTeam deletes a team with all that it has, or returns CodeNotFound. Running servers refuse its keys
// within a second or two. It is CodeConflict where agents of other teams are built on its workflows.
func (a *Admin) DeleteTeam(ctx context.Context, name string) (Erased, error) {
	if err := a.db.DropTeam(ctx, name); err != nil {
		return Erased{}, err
	}
	if err := a.sweep(ctx); err != nil {
		return Erased{}, err
	}
	scrubbed, err := a.db.Scrub(ctx)
	return Erased{Scrubbed: scrubbed}, err
}

// sweep removes what was deleted until nothing of it is left.
func (a *Admin) sweep(ctx context.Context) error {
	for more := true; more; {
		var err error
		if more, err = a.db.Sweep(ctx, sweepSlice); err != nil {
			return err
		}
	}
	return nil
}
