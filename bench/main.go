// Command bench measures the server's speed from outside and prints it beside a floor that is measured
// in the same run, by turns with it. README.md says how to read the table.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/bimpe/bimpe/bench/figures"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := 0
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err) // there is nobody else to tell
		code = 1
	}
	stop()
	os.Exit(code)
}

// options are what the command line says.
type options struct {
	only     string
	pairs    int
	binary   string
	json     string
	profile  string
	guide    string
	postgres string
	strict   bool
}

// most bounds the pairs, and with them the time that a run takes.
const most = 25

func parse(args []string, to io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(to)
	f.StringVar(&o.only, "only", "", "measure these rows, with commas between: "+strings.Join(names(), ", "))
	f.IntVar(&o.pairs, "pairs", 5, "how often each is measured, by turns with its floor")
	f.StringVar(&o.binary, "binary", "", "measure this bimpe instead of building bin/bimpe")
	f.StringVar(&o.json, "json", "", "also write the figures to this file")
	f.StringVar(&o.profile, "profile", "", "write profiles of the server into this folder; it then runs inside this program")
	f.StringVar(&o.guide, "guide", "", "with -profile, merge the processor's profiles into this file, by which the compiler makes the server fast")
	f.BoolVar(&o.strict, "strict", false, "fail when a bar is missed")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.pairs < 1 || o.pairs > most {
		return o, fmt.Errorf("-pairs must be 1 to %d", most)
	}
	for _, name := range o.rows() {
		if !slices.Contains(names(), name) {
			return o, fmt.Errorf("-only %s: there are the rows %s", name, strings.Join(names(), ", "))
		}
	}
	if o.guide != "" && o.profile == "" {
		return o, errors.New("-guide needs -profile")
	}
	o.postgres = os.Getenv("BIMPE_TEST_POSTGRES")
	return o, nil
}

// rows are the names of those to measure.
func (o options) rows() []string {
	if o.only == "" {
		return names()
	}
	return strings.Split(o.only, ",")
}

func run(ctx context.Context, args []string, out, log io.Writer) error {
	if len(args) > 0 {
		if part, ok := parts()[args[0]]; ok {
			return part(ctx, args[1:])
		}
	}
	o, err := parse(args, log)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	b, err := newBench(ctx, o, log)
	if err != nil {
		return err
	}
	all, err := b.measure(ctx)
	if err = errors.Join(err, b.close()); err != nil {
		return err
	}
	if o.guide != "" {
		if err := writeGuide(o.profile, o.guide); err != nil {
			return err
		}
	}
	return o.report(out, all)
}

// report prints the table, writes the file, and under -strict tells what was missed.
func (o options) report(out io.Writer, all []figures.Figure) error {
	if err := figures.WriteTable(out, all); err != nil {
		return err
	}
	if o.json != "" {
		if err := writeFile(o.json, func(to io.Writer) error { return figures.WriteJSON(to, all) }); err != nil {
			return err
		}
	}
	if o.strict && slices.ContainsFunc(all, figures.Figure.Missed) {
		return errors.New("a bar was missed")
	}
	return nil
}

// writeFile makes a file whole.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// now is the clock of all that is measured.
func now() time.Time {
	return time.Now() //nolint:forbidigo // measuring is what this program is for; all else is given this one
}
