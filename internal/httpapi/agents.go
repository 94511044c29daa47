package httpapi

import (
	"github.com/bimpe/bimpe/internal/agents"
	"github.com/bimpe/bimpe/internal/console"
)

func agentListing() listing {
	return listing{sorts: []string{"created_at", "updated_at", "name", "status"}}
}

func (a *API) listAgents(c *call, q console.Query) (console.Page[agentJSON], error) {
	got, err := c.reads().Agents(c.ctx(), q)
	return console.Page[agentJSON]{Items: items(got.Items, agentOf), Total: got.Total}, err
}

// createAgent is the body of a new agent.
type createAgent struct {
	Name string `json:"name" minLength:"1" maxLength:"255"`
	agentFields
}

// agentFields are what both a new agent and a change of one may say.
type agentFields struct {
	Description         *string      `json:"description,omitempty" nullable:"true" maxLength:"1000"`
	SystemPrompt        *string      `json:"system_prompt,omitempty" nullable:"true"`
	Language            *string      `json:"language,omitempty" nullable:"true" doc:"BCP 47; default en"`
	Persona             *string      `json:"persona,omitempty" nullable:"true" doc:"professional, friendly, concise, or free text"`
	WorkflowID          *console.ID  `json:"workflow_id,omitempty" nullable:"true"`
	AgentWorkflowID     *console.ID  `json:"agent_workflow_id,omitempty" nullable:"true" doc:"the older name of workflow_id"`
	ModelID             *console.ID  `json:"model_connection_id,omitempty" nullable:"true"`
	FallbackIDs         []console.ID `json:"fallback_model_connection_ids,omitempty" nullable:"true" maxItems:"5"`
	Rules               []ruleIn     `json:"rules,omitempty" nullable:"true" maxItems:"500"`
	Timezone            *string      `json:"timezone,omitempty" nullable:"true" doc:"IANA; default Africa/Lagos"`
	Logo                *string      `json:"logo,omitempty" nullable:"true"`
	BusinessName        *string      `json:"business_name,omitempty" nullable:"true"`
	BusinessAddress     *string      `json:"business_address,omitempty" nullable:"true"`
	BusinessEmail       *string      `json:"business_email,omitempty" nullable:"true"`
	BusinessDescription *string      `json:"business_description,omitempty" nullable:"true"`
	EscalationEmail     *string      `json:"escalation_email,omitempty" nullable:"true"`
	OnNewMessage        *string      `json:"on_new_message,omitempty" nullable:"true" enum:"merge,queue,interrupt" doc:"merge, queue or interrupt; default merge"`
	ReplyLanguage       *string      `json:"reply_language,omitempty" nullable:"true" enum:"agent,customer" doc:"agent or customer; default agent"`
	MaxTokensPerTurn    *integer     `json:"max_tokens_per_turn,omitempty" nullable:"true" minimum:"1" maximum:"1000000000000"`
	MaxTokensPerDay     *integer     `json:"max_tokens_per_day,omitempty" nullable:"true" minimum:"1" maximum:"1000000000000"`
}

// workflowID is what either name of the field says, or CodeNotFound for what can be no workflow's id.
func (f agentFields) workflowID(c *call) (console.Opt[*console.ID], error) {
	id := changed(c, "workflow_id", f.WorkflowID)
	if !id.Set {
		id = changed(c, "agent_workflow_id", f.AgentWorkflowID)
	}
	if id.Value != nil && !plausible(string(*id.Value)) {
		return id, console.NotFound("workflow", *id.Value)
	}
	return id, nil
}

// twoWorkflows is the fault of a body that says one thing under either name of the field.
func (f agentFields) twoWorkflows(c *call) []console.Field {
	if c.sent("workflow_id") && c.sent("agent_workflow_id") && !same(f.WorkflowID, f.AgentWorkflowID) {
		return []console.Field{{Path: "agent_workflow_id", Fault: "must be the same as workflow_id"}}
	}
	return nil
}

// modelIDs is CodeNotFound for what can be no model connection's id.
func (f agentFields) modelIDs() error {
	ids := f.FallbackIDs
	if f.ModelID != nil {
		ids = append([]console.ID{*f.ModelID}, ids...)
	}
	for _, id := range ids {
		if !plausible(string(id)) {
			return console.NotFound("model connection", id)
		}
	}
	return nil
}

func same(a, b *console.ID) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

func (in createAgent) draft() agents.Draft {
	d := agents.Draft{
		Name: in.Name, SystemPrompt: in.SystemPrompt, Language: in.Language, Persona: in.Persona,
		Rules: rulesIn(in.Rules), Timezone: in.Timezone, Logo: in.Logo,
		BusinessName: in.BusinessName, BusinessAddress: in.BusinessAddress, BusinessEmail: in.BusinessEmail,
		BusinessDescription: in.BusinessDescription, EscalationEmail: in.EscalationEmail,
		OnNewMessage: in.OnNewMessage, ModelID: in.ModelID, FallbackIDs: in.FallbackIDs, ReplyLanguage: in.ReplyLanguage,
		MaxTokensPerTurn: in.MaxTokensPerTurn.whole(), MaxTokensPerDay: in.MaxTokensPerDay.whole(),
	}
	if in.Description != nil {
		d.Description = *in.Description
	}
	return d
}

func (in createAgent) faults(c *call) []console.Field {
	return append(in.draft().Faults(), in.twoWorkflows(c)...)
}

