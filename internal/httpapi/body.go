package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
)

// maxDepth is how deep a body's objects and lists may nest.
const maxDepth = 64

// decoder reads the bodies of one operation.
type decoder struct {
	registry huma.Registry
	schema   *huma.Schema
	partial  bool // PATCH: null clears a field; else null means absent
}

func newDecoder(registry huma.Registry, body reflect.Type, method string) *decoder {
	return &decoder{
		registry: registry, schema: registry.Schema(body, true, ""), partial: method == http.MethodPatch,
	}
}

// readBody returns the whole body. Its size has been bounded by admit.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	raw, err := io.ReadAll(r.Body)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLarge()
	}
	if err != nil {
		return nil, badRequest("The request's body could not be read to its end.").Because(err)
	}
	return raw, nil
}

// into reads raw into v, a pointer to the operation's body type, and returns the body's fields as
// they came and everything that is wrong with them. What is wrong is left out of v.
func (d *decoder) into(contentType string, raw []byte, v any) (map[string]any, []console.Field, error) {
	tree, err := parse(contentType, raw)
	if err != nil {
		return nil, nil, err
	}
	s := &sieve{decoder: d}
	plain, err := s.sift(tree)
	if err != nil {
		return nil, nil, err
	}
	fields, ok := tree.(map[string]any)
	if !ok {
		return nil, nil, invalid("body", "must be an object")
	}
	s.nulls(fields, plain)
	s.validate(plain)
	if err := fill(fields, v); err != nil && len(s.faults) == 0 {
		return nil, nil, err
	}
	return fields, s.faults, nil
}

// parse turns a body into JSON values with numbers as they were written.
func parse(contentType string, raw []byte) (any, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, badRequest("This operation needs a JSON body.")
	}
	if !isJSON(contentType) {
		return nil, badRequest("The body must be JSON: Content-Type application/json.").With(console.ReasonUnsupportedMedia)
	}
	if !utf8.Valid(raw) {
		return nil, badRequest("The body is not valid UTF-8.")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, badRequest("The body is not valid JSON.").Because(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, badRequest("The body is not valid JSON: something follows its end.")
	}
	return tree, nil
}

// isJSON takes a body without a type for JSON: there is nothing else it could be.
func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	t, _, err := mime.ParseMediaType(contentType)
	return err == nil && (t == "application/json" || strings.HasPrefix(t, "application/") && strings.HasSuffix(t, "+json"))
}

// fill decodes the fields into v. What does not fit is left out, and the rest is decoded all the same.
func fill(fields map[string]any, v any) error {
	raw, err := json.Marshal(fields)
	if err != nil {
		return fmt.Errorf("write a valid body again: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return invalid("body", "has a value that does not fit").Because(err)
	}
	return nil
}
