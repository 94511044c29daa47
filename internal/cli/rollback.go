package cli

import (
	"context"
	"text/tabwriter"

	"github.com/bimpe/bimpe/internal/app"
)

// rollback puts a database of the past back.
type rollback struct {
	app.Storage `embed:""`
	List        bool   `help:"Only list the snapshots, the newest first."`
	Name        string `arg:"" optional:"" help:"The snapshot, as --list shows it; without it the newest one that was made before an upgrade."`
}

// Run is called by kong.
func (c *rollback) Run(ctx context.Context, to IO) error {
	if c.List {
		return c.list(to)
	}
	did, err := app.Rollback(ctx, c.Storage, c.Name)
	if err != nil {
		return err
	}
	p := printer{to: to.Stdout}
	p.printf("The database is the one of %s, of schema %d. The one from before is kept as %s.\n",
		moment(&did.To.At), did.To.Schema, did.Aside)
	if p.err != nil {
		return p.err
	}
	p = printer{to: to.Stderr}
	switch {
	case did.To.Schema < did.Newest:
		p.printf("Start the release that was there before: this one (%s) would bring the tables to schema %d again.\n", to.Version, did.Newest)
	case did.To.Schema > did.Newest:
		p.printf("This release (%s) is older than the database, which was made for schema %d: it knows schema %d and leaves alone what came later.\n",
			to.Version, did.To.Schema, did.Newest)
	}
	return p.err
}

func (c *rollback) list(to IO) error {
	all, err := app.Snapshots(c.Storage)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(to.Stdout, 0, 0, 2, ' ', 0)
	p := printer{to: table}
	p.printf("NAME\tMADE\tSCHEMA\tSIZE\tWHY\n")
	for _, s := range all {
		why := "before an upgrade"
		if s.Aside {
			why = "put aside by a rollback"
		}
		p.printf("%s\t%s\t%d\t%s\t%s\n", s.Name, moment(&s.At), s.Schema, size(s.Bytes), why)
	}
	if p.err != nil {
		return p.err
	}
	return table.Flush()
}
