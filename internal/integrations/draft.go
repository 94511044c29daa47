package integrations

import (
	"regexp"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// The bounds of a draft's texts, in characters.
const (
	maxName        = 255
	maxDescription = 2000
	maxSecret      = 10_000
	maxAddress     = 2000
)

// Own is a service of the catalogue, with the credentials that it needs.
type Own struct {
	Kind                        Kind
	Token, PublicKey, SecretKey *string
	Currency                    *string // ISO 4217
}

// Faults returns everything that is wrong with the draft at once.
func (d Own) Faults() []console.Field {
	c := &checker{}
	known := slices.ContainsFunc(Catalogue(), func(o Offer) bool { return o.Kind == d.Kind })
	if !known {
		c.Fail("type", "must be bumpa, google_calendar, google_sheets, paystack or stripe")
	}
	c.Optional("token", d.Token, maxSecret)
	c.Optional("public_key", d.PublicKey, maxSecret)
	c.Optional("secret_key", d.SecretKey, maxSecret)
	if d.Currency != nil && !currency.MatchString(*d.Currency) {
		c.Fail("currency", "must be an ISO 4217 code such as NGN")
	}
	return c.All
}

var currency = regexp.MustCompile(`^[A-Za-z]{3}$`)

// Auth is how requests to a service are let in there.
type Auth struct {
	Type                                          string // empty: none
	Token, APIKey, HeaderName, UserName, Password *string
}

// CustomAPI is a service that is spoken to by HTTP requests which the team describes.
type CustomAPI struct {
	Name         string
	Description  *string
	BaseURL      *string
	Auth         Auth
	TestEndpoint *string // a path or a URL
}

// Faults returns everything that is wrong with the draft at once.
func (d CustomAPI) Faults() []console.Field {
	c := &checker{}
	c.Text("name", d.Name, 1, maxName)
	c.Optional("description", d.Description, maxDescription)
	c.Target("base_url", d.BaseURL)
	c.auth(d.Auth)
	if d.TestEndpoint != nil {
		c.template("test_endpoint", *d.TestEndpoint, 0)
	}
	return c.All
}

// MCPServer is a server that offers tools by the Model Context Protocol.
type MCPServer struct {
	Name      string
	URL       string
	Transport string // empty: streamable_http
	Auth      Auth
}

// Faults returns everything that is wrong with the draft at once.
func (d MCPServer) Faults() []console.Field {
	c := &checker{}
	c.Text("name", d.Name, 1, maxName)
	if d.URL == "" {
		c.Fail("server_url", "must not be empty")
	}
	c.Target("server_url", &d.URL)
	c.word("transport", d.Transport, "http_sse", "streamable_http")
	c.auth(d.Auth)
	return c.All
}

// Pipedream is an app that is reached by way of Pipedream.
type Pipedream struct {
	AppSlug          string
	AppName, AppIcon *string
}

// Faults returns everything that is wrong with the draft at once.
func (d Pipedream) Faults() []console.Field {
	c := &checker{}
	c.Text("app_slug", d.AppSlug, 1, maxName)
	if strings.Trim(d.AppSlug, slugLetters) != "" {
		c.Fail("app_slug", "must be letters, digits, - and _")
	}
	c.Optional("app_name", d.AppName, maxName)
	c.URL("app_icon", d.AppIcon)
	return c.All
}

const slugLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

type checker struct{ console.Faults }

// word holds s, where it is given, to some words.
func (c *checker) word(path, s string, words ...string) {
	if s != "" && !slices.Contains(words, s) {
		c.Fail(path, "must be one of %s", strings.Join(words, ", "))
	}
}

func (c *checker) auth(a Auth) {
	c.word("auth_type", a.Type, "none", "bearer", "basic", "api_key", "custom")
	c.Optional("auth_config.token", a.Token, maxSecret)
	c.Optional("auth_config.api_key", a.APIKey, maxSecret)
	c.Optional("auth_config.username", a.UserName, maxName)
	c.Optional("auth_config.password", a.Password, maxSecret)
	if a.HeaderName != nil && *a.HeaderName != "" {
		c.header("auth_config.header_name", *a.HeaderName)
	}
}

// header holds s to what HTTP allows as the name of a header.
func (c *checker) header(path, s string) {
	if len(s) > maxName || !headerName.MatchString(s) {
		c.Fail(path, "must be the name of a header")
	}
}

var headerName = regexp.MustCompile("^[-!#$%&'*+.^_`|~0-9A-Za-z]+$")
