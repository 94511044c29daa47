package httpapi

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/httpapi/manual"
	"github.com/bimpe/bimpe/internal/stream"
)

// lacking gathers what the document does not say.
type lacking struct{ all []string }

func (l *lacking) unless(said bool, what ...string) { //nolint:revive // it reads as a sentence
	if !said {
		l.all = append(l.all, strings.Join(what, " "))
	}
}

// report names it all, with where it belongs.
func (l *lacking) report(t *testing.T, where string) {
	t.Helper()
	slices.Sort(l.all)
	if len(l.all) > 0 {
		t.Errorf("%s lacks:\n  %s", where, strings.Join(slices.Compact(l.all), "\n  "))
	}
}

// Every operation has words of its own and an example, and words are about something.
func TestEveryOperationIsDescribed(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	var l lacking
	known := map[string]bool{}
	for _, op := range h.operations() {
		known[op.name] = true
		said := h.manual.Operation(op.name)
		l.unless(said.Summary != "" && len(said.Description) > 40, op.name, "a summary and a description")
		l.unless(h.manual.Tag(said.Tag).Description != "", op.name, "a tag with a description")
		example, _ := h.manual.Example(op.name)
		l.unless(example.Answer != nil || said.NotYet != "" || op.status == never, op.name, "an example: a success in a manual_*.txtar")
		l.unless(op.endpoint.body == nil || example.Request != nil, op.name, "an example of its body in a manual_*.txtar")
		for _, p := range h.describe(&op, append(idParams(idsIn(op.path)), op.endpoint.query...)) {
			l.unless(p.Description != "", op.name, "the parameter", p.Name)
		}
		for _, f := range h.faultsOf(&op) {
			l.unless(h.manual.FaultExamples()[f.name()] != nil, op.name, "an answer with", f.name(), "in a manual_*.txtar")
			l.unless(f.words != "", op.name, "words for", f.name())
		}
	}
	for _, name := range h.manual.Operations() {
		l.unless(known[name], name, "an operation of that name")
	}
	l.report(t, "internal/httpapi/manual/words (see its package comment)")
}

// Every field of every schema is described, and words about fields are about ones that are there.
func TestEveryFieldIsDescribed(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	var l lacking
	fields := map[string][]string{}
	for name, s := range h.doc.OpenAPI().Components.Schemas.Map() {
		l.unless(s.Description != "", name, "a description")
		fields[name] = slices.Collect(maps.Keys(s.Properties))
		for field, f := range s.Properties {
			l.unless(f.Description != "", name+"."+field, "a description (a doc tag will do)")
		}
	}
	for event, f := range eventForms(t, h) {
		fields[event] = f
	}
	for _, lost := range h.manual.Unknown(fields) {
		l.unless(false, "the words about", lost, "a schema or field of that name")
	}
	l.report(t, "internal/httpapi/manual/words, under Schemas,")
}

// eventForms are the fields of the events of streams.
func eventForms(t *testing.T, h *house) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for name, s := range eventSchemas(h.doc.OpenAPI().Components.Schemas) {
		all[name] = slices.Collect(maps.Keys(s.Properties))
	}
	return all
}

func TestTheDocumentIsAlwaysTheSame(t *testing.T) {
	t.Parallel()
	first, err := openHouse(t, nil).OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	second, err := openHouse(t, nil).OpenAPI()
	if err != nil || string(first) != string(second) {
		t.Errorf("two documents of the same API differ, %v", err)
	}
}

// The examples are held to the schemas as any answer is, by way of the recordings; this holds those
// of errors to theirs.
func TestExamplesOfErrorsHaveTheirStatus(t *testing.T) {
	t.Parallel()
	m, err := manual.Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range m.FaultExamples() {
		var e struct {
			Code   console.Code
			Reason console.Reason
			Status int `json:"statusCode"`
		}
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		if f := (fault{code: e.Code, reason: e.Reason}); f.name() != name || f.status() != e.Status {
			t.Errorf("the example %s: %s", name, raw)
		}
	}
}

// Frames are written by hand; their data has the forms that the document gives.
func TestFramesAreAsDocumented(t *testing.T) {
	t.Parallel()
	r := openHouse(t, nil).doc.OpenAPI().Components.Schemas
	forms := eventSchemas(r)
	at := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	m := console.Message{ID: "c1", ConversationID: "c2", Role: console.RoleUser, Text: "Hello", CreatedAt: at}
	partial := m
	partial.Partial, partial.Role = true, console.RoleAssistant
	for name, frames := range map[string][][]byte{
		"MessageEvent":   {messageFrame(m), messageFrame(partial)},
		"DeltaEvent":     {deltaFrame(stream.Delta{MessageID: "c1", Text: "He"})},
		"StatusEvent":    {statusFrame(stream.Status{State: stream.Idle, Discarded: "c1"}), statusFrame(stream.Status{State: stream.Thinking})},
		"HeartbeatEvent": {heartbeatFrame(at)},
	} {
		forms[name].AdditionalProperties = false
		for _, f := range frames {
			_, data, _ := strings.Cut(string(f), "data: ")
			var v map[string]any
			if err := json.Unmarshal([]byte(data), &v); err != nil {
				t.Fatalf("%s: %v", f, err)
			}
			var res huma.ValidateResult
			huma.Validate(r, forms[name], huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, &res)
			if len(res.Errors) > 0 {
				t.Errorf("%s is not a %s: %v", f, name, res.Errors)
			}
		}
	}
}

// Bodies may have null where the types cannot say so; what is in the document for people to read stays
// as it was written.
func TestFinished(t *testing.T) {
	t.Parallel()
	const schemas = `"components":{"schemas":{"A":{"required":["r"],"properties":{` +
		`"o":{"$ref":"#/components/schemas/B"},"r":{"$ref":"#/components/schemas/B"},"s":{"enum":["x"],"type":"string","patternDescription":"p"}}}}}`
	const body = `{"requestBody":{"content":{"application/json":{"example":{"z":1.0,"a":2},"schema":{"$ref":"#/components/schemas/A"}}}}}`
	for method, want := range map[string]string{
		"post":  `"s":{"enum":["x",null],"type":["string","null"]}`,
		"patch": `"s":{"enum":["x"],"type":"string"}`,
	} {
		got, err := finished([]byte(`{` + schemas + `,"paths":{"/a":{"` + method + `":` + body + `}}}`))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{
			want, `"r":{"$ref":"#/components/schemas/B"}`, `"o":{"anyOf":[{"$ref":"#/components/schemas/B"},{"type":"null"}]}`, `{"z":1.0,"a":2}`,
		} {
			if !strings.Contains(string(got), part) {
				t.Errorf("%s: %s is not in %s", method, part, got)
			}
		}
	}
	for _, broken := range []string{``, `{`, `{"a":[{]}`, `{"a"`} {
		if got, err := finished([]byte(broken)); err == nil {
			t.Errorf("%q was finished: %s", broken, got)
		}
	}
}
