package httpapi

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

// decoderOf makes a decoder as register does.
func decoderOf[T any](method string) *decoder {
	return newDecoder(documentConfig("").Components.Schemas, reflect.TypeFor[T](), method)
}

// allowing makes a decoder whose registry has been set up by huma, as in New.
func allowing[T any](method string) *decoder {
	api := huma.NewAPI(documentConfig(""), nil)
	return newDecoder(api.OpenAPI().Components.Schemas, reflect.TypeFor[T](), method)
}

// intoErr decodes a body and returns all that was wrong with it.
func intoErr(d *decoder, body string, v any) error {
	_, faults, err := d.into("application/json", []byte(body), v)
	if err != nil {
		return err
	}
	return console.Invalid(faults)
}

// outcomeOf puts an error into one line: ok, a code, or all faults.
func outcomeOf(err error) string {
	e, isOurs := errors.AsType[*console.Error](err)
	switch {
	case err == nil:
		return "ok"
	case !isOurs:
		return "internal: " + err.Error()
	case e.Code == console.CodeValidation:
		return strings.Join(faults(e), "; ")
	case e.Reason != "":
		return string(e.Reason)
	default:
		return string(e.Code)
	}
}

func TestBodyOfNewAgent(t *testing.T) {
	t.Parallel()
	d := allowing[createAgent](http.MethodPost)
	deep := strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100)
	for body, want := range map[string]string{
		`{"name":"a"}`:                          "ok",
		`{"name":"a","unknown":{"x":[1]}}`:      "ok",
		`{"name":"a","description":null}`:       "ok",
		`{"name":"a","rules":null,"logo":null}`: "ok",
		`{}`:                                    "name: is required",
		`{"name":null}`:                         "name: is required",
		`{"Name":"a"}`:                          "name: is required",
		`{"name":""}`:                           "name: expected length >= 1",
		`{"name":5}`:                            "name: expected string",
		`{"name":["a"],"language":{}}`:          "language: expected string; name: expected string",
		`{"name":"a","rules":{}}`:               "rules: expected array",
		`{"name":"a","rules":[5]}`:              "rules.0: expected object",
		`{"name":"a\u0000"}`:                    "name: must not contain NUL",
		`{"name":"a","x":{"y":["\u0000"]}}`:     "ok", // what we do not know is ignored, whatever it is
		`{"name":"a","x":1e400}`:                "ok",
		`{"name":"a","x":` + deep + `}`:         "ok",
		`{"name":"a","\u0000":1}`:               "ok",
		`{"name":"a","rules":` + deep + `}`:     "bad_request",
		`{"name":"a"`:                           "bad_request",
		`{"name":"a"} {}`:                       "bad_request",
		"{\"name\":\"\xff\"}":                   "bad_request",
		`   `:                                   "bad_request",
		``:                                      "bad_request",
		`[]`:                                    "body: must be an object",
		`"name"`:                                "body: must be an object",
		`null`:                                  "body: must be an object",
		`17`:                                    "body: must be an object",
		`{"name":"a","rules":[{"id":"1","name":"n","trigger":"t","response":"r"}]}`:                               "rules.0.enabled: is required",
		`{"name":"a","rules":[{"id":null,"name":"n","trigger":"t","response":"r","enabled":true}]}`:               "rules.0.id: expected string",
		`{"name":"a","rules":[{"id":"1","name":"n","trigger":"t","response":"r","enabled":"yes","action":null}]}`: "rules.0.enabled: expected boolean",
	} {
		var in createAgent
		if got := outcomeOf(intoErr(d, body, &in)); got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}

func TestBodyWithNamesOfItsOwner(t *testing.T) {
	t.Parallel()
	d := allowing[updateContact](http.MethodPatch)
	long := strings.Repeat("x", console.MaxContactValue+1)
	for body, want := range map[string]string{
		`{"fields":{"a":null,"b[0].c":"x"}}`:           "ok",
		`{"fields":{"a":"` + long + `"}}`:              "fields.a: expected length <= 1000",
		`{"fields":{"a[0]":5}}`:                        "fields.a[0]: expected string",
		`{"fields":{"a.b":5,"c[":[],"d":6}}`:           "fields.a.b: expected string; fields.c[: expected string; fields.d: expected string",
		`{"fields":{"a]b":{"c":{}},"[":{"[":"x"}}}`:    "fields.[: expected string; fields.a]b: expected string",
		`{"fields":{"a.b":"` + long + `"},"tags":[5]}`: "fields.a.b: expected length <= 1000; tags.0: expected string",
		`{"fields":{"x":1e400}}`:                       "fields.x: is a number out of range; fields.x: expected string",
		`{"fields":["a"]}`:                             "fields: expected object",
	} {
		var in updateContact
		if got := outcomeOf(intoErr(d, body, &in)); got != want {
			t.Errorf("%.60s: got %q, want %q", body, got, want)
		}
	}
}

func TestFaultsHaveWords(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{"": "fields.a[0]", "b[2].c": "fields.a[0].b.2.c", "[1]": "fields.a[0].1"} {
		path, fault := faultOf("fields.a[0]", &huma.ErrorDetail{Location: location})
		if path != want || fault != "is not valid" {
			t.Errorf("a fault without words at %q is %q: %q, want %q: is not valid", location, path, fault, want)
		}
	}
}

