package llmtest

import (
	"context"
	"errors"
	"io/fs"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/bimpe/bimpe/internal/llm"
)

// breakCloses needs the server to see that its client has gone; if it never does, the test hangs.
func breakCloses(t *testing.T, dir fs.FS, open Open) {
	t.Helper()
	s := play(t, dir, "stall")
	for d, err := range open(t, s.URL, Patience).Stream(t.Context(), Question()) {
		if err != nil {
			t.Fatalf("first delta: %v", err)
		}
		if d.Text != "" {
			break
		}
	}
	<-s.Gone
}

func cancelCloses(t *testing.T, dir fs.FS, open Open) {
	t.Helper()
	for _, recording := range []string{"stall", "stall_at_first"} {
		s := play(t, dir, recording)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-s.Asked
			cancel()
		}()
		got := Collect(t, open(t, s.URL, Patience).Stream(ctx, Question()))
		if !errors.Is(got.Err, context.Canceled) {
			t.Errorf("%s: error %v, want that of the context", recording, got.Err)
		}
		if llm.Retryable(got.Err) {
			t.Errorf("%s: a cancelled stream is retryable: %v", recording, got.Err)
		}
		<-s.Gone
	}
}

// cancelTells wants the cost of what had come when the stream was cancelled.
func cancelTells(t *testing.T, dir fs.FS, open Open) {
	t.Helper()
	s := play(t, dir, "stall")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for d, err := range open(t, s.URL, Patience).Stream(ctx, Question()) {
		if last = err; d.Text != "" {
			cancel()
		}
	}
	if u := llm.Spent(last); !errors.Is(last, context.Canceled) || u.PromptTokens == 0 || u.CompletionTokens == 0 {
		t.Errorf("error %v, which cost %+v; want that of the context and what the reply has cost so far", last, u)
	}
}

func cancelledBefore(t *testing.T, dir fs.FS, open Open) {
	t.Helper()
	s := play(t, dir, "reply")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got := Collect(t, open(t, s.URL, Patience).Stream(ctx, Question()))
	if !errors.Is(got.Err, context.Canceled) {
		t.Errorf("error %v, want that of the context", got.Err)
	}
}

func asksAnew(t *testing.T, dir fs.FS, open Open) {
	t.Helper()
	s := play(t, dir, "reply")
	stream := open(t, s.URL, Patience).Stream(t.Context(), Question())
	if n := len(s.Asked); n != 0 {
		t.Errorf("asked %d times before the stream was read, want 0", n)
	}
	first, second := Collect(t, stream), Collect(t, stream)
	if first.Text != second.Text || first.Err != nil || second.Err != nil {
		t.Errorf("read twice: %+v and %+v", first, second)
	}
	if n := len(s.Asked); n != 2 {
		t.Errorf("asked %d times, want 2", n)
	}
}

func manyAtOnce(t *testing.T, dir fs.FS, open Open) {
	t.Helper()
	const many = 16
	s := play(t, dir, "half_utf8")
	m := open(t, s.URL, Patience)
	var streams sync.WaitGroup
	for range many {
		streams.Go(func() {
			if got := Collect(t, m.Stream(t.Context(), Question())); got.Text != "Voilà 你好 🍞!" || got.Err != nil {
				t.Errorf("one of many: %+v", got)
			}
		})
	}
	streams.Wait()
}

func nobodyThere(t *testing.T, open Open) {
	t.Helper()
	s := httptest.NewServer(nil)
	url := s.URL
	s.Close()
	got := Collect(t, open(t, url, Patience).Stream(t.Context(), Question()))
	expectation{recording: "nobody there", kind: llm.KindUnavailable}.checkError(t, got.Err)
}
