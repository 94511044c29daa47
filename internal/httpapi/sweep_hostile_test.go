package httpapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
)

// Whatever is sent to whichever operation, in any field of its body, any parameter, any id and any
// header: it is the client's fault or it is done, and it is said so in the envelope. A good request
// of a wire test is bent in one place at a time, so that what is hostile gets as far as it can.
func TestHostileInputToEveryOperation(t *testing.T) {
	t.Parallel()
	swept := newSwept()
	retell(t, func(s *step) *httptest.ResponseRecorder {
		if s.op != nil && s.usable() && swept.first(s, "") {
			s.aside(s.bend)
		}
		if s.op != nil && s.op.endpoint.raw != nil {
			return nil // what has been bent may let a stream open where none did, and nothing would end it
		}
		s.scrub(show(t, s.recorded().Result())) // what has been bent may have changed what is recorded
		return nil
	})
	swept.complete(t, func(*operation) bool { return true })
}

// usable reports whether a step shows how its operation is used well.
func (s *step) usable() bool {
	if s.op.scope == openToAll {
		return !strings.Contains(s.text, "Fault:")
	}
	return s.plain() && s.usedWell()
}

// bend makes many requests, each of which is the step's own but for one place.
func (s *step) bend() {
	s.t.Helper()
	for what, r := range s.bentPaths() {
		s.send(what, r)
	}
	for what, r := range s.bentHeaders() {
		s.send(what, r)
	}
	if s.op.method == http.MethodGet {
		for what, r := range s.bentQueries() {
			s.send(what, r)
		}
		return
	}
	for what, body := range s.broken() {
		if rec := s.send(what, s.request(body)); s.op.endpoint.body != nil && rec.Code < 400 {
			s.fails(what, rec)
		}
	}
	for what, body := range s.bentBodies() {
		s.send(what, s.request(body))
	}
}

// request is the step's request with another body.
func (s *step) request(body string) *http.Request {
	head, _, _ := strings.Cut(s.text, "\n\n")
	r := parseRequest(s.t, head)
	s.arrange(s.t, r)
	again := httptest.NewRequest(r.Method, r.URL.String(), strings.NewReader(body))
	again.Header = r.Header
	return again
}

// send insists on an envelope that does not blame the server, and returns the answer.
func (s *step) send(what string, r *http.Request) *httptest.ResponseRecorder {
	s.t.Helper()
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, r)
	if rec.Code >= 500 && rec.Code != http.StatusNotImplemented {
		s.fails(what, rec)
		return rec
	}
	if s.op.endpoint.raw != nil && rec.Code == http.StatusOK {
		return rec // a stream, and it has ended
	}
	if err := enveloped(rec); err != nil {
		s.fails(fmt.Sprintf("%s: %v", what, err), rec)
	}
	return rec
}

// enveloped says what an answer lacks.
func enveloped(rec *httptest.ResponseRecorder) error {
	var in map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &in); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	if rec.Header().Get("Content-Type") != "application/json" || rec.Header().Get("X-Request-Id") == "" {
		return fmt.Errorf("headers %v", rec.Header())
	}
	if rec.Code < 300 {
		if text, _ := in["message"].(string); text == "" || len(in) < 2 {
			return fmt.Errorf("keys %v", slices.Sorted(maps.Keys(in)))
		}
		return nil
	}
	_, list := in["message"].([]any)
	if list != (in["code"] == "validation_error") || in["message"] == "" || in["error"] != http.StatusText(rec.Code) ||
		in["statusCode"] != float64(rec.Code) || in["request_id"] != rec.Header().Get("X-Request-Id") && rec.Header().Get("Idempotency-Replayed") == "" {
		return fmt.Errorf("error %v", in)
	}
	if !slices.ContainsFunc(codes(), func(c console.Code) bool { return string(c) == in["code"] }) {
		return fmt.Errorf("code %v", in["code"])
	}
	return nil
}

