package e2e

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

func TestAnAnswerIsReplayedAfterAKill(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e, newModel(t, echo).settings()...)
		a := s.newAgent(t, nil)
		once := request{
			method: "POST", path: api + "/agents/" + a.ID + "/conversations/messages",
			body:    object{"message": "hello", "channel_user_id": "ada"},
			headers: map[string]string{"Idempotency-Key": "once"},
		}
		first := s.send(t, once)
		m := data[message](t, first, http.StatusCreated)
		s.restart()
		again := s.send(t, once)
		if again.status != first.status || string(again.body) != string(first.body) {
			t.Errorf("replayed %d %s, want %d %s", again.status, again.body, first.status, first.body)
		}
		if again.header.Get("Idempotency-Replayed") != "true" {
			t.Error("the replay is not marked")
		}
		other := once
		other.body = object{"message": "something else", "channel_user_id": "ada"}
		refused(t, s.send(t, other), http.StatusConflict, "conflict")
		l := s.listen(t, a.ID, m.ConversationID, map[string][]string{"after": {m.ID}})
		l.fromAgent(t)
		want := []string{"user: hello", "assistant: You said: hello"}
		if diff := cmp.Diff(want, texts(s.log(t, a.ID, m.ConversationID))); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

func TestDuplicatesAtOnceAreOneWrite(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e)
		const duplicates = 50
		answers := make([]answer, duplicates)
		var all sync.WaitGroup
		for i := range duplicates {
			all.Go(func() {
				a, err := s.try(t.Context(), request{
					method: "POST", path: api + "/agents", body: object{"name": "Only one"},
					headers: map[string]string{"Idempotency-Key": "fifty"},
				})
				if err != nil {
					t.Error(err)
				}
				answers[i] = a
			})
		}
		all.Wait()
		for _, a := range answers {
			if a.status != http.StatusCreated || string(a.body) != string(answers[0].body) {
				t.Fatalf("answers differ: %d %s and %d %s", a.status, a.body, answers[0].status, answers[0].body)
			}
		}
		if got := want[[]agent](t, s, http.StatusOK, request{method: "GET", path: api + "/agents"}); len(got) != 1 {
			t.Errorf("%d agents, want one", len(got))
		}
	})
}

func TestTheRateOfAKeyIsLimited(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e, "BIMPE_RATE_LIMIT=5")
		var last answer
		for i := range 5 {
			last = s.send(t, request{method: "GET", path: api + "/agents"})
			data[[]agent](t, last, http.StatusOK)
			if got := last.header.Get("X-RateLimit-Limit"); got != "5" {
				t.Errorf("X-RateLimit-Limit %q", got)
			}
			if got := last.header.Get("X-RateLimit-Remaining"); got != itoa(4-i) {
				t.Errorf("X-RateLimit-Remaining %q after %d requests", got, i+1)
			}
		}
		over := s.send(t, request{method: "GET", path: api + "/agents"})
		refused(t, over, http.StatusTooManyRequests, "too_many_requests")
		if n, err := strconv.Atoi(over.header.Get("Retry-After")); err != nil || n < 1 || n > 60 {
			t.Errorf("Retry-After %q", over.header.Get("Retry-After"))
		}
		if _, err := strconv.ParseInt(over.header.Get("X-RateLimit-Reset"), 10, 64); err != nil {
			t.Errorf("X-RateLimit-Reset %q", over.header.Get("X-RateLimit-Reset"))
		}
		other := s.mint("agents:read") // has a window of its own
		data[[]agent](t, s.send(t, request{method: "GET", path: api + "/agents", key: other}), http.StatusOK)
		if got := s.send(t, request{method: "GET", path: "/healthz"}); got.status != http.StatusOK {
			t.Errorf("GET /healthz: %d", got.status)
		}
	})
}

func TestOnlyAllowedOriginsAreLetIn(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		const ours = "https://shop.example"
		s := serving(t, e, "BIMPE_ALLOWED_ORIGINS="+ours+",https://other.example")
		from := func(origin, method, path string) http.Header {
			r := request{method: method, path: path, key: "-", headers: map[string]string{"Origin": origin}}
			if method == http.MethodOptions {
				r.headers["Access-Control-Request-Method"] = "POST"
			}
			return s.send(t, r).header
		}
		for _, method := range []string{http.MethodOptions, http.MethodGet} {
			h := from(ours, method, api+"/agents")
			if got := h.Get("Access-Control-Allow-Origin"); got != ours {
				t.Errorf("%s from %s: allowed %q", method, ours, got)
			}
			if got := strings.Join(h.Values("Vary"), ","); !contains(got, "Origin") {
				t.Errorf("%s from %s: Vary %q", method, ours, got)
			}
			if got := from("https://evil.example", method, api+"/agents").Get("Access-Control-Allow-Origin"); got != "" {
				t.Errorf("%s from elsewhere: allowed %q", method, got)
			}
		}
		a := s.send(t, request{method: http.MethodOptions, path: api + "/no/such/thing", key: "-"})
		if a.status != http.StatusNoContent || len(a.body) != 0 {
			t.Errorf("OPTIONS: %d %q, want 204 and nothing", a.status, a.body)
		}
	})
}

