package httpapi

// healthJSON says that the API is up.
type healthJSON struct {
	Pong bool `json:"pong"`
}

func (a *API) health(*call) (healthJSON, error) { return healthJSON{Pong: true}, nil }
