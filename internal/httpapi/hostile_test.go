package httpapi

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
)

// hostile are bodies that no operation should stumble over.
func hostile() map[string]string {
	fields := []string{
		"name", "description", "system_prompt", "language", "persona", "workflow_id", "agent_workflow_id", "rules", "timezone",
		"logo", "business_email", "escalation_email", "on_new_message", "status", "status_reason", "type", "content", "url",
		"category", "visibility", "flows", "tags", "guide", "faq", "setup_steps", "setup_time", "video_url", "prompt_config",
		"source_workflow_id", "message", "role", "attachments", "takeover", "conversation_id", "channel_type",
		"action_ids", "token", "public_key", "secret_key", "currency", "base_url", "auth_type", "auth_config", "test_endpoint",
		"http_method", "url_template", "url_params", "body_params", "headers_template", "body_template", "response_mapping",
		"require_human_approval", "timeout", "server_url", "transport", "app_slug", "app_name", "app_icon",
		"channel_user_id", "channel_username", "is_test_channel", "is_ai_chat_paused", "scopes", "expires_at",
	}
	values := map[string]string{
		"nul": `"a\u0000b"`, "number": `1e400`, "integer": `1208925819614629174706176`, "negative": `-1`, "fraction": `0.5`,
		"empty": `""`, "null": `null`, "list": `[]`, "object": `{}`, "truth": `true`, "nested": `[[[{"a":[null]}]]]`,
		"long": `"` + strings.Repeat("x", 100_000) + `"`, "surrogate": `"\ud800"`, "text": `"<script>%s%n'; DROP TABLE agent;--"`,
		"list of null": `[null]`, "list of lists": `[[]]`, "list of objects": `[{}]`, "list of text": `["a\u0000"]`,
		"deep": strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100),
	}
	all := map[string]string{
		"empty": "", "space": " \n", "not JSON": "{", "half": `{"name": "a`, "two": `{}{}`, "list": "[]", "text": `"a"`, "null": "null",
		"number": "1", "huge number": "1e999999", "BOM": "\xef\xbb\xbf{}", "invalid UTF-8": "{\"name\": \"\xff\xfe\"}",
		"NUL itself": "{\"name\": \"\x00\"}", "deep": strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100),
		"deep lists": strings.Repeat("[", 20_000), "2 MiB": `{"name": "` + strings.Repeat("x", 2<<20) + `"}`,
		"duplicate": `{"name": 1, "name": "a"}`, "NUL in a name": `{"a\u0000": 1}`, "no name": `{"": ""}`,
	}
	for name, v := range values {
		var b strings.Builder
		for i, f := range fields {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%q: %s", f, v)
		}
		all["every field "+name] = "{" + b.String() + "}"
	}
	return all
}

// Whatever is sent to whichever operation: it is the client's fault, and never 500.
func TestHostileBodiesAreTheirFault(t *testing.T) {
	t.Parallel()
	h := openHouse(t, func(c *Config) { c.RateLimit = 0 })
	for _, op := range h.operations() {
		if op.endpoint.raw != nil || op.method == http.MethodGet {
			continue
		}
		path := h.place(t, op.path)
		for name, body := range hostile() {
			got := h.call(op.method, path, body)
			if got.Code >= 500 && got.Code != http.StatusNotImplemented {
				t.Errorf("%s %s with %s: got %d %s", op.method, op.path, name, got.Code, got.Body)
			}
			if op.endpoint.body != nil && got.Code < 300 && !strings.HasPrefix(name, "every field") && name != "duplicate" && op.method == http.MethodPost {
				t.Errorf("%s %s with %s: got %d %s", op.method, op.path, name, got.Code, got.Body)
			}
		}
	}
}

