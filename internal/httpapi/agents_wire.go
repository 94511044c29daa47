package httpapi

import (
	"encoding/json"
	"strconv"

	"github.com/bimpe/bimpe/internal/console"
)

// agentJSON is an agent in lists.
type agentJSON struct {
	ID                  console.ID          `json:"id"`
	Name                string              `json:"name"`
	Description         string              `json:"description"`
	SystemPrompt        *string             `json:"system_prompt"`
	Language            string              `json:"language"`
	Persona             *console.Persona    `json:"persona" enum:"professional,friendly,concise"`
	PersonaText         *string             `json:"persona_text"`
	WorkflowID          *console.ID         `json:"workflow_id"`
	AgentWorkflowID     *console.ID         `json:"agent_workflow_id"`
	ModelID             *console.ID         `json:"model_connection_id"`
	FallbackIDs         []console.ID        `json:"fallback_model_connection_ids" nullable:"false"`
	Rules               []ruleJSON          `json:"rules" nullable:"false"`
	Timezone            string              `json:"timezone"`
	Logo                *string             `json:"logo"`
	BusinessName        *string             `json:"business_name"`
	BusinessAddress     *string             `json:"business_address"`
	BusinessEmail       *string             `json:"business_email"`
	BusinessDescription *string             `json:"business_description"`
	TestCode            string              `json:"test_channel_code"`
	Status              console.AgentStatus `json:"status" enum:"development,live,paused"`
	StatusReason        *string             `json:"status_reason"`
	EscalationEmail     *string             `json:"escalation_email"`
	OnNewMessage        string              `json:"on_new_message" enum:"merge,queue,interrupt"`
	ReplyLanguage       string              `json:"reply_language" enum:"agent,customer"`
	MaxTokensPerTurn    *int64              `json:"max_tokens_per_turn"`
	MaxTokensPerDay     *int64              `json:"max_tokens_per_day"`
	CreatedAt           stamp               `json:"created_at"`
	UpdatedAt           stamp               `json:"updated_at"`
}

func agentOf(a console.Agent) agentJSON {
	j := agentJSON{
		ID: a.ID, Name: a.Name, Description: a.Description, SystemPrompt: a.SystemPrompt,
		Language: a.Language, PersonaText: a.PersonaText, WorkflowID: a.WorkflowID, AgentWorkflowID: a.WorkflowID,
		ModelID: a.ModelID, FallbackIDs: list(a.FallbackIDs), Rules: items(a.Rules, ruleOf), Timezone: a.Timezone, Logo: a.Logo, BusinessName: a.BusinessName,
		BusinessAddress: a.BusinessAddress, BusinessEmail: a.BusinessEmail,
		BusinessDescription: a.BusinessDescription, TestCode: a.TestCode, Status: a.Status,
		StatusReason: a.StatusReason, EscalationEmail: a.EscalationEmail, OnNewMessage: string(a.OnNewMessage), ReplyLanguage: string(a.ReplyLanguage),
		MaxTokensPerTurn: bound(a.MaxTokensPerTurn), MaxTokensPerDay: bound(a.MaxTokensPerDay),
		CreatedAt: stamp(a.CreatedAt), UpdatedAt: stamp(a.UpdatedAt),
	}
	if a.Persona != "" {
		j.Persona = &a.Persona
	}
	return j
}

// agentCreatedJSON is a new agent with the workflow that it is built on.
type agentCreatedJSON struct {
	agentJSON
	Workflow orNull[workflowJSON] `json:"workflow"`
}

// agentDetailJSON is an agent with what hangs below it, under the names of both eras.
type agentDetailJSON struct {
	agentJSON
	KnowledgeBases []knowledgeSummaryJSON   `json:"knowledge_bases" nullable:"false"`
	Integrations   []integrationSummaryJSON `json:"integrations" nullable:"false"`
	Integration    []integrationJSON        `json:"integration" nullable:"false" doc:"the older name, with everything"`
	Channels       []channelJSON            `json:"channels" nullable:"false"`
	Channel        []channelJSON            `json:"channel" nullable:"false" doc:"the older name of channels"`
	Flows          []conversationFlowJSON   `json:"conversation_flow" nullable:"false"`
	Actions        []actionJSON             `json:"actions" nullable:"false"`
}

// ruleJSON is a rule.
type ruleJSON struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Trigger   string  `json:"trigger"`
	Condition *string `json:"condition"`
	Response  string  `json:"response"`
	Action    *string `json:"action"`
	Enabled   bool    `json:"enabled"`
}

func ruleOf(r console.Rule) ruleJSON { return ruleJSON(r) }

// ruleIn is a rule as it comes.
type ruleIn struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Trigger   string  `json:"trigger"`
	Condition *string `json:"condition" required:"false"`
	Response  string  `json:"response"`
	Action    *string `json:"action" required:"false"`
	Enabled   bool    `json:"enabled"`
}

func rulesIn(rules []ruleIn) []console.Rule {
	return items(rules, func(r ruleIn) console.Rule { return console.Rule(r) })
}

// conversationFlowJSON is a flow as the older era lists it.
type conversationFlowJSON struct {
	Name        string  `json:"name"`
	Description *string `json:"description"`
	Category    *string `json:"category"`
	Priority    int64   `json:"priority"`
	Active      bool    `json:"is_active"`
}

func conversationFlowOf(f console.Flow) conversationFlowJSON {
	j := conversationFlowJSON{Name: f.Text("name"), Description: textIn(f, "description"), Category: textIn(f, "category"), Active: true}
	if n, ok := f["priority"].(json.Number); ok {
		p, err := strconv.ParseFloat(n.String(), 64)
		if err == nil {
			j.Priority = int64(p)
		}
	}
	if b, ok := f["is_active"].(bool); ok {
		j.Active = b
	}
	return j
}

func textIn(f console.Flow, key string) *string {
	if s, ok := f[key].(string); ok {
		return &s
	}
	return nil
}

// bound is a number of tokens, or null where there is no bound.
func bound(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}
