package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// documented is one operation of the server's own document.
type documented struct {
	method, path string // the path from the root, its ids in braces
	locked       bool   // it needs a key
	takesBody    bool
	query        []string // names of its parameters
}

// document reads what the server says that it can do.
func (s *site) document(t *testing.T) []documented {
	t.Helper()
	var in struct {
		Paths map[string]map[string]json.RawMessage
	}
	got := s.send(t, request{method: "GET", path: "/openapi.json", key: "-"})
	if err := json.Unmarshal(got.body, &in); err != nil {
		t.Fatalf("the document: %v", err)
	}
	var all []documented
	for _, path := range slices.Sorted(maps.Keys(in.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(in.Paths[path])) {
			var op struct {
				OperationID string
				Security    []map[string]any
				RequestBody any
				Parameters  []struct{ Name, In string }
			}
			if err := json.Unmarshal(in.Paths[path][method], &op); err != nil || op.OperationID == "" {
				continue // not an operation
			}
			d := documented{
				method: strings.ToUpper(method), path: api + strings.TrimPrefix(path, api),
				locked: slices.ContainsFunc(op.Security, byKey), takesBody: op.RequestBody != nil,
			}
			for _, p := range op.Parameters {
				if p.In == "query" {
					d.query = append(d.query, p.Name)
				}
			}
			all = append(all, d)
		}
	}
	locked := slices.DeleteFunc(slices.Clone(all), func(d documented) bool { return !d.locked })
	if len(locked) < 40 {
		t.Fatalf("the document has %d operations, %d of them locked: it is not read as it should be", len(all), len(locked))
	}
	return all
}

// byKey reports whether a way to be let in is by a key: no key, and a ticket, are ways too.
func byKey(way map[string]any) bool { return way["bearer"] != nil || way["apiKey"] != nil }

// estate is something of every kind that a team can make.
type estate map[string]string // ids by their names in paths

// settle makes an estate for a key's team.
func (s *site) settle(t *testing.T, key string) estate {
	t.Helper()
	create := func(path string, body object) object {
		return want[object](t, s, http.StatusCreated, request{method: "POST", path: api + path, body: body, key: key})
	}
	id := func(o object, field string) string {
		text, _ := o[field].(string)
		return text
	}
	agent := "/agents/" + id(create("/agents", object{"name": "Ada"}), "id")
	said := create(agent+"/conversations/messages", object{"message": "hello"})
	return estate{
		"agentId":         strings.TrimPrefix(agent, "/agents/"),
		"conversationId":  id(said, "conversation_id"),
		"messageId":       id(said, "id"),
		"knowledgeBaseId": id(create(agent+"/knowledge_bases", object{"type": "text", "name": "n", "content": "c"}), "id"),
		"workflowId":      id(create("/workflows", object{"name": "w"}), "id"),
		"keyId":           id(create("/api-keys", object{"name": "k", "scopes": []string{"agents:read"}}), "id"),
	}
}

// at fills the ids of a path. Of what a team cannot make there is no id; what is put there is nobody's.
func (e estate) at(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			parts[i] = e[strings.TrimSuffix(name, "}")]
			if parts[i] == "" {
				parts[i] = "c999999999999999999999999"
			}
		}
	}
	return strings.Join(parts, "/")
}

// request is an operation asked for with as little as it takes.
func (d documented) request(path, key string) request {
	r := request{method: d.method, path: path, key: key}
	if d.takesBody {
		r.body = object{}
	}
	return r
}

// revokedKey is a key that was allowed everything.
func (s *site) revokedKey(t *testing.T) string {
	t.Helper()
	made := want[object](t, s, http.StatusCreated, request{
		method: "POST", path: api + "/api-keys", body: object{"name": "gone", "scopes": []string{"*"}},
	})
	id, _ := made["id"].(string)
	want[any](t, s, http.StatusOK, request{method: "DELETE", path: api + "/api-keys/" + id})
	secret, _ := made["key"].(string)
	return secret
}

// Keys that do not open, and other teams' things, by every operation of the document.
func TestEveryDocumentedOperationIsLocked(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		s := serving(t, e)
		home := s.settle(t, "")
		useless, revoked := s.mint("webhooks:read"), s.revokedKey(t)
		stranger := strings.TrimSpace(s.command("key", "create", "--team", "strangers", "--scope", "*").stdout)
		ops := s.document(t)
		for _, d := range ops {
			path := home.at(d.path)
			if !d.locked {
				continue
			}
			t.Run(d.method+" "+d.path, func(t *testing.T) {
				refused(t, s.send(t, d.request(path, "-")), 401, "api_key_missing")
				refused(t, s.send(t, d.request(path, "sk_nobody")), 401, "api_key_invalid")
				refused(t, s.send(t, d.request(path, revoked)), 401, "api_key_invalid")
				refused(t, s.send(t, d.request(path, useless)), 403, "insufficient_scope")
				if path != d.path {
					refused(t, s.send(t, d.request(path, stranger)), 404, "not_found")
					long := strings.ReplaceAll(d.path, "{", strings.Repeat("x", 51)+"{")
					refused(t, s.send(t, d.request(long, "")), 404, "not_found")
				}
			})
		}
		for _, d := range ops { // nothing came of it
			if d.method == http.MethodGet && d.locked && !strings.Contains(d.path, "integrationId") && d.path != api+"/calls" &&
				!strings.Contains(home.at(d.path), "c99999") {
				if got := s.send(t, d.request(home.at(d.path), "")); got.status != http.StatusOK {
					t.Errorf("GET %s: %d %s", d.path, got.status, got.body)
				}
			}
		}
	})
}
