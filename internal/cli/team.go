package cli

import (
	"context"
	"strconv"
	"text/tabwriter"

	"github.com/bimpe/bimpe/internal/app"
	"github.com/bimpe/bimpe/internal/console"
)

// quotas are a team's bounds; what is not given is left as it is.
type quotas struct {
	Agents  *int `help:"Agents at a time; 0: the server's default."`
	Streams *int `help:"Open event streams at a time; 0: the server's default."`
	Rate    *int `help:"Requests of one key in a minute; 0: the server's default."`
}

func (q quotas) apply(to console.Quotas) console.Quotas {
	set := func(at *int, value *int) {
		if value != nil {
			*at = *value
		}
	}
	set(&to.Agents, q.Agents)
	set(&to.Streams, q.Streams)
	set(&to.RatePerMinute, q.Rate)
	return to
}

// teamCreate makes a team.
type teamCreate struct {
	stored `embed:""`
	quotas `embed:""`
	Name   string `arg:"" help:"The team's name."`
}

// Run is called by kong. The team's id stands alone on standard output.
func (c *teamCreate) Run(ctx context.Context, to IO) error {
	return c.with(ctx, func(admin *app.Admin) error {
		t, err := admin.CreateTeam(ctx, c.Name, c.apply(console.Quotas{}))
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
		p.printf("ID\tNAME\tAGENTS\tSTREAMS\tRATE\tCREATED\n")
		for _, t := range teams {
			p.printf("%s\t%s\t%d\t%d\t%s\t%s\n", t.ID, plain(t.Name), t.Quotas.AgentQuota(), t.Quotas.StreamQuota(),
				rate(t.Quotas.RatePerMinute), moment(&t.CreatedAt))
		}
		if p.err != nil {
			return p.err
		}
		return table.Flush()
	})
}

func rate(perMinute int) string {
	if perMinute == 0 {
		return "default"
	}
	return strconv.Itoa(perMinute)
}

// teamSet changes a team's quotas.
type teamSet struct {
	stored `embed:""`
	quotas `embed:""`
	Team   string `arg:"" help:"The team's name."`
}

// Run is called by kong.
func (c *teamSet) Run(ctx context.Context) error {
	return c.with(ctx, func(admin *app.Admin) error { return admin.SetQuotas(ctx, c.Team, c.apply) })
}
