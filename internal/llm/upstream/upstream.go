// Package upstream is what the adapters of the vendors have in common: it asks a server through a
// vendor's client, bounds what the server may send in time, size and number, puts its pieces together
// to a reply, and turns every way of failing into an *llm.Error without the key. It knows no protocol:
// a Vendor does. It never retries, which is the caller's to decide.
package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"

	"github.com/bimpe/bimpe/internal/llm"
)

// Vendor speaks one vendor's protocol. It may be used by many goroutines.
type Vendor interface {
	// Encode writes a request. Its error is an *llm.Error.
	Encode(r llm.Request) ([]byte, error)
	// Post sends a request by the vendor's client, which must not retry, and returns what the
	// server answered, if it did, and the client's error.
	Post(ctx context.Context, body []byte) (*http.Response, error)
	// Events cuts a body into the events of a stream.
	Events(body io.ReadCloser) Events
	// Event reads one event. Its error is an *llm.Error: the server's own that stands in the
	// stream, or one of KindBroken.
	Event(data []byte) (Piece, error)
	// Whole reads a reply that came in one piece. Its error is as that of Event.
	Whole(body []byte) (Piece, error)
	// Refusal reads what Post returned for a status of 400 and more: the kind, or none where the
	// status says enough, and the server's own names for what is wrong.
	Refusal(err error) (llm.Kind, []string)
}

// Events are those of a stream, read like a bufio.Scanner.
type Events interface {
	Next() bool
	Data() []byte
	Err() error
	Close() error
}

// Piece is what one event comes to. The zero Piece is an event that says nothing.
type Piece struct {
	Text   string // may begin and end in the middle of a character
	Calls  []Part
	Finish llm.Finish // empty: it goes on
	Usage  llm.Usage  // numbers so far; 0 where nothing is said
	Done   bool       // the mark at the very end of a stream
}

// Part is a piece of a call.
type Part struct {
	Index     int // which call of the reply it belongs to; Unnumbered: the server does not say
	ID, Name  string
	Arguments string // may begin and end in the middle of a character
}

// Unnumbered is the Index of a part whose server gives none.
const Unnumbered = -1

// Model asks one model of a server. It may be used by many goroutines.
type Model struct {
	config Config
	vendor Vendor
}

// New returns the model that c names and v speaks to. c must have been completed.
func New(c Config, v Vendor) *Model { return &Model{config: c, vendor: v} }

// Name returns the vendor's and the model's name.
func (m *Model) Name() string { return m.config.vendor + "/" + m.config.Model }

// Stream implements llm.Model.
func (m *Model) Stream(outer context.Context, r llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		ctx, cancel := context.WithCancelCause(outer)
		defer cancel(nil)
		ctx, release := context.WithTimeoutCause(ctx, m.config.Most, errMost)
		defer release()
		w := newWatch(m.config, cancel)
		defer w.end()
		t := &telling{model: m, request: r, watch: w, yield: yield}
		media, body, err := m.ask(ctx, r)
		if err == nil {
			err = t.answer(ctx, media, &guarded{body: body, watch: w})
		}
		if err != nil {
			yield(llm.Delta{}, t.charge(m.fault(outer, ctx, err)))
		}
	}
}

// fault says whose fault the end of a stream was: the caller's context, our own watch, or err.
func (m *Model) fault(outer, ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	switch {
	case outer.Err() != nil:
		return outer.Err()
	case errors.Is(cause, errIdle):
		return late(errIdle, err)
	case errors.Is(cause, errMost):
		return late(fmt.Errorf("%w after %v", errMost, m.config.Most), err)
	default:
		return err
	}
}

// late is that our own watch ended a stream, whose server may have answered with an error before.
func late(watch, err error) *llm.Error {
	out := llm.Fail(llm.KindTimeout, watch)
	if e, ok := errors.AsType[*llm.Error](err); ok {
		out.Answered = e.Answered
	}
	return out
}

// ask sends the request and returns the media type and the body of a good answer; the caller closes
// the body.
func (m *Model) ask(ctx context.Context, r llm.Request) (string, io.ReadCloser, error) {
	body, err := m.vendor.Encode(r)
	if err != nil {
		return "", nil, err
	}
	res, err := m.vendor.Post(ctx, body)
	if err != nil {
		return "", nil, m.failure(res, err)
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		_ = res.Body.Close() // nothing of it is wanted
		return "", nil, llm.Fail(llm.KindInvalid, errors.New(statusLine(res.StatusCode)))
	}
	return res.Header.Get("Content-Type"), res.Body, nil
}
