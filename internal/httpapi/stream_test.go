package httpapi

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bimpe/bimpe/internal/auth"
	"github.com/bimpe/bimpe/internal/console"
)

// chat is a house that serves over the network, with one conversation.
type chat struct {
	*house
	server      *httptest.Server
	agent, path string // path of the conversation
}

func openChat(t *testing.T) *chat {
	t.Helper()
	h := openHouse(t, func(c *Config) { c.RateLimit = 0 })
	c := &chat{house: h, server: httptest.NewServer(h.Handler())}
	t.Cleanup(c.server.Close)
	c.agent = h.make(t, "/agents", `{"name":"Ada"}`, "")
	h.make(t, "/agents/"+c.agent+"/conversations/messages", `{"message":"0","channel_user_id":"ngozi"}`, "")
	c.path = fmt.Sprintf("/agents/%s/conversations/c%024d", c.agent, h.ids.n.Load()-2)
	return c
}

func (c *chat) ticket(t *testing.T, key string) string {
	t.Helper()
	got := c.call(http.MethodPost, c.path+"/stream-ticket", "", "Authorization", "Bearer "+c.secrets[key])
	_, rest, ok := strings.Cut(got.Body.String(), `"ticket":"`)
	if !ok {
		t.Fatalf("no ticket: %d %s", got.Code, got.Body)
	}
	ticket, _, _ := strings.Cut(rest, `"`)
	return ticket
}

// open opens a stream; the caller closes its body.
func (c *chat) open(ctx context.Context, t *testing.T, query string, headers ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.server.URL+Prefix+c.path+"/stream?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got, err := c.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// texts reads a stream to its end, or to a message, and returns ids and texts of its messages.
func texts(t *testing.T, body io.Reader, last string) (ids, said []string, err error) {
	t.Helper()
	s := bufio.NewScanner(body)
	for s.Scan() {
		if id, ok := strings.CutPrefix(s.Text(), "id: "); ok {
			ids = append(ids, id)
		}
		if _, rest, ok := strings.Cut(s.Text(), `"message":"`); ok {
			text, _, _ := strings.Cut(rest, `"`)
			said = append(said, text)
			if text == last {
				return ids, said, nil
			}
		}
	}
	return ids, said, s.Err()
}

func TestAClientThatResumesSeesEachMessageOnce(t *testing.T) {
	t.Parallel()
	c := openChat(t)
	const messages = 120
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := range messages {
			if got := c.call(http.MethodPost, c.path+"/messages", fmt.Sprintf(`{"message":"%d"}`, i+1)); got.Code != http.StatusCreated {
				t.Errorf("message %d: %d %s", i, got.Code, got.Body)
			}
			if i%20 == 10 {
				c.hub.EndAgent(console.ID(strings.Split(c.path[strings.Index(c.path, "/agents/"):], "/")[2]))
			}
		}
	})
	query, header := "after=2029-01-01", ""
	var all []string
	for rounds := 0; len(all) <= messages && rounds < 1000; rounds++ {
		got := c.open(t.Context(), t, "ticket="+c.ticket(t, "full")+"&"+query, "Last-Event-ID", header)
		ids, said, err := texts(t, got.Body, fmt.Sprint(messages))
		if err != nil {
			t.Fatalf("a stream that the server ended was cut: %v", err)
		}
		if err := got.Body.Close(); err != nil {
			t.Error(err)
		}
		all = append(all, said...)
		if len(ids) > 0 {
			query, header = "", ids[len(ids)-1]
			if rounds%2 == 0 {
				query, header = "after="+url.QueryEscape(header), "nonsense, which after goes before"
			}
		}
	}
	writer.Wait()
	for i, text := range all {
		if text != fmt.Sprint(i) {
			t.Fatalf("message %d came as number %d: %v", i, i, all)
		}
	}
	if len(all) != messages+1 {
		t.Errorf("%d messages came, want %d", len(all), messages+1)
	}
}

func TestAStreamWithoutAfterBeginsAtItsTicket(t *testing.T) {
	t.Parallel()
	c := openChat(t)
	ticket := c.ticket(t, "full")
	c.call(http.MethodPost, c.path+"/messages", `{"message":"between"}`)
	got := c.open(t.Context(), t, "ticket="+ticket)
	defer got.Body.Close() //nolint:errcheck // the stream goes on; the client leaves it
	c.call(http.MethodPost, c.path+"/messages", `{"message":"last"}`)
	_, said, err := texts(t, got.Body, "last")
	if err != nil || strings.Join(said, " ") != "between last" {
		t.Errorf("a stream after its ticket told %v, %v", said, err)
	}
}

