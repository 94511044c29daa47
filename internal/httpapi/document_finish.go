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
	v, err := grow(dec)
	if err != nil {
		return nil, fmt.Errorf("read the document again: %w", err)
	}
	doc := toTree(v)
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

// tree is a JSON object of which one looks for parts; what is not there is empty. Examples in it stay
// as they were written, for people read them in that order.
type tree map[string]any

// grow reads the next value, whose objects are trees.
func grow(dec *json.Decoder) (any, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return growTree(dec)
	case json.Delim('['):
		all := []any{}
		for dec.More() {
			v, err := grow(dec)
			if err != nil {
				return nil, err
			}
			all = append(all, v)
		}
		_, err = dec.Token()
		return all, err
	}
	return token, nil
}

func growTree(dec *json.Decoder) (any, error) {
	t := tree{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := name.(string)
		if t[key], err = growPart(dec, key); err != nil {
			return nil, err
		}
	}
	_, err := dec.Token()
	return t, err
}

// growPart leaves as they are the examples of bodies and answers, and those of components. A field of
// such a name is left as it is too, and loses nothing by that but its leave to be null.
func growPart(dec *json.Decoder, key string) (any, error) {
	if key != "example" && key != "value" {
		return grow(dec)
	}
	var raw json.RawMessage
	err := dec.Decode(&raw)
	return raw, err
}

func toTree(v any) tree {
	t, _ := v.(tree)
	return t
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
			p["anyOf"] = []any{tree{"$ref": ref}, tree{"type": "null"}}
		case all && isPlain:
			p["type"] = []any{typ, "null"}
			if words, ok := p["enum"].([]any); ok {
				p["enum"] = append(words, nil)
			}
		}
	}
}
