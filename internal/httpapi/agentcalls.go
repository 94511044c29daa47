package httpapi

import (
	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/calls"
	"github.com/bimpe/bimpe/internal/console"
)

// callJSON is a telephone call in lists.
type callJSON struct {
	ID          console.ID            `json:"id"`
	Source      *string               `json:"source" doc:"the number that called; null where it was withheld"`
	Destination string                `json:"destination" doc:"the number that was called"`
	Status      console.CallStatus    `json:"status" enum:"queued,ringing,answered,ended,busy,failed,cancelled"`
	Direction   console.CallDirection `json:"direction" enum:"inbound,outbound"`
	CreatedOn   stamp                 `json:"created_on"`
	Seconds     *int64                `json:"duration_seconds" doc:"how long the two talked; null until an answered call has ended"`
	Test        bool                  `json:"is_test_call"`
	ErrorReason *string               `json:"error_reason" doc:"why the call could not be made"`
	EndReason   *string               `json:"end_reason" doc:"why the call ended"`
	RingingAt   orTime                `json:"ringing_at"`
	EndedAt     orTime                `json:"ended_at"`
}

func callOf(c console.Call) callJSON {
	j := callJSON{
		ID: c.ID, Source: c.Source, Destination: c.Destination, Status: c.Status, Direction: c.Direction,
		CreatedOn: stamp(c.CreatedAt), Test: c.Test, ErrorReason: c.ErrorReason, EndReason: c.EndReason,
		RingingAt: stampOr(c.RingingAt), EndedAt: stampOr(c.EndedAt),
	}
	if d, talked := c.Duration(); talked {
		seconds := int64(d.Seconds())
		j.Seconds = &seconds
	}
	return j
}

// callDetailJSON is a telephone call with what was said in it.
type callDetailJSON struct {
	callJSON
	StartedAt  orTime        `json:"started_at"`
	AnsweredAt orTime        `json:"answered_at"`
	Log        []messageJSON `json:"conversation_logs" nullable:"false" doc:"what was said, in order; the first 1000 messages"`
}

func (a *API) agentCallsEndpoint() *endpoint {
	statuses := items(console.CallStatuses(), func(s console.CallStatus) string { return string(s) })
	filter := func(q *query) console.CallFilter {
		f := console.CallFilter{Test: q.truth("is_test_call")}
		if word := q.oneOf("status", statuses); word != "" {
			status := console.CallStatus(word)
			f.Status = &status
		}
		return f
	}
	params := []*huma.Param{truthParam("is_test_call"), wordParam("status", statuses)}
	return filtered(listing{sorts: []string{"created_on"}}, params, filter, a.listAgentCalls)
}

func (a *API) listAgentCalls(c *call, f console.CallFilter, q console.Query) (console.Page[callJSON], error) {
	got, err := c.reads().Calls(c.ctx(), c.agentID(), f, q)
	return console.Page[callJSON]{Items: items(got.Items, callOf), Total: got.Total}, err
}

func (a *API) agentCall(c *call) (callDetailJSON, error) {
	got, err := a.cfg.Calls.Detail(c.ctx(), c.reads(), c.agentID(), c.id("callId"))
	return callDetailJSON{
		callJSON: callOf(got.Call), StartedAt: stampOr(got.StartedAt), AnsweredAt: stampOr(got.AnsweredAt),
		Log: items(got.Log, messageOf),
	}, err
}

// placeCall is the body of a new call.
type placeCall struct {
	Destination string `json:"destination" pattern:"^\\+[1-9][0-9]{6,14}$" patternDescription:"a telephone number with its country code" doc:"whom to call, E.164" example:"+2348012345678"`
	Test        bool   `json:"is_test_call" doc:"a test call needs no phone number of the agent"`
}

func (in placeCall) draft() calls.Draft {
	return calls.Draft{Destination: in.Destination, Test: in.Test}
}

// placedJSON is what became of a new call.
type placedJSON struct {
	Status string      `json:"status" enum:"initiated,busy,failed"`
	CallID *console.ID `json:"call_id,omitempty"`
	Detail *string     `json:"detail,omitempty" doc:"why, in words"`
}

// placeCall says what a call lacks, and of one that lacks nothing that no call can be made yet.
func (a *API) placeCall(c *call, tx Tx, in placeCall) (placedJSON, error) {
	return placedJSON{}, a.cfg.Calls.Place(c.ctx(), tx, c.agentID(), in.draft())
}

// calls is a path that the older era documented and that never did more than this.
func (a *API) calls(*call) (nothing, error) {
	return nothing{}, console.Errorf(console.CodeNotImplemented,
		"Calls are listed by agent: GET /agents/{agentId}/calls.")
}
