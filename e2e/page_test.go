package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// base is a knowledge base as far as pages go.
type base struct {
	ID        string
	Status    string
	Error     *string
	Content   *string
	FetchedAt *time.Time `json:"fetched_at"`
}

// pageHost is a web server whose pages a test writes; it counts how often it was called.
type pageHost struct {
	*httptest.Server
	calls atomic.Int64
}

func newPageHost(t *testing.T, answer http.HandlerFunc) *pageHost {
	t.Helper()
	h := &pageHost{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.calls.Add(1)
		answer(w, r)
	}))
	t.Cleanup(func() {
		h.CloseClientConnections()
		h.Close()
	})
	return h
}

// hours is a page with a navigation that nobody wants to read.
func hours(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, `<html><head><title>Opening hours</title></head><body><nav><a href="/cart">Cart</a></nav><main>
		<p>The bakery opens at seven on weekdays.</p><p>Parking is free behind the house.</p></main></body></html>`)
}

// addPage gives an agent a page.
func (s *site) addPage(t *testing.T, agentID, address string) base {
	t.Helper()
	kb := want[base](t, s, http.StatusCreated, request{
		method: "POST", path: api + "/agents/" + agentID + "/knowledge_bases",
		body: object{"type": "url", "name": "Site", "url": address},
	})
	if kb.Status != "pending" || kb.Content != nil || kb.Error != nil || kb.FetchedAt != nil {
		t.Errorf("a new page is %+v, want it pending", kb)
	}
	return kb
}

// settled waits until an agent's only knowledge base has a status.
func (s *site) settled(t *testing.T, agentID, status string) base {
	t.Helper()
	var kb base
	eventually(t, "the page is "+status, func() bool {
		all := want[[]base](t, s, http.StatusOK, request{method: "GET", path: api + "/agents/" + agentID + "/knowledge_bases"})
		kb = all[0]
		return kb.Status == status
	})
	return kb
}

func allowing(networks string) string { return "BIMPE_OUTBOUND_ALLOW=" + networks }

func TestAnAgentAnswersFromAPage(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		h := newPageHost(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				http.Redirect(w, r, "/hours", http.StatusFound)
				return
			}
			hours(w, r)
		})
		s := serving(t, e, allowing("127.0.0.1/32"))
		a := s.newAgent(t, nil)
		added := s.addPage(t, a.ID, h.URL+"/")
		kb := s.settled(t, a.ID, "ready")
		if kb.ID != added.ID || kb.Content == nil || kb.Error != nil || kb.FetchedAt == nil || strings.Contains(*kb.Content, "Cart") {
			t.Fatalf("fetched: %+v, content %v", kb, kb.Content)
		}
		said := s.say(t, a.ID, "When does the bakery open on weekdays?")
		l := s.listen(t, a.ID, said.ConversationID, map[string][]string{"after": {said.ID}})
		if got := l.fromAgent(t).Text; !strings.Contains(got, "opens at seven") || !strings.Contains(got, "Site") {
			t.Errorf("reply %q, want the page quoted with its source", got)
		}
		// Asked for again, it is fetched again; and what goes wrong then takes nothing away.
		path := api + "/agents/" + a.ID + "/knowledge_bases/" + kb.ID
		again := want[base](t, s, http.StatusOK, request{method: "PATCH", path: path, body: object{"url": h.URL + "/hours"}})
		if again.Status != "pending" || again.Content == nil {
			t.Errorf("asked for again: %+v", again)
		}
		s.settled(t, a.ID, "ready")
		want[base](t, s, http.StatusOK, request{method: "PATCH", path: path, body: object{"url": "http://[::1]:9/"}})
		if kb := s.settled(t, a.ID, "failed"); kb.Content == nil || kb.FetchedAt == nil || kb.Error == nil {
			t.Errorf("failed: %+v, want the old text and the reason", kb)
		}
		if n := h.calls.Load(); n != 3 {
			t.Errorf("the host was called %d times, want 3", n)
		}
	})
}

func TestAPageInAPrivateNetworkIsRefused(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		secret := newPageHost(t, hours)
		s := serving(t, e, allowing("192.0.2.0/24"))
		for _, address := range []string{secret.URL, strings.Replace(secret.URL, "127.0.0.1", "localhost", 1)} {
			a := s.newAgent(t, nil)
			s.addPage(t, a.ID, address)
			kb := s.settled(t, a.ID, "failed")
			if kb.Content != nil || kb.Error == nil || !strings.Contains(*kb.Error, "private network") || strings.Contains(*kb.Error, "127.") {
				t.Errorf("%s: %+v", address, kb)
			}
		}
		if n := secret.calls.Load(); n != 0 {
			t.Errorf("the host was called %d times", n)
		}
	})
}

func TestARedirectIntoAPrivateNetworkIsRefused(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		var secret atomic.Int64
		h := newPageHost(t, func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.Host, "127.0.0.1:") {
				secret.Add(1)
			}
			http.Redirect(w, r, fmt.Sprintf("http://127.0.0.2%s/", r.Host[strings.LastIndexByte(r.Host, ':'):]), http.StatusFound)
		})
		s := serving(t, e, allowing("127.0.0.1"))
		a := s.newAgent(t, nil)
		s.addPage(t, a.ID, h.URL)
		if kb := s.settled(t, a.ID, "failed"); kb.Error == nil || !strings.Contains(*kb.Error, "private network") || secret.Load() != 0 {
			t.Errorf("%+v, %d calls behind it", kb, secret.Load())
		}
	})
}

// newStuckHost does not answer whoever asks first, which closes asked, and answers all others.
func newStuckHost(t *testing.T) (h *pageHost, asked chan struct{}) {
	t.Helper()
	asked = make(chan struct{})
	first := atomic.Bool{}
	h = newPageHost(t, func(w http.ResponseWriter, r *http.Request) {
		if first.CompareAndSwap(false, true) {
			close(asked)
			<-r.Context().Done()
			return
		}
		hours(w, r)
	})
	return h, asked
}

// A page that was being fetched when the server was killed is fetched once more after the restart, and
// then no more.
func TestAKillWhileAPageIsFetchedCostsNothing(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		h, asked := newStuckHost(t)
		s := serving(t, e, allowing("127.0.0.1/32"))
		a := s.newAgent(t, nil)
		s.addPage(t, a.ID, h.URL)
		<-asked
		s.settled(t, a.ID, "fetching")
		s.restart()
		if kb := s.settled(t, a.ID, "ready"); kb.Content == nil || !strings.Contains(*kb.Content, "opens at seven") {
			t.Errorf("after the restart: %+v", kb)
		}
		s.restart()
		s.settled(t, a.ID, "ready")
		if n := h.calls.Load(); n != 2 {
			t.Errorf("the host was called %d times, want 2", n)
		}
	})
}

// SIGTERM does not wait for a host that does not answer, and the next server goes on at once.
func TestStoppingDoesNotWaitForAPage(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, e engine) {
		h, asked := newStuckHost(t)
		s := serving(t, e, allowing("127.0.0.1/32"))
		a := s.newAgent(t, nil)
		s.addPage(t, a.ID, h.URL)
		<-asked
		if code := s.terminate(within(t, 10*time.Second)); code != 0 {
			t.Errorf("exit code %d, want 0 within ten seconds:\n%s", code, s.current().stderr)
		}
		s.start()
		s.settled(t, a.ID, "ready")
		if n := h.calls.Load(); n != 2 {
			t.Errorf("the host was called %d times, want 2", n)
		}
	})
}