func TestKeysThatDoNotOpen(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e)
		get := func(key string) answer { return s.send(t, request{method: "GET", path: api + "/agents", key: key}) }
		refused(t, get("-"), http.StatusUnauthorized, "api_key_missing")
		refused(t, get("sk_nonsense"), http.StatusUnauthorized, "api_key_invalid")
		f := refused(t, get(s.mint("conversations:read")), http.StatusForbidden, "insufficient_scope")
		if got := string(f.Message); got != `"This API key is missing the required scope: agents:read."` {
			t.Errorf("message %s", got)
		}
		out := s.command("key", "create", "--team", "e2e", "--scope", "agents:read", "--expires", "1s")
		if out.code != 0 {
			t.Fatalf("bimpe key create: %d %s", out.code, out.stderr)
		}
		key := strings.TrimSpace(out.stdout)
		eventually(t, "the key has expired", func() bool { return get(key).status == http.StatusUnauthorized })
		refused(t, get(key), http.StatusUnauthorized, "api_key_expired")
	})
}

func TestWhatIsNotThereIsSaidSoInTheEnvelope(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e)
		a := s.newAgent(t, nil)
		tests := []struct {
			r      request
			status int
			code   string
			reason string
		}{
			{request{method: "GET", path: "/"}, 404, "not_found", ""},
			{request{method: "GET", path: api + "/nothing"}, 404, "not_found", ""},
			{request{method: "GET", path: api + "/agents/nobody"}, 404, "not_found", ""},
			{request{method: "GET", path: api + "/agents/" + strings.Repeat("a", 3000)}, 404, "not_found", ""},
			{request{method: "GET", path: conversationPath(a.ID, "nothing")}, 404, "not_found", ""},
			{request{method: "PUT", path: api + "/agents"}, 400, "bad_request", "method_not_allowed"},
			{request{method: "DELETE", path: api + "/workflows"}, 400, "bad_request", "method_not_allowed"},
			{request{method: "GET", path: api + "/calls"}, 501, "not_implemented", ""},
			{request{method: "GET", path: api + "/agents?page=0"}, 400, "validation_error", ""},
			{request{method: "GET", path: api + "/agents?limit=101"}, 400, "validation_error", ""},
			{request{method: "GET", path: api + "/agents?sort=secret"}, 400, "validation_error", ""},
			{request{method: "GET", path: conversationPath(a.ID, "x") + "/stream", key: "-"}, 401, "unauthorized", ""},
			{request{method: "GET", path: conversationPath(a.ID, "x") + "/stream?ticket=nonsense", key: "-"}, 401, "unauthorized", ""},
		}
		for _, test := range tests {
			t.Run(test.r.method+" "+clip(test.r.path), func(t *testing.T) {
				status := test.status
				got := s.send(t, test.r)
				if test.reason == "method_not_allowed" {
					// The contract leaves 405 its status and gives it the code of a bad request.
					status = http.StatusMethodNotAllowed
					if got.header.Get("Allow") == "" {
						t.Error("no Allow header")
					}
				}
				if f := refused(t, got, status, test.code); f.Reason != test.reason {
					t.Errorf("reason %q, want %q", f.Reason, test.reason)
				}
			})
		}
	})
}

func clip(s string) string { return s[:min(len(s), 60)] }

func TestARequestIDIsEchoed(t *testing.T) {
	t.Parallel()
	s := serving(t, onSQLite)
	a := s.send(t, request{
		method: "GET", path: api + "/nothing", headers: map[string]string{"X-Request-Id": "my-own-id"},
	})
	if f := refused(t, a, http.StatusNotFound, "not_found"); f.RequestID != "my-own-id" {
		t.Errorf("request id %q", f.RequestID)
	}
	if _, err := s.current().stderr.find(within(t, patience), func(line string) bool {
		return contains(line, "my-own-id")
	}); err != nil {
		t.Errorf("the request id is not in the log: %v", err)
	}
}

