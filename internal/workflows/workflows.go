// Package workflows keeps the rules of workflows: what one must have, who may see and change it, and
// how one is cloned. It leaves storage to the transaction it is given. A Service may be used by many
// goroutines.
package workflows

import (
	"context"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// Reads is what may be asked of workflows: a team's own and those that others made public.
type Reads interface {
	// Workflow returns a workflow that the team may see, or CodeNotFound.
	Workflow(ctx context.Context, id console.ID) (console.Workflow, error)
	// Workflows returns one page; search looks in name, description, category and tags; sort takes
	// name, created_at and updated_at.
	Workflows(ctx context.Context, scope console.WorkflowScope, q console.Query) (console.Page[console.Workflow], error)
}

// Store is a transaction of one team.
type Store interface {
	Reads
	// LockWorkflow returns a workflow that the team may see, or CodeNotFound, and holds it.
	LockWorkflow(ctx context.Context, id console.ID) (console.Workflow, error)
	// InsertWorkflow adds a workflow of the team.
	InsertWorkflow(ctx context.Context, w console.Workflow) error
	// UpdateWorkflow writes all fields of a workflow of the team, or returns CodeNotFound.
	UpdateWorkflow(ctx context.Context, w console.Workflow) error
	// DeleteWorkflow removes a workflow of the team, or returns CodeNotFound.
	DeleteWorkflow(ctx context.Context, id console.ID) error
	// CountUsers returns how many agents, of any team, are built on a workflow.
	CountUsers(ctx context.Context, workflow console.ID) (int, error)
}

// Service applies the rules.
type Service struct {
	now   func() time.Time
	newID func() console.ID
}

// New returns a Service.
func New(now func() time.Time, newID func() console.ID) *Service {
	return &Service{now: now, newID: newID}
}

// Create adds a workflow of the team. Its id and times are given here, flows without a name get one;
// everything else is w's, which is not changed.
func (s *Service) Create(ctx context.Context, tx Store, team console.ID, w console.Workflow) (console.Workflow, error) {
	w.ID, w.TeamID = s.newID(), team
	w.CreatedAt = s.now().UTC().Truncate(time.Millisecond)
	w.UpdatedAt = w.CreatedAt
	if w.Visibility == "" {
		w.Visibility = console.Private
	}
	w = tidy(w)
	if err := console.Invalid(check(w)); err != nil {
		return console.Workflow{}, err
	}
	return w, tx.InsertWorkflow(ctx, w)
}

// Clone makes a private copy, owned by the team, of a workflow that it may see; the copy shares nothing
// with its source.
func (s *Service) Clone(ctx context.Context, tx Store, team, source console.ID) (console.Workflow, error) {
	w, err := tx.Workflow(ctx, source)
	if err != nil {
		return console.Workflow{}, err
	}
	w = copyOf(w)
	w.Visibility = console.Private
	return s.Create(ctx, tx, team, w)
}

// Patch is a partial change. For fields that may be empty, a nil Value clears.
type Patch struct {
	Name         console.Opt[string]
	Description  console.Opt[*string]
	Category     console.Opt[*string]
	Visibility   console.Opt[console.Visibility]
	SystemPrompt console.Opt[*string]
	Rules        console.Opt[[]console.Rule]
	Flows        console.Opt[[]console.Flow]
	Tags         console.Opt[[]string]
	Integrations console.Opt[[]string]
	Channels     console.Opt[[]string]
	Actions      console.Opt[[]string]
	Guide        console.Opt[*console.Guide]
	FAQ          console.Opt[[]console.QA]
	SetupSteps   console.Opt[[]any]
	SetupMinutes console.Opt[int64]
	VideoURL     console.Opt[*string]
	PromptConfig console.Opt[map[string]any]
}

// Update changes what the patch names. A public workflow of another team is CodeForbidden.
func (s *Service) Update(ctx context.Context, tx Store, team, id console.ID, p Patch) (console.Workflow, error) {
	w, err := owned(ctx, tx, team, id)
	if err != nil {
		return console.Workflow{}, err
	}
	w = p.apply(w)
	w.UpdatedAt = console.Later(w.UpdatedAt, s.now())
	if err := console.Invalid(check(w)); err != nil {
		return console.Workflow{}, err
	}
	return w, tx.UpdateWorkflow(ctx, w)
}

func (p Patch) apply(w console.Workflow) console.Workflow {
	w.Name = p.Name.Or(w.Name)
	w.Description = p.Description.Or(w.Description)
	w.Category = p.Category.Or(w.Category)
	w.Visibility = p.Visibility.Or(w.Visibility)
	w.SystemPrompt = p.SystemPrompt.Or(w.SystemPrompt)
	w.Rules = p.Rules.Or(w.Rules)
	w.Flows = p.Flows.Or(w.Flows)
	w.Tags = p.Tags.Or(w.Tags)
	w.Integrations = p.Integrations.Or(w.Integrations)
	w.Channels = p.Channels.Or(w.Channels)
	w.Actions = p.Actions.Or(w.Actions)
	w.Guide = p.Guide.Or(w.Guide)
	w.FAQ = p.FAQ.Or(w.FAQ)
	w.SetupSteps = p.SetupSteps.Or(w.SetupSteps)
	w.SetupMinutes = p.SetupMinutes.Or(w.SetupMinutes)
	w.VideoURL = p.VideoURL.Or(w.VideoURL)
	w.PromptConfig = p.PromptConfig.Or(w.PromptConfig)
	return tidy(w)
}

// tidy returns w as it is kept: its flows are tidy, and an address that is empty is none. What it was
// given stays as it is.
func tidy(w console.Workflow) console.Workflow {
	w.Flows = tidyFlows(w.Flows)
	w.VideoURL = console.Filled(w.VideoURL)
	if w.Guide != nil {
		g := *w.Guide
		g.YouTubeURL = console.Filled(g.YouTubeURL)
		w.Guide = &g
	}
	return w
}

// Delete removes a workflow that no agent is built on; otherwise it is CodeConflict.
func (s *Service) Delete(ctx context.Context, tx Store, team, id console.ID) error {
	if _, err := owned(ctx, tx, team, id); err != nil {
		return err
	}
	n, err := tx.CountUsers(ctx, id)
	if err != nil {
		return err
	}
	if n > 0 {
		return console.Errorf(console.CodeConflict, "This workflow is used by %d %s and cannot be deleted.",
			n, plural(n, "agent")).With(console.ReasonWorkflowInUse)
	}
	return tx.DeleteWorkflow(ctx, id)
}

func owned(ctx context.Context, tx Store, team, id console.ID) (console.Workflow, error) {
	w, err := tx.LockWorkflow(ctx, id)
	if err != nil {
		return console.Workflow{}, err
	}
	if !w.OwnedBy(team) {
		return console.Workflow{}, console.Errorf(console.CodeForbidden,
			"This public workflow belongs to another team. Clone it to change it.")
	}
	return w, nil
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