// nasty are values that JSON can write and hardly any field takes.
func nasty() map[string]string {
	return map[string]string{
		"null": `null`, "true": `true`, "zero": `0`, "a negative number": `-1`, "a fraction": `0.5`, "a number too great": `1e400`,
		"an integer too great": `1208925819614629174706176`, "-2^63": `-9223372036854775808`, "2^31": `2147483648`, "minus zero": `-0`,
		"nothing in it": `""`, "space": `"  "`, "NUL": `"a\u0000b"`, "half a surrogate": `"\ud800"`, "invalid UTF-8": "\"\xff\xfe\"",
		"a raw control": "\"\x01\"", "a huge text": `"` + strings.Repeat("x", 40_000) + `"`, "many runes": `"` + strings.Repeat("𝄞", 5_000) + `"`,
		"SQL": `"'; DROP TABLE agent; -- %s%n\\"`, "a list": `[]`, "an object": `{}`, "a list of null": `[null]`, "a list of lists": `[[]]`,
		"a list of objects": `[{}]`, "a list of NUL": `["\u0000"]`, "a list of numbers": `[1e400, -1]`, "a strange key": `{"\u0000": {"": null}}`,
		"many": `[` + strings.Repeat(`{},`, 1000) + `{}]`, "deep": strings.Repeat(`[`, 70) + strings.Repeat(`]`, 70),
		"deep objects": strings.Repeat(`{"a":`, 70) + `1` + strings.Repeat(`}`, 70), "an address": `"http://127.0.0.1:1/"`, "not an address": `"http://[::1"`,
		"a time": `"9999-12-31T23:59:59.999999999+23:59"`, "a time before time": `"0000-01-01T00:00:00Z"`, "an id": `"c999999999999999999999999"`,
		"an id too long": `"` + strings.Repeat("c", 51) + `"`, "a number in words": `"+2348012345678"`,
	}
}

// broken are bodies that are none at all.
func (s *step) broken() map[string]string {
	_, good, _ := strings.Cut(s.text, "\n\n")
	return map[string]string{
		"no body": "", "space": " \n", "a brace": "{", "half a body": good[:len(good)/2], "two bodies": good + good + "{}", "a list": "[]",
		"a text": `"a"`, "null": "null", "a number": "1", "a huge number": "1e999999", "a BOM": "\xef\xbb\xbf" + good, "UTF-16": "{\x00}\x00",
		"deep": strings.Repeat(`{"a":`, 100_000), "2 MiB": `{"name": "` + strings.Repeat("x", 2<<20) + `"}`,
		"form": "name=a&name=b", "wrapped in a list": "[" + good + "]", "invalid UTF-8": "{\"name\": \"\xff\xfe\"}",
	}
}

// bentBodies are the step's body with one field changed at a time.
func (s *step) bentBodies() map[string]string {
	_, good, _ := strings.Cut(s.text, "\n\n")
	all := map[string]string{"no name": `{"": ""}`, "an empty object": "{}", "many keys": manyKeys()}
	if s.op.endpoint.body == nil {
		return all
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(good), &fields); err != nil {
		s.t.Fatalf("%s: %s: a good body: %v", s.file, s.title, err)
	}
	schema := (&sieve{decoder: s.decoder()}).resolve(s.decoder().schema)
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		for what, value := range nasty() {
			all[name+" is "+what] = bent(fields, name, value)
			if !strings.Contains(" null true NUL deep many ", " "+what+" ") && !strings.HasPrefix(what, "a") {
				continue // further down a few will do
			}
			for inner, v := range s.inside(schema.Properties[name], value) {
				all[name+"."+inner+" is "+what] = bent(fields, name, v)
			}
		}
		if _, there := fields[name]; there {
			all[name+" is missing"] = bent(fields, name, "")
		}
		all[name+" comes twice"] = strings.TrimSuffix(bent(fields, name, `[1]`), "}") + fmt.Sprintf(",%q:{}}", name)
		all[name+" in other letters"] = bent(fields, strings.ToUpper(name), `{"a":1}`)
	}
	return all
}

func manyKeys() string {
	var b strings.Builder
	for i := range 5_000 {
		fmt.Fprintf(&b, "%q:%d,", fmt.Sprint("k", i), i)
	}
	return "{" + b.String() + `"name":1}`
}

// inside are values of a field that have something nasty one level down: each key of an object, or
// of the objects in a list.
func (s *step) inside(schema *huma.Schema, value string) map[string]string {
	sv := &sieve{decoder: s.decoder()}
	schema = sv.resolve(schema)
	for _, some := range append(schema.AnyOf, schema.OneOf...) {
		if r := sv.resolve(some); len(r.Properties) > 0 {
			schema = r
		}
	}
	list := schema.Items != nil
	if list {
		schema = sv.resolve(schema.Items)
	}
	all := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		v := fmt.Sprintf(`{%q:%s}`, name, value)
		if list {
			v = "[" + v + "]"
		}
		all[name] = v
	}
	return all
}

