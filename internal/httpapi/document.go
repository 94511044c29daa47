package httpapi

import (
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
)

// The ways to say who asks, by their names in the document.
const (
	byBearer = "bearer"
	byHeader = "apiKey"
	byTicket = "ticket"
)

// schemaRefs is how references to schemas begin.
const schemaRefs = "#/components/schemas/"

func documentConfig(version string) huma.Config {
	if version == "" {
		version = "dev"
	}
	c := huma.Config{OpenAPI: &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "bimpe Console API", Version: version,
			License: &huma.License{Name: "Apache License 2.0", Identifier: "Apache-2.0"},
		},
		Servers: []*huma.Server{{URL: Prefix, Description: "This server."}},
		Components: &huma.Components{
			Schemas:    huma.NewMapRegistry(schemaRefs, schemaName),
			Parameters: map[string]*huma.Param{}, Headers: headerComponents(),
			Responses: map[string]*huma.Response{}, Examples: map[string]*huma.Example{},
			SecuritySchemes: map[string]*huma.SecurityScheme{
				byBearer: {
					Type: "http", Scheme: "bearer", BearerFormat: "sk_…",
					Description: "An API key as a bearer: `Authorization: Bearer sk_…`.",
				},
				byHeader: {
					Type: "apiKey", In: "header", Name: "X-Api-Key", Description: "An API key in a header of its own.",
				},
				byTicket: {
					Type: "apiKey", In: "query", Name: "ticket",
					Description: "A stream ticket: it opens one stream, of one conversation or of all of the team, once, within 60 seconds. See `createStreamTicket` and `createTeamStreamTicket`.",
				},
			},
		},
	}}
	// A body may have more fields than are known.
	c.AllowAdditionalPropertiesByDefault = true
	return c
}

// schemaName names a wire type in the document: agentJSON is Agent there, createAgent CreateAgent, ruleIn
// RuleInput.
func schemaName(t reflect.Type, hint string) string {
	name := strings.ReplaceAll(huma.DefaultSchemaNamer(t, hint), "JSON", "")
	if stem, ok := strings.CutSuffix(name, "In"); ok {
		return stem + "Input"
	}
	return name
}

// document describes an operation.
func (a *API) document(op *operation) *huma.Operation {
	e, said := op.endpoint, a.manual.Operation(op.name)
	d := &huma.Operation{
		OperationID: op.name, Method: op.method, Path: op.path, Tags: []string{a.tagOf(op)},
		Summary: said.Summary, Description: said.Description + "\n\n" + needs(op),
		Deprecated: said.Deprecated != "",
		Parameters: a.describe(op, append(idParams(op.ids), e.query...)),
		Responses:  a.responses(op), Security: security(op),
	}
	if said.Deprecated != "" {
		d.Description += "\n\n**Deprecated**: " + said.Deprecated
	}
	if said.NotYet != "" {
		d.Description += "\n\n**Not yet**: " + said.NotYet
	}
	d.Description = strings.TrimSpace(d.Description)
	if op.scope != "" {
		d.Extensions = map[string]any{"x-required-scope": string(op.scope)}
	}
	if e.body != nil {
		body := &huma.MediaType{Schema: e.decode.schema}
		if example, ok := a.manual.Example(op.name); ok && example.Request != nil {
			body.Example = example.Request
		}
		d.RequestBody = &huma.RequestBody{
			Required: true, Content: map[string]*huma.MediaType{mediaJSON: body},
		}
	}
	for _, name := range commonParams(op) {
		d.Parameters = append(d.Parameters, &huma.Param{Ref: "#/components/parameters/" + name})
	}
	return d
}

// needs says in words what security says.
func needs(op *operation) string {
	switch {
	case op.endpoint.raw != nil:
		return "Needs a ticket, and no key."
	case op.scope == "":
		return "Needs no key."
	default:
		return "Needs the scope `" + string(op.scope) + "`."
	}
}

func security(op *operation) []map[string][]string {
	switch {
	case op.endpoint.raw != nil:
		return []map[string][]string{{byTicket: {}}}
	case op.scope == "":
		return []map[string][]string{{}}
	default:
		scopes := []string{string(op.scope)}
		return []map[string][]string{{byBearer: scopes}, {byHeader: scopes}}
	}
}

// tagOf is the tag under which an operation is described, else its resource.
func (a *API) tagOf(op *operation) string {
	if tag := a.manual.Operation(op.name).Tag; tag != "" {
		return tag
	}
	resource, _, _ := strings.Cut(string(op.scope), ":")
	return resource
}

// addTag lists a tag in the order in which operations come.
func (a *API) addTag(name string) {
	doc := a.doc.OpenAPI()
	for _, t := range doc.Tags {
		if t.Name == name {
			return
		}
	}
	t := a.manual.Tag(name)
	doc.Tags = append(doc.Tags, &huma.Tag{Name: name, Description: t.Description})
}

