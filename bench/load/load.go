// Package load drives a server and times it from its client's side: turns in a closed loop, requests
// over kept connections, and many event streams at a time. It judges nothing. Everything it starts has
// ended when its functions return or its values are closed.
package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Client calls one server. It may be used by many goroutines.
type Client struct {
	base, key string
	http      *http.Client
	now       func() time.Time
}

// maxConnections is more than any load here uses, so that none is closed and opened again.
const maxConnections = 4096

// maxAnswer is more than any answer here.
const maxAnswer = 8 << 20

// patience bounds one request or one turn.
const patience = 30 * time.Second

// NewClient calls the server at base, with a key unless it is empty. The caller closes it.
func NewClient(base, key string, now func() time.Time) *Client {
	transport := &http.Transport{MaxIdleConns: maxConnections, MaxIdleConnsPerHost: maxConnections, DisableCompression: true}
	return &Client{base: base, key: key, http: &http.Client{Transport: transport}, now: now}
}

// Close closes the connections that are kept.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Call sends in as JSON, unless it is nil, and decodes the answer into out, unless it is nil. Every
// status but 2xx is an error.
func (c *Client) Call(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	answer, err := c.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return err
	}
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %d %.200s", method, path, answer.StatusCode, raw)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(raw, out)
}

// Bytes returns what a GET answers.
func (c *Client) Bytes(ctx context.Context, path string) ([]byte, error) {
	var raw json.RawMessage
	err := c.Call(ctx, http.MethodGet, path, nil, &raw)
	return raw, err
}

// Put sends bytes as they are.
func (c *Client) Put(ctx context.Context, path string, raw []byte) error {
	return c.Call(ctx, http.MethodPut, path, json.RawMessage(raw), nil)
}

func (c *Client) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.key != "" {
		r.Header.Set("Authorization", "Bearer "+c.key)
	}
	return c.http.Do(r)
}

// Result is what a load came to.
type Result struct {
	Times []time.Duration // of each that went well, in no order
	Took  time.Duration   // all of it
}

// PerSecond is how many there were in a second.
func (r Result) PerSecond() float64 { return float64(len(r.Times)) / r.Took.Seconds() }

// Gets sends the same GET again and again over so many connections for so long. The first fault ends
// it.
func (c *Client) Gets(ctx context.Context, path string, connections int, d time.Duration) (Result, error) {
	start := c.now()
	more := func(int) bool { return c.now().Sub(start) < d }
	return closedLoop(ctx, c.now, connections, more, func(ctx context.Context, _, _ int) (time.Duration, error) {
		begin := c.now()
		answer, err := c.send(ctx, http.MethodGet, path, nil)
		if err != nil {
			return 0, err
		}
		_, err = io.Copy(io.Discard, answer.Body)
		if err = errors.Join(err, answer.Body.Close()); err == nil && answer.StatusCode != http.StatusOK {
			err = fmt.Errorf("GET %s: %d", path, answer.StatusCode)
		}
		return c.now().Sub(begin), err
	})
}

// Worker talks in one conversation.
type Worker interface {
	// Turn says something and returns once the whole reply is there, with the time that it took.
	Turn(ctx context.Context, text string) (time.Duration, error)
}

// Turns shares n turns out to the workers, each of which begins one when its last has ended. The first
// fault ends it.
func Turns[W Worker](ctx context.Context, now func() time.Time, workers []W, n int) (Result, error) {
	more := func(i int) bool { return i < n }
	return closedLoop(ctx, now, len(workers), more, func(ctx context.Context, worker, i int) (time.Duration, error) {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		return workers[worker].Turn(ctx, fmt.Sprintf("hello %d", i))
	})
}

// Times does things numbered 0 to n-1, as many at a time as there are workers, and times each. The
// first fault ends it.
func Times(
	ctx context.Context, now func() time.Time, workers, n int, do func(ctx context.Context, worker, i int) error,
) (Result, error) {
	more := func(i int) bool { return i < n }
	return closedLoop(ctx, now, workers, more, func(ctx context.Context, worker, i int) (time.Duration, error) {
		begun := now()
		err := do(ctx, worker, i)
		return now().Sub(begun), err
	})
}

// Each does things numbered 0 to n-1, as many at a time as there are workers. The first fault ends it.
func Each(ctx context.Context, workers, n int, do func(ctx context.Context, i int) error) error {
	more := func(i int) bool { return i < n }
	// Nobody asks how long it took.
	still := func() time.Time { return time.Time{} }
	_, err := closedLoop(ctx, still, workers, more, func(ctx context.Context, _, i int) (time.Duration, error) {
		return 0, do(ctx, i)
	})
	return err
}

// closedLoop has n workers do things numbered 0, 1, 2 … for as long as there are more of them, and
// ends all at the first fault.
func closedLoop(
	ctx context.Context, now func() time.Time, n int, more func(i int) bool,
	do func(ctx context.Context, worker, i int) (time.Duration, error),
) (Result, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	times := make([][]time.Duration, n)
	var begun atomic.Int64
	start := now()
	var group sync.WaitGroup
	for worker := range n {
		group.Go(func() {
			for ctx.Err() == nil {
				i := int(begun.Add(1)) - 1
				if !more(i) {
					return
				}
				d, err := do(ctx, worker, i)
				if err != nil {
					stop(err)
					return
				}
				times[worker] = append(times[worker], d)
			}
		})
	}
	group.Wait()
	r := Result{Took: now().Sub(start)}
	for _, t := range times {
		r.Times = append(r.Times, t...)
	}
	return r, context.Cause(ctx)
}
