package openai

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/openai/openai-go/v3/packages/ssestream"

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
	errEmpty = errors.New("the reply is empty")
	errReply = errors.New("the reply is too long")
)

// telling is one reply on its way from the server to the consumer.
type telling struct {
	model   *Model
	request llm.Request
	watch   *watch
	yield   func(llm.Delta, error) bool

	text    strings.Builder
	half    halves
	finish  llm.Finish // empty as long as the server has not said
	usage   *llm.Usage
	stopped bool // the consumer wants no more
}

// tell passes on a stream to its end and closes it. The error is nil when the consumer broke off.
func (t *telling) tell(ctx context.Context, body *guarded) error {
	events := ssestream.NewDecoder(&http.Response{Body: body, Header: http.Header{}})
	defer events.Close() //nolint:errcheck // what could be read has been read
	done, err := t.pass(ctx, events)
	switch {
	case err != nil || t.stopped:
		return err
	case ctx.Err() != nil && t.finish == "":
		return ctx.Err() // Stream says why
	case t.finish == "" && !done:
		return llm.Fail(llm.KindBroken, errors.Join(errCut, events.Err()))
	case t.text.Len() == 0 && t.half.pending == "":
		return llm.Fail(llm.KindBroken, errEmpty)
	}
	t.end()
	if done {
		t.watch.shorten(farewell)
		events.Next()
	}
	return nil
}

// pass passes on the text of events until the end mark, which it reports, or the end of the stream.
// Of what has come but was not passed on when ctx ended, nothing is.
func (t *telling) pass(ctx context.Context, events ssestream.Decoder) (done bool, err error) {
	for events.Next() {
		if t.finish == "" && ctx.Err() != nil {
			return false, ctx.Err()
		}
		data := bytes.TrimSpace(events.Event().Data)
		if string(data) == "[DONE]" {
			return true, nil
		}
		c, err := parse(data)
		if err != nil {
			return false, err
		}
		if err := t.take(c); err != nil || t.stopped {
			return false, err
		}
	}
	return false, nil
}

func (t *telling) take(c chunk) error {
	if c.usage != nil {
		t.usage = c.usage
	}
	if err := t.say(t.half.join(c.text)); err != nil || t.stopped {
		return err
	}
	if c.finish != "" {
		t.finish = c.finish
		t.watch.shorten(postscript)
	}
	return nil
}

func (t *telling) say(text string) error {
	if text == "" {
		return nil
	}
	if t.text.Len()+len(text) > t.model.config.MaxReply {
		return llm.Fail(llm.KindBroken, errReply)
	}
	t.text.WriteString(text)
	t.stopped = !t.yield(llm.Delta{Text: text}, nil)
	return nil
}

// end yields the last delta.
func (t *telling) end() {
	rest := t.half.rest()
	t.text.WriteString(rest)
	end := llm.End{Finish: t.finish}
	if end.Finish == "" {
		end.Finish = llm.FinishStop
	}
	if t.usage != nil {
		end.Usage = *t.usage
	} else {
		end.Usage = estimate(t.request, t.text.String())
	}
	t.yield(llm.Delta{Text: rest, End: &end}, nil)
}
