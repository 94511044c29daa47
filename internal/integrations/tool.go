package integrations

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// Tool is a request that an agent may make to a custom API. Its templates take {{name}}.
type Tool struct {
	Name            string
	Method          string
	URLTemplate     string
	Description     *string
	URLParams       []Parameter
	BodyParams      []Parameter
	HeadersTemplate map[string]any
	BodyTemplate    map[string]any
	Auth            Auth
	Mapping         Mapping
	Category        *string
	Milliseconds    *int64 // nil: the server's default
}

// Parameter is what an agent has to fill in. Items and Properties are as in JSON Schema.
type Parameter struct {
	Name, Type, Description string
	Items, Properties       map[string]any
}

// Mapping is what an agent is told of an answer.
type Mapping struct{ Path, SuccessMessage, ErrorMessage *string }

// The bounds of a tool.
const (
	maxParameters   = 100
	maxHeaders      = 100
	maxKeys         = 200 // of a body, or of the properties of a parameter
	maxCategory     = 100
	maxMilliseconds = 300_000
)

// Faults returns everything that is wrong with the draft at once.
func (d Tool) Faults() []console.Field {
	c := &checker{}
	c.Text("name", d.Name, 1, maxName)
	if d.Method == "" {
		c.Fail("http_method", "must not be empty")
	}
	c.word("http_method", d.Method, "GET", "POST", "PUT", "DELETE", "PATCH")
	c.template("url_template", d.URLTemplate, 1)
	c.Optional("description", d.Description, maxDescription)
	c.parameters("url_params", d.URLParams)
	c.parameters("body_params", d.BodyParams)
	c.headers(d.HeadersTemplate)
	c.Most("body_template", len(d.BodyTemplate), maxKeys, "keys")
	c.auth(d.Auth)
	c.Optional("response_mapping.path", d.Mapping.Path, maxDescription)
	c.Optional("response_mapping.success_message", d.Mapping.SuccessMessage, maxDescription)
	c.Optional("response_mapping.error_message", d.Mapping.ErrorMessage, maxDescription)
	c.Optional("category", d.Category, maxCategory)
	if d.Milliseconds != nil && (*d.Milliseconds < 1 || *d.Milliseconds > maxMilliseconds) {
		c.Fail("timeout", "must be from 1 to %d milliseconds", maxMilliseconds)
	}
	return c.All
}

// template holds s to an address, or the end of one, that may have {{name}} in it.
func (c *checker) template(path, s string, least int) {
	c.Text(path, s, least, maxAddress)
	u, err := url.Parse(placeholder.ReplaceAllString(s, "x"))
	web := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	below := err == nil && u.Scheme == "" && u.Host == ""
	switch {
	case !web && !below:
		c.Fail(path, "must be an http or https URL, or a path")
	case u.User != nil:
		c.Fail(path, "must not contain a user name or a password")
	}
}

var placeholder = regexp.MustCompile(`\{\{[^{}]*\}\}`)

func (c *checker) parameters(path string, all []Parameter) {
	if !c.Most(path, len(all), maxParameters, "parameters") {
		return
	}
	for i, p := range all {
		at := fmt.Sprintf("%s.%d.", path, i)
		c.Text(at+"name", p.Name, 1, maxName)
		c.Text(at+"description", p.Description, 0, maxDescription)
		if p.Type == "" {
			c.Fail(at+"type", "must not be empty")
		}
		c.kind(at+"type", p.Type)
		if kind, ok := p.Items["type"]; ok {
			word, _ := kind.(string)
			if word == "" {
				c.Fail(at+"items.type", "must be a string")
			}
			c.kind(at+"items.type", word)
		}
		c.Most(at+"items", len(p.Items), maxKeys, "keys")
		c.Most(at+"properties", len(p.Properties), maxKeys, "keys")
	}
}

func (c *checker) kind(path, s string) {
	c.word(path, s, "string", "number", "integer", "boolean", "array", "object")
}

func (c *checker) headers(all map[string]any) {
	if !c.Most("headers_template", len(all), maxHeaders, "headers") {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !headerName.MatchString(name) || len(name) > maxName {
			c.Fail("headers_template", "must have names of headers as its keys")
			return
		}
		if s, ok := all[name].(string); ok && strings.ContainsAny(s, "\r\n\x00") {
			c.Fail("headers_template."+name, "must be one line")
		}
	}
}