func TestHostileBodiesAreRefusedAndNothingBreaks(t *testing.T) {
	t.Parallel()
	bodies := map[string]string{
		"nothing":               "",
		"not JSON":              "hello",
		"cut":                   `{"name": "x`,
		"two values":            `{"name":"x"}{"name":"y"}`,
		"null":                  `null`,
		"a list":                `[1,2,3]`,
		"a string":              `"x"`,
		"a number":              `1e400`,
		"numbers out of range":  `{"name":1e400,"message":1e400,"setup_time":99999999999999999999}`,
		"wrong types":           `{"name":{},"message":[],"rules":"x","flows":7,"tags":{"a":1},"scopes":"x","is_ai_chat_paused":"yes"}`,
		"nulls":                 `{"name":null,"message":null,"type":null,"scopes":null,"is_ai_chat_paused":null,"status":null}`,
		"NUL":                   `{"name":"a\u0000b","message":"a\u0000b","type":"text","content":"a\u0000b","status":"li\u0000ve"}`,
		"a raw NUL":             "{\"name\":\"a\x00b\",\"message\":\"a\x00b\"}",
		"invalid UTF-8":         "{\"name\":\"\xff\xfe\",\"message\":\"\xff\xfe\",\"type\":\"text\",\"content\":\"\xff\"}",
		"lone surrogates":       `{"name":"\ud800","message":"\udfff","type":"text","content":"\ud800"}`,
		"a hundred levels":      strings.Repeat(`{"name":`, 100) + `1` + strings.Repeat(`}`, 100),
		"a hundred thousand":    strings.Repeat(`[`, 100_000),
		"deep in what is kept":  `{"name":"x","flows":[{"a":` + strings.Repeat(`[`, 5000) + strings.Repeat(`]`, 5000) + `}]}`,
		"two MiB":               `{"name":"` + strings.Repeat("x", 2<<20) + `","message":"x"}`,
		"a long message":        `{"name":"x","message":"` + strings.Repeat("x", 10_001) + `"}`,
		"a blank message":       `{"name":"","message":""}`,
		"the same key twice":    `{"name":"x","name":7,"message":"x","message":7}`,
		"a rule without a word": `{"name":"x","rules":[{}, null, {"id":1}]}`,
		"an empty rule":         `{"name":"x","rules":[{"id":"","name":"","trigger":"","response":"","enabled":true}]}`,
	}
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e, newModel(t, echo).settings()...)
		home := s.settle(t, "")
		for _, d := range s.document(t) {
			if d.method == http.MethodGet || d.method == http.MethodDelete {
				continue // deletions take any body and then the rest has nothing to work on
			}
			target := request{method: d.method, path: home.at(d.path)}
			for name, body := range bodies {
				r := target
				r.body = body
				for _, headers := range []map[string]string{nil, {"Idempotency-Key": name + r.path}, {"Content-Type": "text/plain"}} {
					r.headers = headers
					got, err := s.try(t.Context(), r)
					if err != nil {
						t.Fatalf("%s %s with %s: %v", r.method, r.path, name, err)
					}
					if !got.enveloped() {
						t.Errorf("%s %s with %s (%v): %d %s", r.method, r.path, name, headers, got.status, got.body)
					}
				}
			}
		}
		data[agent](t, s.send(t, request{method: "GET", path: api + "/agents/" + home["agentId"]}), http.StatusOK)
	})
}

func TestHostileQueriesAreRefusedAndNothingBreaks(t *testing.T) {
	t.Parallel()
	values := []string{
		"", "0", "-1", "1e9", "99999999999999999999", "9223372036854775807", "abc", "true", "%00", "%ff%fe", "%", "%zz", "'", `"`,
		"%25", "_", "\\", strings.Repeat("x", 256), strings.Repeat("9", 4000), "null", "1;drop", "-created_at", "--created_at",
	}
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e)
		home := s.settle(t, "")
		for _, d := range s.document(t) {
			if d.method != http.MethodGet {
				continue
			}
			for _, name := range append(d.query, "unknown") {
				for _, value := range values {
					target := home.at(d.path) + "?" + name + "=" + strings.ReplaceAll(value, `"`, "%22")
					for _, target := range []string{target, target + "&" + name + "=1"} {
						got, err := s.try(t.Context(), request{method: "GET", path: target})
						if err != nil {
							continue // a URL that Go itself refuses to send
						}
						if !got.enveloped() {
							t.Errorf("GET %s: %d %s", target[:min(len(target), 200)], got.status, got.body)
						}
					}
				}
			}
		}
	})
}

// enveloped reports whether an answer is in the API's form and does not blame the server.
func (a answer) enveloped() bool {
	var in struct {
		failure
		Data json.RawMessage
	}
	if json.Unmarshal(a.body, &in) != nil || len(in.Message) < 3 {
		return false
	}
	if a.status < 300 {
		return len(in.Data) > 0
	}
	return (a.status < 500 || a.status == http.StatusNotImplemented) && in.Code != "" && in.Status == a.status && in.Error == http.StatusText(a.status)
}

func TestTimesAndIDsHaveTheirForm(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e)
		got := want[object](t, s, http.StatusCreated, request{method: "POST", path: api + "/agents", body: object{"name": "x"}})
		id, _ := got["id"].(string)
		if len(id) != 25 {
			t.Errorf("id %q, want 25 characters", id)
		}
		at, _ := got["created_at"].(string)
		if _, err := time.Parse("2006-01-02T15:04:05.000Z", at); err != nil {
			t.Errorf("created_at %q: %v", at, err)
		}
	})
}
