package httpapi

import (
	"time"

	"github.com/bimpe/bimpe/internal/auth"
	"github.com/bimpe/bimpe/internal/console"
)

// keyJSON is an API key without its secret.
type keyJSON struct {
	ID         console.ID      `json:"id"`
	Name       string          `json:"name"`
	Hint       string          `json:"hint" doc:"the secret's last four characters"`
	Scopes     []console.Scope `json:"scopes" nullable:"false"`
	CreatedAt  stamp           `json:"created_at"`
	ExpiresAt  orTime          `json:"expires_at"`
	RevokedAt  orTime          `json:"revoked_at"`
	LastUsedAt orTime          `json:"last_used_at"`
	MaxTokens  *int64          `json:"max_tokens_per_day"`
}

func keyOf(k console.Key) keyJSON {
	return keyJSON{
		ID: k.ID, Name: k.Name, Hint: k.Hint, Scopes: list(k.Scopes), CreatedAt: stamp(k.CreatedAt),
		ExpiresAt: stampOr(k.ExpiresAt), RevokedAt: stampOr(k.RevokedAt), LastUsedAt: stampOr(k.LastUsedAt),
		MaxTokens: bound(k.MaxTokensPerDay),
	}
}

func keyListing() listing { return listing{sorts: []string{"created_at", "name", "last_used_at"}} }

func (a *API) listKeys(c *call, q console.Query) (console.Page[keyJSON], error) {
	got, err := c.reads().Keys(c.ctx(), q)
	return console.Page[keyJSON]{Items: items(got.Items, keyOf), Total: got.Total}, err
}

func (a *API) key(c *call) (keyJSON, error) {
	got, err := c.reads().Key(c.ctx(), c.id("keyId"))
	return keyOf(got), err
}

// createKey is the body of a new key.
type createKey struct {
	Name      string          `json:"name" minLength:"1" maxLength:"255"`
	Scopes    []console.Scope `json:"scopes" nullable:"false" minItems:"1" maxItems:"100"`
	ExpiresAt *time.Time      `json:"expires_at,omitempty" nullable:"true"`
	MaxTokens *integer        `json:"max_tokens_per_day,omitempty" nullable:"true" minimum:"1" maximum:"1000000000000"`
}

// keyCreatedJSON is a new key with its secret, this once.
type keyCreatedJSON struct {
	keyJSON
	Secret string `json:"key"`
}

func (a *API) createKey(c *call, tx Tx, in createKey) (keyCreatedJSON, error) {
	made, secret, err := a.cfg.Auth.Create(c.ctx(), tx, c.principal(), auth.Draft{
		Name: in.Name, Scopes: in.Scopes, ExpiresAt: in.ExpiresAt, MaxTokensPerDay: in.MaxTokens.whole(),
	})
	return keyCreatedJSON{keyJSON: keyOf(made), Secret: secret}, err
}

func (a *API) revokeKey(c *call, tx Tx, _ nothing) (nothing, error) {
	return nothing{}, a.cfg.Auth.Revoke(c.ctx(), tx, c.id("keyId"))
}
