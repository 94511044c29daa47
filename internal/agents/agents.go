// Package agents keeps the rules of agents: what one must have, what changes may be made to it, and
// what raises its epoch. It leaves storage to the transaction it is given and knowledge bases to
// package knowledge. A Service may be used by many goroutines.
package agents

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/words"
)

// Reads is what may be asked of a team's agents.
type Reads interface {
	// Agent returns one agent, or CodeNotFound.
	Agent(ctx context.Context, id console.ID) (console.Agent, error)
	// Agents returns one page; search looks in name and description, sort takes name, created_at,
	// updated_at and status.
	Agents(ctx context.Context, q console.Query) (console.Page[console.Agent], error)
	// Workflow returns a workflow that the team may see, or CodeNotFound.
	Workflow(ctx context.Context, id console.ID) (console.Workflow, error)
}

// Store is a transaction of one team.
type Store interface {
	Reads
	// CountAgents returns how many agents the team has, holding back others who count until the
	// transaction ends, so that a quota cannot be overrun by two at once.
	CountAgents(ctx context.Context) (int, error)
	// InsertAgent adds an agent. A test code that is taken is console.CodeConflict.
	InsertAgent(ctx context.Context, a console.Agent) error
	// UpdateAgent writes all fields of an agent, or returns CodeNotFound.
	UpdateAgent(ctx context.Context, a console.Agent) error
	// DeleteAgent makes the agent and all below it unreachable at once, or returns CodeNotFound;
	// the rows themselves are purged later in slices.
	DeleteAgent(ctx context.Context, id console.ID) error
	// LockAgent returns the agent and holds it against other changes until the transaction ends.
	LockAgent(ctx context.Context, id console.ID) (console.Agent, error)
	// AfterCommit calls f once the transaction has been committed, and never if it was not.
	AfterCommit(f func())
}

// Watcher hears of agents that stopped answering, after that was committed. It must not block.
type Watcher interface {
	AgentStopped(id console.ID, why console.Why)
}

// Service applies the rules.
type Service struct {
	now   func() time.Time
	newID func() console.ID
	watch Watcher
	guess *words.Guesser // of what a customer's words are in
}

// New returns a Service that tells watch of agents that stop answering.
func New(now func() time.Time, newID func() console.ID, watch Watcher) *Service {
	return &Service{now: now, newID: newID, watch: watch, guess: words.NewGuesser()}
}

// Draft is a new agent as it was asked for; nil means absent.
type Draft struct {
	Name                string
	Description         string
	SystemPrompt        *string
	Language            *string
	Persona             *string
	WorkflowID          *console.ID
	ModelID             *console.ID
	FallbackIDs         []console.ID
	Rules               []console.Rule
	Timezone            *string
	Logo                *string
	BusinessName        *string
	BusinessAddress     *string
	BusinessEmail       *string
	BusinessDescription *string
	EscalationEmail     *string
	OnNewMessage        *string
	ReplyLanguage       *string
	MaxTokensPerTurn    *int64
	MaxTokensPerDay     *int64
}

// Create adds an agent to the team. It returns CodeAgentLimit when the quota is used up and
// CodeNotFound for a workflow that the team cannot see.
func (s *Service) Create(ctx context.Context, tx Store, team console.Team, d Draft) (console.Agent, *console.Workflow, error) {
	a := s.build(d)
	if err := console.Invalid(check(a)); err != nil {
		return console.Agent{}, nil, err
	}
	n, err := tx.CountAgents(ctx)
	if err != nil {
		return console.Agent{}, nil, err
	}
	if n >= team.Quotas.AgentQuota() {
		return console.Agent{}, nil, console.Errorf(console.CodeAgentLimit,
			"The team's quota of agents is used up: it has %d and may have %d.", n, team.Quotas.AgentQuota())
	}
	w, err := workflow(ctx, tx, a.WorkflowID)
	if err != nil {
		return console.Agent{}, nil, err
	}
	return a, w, tx.InsertAgent(ctx, a)
}

