package play

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const api = "/api/v1/console"

// patience bounds every wait. Who comes near it has failed in any case.
const patience = 60 * time.Second

// The waits between two tries of one who was not answered, and before one looks again.
const (
	retryPause = 10 * time.Millisecond
	lookPause  = 40 * time.Millisecond
)

// answer is what came back, whole.
type answer struct {
	status   int
	replayed bool
	body     []byte
}

// call is one request.
type call struct {
	method, path string
	key          string // for idempotency; empty: none
	body         any    // nil: none
}

// try sends a request once.
func (r *run) try(ctx context.Context, c call) (a answer, err error) {
	var body io.Reader
	if c.body != nil {
		raw, err := json.Marshal(c.body)
		if err != nil {
			return a, err
		}
		body = bytes.NewReader(raw)
	}
	out, err := http.NewRequestWithContext(ctx, c.method, r.base()+c.path, body)
	if err != nil {
		return a, err
	}
	out.Header.Set("Authorization", "Bearer "+r.plot.key)
	if body != nil {
		out.Header.Set("Content-Type", "application/json")
	}
	if c.key != "" {
		out.Header.Set("Idempotency-Key", c.key)
	}
	in, err := r.client.Do(out)
	if err != nil {
		return a, err
	}
	a.status, a.replayed = in.StatusCode, in.Header.Get("Idempotency-Replayed") == "true"
	a.body, err = io.ReadAll(in.Body)
	return a, errors.Join(err, in.Body.Close())
}

// deliver sends a request until it is answered, as clients do: always under the same key. The first
// one is broken off after cut, if that is not 0.
func (r *run) deliver(ctx context.Context, c call, cut time.Duration) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if cut > 0 {
		short, done := context.WithTimeout(ctx, cut)
		a, err := r.try(short, c)
		done()
		if err == nil && a.status < http.StatusInternalServerError {
			return a, nil
		}
	}
	for {
		a, err := r.try(ctx, c)
		switch {
		case err == nil && a.status < http.StatusBadRequest:
			return a, nil
		case err == nil && a.status != http.StatusServiceUnavailable:
			return a, fmt.Errorf("%s %s: %d %.300s", c.method, c.path, a.status, a.body)
		}
		if wait(ctx, retryPause) != nil {
			return a, fmt.Errorf("%s %s was not answered in %v: %w", c.method, c.path, patience, err)
		}
	}
}

// again sends an acknowledged request once more, which must change nothing.
func (r *run) again(ctx context.Context, c call, first answer) error {
	second, err := r.deliver(ctx, c, 0)
	if err != nil {
		return err
	}
	if second.status != first.status || !bytes.Equal(second.body, first.body) || !second.replayed {
		return fmt.Errorf("doubled: %s %s under one key was answered %d %s, and then (replayed: %v) %d %s",
			c.method, c.path, first.status, first.body, second.replayed, second.status, second.body)
	}
	return nil
}

// get reads; anything but data is an error.
func get[T any](ctx context.Context, r *run, path string) (T, bool, error) {
	var in struct {
		Data T
		Meta struct {
			HasNext bool `json:"has_next_page"`
		}
	}
	a, err := r.deliver(ctx, call{method: http.MethodGet, path: path}, 0)
	if err == nil {
		err = json.Unmarshal(a.body, &in)
	}
	return in.Data, in.Meta.HasNext, err
}

// decode is the data of an answer.
func decode[T any](a answer) (T, error) {
	var in struct{ Data T }
	err := json.Unmarshal(a.body, &in)
	return in.Data, err
}

// wait returns early, with the reason, when ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
