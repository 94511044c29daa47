package cli

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/bimpe/bimpe/internal/app"
)

// backup writes all data into a file.
type backup struct {
	app.Storage `embed:""`
	File        string `arg:"" help:"The file to make; one that is there is never overwritten."`
}

// Run is called by kong. What the backup holds stands on standard output.
func (c *backup) Run(ctx context.Context, to IO) error {
	came, err := app.Backup(ctx, c.Storage, to.Version, c.File)
	if err != nil {
		return brokenOff(err, "no backup was made")
	}
	if err := tell(to, came, "are in"); err != nil {
		return err
	}
	if !came.HasMaster { // no server has been there yet
		return nil
	}
	p := printer{to: to.Stderr}
	p.printf("The master key is not in the backup, and without it the backup cannot be used: keep it too, in another place. It %s.\n",
		lies(came))
	return p.err
}

// brokenOff says what a signal has left, in place of what it came upon.
func brokenOff(err error, left string) error {
	if errors.Is(err, context.Canceled) {
		return errors.New("broken off: " + left)
	}
	return err
}

// lies says where the master key is.
func lies(came app.Archived) string {
	if came.MasterFile == "" {
		return "is the value of BIMPE_MASTER_KEY"
	}
	return "lies in " + came.MasterFile
}

// restore fills an empty place from a backup.
type restore struct {
	app.Storage `embed:""`
	File        string `arg:"" help:"The backup."`
}

// Run is called by kong. What was restored stands on standard output.
func (c *restore) Run(ctx context.Context, to IO) error {
	came, err := app.Restore(ctx, c.Storage, c.File)
	if err != nil {
		return brokenOff(err, "the place is as empty as it was")
	}
	if err := tell(to, came, "have been restored and compared with"); err != nil {
		return err
	}
	p := printer{to: to.Stderr}
	p.printf("It is of %s, by release %s.\n", moment(&came.TakenAt), came.Release)
	if came.MasterMissing {
		p.printf("There is no master key here yet. Before a server is started, put the one that belongs to the backup into %s "+
			"(mode 0600), or set BIMPE_MASTER_KEY.\n", came.MasterFile)
	}
	return p.err
}

// tell lists the tables of a backup.
func tell(to IO, came app.Archived, what string) error {
	table := tabwriter.NewWriter(to.Stdout, 0, 0, 2, ' ', 0)
	p := printer{to: table}
	p.printf("TABLE\tROWS\n")
	for _, t := range came.Tables {
		p.printf("%s\t%d\n", t.Table, t.Rows)
	}
	if p.err != nil {
		return p.err
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(to.Stdout, "%d rows of schema %d %s %s (%s)\n", came.Rows, came.Schema, what, came.File, size(came.Bytes))
	return err
}

// size is a number of bytes as people read it.
func size(n int64) string {
	const kilo = 1000
	if n < kilo {
		return fmt.Sprintf("%d bytes", n)
	}
	f, units := float64(n), []string{"kB", "MB", "GB", "TB"}
	i := -1
	for f >= kilo && i+1 < len(units) {
		f /= kilo
		i++
	}
	return fmt.Sprintf("%.1f %s", f, units[i])
}
