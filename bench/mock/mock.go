// Package mock is an OpenAI-compatible model that answers at a set speed, for measuring what a server
// adds to a model's own time. It may be used by many goroutines.
package mock

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// Model says the same words every time. Its zero value says none; it must not be changed in use.
type Model struct {
	Words int           // in a reply, before it repeats the beginning of the question
	First time.Duration // until the first word
	Pause time.Duration // between words

	// Word, where it is set, makes each word just before it is streamed.
	Word func() string
	// Asked and Left, where they are set, hear of a question when it comes, and when whoever asked
	// has gone before the answer's end. They may be called by many goroutines.
	Asked, Left func(question string)
}

// maxPrompt is more than a server should send, and repeated how much of the question comes back.
const (
	maxPrompt = 8 << 20
	repeated  = 80
)

// prompt is what of a request counts here.
type prompt struct {
	Model    string `json:"model"`
	Stream   bool   `json:"stream"`
	Messages []struct {
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
	} `json:"messages"`
}

// ServeHTTP answers POST /v1/chat/completions, word by word if it is asked to stream.
func (m Model) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var p prompt
	// All of the body is read, or else it would not be seen that whoever asked has left.
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxPrompt))
	if err == nil {
		err = json.Unmarshal(raw, &p)
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	question := p.question()
	tell(m.Asked, question)
	if !m.answer(w, r, p) {
		tell(m.Left, question)
	}
}

func tell(whom func(string), question string) {
	if whom != nil {
		whom(question)
	}
}

// answer reports whether the reader stayed to the end.
func (m Model) answer(w http.ResponseWriter, r *http.Request, p prompt) bool {
	reply := m.reply(p.question())
	if p.Stream {
		return m.stream(w, r, reply)
	}
	if !wait(r, m.First) {
		return false
	}
	w.Header().Set("Content-Type", "application/json")
	message := map[string]any{"role": "assistant", "content": reply}
	// The reader may have left, which is no fault of ours, here and below.
	_, _ = w.Write(encode(answer("chat.completion", usage(), map[string]any{
		"index": 0, "message": message, "finish_reason": "stop",
	})))
	return true
}

func (m Model) reply(question string) string {
	return strings.Repeat("word ", m.Words) + "| " + question[:min(len(question), repeated)]
}

// stream sends and flushes each word by itself, as servers of models do, the head at once.
func (m Model) stream(w http.ResponseWriter, r *http.Request, reply string) bool {
	w.Header().Set("Content-Type", "text/event-stream")
	flusher := http.NewResponseController(w)
	if m.First > 0 {
		_ = flusher.Flush() // as below
	}
	if !wait(r, m.First) {
		return false
	}
	send := func(usage any, choices ...any) {
		_, _ = w.Write(append(append([]byte("data: "), encode(answer("chat.completion.chunk", usage, choices...))...), "\n\n"...))
		_ = flusher.Flush()
	}
	for _, word := range strings.SplitAfter(reply, " ") {
		if m.Word != nil {
			word = m.Word()
		}
		delta := map[string]any{"role": "assistant", "content": word}
		send(nil, map[string]any{"index": 0, "delta": delta, "finish_reason": nil})
		if !wait(r, m.Pause) {
			return false
		}
	}
	send(nil, map[string]any{"index": 0, "delta": map[string]any{}, "finish_reason": "stop"})
	send(usage())
	_, _ = io.WriteString(w, "data: [DONE]\n\n")
	return true
}

func usage() any {
	return map[string]int{"prompt_tokens": 10, "completion_tokens": 40, "total_tokens": 50}
}

// answer is a whole answer or a piece of one. Without choices it has an empty list of them.
func answer(object string, usage any, choices ...any) map[string]any {
	a := map[string]any{"id": "chatcmpl-1", "object": object, "created": 1, "model": "mock", "choices": choices}
	if choices == nil {
		a["choices"] = []any{}
	}
	if usage != nil {
		a["usage"] = usage
	}
	return a
}

// encode is JSON of what can always be encoded.
func encode(v any) []byte {
	raw, _ := json.Marshal(v)
	return raw
}

// wait reports whether the reader is still there afterwards.
func wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// question is the last text of the customer, which may come as a string or in parts.
func (p prompt) question() string {
	for i := len(p.Messages) - 1; i >= 0; i-- {
		if p.Messages[i].Role != "user" {
			continue
		}
		var text string
		if json.Unmarshal(p.Messages[i].Content, &text) == nil {
			return text
		}
		var parts []struct{ Text string }
		// What is neither is a question without words.
		_ = json.Unmarshal(p.Messages[i].Content, &parts)
		for _, part := range parts {
			text += part.Text
		}
		return text
	}
	return ""
}
