package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// serve answers every request by h and returns a client of it.
func serveWith(t *testing.T, h http.HandlerFunc) *client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return newClient(s.URL, "sk_test")
}

func TestTheClientSendsAndDecodes(t *testing.T) {
	t.Parallel()
	c := serveWith(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got := []string{r.Method, r.URL.Path, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), string(body)}
		want := []string{"POST", prefix + "/agents", "Bearer sk_test", "application/json", `{"name":"x"}`}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("request (-want +got):\n%s", diff)
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"message":"ok","data":{"id":"a1","name":"x"}}`) // the test fails if it is cut
	})
	var got named
	err := c.send(t.Context(), http.MethodPost, "/agents", map[string]string{"name": "x"}, &got)
	if diff := cmp.Diff(named{ID: "a1", Name: "x"}, got); diff != "" || err != nil {
		t.Errorf("send: %v (-want +got):\n%s", err, diff)
	}
}

func TestRefusalsAreInTheServersWords(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"message":"No.","code":"forbidden"}`:       `GET /agents: status 403: "No."`,
		`{"message":["name: empty"],"code":"other"}`: `GET /agents: status 403: ["name: empty"]`,
		`<html>`: `GET /agents: status 403 and no JSON`,
	} {
		c := serveWith(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, body) // as above
		})
		if err := c.get(t.Context(), "/agents", nil); err == nil || err.Error() != want {
			t.Errorf("get: %v, want %s", err, want)
		}
	}
}

// frames makes an open stream of a text.
func frames(text string) *events {
	c := &events{body: io.NopCloser(strings.NewReader(text))}
	c.lines = newLines(c.body)
	return c
}

func TestFramesAreRead(t *testing.T) {
	t.Parallel()
	e := frames("event: heartbeat\ndata: {\"ts\":1}\n\n: a comment\n\nretry: 5\n\n" +
		"event: delta\ndata: {\"message_id\":\"m\",\"text\":\"Hel\"}\n\n" +
		"id: m\nevent: message\ndata: {\"role\":\"assistant\",\"message\":\"Hello: you\"}\n\nevent: cut")
	var got []event
	for {
		f, err := e.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, f)
	}
	want := []event{
		{kind: "heartbeat"}, {kind: "delta", Text: "Hel"}, {kind: "message", Role: "assistant", Message: "Hello: you"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(event{})); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
	if _, err := frames("event: x\ndata: {\n\n").next(); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("a broken frame: %v", err)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add("event: delta\ndata: {\"text\":\"x\"}\n\n")
	f.Add("data: {}\n\nevent:\n\nid: \x00\n")
	f.Fuzz(func(t *testing.T, text string) {
		e := frames(text)
		for range len(text) + 1 {
			if _, err := e.next(); err != nil {
				return
			}
		}
		t.Errorf("%q has more frames than bytes", text)
	})
}

func TestTheReplyIsPrintedOnceHoweverItComes(t *testing.T) {
	t.Parallel()
	const whole = "event: message\ndata: {\"role\":\"assistant\",\"message\":\"Hello you\"}\n\n"
	const own = "event: message\ndata: {\"role\":\"user\",\"message\":\"Hi\"}\n\n"
	tests := map[string]struct{ stream, want string }{
		"as it is written": {own + "event: delta\ndata: {\"text\":\"Hello \"}\n\nevent: delta\ndata: {\"text\":\"you\"}\n\n" + whole, "Hello you\n(streamed in 2 pieces)\n"},
		"at once":          {whole, "Hello you\n(streamed in 0 pieces)\n"},
		"joined midway":    {"event: delta\ndata: {\"text\":\"Hello\"}\n\n" + whole, "Hello you\n(streamed in 1 pieces)\n"},
		"another at last":  {"event: delta\ndata: {\"text\":\"Wrong\"}\n\n" + whole, "Wrong\n" + demoAgent + ": Hello you\n(streamed in 1 pieces)\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			d := demo{out: printer{to: &out}}
			if err := d.print(frames(test.stream)); err != nil || out.String() != test.want {
				t.Errorf("print: %v, %q, want %q", err, out.String(), test.want)
			}
		})
	}
	d := demo{out: printer{to: io.Discard}}
	if err := d.print(frames(own)); !errors.Is(err, io.EOF) {
		t.Errorf("a stream that ends without a reply: %v", err)
	}
}

func TestADemonstrationThatFailsSaysWhyInOneLine(t *testing.T) {
	t.Parallel()
	c := serveWith(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		if _, err := io.WriteString(w, `{"message":["a","b"]}`); err != nil {
			t.Error(err)
		}
	})
	file := filepath.Join(t.TempDir(), "folder") // which is no key
	if err := os.Mkdir(file, 0o700); err != nil {
		t.Fatal(err)
	}
	var out, complaints bytes.Buffer
	d := demo{base: strings.TrimSuffix(c.root, prefix), keyFile: file, out: printer{to: &out}}
	d.show(t.Context(), printer{to: &complaints})
	if got := complaints.String(); !strings.HasPrefix(got, "bimpe: the demonstration failed: ") || strings.Count(got, "\n") != 1 {
		t.Errorf("complaints %q", got)
	}
	if !strings.Contains(out.String(), c.root) || !strings.Contains(out.String(), "Ctrl-C") {
		t.Errorf("said %q", out.String())
	}

	ended, end := context.WithCancel(t.Context())
	end()
	complaints.Reset()
	if d.show(ended, printer{to: &complaints}); complaints.Len() > 0 {
		t.Errorf("a server that ends complains: %q", complaints.String())
	}
}

func TestReasonsArePlain(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"a: b c":                           errors.New("a: b\n  c"),
		"there was no answer within 1m30s": fmt.Errorf("read: %w", context.DeadlineExceeded),
		"wait for the reply: EOF":          fmt.Errorf("wait for the reply: %w", io.EOF),
	} {
		if got := why(err); got != want {
			t.Errorf("why(%v) = %q, want %q", err, got, want)
		}
	}
}

func TestASecretIsKeptForItsOwner(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "k")
	for _, secret := range []string{"one", "two"} {
		if err := keep(file, secret); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil || string(got) != secret+"\n" {
			t.Errorf("kept %q, %v", got, err)
		}
		stat, err := os.Stat(file)
		if err != nil || stat.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", stat.Mode(), err)
		}
	}
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
