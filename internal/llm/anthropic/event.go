package anthropic

import (
	"errors"

	"github.com/tidwall/gjson"

	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/upstream"
)

var (
	errJSON  = errors.New("an event of the stream is not a JSON object")
	errWhole = errors.New("the answer is not a message")
)

// Event implements upstream.Vendor. Pings, thinking and what is not known yet say nothing.
func (v *vendor) Event(data []byte) (upstream.Piece, error) {
	if len(data) == 0 {
		return upstream.Piece{}, nil // a ping may come without data
	}
	if data[0] != '{' || !gjson.ValidBytes(data) {
		return upstream.Piece{}, llm.Fail(llm.KindBroken, errJSON)
	}
	event := gjson.ParseBytes(data)
	switch text(event.Get("type")) {
	case "message_start":
		// The tokens of the reply so far are not those of the reply.
		u := usage(event.Get("message.usage"))
		u.CompletionTokens = 0
		return upstream.Piece{Usage: u}, nil
	case "content_block_start":
		return block(int(event.Get("index").Int()), event.Get("content_block")), nil
	case "content_block_delta":
		return delta(event), nil
	case "message_delta":
		return upstream.Piece{
			Finish: finish(text(event.Get("delta.stop_reason"))), Usage: usage(event.Get("usage")),
		}, nil
	case "message_stop":
		return upstream.Piece{Done: true}, nil
	case "error":
		return upstream.Piece{}, reported(event)
	default:
		return upstream.Piece{}, nil
	}
}

// Whole implements upstream.Vendor.
func (v *vendor) Whole(body []byte) (upstream.Piece, error) {
	all := gjson.ParseBytes(body)
	if text(all.Get("type")) == "error" {
		return upstream.Piece{}, reported(all)
	}
	content := all.Get("content")
	if !content.IsArray() {
		return upstream.Piece{}, llm.Fail(llm.KindBroken, errWhole)
	}
	p := upstream.Piece{Finish: finish(text(all.Get("stop_reason"))), Usage: usage(all.Get("usage"))}
	index := 0
	content.ForEach(func(_, one gjson.Result) bool {
		b := block(index, one)
		p.Text += b.Text
		p.Calls = append(p.Calls, b.Calls...)
		index++
		return true
	})
	return p, nil
}

// block reads a block of content, whole or as a stream begins it. A stream begins a call with an empty
// input and sends its text afterwards.
func block(index int, v gjson.Result) upstream.Piece {
	switch text(v.Get("type")) {
	case "text":
		return upstream.Piece{Text: text(v.Get("text"))}
	case "tool_use":
		part := upstream.Part{Index: max(0, index), ID: text(v.Get("id")), Name: text(v.Get("name"))}
		if input := v.Get("input"); input.Exists() && !isEmpty(input) {
			part.Arguments = input.Raw
		}
		return upstream.Piece{Calls: []upstream.Part{part}}
	default:
		return upstream.Piece{}
	}
}

// isEmpty reports whether v is null, or an object or a list without entries.
func isEmpty(v gjson.Result) bool {
	if v.Type != gjson.JSON {
		return v.Type == gjson.Null
	}
	empty := true
	v.ForEach(func(_, _ gjson.Result) bool {
		empty = false
		return false
	})
	return empty
}

func delta(event gjson.Result) upstream.Piece {
	d := event.Get("delta")
	switch text(d.Get("type")) {
	case "text_delta":
		return upstream.Piece{Text: text(d.Get("text"))}
	case "input_json_delta":
		return upstream.Piece{Calls: []upstream.Part{{
			Index: max(0, int(event.Get("index").Int())), Arguments: text(d.Get("partial_json")),
		}}}
	default: // thinking and its signature, citations
		return upstream.Piece{}
	}
}

func text(v gjson.Result) string {
	if v.Type != gjson.String {
		return ""
	}
	return v.Str
}

// finish translates why a reply ended. One that the vendor's classifiers held back is one for a human
// to look at. A pause is the limit of the vendor's own tools, of which we offer none.
func finish(reason string) llm.Finish {
	switch reason {
	case "":
		return ""
	case "max_tokens", "model_context_window_exceeded", "pause_turn":
		return llm.FinishLength
	case "refusal":
		return llm.FinishUnknown
	case "tool_use":
		return llm.FinishCalls
	default:
		return llm.FinishStop
	}
}

// usage counts what was written to a cache and read from one as part of the prompt, which the protocol
// tells apart.
func usage(v gjson.Result) llm.Usage {
	if !v.IsObject() {
		return llm.Usage{}
	}
	cached := upstream.Tokens(v.Get("cache_read_input_tokens"))
	return llm.Usage{
		PromptTokens: upstream.Tokens(v.Get("input_tokens")) + cached +
			upstream.Tokens(v.Get("cache_creation_input_tokens")),
		CachedTokens:     cached,
		CompletionTokens: upstream.Tokens(v.Get("output_tokens")),
	}
}

// reported is an error that stands where a reply should.
func reported(v gjson.Result) error {
	kind := kindOf(text(v.Get("error.type")))
	if kind == "" {
		kind = llm.KindUnavailable
	}
	return llm.Fail(kind, upstream.ErrReported)
}