// describe adds the words to parameters that have none.
func (a *API) describe(op *operation, params []*huma.Param) []*huma.Param {
	for _, p := range params {
		if p.Description == "" {
			p.Description = a.manual.Parameter(op.name, p.Name)
		}
	}
	return params
}

// dress gives schemas and their fields their words.
func (a *API) dress() {
	for name, s := range a.doc.OpenAPI().Components.Schemas.Map() {
		if s.Description == "" {
			s.Description = a.manual.Schema(name)
		}
		for field, f := range s.Properties {
			if f.Description == "" {
				f.Description = a.manual.Field(name, field)
			}
			f.Description = sentence(f.Description)
			if f.Nullable && f.Enum != nil && f.Enum[len(f.Enum)-1] != nil {
				f.Enum = append(f.Enum, nil) // or null would not be one of them
			}
		}
	}
}

// sentence lets a text begin with a capital and end with a full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// commonParams are the names of the parameters that many operations take, as components.
func commonParams(op *operation) []string {
	names := []string{"X-Request-Id"}
	if op.method != http.MethodGet {
		names = append([]string{"Idempotency-Key"}, names...)
	}
	return names
}

// introduce says what is about the API as a whole.
func (a *API) introduce() {
	doc := a.doc.OpenAPI()
	doc.Info.Description = a.manual.Overview
	for name, most := range map[string]int{"Idempotency-Key": maxKey, "X-Request-Id": maxRequestID} {
		doc.Components.Parameters[name] = &huma.Param{
			Name: name, In: "header", Schema: textSchema(1, most), Description: a.manual.Parameter("", name),
		}
	}
}

func idParams(names []string) []*huma.Param {
	params := make([]*huma.Param, 0, len(names))
	for _, n := range names {
		params = append(params, &huma.Param{
			Name: n, In: "path", Required: true, Schema: textSchema(1, console.MaxIDLength),
		})
	}
	return params
}

func listParams(l listing) []*huma.Param {
	one, most := 1.0, float64(console.MaxLimit)
	sorts := make([]any, 0, 2*len(l.sorts))
	for _, s := range l.sorts {
		sorts = append(sorts, s, "-"+s)
	}
	params := []*huma.Param{
		queryParam("page", &huma.Schema{Type: huma.TypeInteger, Minimum: &one, Default: 1}),
		queryParam("limit", &huma.Schema{
			Type: huma.TypeInteger, Minimum: &one, Maximum: &most, Default: console.DefaultLimit,
		}),
		queryParam("search", textSchema(0, console.MaxSearchLength)),
		queryParam("sort", &huma.Schema{Type: huma.TypeString, Enum: sorts, Default: "-" + l.sorts[0]}),
	}
	if l.unsearched {
		return slices.DeleteFunc(params, func(p *huma.Param) bool { return p.Name == "search" })
	}
	return params
}

func queryParam(name string, s *huma.Schema) *huma.Param {
	return &huma.Param{Name: name, In: "query", Schema: s}
}

func wordParam(name string, words []string) *huma.Param {
	enum := make([]any, 0, len(words))
	for _, w := range words {
		enum = append(enum, w)
	}
	return queryParam(name, &huma.Schema{Type: huma.TypeString, Enum: enum})
}

func truthParam(name string) *huma.Param {
	return queryParam(name, &huma.Schema{Type: huma.TypeBoolean})
}

func textSchema(least, most int) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, MinLength: &least, MaxLength: &most}
}

// mediaJSON and mediaEvents are what answers are written in.
const (
	mediaJSON   = "application/json"
	mediaEvents = "text/event-stream"
)

// success describes the answer of an operation that did what it was asked.
func (a *API) success(op *operation) *huma.Response {
	media, schema := mediaJSON, (*huma.Schema)(nil)
	r := &huma.Response{Description: op.says, Headers: headers(commonHeaders())}
	switch {
	case op.endpoint.raw != nil:
		media, schema = mediaEvents, a.streamSchema(op.endpoint.events)
		r.Description = "The event stream, until either side ends it."
		r.Headers = headers(append(commonHeaders(), "Cache-Control", "X-Accel-Buffering"))
	default:
		schema = a.doc.OpenAPI().Components.Schemas.Schema(op.endpoint.answer, true, op.name+"Answer")
	}
	if op.endpoint.once {
		r.Headers = headers(append(commonHeaders(), "Idempotency-Replayed"))
	}
	m := &huma.MediaType{Schema: schema}
	if example, ok := a.manual.Example(op.name); ok && example.Answer != nil {
		m.Example = example.Answer
	}
	r.Content = map[string]*huma.MediaType{media: m}
	return r
}

// responses describes all answers of an operation.
func (a *API) responses(op *operation) map[string]*huma.Response {
	all := map[string]*huma.Response{}
	for code, faults := range byStatus(a.faultsOf(op)) {
		all[strconv.Itoa(code)] = a.refusal(op, code, faults)
	}
	if op.status != http.StatusNotImplemented {
		all[strconv.Itoa(op.status)] = a.success(op)
	}
	return all
}