func TestAStreamEndsWithItsKey(t *testing.T) {
	t.Parallel()
	c := openChat(t)
	c.secrets["passing"] = c.grant(t, "t000000000000000000000001", auth.Draft{Name: "passing", Scopes: []console.Scope{"conversations:read"}})
	key := fmt.Sprintf("c%024d", c.ids.n.Load())
	got := c.open(t.Context(), t, "ticket="+c.ticket(t, "passing"))
	if revoked := c.call(http.MethodDelete, "/api-keys/"+key, ""); revoked.Code != http.StatusOK {
		t.Fatalf("revoke: %d %s", revoked.Code, revoked.Body)
	}
	text, err := io.ReadAll(got.Body)
	if err != nil || !strings.HasSuffix(string(text), retryFrame) {
		t.Errorf("a stream whose key was revoked ended with %q, %v", text, err)
	}
	if err := got.Body.Close(); err != nil {
		t.Error(err)
	}
}

func TestStreamsOfATeamAreCounted(t *testing.T) {
	t.Parallel()
	c := openChat(t)
	agent := c.call(http.MethodPost, "/agents", `{"name":"S"}`, "Authorization", "Bearer "+c.secrets["small"])
	_, rest, _ := strings.Cut(agent.Body.String(), `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	c.call(http.MethodPost, "/agents/"+id+"/conversations/messages", `{"message":"0"}`, "Authorization", "Bearer "+c.secrets["small"])
	c.path = fmt.Sprintf("/agents/%s/conversations/c%024d", id, c.ids.n.Load()-2)
	ctx, leave := context.WithCancel(t.Context())
	first := c.open(ctx, t, "ticket="+c.ticket(t, "small"))
	defer first.Body.Close() //nolint:errcheck // left below
	ticket := c.ticket(t, "small")
	second := c.open(t.Context(), t, "ticket="+ticket)
	text, err := io.ReadAll(second.Body)
	if err != nil || second.StatusCode != http.StatusTooManyRequests || second.Header.Get("Retry-After") == "" ||
		!strings.Contains(string(text), `"reason":"too_many_streams"`) {
		t.Errorf("a stream too many: got %d %v %s, %v", second.StatusCode, second.Header, text, err)
	}
	if err := second.Body.Close(); err != nil {
		t.Error(err)
	}
	leave()
	_, err = io.ReadAll(first.Body)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("reading a stream that one has left: %v", err)
	}
	// The refusal has not spent the ticket; the place is free once the server has seen the leave.
	for {
		third := c.open(t.Context(), t, "ticket="+ticket)
		code := third.StatusCode
		if err := third.Body.Close(); err != nil {
			t.Error(err)
		}
		if code == http.StatusOK {
			return
		}
		if code != http.StatusTooManyRequests {
			t.Fatalf("a stream after one has left: got %d", code)
		}
	}
}

func TestAStreamCountsInTheWindowOfItsKey(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	c := &chat{house: h}
	c.agent = h.make(t, "/agents", `{"name":"Ada"}`, "")
	h.make(t, "/agents/"+c.agent+"/conversations/messages", `{"message":"0"}`, "")
	c.path = fmt.Sprintf("/agents/%s/conversations/c%024d", c.agent, h.ids.n.Load()-2)
	ticket := c.ticket(t, "full")
	h.fault.Store("end")
	got := h.call(http.MethodGet, c.path+"/stream?ticket="+ticket, "", "Authorization", "")
	h.fault.Store("")
	if got.Code != http.StatusOK || got.Header().Get("X-RateLimit-Remaining") != "596" {
		t.Errorf("a stream after three requests of its key: got %d %v", got.Code, got.Header())
	}
	for name, want := range map[string]string{
		"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no",
	} {
		if got.Header().Get(name) != want {
			t.Errorf("%s of a stream: got %q, want %q", name, got.Header().Get(name), want)
		}
	}
}

func TestAStreamCannotBeAskedForItsHeadAlone(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	got := h.call(http.MethodHead, "/agents/a/conversations/c/stream?ticket=x", "")
	if got.Code != http.StatusMethodNotAllowed {
		t.Errorf("HEAD of a stream: got %d", got.Code)
	}
}

func TestEachEventIsAskedForOnce(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]struct{ delta, status, refused bool }{
		"":                    {},
		"delta":               {delta: true},
		"status":              {status: true},
		"delta,status":        {delta: true, status: true},
		"status,delta":        {delta: true, status: true},
		"delta,delta":         {refused: true},
		"status,delta,status": {refused: true},
		"delta,":              {refused: true},
	} {
		q := &query{values: url.Values{"events": {words}}}
		names := readEvents(q, []string{eventDelta, eventStatus})
		delta, status := slices.Contains(names, eventDelta), slices.Contains(names, eventStatus)
		if delta != want.delta || status != want.status || (q.err() != nil) != want.refused {
			t.Errorf("events=%s: delta %v, status %v, %v, want %+v", words, delta, status, q.err(), want)
		}
	}
}