// decoder is that of the operation as the house has registered it.
func (s *step) decoder() *decoder {
	return newDecoder(s.doc.OpenAPI().Components.Schemas, s.op.endpoint.body, s.op.method)
}

// bent is an object with one field changed, or without it for an empty value.
func bent(fields map[string]json.RawMessage, name, value string) string {
	var b strings.Builder
	for _, n := range slices.Sorted(maps.Keys(fields)) {
		if n != name {
			fmt.Fprintf(&b, "%q:%s,", n, fields[n])
		}
	}
	if value != "" {
		fmt.Fprintf(&b, "%q:%s,", name, value)
	}
	return "{" + strings.TrimSuffix(b.String(), ",") + "}"
}

// bentQueries are the step's query with each parameter of the operation, and some that it does not
// know, bent.
func (s *step) bentQueries() map[string]*http.Request {
	values := []string{
		"", "0", "-1", "1e3", "1.5", "%20", "99999999999999999999", "9223372036854775807", "-9223372036854775808", "true", "TRUE", "null", "%00", "%ff%fe",
		"%", "%zz", "%u0041", "'", "%22", "%25_%5C", "[]", "a;b", "-", "--created_at", "-created_at", "id", strings.Repeat("x", 256),
		strings.Repeat("9", 5000), strings.Repeat("%F0%9F%98%80", 255), "2030-01-01T00:00:00Z", "0000-00-00", "9999-12-31T23:59:59%2B23:59", "c999999999999999999999999",
	}
	names := []string{"unknown", "a%00", "%ff", ""}
	for _, p := range s.op.endpoint.query {
		if p.In == "query" {
			names = append(names, p.Name)
		}
	}
	all := map[string]*http.Request{}
	add := func(query string) {
		r := s.request("")
		r.URL.RawQuery = query
		all["?"+query] = r
	}
	for _, name := range names {
		for _, v := range values {
			add(name + "=" + v)
			add(name + "=" + v + "&" + name + "=1")
		}
		add(name)
		add(name + "[]=1&" + name + "[a]=2")
	}
	for _, q := range []string{"&&&", "=", "%", ";", strings.Repeat("a=1&", 5000), "page=9223372036854775807&limit=100&search=%25&sort=-created_at"} {
		add(q)
	}
	return all
}

// bentPaths are the step's path with each id bent.
func (s *step) bentPaths() map[string]*http.Request {
	all := map[string]*http.Request{}
	for i := range s.ids {
		for _, v := range []string{
			"%00", "%ff%fe", "%2e%2e", "%2F", "a%2Fb", "%20", "%E2%80%A8", "'", "*", "%25", "null", "-1", "%F0%9F%98%80", ";", ":", "@",
			strings.Repeat("x", 51), strings.Repeat("%C3%A9", 50), strings.Repeat("x", 5000), strings.ToUpper(s.ids[i]), s.ids[i] + "%20",
		} {
			r := s.request(`{}`)
			escaped := strings.Replace(r.URL.EscapedPath(), s.ids[i], v, 1)
			u, err := url.Parse("http://example.com" + escaped)
			if err != nil {
				s.t.Fatalf("a bent path: %v", err)
			}
			u.RawQuery = r.URL.RawQuery
			r.URL = u
			all["path "+escaped[:min(len(escaped), 120)]] = r
		}
	}
	return all
}

// bentHeaders are the step with a header that makes no sense.
func (s *step) bentHeaders() map[string]*http.Request {
	_, good, _ := strings.Cut(s.text, "\n\n")
	all := map[string]*http.Request{}
	for _, name := range []string{
		"Idempotency-Key", "X-Request-Id", "Content-Type", "Authorization", "X-Api-Key", "Last-Event-Id", "Origin", "Accept", "Content-Encoding",
		"X-Forwarded-For", "Transfer-Encoding",
	} {
		for _, v := range []string{"", " ", "\x00", "\xff\xfe", "é", strings.Repeat("x", 300), strings.Repeat("x", 20_000), "Bearer ", "text/plain; charset=\"", "a,b", "é;=\x01"} {
			if s.op.method == http.MethodDelete && name != "Idempotency-Key" {
				continue // or it would be gone
			}
			r := s.request(good)
			r.Header[name] = []string{v}
			all[fmt.Sprintf("%s: %.40q", name, v)] = r
		}
		r := s.request(good)
		r.Header[name] = []string{"a", "b"}
		all[name+" twice"] = r
	}
	return all
}