// place fills the ids of a path with those of new things, so that hostile bodies get far.
func (h *house) place(t *testing.T, path string) string {
	t.Helper()
	agent := h.make(t, "/agents", `{"name":"Ada"}`, "c")
	replaced := map[string]string{"{agentId}": agent}
	switch {
	case strings.Contains(path, "{conversationId}"):
		h.make(t, "/agents/"+agent+"/conversations/messages", `{"message":"Hello"}`, "")
		replaced["{conversationId}"] = fmt.Sprintf("c%024d", h.ids.n.Load()-2)
	case strings.Contains(path, "{knowledgeBaseId}"):
		replaced["{knowledgeBaseId}"] = h.make(t, "/agents/"+agent+"/knowledge_bases", `{"type":"text","name":"n","content":"c"}`, "")
	case strings.Contains(path, "{workflowId}"):
		replaced["{workflowId}"] = h.make(t, "/workflows", `{"name":"w"}`, "")
	case strings.Contains(path, "{keyId}"):
		replaced["{keyId}"] = h.make(t, "/api-keys", `{"name":"k","scopes":["agents:read"]}`, "")
	}
	for name, id := range replaced {
		path = strings.ReplaceAll(path, name, id)
	}
	return path
}

// make makes a thing and returns the id that it was given.
func (h *house) make(t *testing.T, path, body, _ string) string {
	t.Helper()
	got := h.call(http.MethodPost, path, body)
	if got.Code != http.StatusCreated {
		t.Fatalf("POST %s: %d %s", path, got.Code, got.Body)
	}
	_, rest, _ := strings.Cut(got.Body.String(), `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

func TestHostileQueriesAndPathsAreTheirFault(t *testing.T) {
	t.Parallel()
	h := openHouse(t, func(c *Config) { c.RateLimit = 0 })
	agent := h.make(t, "/agents", `{"name":"Ada"}`, "")
	for _, q := range []string{
		"page=9223372036854775807&limit=100", "page=9223372036854775808", "page=1e3", "limit=-9223372036854775808", "search=%00",
		"search=%ff%fe", "search=" + strings.Repeat("x", 256), "search=%25_%5C%27%22", "sort=", "sort=-", "sort=id;DROP", "channel=%00",
		"is_test_channel=2", "page=1&page=2", "&&&", "=", "%", "a=%zz", ";", "search=" + strings.Repeat("%F0%9F%98%80", 255),
	} {
		for _, path := range []string{"/agents", "/workflows", "/agents/" + agent + "/conversations", "/api-keys"} {
			if got := h.call(http.MethodGet, path+"?"+q, ""); got.Code >= 500 {
				t.Errorf("GET %s?%s: got %d %s", path, q, got.Code, got.Body)
			}
		}
	}
	for _, id := range []string{"%00", "%ff", "..", "%2e%2e", "%2F", "a%2Fb", strings.Repeat("x", 51), strings.Repeat("x", 5000), "%E2%80%A8", "'", "*"} {
		for _, path := range []string{"/agents/" + id, "/workflows/" + id, "/agents/" + agent + "/conversations/" + id + "/messages"} {
			if got := h.call(http.MethodGet, path, ""); got.Code != http.StatusNotFound {
				t.Errorf("GET %s: got %d %s, want 404", path, got.Code, got.Body)
			}
		}
	}
}

// A client that sends all of a large body before it reads gets to read why it was refused.
func TestTooLargeABodyIsAnsweredOverTheWire(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	server := httptest.NewServer(h.Handler())
	defer server.Close()
	for name, body := range map[string]io.Reader{
		"with its length": strings.NewReader(strings.Repeat("x", 2<<20)),
		"in chunks":       io.MultiReader(bytes.NewReader(bytes.Repeat([]byte("x"), 2<<20))),
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+Prefix+"/agents", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Api-Key", h.secrets["full"])
		got, err := server.Client().Do(r)
		if err != nil {
			t.Errorf("a body that is too large, %s: %v", name, err)
			continue
		}
		text, err := io.ReadAll(got.Body)
		if got.StatusCode != http.StatusRequestEntityTooLarge || err != nil || !strings.Contains(string(text), string(console.ReasonPayloadTooLarge)) {
			t.Errorf("a body that is too large, %s: got %d %s, %v", name, got.StatusCode, text, err)
		}
		if err := got.Body.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestOperationsWithoutABodyTakeAny(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	agent := h.make(t, "/agents", `{"name":"Ada"}`, "")
	got := h.call(http.MethodDelete, "/agents/"+agent, "not JSON", "Content-Type", "text/plain")
	if got.Code != http.StatusOK {
		t.Errorf("a deletion with a body: got %d %s", got.Code, got.Body)
	}
}
