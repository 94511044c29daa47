package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// house is a server that speaks just enough of the API: what is said comes back on the stream, and
// the reply after it.
type house struct {
	mu      sync.Mutex
	streams map[string][]chan string // of a conversation
	silent  bool                     // nothing is answered
	posts   atomic.Int64
	opened  atomic.Int64
}

func newHouse(t *testing.T) (*house, *Client) {
	t.Helper()
	h := &house{streams: map[string][]chan string{}}
	mux := http.NewServeMux()
	const at = Prefix + "/agents/{agent}/conversations"
	mux.HandleFunc("POST "+at+"/messages", h.post)
	mux.HandleFunc("POST "+at+"/{id}/messages", h.post)
	mux.HandleFunc("POST "+at+"/{id}/stream-ticket", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"data":{"ticket":"for-%s"}}`, r.PathValue("id"))
	})
	mux.HandleFunc("GET "+at+"/{id}/stream", h.stream)
	mux.HandleFunc("GET /bytes", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"a": 1}`) })
	mux.HandleFunc("PUT /bytes", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if string(body) != `{"raw":true}` {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, `{}`)
	})
	mux.HandleFunc("POST /turn", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Message string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		_, _ = fmt.Fprintf(w, `{"data":{"message":"word | %s"}}`, in.Message)
	})
	server := httptest.NewServer(mux)
	c := NewClient(server.URL, "sk_test", time.Now)
	t.Cleanup(func() {
		c.Close()
		server.CloseClientConnections()
		server.Close()
	})
	return h, c
}

