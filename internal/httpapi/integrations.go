package httpapi

import (
	"fmt"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/integrations"
)

// What an agent has, for its own list and for the agent's detail. No agent has any integration yet,
// and so there is nothing that one could do.

func integrationsOf(console.ID) []integrationJSON { return []integrationJSON{} }

func actionsOf(console.ID) []actionJSON { return []actionJSON{} }

// below is a list of what an agent has, or CodeNotFound for an agent that is not there.
func below[T any](of func(console.ID) []T) *endpoint {
	return whole(func(c *call) ([]T, error) {
		_, err := c.reads().Agent(c.ctx(), c.agentID())
		return of(c.agentID()), err
	})
}

// none is what an agent has of a family that nothing of can be connected yet.
func none[T any](console.ID) []T { return []T{} }

// bimpeaiOf shows the whole catalogue, connected or not.
func bimpeaiOf(console.ID) []bimpeaiJSON { return items(integrations.Catalogue(), offerOf) }

// drafted is the body of a request to connect something.
type drafted interface{ draft() integrations.Draft }

// configure is an operation that is to connect an agent with what its body names.
func configure[In drafted, Out any]() *endpoint {
	return write(func(c *call, tx Tx, in In) (out Out, err error) {
		return out, integrations.Connect(c.ctx(), tx, c.principal().Team, c.agentID(), in.draft())
	})
}

// change is an operation on an integration that exists, which none does yet. Its body is checked first.
func change[In, Out any]() *endpoint {
	return write(func(c *call, tx Tx, _ In) (out Out, err error) {
		return out, integrations.Find(c.ctx(), tx, c.agentID(), c.id("integrationId"))
	})
}

// tools is the list of the tools of an integration that exists, which none does yet.
func tools() *endpoint {
	return whole(func(c *call) ([]toolJSON, error) {
		return nil, integrations.Find(c.ctx(), c.reads(), c.agentID(), c.id("integrationId"))
	})
}

// actionIDs is the body that enables or disables actions.
type actionIDs struct {
	IDs []console.ID `json:"action_ids" nullable:"false" maxItems:"500"`
}

func (in actionIDs) faults(*call) []console.Field {
	f := &console.Faults{}
	for i, id := range in.IDs {
		f.Text(fmt.Sprintf("action_ids.%d", i), string(id), 1, console.MaxIDLength)
	}
	return f.All
}

// updatedJSON says how many actions are now as they were asked to be.
type updatedJSON struct {
	Count int `json:"updated_count"`
}

// switchActions counts the actions of the agent among those that are named: none, since it has none.
func (a *API) switchActions(c *call, tx Tx, _ actionIDs) (updatedJSON, error) {
	_, err := tx.Agent(c.ctx(), c.agentID())
	return updatedJSON{}, err
}
