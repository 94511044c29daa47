package turns

import (
	"context"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

// Models says whom to ask for replies. It may be used by many goroutines.
type Models interface {
	// Chain returns the models of an agent in the order in which they are asked, at least one. It is
	// called once a turn, and only for a turn that needs a model. A connection that has been
	// deleted is left out, and one that cannot be used is there as a model that always fails.
	Chain(ctx context.Context, team console.ID, a console.Agent) ([]Candidate, error)
}

// Candidate is a model that may be asked for a reply.
type Candidate struct {
	Connection console.ID // of the team; empty: the server's own model
	Provider   console.Provider
	Name       string // what the provider calls the model
	Price      console.Price
	Version    time.Time // of the connection: what is known of an older one does not count
	Model      llm.Model
}

// ref is the candidate as a record names it.
func (c Candidate) ref() console.ModelRef {
	return console.ModelRef{Connection: c.Connection, Provider: string(c.Provider), Name: c.Name}
}
