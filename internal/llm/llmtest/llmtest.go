// Package llmtest holds what every llm.Model must do, as tests. Run puts an adapter of a vendor before
// recordings of what such a vendor's server sends, good and bad; Collect checks any one stream. It
// leaves the recordings to the adapter, which knows the vendor's protocol.
package llmtest

import (
	"errors"
	"io/fs"
	"iter"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/llm"
)

// Idle is how long a model under Run may wait for its server; the stalling recordings last longer.
const Idle = 100 * time.Millisecond

// MaxReply is the longest reply, in bytes, that a model under Run may accept.
const MaxReply = 64 << 10

// Open makes the model under test, which asks the server at url and holds to Idle and MaxReply.
type Open func(t *testing.T, url string) llm.Model

// Run puts the models that open makes before the recordings in dir, one file a case, and checks
// what comes out. A recording that is missing fails the test.
func Run(t *testing.T, dir fs.FS, open Open) {
	t.Helper()
	for _, c := range cases() {
		t.Run(c.recording, func(t *testing.T) {
			t.Parallel()
			s := play(t, dir, c.recording)
			got := Collect(t, open(t, s.URL).Stream(t.Context(), Question()))
			c.check(t, got)
		})
	}
	t.Run("break closes upstream", func(t *testing.T) { t.Parallel(); breakCloses(t, dir, open) })
	t.Run("cancel closes upstream", func(t *testing.T) { t.Parallel(); cancelCloses(t, dir, open) })
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
	}
	r.Text = text.String()
	if r.End == nil && r.Err == nil {
		t.Error("the stream ends without an end")
	}
	return r
}

// expectation is what a recording must come to. A kind means failure, and text then what comes before.
type expectation struct {
	recording  string
	text       string
	finish     llm.Finish
	usage      llm.Usage // compared unless Estimated, which only wants numbers
	kind       llm.Kind
	retryAfter time.Duration
}

func (e expectation) check(t *testing.T, got Reply) {
	t.Helper()
	if e.text != "" && got.Text != e.text {
		t.Errorf("%s: text %q, want %q", e.recording, got.Text, e.text)
	}
	if e.kind != "" {
		e.checkError(t, got.Err)
		return
	}
	if got.Err != nil {
		t.Fatalf("%s: error %v, want none", e.recording, got.Err)
	}
	if got.End.Finish != e.finish {
		t.Errorf("%s: finish %q, want %q", e.recording, got.End.Finish, e.finish)
	}
	u := got.End.Usage
	if e.usage.Estimated && (!u.Estimated || u.PromptTokens == 0 || u.CompletionTokens == 0) {
		t.Errorf("%s: usage %+v, want an estimate", e.recording, u)
	}
	if !e.usage.Estimated && u != e.usage {
		t.Errorf("%s: usage %+v, want %+v", e.recording, u, e.usage)
	}
}

func (e expectation) checkError(t *testing.T, err error) {
	t.Helper()
	got, ok := errors.AsType[*llm.Error](err)
	if !ok {
		t.Fatalf("%s: error %v (%T), want an *llm.Error of kind %q", e.recording, err, err, e.kind)
	}
	if got.Kind != e.kind || got.RetryAfter != e.retryAfter {
		t.Errorf("%s: kind %q after %v, want %q after %v (%v)",
			e.recording, got.Kind, got.RetryAfter, e.kind, e.retryAfter, err)
	}
}

func cases() []expectation {
	guess := llm.Usage{Estimated: true}
	return []expectation{
		{recording: "reply", text: "We open at nine.", finish: llm.FinishStop, usage: llm.Usage{PromptTokens: 21, CompletionTokens: 5}},
		{recording: "length", text: "We open", finish: llm.FinishLength, usage: guess},
		{recording: "filtered", text: "We ", finish: llm.FinishUnknown, usage: guess},
		{recording: "no_usage", text: "We open at nine.", finish: llm.FinishStop, usage: guess},
		{recording: "no_done", text: "We open at nine.", finish: llm.FinishStop, usage: guess},
		{recording: "no_finish", text: "We open at nine.", finish: llm.FinishStop, usage: guess},
		{recording: "stall_after_finish", text: "We open at nine.", finish: llm.FinishStop, usage: guess},
		{recording: "keep_alive", text: "We open at nine.", finish: llm.FinishStop, usage: guess},
		{recording: "half_utf8", text: "Voilà 你好 🍞!", finish: llm.FinishStop, usage: guess},
		{recording: "bad_utf8", text: "a\uFFFDb\uFFFDc\uFFFD", finish: llm.FinishStop, usage: guess},
		{recording: "overloaded", kind: llm.KindOverloaded, retryAfter: 7 * time.Second},
		{recording: "overloaded_date", kind: llm.KindOverloaded, retryAfter: 90 * time.Second},
		{recording: "no_quota", kind: llm.KindRefused},
		{recording: "unavailable", kind: llm.KindUnavailable},
		{recording: "refused", kind: llm.KindRefused},
		{recording: "invalid", kind: llm.KindInvalid},
		{recording: "cut", text: "We open", kind: llm.KindBroken},
		{recording: "unfinished", text: "We open", kind: llm.KindBroken},
		{recording: "empty", kind: llm.KindBroken},
		{recording: "empty_reply", kind: llm.KindBroken},
		{recording: "malformed", text: "We open", kind: llm.KindBroken},
		{recording: "not_a_stream", kind: llm.KindBroken},
		{recording: "endless", kind: llm.KindBroken},
		{recording: "long_event", kind: llm.KindBroken},
		{recording: "error_in_stream", text: "We open", kind: llm.KindOverloaded},
		{recording: "stall", text: "We open", kind: llm.KindTimeout},
		{recording: "stall_at_first", kind: llm.KindTimeout},
		{recording: "stall_in_error", kind: llm.KindTimeout},
	}
}
