package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// finished is the document as it is shown. What the types cannot say without changing how bodies are
// validated is said here: an object in a body that may be left out may also be null.
func finished(raw []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var doc tree
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("read the document again: %w", err)
	}
	schemas := doc.in("components").in("schemas")
	seen := map[string]bool{}
	for _, path := range doc.in("paths") {
		for _, op := range toTree(path) {
			body := toTree(op).in("requestBody").in("content").in(mediaJSON).in("schema")
			allowNulls(schemas, body, seen)
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		return nil, fmt.Errorf("write the document: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// tree is a JSON object of which one looks for parts; what is not there is empty.
type tree map[string]any

func toTree(v any) tree {
	m, _ := v.(map[string]any)
	return m
}

func (t tree) in(name string) tree { return toTree(t[name]) }

// allowNulls goes through a schema and all that it points at, each once.
func allowNulls(schemas, s tree, seen map[string]bool) {
	if ref, ok := s["$ref"].(string); ok {
		name := ref[strings.LastIndex(ref, "/")+1:]
		if !seen[name] {
			seen[name] = true
			allowNulls(schemas, schemas.in(name), seen)
		}
		return
	}
	if items := s.in("items"); items != nil {
		allowNulls(schemas, items, seen)
	}
	required, _ := s["required"].([]any)
	for name, p := range s.in("properties") {
		p := toTree(p)
		allowNulls(schemas, p, seen)
		if ref, ok := p["$ref"]; ok && !slices.Contains(required, any(name)) {
			delete(p, "$ref")
			p["anyOf"] = []any{map[string]any{"$ref": ref}, map[string]any{"type": "null"}}
		}
	}
}
