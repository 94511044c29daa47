package load

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Events reads an event stream to its end, or until each says that it has heard enough. It is given
// the event's name, which may be empty, its data, and when it had been read.
func (c *Client) Events(
	ctx context.Context, method, path string, in any, each func(name, data string, at time.Time) bool,
) (err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var body []byte
	if in != nil {
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	answer, err := c.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %d", method, path, answer.StatusCode)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, maxLine)
	name := ""
	for lines.Scan() {
		switch field, value, _ := bytes.Cut(lines.Bytes(), []byte(": ")); string(field) {
		case "event":
			name = string(value)
		case "data":
			if !each(name, string(value), c.now()) {
				return nil
			}
		case "":
			name = ""
		}
	}
	return errors.Join(lines.Err(), errEnded)
}

// Live opens the conversation's stream, then calls say, and passes on the text of each delta until the
// reply is there as a message.
func (c *Client) Live(
	ctx context.Context, agent, conversation string, say func() error, hear func(text string, at time.Time),
) error {
	query, err := c.ticket(ctx, agent, conversation)
	if err != nil {
		return err
	}
	var once sync.Once
	var said error
	err = c.Events(ctx, http.MethodGet, conversationPath(agent, conversation)+"/stream"+query+"&events=delta", nil,
		func(name, data string, at time.Time) bool {
			once.Do(func() { said = say() }) // the first thing to hear is a heartbeat
			if name == "delta" {
				var d struct{ Text string }
				_ = json.Unmarshal([]byte(data), &d) // what is not a delta has no words
				hear(d.Text, at)
			}
			return said == nil && (name != "message" || !strings.Contains(data, `"assistant"`))
		})
	return errors.Join(said, err)
}

// Rate does things numbered 0 to n-1, so many of them in a second, whether or not those before have been
// done. Each returns its own time. The first fault ends it.
func Rate(
	ctx context.Context, now func() time.Time, perSecond, n int, do func(ctx context.Context, i int) (time.Duration, error),
) (Result, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	times := make([]time.Duration, n)
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	start := now()
	var group sync.WaitGroup
	for i := range n {
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		group.Go(func() {
			var err error
			if times[i], err = do(ctx, i); err != nil {
				stop(err)
			}
		})
	}
	group.Wait()
	return Result{Times: times, Took: now().Sub(start)}, context.Cause(ctx)
}
