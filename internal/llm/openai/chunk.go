package openai

import (
	"errors"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/upstream"
)

var (
	errJSON  = errors.New("an event of the stream is not a JSON object")
	errWhole = errors.New("the answer is not a JSON object with a choice")
)

// Event implements upstream.Vendor. It reads the little that we want to know of a chunk: the client's
// own type costs a hundred times as much to decode, and decodes text in a way that loses a character
// split over two chunks.
func (v *vendor) Event(data []byte) (upstream.Piece, error) {
	if string(data) == "[DONE]" {
		return upstream.Piece{Done: true}, nil
	}
	if len(data) == 0 || data[0] != '{' || !gjson.ValidBytes(data) {
		return upstream.Piece{}, llm.Fail(llm.KindBroken, errJSON)
	}
	var p upstream.Piece
	var err error
	gjson.ParseBytes(data).ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "choices":
			choice(&p, value.Get("0"), "delta")
		case "usage":
			p.Usage = usage(value)
		case "error":
			err = reported(value)
		}
		return err == nil
	})
	return p, err
}

// Whole implements upstream.Vendor.
func (v *vendor) Whole(body []byte) (upstream.Piece, error) {
	all := gjson.ParseBytes(body)
	if fault := all.Get("error"); fault.Exists() && fault.Type != gjson.Null {
		return upstream.Piece{}, reported(fault)
	}
	if !all.Get("choices.0.message").IsObject() {
		return upstream.Piece{}, llm.Fail(llm.KindBroken, errWhole)
	}
	p := upstream.Piece{Usage: usage(all.Get("usage"))}
	choice(&p, all.Get("choices.0"), "message")
	return p, nil
}

// choice reads the one choice that is asked for. What was said stands under said.
func choice(p *upstream.Piece, v gjson.Result, said string) {
	v.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case said:
			p.Text = text(value.Get("content")) + text(value.Get("refusal"))
			p.Calls = calls(value.Get("tool_calls"))
		case "finish_reason":
			p.Finish = finish(text(value))
		}
		return true
	})
}

// calls reads parts of calls. Those of an event that holds more than a reply may are enough to say so.
func calls(v gjson.Result) []upstream.Part {
	if !v.IsArray() {
		return nil
	}
	var all []upstream.Part
	v.ForEach(func(_, part gjson.Result) bool {
		index := upstream.Unnumbered
		if n := part.Get("index"); n.Type == gjson.Number {
			index = max(0, int(n.Int()))
		}
		all = append(all, upstream.Part{
			Index: index, ID: text(part.Get("id")),
			Name: text(part.Get("function.name")), Arguments: text(part.Get("function.arguments")),
		})
		return true
	})
	return all
}

func text(v gjson.Result) string {
	if v.Type != gjson.String {
		return ""
	}
	return v.Str
}

// finish translates why a reply ended; a reply that a filter cut is one for a human to look at.
func finish(reason string) llm.Finish {
	switch reason {
	case "":
		return ""
	case "length":
		return llm.FinishLength
	case "content_filter":
		return llm.FinishUnknown
	case "tool_calls":
		return llm.FinishCalls
	default:
		return llm.FinishStop
	}
}

func usage(v gjson.Result) llm.Usage {
	if !v.IsObject() {
		return llm.Usage{}
	}
	u := llm.Usage{
		PromptTokens:     upstream.Tokens(v.Get("prompt_tokens")),
		CachedTokens:     upstream.Tokens(v.Get("prompt_tokens_details.cached_tokens")),
		CompletionTokens: upstream.Tokens(v.Get("completion_tokens")),
	}
	u.CachedTokens = min(u.CachedTokens, u.PromptTokens)
	return u
}

// reported is an error that stands where a reply should, nil if v is null.
func reported(v gjson.Result) error {
	if v.Type == gjson.Null {
		return nil
	}
	code, name := v.Get("code"), v.Get("type").String()+" "+v.Get("code").String()
	kind := llm.KindUnavailable
	switch {
	case code.Type == gjson.Number && code.Num >= 400 && code.Num < 600:
		kind = upstream.KindOf(int(code.Num))
	case strings.Contains(name, "rate_limit"), strings.Contains(name, "overloaded"):
		kind = llm.KindOverloaded
	}
	return llm.Fail(kind, upstream.ErrReported)
}
