package e2e

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// set changes the quotas of the site's team beside the server that runs.
func (s *site) set(t *testing.T, flags ...string) {
	t.Helper()
	if out := s.command(append([]string{"team", "set", "e2e"}, flags...)...); out != (output{}) {
		t.Fatalf("team set %v: %+v", flags, out)
	}
}

func TestAgentsAreLimited(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e)
		first := s.newAgent(t, nil)
		create := request{method: "POST", path: api + "/agents", body: object{"name": "x"}}
		s.set(t, "--agents", "none")
		eventually(t, "no agent may be made", func() bool { return s.send(t, create).status == http.StatusBadRequest })
		refused(t, s.send(t, create), http.StatusBadRequest, "agent_limit_reached")
		want[agent](t, s, http.StatusOK, request{method: "GET", path: api + "/agents/" + first.ID})
		s.set(t, "--agents", "0")
		eventually(t, "agents may be made", func() bool { return s.send(t, create).status == http.StatusCreated })
	})
}

func TestIntegrationsAreLimited(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		s := serving(t, e)
		below := api + "/agents/" + s.newAgent(t, nil).ID + "/integrations/"
		stripe := request{method: "POST", path: below + "bimpeai/configure", body: object{"type": "stripe"}}
		refused(t, s.send(t, stripe), http.StatusNotImplemented, "not_implemented")
		s.set(t, "--integrations", "none")
		eventually(t, "the quota is none", func() bool { return s.send(t, stripe).status == http.StatusConflict })
		for family, body := range map[string]object{
			"bimpeai": {"type": "bumpa", "token": "t"}, "custom_api": {"name": "x"}, "pipedream": {"app_slug": "slack"},
			"mcp_server": {"name": "x", "server_url": "https://mcp.example"},
		} {
			got := s.send(t, request{method: "POST", path: below + family + "/configure", body: body})
			if f := refused(t, got, http.StatusConflict, "conflict"); f.Reason != "integration_limit_reached" {
				t.Errorf("%s: reason %q", family, f.Reason)
			}
		}
		s.set(t, "--integrations", "1")
		eventually(t, "one is allowed", func() bool { return s.send(t, stripe).status == http.StatusNotImplemented })
	})
}

func TestStreamsOfATeamAreLimited(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		s := serving(t, e, newModel(t, echo).settings()...)
		a := s.newAgent(t, nil)
		in := s.say(t, a.ID, "hello").ConversationID
		first := s.listen(t, a.ID, in, nil)
		s.set(t, "--streams", "1")
		eventually(t, "a second stream is refused", func() bool {
			l, err := s.open(t.Context(), a.ID, in, "", nil)
			if err == nil {
				l.close()
			}
			return err != nil && strings.Contains(err.Error(), "too_many_streams")
		})
		ticket, err := s.ticket(t.Context(), a.ID, in, "")
		if err != nil {
			t.Fatal(err)
		}
		got := s.send(t, request{method: "GET", path: conversationPath(a.ID, in) + "/stream?ticket=" + ticket})
		if f := refused(t, got, http.StatusTooManyRequests, "too_many_requests"); f.Reason != "too_many_streams" {
			t.Errorf("reason %q", f.Reason)
		}
		if n, err := strconv.Atoi(got.header.Get("Retry-After")); err != nil || n < 1 {
			t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
		}
		first.close()
		eventually(t, "there is room again", func() bool {
			l, err := s.open(t.Context(), a.ID, in, "", nil)
			if err == nil {
				l.close()
			}
			return err == nil
		})
	})
}

func TestTheRateOfATeamsKeysIsLimited(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		s := serving(t, e)
		ask := request{method: "GET", path: api + "/agents"}
		s.set(t, "--rate", "3")
		eventually(t, "the rate is the team's own", func() bool { return s.send(t, ask).header.Get("X-RateLimit-Limit") == "3" })
		eventually(t, "the window is used up", func() bool { return s.send(t, ask).status == http.StatusTooManyRequests })
		over := s.send(t, ask)
		if f := refused(t, over, http.StatusTooManyRequests, "too_many_requests"); f.Reason != "" {
			t.Errorf("reason %q", f.Reason)
		}
		if n, err := strconv.Atoi(over.header.Get("Retry-After")); err != nil || n < 1 || n > 60 {
			t.Errorf("Retry-After %q", over.header.Get("Retry-After"))
		}
	})
}
