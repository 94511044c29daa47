// Package mock is a model that fails on purpose. It is an OpenAI-compatible server; what it does at
// each asking about a conversation was decided beforehand. A reply of it names the customer's messages
// that it answers, by which one sees afterwards what became of each. It may be asked by many at once.
package mock

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bimpe/bimpe/chaos/schedule"
)

// marks are how messages are recognized: whose, and the how manieth it is.
var marks = regexp.MustCompile(`\bc\d+m\d+\b`)

// Marks are those that stand in a text, in order.
func Marks(text string) []string { return marks.FindAllString(text, -1) }

// Of is the customer of a mark.
func Of(mark string) string {
	customer, _, _ := strings.Cut(mark, "m")
	return customer
}

// humans is how the messages of humans begin; what stands before one is the human's to answer.
const humans = "human "

// Model answers as the talks of a schedule say.
type Model struct {
	mu   sync.Mutex
	plan map[string][]schedule.Answer // by customer, what is left of it
}

// New returns the model of a schedule.
func New(s schedule.Schedule) *Model {
	m := &Model{plan: map[string][]schedule.Answer{}}
	for _, t := range s.Talks {
		m.plan[t.Customer] = slices.Clone(t.Model)
	}
	return m
}

// next takes what is to be done now.
func (m *Model) next(customer string) schedule.Answer {
	m.mu.Lock()
	defer m.mu.Unlock()
	plan := m.plan[customer]
	if len(plan) == 0 {
		return schedule.Good
	}
	m.plan[customer] = plan[1:]
	return plan[0]
}

// prompt is what of a request counts here.
type prompt struct {
	Stream   bool `json:"stream"`
	Messages []struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	} `json:"messages"`
}

// maxPrompt is more than a server should send.
const maxPrompt = 8 << 20

// ServeHTTP answers POST /v1/chat/completions.
func (m *Model) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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
	open := p.open()
	customer := ""
	if len(open) > 0 {
		customer = Of(open[0])
	}
	a := &asking{w: w, gone: r.Context().Done(), stream: p.Stream, open: open}
	a.answer(m.next(customer))
}

// open are the customer's messages that no reply has named and no human has taken over.
func (p prompt) open() []string {
	var open []string
	for _, m := range p.Messages {
		switch {
		case m.Role == "user":
			open = append(open, Marks(m.Content)...)
		case m.Role == "assistant" && strings.HasPrefix(m.Content, humans):
			open = nil
		case m.Role == "assistant":
			named := Marks(m.Content)
			open = slices.DeleteFunc(open, func(mark string) bool { return slices.Contains(named, mark) })
		}
	}
	return open
}

// asking is one request.
type asking struct {
	w      http.ResponseWriter
	gone   <-chan struct{}
	stream bool
	open   []string
	begun  bool
}

// The speed of the model.
const (
	wordPause = 4 * time.Millisecond
	slowStart = 250 * time.Millisecond
)

// answer does what was decided. What a server says before it breaks off is cut here by a panic that
// net/http knows.
func (a *asking) answer(what schedule.Answer) {
	switch what {
	case schedule.Broken:
		a.fail(http.StatusInternalServerError)
	case schedule.Away:
		a.fail(http.StatusServiceUnavailable)
	case schedule.TooMany:
		a.w.Header().Set("Retry-After-Ms", "40")
		a.fail(http.StatusTooManyRequests)
	case schedule.Refuse:
		panic(http.ErrAbortHandler)
	case schedule.Stall:
		<-a.gone
	case schedule.StallMid:
		a.say("I was ")
		<-a.gone
	case schedule.Cut:
		a.say("I was about to ")
		panic(http.ErrAbortHandler)
	case schedule.Malformed:
		a.say("I was ")
		a.write("data: {\"choices\":[{\"delta\":{\"content\":\"{{{\n\n")
	case schedule.Nothing:
		a.finish("")
	case schedule.Slow:
		if a.wait(slowStart) {
			a.reply("")
		}
	case schedule.Half:
		a.reply(" \xf0\x9f\x8d")
	default:
		a.reply("")
	}
}

// reply names what is open, word by word, or in one piece if it was asked so.
func (a *asking) reply(end string) {
	words := []string{"To"}
	for _, mark := range a.open {
		words = append(words, " "+mark)
	}
	if !a.stream {
		a.finish(strings.Join(words, "") + end)
		return
	}
	for _, word := range words {
		a.say(word)
		if !a.wait(wordPause) {
			return
		}
	}
	a.finish(end)
}

// wait reports whether the reader is still there afterwards.
func (a *asking) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-a.gone:
		return false
	}
}

// say streams a piece; one who is asked for a whole reply begins it and keeps silent.
func (a *asking) say(text string) {
	if !a.stream {
		a.write(`{"choices":[`)
		return
	}
	a.frame(`{"index":0,"delta":{"role":"assistant","content":` + quote(text) + `},"finish_reason":null}`)
}

// finish ends a reply.
func (a *asking) finish(text string) {
	if !a.stream {
		a.w.Header().Set("Content-Type", "application/json")
		a.write(`{"id":"c1","object":"chat.completion","created":1,"model":"chaos","choices":[{"index":0,"message":` +
			`{"role":"assistant","content":` + quote(text) + `},"finish_reason":"stop"}]}`)
		return
	}
	if text != "" {
		a.say(text)
	}
	a.frame(`{"index":0,"delta":{},"finish_reason":"stop"}`)
	a.write("data: [DONE]\n\n")
}

func (a *asking) frame(choice string) {
	a.write(`data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"chaos","choices":[` + choice + "]}\n\n")
}

func (a *asking) write(text string) {
	if !a.begun && a.stream {
		a.w.Header().Set("Content-Type", "text/event-stream")
	}
	a.begun = true
	// A reader who has left is no fault, here and below.
	_, _ = io.WriteString(a.w, text)
	_ = http.NewResponseController(a.w).Flush()
}

func (a *asking) fail(status int) {
	a.w.Header().Set("Content-Type", "application/json")
	a.w.WriteHeader(status)
	_, _ = io.WriteString(a.w, `{"error":{"message":"on purpose","type":"server_error"}}`)
}

// quote is a JSON string of the very bytes, also of those that are no text.
func quote(text string) string {
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(text) + `"`
}
