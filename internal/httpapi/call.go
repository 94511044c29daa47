package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/bimpe/bimpe/internal/console"
)

// call is one request to one operation, admitted and allowed. It belongs to the request's goroutine.
type call struct {
	api  *API
	op   *operation
	x    *exchange
	r    *http.Request
	tree map[string]any // the body as it came, for what it says of absence and null
}

func (c *call) ctx() context.Context { return c.r.Context() }

func (c *call) principal() console.Principal { return c.x.principal }

func (c *call) team() console.ID { return c.x.principal.Team.ID }

// reads is what may be read of the caller's team.
func (c *call) reads() Reads { return c.api.cfg.Store.Team(c.team()) }

// id returns an id of the path, whose form has been checked.
func (c *call) id(name string) console.ID { return console.ID(c.r.PathValue(name)) }

// agentID is that of the agent below which the path lies.
func (c *call) agentID() console.ID { return c.id("agentId") }

// chatID is that of the conversation below which the path lies.
func (c *call) chatID() console.ID { return c.id("conversationId") }

// sent reports whether the body has a field, be it null.
func (c *call) sent(field string) bool {
	_, ok := c.tree[field]
	return ok
}

// changed is a field of a partial change: set if the body has it.
func changed[T any](c *call, field string, v T) console.Opt[T] {
	return console.Opt[T]{Set: c.sent(field), Value: v}
}

// serveOperation is what the mux calls for an operation.
func (a *API) serveOperation(op *operation, x *exchange, r *http.Request) {
	x.told = op.told
	if op.endpoint.raw != nil {
		op.endpoint.raw(x, r)
		return
	}
	if err := a.run(op, x, r); err != nil {
		a.writeError(x, r, err)
	}
}

func (a *API) run(op *operation, x *exchange, r *http.Request) error {
	if err := a.admit(x, r); err != nil {
		return err
	}
	if op.scope != "" {
		if x.keyErr != nil {
			return x.keyErr
		}
		if err := x.principal.Require(op.scope); err != nil {
			return err
		}
	}
	for _, name := range op.ids {
		if !plausible(r.PathValue(name)) {
			return console.Errorf(console.CodeNotFound, "There is nothing with this id.")
		}
	}
	c := &call{api: a, op: op, x: x, r: r}
	return late(c.gone(op.endpoint.run(c)))
}

// gone says of a request that makes no sense, about something that is not there, that it is not
// there: so that is the answer whatever was sent.
func (c *call) gone(err error) error {
	if console.CodeOf(err) != console.CodeValidation {
		return err
	}
	for _, name := range c.op.ids {
		if missing := c.look(name); console.IsNotFound(missing) {
			return missing
		}
	}
	return err
}

// look looks for what an id of the path names, outermost first.
func (c *call) look(name string) (err error) {
	switch name {
	case "agentId":
		_, err = c.reads().Agent(c.ctx(), c.agentID())
	case "conversationId":
		_, err = c.reads().Conversation(c.ctx(), c.agentID(), c.chatID())
	case "knowledgeBaseId":
		_, err = c.reads().KnowledgeBase(c.ctx(), c.agentID(), c.id(name))
	case "workflowId":
		_, err = c.reads().Workflow(c.ctx(), c.id(name))
	case "contactId":
		_, err = c.reads().Contact(c.ctx(), c.agentID(), c.id(name))
	case "phoneNumberId":
		_, err = c.reads().PhoneNumber(c.ctx(), c.id(name))
	}
	return err
}

// late says of a store or a client that did not answer in time what it is: not our fault to log at
// length, and worth another try.
func late(err error) error {
	if _, ours := errors.AsType[*console.Error](err); ours {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		e := console.Errorf(console.CodeInternal, "The server is too busy right now. Please try again.")
		return e.With(console.ReasonStoreUnreachable).Because(err)
	}
	return err
}

// plausible reports whether an id of a path can be that of anything.
func plausible(id string) bool {
	return id != "" && len(id) <= console.MaxIDLength && !slices.ContainsFunc([]byte(id), func(b byte) bool {
		return b <= ' ' || b > '~'
	})
}
