package httpapi

import (
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/phones"
)

// numberJSON is a phone number in lists.
type numberJSON struct {
	ID      console.ID  `json:"id"`
	AgentID *console.ID `json:"agent_id" doc:"the agent that has the number; null: none. An agent may have several numbers"`
	Label   *string     `json:"label"`
	E164    string      `json:"e164" example:"+2348012345678"`
}

func numberOf(n console.PhoneNumber) numberJSON {
	return numberJSON{ID: n.ID, AgentID: n.AgentID, Label: n.Label, E164: n.E164}
}

// numberDetailJSON is a phone number by itself. No carrier can be connected yet, so that no number
// takes calls.
type numberDetailJSON struct {
	numberJSON
	InboundEnabled bool  `json:"inbound_enabled" doc:"whether calls to the number are taken; false as long as this server cannot be connected to a carrier"`
	CreatedAt      stamp `json:"created_at"`
	UpdatedAt      stamp `json:"updated_at"`
}

func numberDetailOf(n console.PhoneNumber) numberDetailJSON {
	return numberDetailJSON{numberJSON: numberOf(n), CreatedAt: stamp(n.CreatedAt), UpdatedAt: stamp(n.UpdatedAt)}
}

func numberListing() listing { return listing{sorts: []string{"created_at"}} }

func (a *API) listNumbers(c *call, q console.Query) (console.Page[numberJSON], error) {
	got, err := c.reads().PhoneNumbers(c.ctx(), q)
	return console.Page[numberJSON]{Items: items(got.Items, numberOf), Total: got.Total}, err
}

func (a *API) number(c *call) (numberDetailJSON, error) {
	got, err := c.reads().PhoneNumber(c.ctx(), c.id("phoneNumberId"))
	return numberDetailOf(got), err
}

// updateNumber is the body of a change of a phone number.
type updateNumber struct {
	AgentID *console.ID `json:"agent_id,omitempty" nullable:"true" doc:"gives the number to an agent of the team; null takes it from the one that has it"`
	Label   *string     `json:"label,omitempty" nullable:"true" maxLength:"255"`
}

func (a *API) updateNumber(c *call, tx Tx, in updateNumber) (numberDetailJSON, error) {
	if err := anAgent(in.AgentID); err != nil {
		return numberDetailJSON{}, err
	}
	got, err := a.cfg.Phones.Update(c.ctx(), tx, c.id("phoneNumberId"), phones.Patch{
		AgentID: changed(c, "agent_id", in.AgentID), Label: changed(c, "label", in.Label),
	})
	return numberDetailOf(got), err
}

// anAgent returns CodeNotFound for what can be no agent's id.
func anAgent(id *console.ID) error {
	if id != nil && !plausible(string(*id)) {
		return console.NotFound("agent", *id)
	}
	return nil
}

// numberRequestJSON is a request for a phone number, and the number once there is one.
type numberRequestJSON struct {
	ID              console.ID            `json:"id"`
	Status          console.RequestStatus `json:"status" enum:"pending,under_review,fulfilled,rejected"`
	StatusReason    *string               `json:"status_reason" doc:"what the server's operator said to it"`
	BusinessName    string                `json:"business_name"`
	IntendedUse     string                `json:"intended_use"`
	Region          console.Region        `json:"region" enum:"us,uk,eu,ng"`
	AgentCount      int64                 `json:"agent_count"`
	OutboundMinutes int64                 `json:"outbound_minutes"`
	SubmittedBy     *console.ID           `json:"submitted_by_agent_id" doc:"the agent for which it was made, which may be gone since"`
	E164            *string               `json:"e164" doc:"the number, once the request is fulfilled"`
	AgentID         *console.ID           `json:"agent_id" doc:"the agent that has the number now"`
	Label           *string               `json:"label" doc:"the number's label now"`
	CreatedAt       stamp                 `json:"created_at"`
	UpdatedAt       stamp                 `json:"updated_at"`
}

func numberRequestOf(r console.AskedNumber) numberRequestJSON {
	j := numberRequestJSON{
		ID: r.ID, Status: r.Status, StatusReason: r.StatusReason, BusinessName: r.BusinessName,
		IntendedUse: r.IntendedUse, Region: r.Region, AgentCount: r.AgentCount, OutboundMinutes: r.OutboundMinutes,
		SubmittedBy: r.SubmittedBy, CreatedAt: stamp(r.CreatedAt), UpdatedAt: stamp(r.UpdatedAt),
	}
	if r.Number != nil {
		j.E164, j.AgentID, j.Label = &r.Number.E164, r.Number.AgentID, r.Number.Label
	}
	return j
}

func (a *API) listNumberRequests(c *call, q console.Query) (console.Page[numberRequestJSON], error) {
	got, err := c.reads().NumberRequests(c.ctx(), q)
	return console.Page[numberRequestJSON]{Items: items(got.Items, numberRequestOf), Total: got.Total}, err
}

// requestNumber is the body of a request for a phone number.
type requestNumber struct {
	BusinessName    string         `json:"business_name" minLength:"1" maxLength:"255"`
	IntendedUse     string         `json:"intended_use" minLength:"1" maxLength:"2000"`
	Region          console.Region `json:"region" enum:"us,uk,eu,ng"`
	AgentCount      integer        `json:"agent_count" minimum:"1" maximum:"1000000" doc:"how many agents will use numbers"`
	OutboundMinutes integer        `json:"outbound_minutes" minimum:"0" maximum:"1000000000" doc:"how many minutes of outgoing calls are expected"`
	SubmittedBy     *console.ID    `json:"submitted_by_agent_id,omitempty" nullable:"true" doc:"the agent of the team for which it is made"`
}

func (in requestNumber) wish() phones.Wish {
	return phones.Wish{
		BusinessName: in.BusinessName, IntendedUse: in.IntendedUse, Region: in.Region, AgentCount: int64(in.AgentCount),
		OutboundMinutes: int64(in.OutboundMinutes), SubmittedBy: in.SubmittedBy,
	}
}

func (a *API) requestNumber(c *call, tx Tx, in requestNumber) (numberRequestJSON, error) {
	if err := anAgent(in.SubmittedBy); err != nil {
		return numberRequestJSON{}, err
	}
	got, err := a.cfg.Phones.Request(c.ctx(), tx, in.wish())
	return numberRequestOf(console.AskedNumber{NumberRequest: got}), err
}
