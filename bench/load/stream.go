package load

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Event is a message that came by a stream.
type Event struct {
	At      time.Time // when it had been read
	Role    string
	Message string
}

// Stream is one open event stream, with a connection of its own. One goroutine reads it until Close.
type Stream struct {
	// Events are the messages; what is not taken in time is waited for. It is closed at the stream's
	// end.
	Events chan Event

	conn  net.Conn
	left  chan struct{}
	ended sync.WaitGroup
}

const (
	// backlog is more messages than a worker leaves untaken.
	backlog = 16
	// lineBuffer is small, since there may be ten thousand of them; a longer line makes it grow.
	lineBuffer = 1 << 10
	maxLine    = 1 << 20
)

// open opens the stream at path. It writes its own HTTP, so that ten thousand of them weigh little on
// this side of the measurement.
func (c *Client) open(ctx context.Context, path string) (*Stream, error) {
	host := strings.TrimPrefix(c.base, "http://")
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	body, err := c.ask(conn, host, path)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	s := &Stream{Events: make(chan Event, backlog), conn: conn, left: make(chan struct{})}
	s.ended.Go(func() { s.read(body, c.now) })
	return s, nil
}

// ask sends the request and reads the head of its answer.
func (c *Client) ask(conn net.Conn, host, path string) (io.Reader, error) {
	if err := conn.SetDeadline(c.now().Add(patience)); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: "+host+"\r\nAccept: text/event-stream\r\n\r\n"); err != nil {
		return nil, err
	}
	answer, err := http.ReadResponse(bufio.NewReaderSize(conn, lineBuffer), nil)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		text, err := io.ReadAll(io.LimitReader(answer.Body, lineBuffer))
		return nil, errors.Join(fmt.Errorf("open a stream: %d %s", answer.StatusCode, text), err, answer.Body.Close())
	}
	// Closing the connection closes the body.
	return answer.Body, conn.SetDeadline(time.Time{})
}

// Close ends the stream and waits for its reader.
func (s *Stream) Close() {
	close(s.left)
	_ = s.conn.Close() // there is nothing left to lose
	s.ended.Wait()
}

func (s *Stream) read(body io.Reader, now func() time.Time) {
	defer close(s.Events)
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 0, lineBuffer/4), maxLine)
	name := ""
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch {
		case field == "event":
			name = value
		case field == "data" && name == "message":
			if !s.tell(value, now()) {
				return
			}
		case field == "":
			name = ""
		}
	}
}

// tell reports whether to go on.
func (s *Stream) tell(data string, at time.Time) bool {
	e := Event{At: at}
	// What is not a message is one without a role, which nobody waits for.
	_ = json.Unmarshal([]byte(data), &e)
	select {
	case s.Events <- e:
		return true
	case <-s.left:
		return false
	}
}
