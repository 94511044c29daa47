package cli

import (
	"context"
	"errors"
	"text/tabwriter"

	"github.com/bimpe/bimpe/internal/app"
)

// erase removes all traces of one customer.
type erase struct {
	stored   `embed:""`
	remains  `embed:""`
	Team     string `required:"" help:"The team's name."`
	DryRun   bool   `help:"Only say what would be removed."`
	Customer string `arg:"" help:"Who: the id under which a channel knows the customer (channel_user_id), a phone number, an e-mail address, or the id of a conversation."`
}

// Run is called by kong. What was removed stands on standard output, a line a kind.
func (c *erase) Run(ctx context.Context, to IO) error {
	return c.with(ctx, func(admin *app.Admin) error {
		do := admin.Erase
		if c.DryRun {
			do = admin.WouldErase
		}
		came, err := do(ctx, c.Team, c.Customer)
		if err != nil {
			return err
		}
		if c.DryRun {
			notes := printer{to: to.Stderr}
			if notes.printf("Nothing was removed: this is what would be.\n"); notes.err != nil {
				return notes.err
			}
			return list(to, came)
		}
		if err := c.tell(to, admin, came); err != nil {
			return err
		}
		return list(to, came)
	})
}

// remains are where what was removed may be still.
type remains struct {
	DropSnapshots bool `help:"Also remove the database's snapshots from before upgrades and rollbacks, which hold what was there then."`
}

// tell says on standard error what may be left, after removing what is asked for.
func (r remains) tell(to IO, admin *app.Admin, came app.Erased) error {
	notes := printer{to: to.Stderr}
	if came.Foreign {
		notes.printf("PostgreSQL writes over what was removed in its own time (VACUUM), and its archives and replicas have theirs.\n")
		return notes.err
	}
	if !came.Rewritten {
		notes.printf("The database is large and a server is running, so its file was not written anew: unused parts of it may hold what " +
			"earlier changes left there. Call `bimpe erase` once more while no server is running to be rid of that.\n")
	}
	if r.DropSnapshots {
		return errors.Join(notes.err, admin.DropSnapshots())
	}
	if came.Snapshots > 0 {
		notes.printf("%d snapshots from before upgrades (`bimpe rollback --list`) hold what was there then: --drop-snapshots removes them.\n", came.Snapshots)
	}
	return notes.err
}

func list(to IO, e app.Erased) error {
	table := tabwriter.NewWriter(to.Stdout, 0, 0, 2, ' ', 0)
	p := printer{to: table}
	for _, line := range []struct {
		what string
		n    int64
	}{
		{"conversations", e.Conversations},
		{"messages", e.Messages},
		{"contacts", e.Contacts},
		{"notes", e.Notes},
		{"summaries", e.Summaries},
		{"turns", e.Turns},
		{"prompts", e.Prompts},
		{"alerts", e.Alerts},
		{"calls", e.Calls},
		{"kept answers", e.Answers},
	} {
		p.printf("%s\t%d\n", line.what, line.n)
	}
	if p.err != nil {
		return p.err
	}
	return table.Flush()
}
