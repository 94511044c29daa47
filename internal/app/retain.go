package app

import (
	"context"
	"time"
)

// retainEvery is how often conversations are looked for that are older than their team keeps them;
// retainSlice is how many go in one transaction.
const (
	retainEvery = time.Minute
	retainSlice = 20
)

// retain removes conversations that have outlived their team's retention, a slice at a time; the first look
// is taken at once.
func (a *App) retain(ctx context.Context) error {
	tick := time.NewTicker(retainEvery)
	defer tick.Stop()
	for {
		a.retainOnce(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// retainOnce removes until there is nothing more to remove. Faults are logged: the next time tries again.
func (a *App) retainOnce(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := a.db.Retire(ctx, retainSlice)
		if err != nil {
			a.log.WarnContext(ctx, "removing old conversations failed", "error", err.Error())
		}
		if err != nil || !more {
			return
		}
	}
}
