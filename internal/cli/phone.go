package cli

import (
	"context"
	"text/tabwriter"

	"github.com/bimpe/bimpe/internal/app"
	"github.com/bimpe/bimpe/internal/console"
)

// numberAdd gives a team a phone number.
type numberAdd struct {
	stored  `embed:""`
	Team    string      `help:"The team's name; may be left out with --request."`
	Request *console.ID `help:"The request that the number fulfils, as bimpe phone-number requests shows it."`
	Label   *string     `help:"What the number is called; the team may change it."`
	Agent   *console.ID `help:"The team's agent that has the number; the team may change it."`
	Number  string      `arg:"" help:"The number with its country code, such as +2348012345678."`
}

// Run is called by kong. The number's id stands alone on standard output.
func (c *numberAdd) Run(ctx context.Context, to IO) error {
	return c.with(ctx, func(admin *app.Admin) error {
		n, err := admin.AddNumber(ctx, app.NumberDraft{
			Team: c.Team, E164: c.Number, Label: c.Label, Agent: c.Agent, Request: c.Request,
		})
		if err != nil {
			return err
		}
		p := printer{to: to.Stdout}
		p.printf("%s\n", n.ID)
		return p.err
	})
}

// numberList lists phone numbers.
type numberList struct {
	stored `embed:""`
	Team   string `help:"Of this team only."`
}

// Run is called by kong.
func (c *numberList) Run(ctx context.Context, to IO) error {
	return c.with(ctx, func(admin *app.Admin) error {
		table := tabwriter.NewWriter(to.Stdout, 0, 0, 2, ' ', 0)
		p := printer{to: table}
		p.printf("ID\tTEAM\tNUMBER\tAGENT\tCREATED\tLABEL\n")
		err := admin.EachNumber(ctx, c.Team, func(team string, n console.PhoneNumber) {
			p.printf("%s\t%s\t%s\t%s\t%s\t%s\n", n.ID, plain(team), n.E164, orDash(n.AgentID), moment(&n.CreatedAt),
				orDash(n.Label))
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

// orDash is a text as a table can show it; a dash where there is none.
func orDash[S ~string](s *S) string {
	if s == nil || *s == "" {
		return "-"
	}
	return plain(string(*s))
}

// numberRequests lists requests for phone numbers.
type numberRequests struct {
	stored `embed:""`
	Team   string `help:"Of this team only."`
	All    bool   `help:"Those that have been settled too."`
}

// Run is called by kong.
func (c *numberRequests) Run(ctx context.Context, to IO) error {
	return c.with(ctx, func(admin *app.Admin) error {
		table := tabwriter.NewWriter(to.Stdout, 0, 0, 2, ' ', 0)
		p := printer{to: table}
		p.printf("ID\tTEAM\tSTATUS\tREGION\tAGENTS\tMINUTES\tNUMBER\tCREATED\tBUSINESS\tUSE\n")
		err := admin.EachNumberRequest(ctx, c.Team, func(team string, r console.AskedNumber) {
			if !c.All && r.Status.Open() != nil {
				return
			}
			number := "-"
			if r.Number != nil {
				number = r.Number.E164
			}
			p.printf("%s\t%s\t%s\t%s\t%d\t%d\t%s\t%s\t%s\t%s\n", r.ID, plain(team), r.Status, r.Region, r.AgentCount,
				r.OutboundMinutes, number, moment(&r.CreatedAt), plain(r.BusinessName), plain(console.Preview(r.IntendedUse)))
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

// verdict is a word about a request.
type verdict struct {
	stored `embed:""`
	Reason *string    `help:"What the team is told; without it, what it was told before stays; '' for nothing."`
	ID     console.ID `arg:"" help:"The request's id, as bimpe phone-number requests shows it."`
}

// numberReview takes a request under review.
type numberReview struct {
	verdict `embed:""`
}

// Run is called by kong.
func (c *numberReview) Run(ctx context.Context) error {
	return c.with(ctx, func(admin *app.Admin) error { return admin.ReviewNumberRequest(ctx, c.ID, c.Reason) })
}

// numberReject turns a request down.
type numberReject struct {
	verdict `embed:""`
}

// Run is called by kong.
func (c *numberReject) Run(ctx context.Context) error {
	return c.with(ctx, func(admin *app.Admin) error { return admin.RejectNumberRequest(ctx, c.ID, c.Reason) })
}
