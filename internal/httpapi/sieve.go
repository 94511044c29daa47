package httpapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/bimpe/bimpe/internal/console"
)

// sieve gathers what is wrong with one body.
type sieve struct {
	*decoder
	faults []console.Field
}

// maxFaults is how many faults are told: whoever has made that many needs no more to begin with.
const maxFaults = 100

func (s *sieve) fail(path, fault string) {
	if len(s.faults) >= maxFaults {
		return
	}
	s.faults = append(s.faults, console.Field{Path: path, Fault: fault})
}

// sift finds texts and numbers that nothing can be done with, drops fields that are not ours, and
// returns a copy of the tree that huma can validate: numbers are
// float64 there. Only too much nesting is an error of its own.
func (s *sieve) sift(tree any) (any, error) {
	return s.value("", tree, s.schema, 0)
}

func (s *sieve) value(path string, v any, schema *huma.Schema, depth int) (any, error) {
	if depth > maxDepth {
		return nil, badRequest("The body nests more than %d levels deep.", maxDepth)
	}
	switch v := v.(type) {
	case string:
		s.text(path, v)
	case json.Number:
		return s.number(path, v), nil
	case []any:
		return s.array(path, v, s.resolve(schema), depth)
	case map[string]any:
		return s.object(path, v, s.resolve(schema), depth)
	}
	return v, nil
}

func (s *sieve) array(path string, v []any, schema *huma.Schema, depth int) (any, error) {
	if most := schema.MaxItems; most != nil && len(v) > *most {
		s.fail(path, fmt.Sprintf("expected array length <= %d", *most))
		v = v[:*most] // so that a long list of nonsense costs no more than a short one
	}
	plain := make([]any, len(v))
	for i, item := range v {
		var err error
		if plain[i], err = s.value(join(path, strconv.Itoa(i)), item, schema.Items, depth+1); err != nil {
			return nil, err
		}
	}
	return plain, nil
}

func (s *sieve) object(path string, v map[string]any, schema *huma.Schema, depth int) (any, error) {
	plain := make(map[string]any, len(v))
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if schema.Properties[name] == nil && ignores(schema) {
			delete(v, name)
			continue
		}
		s.text(cmp.Or(path, "body"), name)
		field := schema.Properties[name]
		free, named := schema.AdditionalProperties.(*huma.Schema)
		named = named && field == nil
		if named {
			field = free
		}
		checked, err := s.value(join(path, name), v[name], field, depth+1)
		switch {
		case err != nil:
			return nil, err
		case named: // huma would take dots and brackets in a name for its own
			s.hold(join(path, name), free, checked)
		case field != nil || len(schema.Properties) == 0:
			plain[name] = checked // huma would take other spellings of a field for it
		}
	}
	return plain, nil
}

// ignores reports whether keys that the schema does not know are ignored, whatever they hold: in all
// objects but those that keep every key. encoding/json would take some of them for ours, since it
// does not mind case.
func ignores(schema *huma.Schema) bool {
	return len(schema.Properties) > 0 && schema.Extensions[extraKeys] == nil
}

// extraKeys marks the schemas of objects that keep all keys that they come with.
const extraKeys = "x-extra-keys"

func keepExtraKeys(s *huma.Schema) *huma.Schema {
	s.Extensions = map[string]any{extraKeys: "kept"}
	return s
}

func (s *sieve) text(path, v string) {
	if strings.Contains(v, "\x00") {
		s.fail(path, "must not contain NUL")
	}
}

func (s *sieve) number(path string, n json.Number) float64 {
	f, err := n.Float64()
	if err != nil || math.IsInf(f, 0) {
		s.fail(path, "is a number out of range")
	}
	return f
}

// resolve follows references; it never returns nil.
func (s *sieve) resolve(schema *huma.Schema) *huma.Schema {
	for schema != nil && schema.Ref != "" {
		schema = s.registry.SchemaFromRef(schema.Ref)
	}
	if schema == nil {
		return &huma.Schema{}
	}
	return schema
}

// nulls gives null its meaning. On POST it is absence. On PATCH it clears a field, and is a fault of
// one that cannot be empty.
func (s *sieve) nulls(fields map[string]any, plain any) {
	copied, ok := plain.(map[string]any)
	if !ok {
		return
	}
	schema := s.resolve(s.schema)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if fields[name] != nil {
			continue
		}
		field, known := schema.Properties[name]
		switch {
		case !s.partial || !known:
			delete(fields, name)
			delete(copied, name)
		case !field.Nullable && field.Ref == "":
			s.fail(name, "must not be null")
			delete(copied, name)
		}
	}
}

// validate holds the copy against the schema.
func (s *sieve) validate(plain any) { s.hold("", s.schema, plain) }

// hold holds a part of the copy, which stands at a path, against its schema.
func (s *sieve) hold(at string, schema *huma.Schema, plain any) {
	var res huma.ValidateResult
	huma.Validate(s.registry, schema, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, plain, &res)
	for _, err := range res.Errors {
		if d, ok := err.(huma.ErrorDetailer); ok {
			path, fault := faultOf(at, d.ErrorDetail())
			if !s.told(path) {
				s.fail(path, fault)
			}
		}
	}
}

// told reports whether the reason why a field is missing is already known: it was null.
func (s *sieve) told(path string) bool {
	return slices.ContainsFunc(s.faults, func(f console.Field) bool {
		return f.Path == path && f.Fault == "must not be null"
	})
}

// faultOf puts huma's words of the part at a path into ours: dotted paths, what is missing named by its
// own path, and never a fault without words. Names that are their owner's are in the path and not in
// huma's location.
func faultOf(at string, d *huma.ErrorDetail) (path, fault string) {
	path = at
	if inner := strings.NewReplacer("[", ".", "]", "").Replace(d.Location); inner != "" {
		path = join(at, strings.TrimPrefix(inner, "."))
	}
	before, after, _ := strings.Cut(validation.MsgExpectedRequiredProperty, "%s")
	if missing, ok := strings.CutPrefix(d.Message, before); ok {
		return join(path, strings.TrimSuffix(missing, after)), "is required"
	}
	if path == "" {
		path = "body"
	}
	return path, cmp.Or(writtenOut(d.Message), "is not valid")
}

// writtenOut writes out the bound of a number, which huma has as 1e+06.
func writtenOut(message string) string {
	for _, form := range []string{validation.MsgExpectedMinimumNumber, validation.MsgExpectedMaximumNumber} {
		words, _, _ := strings.Cut(form, "%v")
		bound, ok := strings.CutPrefix(message, words)
		if n, err := strconv.ParseFloat(bound, 64); ok && err == nil {
			return words + strconv.FormatFloat(n, 'f', -1, 64)
		}
	}
	return message
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
