package load

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Crowd is many open streams.
type Crowd struct{ streams []*Stream }

// openers is how many streams are opened at a time.
const openers = 32

// Listen opens a stream of each of an agent's conversations. The caller closes the crowd.
func (c *Client) Listen(ctx context.Context, agent string, conversations []string) (*Crowd, error) {
	return crowd(ctx, len(conversations), func(ctx context.Context, i int) (*Stream, error) {
		query, err := c.ticket(ctx, agent, conversations[i])
		if err != nil {
			return nil, err
		}
		return c.open(ctx, conversationPath(agent, conversations[i])+"/stream"+query)
	})
}

// ListenTo opens the same stream n times. The caller closes the crowd.
func (c *Client) ListenTo(ctx context.Context, path string, n int) (*Crowd, error) {
	return crowd(ctx, n, func(ctx context.Context, _ int) (*Stream, error) { return c.open(ctx, path) })
}

func crowd(ctx context.Context, n int, open func(ctx context.Context, i int) (*Stream, error)) (*Crowd, error) {
	c := &Crowd{streams: make([]*Stream, n)}
	err := Each(ctx, openers, n, func(ctx context.Context, i int) (err error) {
		if c.streams[i], err = open(ctx, i); err != nil {
			err = fmt.Errorf("stream %d of %d: %w", i+1, n, err)
		}
		return err
	})
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Close ends all streams.
func (c *Crowd) Close() {
	for _, s := range c.streams {
		if s != nil {
			s.Close()
		}
	}
}

// errNotTold is a stream that heard nothing.
var errNotTold = errors.New("a message did not reach its reader in time")

// Delays posts one message to each of conversations, the first of those for which Listen opened the
// crowd, by so many senders, and returns the times from the answer of a POST to the reader of its stream: 0 where
// the reader knew first.
func (c *Client) Delays(
	ctx context.Context, crowd *Crowd, agent string, conversations []string, senders int,
) ([]time.Duration, error) {
	more := func(i int) bool { return i < len(conversations) }
	r, err := closedLoop(ctx, c.now, senders, more, func(ctx context.Context, _, i int) (time.Duration, error) {
		return c.delay(ctx, crowd.streams[i], agent, conversations[i])
	})
	return r.Times, err
}

func (c *Client) delay(ctx context.Context, s *Stream, agent, conversation string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if _, err := c.Post(ctx, agent, conversation, map[string]any{"message": "news", "role": "assistant"}); err != nil {
		return 0, err
	}
	answered := c.now()
	for {
		select {
		case <-ctx.Done():
			return 0, errNotTold
		case e, open := <-s.Events:
			if !open {
				return 0, errEnded
			}
			if e.Message == "news" {
				return max(0, e.At.Sub(answered)), nil
			}
		}
	}
}
