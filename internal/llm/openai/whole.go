package openai

import (
	"context"
	"errors"
	"io"
	"mime"

	"github.com/tidwall/gjson"

	"github.com/bimpe/bimpe/internal/llm"
)

var errWhole = errors.New("the answer is not a JSON object with a choice")

// answer passes on what the server sent. A server that was asked for a whole reply may stream all
// the same; one that was asked for a stream may not answer otherwise.
func (t *telling) answer(ctx context.Context, contentType string, body *guarded) error {
	media, _, err := mime.ParseMediaType(contentType)
	if t.request.Whole && (err != nil || media != "text/event-stream") {
		return t.whole(ctx, body)
	}
	return t.tell(ctx, body)
}

// whole passes on a reply that came in one piece.
func (t *telling) whole(ctx context.Context, body *guarded) error {
	defer body.Close() //nolint:errcheck // what could be read has been read
	raw, err := io.ReadAll(body)
	switch {
	case ctx.Err() != nil:
		return ctx.Err() // Stream says why
	case err != nil:
		return llm.Fail(llm.KindBroken, errors.Join(errCut, err))
	case !gjson.ValidBytes(raw) || !gjson.GetBytes(raw, "choices.0.message").IsObject():
		return llm.Fail(llm.KindBroken, errWhole)
	}
	parsed := gjson.ParseBytes(raw)
	choice := parsed.Get("choices.0")
	t.usage = usage(parsed.Get("usage"))
	t.finish = finish(text(choice.Get("finish_reason")))
	if err := t.say(clean(text(choice.Get("message.content")) + text(choice.Get("message.refusal")))); err != nil {
		return err
	}
	if t.text.Len() == 0 {
		return llm.Fail(llm.KindBroken, errEmpty)
	}
	if !t.stopped {
		t.end()
	}
	return nil
}
