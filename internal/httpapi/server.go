package httpapi

import "github.com/bimpe/bimpe/internal/console"

// healthJSON says that the API is up.
type healthJSON struct {
	Pong bool `json:"pong"`
}

func (a *API) health(*call) (healthJSON, error) { return healthJSON{Pong: true}, nil }

// calls is a path that the older era documented and that never did more than this.
func (a *API) calls(*call) (nothing, error) {
	return nothing{}, console.Errorf(console.CodeNotImplemented,
		"Calls are listed by agent: GET /agents/{agentId}/calls.")
}
