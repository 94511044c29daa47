package cli

import (
	"context"

	"github.com/bimpe/bimpe/internal/app"
)

// move copies the data into PostgreSQL.
type move struct {
	app.Storage     `embed:""`
	app.Destination `embed:""`
}

// Run is called by kong. How far it has come stands on standard error.
func (c *move) Run(ctx context.Context, to IO) error {
	progress := printer{to: to.Stderr}
	came, err := app.Move(ctx, c.Storage, c.Destination, func(step app.MoveStep) {
		switch {
		case step.Total == 0 && step.Table == "":
			progress.printf("reading what there is …\n")
		case step.Table == "":
			progress.printf("comparing %d rows …\n", step.Total)
		default:
			progress.printf("%3d %%  %d of %d rows  %s\n", 100*step.Done/step.Total, step.Done, step.Total, step.Table)
		}
	})
	if err != nil {
		return brokenOff(err, "what has been copied stays, and bimpe move goes on from there")
	}
	p := printer{to: to.Stdout}
	p.printf("%d rows of schema %d have been moved and compared. %s is as it was; start no server on it any more.\n",
		came.Rows, came.Schema, c.Folder())
	p.printf("Set on every node:\n  BIMPE_DATABASE_URL  what was given to --to\n")
	switch {
	case !came.HasMaster:
		p.printf("  BIMPE_MASTER_KEY    a new one: openssl rand -hex 32\n")
	case came.MasterFile == "":
		p.printf("  BIMPE_MASTER_KEY    what it is now\n")
	default:
		p.printf("  BIMPE_MASTER_KEY    \"$(paste -sd, %s)\"\n", came.MasterFile)
	}
	return p.err
}
