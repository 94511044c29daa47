package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/bimpe/bimpe/bench/load"
)

const (
	townSize = 100_000 // conversations
	longTalk = 10_000  // messages in one of them
	settlers = 64      // requests at a time
	// One conversation in so many is on a test channel, is paused, or is on another channel.
	oneTest, onePaused, oneWhatsApp = 10, 20, 3
)

// town is the data of a large team.
type town struct {
	place
	agent         string
	conversations []string
	long          string // the one with many messages
}

// town makes it over the API, once.
func (b *bench) town(ctx context.Context) (t *town, err error) {
	if b.crowd != nil {
		return b.crowd, nil
	}
	b.say("making %d conversations, one of them of %d messages", townSize, longTalk)
	start := now()
	t = &town{conversations: make([]string, townSize)}
	if t.place, err = b.newPlace(ctx); err != nil {
		return nil, err
	}
	s, err := b.serve(ctx, t.place)
	if err != nil {
		return nil, err
	}
	var stop stoppers
	defer stop.all(&err)
	stop.add(s.stop)
	if err := t.settle(ctx, s); err != nil {
		return nil, err
	}
	b.say("made in %.0f s", now().Sub(start).Seconds())
	b.crowd = t
	return t, nil
}

func (t *town) settle(ctx context.Context, s *server) (err error) {
	if t.agent, err = s.newAgent(ctx); err != nil {
		return err
	}
	err = load.Each(ctx, settlers, townSize, func(ctx context.Context, i int) error {
		channel := "webchat"
		if i%oneWhatsApp == 0 {
			channel = "whatsapp"
		}
		id, err := s.Post(ctx, t.agent, "", map[string]any{
			"message": fmt.Sprintf("Good day, this is order %d.", i), "role": "assistant", "channel_type": channel,
			"channel_user_id": fmt.Sprintf("customer-%d", i), "channel_username": fmt.Sprintf("Customer %d", i),
			"is_test_channel": i%oneTest == 0,
		})
		t.conversations[i] = id
		return err
	})
	if err != nil {
		return err
	}
	err = load.Each(ctx, settlers, townSize/onePaused, func(ctx context.Context, i int) error {
		return t.pause(ctx, s, t.conversations[i*onePaused], true)
	})
	if err != nil {
		return err
	}
	t.long = t.conversations[1]
	return t.talk(ctx, s)
}

func (t *town) pause(ctx context.Context, s *server, conversation string, paused bool) error {
	path := load.Prefix + "/agents/" + t.agent + "/conversations/" + conversation + "/ai-status"
	return s.Call(ctx, http.MethodPatch, path, map[string]any{"is_ai_chat_paused": paused}, nil)
}

// talk fills the long conversation, both sides by turns, while the agent is silent.
func (t *town) talk(ctx context.Context, s *server) error {
	if err := t.pause(ctx, s, t.long, true); err != nil {
		return err
	}
	// As long as what the model says.
	reply := strings.Repeat("word ", words)
	// One message is there already.
	err := load.Each(ctx, settlers, longTalk-1, func(ctx context.Context, i int) error {
		message := map[string]any{"role": "assistant", "message": reply}
		if i%2 == 0 {
			message = map[string]any{"role": "user", "message": fmt.Sprintf("hello %d", i)}
		}
		_, err := s.Post(ctx, t.agent, t.long, message)
		return err
	})
	if err != nil {
		return err
	}
	return t.pause(ctx, s, t.long, false)
}
