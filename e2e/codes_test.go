package e2e

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// causes is a site on which errors are caused on purpose.
type causes struct {
	*site
	t    *testing.T
	seen map[string]bool // by code
}

// by insists that a request is refused with a code and a reason.
func (c *causes) by(r request, status int, code, reason string) {
	c.t.Helper()
	if got := refused(c.t, c.send(c.t, r), status, code); got.Reason != reason {
		c.t.Errorf("%s %s: reason %q, want %q", r.method, r.path, got.Reason, reason)
	}
	c.seen[code] = true
}

// soon is by for what the server learns of within a second.
func (c *causes) soon(r request, status int, code, reason string) {
	c.t.Helper()
	eventually(c.t, code, func() bool { return c.send(c.t, r).status == status })
	c.by(r, status, code, reason)
}

func get(path, key string) request { return request{method: "GET", path: api + path, key: key} }

func post(path string, body any) request {
	return request{method: "POST", path: api + path, body: body}
}

// with is the request with a header.
func (r request) with(name, value string) request {
	r.headers = map[string]string{name: value}
	return r
}

// Every code that the page about errors lists is caused on purpose, but for the one that says of
// itself that nothing causes it.
func TestEveryCodeIsCaused(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		c := &causes{serving(t, e), t, map[string]bool{"rate_limited": true}}
		home := c.settle(t, "")
		c.ofRequests(home)
		c.ofKeys(home)
		c.ofState(home)
		c.ofQuotas(home)
		c.ofTheServer(home, e)
		listed := map[string]bool{}
		for _, m := range regexp.MustCompile(`(?m)^### ([a-z_]+)$`).FindAllStringSubmatch(read(t, "../docs/errors.md"), -1) {
			listed[m[1]] = true
		}
		if diff := cmp.Diff(listed, c.seen); diff != "" {
			t.Errorf("codes (-page +caused):\n%s", diff)
		}
	})
}

func (c *causes) ofRequests(home estate) {
	c.t.Helper()
	c.by(post("/agents", object{"name": ""}), 400, "validation_error", "")
	c.by(get("/agents?limit=101", ""), 400, "validation_error", "")
	c.by(post("/agents", "{"), 400, "bad_request", "")
	c.by(request{method: "PUT", path: api + "/agents"}, 405, "bad_request", "method_not_allowed")
	c.by(post("/agents", `{"name":"`+strings.Repeat("x", 2<<20)+`"}`), 413, "bad_request", "payload_too_large")
	c.by(post("/agents", "name=x").with("Content-Type", "text/plain"), 415, "bad_request", "unsupported_media_type")
	c.by(get("/agents/nobody", ""), 404, "not_found", "")
	c.by(get("/nothing", ""), 404, "not_found", "")
	c.by(post("/agents/"+home["agentId"]+"/calls", object{"destination": "+2348012345678", "is_test_call": false}), 400, "bad_request", "channel_not_configured")
	c.by(get("/calls", ""), 501, "not_implemented", "")
}

func (c *causes) ofKeys(home estate) {
	c.t.Helper()
	stream := "/agents/" + home["agentId"] + "/conversations/" + home["conversationId"] + "/stream"
	c.by(get(stream, "-"), 401, "unauthorized", "")
	c.by(get(stream+"?ticket=none", "-"), 401, "unauthorized", "")
	c.by(get("/agents", "-"), 401, "api_key_missing", "")
	c.by(get("/agents", "sk_nobody"), 401, "api_key_invalid", "")
	c.by(get("/agents", c.revokedKey(c.t)), 401, "api_key_invalid", "")
	out := c.command("key", "create", "--team", "e2e", "--scope", "*", "--expires", "1s")
	c.soon(get("/agents", strings.TrimSpace(out.stdout)), 401, "api_key_expired", "")
	c.by(get("/agents", c.mint("workflows:read")), 403, "insufficient_scope", "")
}

func (c *causes) ofState(home estate) {
	c.t.Helper()
	library := want[[]struct{ ID string }](c.t, c.site, http.StatusOK, get("/workflows?scope=public", ""))
	c.by(request{method: "DELETE", path: api + "/workflows/" + library[0].ID}, 403, "forbidden", "")
	want[agent](c.t, c.site, http.StatusCreated, post("/agents", object{"name": "x", "workflow_id": home["workflowId"]}))
	c.by(request{method: "DELETE", path: api + "/workflows/" + home["workflowId"]}, 409, "conflict", "workflow_in_use")
	want[agent](c.t, c.site, http.StatusCreated, post("/agents", object{"name": "one"}).with("Idempotency-Key", "once"))
	c.by(post("/agents", object{"name": "another"}).with("Idempotency-Key", "once"), 409, "conflict", "idempotency_key_reused")
}

func (c *causes) ofQuotas(home estate) {
	c.t.Helper()
	below := "/agents/" + home["agentId"]
	c.set(c.t, "--agents", "1", "--integrations", "none", "--streams", "1")
	c.soon(post("/agents", object{"name": "one too many"}), 400, "agent_limit_reached", "")
	c.soon(post(below+"/integrations/bimpeai/configure", object{"type": "stripe"}), 409, "conflict", "integration_limit_reached")
	c.listen(c.t, home["agentId"], home["conversationId"], nil)
	ticket, err := c.ticket(c.t.Context(), home["agentId"], home["conversationId"], c.key)
	if err != nil {
		c.t.Fatal(err)
	}
	stream := get(below+"/conversations/"+home["conversationId"]+"/stream?ticket="+ticket, "-")
	c.by(stream, 429, "too_many_requests", "too_many_streams")
	c.set(c.t, "--rate", "1")
	c.soon(get("/agents", ""), 429, "too_many_requests", "")
	c.set(c.t, "--rate", "0")
}

// ofTheServer takes a table away from under it. Only a database server lets others do that.
func (c *causes) ofTheServer(home estate, e engine) {
	c.t.Helper()
	if e != onPostgres {
		c.seen["internal_error"] = true // by the wire tests alone
		return
	}
	log := get("/agents/"+home["agentId"]+"/conversations/"+home["conversationId"]+"/messages", "")
	eventually(c.t, "the rate is as it was", func() bool { return c.send(c.t, log).status == http.StatusOK })
	for _, setting := range c.env {
		if server, ok := strings.CutPrefix(setting, "BIMPE_DATABASE_URL="); ok {
			execute(c.t, server, `ALTER TABLE message RENAME TO gone`)
		}
	}
	c.by(log, 500, "internal_error", "")
}
