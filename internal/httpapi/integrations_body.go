package httpapi

import (
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/integrations"
)

// configureBimpeai is the body that connects a service of the catalogue.
type configureBimpeai struct {
	Type      integrations.Kind `json:"type" enum:"bumpa,google_calendar,google_sheets,paystack,stripe"`
	Token     *string           `json:"token,omitempty" nullable:"true" maxLength:"10000" doc:"of Bumpa"`
	PublicKey *string           `json:"public_key,omitempty" nullable:"true" maxLength:"10000" doc:"of Paystack and Stripe"`
	SecretKey *string           `json:"secret_key,omitempty" nullable:"true" maxLength:"10000" doc:"of Paystack and Stripe; it never comes back"`
	Currency  *string           `json:"currency,omitempty" nullable:"true" doc:"ISO 4217, such as NGN"`
}

func (in configureBimpeai) draft() integrations.Draft {
	return integrations.Own{
		Kind: in.Type, Token: in.Token, PublicKey: in.PublicKey, SecretKey: in.SecretKey, Currency: in.Currency,
	}
}

func (in configureBimpeai) faults(*call) []console.Field { return in.draft().Faults() }

// authIn is how requests to a service are let in there.
type authIn struct {
	Token      *string `json:"token,omitempty" nullable:"true" maxLength:"10000" doc:"of bearer"`
	APIKey     *string `json:"api_key,omitempty" nullable:"true" maxLength:"10000" doc:"of api_key"`
	HeaderName *string `json:"header_name,omitempty" nullable:"true" maxLength:"255" doc:"the header that carries the key"`
	UserName   *string `json:"username,omitempty" nullable:"true" maxLength:"255" doc:"of basic"`
	Password   *string `json:"password,omitempty" nullable:"true" maxLength:"10000" doc:"of basic"`
}

