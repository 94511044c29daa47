package httpapi

import (
	"net/http"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// maxSecret is longer than any secret; what is longer still is not looked up.
const maxSecret = 512

// authenticate returns who asks.
func (a *API) authenticate(r *http.Request) (console.Principal, error) {
	secret, err := secretIn(r.Header)
	if err != nil {
		return console.Principal{}, err
	}
	p, err := a.cfg.Auth.Authenticate(r.Context(), secret)
	if err != nil {
		return console.Principal{}, err
	}
	a.cfg.Auth.Used(p.Key)
	return p, nil
}

// secretIn returns the key that the headers hold. A request may name it in either header, or in
// both if they agree.
func secretIn(h http.Header) (string, error) {
	secret := ""
	for _, s := range append(bearers(h), h["X-Api-Key"]...) {
		s = strings.TrimSpace(s)
		if secret != "" && s != "" && s != secret {
			return "", console.Errorf(console.CodeKeyInvalid, "The request names two different API keys.")
		}
		if s != "" {
			secret = s
		}
	}
	switch {
	case secret == "":
		return "", console.Errorf(console.CodeKeyMissing,
			"An API key is needed: send it as Authorization: Bearer <key> or as X-Api-Key: <key>.")
	case len(secret) > maxSecret:
		return "", console.Errorf(console.CodeKeyInvalid, "This API key is not valid.")
	}
	return secret, nil
}

// bearers returns the bearer tokens; other schemes of Authorization are somebody else's.
func bearers(h http.Header) []string {
	var tokens []string
	for _, v := range h["Authorization"] {
		scheme, token, _ := strings.Cut(strings.TrimSpace(v), " ")
		if strings.EqualFold(scheme, "Bearer") {
			tokens = append(tokens, token)
		}
	}
	return tokens
}
