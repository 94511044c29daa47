package httpapi

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOneLogLineARequest(t *testing.T) {
	t.Parallel()
	log := &logLines{}
	h := openHouse(t, func(c *Config) { c.Log = slog.New(slog.NewJSONHandler(log, nil)) })
	h.call(http.MethodGet, "/agents/c1?ticket=secret-ticket", "", "X-Request-Id", "r1")
	h.fault.Store("read")
	h.call(http.MethodGet, "/agents", "", "X-Request-Id", "r2")
	h.fault.Store("panic")
	h.call(http.MethodGet, "/agents", "", "X-Request-Id", "r3")
	h.fault.Store("")
	h.call(http.MethodGet, "/nowhere", "", "X-Request-Id", "r4", "Authorization", "")
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("4 requests wrote %d lines:\n%s", len(lines), log)
	}
	var first map[string]any
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil {
		t.Fatal(err)
	}
	delete(first, "time")
	delete(first, "key")
	want := map[string]any{
		"level": "INFO", "msg": "request", "method": "GET", "route": "GET " + Prefix + "/agents/{agentId}", "status": 404.0,
		"duration": 0.0, "request_id": "r1", "team": "t000000000000000000000001", "code": "not_found",
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("line of a request (-want +got):\n%s", diff)
	}
	for line, want := range map[int]string{1: "select agents: unexpected EOF", 2: "a panic of ours", 3: `"route":"/"`} {
		if !strings.Contains(lines[line], want) {
			t.Errorf("line %d does not tell %q: %s", line, want, lines[line])
		}
	}
	if text := log.String(); strings.Contains(text, "secret-ticket") || strings.Contains(text, h.secrets["full"]) {
		t.Errorf("the log tells a secret:\n%s", text)
	}
}

// A server that stops refuses streams, of which nobody has to be woken.
func TestStoppingIsNoErrorToTheLog(t *testing.T) {
	t.Parallel()
	log := &logLines{}
	h := openHouse(t, func(c *Config) { c.Log = slog.New(slog.NewJSONHandler(log, nil)) })
	made := h.call(http.MethodPost, "/conversations/stream-ticket", "")
	_, rest, _ := strings.Cut(made.Body.String(), `"ticket":"`)
	ticket, _, _ := strings.Cut(rest, `"`)
	h.hub.Shutdown()
	got := h.call(http.MethodGet, "/conversations/stream?ticket="+ticket, "", "X-Request-Id", "late")
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, `"late"`) && strings.Contains(line, `"level":"WARN"`) && got.Code == http.StatusServiceUnavailable {
			return
		}
	}
	t.Errorf("a stream at shutdown: %d, and no warning of it in the log:\n%s", got.Code, log)
}

func TestNewUUID(t *testing.T) {
	t.Parallel()
	a, b := newUUID(), newUUID()
	if a == b || len(a) != 36 || a[14] != '4' || !strings.ContainsRune("89ab", rune(a[19])) || strings.Count(a, "-") != 4 {
		t.Errorf("newUUID: got %s and %s", a, b)
	}
}

func TestNewWantsEveryPart(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{}); err == nil {
		t.Error("New took an empty configuration")
	}
}

func TestNoLimitSaysSoInTheHeaders(t *testing.T) {
	t.Parallel()
	h := openHouse(t, func(c *Config) { c.RateLimit = 0 })
	got := h.call(http.MethodGet, "/health", "")
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining"} {
		if len(got.Header().Get(name)) < 9 {
			t.Errorf("%s without a limit: got %q", name, got.Header().Get(name))
		}
	}
}

func TestGuessingKeysIsLimitedByAddress(t *testing.T) {
	t.Parallel()
	h := openHouse(t, func(c *Config) { c.RateLimit = 3 })
	guess := []string{"Authorization", "Bearer sk_" + strings.Repeat("A", 43)}
	for i, want := range []int{401, 401, 401, 429} {
		if got := h.call(http.MethodGet, "/agents", "", guess...); got.Code != want {
			t.Errorf("guess %d: got %d, want %d", i, got.Code, want)
		}
	}
	if got := h.call(http.MethodGet, "/agents", ""); got.Code != http.StatusOK {
		t.Errorf("a valid key from the same address: got %d %s", got.Code, got.Body)
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	raw, err := h.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			RequestBody any
			Responses   map[string]any
		}
		Components struct {
			Schemas map[string]struct{ Properties, Required any }
		}
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version of OpenAPI: %s", doc.OpenAPI)
	}
	for _, op := range h.operations() {
		got, ok := doc.Paths[op.path][strings.ToLower(op.method)]
		if !ok || got.OperationID != op.name || (got.RequestBody != nil) != (op.endpoint.body != nil) || got.Responses[strconv.Itoa(op.status)] == nil {
			t.Errorf("%s %s in the document: %s with %d answers", op.method, op.path, got.OperationID, len(got.Responses))
		}
	}
	detail, ok := doc.Components.Schemas["AgentDetail"].Properties.(map[string]any)
	if !ok || detail["name"] == nil || detail["knowledge_bases"] == nil {
		t.Errorf("AgentDetail in the document: %v", detail)
	}
}
