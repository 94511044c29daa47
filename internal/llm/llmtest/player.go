package llmtest

import (
	"bufio"
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strconv"
	"strings"
	"testing"
)

// Server plays one recording to all who ask.
//
// A recording is an HTTP response as text: a status line, headers, an empty line, a body. The body
// goes out line by line, flushed at each empty line. Lines that begin with ! are stage directions:
//
//	!cut             the connection breaks off
//	!stall           nothing more comes until the client has gone
//	!raw "…\xe4"     the bytes of a Go string, without a line end
//	!repeat 1000 "…" the bytes of a Go string, a thousand times; a # in it is how many went before
//
// A recording that begins with !stall stalls before its status line.
type Server struct {
	*httptest.Server
	// Asked receives a value whenever a request has come, Gone whenever a stalled client has
	// left; each has room for as many as tests make.
	Asked, Gone chan struct{}
}

const room = 64

func play(t *testing.T, dir fs.FS, name string) *Server {
	t.Helper()
	script, err := fs.ReadFile(dir, name+".http")
	if err != nil {
		t.Fatalf("recording %s: %v", name, err)
	}
	s := &Server{Asked: make(chan struct{}, room), Gone: make(chan struct{}, room)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A server notices that a client has gone only when it has read all that the client sent.
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Errorf("read the request: %v", err)
		}
		s.Asked <- struct{}{}
		stage{w: w, r: r, gone: s.Gone}.play(t, script)
	}))
	t.Cleanup(s.Close)
	return s
}

// stage is one playing of a recording.
type stage struct {
	w    http.ResponseWriter
	r    *http.Request
	gone chan<- struct{}
}

func (s stage) play(t *testing.T, script []byte) {
	t.Helper()
	if bytes.HasPrefix(script, []byte("!stall")) {
		s.stall()
		return
	}
	in := bufio.NewReader(bytes.NewReader(script))
	s.head(t, in)
	for {
		line, err := in.ReadString('\n')
		if line != "" {
			s.line(t, line)
		}
		if err != nil {
			return
		}
	}
}

func (s stage) head(t *testing.T, in *bufio.Reader) {
	t.Helper()
	text := textproto.NewReader(in)
	status, err := text.ReadLine()
	if err != nil {
		t.Errorf("read the status line: %v", err)
		return
	}
	header, err := text.ReadMIMEHeader()
	if err != nil {
		t.Errorf("read the headers: %v", err)
		return
	}
	for key, values := range header {
		s.w.Header()[key] = values
	}
	_, code, _ := strings.Cut(status, " ")
	n, err := strconv.Atoi(strings.TrimSpace(code)[:3])
	if err != nil {
		t.Errorf("status line %q: %v", status, err)
		return
	}
	s.w.WriteHeader(n)
	s.flush()
}

func (s stage) line(t *testing.T, line string) {
	t.Helper()
	words := strings.SplitN(strings.TrimRight(line, "\n"), " ", 3)
	switch words[0] {
	case "!cut":
		s.flush()
		panic(http.ErrAbortHandler)
	case "!stall":
		s.flush()
		s.stall()
	case "!raw":
		s.write(unquote(t, strings.TrimPrefix(line, "!raw ")), 1)
	case "!repeat":
		n, err := strconv.Atoi(words[1])
		if err != nil {
			t.Errorf("%q: %v", line, err)
		}
		s.write(unquote(t, words[2]), n)
	default:
		s.write(line, 1)
		if line == "\n" {
			s.flush()
		}
	}
}

func unquote(t *testing.T, s string) string {
	t.Helper()
	text, err := strconv.Unquote(strings.TrimSpace(s))
	if err != nil {
		t.Errorf("%q is not a Go string: %v", s, err)
	}
	return text
}

// write ignores errors, which say that the client has gone: that is what some tests are about.
func (s stage) write(text string, times int) {
	for i := range times {
		if _, err := s.w.Write([]byte(strings.ReplaceAll(text, "#", strconv.Itoa(i)))); err != nil {
			return
		}
	}
}

func (s stage) flush() { _ = http.NewResponseController(s.w).Flush() } // as with write

func (s stage) stall() {
	<-s.r.Context().Done()
	s.gone <- struct{}{}
}