func (a *API) createAgent(c *call, tx Tx, in createAgent) (agentCreatedJSON, error) {
	w, err := in.workflowID(c)
	if err != nil {
		return agentCreatedJSON{}, err
	}
	if err := in.modelIDs(); err != nil {
		return agentCreatedJSON{}, err
	}
	d := in.draft()
	d.WorkflowID = w.Value
	made, built, err := a.cfg.Agents.Create(c.ctx(), tx, c.principal().Team, d)
	if err != nil {
		return agentCreatedJSON{}, err
	}
	out := agentCreatedJSON{agentJSON: agentOf(made)}
	if built != nil {
		w := workflowOf(c.team())(*built)
		out.Workflow.it = &w
	}
	return out, nil
}

// updateAgent is the body of a change.
type updateAgent struct {
	Name string `json:"name,omitempty" minLength:"1" maxLength:"255"`
	agentFields
}

func (in updateAgent) patch(c *call) agents.Patch {
	return agents.Patch{
		Name:                changed(c, "name", in.Name),
		Description:         changed(c, "description", in.Description),
		SystemPrompt:        changed(c, "system_prompt", in.SystemPrompt),
		Language:            changed(c, "language", in.Language),
		Persona:             changed(c, "persona", in.Persona),
		ModelID:             changed(c, "model_connection_id", in.ModelID),
		FallbackIDs:         changed(c, "fallback_model_connection_ids", in.FallbackIDs),
		Rules:               changed(c, "rules", rulesIn(in.Rules)),
		Timezone:            changed(c, "timezone", in.Timezone),
		Logo:                changed(c, "logo", in.Logo),
		BusinessName:        changed(c, "business_name", in.BusinessName),
		BusinessAddress:     changed(c, "business_address", in.BusinessAddress),
		BusinessEmail:       changed(c, "business_email", in.BusinessEmail),
		BusinessDescription: changed(c, "business_description", in.BusinessDescription),
		EscalationEmail:     changed(c, "escalation_email", in.EscalationEmail),
		OnNewMessage:        changed(c, "on_new_message", in.OnNewMessage),
		ReplyLanguage:       changed(c, "reply_language", in.ReplyLanguage),
		MaxTokensPerTurn:    changed(c, "max_tokens_per_turn", in.MaxTokensPerTurn.whole()),
		MaxTokensPerDay:     changed(c, "max_tokens_per_day", in.MaxTokensPerDay.whole()),
	}
}

func (in updateAgent) faults(c *call) []console.Field {
	return append(in.patch(c).Faults(), in.twoWorkflows(c)...)
}

func (a *API) updateAgent(c *call, tx Tx, in updateAgent) (agentJSON, error) {
	w, err := in.workflowID(c)
	if err != nil {
		return agentJSON{}, err
	}
	if err := in.modelIDs(); err != nil {
		return agentJSON{}, err
	}
	p := in.patch(c)
	p.WorkflowID = w
	got, err := a.cfg.Agents.Update(c.ctx(), tx, c.agentID(), p)
	return agentOf(got), err
}

func (a *API) deleteAgent(c *call, tx Tx, _ nothing) (nothing, error) {
	return nothing{}, a.cfg.Agents.Delete(c.ctx(), tx, c.agentID())
}

// liveStatusJSON is a status as it was set.
type liveStatusJSON struct {
	Status console.AgentStatus `json:"status" enum:"development,live,paused"`
	Reason *string             `json:"status_reason"`
}

// liveStatusIn is the body of a change of status.
type liveStatusIn struct {
	Status string  `json:"status" enum:"development,live,paused"`
	Reason *string `json:"status_reason" required:"false" nullable:"true" maxLength:"1000"`
}

func (a *API) setLiveStatus(c *call, tx Tx, in liveStatusIn) (liveStatusJSON, error) {
	got, err := a.cfg.Agents.SetStatus(c.ctx(), tx, c.agentID(), console.AgentStatus(in.Status), in.Reason)
	return liveStatusJSON{Status: got.Status, Reason: got.StatusReason}, err
}

// agent answers with an agent and what hangs below it.
func (a *API) agent(c *call) (agentDetailJSON, error) {
	got, err := c.reads().Agent(c.ctx(), c.agentID())
	if err != nil {
		return agentDetailJSON{}, err
	}
	bases, err := c.reads().KnowledgeBases(c.ctx(), got.ID)
	if err != nil {
		return agentDetailJSON{}, err
	}
	flows, err := flowsOf(c, got.WorkflowID)
	if err != nil {
		return agentDetailJSON{}, err
	}
	channels, connected := channelsOf(got.ID), integrationsOf(got.ID)
	return agentDetailJSON{
		agentJSON: agentOf(got), KnowledgeBases: items(bases, knowledgeSummaryOf),
		Integrations: items(connected, func(i integrationJSON) integrationSummaryJSON { return i.integrationSummaryJSON }),
		Integration:  connected, Actions: actionsOf(got.ID),
		Channels: channels, Channel: channels, Flows: flows,
	}, nil
}

// flowsOf returns the flows of the workflow that an agent is built on; none for a workflow that is
// not there any more or not shared any more.
func flowsOf(c *call, id *console.ID) ([]conversationFlowJSON, error) {
	if id == nil {
		return []conversationFlowJSON{}, nil
	}
	w, err := c.reads().Workflow(c.ctx(), *id)
	if console.IsNotFound(err) {
		return []conversationFlowJSON{}, nil
	}
	return items(w.Flows, conversationFlowOf), err
}
