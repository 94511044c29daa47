package load

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Floor is a worker of the floor's /turn.
type Floor struct {
	client       *Client
	conversation int
}

// NewFloor talks in the conversation of that number.
func NewFloor(c *Client, conversation int) *Floor { return &Floor{c, conversation} }

// Turn is one request.
func (f *Floor) Turn(ctx context.Context, text string) (time.Duration, error) {
	start := f.client.now()
	var out struct{ Data struct{ Message string } }
	err := f.client.Call(ctx, http.MethodPost, "/turn", map[string]any{"conversation": f.conversation, "message": text}, &out)
	if err == nil && !strings.Contains(out.Data.Message, text) {
		err = fmt.Errorf("the reply to %q was %.100q", text, out.Data.Message)
	}
	return f.client.now().Sub(start), err
}

// Prefix is where the API is.
const Prefix = "/api/v1/console"

// Talk is a worker of the server: it posts a message, and the reply comes by the event stream.
type Talk struct {
	client *Client
	path   string // of the conversation
	stream *Stream
}

// Begin makes a conversation of a new customer. Nothing is answered yet, since it is the agent's side
// that begins.
func (c *Client) Begin(ctx context.Context, agent, customer string) (conversation string, err error) {
	return c.Post(ctx, agent, "", map[string]any{
		"message": "Good day!", "role": "assistant", "channel_type": "webchat", "channel_user_id": customer,
	})
}

// Post sends a message to a conversation, or one that makes the conversation where that is empty, and
// returns the conversation's id.
func (c *Client) Post(ctx context.Context, agent, conversation string, message map[string]any) (string, error) {
	path := Prefix + "/agents/" + agent + "/conversations/messages"
	if conversation != "" {
		path = conversationPath(agent, conversation) + "/messages"
	}
	var out struct {
		Data struct {
			Conversation string `json:"conversation_id"`
		}
	}
	err := c.Call(ctx, http.MethodPost, path, message, &out)
	return out.Data.Conversation, err
}

func conversationPath(agent, conversation string) string {
	return Prefix + "/agents/" + agent + "/conversations/" + conversation
}

// Talk opens the conversation's stream. The caller closes it.
func (c *Client) Talk(ctx context.Context, agent, conversation string) (*Talk, error) {
	path := conversationPath(agent, conversation)
	query, err := c.ticket(ctx, agent, conversation)
	if err != nil {
		return nil, err
	}
	s, err := c.open(ctx, path+"/stream"+query)
	if err != nil {
		return nil, err
	}
	return &Talk{client: c, path: path, stream: s}, nil
}

// ticket returns the query with which a stream is opened.
func (c *Client) ticket(ctx context.Context, agent, conversation string) (query string, err error) {
	var out struct{ Data struct{ Ticket string } }
	err = c.Call(ctx, http.MethodPost, conversationPath(agent, conversation)+"/stream-ticket", nil, &out)
	return "?ticket=" + out.Data.Ticket, err
}

// Close ends the stream.
func (t *Talk) Close() { t.stream.Close() }

var errEnded = errors.New("the stream has ended")

// Turn ends with the assistant's message.
func (t *Talk) Turn(ctx context.Context, text string) (time.Duration, error) {
	start := t.client.now()
	body := map[string]any{"message": text, "role": "user"}
	if err := t.client.Call(ctx, http.MethodPost, t.path+"/messages", body, nil); err != nil {
		return 0, err
	}
	for {
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("no reply to %q: %w", text, context.Cause(ctx))
		case e, open := <-t.stream.Events:
			switch {
			case !open:
				return 0, errEnded
			case e.Role == "assistant" && e.At.After(start):
				return e.At.Sub(start), nil
			}
		}
	}
}
