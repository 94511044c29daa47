package httpapi

import (
	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/workflows"
)

func (a *API) workflowsEndpoint() *endpoint {
	scopes := []string{string(console.ScopeOwned), string(console.ScopePublic), string(console.ScopeAccessible)}
	l := listing{sorts: []string{"created_at", "updated_at", "name"}}
	scope := func(q *query) console.WorkflowScope { return console.WorkflowScope(q.oneOf("scope", scopes)) }
	return filtered(l, []*huma.Param{wordParam("scope", scopes)}, scope, a.listWorkflows)
}

func (a *API) listWorkflows(c *call, scope console.WorkflowScope, q console.Query) (console.Page[workflowJSON], error) {
	if scope == "" {
		scope = console.ScopeAccessible
	}
	got, err := c.reads().Workflows(c.ctx(), scope, q)
	return console.Page[workflowJSON]{Items: items(got.Items, workflowOf(c.team())), Total: got.Total}, err
}

func (a *API) workflow(c *call) (workflowJSON, error) {
	got, err := c.reads().Workflow(c.ctx(), c.id("workflowId"))
	return workflowOf(c.team())(got), err
}

// createWorkflow is the body of a new workflow.
type createWorkflow struct {
	Name string `json:"name" minLength:"1" maxLength:"255"`
	workflowFields
}

// workflowFields are what both a new workflow and a change of one may say.
type workflowFields struct {
	Description  *string            `json:"description,omitempty" nullable:"true" maxLength:"2000"`
	Category     *string            `json:"category,omitempty" nullable:"true" maxLength:"100"`
	Visibility   console.Visibility `json:"visibility,omitempty" enum:"private,public"`
	SystemPrompt *string            `json:"system_prompt,omitempty" nullable:"true"`
	Rules        []ruleIn           `json:"rules,omitempty" nullable:"false" maxItems:"500"`
	Flows        []flowIn           `json:"flows,omitempty" nullable:"false" maxItems:"500"`
	Tags         []string           `json:"tags,omitempty" nullable:"false" maxItems:"100"`
	Integrations []string           `json:"integrations,omitempty" nullable:"false" maxItems:"100"`
	Channels     []string           `json:"channels,omitempty" nullable:"false" maxItems:"100"`
	Actions      []string           `json:"actions,omitempty" nullable:"false" maxItems:"100"`
	Guide        *guideIn           `json:"guide,omitempty"`
	FAQ          []qaJSON           `json:"faq,omitempty" nullable:"false" maxItems:"500"`
	SetupSteps   []any              `json:"setup_steps,omitempty" nullable:"false" maxItems:"100"`
	SetupTime    integer            `json:"setup_time,omitempty" minimum:"0" maximum:"1000000" doc:"minutes"`
	VideoURL     *string            `json:"video_url,omitempty" nullable:"true"`
	PromptConfig object             `json:"prompt_config,omitempty"`
}

func (in createWorkflow) workflow() console.Workflow {
	return console.Workflow{
		Name: in.Name, Description: in.Description, Category: in.Category, Visibility: in.Visibility,
		SystemPrompt: in.SystemPrompt, Rules: rulesIn(in.Rules), Flows: flowsIn(in.Flows), Tags: in.Tags,
		Integrations: in.Integrations, Channels: in.Channels, Actions: in.Actions, Guide: in.Guide.guide(),
		FAQ: faqIn(in.FAQ), SetupSteps: in.SetupSteps, SetupMinutes: int64(in.SetupTime), VideoURL: in.VideoURL,
		PromptConfig: in.PromptConfig,
	}
}

func (in createWorkflow) faults(*call) []console.Field { return workflows.Faults(in.workflow()) }

func (a *API) createWorkflow(c *call, tx Tx, in createWorkflow) (workflowJSON, error) {
	made, err := a.cfg.Workflows.Create(c.ctx(), tx, c.team(), in.workflow())
	return workflowOf(c.team())(made), err
}

// cloneWorkflow is the body of a clone.
type cloneWorkflow struct {
	Source console.ID `json:"source_workflow_id" minLength:"1"`
}

func (a *API) cloneWorkflow(c *call, tx Tx, in cloneWorkflow) (workflowJSON, error) {
	if !plausible(string(in.Source)) {
		return workflowJSON{}, console.NotFound("workflow", in.Source)
	}
	made, err := a.cfg.Workflows.Clone(c.ctx(), tx, c.team(), in.Source)
	return workflowOf(c.team())(made), err
}

// updateWorkflow is the body of a change.
type updateWorkflow struct {
	Name string `json:"name,omitempty" minLength:"1" maxLength:"255"`
	workflowFields
}

func (in updateWorkflow) patch(c *call) workflows.Patch {
	return workflows.Patch{
		Name:         changed(c, "name", in.Name),
		Description:  changed(c, "description", in.Description),
		Category:     changed(c, "category", in.Category),
		Visibility:   changed(c, "visibility", in.Visibility),
		SystemPrompt: changed(c, "system_prompt", in.SystemPrompt),
		Rules:        changed(c, "rules", rulesIn(in.Rules)),
		Flows:        changed(c, "flows", flowsIn(in.Flows)),
		Tags:         changed(c, "tags", in.Tags),
		Integrations: changed(c, "integrations", in.Integrations),
		Channels:     changed(c, "channels", in.Channels),
		Actions:      changed(c, "actions", in.Actions),
		Guide:        changed(c, "guide", in.Guide.guide()),
		FAQ:          changed(c, "faq", faqIn(in.FAQ)),
		SetupSteps:   changed(c, "setup_steps", in.SetupSteps),
		SetupMinutes: changed(c, "setup_time", int64(in.SetupTime)),
		VideoURL:     changed(c, "video_url", in.VideoURL),
		PromptConfig: changed(c, "prompt_config", map[string]any(in.PromptConfig)),
	}
}

func (in updateWorkflow) faults(c *call) []console.Field { return in.patch(c).Faults() }

func (a *API) updateWorkflow(c *call, tx Tx, in updateWorkflow) (workflowJSON, error) {
	got, err := a.cfg.Workflows.Update(c.ctx(), tx, c.team(), c.id("workflowId"), in.patch(c))
	return workflowOf(c.team())(got), err
}

func (a *API) deleteWorkflow(c *call, tx Tx, _ nothing) (nothing, error) {
	return nothing{}, a.cfg.Workflows.Delete(c.ctx(), tx, c.team(), c.id("workflowId"))
}
