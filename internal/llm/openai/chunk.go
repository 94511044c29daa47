package openai

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/bimpe/bimpe/internal/llm"
)

// chunk is the little that we want to know of an event. The client's own type costs a hundred times
// as much to decode, and decodes text in a way that loses a character split over two chunks.
type chunk struct {
	text   string // may begin and end in the middle of a character
	finish llm.Finish
	usage  *llm.Usage
}

var errJSON = errors.New("an event of the stream is not a JSON object")

// parse reads one event. An error that the server reports in mid stream is an *llm.Error.
func parse(data []byte) (chunk, error) {
	if len(data) == 0 || data[0] != '{' || !gjson.ValidBytes(data) {
		return chunk{}, llm.Fail(llm.KindBroken, errJSON)
	}
	var c chunk
	var err error
	gjson.ParseBytes(data).ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "choices":
			c.choice(value.Get("0"))
		case "usage":
			c.usage = usage(value)
		case "error":
			err = reported(value)
		}
		return err == nil
	})
	return c, err
}

func (c *chunk) choice(v gjson.Result) {
	v.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "delta":
			c.text = text(value.Get("content")) + text(value.Get("refusal"))
		case "finish_reason":
			c.finish = finish(text(value))
		}
		return true
	})
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
	default:
		return llm.FinishStop
	}
}

func usage(v gjson.Result) *llm.Usage {
	if !v.IsObject() {
		return nil
	}
	return &llm.Usage{
		PromptTokens:     tokens(v.Get("prompt_tokens")),
		CompletionTokens: tokens(v.Get("completion_tokens")),
	}
}

// tokens holds a server's number within what can be added up.
func tokens(v gjson.Result) int {
	const most = 1 << 30
	if v.Type != gjson.Number || !(v.Num > 0) {
		return 0
	}
	return int(min(v.Num, most))
}

// halves puts together characters that a server splits over chunks, and makes the rest valid text.
type halves struct {
	pending string // the beginning of a character
}

// join returns as much of the text so far as is whole.
func (h *halves) join(s string) string {
	s = h.pending + s
	cut := wholeLength(s)
	h.pending = s[cut:]
	return clean(s[:cut])
}

// rest returns what stands for a character that never became whole.
func (h *halves) rest() string {
	s := clean(h.pending)
	h.pending = ""
	return s
}

// wholeLength is where the beginning of a last, incomplete character stands, or the end of s.
func wholeLength(s string) int {
	for i := len(s) - 1; i >= max(0, len(s)-utf8.UTFMax+1); i-- {
		if utf8.RuneStart(s[i]) {
			if utf8.FullRuneInString(s[i:]) {
				return len(s)
			}
			return i
		}
	}
	return len(s)
}

// clean replaces what is not UTF-8, and NUL, which not every store can hold.
func clean(s string) string {
	const replacement = "\uFFFD"
	s = strings.ToValidUTF8(s, replacement)
	if strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(s, "\x00", replacement)
}
