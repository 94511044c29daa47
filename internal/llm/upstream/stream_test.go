package upstream_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/llmtest"
	"github.com/bimpe/bimpe/internal/llm/openai"
	"github.com/bimpe/bimpe/internal/llm/upstream"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// served makes a model whose server answers every request with body.
func served(t *testing.T, body io.ReadCloser) llm.Model {
	t.Helper()
	return modelOf(t, upstream.Config{Idle: time.Minute, Most: time.Hour}, func(context.Context) io.ReadCloser { return body })
}

// piped makes a model within the bounds of c, whose server's answer comes out of r; its end is closed
// when the request ends, as a transport does.
func piped(t *testing.T, c upstream.Config, r *io.PipeReader) llm.Model {
	t.Helper()
	return modelOf(t, c, func(ctx context.Context) io.ReadCloser {
		context.AfterFunc(ctx, func() { _ = r.Close() }) // a pipe's never fails
		return r
	})
}

func modelOf(t *testing.T, c upstream.Config, answer func(context.Context) io.ReadCloser) llm.Model {
	t.Helper()
	c.BaseURL, c.Model = "http://models.test", "m"
	c.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: answer(r.Context())}, nil
	})}
	m, err := openai.New(c)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return m
}

func text(s string) string {
	return fmt.Sprintf("data: {\"choices\":[{\"delta\":{\"content\":%q}}]}\n\n", s)
}

const end = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"

// A consumer may take its time over a delta: only the server's silence counts.
func TestSlowConsumerIsNotTheServersFault(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		body := io.NopCloser(iotestOne{strings.NewReader(text("a") + text("b") + end)})
		var got strings.Builder
		for d, err := range served(t, body).Stream(t.Context(), llmtest.Question()) {
			if err != nil {
				t.Fatalf("error %v", err)
			}
			got.WriteString(d.Text)
			waitFor(10 * time.Minute)
		}
		if got.String() != "ab" {
			t.Errorf("got %q, want ab", got.String())
		}
	})
}

// waitFor lets virtual time pass.
func waitFor(d time.Duration) { <-time.After(d) }

// iotestOne gives one byte a read, so that every read is one that the watch sees.
type iotestOne struct{ io.Reader }

func (r iotestOne) Read(p []byte) (int, error) { return r.Reader.Read(p[:min(1, len(p))]) }

// A server that always says something, however little, is not silent.
func TestSlowServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		go func() {
			for _, s := range []string{text("a"), ": still there\n\n", text("b"), end} {
				waitFor(59 * time.Second)
				_, _ = io.WriteString(w, s) // the reader is there to its end
			}
			_ = w.Close() // a pipe's never fails
		}()
		got := llmtest.Collect(t, served(t, r).Stream(t.Context(), llmtest.Question()))
		if got.Text != "ab" || got.Err != nil {
			t.Errorf("got %+v", got)
		}
	})
}

// A reply that is whole is not held up by a server that goes on sending what says nothing.
func TestNothingHoldsAWholeReplyUp(t *testing.T) {
	t.Parallel()
	finish, done, _ := strings.Cut(end, "data: [DONE]")
	done = "data: [DONE]" + done
	for name, tt := range map[string]struct {
		sent, drip string
		most       time.Duration
	}{
		"behind the reply":        {text("a") + finish, ": still there\n\n", 2 * time.Second},
		"finishing over and over": {text("a"), finish, 2*time.Second + 50*time.Millisecond},
		"behind its end":          {text("a") + finish + done, ":\n", 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, w := io.Pipe()
				gone := make(chan struct{})
				defer func() { <-gone }()
				go func() {
					defer close(gone)
					_, err := io.WriteString(w, tt.sent)
					for err == nil {
						waitFor(50 * time.Millisecond)
						_, err = io.WriteString(w, tt.drip)
					}
				}()
				begun := time.Now()
				got := llmtest.Collect(t, piped(t, upstream.Config{Idle: time.Minute, Most: time.Hour}, r).Stream(t.Context(), llmtest.Question()))
				if took := time.Since(begun); got.Text != "a" || got.Err != nil || took > tt.most {
					t.Errorf("got %+v after %v, want a after %v at most", got, took, tt.most)
				}
			})
		})
	}
}

// What had come before the end of the context, but was not passed on yet, stays unsaid.
func TestNothingIsSaidAfterTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	body := io.NopCloser(strings.NewReader(text("a") + text("b") + text("c") + end))
	said := ""
	var last error
	for d, err := range served(t, body).Stream(ctx, llmtest.Question()) {
		said += d.Text
		last = err
		cancel()
	}
	if said != "a" || !errors.Is(last, context.Canceled) {
		t.Errorf("said %q, then %v; want a, then that of the context", said, last)
	}
}

func TestDeadlineOfTheCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		context.AfterFunc(ctx, func() { _ = w.CloseWithError(context.DeadlineExceeded) }) // as a transport does
		got := llmtest.Collect(t, served(t, r).Stream(ctx, llmtest.Question()))
		if !errors.Is(got.Err, context.DeadlineExceeded) || llm.Retryable(got.Err) {
			t.Errorf("error %v, want that of the caller's context", got.Err)
		}
	})
}

// closing counts how often a body is closed.
type closing struct {
	io.Reader
	closed int
}

func (c *closing) Close() error {
	c.closed++
	return nil
}

func TestBodyIsAlwaysClosed(t *testing.T) {
	t.Parallel()
	for name, stream := range map[string]string{
		"good": text("a") + end, "cut": text("a"), "empty": "", "malformed": "data: {\n\n", "no text": end,
	} {
		body := &closing{Reader: strings.NewReader(stream)}
		llmtest.Collect(t, served(t, body).Stream(t.Context(), llmtest.Question()))
		if body.closed == 0 {
			t.Errorf("%s: the body stays open", name)
		}
	}
	body := &closing{Reader: strings.NewReader(text("a") + text("b") + end)}
	for _, err := range served(t, body).Stream(t.Context(), llmtest.Question()) {
		if err != nil {
			t.Fatalf("error %v", err)
		}
		break
	}
	if body.closed == 0 {
		t.Error("after a break the body stays open")
	}
}

func TestReplyMayBeAsLongAsAllowed(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", upstream.DefaultMaxReply)
	got := llmtest.Collect(t, served(t, io.NopCloser(strings.NewReader(text(long)+end))).Stream(t.Context(), llmtest.Question()))
	if got.Err != nil || got.Text != long {
		t.Errorf("%d bytes, error %v", len(got.Text), got.Err)
	}
	got = llmtest.Collect(t, served(t, io.NopCloser(strings.NewReader(text(long)+text("x")+end))).Stream(t.Context(), llmtest.Question()))
	if !llm.Retryable(got.Err) || got.Text != long {
		t.Errorf("one more: %d bytes, error %v", len(got.Text), got.Err)
	}
}

// Whatever a server sends, a stream holds to its contract and fails with an *llm.Error.
func FuzzStream(f *testing.F) {
	f.Add([]byte(text("a") + end))
	f.Add([]byte("data: {\"choices\":[{\"delta\":{\"content\":\"\xe4\"}}]}\r\n\r\ndata: [DONE]\r\n\r\n"))
	f.Add([]byte("event: error\ndata: {\"error\":{\"code\":429}}\n\n"))
	f.Add([]byte("data: [[[[\n\n"))
	f.Add([]byte{0, '\n', '\n'})
	f.Add([]byte("data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"price\"}}]}}]}\n\ndata: [DONE]\n\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got := llmtest.Collect(t, served(t, io.NopCloser(bytes.NewReader(body))).Stream(t.Context(), llmtest.Order()))
		if _, ok := errors.AsType[*llm.Error](got.Err); got.Err != nil && !ok {
			t.Errorf("%q: error %v (%T)", body, got.Err, got.Err)
		}
		if got.Err == nil && got.Text == "" && len(got.End.Calls) == 0 {
			t.Errorf("%q: a good reply of nothing", body)
		}
	})
}

// What a server may take to its first byte is a limit of its own.
func TestFirstByte(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		silence time.Duration
		kind    llm.Kind
	}{"in time": {50 * time.Second, ""}, "too late": {70 * time.Second, llm.KindTimeout}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, w := io.Pipe()
				var server sync.WaitGroup
				defer server.Wait()
				server.Go(func() {
					waitFor(test.silence)
					_, _ = io.WriteString(w, text("a")+end) // a client that has gone is no concern here
					_ = w.Close()                           // a pipe's never fails
				})
				m := piped(t, upstream.Config{First: time.Minute, Idle: time.Second}, r)
				checkKind(t, llmtest.Collect(t, m.Stream(t.Context(), llmtest.Question())), test.kind)
			})
		})
	}
}

// A server that says something every second and never ends is cut by the time of the whole.
func TestEndlessIsCutByTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		var server sync.WaitGroup
		defer server.Wait()
		server.Go(func() {
			for err := error(nil); err == nil; {
				waitFor(time.Second)
				_, err = io.WriteString(w, ": still there\n\n"+text("a"))
			}
		})
		m := piped(t, upstream.Config{Idle: 2 * time.Second, Most: time.Minute}, r)
		begun := time.Now()
		got := llmtest.Collect(t, m.Stream(t.Context(), llmtest.Question()))
		checkKind(t, got, llm.KindTimeout)
		if took := time.Since(begun); took != time.Minute {
			t.Errorf("cut after %v, want a minute", took)
		}
	})
}

func checkKind(t *testing.T, got llmtest.Reply, want llm.Kind) {
	t.Helper()
	if e, ok := errors.AsType[*llm.Error](got.Err); want != "" && (!ok || e.Kind != want) || want == "" && got.Err != nil {
		t.Errorf("error %v, want one of kind %q", got.Err, want)
	}
}
