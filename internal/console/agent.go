package console

import "time"

// Agent is an assistant that answers a business's customers.
type Agent struct {
	ID           ID
	Name         string
	Description  string
	SystemPrompt *string
	Language     string // BCP 47
	Persona      Persona
	PersonaText  *string // free words of an older client; Persona is then empty
	WorkflowID   *ID
	Rules        []Rule
	Timezone     string // IANA
	Logo         *string
	// ModelID is the model connection that is asked first, nil for the server's own model, and
	// FallbackIDs those that are asked after it, in order.
	ModelID     *ID
	FallbackIDs []ID

	BusinessName        *string
	BusinessAddress     *string
	BusinessEmail       *string
	BusinessDescription *string
	EscalationEmail     *string

	TestCode     string
	Status       AgentStatus
	StatusReason *string
	OnNewMessage OnNewMessage

	ReplyLanguage ReplyLanguage

	MaxTokensPerTurn int64 // 0: no bound
	MaxTokensPerDay  int64 // 0: no bound

	// Epoch rises when the agent is paused or deleted, so that replies decided before are late.
	Epoch int64

	CreatedAt time.Time
	UpdatedAt time.Time
}

// WithRules are the rules by which the agent answers: its own, then those of the workflow that it is
// built on, nil for none.
func (a Agent) WithRules(w *Workflow) []Rule {
	if w == nil || len(w.Rules) == 0 {
		return a.Rules
	}
	rules := make([]Rule, 0, len(a.Rules)+len(w.Rules))
	return append(append(rules, a.Rules...), w.Rules...)
}

// Models are all model connections that the agent names, in the order in which they are asked.
func (a Agent) Models() []ID {
	var ids []ID
	if a.ModelID != nil {
		ids = append(ids, *a.ModelID)
	}
	return append(ids, a.FallbackIDs...)
}

// Searchable is what a search looks through.
func (a Agent) Searchable() string { return Fold(a.Name, a.Description) }

// Persona is a manner of speaking; empty means none was chosen.
type Persona string

// The personas that have a name.
const (
	Professional Persona = "professional"
	Friendly     Persona = "friendly"
	Concise      Persona = "concise"
)

// AgentStatus says whether an agent answers.
type AgentStatus string

// A new agent is in development; a live one answers everywhere; a paused one nowhere.
const (
	AgentDevelopment AgentStatus = "development"
	AgentLive        AgentStatus = "live"
	AgentPaused      AgentStatus = "paused"
)

// OnNewMessage says what happens to the reply being written when the customer writes again.
type OnNewMessage string

// Merge starts over with both messages as long as nothing of the reply has gone out; Queue answers
// one after the other; Interrupt always starts over.
const (
	Merge     OnNewMessage = "merge"
	Queue     OnNewMessage = "queue"
	Interrupt OnNewMessage = "interrupt"
)

// ReplyLanguage says in which language an agent replies.
type ReplyLanguage string

// ReplyInAgents is the agent's own language, also where empty; ReplyInCustomers the one in which the
// customer writes, and the agent's where that does not show.
const (
	ReplyInAgents    ReplyLanguage = "agent"
	ReplyInCustomers ReplyLanguage = "customer"
)

// AgentState is the little that decides whether and how an agent answers.
type AgentState struct {
	ID           ID
	Status       AgentStatus
	OnNewMessage OnNewMessage
	Epoch        int64
	UpdatedAt    time.Time // rises with every change, so that it tells one version from another
	Knows        bool      // it has knowledge bases
}

// The defaults of a new agent.
const (
	DefaultLanguage = "en"
	DefaultTimezone = "Africa/Lagos"
)