func (h *house) post(w http.ResponseWriter, r *http.Request) {
	h.posts.Add(1)
	var in struct{ Message, Role string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.Header.Get("Authorization") != "Bearer sk_test" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	id := r.PathValue("id")
	if id == "" {
		id = "new"
	}
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintf(w, `{"data":{"conversation_id":%q}}`, id)
	_ = http.NewResponseController(w).Flush()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.streams[id] {
		s <- frame(in.Role, in.Message)
		if in.Role == "user" && !h.silent {
			s <- "event: heartbeat\ndata: {\"ts\": 1}\n\n" + frame("assistant", "word")
		}
	}
}

func frame(role, text string) string {
	return fmt.Sprintf("id: m1\nevent: message\ndata: {\"id\":\"m1\",\"role\":%q,\"message\":%q}\n\n", role, text)
}

func (h *house) stream(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if r.URL.Query().Get("ticket") != "for-"+id {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	frames := make(chan string, 64)
	h.mu.Lock()
	h.streams[id] = append(h.streams[id], frames)
	h.mu.Unlock()
	h.opened.Add(1)
	_ = http.NewResponseController(w).Flush()
	for {
		select {
		case f := <-frames:
			_, _ = io.WriteString(w, f)
			_ = http.NewResponseController(w).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func TestCall(t *testing.T) {
	t.Parallel()
	_, c := newHouse(t)
	if err := c.Put(t.Context(), "/bytes", []byte(`{"raw":true}`)); err != nil {
		t.Error(err)
	}
	if raw, err := c.Bytes(t.Context(), "/bytes"); err != nil || string(raw) != `{"a": 1}` {
		t.Errorf("Bytes = %s, %v", raw, err)
	}
	if err := c.Call(t.Context(), http.MethodGet, "/nowhere", nil, nil); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("a call to nowhere: %v, want 404", err)
	}
}

func TestGets(t *testing.T) {
	t.Parallel()
	_, c := newHouse(t)
	// A clock that goes on by a millisecond each time somebody looks.
	var looks atomic.Int64
	c.now = func() time.Time { return time.UnixMilli(looks.Add(1)) }
	r, err := c.Gets(t.Context(), "/bytes", 2, 20*time.Millisecond)
	if err != nil || len(r.Times) == 0 || r.Took < 20*time.Millisecond || r.PerSecond() <= 0 {
		t.Errorf("Gets: %d times in %v, %v", len(r.Times), r.Took, err)
	}
	if _, err := c.Gets(t.Context(), "/nowhere", 2, time.Minute); err == nil {
		t.Error("a fault did not end it")
	}
}

func TestTurnsOfTheFloor(t *testing.T) {
	t.Parallel()
	_, c := newHouse(t)
	r, err := Turns(t.Context(), time.Now, []*Floor{NewFloor(c, 0), NewFloor(c, 1)}, 7)
	if err != nil || len(r.Times) != 7 {
		t.Errorf("%d turns, %v, want 7", len(r.Times), err)
	}
}

func talks(t *testing.T, c *Client, n int) []*Talk {
	t.Helper()
	var all []*Talk
	for i := range n {
		talk, err := c.Talk(t.Context(), "a1", fmt.Sprint("c", i))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(talk.Close)
		all = append(all, talk)
	}
	return all
}

func TestTurnsOfTheServer(t *testing.T) {
	t.Parallel()
	h, c := newHouse(t)
	if id, err := c.Begin(t.Context(), "a1", "customer"); err != nil || id != "new" {
		t.Errorf("Begin = %q, %v", id, err)
	}
	r, err := Turns(t.Context(), time.Now, talks(t, c, 3), 20)
	if err != nil || len(r.Times) != 20 {
		t.Fatalf("%d turns, %v, want 20", len(r.Times), err)
	}
	for _, d := range r.Times {
		if d <= 0 {
			t.Errorf("a turn took %v", d)
		}
	}
	if got := h.posts.Load(); got != 1+20 {
		t.Errorf("%d messages were posted, want 21", got)
	}
}

func TestTurnWithoutReply(t *testing.T) {
	t.Parallel()
	h, c := newHouse(t)
	h.silent = true
	ctx, cancel := context.WithCancelCause(t.Context())
	late := errors.New("late")
	talk := talks(t, c, 1)[0]
	go cancel(late)
	if _, err := talk.Turn(ctx, "hello"); err == nil {
		t.Error("Turn = nil, want an error")
	}
}

func TestTurnOnAStreamThatEnds(t *testing.T) {
	t.Parallel()
	h, c := newHouse(t)
	h.silent = true
	talk, err := c.Talk(t.Context(), "a1", "c0")
	if err != nil {
		t.Fatal(err)
	}
	talk.Close()
	if _, err := talk.Turn(t.Context(), "hello"); !errors.Is(err, errEnded) {
		t.Errorf("Turn = %v, want %v", err, errEnded)
	}
}

func TestCrowd(t *testing.T) {
	t.Parallel()
	h, c := newHouse(t)
	conversations := []string{"c0", "c1", "c2", "c3", "c4"}
	crowd, err := c.Listen(t.Context(), "a1", conversations)
	if err != nil {
		t.Fatal(err)
	}
	defer crowd.Close()
	if got := h.opened.Load(); got != 5 {
		t.Errorf("%d streams are open, want 5", got)
	}
	delays, err := c.Delays(t.Context(), crowd, "a1", conversations[:3], 2)
	if err != nil || len(delays) != 3 {
		t.Errorf("%d delays, %v, want 3", len(delays), err)
	}
}

func TestCrowdThatCannotBe(t *testing.T) {
	t.Parallel()
	_, c := newHouse(t)
	const refused = Prefix + "/agents/a1/conversations/c0/stream?ticket=another"
	if _, err := c.ListenTo(t.Context(), refused, 5); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("ListenTo = %v, want 401", err)
	}
	nobody := NewClient("http://127.0.0.1:1", "", time.Now)
	if _, err := nobody.ListenTo(t.Context(), "/", 1); err == nil {
		t.Error("streams of nobody were opened")
	}
}

func TestEachEndsAtTheFirstFault(t *testing.T) {
	t.Parallel()
	var done atomic.Int64
	bad := errors.New("bad")
	err := Each(t.Context(), 1, 100, func(_ context.Context, i int) error {
		done.Add(1)
		if i == 4 {
			return bad
		}
		return nil
	})
	if !errors.Is(err, bad) || done.Load() != 5 {
		t.Errorf("Each = %v after %d, want %v after 5", err, done.Load(), bad)
	}
}

func TestClosedLoopSharesOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		more := func(i int) bool { return i < 10 }
		r, err := closedLoop(t.Context(), time.Now, 5, more, func(context.Context, int, int) (time.Duration, error) {
			<-time.After(time.Second)
			return time.Second, nil
		})
		if err != nil || len(r.Times) != 10 || r.Took != 2*time.Second || r.PerSecond() != 5 {
			t.Errorf("%d in %v, %v, want 10 in 2s", len(r.Times), r.Took, err)
		}
	})
}
