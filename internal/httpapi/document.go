package httpapi

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
)

func documentConfig(version string) huma.Config {
	if version == "" {
		version = "dev"
	}
	c := huma.Config{OpenAPI: &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info:    &huma.Info{Title: "bimpe Console API", Version: version},
		Components: &huma.Components{
			Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"bearer": {Type: "http", Scheme: "bearer"},
				"apiKey": {Type: "apiKey", In: "header", Name: "X-Api-Key"},
			},
		},
	}}
	// A body may have more fields than are known.
	c.AllowAdditionalPropertiesByDefault = true
	return c
}

// schemaName names a wire type in the document: agentJSON is Agent there, createAgent CreateAgent.
func schemaName(t reflect.Type, hint string) string {
	return strings.ReplaceAll(huma.DefaultSchemaNamer(t, hint), "JSON", "")
}

// document describes an operation.
func (a *API) document(op *operation) *huma.Operation {
	schemas := a.doc.OpenAPI().Components.Schemas
	e := op.endpoint
	d := &huma.Operation{
		OperationID: op.name, Method: op.method, Path: op.path, Tags: []string{tagOf(op)},
		Summary: strings.TrimSuffix(op.says, "."), Parameters: append(idParams(op.ids), e.query...),
		Responses: map[string]*huma.Response{
			strconv.Itoa(op.status): success(op, schemas),
			"default": {Description: "Error", Content: map[string]*huma.MediaType{
				"application/json": {Schema: schemas.Schema(reflect.TypeFor[errorBody](), true, "Error")},
			}},
		},
	}
	if e.raw != nil {
		d.Summary = "Stream of new messages"
	}
	if op.scope != "" {
		d.Description = "Needs the scope " + string(op.scope) + "."
		d.Security = []map[string][]string{{"bearer": {}}, {"apiKey": {}}}
	}
	if e.body != nil {
		d.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json": {Schema: e.decode.schema},
		}}
	}
	if op.method != http.MethodGet {
		d.Parameters = append(d.Parameters, &huma.Param{
			Name: "Idempotency-Key", In: "header", Schema: textSchema(1, maxKey),
			Description: "Makes the request happen once: a repetition gets the first answer again.",
		})
	}
	return d
}

func success(op *operation, schemas huma.Registry) *huma.Response {
	r := &huma.Response{Description: http.StatusText(op.status)}
	if op.endpoint.raw != nil {
		r.Content = map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}}
		return r
	}
	r.Content = map[string]*huma.MediaType{
		"application/json": {Schema: schemas.Schema(op.endpoint.answer, true, op.name+"Answer")},
	}
	return r
}

func tagOf(op *operation) string {
	if resource, _, ok := strings.Cut(string(op.scope), ":"); ok {
		return resource
	}
	if op.endpoint.raw != nil {
		return "conversations"
	}
	return "server"
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
	return []*huma.Param{
		queryParam("page", &huma.Schema{Type: huma.TypeInteger, Minimum: &one, Default: 1}),
		queryParam("limit", &huma.Schema{
			Type: huma.TypeInteger, Minimum: &one, Maximum: &most, Default: console.DefaultLimit,
		}),
		queryParam("search", textSchema(0, console.MaxSearchLength)),
		queryParam("sort", &huma.Schema{Type: huma.TypeString, Enum: sorts, Default: "-" + l.sorts[0]}),
	}
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