func authOf(kind *string, in *authIn) integrations.Auth {
	a := integrations.Auth{Type: text(kind)}
	if in != nil {
		a.Token, a.APIKey, a.HeaderName = in.Token, in.APIKey, in.HeaderName
		a.UserName, a.Password = in.UserName, in.Password
	}
	return a
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// configureCustomAPI is the body that connects a custom API.
type configureCustomAPI struct {
	Name         string  `json:"name" minLength:"1" maxLength:"255"`
	Description  *string `json:"description,omitempty" nullable:"true" maxLength:"2000"`
	BaseURL      *string `json:"base_url,omitempty" nullable:"true" maxLength:"2000" doc:"http or https"`
	AuthType     *string `json:"auth_type,omitempty" nullable:"true" enum:"none,bearer,basic,api_key,custom" doc:"default none"`
	Auth         *authIn `json:"auth_config,omitempty" doc:"secrets, which never come back"`
	TestEndpoint *string `json:"test_endpoint,omitempty" nullable:"true" maxLength:"2000" doc:"a path or a URL that answers when all is well"`
}

func (in configureCustomAPI) draft() integrations.Draft {
	return integrations.CustomAPI{
		Name: in.Name, Description: in.Description, BaseURL: in.BaseURL, Auth: authOf(in.AuthType, in.Auth),
		TestEndpoint: in.TestEndpoint,
	}
}

func (in configureCustomAPI) faults(*call) []console.Field { return in.draft().Faults() }

// configureMCPServer is the body that connects an MCP server.
type configureMCPServer struct {
	Name      string  `json:"name" minLength:"1" maxLength:"255"`
	URL       string  `json:"server_url" minLength:"1" maxLength:"2000" doc:"http or https"`
	Transport *string `json:"transport,omitempty" nullable:"true" enum:"http_sse,streamable_http" doc:"default streamable_http"`
	AuthType  *string `json:"auth_type,omitempty" nullable:"true" enum:"none,bearer,basic,api_key,custom" doc:"default none"`
	Auth      *authIn `json:"auth_config,omitempty" doc:"secrets, which never come back"`
}

func (in configureMCPServer) draft() integrations.Draft {
	return integrations.MCPServer{
		Name: in.Name, URL: in.URL, Transport: text(in.Transport), Auth: authOf(in.AuthType, in.Auth),
	}
}

func (in configureMCPServer) faults(*call) []console.Field { return in.draft().Faults() }

// configurePipedream is the body that connects an app by way of Pipedream.
type configurePipedream struct {
	AppSlug string  `json:"app_slug" minLength:"1" maxLength:"255" doc:"letters, digits, - and _"`
	AppName *string `json:"app_name,omitempty" nullable:"true" maxLength:"255"`
	AppIcon *string `json:"app_icon,omitempty" nullable:"true" maxLength:"2000" doc:"http or https"`
}

func (in configurePipedream) draft() integrations.Draft { return integrations.Pipedream(in) }

func (in configurePipedream) faults(*call) []console.Field { return in.draft().Faults() }

// createTool is the body of a new tool of a custom API. Its templates take {{name}}.
type createTool struct {
	Name            string        `json:"name" minLength:"1" maxLength:"255"`
	Method          string        `json:"http_method" enum:"GET,POST,PUT,DELETE,PATCH"`
	URLTemplate     string        `json:"url_template" minLength:"1" maxLength:"2000" doc:"an http or https URL, or a path below base_url; takes {{name}}"`
	Description     *string       `json:"description,omitempty" nullable:"true" maxLength:"2000" doc:"tells the agent when to use it"`
	URLParams       []parameterIn `json:"url_params,omitempty" nullable:"true" maxItems:"100"`
	BodyParams      []parameterIn `json:"body_params,omitempty" nullable:"true" maxItems:"100" doc:"without a body_template they are sent as a JSON object"`
	HeadersTemplate object        `json:"headers_template,omitempty" doc:"by the header's name; takes {{name}}"`
	BodyTemplate    object        `json:"body_template,omitempty" doc:"takes {{name}}"`
	AuthType        *string       `json:"auth_type,omitempty" nullable:"true" enum:"none,bearer,basic,api_key,custom" doc:"default: that of the custom API"`
	Auth            *authIn       `json:"auth_config,omitempty" doc:"secrets, which never come back"`
	Mapping         *mappingIn    `json:"response_mapping,omitempty"`
	Category        *string       `json:"category,omitempty" nullable:"true" maxLength:"100" doc:"default custom"`
	Approval        *bool         `json:"require_human_approval,omitempty" nullable:"true" doc:"default false"`
	Timeout         *int64        `json:"timeout,omitempty" nullable:"true" minimum:"1" maximum:"300000" doc:"milliseconds"`
}

// parameterIn is what an agent has to fill in.
type parameterIn struct {
	Name        string `json:"name" minLength:"1" maxLength:"255"`
	Type        string `json:"type" enum:"string,number,integer,boolean,array,object"`
	Description string `json:"description" maxLength:"2000"`
	Required    *bool  `json:"required,omitempty" nullable:"true"`
	Items       object `json:"items,omitempty" nullable:"true" doc:"of an array; a parameter or a JSON schema"`
	Properties  object `json:"properties,omitempty" nullable:"true" doc:"of an object; JSON schemas by name"`
}

// mappingIn is what the agent is told of an answer.
type mappingIn struct {
	Path           *string `json:"path,omitempty" nullable:"true" maxLength:"2000" doc:"where in the answer the result stands"`
	SuccessMessage *string `json:"success_message,omitempty" nullable:"true" maxLength:"2000"`
	ErrorMessage   *string `json:"error_message,omitempty" nullable:"true" maxLength:"2000"`
}

func (in createTool) draft() integrations.Tool {
	d := integrations.Tool{
		Name: in.Name, Method: in.Method, URLTemplate: in.URLTemplate, Description: in.Description,
		URLParams: items(in.URLParams, parameterOf), BodyParams: items(in.BodyParams, parameterOf),
		HeadersTemplate: in.HeadersTemplate, BodyTemplate: in.BodyTemplate, Auth: authOf(in.AuthType, in.Auth),
		Category: in.Category, Milliseconds: in.Timeout,
	}
	if in.Mapping != nil {
		d.Mapping = integrations.Mapping(*in.Mapping)
	}
	return d
}

func (in createTool) faults(*call) []console.Field { return in.draft().Faults() }

func parameterOf(in parameterIn) integrations.Parameter {
	return integrations.Parameter{
		Name: in.Name, Type: in.Type, Description: in.Description, Items: in.Items, Properties: in.Properties,
	}
}
