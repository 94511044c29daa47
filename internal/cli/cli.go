// Package cli is the command line: it reads flags and BIMPE_* settings, calls app, and says what
// came of it. Results go to standard output, everything else to standard error. Exit codes are 0
// for success, 1 for a failure, and 2 for a command or setting that cannot be.
package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/bimpe/bimpe/internal/app"
	"github.com/bimpe/bimpe/internal/console"
)

// IO is where a command writes, and which release it is of.
type IO struct {
	Stdout, Stderr io.Writer
	Version        string
}

// The exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// commands is the whole command line.
type commands struct {
	Serve      serve      `cmd:"" help:"Serve the API until a signal."`
	Quickstart quickstart `cmd:"" help:"Make a team, a key and an agent, show a reply being written, and go on serving."`
	Key        struct {
		Create keyCreate `cmd:"" help:"Make a key and print it, this once."`
		List   keyList   `cmd:"" help:"List keys, without their secrets."`
		Revoke keyRevoke `cmd:"" help:"End a key and the streams that it opened."`
	} `cmd:"" help:"API keys."`
	Team struct {
		Create teamCreate `cmd:"" help:"Make a team."`
		List   teamList   `cmd:"" help:"List teams and their quotas."`
		Set    teamSet    `cmd:"" help:"Change a team's quotas, and how long it keeps conversations."`
		Delete teamDelete `cmd:"" help:"Delete a team with all that it has."`
	} `cmd:"" help:"Teams and their quotas."`
	PhoneNumber struct {
		Add      numberAdd      `cmd:"" help:"Give a team a number, which may fulfil a request."`
		List     numberList     `cmd:"" help:"List the numbers of teams."`
		Requests numberRequests `cmd:"" help:"List what teams ask for."`
		Review   numberReview   `cmd:"" help:"Tell a team that its request is being looked at."`
		Reject   numberReject   `cmd:"" help:"Tell a team that its request is not fulfilled."`
	} `cmd:"" help:"Phone numbers and requests for them."`
	Export export `cmd:"" help:"Write all that a team has as plain files."`
	Erase  erase  `cmd:"" help:"Remove all traces of one customer of a team."`
	Keys   struct {
		Rotate keysRotate `cmd:"" help:"Replace the master key and seal everything anew; stop the server before, where the key is in its data folder."`
	} `cmd:"" help:"The master key, which seals secrets."`
	Backup   backup   `cmd:"" help:"Write all data into one file, while servers go on."`
	Restore  restore  `cmd:"" help:"Fill an empty place from a backup."`
	Rollback rollback `cmd:"" help:"Put the database from before an upgrade back; stop the server before."`
	Move     move     `cmd:"" help:"Copy all data from the data folder into a PostgreSQL database; stop the server before."`
	OpenAPI  openapi  `cmd:"" name:"openapi" help:"Print the API's OpenAPI document."`
	Version  version  `cmd:"" help:"Print the release."`
}

// Run does what args say and returns the exit code. The first SIGINT or SIGTERM ends a command in
// order, the second at once. It is for a process of its own, whose files are its owner's alone from
// then on.
func Run(args []string, to IO) int {
	private()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, args, to)
}

func run(ctx context.Context, args []string, to IO) int {
	helped := false
	parser, err := kong.New(&commands{},
		kong.Name("bimpe"), kong.Writers(to.Stdout, to.Stderr),
		kong.Description("A self-hosted server for agents that answer a business's customers."),
		kong.Exit(func(int) { helped = true }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(to),
	)
	if err != nil {
		return complain(to, err)
	}
	switch {
	case len(args) == 0:
		args = []string{"--help"}
	case args[0] == "help":
		args = append(slices.Clone(args[1:]), "--help")
	}
	command, err := parser.Parse(args)
	switch {
	case helped:
		_, err = fmt.Fprintln(to.Stdout) // kong's help has no end of its last line
		return complain(to, err)
	case err != nil:
		return complain(to, usageError{err})
	}
	return complain(to, command.Run())
}

// usageError is a command line that makes no sense.
type usageError struct{ error }

// complain says what went wrong, if anything did, and returns the exit code.
func complain(to IO, err error) int {
	if err == nil {
		return exitOK
	}
	code := exitFailure
	text := "bimpe: " + err.Error()
	if e, ok := errors.AsType[*app.ConfigError](err); ok {
		code, text = exitUsage, "bimpe: these settings cannot be:\n"+indent(e.Faults)
	}
	if e, ok := errors.AsType[*console.Error](err); ok {
		text = "bimpe: " + e.Message
		if e.Code == console.CodeValidation {
			code, text = exitUsage, "bimpe: "+fields(e.Fields)
		}
	}
	if _, ok := errors.AsType[usageError](err); ok {
		code = exitUsage
		text += "\nSee bimpe --help."
	}
	// When standard error cannot be written there is nobody left to tell.
	_, _ = fmt.Fprintln(to.Stderr, text)
	return code
}

func indent(lines []string) string {
	text := ""
	for i, l := range lines {
		if i > 0 {
			text += "\n"
		}
		text += "  " + l
	}
	return text
}

func fields(all []console.Field) string {
	text := ""
	for i, f := range all {
		if i > 0 {
			text += "\n"
		}
		text += f.Path + ": " + f.Fault
	}
	return text
}

// printer writes to a command's output and remembers the first fault.
type printer struct {
	to  io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.to, format, args...)
	}
}

// version prints the release.
type version struct{}

// Run is called by kong.
func (version) Run(to IO) error {
	p := printer{to: to.Stdout}
	p.printf("%s\n", to.Version)
	return p.err
}

// openapi prints the API's document.
type openapi struct{}

// Run is called by kong.
func (openapi) Run(to IO) error {
	document, err := app.OpenAPI(to.Version)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, document, "", "  "); err != nil {
		return fmt.Errorf("indent the document: %w", err)
	}
	b.WriteByte('\n')
	_, err = to.Stdout.Write(b.Bytes())
	return err
}

// serve is the server.
type serve struct {
	app.Config `embed:""`
}

// Run is called by kong.
func (c *serve) Run(ctx context.Context, to IO) error {
	c.Version, c.Log, c.Getenv = to.Version, to.Stderr, os.Getenv
	a, err := app.Build(ctx, c.Config)
	if err != nil {
		return err
	}
	return a.Run(ctx)
}

// noSuchFile reports whether a file is not there.
func noSuchFile(err error) bool { return errors.Is(err, os.ErrNotExist) }
