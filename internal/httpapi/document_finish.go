package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// finished is the document as it is shown. What the types cannot say without changing how bodies are
// validated is said here: on POST all that may be left out may also be null, and so may objects in
// the bodies of PATCH.
func finished(raw []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var doc tree
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("read the document again: %w", err)
	}
	schemas := doc.in("components").in("schemas")
	for _, path := range doc.in("paths") {
		for method, op := range toTree(path) {
			body := toTree(op).in("requestBody").in("content").in(mediaJSON).in("schema")
			name, _ := body["$ref"].(string)
			allowNulls(schemas.in(strings.TrimPrefix(name, schemaRefs)), method == "post")
		}
	}
	dropForeign(doc)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		return nil, fmt.Errorf("write the document: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// dropForeign takes off what huma writes into schemas for itself and OpenAPI does not know.
func dropForeign(v any) {
	switch v := v.(type) {
	case tree:
		dropForeign(map[string]any(v))
	case map[string]any:
		delete(v, "patternDescription")
		for _, inner := range v {
			dropForeign(inner)
		}
	case []any:
		for _, inner := range v {
			dropForeign(inner)
		}
	}
}

// tree is a JSON object of which one looks for parts; what is not there is empty.
type tree map[string]any

func toTree(v any) tree {
	m, _ := v.(map[string]any)
	return m
}

func (t tree) in(name string) tree { return toTree(t[name]) }

// allowNulls says of the fields of a body that may be left out that they may be null: of all of them,
// or of those alone that are objects of their own.
func allowNulls(body tree, all bool) {
	required, _ := body["required"].([]any)
	for name, p := range body.in("properties") {
		p := toTree(p)
		ref, isRef := p["$ref"]
		typ, isPlain := p["type"].(string)
		switch {
		case slices.Contains(required, any(name)):
		case isRef:
			delete(p, "$ref")
			p["anyOf"] = []any{map[string]any{"$ref": ref}, map[string]any{"type": "null"}}
		case all && isPlain:
			p["type"] = []any{typ, "null"}
			if words, ok := p["enum"].([]any); ok {
				p["enum"] = append(words, nil)
			}
		}
	}
}
