package cli

import (
	"context"
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/bimpe/bimpe/internal/app"
	"github.com/bimpe/bimpe/internal/console"
)

// quotas are a team's bounds; what is not given is left as it is.
type quotas struct {
	Agents       *amount `placeholder:"N" help:"Agents at a time; none: no agent at all; 0: the server's default."`
	Integrations *amount `placeholder:"N" help:"Connected integrations at a time; none: no integration at all; 0: the server's default."`
	Streams      *int    `placeholder:"N" help:"Open event streams at a time; 0: the server's default."`
	Rate         *int    `placeholder:"N" help:"Requests of one key in a minute; 0: the server's default."`
	TokensPerDay *amount `placeholder:"N" help:"Tokens of models in a day, in UTC; none: no model at all; 0: no bound."`
}

func (q quotas) apply(to console.Quotas) console.Quotas {
	set(&to.Agents, (*int)(q.Agents))
	set(&to.Integrations, (*int)(q.Integrations))
	set(&to.Streams, q.Streams)
	set(&to.RatePerMinute, q.Rate)
	set(&to.TokensPerDay, (*int)(q.TokensPerDay))
	return to
}

// terms are all that the operator says of a team.
type terms struct {
	quotas        `embed:""`
	RetentionDays *int `placeholder:"N" help:"Days for which a conversation is kept behind the last that happened in it; 0: for ever."`
}

func (c terms) change(t console.Team) console.Team {
	t.Quotas = c.apply(t.Quotas)
	set(&t.RetentionDays, c.RetentionDays)
	return t
}

func set(at, value *int) {
	if value != nil {
		*at = *value
	}
}

// amount is a number or the word none, which is not 0, since that is the server's default.
type amount int

// UnmarshalText is called by kong.
func (a *amount) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		*a = console.NoneAllowed
		return nil
	}
	n, err := strconv.ParseUint(string(text), 10, 31)
	if err != nil {
		return fmt.Errorf("must be a number or none, not %q", text)
	}
	*a = amount(n)
	return nil
}

// teamCreate makes a team.
type teamCreate struct {
	stored `embed:""`
	terms  `embed:""`
	Name   string `arg:"" help:"The team's name."`
}

// Run is called by kong. The team's id stands alone on standard output.
func (c *teamCreate) Run(ctx context.Context, to IO) error {
	return c.making(ctx, to, func(admin *app.Admin) error {
		t, err := admin.CreateTeam(ctx, c.change(console.Team{Name: c.Name}))
		if err != nil {
			return err
		}
		p := printer{to: to.Stdout}
		p.printf("%s\n", t.ID)
		return p.err
	})
}

// teamList lists teams.
type teamList struct {
	stored `embed:""`
}

// Run is called by kong.
func (c *teamList) Run(ctx context.Context, to IO) error {
	return c.with(ctx, func(admin *app.Admin) error {
		teams, err := admin.Teams(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(to.Stdout, 0, 0, 2, ' ', 0)
		p := printer{to: table}
		p.printf("ID\tNAME\tAGENTS\tINTEGRATIONS\tSTREAMS\tRATE\tTOKENS A DAY\tKEPT DAYS\tCREATED\n")
		for _, t := range teams {
			q := t.Quotas
			p.printf("%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", t.ID, plain(t.Name), orNone(q.AgentQuota()),
				orNone(q.IntegrationQuota()), q.StreamQuota(), rate(q.RatePerMinute), tokens(int64(q.TokensPerDay)), tokens(int64(t.RetentionDays)),
				moment(&t.CreatedAt))
		}
		if p.err != nil {
			return p.err
		}
		return table.Flush()
	})
}

// orNone says a quota as it is given.
func orNone(n int) string {
	if n == 0 {
		return "none"
	}
	return strconv.Itoa(n)
}

// tokens says a bound on tokens, a dash where there is none.
func tokens(n int64) string {
	switch n {
	case 0:
		return "-"
	case console.NoneAllowed:
		return "none"
	}
	return strconv.FormatInt(n, 10)
}

func rate(perMinute int) string {
	if perMinute == 0 {
		return "default"
	}
	return strconv.Itoa(perMinute)
}

// teamSet changes a team's quotas and how long it keeps conversations.
type teamSet struct {
	stored `embed:""`
	terms  `embed:""`
	Team   string `arg:"" help:"The team's name."`
}

// Run is called by kong.
func (c *teamSet) Run(ctx context.Context) error {
	return c.with(ctx, func(admin *app.Admin) error { return admin.SetTeam(ctx, c.Team, c.change) })
}

// teamDelete deletes a team with all that it has.
type teamDelete struct {
	stored  `embed:""`
	remains `embed:""`
	Yes     bool   `help:"Do it. It cannot be undone."`
	Team    string `arg:"" help:"The team's name."`
}

// Run is called by kong.
func (c *teamDelete) Run(ctx context.Context, to IO) error {
	if !c.Yes {
		return usageError{fmt.Errorf("this would delete the team %q with its keys, agents, conversations and all else, for good: add --yes to do it",
			plain(c.Team))}
	}
	return c.with(ctx, func(admin *app.Admin) error {
		came, err := admin.DeleteTeam(ctx, c.Team)
		if err != nil {
			return err
		}
		return c.tell(to, admin, came)
	})
}
