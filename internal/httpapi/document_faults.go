package httpapi

import (
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/httpapi/manual"
)

// fault is one error that an operation may answer with, and in words when.
type fault struct {
	code   console.Code
	reason console.Reason
	words  string
	own    bool // of an operation, and not of all that are like it
}

func (f fault) name() string { return manual.FaultName(string(f.code), string(f.reason)) }

func (f fault) status() int { return status(&console.Error{Code: f.code, Reason: f.reason}) }

// faultsOf lists the errors of an operation: those that follow from its line in the table, and its
// own.
func (a *API) faultsOf(op *operation) []fault {
	e := op.endpoint
	all := slices.Concat(
		askedWrongly(op), notAllowed(op),
		when(len(op.ids) > 0, fault{console.CodeNotFound, "", "There is nothing with one of the path's ids in this team.", false}),
		[]fault{{console.CodeBadRequest, console.ReasonMethodNotAllowed, "The path was asked with another method than those that `Allow` names.", false}},
		when(e.once, fault{
			console.CodeConflict, console.ReasonIdempotencyReused, "The idempotency key came with another request before. Clients must not retry.", false,
		}),
		ours(op),
	)
	for _, f := range a.manual.Operation(op.name).Faults {
		all = add(all, fault{console.Code(f.Code), console.Reason(f.Reason), f.Words, true})
	}
	return all
}

// add puts a fault in the place of the one that is told in general words, or at the end.
func add(all []fault, f fault) []fault {
	i := slices.IndexFunc(all, func(g fault) bool { return g.name() == f.name() })
	if i < 0 {
		return append(all, f)
	}
	all[i] = f
	return all
}

func when(holds bool, faults ...fault) []fault { //nolint:revive // it reads as a line of a table
	if holds {
		return faults
	}
	return nil
}

// askedWrongly are the faults of requests that cannot be understood.
func askedWrongly(op *operation) []fault {
	e := op.endpoint
	writes := op.method != http.MethodGet
	return slices.Concat(
		when(e.body != nil, fault{console.CodeValidation, "", "Fields of the body are wrong: `message` lists them all.", false}),
		when(e.query != nil, fault{console.CodeValidation, "", "Parameters are wrong: `message` lists them all.", false}),
		when(e.body != nil, fault{console.CodeBadRequest, "", "The body is not JSON, or the header `Idempotency-Key` is malformed.", false}),
		when(e.query != nil, fault{console.CodeBadRequest, "", "The query string is malformed.", false}),
		when(writes && e.body == nil, fault{console.CodeBadRequest, "", "The header `Idempotency-Key` is malformed.", false}),
		when(writes, fault{console.CodeBadRequest, console.ReasonPayloadTooLarge, "The body is larger than 1 MiB.", false}),
		when(e.body != nil, fault{
			console.CodeBadRequest, console.ReasonUnsupportedMedia, "The body has a `Content-Type` other than JSON.", false,
		}),
	)
}

// notAllowed are the faults of those who may not ask.
func notAllowed(op *operation) []fault {
	if op.endpoint.raw != nil {
		return []fault{{console.CodeUnauthorized, "", "There is no ticket, or it is used, older than 60 seconds, or for another conversation.", false}}
	}
	return when(op.scope != "",
		fault{console.CodeKeyMissing, "", "The request has no API key.", false},
		fault{console.CodeKeyInvalid, "", "The key is unknown or revoked.", false},
		fault{console.CodeKeyExpired, "", "The key's time is over.", false},
		fault{console.CodeInsufficientScope, "", "The key lacks the operation's scope.", false},
	)
}

// ours are the faults that have nothing to do with what was asked.
func ours(op *operation) []fault {
	return slices.Concat(
		[]fault{
			{console.CodeTooManyRequests, "", "The rate window is used up. `Retry-After` says when the next one begins.", false},
			{console.CodeInternal, "", "Something went wrong on the server. Please try again.", false},
			{console.CodeInternal, console.ReasonStoreUnreachable, "The server or its database is too busy or out of reach. Please try again.", false},
		},
		when(op.endpoint.once, fault{
			console.CodeInternal, console.ReasonRequestInProgress, "The first request with this idempotency key is still running. Please try again.", false,
		}),
	)
}

// byStatus groups faults by their HTTP status.
func byStatus(faults []fault) map[int][]fault {
	groups := map[int][]fault{}
	for _, f := range faults {
		groups[f.status()] = append(groups[f.status()], f)
	}
	return groups
}

// refusal describes the answer with a status. What follows from the table alone is a component that
// operations share; what has faults of the operation's own stands with it.
func (a *API) refusal(op *operation, code int, faults []fault) *huma.Response {
	r := a.refusalOf(code, faults)
	if slices.ContainsFunc(faults, func(f fault) bool { return f.own }) {
		return r
	}
	all, name := a.doc.OpenAPI().Components.Responses, sharedName(op, code)
	if all[name] == nil {
		all[name] = r
	}
	if !reflect.DeepEqual(all[name], r) {
		return r
	}
	return &huma.Response{Ref: "#/components/responses/" + name}
}

// sharedName is that of the component for a status, which is not the same for all operations.
func sharedName(op *operation, code int) string {
	name := strings.ReplaceAll(http.StatusText(code), " ", "")
	e := op.endpoint
	switch {
	case code == http.StatusBadRequest && e.body != nil:
		return name + "Body"
	case code == http.StatusBadRequest && e.query != nil:
		return name + "Parameters"
	case code == http.StatusBadRequest:
		return name + "Header"
	case code == http.StatusUnauthorized && e.raw != nil:
		return name + "Ticket"
	case code == http.StatusServiceUnavailable && e.once:
		return name + "Write"
	}
	return name
}

func (a *API) refusalOf(code int, faults []fault) *huma.Response {
	doc := a.doc.OpenAPI()
	m := &huma.MediaType{Schema: errorSchema(doc.Components.Schemas, faults), Examples: map[string]*huma.Example{}}
	lines := make([]string, 0, len(faults))
	for _, f := range faults {
		lines = append(lines, "- "+f.label()+": "+f.words)
		if raw, ok := a.manual.FaultExamples()[f.name()]; ok {
			doc.Components.Examples[f.name()] = &huma.Example{Summary: f.title(), Value: raw}
			m.Examples[f.name()] = &huma.Example{Ref: "#/components/examples/" + f.name()}
		}
	}
	return &huma.Response{
		Description: strings.Join(lines, "\n"), Headers: headers(headersOf(code)),
		Content: map[string]*huma.MediaType{mediaJSON: m},
	}
}

func (f fault) label() string {
	if f.reason == "" {
		return "`" + string(f.code) + "`"
	}
	return "`" + string(f.code) + "`, reason `" + string(f.reason) + "`"
}

func (f fault) title() string {
	if f.reason == "" {
		return string(f.code)
	}
	return string(f.code) + ", " + string(f.reason)
}

// errorSchema is that of the faults: those of a validation have a list of messages, all others one.
func errorSchema(r huma.Registry, faults []fault) *huma.Schema {
	var either []*huma.Schema
	isList := func(f fault) bool { return f.code == console.CodeValidation }
	if slices.ContainsFunc(faults, isList) {
		either = append(either, r.Schema(reflect.TypeFor[validationErrorJSON](), true, ""))
	}
	if slices.ContainsFunc(faults, func(f fault) bool { return !isList(f) }) {
		either = append(either, r.Schema(reflect.TypeFor[errorJSON](), true, ""))
	}
	if len(either) == 1 {
		return either[0]
	}
	return &huma.Schema{OneOf: either}
}