func (s *Service) build(d Draft) console.Agent {
	a := d.agent()
	a.ID, a.TestCode, a.Status = s.newID(), newTestCode(), console.AgentDevelopment
	a.CreatedAt = s.now().UTC().Truncate(time.Millisecond)
	a.UpdatedAt = a.CreatedAt
	return a
}

// agent is the draft with the defaults of what it leaves out.
func (d Draft) agent() console.Agent {
	a := console.Agent{
		Name: d.Name, Description: d.Description, SystemPrompt: d.SystemPrompt,
		Language: or(d.Language, console.DefaultLanguage), WorkflowID: d.WorkflowID, Rules: d.Rules,
		ModelID: d.ModelID, FallbackIDs: d.FallbackIDs,
		Timezone: or(d.Timezone, console.DefaultTimezone), Logo: console.Filled(d.Logo),
		BusinessName: d.BusinessName, BusinessAddress: d.BusinessAddress,
		BusinessEmail: console.Filled(d.BusinessEmail), BusinessDescription: d.BusinessDescription,
		EscalationEmail:  console.Filled(d.EscalationEmail),
		OnNewMessage:     console.OnNewMessage(or(d.OnNewMessage, string(console.Merge))),
		ReplyLanguage:    console.ReplyLanguage(or(d.ReplyLanguage, string(console.ReplyInAgents))),
		MaxTokensPerTurn: or(d.MaxTokensPerTurn, 0), MaxTokensPerDay: or(d.MaxTokensPerDay, 0),
	}
	a.Persona, a.PersonaText = persona(d.Persona)
	return a
}

// workflow returns the workflow that an agent names, nil where it names none.
func workflow(ctx context.Context, from Reads, id *console.ID) (*console.Workflow, error) {
	if id == nil {
		return nil, nil //nolint:nilnil // an agent without a workflow is an ordinary agent
	}
	w, err := from.Workflow(ctx, *id)
	if err != nil {
		return nil, err
	}
	return &w, nil
}

// Patch is a partial change. For fields that may be empty, a nil Value clears.
type Patch struct {
	Name                console.Opt[string]
	Description         console.Opt[*string]
	SystemPrompt        console.Opt[*string]
	Language            console.Opt[*string]
	Persona             console.Opt[*string]
	WorkflowID          console.Opt[*console.ID]
	ModelID             console.Opt[*console.ID]
	FallbackIDs         console.Opt[[]console.ID]
	Rules               console.Opt[[]console.Rule]
	Timezone            console.Opt[*string]
	Logo                console.Opt[*string]
	BusinessName        console.Opt[*string]
	BusinessAddress     console.Opt[*string]
	BusinessEmail       console.Opt[*string]
	BusinessDescription console.Opt[*string]
	EscalationEmail     console.Opt[*string]
	OnNewMessage        console.Opt[*string]
	ReplyLanguage       console.Opt[*string]
	MaxTokensPerTurn    console.Opt[*int64]
	MaxTokensPerDay     console.Opt[*int64]
}

// Update changes what the patch names and leaves the rest.
func (s *Service) Update(ctx context.Context, tx Store, id console.ID, p Patch) (console.Agent, error) {
	a, err := tx.LockAgent(ctx, id)
	if err != nil {
		return console.Agent{}, err
	}
	was := a.WorkflowID
	a = p.apply(a)
	a.UpdatedAt = console.Later(a.UpdatedAt, s.now())
	if err := console.Invalid(check(a)); err != nil {
		return console.Agent{}, err
	}
	// An agent keeps a workflow that is shared no more, also when it is named again.
	if was == nil || a.WorkflowID == nil || *was != *a.WorkflowID {
		if _, err := workflow(ctx, tx, a.WorkflowID); err != nil {
			return console.Agent{}, err
		}
	}
	return a, tx.UpdateAgent(ctx, a)
}

