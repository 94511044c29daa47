package e2e

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

type numberRequest struct {
	ID, Status   string
	StatusReason *string `json:"status_reason"`
	E164, Label  *string
	AgentID      *string `json:"agent_id"`
}

func TestAnOperatorFulfilsARequestForANumberBesideAServer(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e)
		ask := func(business string) string {
			return want[numberRequest](t, s, http.StatusCreated, request{method: "POST", path: api + "/phone-numbers/request", body: object{
				"business_name": business, "intended_use": "Takes\norders", "region": "ng", "agent_count": 1, "outbound_minutes": 0,
			}}).ID
		}
		first, second := ask("Mama's Kitchen"), ask("Acme")
		list := s.command("phone-number", "requests")
		if list.code != 0 || !strings.HasPrefix(lineWith(list.stdout, "Mama's Kitchen"), first) ||
			!contains(lineWith(list.stdout, "Acme"), "pending") || strings.Count(list.stdout, "\n") != 3 {
			t.Fatalf("phone-number requests: %+v", list)
		}
		if out := s.command("phone-number", "review", second); out != (output{}) {
			t.Errorf("phone-number review: %+v", out)
		}
		if out := s.command("phone-number", "reject", second, "--reason", "No such business."); out != (output{}) {
			t.Errorf("phone-number reject: %+v", out)
		}
		out := s.command("phone-number", "add", "--request", first, "--label", "Front desk", "+2348012345678")
		if out.code != 0 || out.stderr != "" || !regexp.MustCompile(`^[a-z][a-z0-9]{24}\n$`).MatchString(out.stdout) {
			t.Fatalf("phone-number add: %+v", out)
		}
		number := strings.TrimSpace(out.stdout)
		if out := s.command("phone-number", "add", "--team", "e2e", "+2348012345678"); out.code != 1 || !contains(out.stderr, "already") {
			t.Errorf("phone-number add of the same number: %+v", out)
		}
		if out := s.command("phone-number", "reject", first); out.code != 1 || !contains(out.stderr, "fulfilled already") {
			t.Errorf("phone-number reject of what is fulfilled: %+v", out)
		}
		if got := lineWith(s.command("phone-number", "list").stdout, "+2348012345678"); !contains(got, number) || !contains(got, "Front desk") {
			t.Errorf("phone-number list: %q", got)
		}
		if got := s.command("phone-number", "requests").stdout; strings.Count(got, "\n") != 1 {
			t.Errorf("requests that are open: %s", got)
		}
		if got := s.command("phone-number", "requests", "--all").stdout; strings.Count(got, "\n") != 3 {
			t.Errorf("all requests: %s", got)
		}

		a := want[agent](t, s, http.StatusCreated, request{method: "POST", path: api + "/agents", body: object{"name": "Ada"}})
		calling := request{method: "POST", path: api + "/agents/" + a.ID + "/calls", body: object{"destination": "+12025550123", "is_test_call": false}}
		if f := refused(t, s.send(t, calling), http.StatusBadRequest, "bad_request"); f.Reason != "channel_not_configured" {
			t.Errorf("a call without a number: %+v", f)
		}
		want[object](t, s, http.StatusOK, request{method: "PATCH", path: api + "/phone-numbers/" + number, body: object{"agent_id": a.ID}})
		refused(t, s.send(t, calling), http.StatusNotImplemented, "not_implemented")

		for _, r := range want[[]numberRequest](t, s, http.StatusOK, request{method: "GET", path: api + "/phone-numbers/request"}) {
			switch {
			case r.ID == first && (r.Status != "fulfilled" || deref(r.E164) != "+2348012345678" || deref(r.Label) != "Front desk" || deref(r.AgentID) != a.ID):
				t.Errorf("the fulfilled request: %+v", r)
			case r.ID == second && (r.Status != "rejected" || deref(r.StatusReason) != "No such business." || r.E164 != nil):
				t.Errorf("the rejected request: %+v", r)
			}
		}
	})
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
