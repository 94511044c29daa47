package httpapi

import (
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/integrations"
)

// integrationSummaryJSON is an integration that an agent has.
type integrationSummaryJSON struct {
	ID        console.ID `json:"id"`
	Type      string     `json:"type"`
	Name      string     `json:"name"`
	Status    string     `json:"status"`
	Connected bool       `json:"is_connected"`
}

// integrationJSON is an integration with what it can be told and what it can do.
type integrationJSON struct {
	integrationSummaryJSON
	Fields  []configFieldJSON       `json:"config_fields" nullable:"false"`
	Actions []integrationActionJSON `json:"actions" nullable:"false"`
}

type configFieldJSON struct {
	Key      string `json:"key"`
	Label    string `json:"label"`
	Type     string `json:"type"`
	Required bool   `json:"required"`
}

type integrationActionJSON struct {
	ActionName  string  `json:"action_name"`
	Name        string  `json:"name"`
	Description *string `json:"description"`
	Category    string  `json:"category"`
	Enabled     bool    `json:"is_enabled"`
	Approval    bool    `json:"require_human_approval"`
}

// actionJSON is what an agent can do by an integration.
type actionJSON struct {
	ID              console.ID `json:"id"`
	IntegrationID   console.ID `json:"integration_id"`
	IntegrationType string     `json:"integration_type"`
	IntegrationName string     `json:"integration_name"`
	Name            string     `json:"name"`
	ActionName      string     `json:"action_name"`
	Description     *string    `json:"description"`
	Enabled         bool       `json:"is_enabled"`
}

// bimpeaiJSON is a service of the catalogue; the id is null while it is not connected.
type bimpeaiJSON struct {
	ID        *console.ID       `json:"id"`
	Type      integrations.Kind `json:"type" enum:"bumpa,google_calendar,google_sheets,paystack,stripe"`
	Name      string            `json:"name"`
	Status    string            `json:"status"`
	Connected bool              `json:"is_connected"`
}

// offerOf shows a service that is not connected.
func offerOf(o integrations.Offer) bimpeaiJSON {
	return bimpeaiJSON{Type: o.Kind, Name: o.Name, Status: "not_connected"}
}

// onboardingJSON says where to go on.
type onboardingJSON struct {
	URL string `json:"onboarding_url"`
}

// bimpeaiConnectedJSON says where to go on, or that there is nothing left to do.
type bimpeaiConnectedJSON struct {
	Success   *bool       `json:"success,omitempty"`
	ChannelID *console.ID `json:"channel_id,omitempty"`
	URL       string      `json:"onboarding_url"`
}

// customAPIJSON is a custom API, without its secrets.
type customAPIJSON struct {
	ID     console.ID          `json:"id"`
	Config customAPIConfigJSON `json:"config"`
}

type customAPIConfigJSON struct {
	Name     string  `json:"name"`
	BaseURL  *string `json:"base_url,omitempty"`
	AuthType string  `json:"auth_type"`
}

// mcpServerJSON is an MCP server, without its secrets.
type mcpServerJSON struct {
	ID     console.ID          `json:"id"`
	Config mcpServerConfigJSON `json:"config"`
}

type mcpServerConfigJSON struct {
	Name      string `json:"name"`
	URL       string `json:"server_url"`
	Transport string `json:"transport" enum:"http_sse,streamable_http"`
	AuthType  string `json:"auth_type"`
}

// mcpTestJSON says whether an MCP server answers.
type mcpTestJSON struct {
	Success bool    `json:"success"`
	Message string  `json:"message"`
	Error   *string `json:"error,omitempty"`
	Tools   *int    `json:"tools_count,omitempty"`
}

// mcpDiscoverJSON says what became of an MCP server's tools.
type mcpDiscoverJSON struct {
	Discovered int `json:"discovered"`
	Created    int `json:"created"`
	Updated    int `json:"updated"`
	Disabled   int `json:"disabled"`
}

// pipedreamJSON is an app that is reached by way of Pipedream.
type pipedreamJSON struct {
	ID      console.ID          `json:"id"`
	Channel string              `json:"channel_type"`
	Config  pipedreamConfigJSON `json:"config"`
}

type pipedreamConfigJSON struct {
	AppSlug string  `json:"app_slug"`
	AppName *string `json:"app_name,omitempty"`
	AppIcon *string `json:"app_icon,omitempty"`
	URL     string  `json:"server_url"`
}

// toolJSON is a request that an agent may make by an integration.
type toolJSON struct {
	ID          console.ID `json:"id"`
	ActionName  string     `json:"action_name"`
	Name        string     `json:"name"`
	Description *string    `json:"description"`
	Category    string     `json:"category"`
	Enabled     bool       `json:"is_enabled"`
}
