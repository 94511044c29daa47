package play

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// reader follows a conversation as the clients do: whenever the stream ends or breaks, it takes a
// new ticket and goes on after the last message that it saw.
type reader struct {
	run  *run
	path string // of the conversation

	mu    sync.Mutex
	ids   []string           // held under mu
	leave context.CancelFunc // breaks the open stream off; nil: none is open. Held under mu
}

// follow reads until ctx ends.
func (r *reader) follow(ctx context.Context) {
	for ctx.Err() == nil {
		if err := r.once(ctx); err != nil {
			_ = wait(ctx, retryPause) // ctx is looked at above
		}
	}
}

// once is one stream, to its end.
func (r *reader) once(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	body, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer body.Close() //nolint:errcheck // it was only read
	r.mu.Lock()
	r.leave = cancel
	r.mu.Unlock()
	return r.read(body)
}

// open takes a ticket and opens the stream with it.
func (r *reader) open(ctx context.Context) (io.ReadCloser, error) {
	a, err := r.run.try(ctx, call{method: http.MethodPost, path: r.path + "/stream-ticket"})
	if err != nil {
		return nil, err
	}
	ticket, err := decode[struct{ Ticket string }](a)
	if err != nil {
		return nil, err
	}
	query := url.Values{"ticket": {ticket.Ticket}, "after": {r.last()}, "events": {"delta,status"}}
	out, err := http.NewRequestWithContext(ctx, http.MethodGet, r.run.base()+r.path+"/stream?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	in, err := r.run.streams.Do(out)
	if err != nil {
		return nil, err
	}
	if in.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("stream: %d", in.StatusCode), in.Body.Close())
	}
	return in.Body, nil
}

// beginning is before all messages, whatever the server's clock says.
const beginning = "2000-01-01T00:00:00Z"

// last is after what to go on.
func (r *reader) last() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.ids) == 0 {
		return beginning
	}
	return r.ids[len(r.ids)-1]
}

// read notes the ids of messages. A frame counts once it is whole.
func (r *reader) read(body io.Reader) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, maxLine)
	name, data := "", ""
	for lines.Scan() {
		switch field, value, _ := strings.Cut(lines.Text(), ": "); field {
		case "event":
			name = value
		case "data":
			data = value
		case "":
			if name == "message" {
				r.note(data)
			}
			name = ""
		}
	}
	return lines.Err()
}

func (r *reader) note(data string) {
	var m struct{ ID string }
	_ = json.Unmarshal([]byte(data), &m) // what cannot be read has no id, which the verdict tells of
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ids = append(r.ids, m.ID)
}

func (r *reader) seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.ids)
}

// breakOff ends the open stream; the reader takes a new one.
func (r *reader) breakOff() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.leave != nil {
		r.leave()
	}
}
