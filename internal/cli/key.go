package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/bimpe/bimpe/internal/app"
	"github.com/bimpe/bimpe/internal/console"
)

// stored is what all commands have that work on the data, beside a running server or without one.
type stored struct {
	app.Storage `embed:""`
}

// with opens the data for one deed. Where there is none it is refused, and none is made.
func (s stored) with(ctx context.Context, do func(*app.Admin) error) error {
	admin, err := app.FindAdmin(ctx, s.Storage)
	if err != nil {
		return err
	}
	return errors.Join(do(admin), admin.Close())
}

// making opens the data for a deed that may be the first one. Where there is none it is made, and
// standard error says where.
func (s stored) making(ctx context.Context, to IO, do func(*app.Admin) error) error {
	there, err := s.Exists()
	if err != nil {
		return err
	}
	admin, err := app.OpenAdmin(ctx, s.Storage)
	if err != nil {
		return err
	}
	p := printer{to: to.Stderr}
	if !there {
		p.printf("bimpe: made a new database in %s\n", s.Folder())
	}
	return errors.Join(p.err, do(admin), admin.Close())
}

// keyCreate makes a key.
type keyCreate struct {
	stored  `embed:""`
	Team    string         `required:"" help:"The team's name; it is made if there is none."`
	Scope   []string       `required:"" help:"What the key may do, such as conversations:read or *; may be repeated."`
	Expires *time.Duration `help:"How long the key is good for, such as 24h; without it, until it is revoked."`
	Name    string         `default:"command line" help:"What the key is for."`
	Tokens  *int64         `name:"tokens-per-day" placeholder:"N" help:"Tokens that models may spend in a day, in UTC, on the messages that the key posts; without it, no bound."`
	More    []string       `arg:"" optional:"" hidden:""` // --scope a b
}

// Run is called by kong. The key stands alone on standard output.
func (c *keyCreate) Run(ctx context.Context, to IO) error {
	return c.making(ctx, to, func(admin *app.Admin) error {
		_, secret, err := admin.CreateKey(ctx, app.KeyDraft{
			Team: c.Team, Name: c.Name, Scopes: scopes(slices.Concat(c.Scope, c.More)), Expires: c.Expires,
			MaxTokensPerDay: c.Tokens,
		})
		if err != nil {
			return err
		}
		p := printer{to: to.Stdout}
		p.printf("%s\n", secret)
		return p.err
	})
}

func scopes(names []string) []console.Scope {
	all := make([]console.Scope, len(names))
	for i, n := range names {
		all[i] = console.Scope(n)
	}
	return all
}

// keyList lists keys.
type keyList struct {
	stored `embed:""`
	Team   string `help:"Of this team only."`
}

// Run is called by kong.
func (c *keyList) Run(ctx context.Context, to IO) error {
	return c.with(ctx, func(admin *app.Admin) error {
		table := tabwriter.NewWriter(to.Stdout, 0, 0, 2, ' ', 0)
		p := printer{to: table}
		p.printf("ID\tTEAM\tNAME\tKEY\tSCOPES\tCREATED\tEXPIRES\tTOKENS A DAY\tLAST USED\tREVOKED\n")
		err := admin.EachKey(ctx, c.Team, func(team string, k console.Key) {
			p.printf("%s\t%s\t%s\tsk_…%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, plain(team), plain(k.Name), k.Hint, join(k.Scopes),
				moment(&k.CreatedAt), moment(k.ExpiresAt), tokens(k.MaxTokensPerDay), moment(k.LastUsedAt), moment(k.RevokedAt))
		})
		if err != nil {
			return err
		}
		if p.err != nil {
			return p.err
		}
		return table.Flush()
	})
}

// plain is a name as a table can show it. Names come over the API too, where they may hold what would
// break a line or steer the terminal.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, name)
}

func join(all []console.Scope) string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = string(s)
	}
	return strings.Join(names, ",")
}

// moment is a time for people; a dash where there is none.
func moment(at *time.Time) string {
	if at == nil {
		return "-"
	}
	return at.UTC().Format(time.DateTime + "Z")
}

// keyRevoke ends a key.
type keyRevoke struct {
	stored `embed:""`
	ID     string `arg:"" help:"The key's id, as bimpe key list shows it."`
}

// Run is called by kong.
func (c *keyRevoke) Run(ctx context.Context) error {
	return c.with(ctx, func(admin *app.Admin) error { return admin.RevokeKey(ctx, console.ID(c.ID)) })
}
