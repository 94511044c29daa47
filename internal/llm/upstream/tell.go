package upstream

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/llm"
)

const (
	// postscript is how long usage and end mark may take once the reply is whole.
	postscript = 2 * time.Second
	// farewell is how long the body may take to end after its end mark, which lets the
	// connection be used again.
	farewell = 100 * time.Millisecond
)

var (
	errCut   = errors.New("the stream ended before the reply did")
	errHeld  = errors.New("a filter held the reply back")
	errReply = errors.New("the reply is too long")
	errWhole = errors.New("the answer is not JSON")
)

// telling is one reply on its way from the server to the consumer.
type telling struct {
	model   *Model
	request llm.Request
	watch   *watch
	yield   func(llm.Delta, error) bool

	text    strings.Builder
	half    halves
	calls   calls
	size    int        // of all that has come of the reply, in bytes
	finish  llm.Finish // empty as long as the server has not said
	enough  bool       // of calls, so that nothing more is read
	said    llm.Usage  // what the server said
	stopped bool       // the consumer wants no more
}

// answer passes on what the server sent and closes it. A server that was asked for a whole reply may
// stream all the same; one that was asked for a stream may not answer otherwise. The error is nil when
// the consumer broke off.
func (t *telling) answer(ctx context.Context, contentType string, body io.ReadCloser) error {
	media, _, err := mime.ParseMediaType(contentType)
	if t.request.Whole && (err != nil || media != "text/event-stream") {
		return t.whole(ctx, body)
	}
	return t.tell(ctx, body)
}

// whole passes on a reply that came in one piece.
func (t *telling) whole(ctx context.Context, body io.ReadCloser) error {
	defer body.Close() //nolint:errcheck // what could be read has been read
	raw, err := io.ReadAll(body)
	switch {
	case ctx.Err() != nil:
		return ctx.Err() // Stream says why
	case err != nil:
		return llm.Fail(llm.KindBroken, errors.Join(errCut, err))
	case !json.Valid(raw):
		return llm.Fail(llm.KindBroken, errWhole)
	}
	p, err := t.model.vendor.Whole(raw)
	if err == nil {
		err = t.take(p)
	}
	if err != nil || t.stopped {
		return err
	}
	return t.end()
}

// tell passes on a stream to its end.
func (t *telling) tell(ctx context.Context, body io.ReadCloser) error {
	events := t.model.vendor.Events(body)
	defer events.Close() //nolint:errcheck // what could be read has been read
	done, err := t.pass(ctx, events)
	switch {
	case err != nil || t.stopped:
		return err
	case ctx.Err() != nil && t.finish == "":
		return ctx.Err() // Stream says why
	case t.finish == "" && !done:
		return llm.Fail(llm.KindBroken, errors.Join(errCut, events.Err()))
	}
	if err := t.end(); err != nil {
		return err
	}
	if done {
		t.watch.shorten(farewell)
		events.Next()
	}
	return nil
}

// pass passes on the text of events until the end mark, which it reports, or the end of the stream.
// Of what has come but was not passed on when ctx ended, nothing is.
func (t *telling) pass(ctx context.Context, events Events) (done bool, err error) {
	for events.Next() {
		if t.finish == "" && ctx.Err() != nil {
			return false, ctx.Err()
		}
		p, err := t.model.vendor.Event(bytes.TrimSpace(events.Data()))
		if err != nil {
			return false, err
		}
		if err := t.take(p); err != nil || t.stopped || p.Done || t.enough {
			return p.Done, err
		}
	}
	return false, nil
}

func (t *telling) take(p Piece) error {
	t.said = larger(t.said, p.Usage)
	if err := t.say(t.half.join(p.Text)); err != nil || t.stopped {
		return err
	}
	t.collect(p.Calls)
	if p.Finish != "" {
		t.finish = p.Finish
		t.watch.shorten(postscript)
	}
	return nil
}

// collect takes calls up. A reply that has too many of them, or too long ones, ends there: what it said
// before is worth as much as ever.
func (t *telling) collect(parts []Part) {
	for _, part := range parts {
		switch {
		case t.grow(len(part.Arguments)) != nil:
			t.enough, t.finish = true, llm.FinishLength
			return
		case !t.calls.add(part):
			t.enough, t.finish = true, llm.FinishCalls
			return
		}
	}
}

func (t *telling) say(text string) error {
	if text == "" {
		return nil
	}
	if err := t.grow(len(text)); err != nil {
		return err
	}
	t.text.WriteString(text)
	t.stopped = !t.yield(llm.Delta{Text: text}, nil)
	return nil
}

func (t *telling) grow(n int) error {
	if t.size += n; t.size > t.model.config.MaxReply {
		return llm.Fail(llm.KindBroken, errReply)
	}
	return nil
}

// end yields the last delta, or returns why the reply is none.
func (t *telling) end() error {
	rest := t.half.rest()
	t.text.WriteString(rest)
	end := llm.End{Finish: t.finish}
	if end.Finish == "" || end.Finish == llm.FinishCalls {
		end.Finish = llm.FinishStop // some servers say either, whether there are calls or not
	}
	end.Calls, end.Misfits = t.calls.sort(end.Finish, t.request.Tools)
	switch {
	case len(end.Calls) > 0:
		end.Finish = llm.FinishCalls
	case end.Finish == llm.FinishUnknown: // what came before the filter struck is no reply either
		return llm.Fail(llm.KindWithheld, errHeld)
	case t.text.Len() == 0:
		return llm.Fail(llm.KindBroken, nothing(end))
	}
	end.Usage = t.usage()
	t.yield(llm.Delta{Text: rest, End: &end}, nil)
	return nil
}

// nothing is why a reply holds nothing.
func nothing(end llm.End) error {
	switch {
	case len(end.Misfits) > 0:
		return &llm.CallsError{Misfits: end.Misfits}
	case end.Finish == llm.FinishLength:
		return llm.ErrNoRoom
	default:
		return llm.ErrEmpty
	}
}
