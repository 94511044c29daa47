// Package llmtest holds what every llm.Model must do, as tests. Run puts an adapter of a vendor before
// recordings of what such a vendor's server sends, good and bad; Collect checks any one stream. It
// leaves the recordings to the adapter, which knows the vendor's protocol.
package llmtest

import (
	"encoding/json"
	"io/fs"
	"iter"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/llm"
)

// Idle is how long a model may wait for a server that stalls; the recordings of it last longer.
// Patience is how long for all others, so that a busy machine is not held against a model.
const (
	Idle     = 200 * time.Millisecond
	Patience = 30 * time.Second
)

// MaxReply is the longest reply, in bytes, that a model under Run may accept.
const MaxReply = 64 << 10

// Open makes the model under test, which asks the server at url and holds to idle and MaxReply.
type Open func(t *testing.T, url string, idle time.Duration) llm.Model

// Run puts the models that open makes before the recordings in dir, one file a case, and checks
// what comes out. A recording that is missing fails the test.
func Run(t *testing.T, dir fs.FS, open Open) {
	t.Helper()
	for _, c := range cases() {
		t.Run(c.name(), func(t *testing.T) {
			t.Parallel()
			s := play(t, dir, c.recording)
			got := Collect(t, open(t, s.URL, c.idle()).Stream(t.Context(), c.request()))
			c.check(t, got)
			if n := len(s.Asked); n != 1 {
				t.Errorf("%s: asked %d times, want once: trying again is the caller's to decide", c.recording, n)
			}
		})
	}
	t.Run("break closes upstream", func(t *testing.T) { t.Parallel(); breakCloses(t, dir, open) })
	t.Run("cancel closes upstream", func(t *testing.T) { t.Parallel(); cancelCloses(t, dir, open) })
	t.Run("cancel tells the cost", func(t *testing.T) { t.Parallel(); cancelTells(t, dir, open) })
	t.Run("cancelled before", func(t *testing.T) { t.Parallel(); cancelledBefore(t, dir, open) })
	t.Run("asks anew", func(t *testing.T) { t.Parallel(); asksAnew(t, dir, open) })
	t.Run("many at once", func(t *testing.T) { t.Parallel(); manyAtOnce(t, dir, open) })
	t.Run("nobody there", func(t *testing.T) { t.Parallel(); nobodyThere(t, open) })
}

// Question is the request that Run makes.
func Question() llm.Request {
	return llm.Request{
		System:   "You answer for a bakery.",
		Messages: []llm.Message{{Role: llm.RoleUser, Text: "When do you open?"}},
	}
}

// Order is a request that offers tools.
func Order() llm.Request {
	const day = `{"type":"object","properties":{"day":{"type":"string"}}}`
	return llm.Request{
		System:   "You answer for a bakery.",
		Messages: []llm.Message{{Role: llm.RoleUser, Text: "When do you open, and what is bread?"}},
		Tools: []llm.Tool{
			{Name: "opening_hours", Description: "When the shop is open.", Schema: day},
			{Name: "price", Description: "What something costs."},
		},
	}
}

// Reply is all that came out of a stream.
type Reply struct {
	Text   string
	Deltas int
	End    *llm.End // nil if Err is set
	Err    error
}

// Collect reads a stream to its end and fails the test where it breaks the contract of
// llm.Model: text that is not UTF-8, an end that is not the last, or no end at all.
func Collect(t *testing.T, stream iter.Seq2[llm.Delta, error]) Reply {
	t.Helper()
	var r Reply
	var text strings.Builder
	for d, err := range stream {
		if r.End != nil || r.Err != nil {
			t.Errorf("after its end the stream yields (%+v, %v)", d, err)
		}
		if !utf8.ValidString(d.Text) || strings.ContainsRune(d.Text, 0) {
			t.Errorf("a delta is not clean UTF-8: %q", d.Text)
		}
		text.WriteString(d.Text)
		r.Deltas++
		r.End, r.Err = d.End, err
		checkCalls(t, d.End)
	}
	r.Text = text.String()
	if r.End == nil && r.Err == nil {
		t.Error("the stream ends without an end")
	}
	return r
}

func checkCalls(t *testing.T, end *llm.End) {
	t.Helper()
	if end == nil {
		return
	}
	if (end.Finish == llm.FinishCalls) != (len(end.Calls) > 0) || len(end.Calls) > llm.MaxCalls {
		t.Errorf("the end is %q with %d calls", end.Finish, len(end.Calls))
	}
	if len(end.Misfits) > llm.MaxCalls+1 {
		t.Errorf("the end tells of %d misfits", len(end.Misfits))
	}
	ids := map[string]bool{}
	for _, c := range end.Calls {
		if c.ID == "" || ids[c.ID] || !strings.HasPrefix(c.Arguments, "{") || !json.Valid([]byte(c.Arguments)) {
			t.Errorf("call %+v: want an id of its own and an object", c)
		}
		ids[c.ID] = true
	}
}
