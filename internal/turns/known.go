package turns

import (
	"context"
	"sync"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// known is what whoever opened a turn knew, which then need not be read. It is zero for a turn that
// was adopted.
type known struct {
	conversation *console.Conversation
	agent        console.AgentState
	cause        console.Cause // that sent the message which began the turn
}

func knownOf(c console.Change) known { return known{&c.Now, c.Agent, c.Cause} }

// agentCache remembers agents as they were last read. An agent of the asked-for version is the same
// whoever read it, so that nothing ever has to be taken out for being stale.
type agentCache struct {
	mu   sync.Mutex
	byID map[console.ID]console.Agent // held under mu
}

// maxAgents bounds what is remembered; agents with many long rules are what weighs.
const maxAgents = 256

func (c *agentCache) get(id console.ID, version time.Time) (console.Agent, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.byID[id]
	return a, ok && !version.IsZero() && a.UpdatedAt.Equal(version)
}

func (c *agentCache) put(a console.Agent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil {
		c.byID = make(map[console.ID]console.Agent)
	}
	c.byID[a.ID] = a
	for other := range c.byID {
		if len(c.byID) <= maxAgents {
			break
		}
		if other != a.ID {
			delete(c.byID, other)
		}
	}
}

// agent returns the agent in the version that is known, or as it is now.
func (e *Engine) agent(ctx context.Context, from Reads, id console.ID, version time.Time) (console.Agent, error) {
	if a, ok := e.agents.get(id, version); ok {
		return a, nil
	}
	a, err := from.Agent(ctx, id)
	if err == nil {
		e.agents.put(a)
	}
	return a, err
}