func (p Patch) apply(a console.Agent) console.Agent {
	a.Name = p.Name.Or(a.Name)
	if p.Description.Set {
		a.Description = or(p.Description.Value, "")
	}
	a.SystemPrompt = p.SystemPrompt.Or(a.SystemPrompt)
	if p.Language.Set {
		a.Language = or(p.Language.Value, console.DefaultLanguage)
	}
	if p.Persona.Set {
		a.Persona, a.PersonaText = persona(p.Persona.Value)
	}
	a.WorkflowID = p.WorkflowID.Or(a.WorkflowID)
	a.ModelID = p.ModelID.Or(a.ModelID)
	a.FallbackIDs = p.FallbackIDs.Or(a.FallbackIDs)
	a.Rules = p.Rules.Or(a.Rules)
	if p.Timezone.Set {
		a.Timezone = or(p.Timezone.Value, console.DefaultTimezone)
	}
	if p.OnNewMessage.Set {
		a.OnNewMessage = console.OnNewMessage(or(p.OnNewMessage.Value, string(console.Merge)))
	}
	if p.ReplyLanguage.Set {
		a.ReplyLanguage = console.ReplyLanguage(or(p.ReplyLanguage.Value, string(console.ReplyInAgents)))
	}
	if p.MaxTokensPerTurn.Set {
		a.MaxTokensPerTurn = or(p.MaxTokensPerTurn.Value, 0)
	}
	if p.MaxTokensPerDay.Set {
		a.MaxTokensPerDay = or(p.MaxTokensPerDay.Value, 0)
	}
	a.Logo = console.Filled(p.Logo.Or(a.Logo))
	a.BusinessName = p.BusinessName.Or(a.BusinessName)
	a.BusinessAddress = p.BusinessAddress.Or(a.BusinessAddress)
	a.BusinessEmail = console.Filled(p.BusinessEmail.Or(a.BusinessEmail))
	a.BusinessDescription = p.BusinessDescription.Or(a.BusinessDescription)
	a.EscalationEmail = console.Filled(p.EscalationEmail.Or(a.EscalationEmail))
	return a
}

// SetStatus changes whether the agent answers. Pausing raises its epoch, so that replies that are
// being written are discarded.
func (s *Service) SetStatus(ctx context.Context, tx Store, id console.ID, status console.AgentStatus, reason *string) (console.Agent, error) {
	a, err := tx.LockAgent(ctx, id)
	if err != nil {
		return console.Agent{}, err
	}
	if status == console.AgentPaused && a.Status != console.AgentPaused {
		a.Epoch++
		tx.AfterCommit(func() { s.watch.AgentStopped(id, console.WhyAgentPaused) })
	}
	a.Status, a.StatusReason, a.UpdatedAt = status, reason, console.Later(a.UpdatedAt, s.now())
	return a, tx.UpdateAgent(ctx, a)
}

// Delete removes the agent and all that hangs below it.
func (s *Service) Delete(ctx context.Context, tx Store, id console.ID) error {
	tx.AfterCommit(func() { s.watch.AgentStopped(id, console.WhyAgentDeleted) })
	return tx.DeleteAgent(ctx, id)
}

// persona splits what a client calls a persona into the named one and an older client's free words.
func persona(given *string) (console.Persona, *string) {
	if given == nil || *given == "" {
		return "", nil
	}
	switch p := console.Persona(*given); p {
	case console.Professional, console.Friendly, console.Concise:
		return p, nil
	default:
		return "", given
	}
}

// The alphabet leaves out letters and digits that look alike when read from a screen or said aloud.
const (
	testCodeLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	testCodeLength  = 8
)

func newTestCode() string {
	code := make([]byte, testCodeLength)
	_, _ = rand.Read(code) // it never fails: crypto/rand ends the process instead
	for i, b := range code {
		code[i] = testCodeLetters[int(b)%len(testCodeLetters)]
	}
	return string(code)
}

func or[T any](s *T, otherwise T) T {
	if s == nil {
		return otherwise
	}
	return *s
}
