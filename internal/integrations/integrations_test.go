package integrations_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/integrations"
)

// ours has one agent.
type ours struct{}

func (ours) Agent(_ context.Context, id console.ID) (console.Agent, error) {
	if id != "ada" {
		return console.Agent{}, console.NotFound("agent", id)
	}
	return console.Agent{ID: id}, nil
}

func ptr[T any](v T) *T { return &v }

func TestTheCatalogue(t *testing.T) {
	t.Parallel()
	var kinds []string
	for _, o := range integrations.Catalogue() {
		kinds = append(kinds, string(o.Kind))
		if faults := (integrations.Own{Kind: o.Kind}).Faults(); faults != nil || o.Name == "" {
			t.Errorf("%+v cannot be asked for: %v", o, faults)
		}
	}
	if want := []string{"bumpa", "google_calendar", "google_sheets", "paystack", "stripe"}; !slices.Equal(kinds, want) {
		t.Errorf("kinds %v, want %v", kinds, want)
	}
}

// What is said first: that the agent is not there, what is wrong with the draft, that the quota is
// used up, and only then that nothing can be connected.
func TestConnect(t *testing.T) {
	t.Parallel()
	none := console.Quotas{Integrations: console.NoneAllowed}
	good, bad := integrations.Own{Kind: integrations.Stripe}, integrations.Own{Kind: "ebay"}
	for name, test := range map[string]struct {
		agent  console.ID
		quotas console.Quotas
		draft  integrations.Draft
		code   console.Code
		reason console.Reason
	}{
		"no agent":       {"bola", none, bad, console.CodeNotFound, ""},
		"a fault":        {"ada", none, bad, console.CodeValidation, ""},
		"none allowed":   {"ada", none, good, console.CodeConflict, console.ReasonIntegrationLimit},
		"one allowed":    {"ada", console.Quotas{Integrations: 1}, good, console.CodeNotImplemented, ""},
		"the default":    {"ada", console.Quotas{}, good, console.CodeNotImplemented, ""},
		"another family": {"ada", console.Quotas{}, integrations.Pipedream{AppSlug: "slack"}, console.CodeNotImplemented, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := integrations.Connect(t.Context(), ours{}, console.Team{Quotas: test.quotas}, test.agent, test.draft)
			e, ok := err.(*console.Error) //nolint:errorlint // the room makes it itself
			if !ok || e.Code != test.code || e.Reason != test.reason {
				t.Errorf("Connect: %v, want %s %s", err, test.code, test.reason)
			}
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	for _, agent := range []console.ID{"ada", "bola"} {
		err := integrations.Find(t.Context(), ours{}, agent, "this")
		if !console.IsNotFound(err) || strings.Contains(err.Error(), "this") != (agent == "ada") {
			t.Errorf("Find of %s: %v, want not_found of what is not there", agent, err)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 10_001)
	many := make(map[string]any)
	for i := range 201 {
		many[strings.Repeat("x", i+1)] = 1
	}
	auth := integrations.Auth{
		Type: "magic", Token: &long, APIKey: &long, HeaderName: ptr("a\r\nb"), UserName: &long, Password: &long,
	}
	authFaults := []string{
		"auth_type", "auth_config.token", "auth_config.api_key", "auth_config.username", "auth_config.password",
		"auth_config.header_name",
	}
	for name, test := range map[string]struct {
		draft integrations.Draft
		want  []string
	}{
		"nothing of the catalogue": {integrations.Own{}, []string{"type"}},
		"long credentials": {
			integrations.Own{Kind: integrations.Paystack, Token: &long, PublicKey: &long, SecretKey: &long, Currency: ptr("NG")},
			[]string{"token", "public_key", "secret_key", "currency"},
		},
		"no custom API": {integrations.CustomAPI{}, []string{"name"}},
		"a wrong custom API": {
			integrations.CustomAPI{
				Name: long, Description: &long, BaseURL: ptr("/x"), Auth: auth, TestEndpoint: ptr("ftp://x"),
			},
			append(append([]string{"name", "description", "base_url"}, authFaults...), "test_endpoint"),
		},
		"no MCP server": {integrations.MCPServer{}, []string{"name", "server_url"}},
		"a wrong MCP server": {
			integrations.MCPServer{Name: "\x00", URL: "ws://x", Transport: "stdio", Auth: auth},
			append([]string{"name", "server_url", "transport"}, authFaults...),
		},
		"a custom API with a password": {integrations.CustomAPI{Name: "a", BaseURL: ptr("https://me:secret@shop.example")}, []string{"base_url"}},
		"an MCP server with a user":    {integrations.MCPServer{Name: "a", URL: "https://me@shop.example"}, []string{"server_url"}},
		"no app":                       {integrations.Pipedream{}, []string{"app_slug"}},
		"a wrong app":                  {integrations.Pipedream{AppSlug: "a/b", AppName: &long, AppIcon: ptr("x")}, []string{"app_slug", "app_name", "app_icon"}},
		"no tool":                      {integrations.Tool{}, []string{"name", "http_method", "url_template"}},
		"a wrong tool": {
			integrations.Tool{
				Name: long, Method: "get", URLTemplate: "http://", Description: &long,
				URLParams:  []integrations.Parameter{{Description: long}},
				BodyParams: []integrations.Parameter{{Name: "a", Type: "list", Items: many, Properties: many}},
				HeadersTemplate: map[string]any{
					"X-A": "a\r\nX-B: c",
				},
				BodyTemplate: many, Auth: auth, Category: &long, Milliseconds: ptr(int64(0)),
				Mapping: integrations.Mapping{Path: &long, SuccessMessage: &long, ErrorMessage: &long},
			},
			append(append([]string{
				"name", "http_method", "url_template", "description", "url_params.0.name", "url_params.0.description",
				"url_params.0.type", "body_params.0.type", "body_params.0.items", "body_params.0.properties",
				"headers_template.X-A", "body_template",
			}, authFaults...), "response_mapping.path", "response_mapping.success_message", "response_mapping.error_message",
				"category", "timeout"),
		},
		"too much of a tool": {
			integrations.Tool{
				Name: "a", Method: "GET", URLTemplate: "/", URLParams: make([]integrations.Parameter, 101), HeadersTemplate: many,
				Milliseconds: ptr(int64(300_001)),
			},
			[]string{"url_params", "headers_template", "timeout"},
		},
		"a header without a name": {
			integrations.Tool{Name: "a", Method: "GET", URLTemplate: "/", HeadersTemplate: map[string]any{"": "x"}},
			[]string{"headers_template"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, paths(test.draft.Faults())); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func paths(faults []console.Field) []string {
	var all []string
	for _, f := range faults {
		all = append(all, f.Path)
	}
	return all
}

func TestTemplatesOfAddresses(t *testing.T) {
	t.Parallel()
	for template, good := range map[string]bool{
		"https://shop.example/orders/{{id}}": true, "http://a": true, "/orders/{{ id }}?q={{q}}": true, "orders": true,
		"https://{{host}}.example/": true, "/a b": true,
		"//evil.example/": false, "ftp://a": false, "javascript:alert(1)": false, "file:///etc/passwd": false, "http:///a": false,
		"https://me:secret@a/": false, "HTTPS://a": true, "https:a": false, "/\x7f": false, "/%zz": false, "": false, "/" + strings.Repeat("a", 2000): false,
	} {
		d := integrations.Tool{Name: "a", Method: "GET", URLTemplate: template}
		if faults := d.Faults(); (len(faults) == 0) != good {
			t.Errorf("%.40q: %v, want good: %v", template, faults, good)
		}
	}
}
