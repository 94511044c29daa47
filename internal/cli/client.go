package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Where the API lives on a server, and its reference.
const prefix, docs = "/api/v1/console", "/docs"

// maxAnswer is the longest answer that is read, and the longest line of a stream.
const maxAnswer = 4 << 20

// client speaks the API as any client would. Its calls last as long as their contexts allow.
type client struct {
	root string // http://address/api/v1/console
	key  string
	http *http.Client
}

func newClient(base, key string) *client {
	return &client{root: base + prefix, key: key, http: &http.Client{}}
}

func (c *client) get(ctx context.Context, path string, into any) error {
	return c.send(ctx, http.MethodGet, path, nil, into)
}

// send calls the API and decodes the answer's data into into, unless that is nil.
func (c *client) send(ctx context.Context, method, path string, body, into any) error {
	var out io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		out = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.root+path, out)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.key)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return err
	}
	return decode(method+" "+path, answer.StatusCode, raw, into)
}

func decode(what string, status int, raw []byte, into any) error {
	var envelope struct{ Message, Data json.RawMessage }
	if err := json.Unmarshal(raw, &envelope); err != nil {
		return fmt.Errorf("%s: status %d and no JSON", what, status)
	}
	if status >= http.StatusBadRequest {
		return fmt.Errorf("%s: status %d: %s", what, status, envelope.Message)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(envelope.Data, into)
}

// event is what the demonstration looks at in a frame of a stream.
type event struct {
	kind    string
	Role    string `json:"role"`
	Message string `json:"message"`
	Text    string `json:"text"`
}

// events is an open stream.
type events struct {
	body  io.ReadCloser
	lines *bufio.Scanner
}

// listen takes a ticket and opens the conversation's stream, with the text as it is being written.
func (c *client) listen(ctx context.Context, agent, conversation string) (*events, error) {
	path := "/agents/" + agent + "/conversations/" + conversation
	var granted struct{ Ticket string }
	if err := c.send(ctx, http.MethodPost, path+"/stream-ticket", nil, &granted); err != nil {
		return nil, err
	}
	query := url.Values{"ticket": {granted.Ticket}, "events": {"delta,status"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.root+path+"/stream?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("open the stream: status %d", answer.StatusCode), answer.Body.Close())
	}
	return &events{body: answer.Body, lines: newLines(answer.Body)}, nil
}

func newLines(from io.Reader) *bufio.Scanner {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, maxAnswer)
	return lines
}

// next returns the next frame, or io.EOF at the stream's end.
func (e *events) next() (event, error) {
	var got event
	for e.lines.Scan() {
		name, value, _ := strings.Cut(e.lines.Text(), ": ")
		switch name {
		case "event":
			got.kind = value
		case "data":
			if err := json.Unmarshal([]byte(value), &got); err != nil {
				return event{}, fmt.Errorf("decode a frame of the stream: %w", err)
			}
		case "":
			if got.kind != "" {
				return got, nil
			}
		}
	}
	if err := e.lines.Err(); err != nil {
		return event{}, err
	}
	return event{}, io.EOF
}

// Close ends the stream.
func (e *events) Close() error { return e.body.Close() }
