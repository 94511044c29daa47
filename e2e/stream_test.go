package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

func itoa(n int) string { return strconv.Itoa(n) }

// event is one frame of a stream.
type event struct {
	id, name string
	data     []byte
}

// listening is an open stream. Its events come by a channel, which is closed at its end; then err
// says how it ended: nil for a proper end of the body.
type listening struct {
	events chan event
	err    error
	cancel context.CancelFunc
}

// streamClient has no limit of time: a stream may be open for long.
var streamClient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// ticket takes a ticket for a stream.
func (s *site) ticket(ctx context.Context, agentID, conversationID, key string) (string, error) {
	return s.ticketAt(ctx, conversationPath(agentID, conversationID), key)
}

// ticketAt takes a ticket for the stream below a path.
func (s *site) ticketAt(ctx context.Context, path, key string) (string, error) {
	a, err := s.try(ctx, request{method: "POST", path: path + "/stream-ticket", key: key})
	if err != nil {
		return "", err
	}
	var in struct{ Data struct{ Ticket string } }
	if err := json.Unmarshal(a.body, &in); err != nil || in.Data.Ticket == "" {
		return "", fmt.Errorf("stream-ticket: %d %s", a.status, a.body)
	}
	return in.Data.Ticket, nil
}

// open takes a ticket and opens the stream, as the clients do.
func (s *site) open(ctx context.Context, agentID, conversationID, key string, query url.Values) (*listening, error) {
	return s.openAt(ctx, conversationPath(agentID, conversationID), key, query)
}

// openAt takes a ticket and opens the stream below a path.
func (s *site) openAt(ctx context.Context, path, key string, query url.Values) (*listening, error) {
	ticket, err := s.ticketAt(ctx, path, key)
	if err != nil {
		return nil, err
	}
	query = maps.Clone(query)
	if query == nil {
		query = url.Values{}
	}
	query.Set("ticket", ticket)
	ctx, cancel := context.WithCancel(ctx)
	body, err := s.get(ctx, path+"/stream?"+query.Encode())
	if err != nil {
		cancel()
		return nil, err
	}
	l := &listening{events: make(chan event, 1024), cancel: cancel}
	go func() {
		defer close(l.events)
		defer func() { _ = body.Close() }() // it was only read
		l.err = readEvents(body, l.events)
	}()
	return l, nil
}

// get returns the body of an event stream.
func (s *site) get(ctx context.Context, path string) (io.ReadCloser, error) {
	out, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base()+path, nil)
	if err != nil {
		return nil, err
	}
	in, err := streamClient.Do(out)
	if err != nil {
		return nil, err
	}
	kind := in.Header.Get("Content-Type")
	if in.StatusCode == http.StatusOK && strings.HasPrefix(kind, "text/event-stream") {
		return in.Body, nil
	}
	body, err := io.ReadAll(in.Body)
	return nil, errors.Join(fmt.Errorf("stream: %d %s %s", in.StatusCode, kind, body), err, in.Body.Close())
}

// readEvents sends frames until the body ends; nil means that it ended properly.
func readEvents(body io.Reader, to chan<- event) error {
	lines := bufio.NewReader(body)
	var e event
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": "); name {
		case "":
			if e.name != "" {
				to <- e
			}
			e = event{}
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data = append(e.data, value...)
		}
	}
}

// listen is open for tests that want a stream in any case; it is closed at the test's end.
func (s *site) listen(t *testing.T, agentID, conversationID string, query url.Values) *listening {
	t.Helper()
	l, err := s.open(t.Context(), agentID, conversationID, "", query)
	if err != nil {
		t.Fatalf("open stream: %v", err)
	}
	t.Cleanup(l.close)
	return l
}

// close stops listening and waits for the reader's end.
func (l *listening) close() {
	l.cancel()
	for range l.events { // what is still to come interests nobody
	}
}

// next returns the next event of a name. Other events before it are let go.
func (l *listening) next(t *testing.T, name string) event {
	t.Helper()
	e := l.until(t, name, func(event) bool { return true })
	return e
}

// until returns the next event of a name that fits.
func (l *listening) until(t *testing.T, name string, fits func(event) bool) event {
	t.Helper()
	ctx := within(t, patience)
	for {
		select {
		case e, ok := <-l.events:
			if !ok {
				t.Fatalf("the stream ended (%v) before the wanted %s", l.err, name)
			}
			if e.name == name && fits(e) {
				return e
			}
		case <-ctx.Done():
			t.Fatalf("no wanted %s came", name)
		}
	}
}

// message returns the next message on the stream.
func (l *listening) message(t *testing.T) message {
	t.Helper()
	e := l.next(t, "message")
	m := decode[message](t, e)
	if e.id == "" || e.id != m.ID {
		t.Errorf("frame id %q, message id %q", e.id, m.ID)
	}
	return m
}

// fromAgent returns the agent's next message on the stream.
func (l *listening) fromAgent(t *testing.T) message {
	t.Helper()
	for {
		if m := l.message(t); m.Role == "assistant" {
			return m
		}
	}
}

// end waits for the stream's end and fails the test unless it was a proper one.
func (l *listening) end(t *testing.T) {
	t.Helper()
	ctx := within(t, patience)
	for {
		select {
		case _, ok := <-l.events:
			if ok {
				continue
			}
			if l.err != nil {
				t.Errorf("the stream was cut: %v", l.err)
			}
			return
		case <-ctx.Done():
			t.Fatal("the stream does not end")
		}
	}
}

func decode[T any](t *testing.T, e event) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(e.data, &v); err != nil {
		t.Fatalf("event %s: %s: %v", e.name, e.data, err)
	}
	return v
}

// The events that come only to those who ask.
type (
	delta struct {
		MessageID string `json:"message_id"`
		Text      string `json:"text"`
	}
	status struct {
		State     string `json:"state"`
		Discarded string `json:"discarded"`
	}
)

// withDeltas asks for them.
func withDeltas() url.Values { return url.Values{"events": {"delta,status"}} }
