package mock

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// ask sends a prompt and returns the whole answer.
func ask(t *testing.T, m Model, body string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/chat/completions", strings.NewReader(body)))
	return w
}

func TestWholeReply(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ prompt, want string }{
		"repeats the last question": {
			`{"messages":[{"role":"user","content":"one"},{"role":"assistant","content":"?"},{"role":"user","content":"two"}]}`,
			"word word | two",
		},
		"takes parts":         {`{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"text":"b"}]}]}`, "word word | ab"},
		"nothing was asked":   {`{"messages":[{"role":"system","content":"x"}]}`, "word word | "},
		"repeats no more":     {`{"messages":[{"role":"user","content":"` + strings.Repeat("x", 200) + `"}]}`, "word word | " + strings.Repeat("x", 80)},
		"neither text nor":    {`{"messages":[{"role":"user","content":7}]}`, "word word | "},
		"what it cannot know": {`{"tools":[1],"temperature":2,"messages":[{"role":"user","content":"q"}]}`, "word word | q"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got struct {
				Choices []struct{ Message struct{ Content string } }
			}
			w := ask(t, Model{Words: 2}, test.prompt)
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Choices) != 1 {
				t.Fatalf("status %d, %v: %s", w.Code, err, w.Body)
			}
			if got.Choices[0].Message.Content != test.want {
				t.Errorf("reply %q, want %q", got.Choices[0].Message.Content, test.want)
			}
		})
	}
}

func TestNotJSON(t *testing.T) {
	t.Parallel()
	if w := ask(t, Model{}, "{"); w.Code != http.StatusBadRequest {
		t.Errorf("status %d, want 400", w.Code)
	}
}

// streamed joins the deltas of a streamed answer and counts its frames.
func streamed(t *testing.T, from io.Reader) (text string, frames int) {
	t.Helper()
	for lines := bufio.NewScanner(from); lines.Scan(); {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		frames++
		if data == "[DONE]" {
			return text, frames
		}
		var chunk struct {
			Choices []struct{ Delta struct{ Content string } }
		}
		if err := json.Unmarshal([]byte(data), &chunk); err != nil {
			t.Fatalf("%v in %s", err, data)
		}
		for _, c := range chunk.Choices {
			text += c.Delta.Content
		}
	}
	t.Error("the stream ended without [DONE]")
	return text, frames
}

func TestStream(t *testing.T) {
	t.Parallel()
	w := ask(t, Model{Words: 3}, `{"stream":true,"messages":[{"role":"user","content":"how are you"}]}`)
	text, frames := streamed(t, w.Body)
	if want := "word word word | how are you"; text != want {
		t.Errorf("streamed %q, want %q", text, want)
	}
	if want := 7 + 3; frames != want { // the words, the finish, the usage, the end
		t.Errorf("%d frames, want %d", frames, want)
	}
	if got := w.Header().Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("Content-Type %q", got)
	}
}

func TestSpeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ask(t, Model{Words: 3, First: time.Second, Pause: time.Millisecond}, `{"stream":true,"messages":[{"role":"user","content":"q"}]}`)
		if got, want := time.Since(start), time.Second+5*time.Millisecond; got != want {
			t.Errorf("took %v, want %v", got, want)
		}
	})
}

func TestTheModelTellsWhenItIsAskedAndLeft(t *testing.T) {
	t.Parallel()
	asked, left := make(chan string, 1), make(chan string, 1)
	m := Model{
		First: time.Hour, Asked: func(q string) { asked <- q }, Left: func(q string) { left <- q },
	}
	for _, body := range []string{
		`{"stream":true,"messages":[{"role":"user","content":"one"}]}`, `{"messages":[{"role":"user","content":"one"}]}`,
	} {
		ctx, leave := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			m.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(body)))
		}()
		if got := <-asked; got != "one" {
			t.Errorf("asked %q", got)
		}
		leave()
		if got := <-left; got != "one" {
			t.Errorf("left %q", got)
		}
		<-done
	}
	m.First = 0
	ask(t, m, `{"messages":[{"role":"user","content":"two"}]}`)
	if <-asked; len(left) != 0 {
		t.Error("one who stayed to the end has left")
	}
}

func TestWordsThatAreMade(t *testing.T) {
	t.Parallel()
	w := ask(t, Model{Words: 2, Word: func() string { return "made " }}, `{"stream":true,"messages":[]}`)
	if n := strings.Count(w.Body.String(), `"made "`); n < 2 {
		t.Errorf("%d made words in %s", n, w.Body)
	}
}
