package cli

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/bimpe/bimpe/internal/app"
)

// export writes what a team has as plain files.
type export struct {
	app.Storage `embed:""`
	Team        string `required:"" help:"The team's name."`
	Place       string `arg:"" help:"An empty folder, or one that is to be made; or a file to make, whose name ends in .tar.gz."`
}

// Run is called by kong. What was exported stands on standard output.
func (c *export) Run(ctx context.Context, to IO) error {
	came, err := app.Export(ctx, c.Storage, to.Version, c.Team, c.Place)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(to.Stdout, 0, 0, 2, ' ', 0)
	p := printer{to: table}
	p.printf("FILE\tROWS\n")
	for _, f := range came.Kinds {
		p.printf("%s\t%d\n", f.Name, *f.Rows)
	}
	if p.err != nil {
		return p.err
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(to.Stdout, "They and %d texts of knowledge bases are in %s\n", came.Texts, came.Place)
	return err
}