func TestFaultsAreBounded(t *testing.T) {
	t.Parallel()
	d := allowing[createWorkflow](http.MethodPost)
	for _, body := range []string{
		`{"name":"a","rules":[` + strings.Repeat("1,", 400_000) + `1]}`,
		`{"name":"a","rules":[` + strings.Repeat("{},", 300_000) + `1]}`,
		`{"name":"a","prompt_config":{"x":[` + strings.Repeat("1e999,", 100_000) + `1]}}`,
	} {
		var in createWorkflow
		_, faults, err := d.into("", []byte(body), &in)
		if err != nil || len(faults) == 0 || len(faults) > maxFaults {
			t.Errorf("%s…: got %d faults, %v", body[:30], len(faults), err)
		}
	}
}

func TestBodyOfChange(t *testing.T) {
	t.Parallel()
	d := allowing[updateWorkflow](http.MethodPatch)
	for body, want := range map[string]string{
		`{}`:                                       "ok",
		`{"description":null,"guide":null}`:        "ok",
		`{"name":null}`:                            "name: must not be null",
		`{"tags":null,"prompt_config":null}`:       "prompt_config: must not be null; tags: must not be null",
		`{"visibility":"secret"}`:                  `visibility: expected value to be one of "private, public"`,
		`{"setup_time":5.0}`:                       "ok",
		`{"setup_time":5.5}`:                       "setup_time: expected integer",
		`{"setup_time":1208925819614629174706176}`: "setup_time: expected number <= 1000000",
		`{"setup_time":-1}`:                        "setup_time: expected number >= 0",
		`{"flows":[{"name":"f","extra":{"a":1}}]}`: "ok",
		`{"flows":[{"priority":"high"}]}`:          "flows.0.priority: expected integer",
		`{"flows":[[]]}`:                           "flows.0: expected object",
		`{"flows":[{"trigger_keywords":[{}]}]}`:    "flows.0.trigger_keywords.0.keyword: is required",
		`{"flows":[{"Name":5,"Priority":"x"}]}`:    "ok", // keys of its own, which it keeps
		`{"flows":[{"x":1e400}]}`:                  "flows.0.x: is a number out of range",
		`{"prompt_config":{"a":{"\u0000":1}}}`:     "prompt_config.a: must not contain NUL",
		`{"prompt_config":[]}`:                     "prompt_config: expected object",
		`{"unknown":null}`:                         "ok",
	} {
		var in updateWorkflow
		if got := outcomeOf(intoErr(d, body, &in)); got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}

func TestBodyKeepsWhatItIsGiven(t *testing.T) {
	t.Parallel()
	var in createWorkflow
	fields, _, err := allowing[createWorkflow](http.MethodPost).into("application/json",
		[]byte(`{"name":"w","flows":[{"name":"f","x":12345678901234567890,"y":1.50,"Priority":5}],"setup_time":2e1,"tags":null}`), &in)
	if err != nil {
		t.Fatal(err)
	}
	got, err := (&API{}).encode(in.Flows)
	if err != nil {
		t.Fatal(err)
	}
	if want := `[{"Priority":5,"name":"f","x":12345678901234567890,"y":1.50}]`; string(got) != want {
		t.Errorf("flows: got %s, want %s", got, want)
	}
	if in.SetupTime != 20 {
		t.Errorf("setup_time: got %d, want 20", in.SetupTime)
	}
	if _, sent := fields["tags"]; sent {
		t.Error("a null of a POST counts as sent")
	}
}

func TestContentTypes(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[string]bool{
		"": true, "application/json": true, "application/json; charset=utf-8": true, "APPLICATION/JSON": true,
		"application/merge-patch+json": true,
		"text/plain":                   false, "application/x-www-form-urlencoded": false, "multipart/form-data; boundary=x": false,
		"nonsense;;": false, "text/json+json": false,
	} {
		if got := isJSON(contentType); got != want {
			t.Errorf("isJSON(%q): got %t, want %t", contentType, got, want)
		}
	}
}

func FuzzBody(f *testing.F) {
	for _, s := range []string{
		`{"name":"a"}`, `{"name":null,"rules":[{}]}`, `[[[[`, `{"a":1e999}`, "\xff", `{"":{"":[]}}`,
		`{"rules":[{"id":"1","name":"n","trigger":"t","response":"r","enabled":true}],"name":"\ud800"}`,
	} {
		f.Add([]byte(s))
	}
	create, update := allowing[createAgent](http.MethodPost), allowing[updateWorkflow](http.MethodPatch)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var a createAgent
		if err := intoErr(create, string(raw), &a); console.CodeOf(err) == console.CodeInternal && err != nil {
			t.Errorf("new agent %q: %v", raw, err)
		}
		if a.Name != "" && strings.Contains(a.Name, "\x00") {
			t.Errorf("new agent %q: its name holds NUL", raw)
		}
		var w updateWorkflow
		if err := intoErr(update, string(raw), &w); console.CodeOf(err) == console.CodeInternal && err != nil {
			t.Errorf("changed workflow %q: %v", raw, err)
		}
	})
}

func TestEveryBodyTypeHasASchema(t *testing.T) {
	t.Parallel()
	got := decoderOf[messageIn](http.MethodPost).schema
	if diff := cmp.Diff("#/components/schemas/MessageInput", got.Ref); diff != "" {
		t.Errorf("reference (-want +got):\n%s", diff)
	}
}
