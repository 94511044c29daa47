package console

import (
	"slices"
	"strings"
	"time"
)

// Team owns everything: keys, agents, workflows, conversations.
type Team struct {
	ID        ID
	Name      string
	Quotas    Quotas
	CreatedAt time.Time

	RetentionDays int // how long conversations are kept behind the last that happened in them; 0: for ever
}

// Quotas bound what a team may use. Zero means the server's default.
type Quotas struct {
	Agents        int // agents at a time, or NoneAllowed
	Integrations  int // connected integrations at a time, or NoneAllowed
	Streams       int // open event streams at a time
	RatePerMinute int // requests of one key in a minute
	TokensPerDay  int // of models, or NoneAllowed; 0: no bound
}

// NoneAllowed is a quota that is used up from the beginning.
const NoneAllowed = -1

// The quotas of a team that has none of its own. The rate's default is the server's setting.
const (
	DefaultAgentQuota       = 1000
	DefaultIntegrationQuota = 100
	DefaultStreamQuota      = 20000
)

// AgentQuota is how many agents the team may have.
func (q Quotas) AgentQuota() int { return orDefault(q.Agents, DefaultAgentQuota) }

// IntegrationQuota is how many integrations the team may have connected.
func (q Quotas) IntegrationQuota() int { return orDefault(q.Integrations, DefaultIntegrationQuota) }

// StreamQuota is how many event streams the team may hold open.
func (q Quotas) StreamQuota() int { return orDefault(q.Streams, DefaultStreamQuota) }

func orDefault(n, otherwise int) int {
	switch {
	case n == NoneAllowed:
		return 0
	case n > 0:
		return n
	}
	return otherwise
}

// Scope is a permission of a key: <resource>:read, <resource>:write, or all.
type Scope string

// ScopeAll grants everything.
const ScopeAll Scope = "*"

// Access is what an operation needs of a resource.
type Access string

// The two kinds of access.
const (
	Read  Access = "read"
	Write Access = "write"
)

// Resources lists what scopes are about, in the order in which they are documented.
func Resources() []string {
	return []string{
		"agents", "workflows", "conversations", "calls", "phone_numbers",
		"api_keys", "model_connections", "webhooks", "team",
	}
}

// Valid reports whether s is a scope that exists.
func (s Scope) Valid() bool {
	if s == ScopeAll {
		return true
	}
	resource, access, ok := strings.Cut(string(s), ":")
	return ok && slices.Contains(Resources(), resource) &&
		(access == string(Read) || access == string(Write))
}

// Key is an API key as it is stored: never the secret, only what may be shown.
type Key struct {
	ID         ID
	TeamID     ID
	Name       string
	Hint       string // the secret's last four characters
	Scopes     []Scope
	CreatedAt  time.Time
	ExpiresAt  *time.Time // nil: never
	RevokedAt  *time.Time // nil: in use
	LastUsedAt *time.Time // nil: never used; kept to the minute

	MaxTokensPerDay int64 // of models, for the messages that it posts; 0: no bound
}

// Grants reports whether scopes include s.
func Grants(scopes []Scope, s Scope) bool {
	return slices.Contains(scopes, ScopeAll) || slices.Contains(scopes, s)
}

// Expired reports whether the key's time is over at the given moment.
func (k Key) Expired(at time.Time) bool { return k.ExpiresAt != nil && !at.Before(*k.ExpiresAt) }

// Principal is who asks: a key that was found, in use and in time.
type Principal struct {
	Team      Team
	Key       ID
	Scopes    []Scope
	ExpiresAt *time.Time // of the key; nil: never

	MaxTokensPerDay int64 // of the key; 0: no bound
}

// Require returns CodeInsufficientScope unless the principal holds s.
func (p Principal) Require(s Scope) error {
	if Grants(p.Scopes, s) {
		return nil
	}
	return Errorf(CodeInsufficientScope, "This API key is missing the required scope: %s.", s)
}
