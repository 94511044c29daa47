package mock

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/chaos/schedule"
)

func TestMarks(t *testing.T) {
	t.Parallel()
	got := Marks("c0m1 <b>&amp;</b> and c12m34, not xc1m1 nor c1 m2")
	if diff := cmp.Diff([]string{"c0m1", "c12m34"}, got); diff != "" {
		t.Error(diff)
	}
	if Of("c12m34") != "c12" {
		t.Errorf("Of = %q", Of("c12m34"))
	}
}

// ask puts a prompt, each entry "role: text", and returns what came.
func ask(t *testing.T, m *Model, stream bool, entries ...string) (int, string, error) {
	t.Helper()
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	messages := []map[string]string{}
	for _, e := range entries {
		role, text, _ := strings.Cut(e, ": ")
		messages = append(messages, map[string]string{"role": role, "content": text})
	}
	raw, err := json.Marshal(map[string]any{"stream": stream, "messages": messages})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	res, err := server.Client().Do(r)
	if err != nil {
		return 0, "", err
	}
	body, err := io.ReadAll(res.Body)
	if err := res.Body.Close(); err != nil {
		t.Error(err)
	}
	return res.StatusCode, string(body), err
}

// said puts the pieces of a stream together.
func said(t *testing.T, body string) string {
	t.Helper()
	var all strings.Builder
	for line := range strings.Lines(body) {
		var c struct {
			Choices []struct{ Delta struct{ Content string } }
		}
		data, found := strings.CutPrefix(strings.TrimSpace(line), "data: ")
		if !found || data == "[DONE]" {
			continue
		}
		if err := json.Unmarshal([]byte(data), &c); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		all.WriteString(c.Choices[0].Delta.Content)
	}
	return all.String()
}

func TestAReplyNamesWhatIsOpen(t *testing.T) {
	t.Parallel()
	for want, prompt := range map[string][]string{
		"To c0m0":      {"system: c9m9", "user: c0m0 hello"},
		"To c0m1 c0m2": {"user: c0m0", "assistant: To c0m0", "user: c0m1", "user: c0m2"},
		"To c0m3":      {"user: c0m0", "user: c0m1", "assistant: human c0h2", "user: c0m3"},
		"To c0m4":      {"user: c0m3", "user: c0m4", "assistant: To c0m3"},
		"To":           {"user: hello"},
	} {
		_, body, err := ask(t, New(schedule.Schedule{}), true, prompt...)
		if got := said(t, body); err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", prompt, got, err, want)
		}
	}
}

func TestAWholeReply(t *testing.T) {
	t.Parallel()
	_, body, err := ask(t, New(schedule.Schedule{}), false, "user: c0m0")
	if err != nil || !strings.Contains(body, `"content":"To c0m0"`) {
		t.Errorf("%s, %v", body, err)
	}
}

// Each answer is given once, in the order of the plan, to its own customer.
func TestTheModelDoesWhatThePlanSays(t *testing.T) {
	t.Parallel()
	for what, holds := range map[schedule.Answer]func(status int, body string, err error) bool{
		schedule.Broken:    func(status int, _ string, _ error) bool { return status == 500 },
		schedule.Away:      func(status int, _ string, _ error) bool { return status == 503 },
		schedule.TooMany:   func(status int, _ string, _ error) bool { return status == 429 },
		schedule.Refuse:    func(_ int, _ string, err error) bool { return err != nil },
		schedule.Cut:       func(_ int, body string, err error) bool { return err != nil && strings.Contains(body, "about to") },
		schedule.Malformed: func(_ int, body string, _ error) bool { return strings.Contains(body, "{{{") },
		schedule.Nothing: func(_ int, body string, _ error) bool {
			return !strings.Contains(body, "content") && strings.Contains(body, "DONE")
		},
		schedule.Half: func(_ int, body string, _ error) bool { return strings.Contains(body, "\xf0\x9f\x8d") },
		schedule.Slow: func(_ int, body string, _ error) bool { return strings.Contains(body, "c0m0") },
	} {
		m := New(schedule.Schedule{Talks: []schedule.Talk{{Customer: "c0", Model: []schedule.Answer{what}}}})
		if _, body, err := ask(t, m, true, "user: c1m0"); err != nil || said(t, body) != "To c1m0" {
			t.Errorf("%s: another customer got %q, %v", what, body, err)
		}
		if status, body, err := ask(t, m, true, "user: c0m0"); !holds(status, body, err) {
			t.Errorf("%s: %d %q, %v", what, status, body, err)
		}
		if _, body, err := ask(t, m, true, "user: c0m0"); err != nil || said(t, body) != "To c0m0" {
			t.Errorf("after %s: %q, %v", what, body, err)
		}
	}
}

func TestAStallEndsWhenTheServerLeaves(t *testing.T) {
	t.Parallel()
	for _, what := range []schedule.Answer{schedule.Stall, schedule.StallMid} {
		m := New(schedule.Schedule{Talks: []schedule.Talk{{Customer: "c0", Model: []schedule.Answer{what}}}})
		begun, ended := make(chan struct{}), make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(begun)
			m.ServeHTTP(w, r)
			close(ended)
		}))
		defer server.Close()
		ctx, leave := context.WithCancel(t.Context())
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL,
			strings.NewReader(`{"stream":true,"messages":[{"role":"user","content":"c0m0"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		asked := make(chan struct{})
		go func() {
			defer close(asked)
			res, err := server.Client().Do(r)
			if err == nil {
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close() // which leaves
			}
		}()
		<-begun
		leave()
		<-asked
		<-ended
	}
}
