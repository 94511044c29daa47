package redisbus

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

const (
	pingEvery = time.Second     // so that a connection that died in silence is noticed
	silence   = 3 * time.Second // without a word from Redis the connection is taken for dead
	chunk     = 512             // channels that are subscribed to at a time
	// retryLeast and retrySpread are how long the bus waits before it connects again.
	retryLeast  = 200 * time.Millisecond
	retrySpread = 600 * time.Millisecond
	// pollEvery is how often readers look into the log while Redis is away.
	pollEvery = 2 * time.Second
	// catchUp is how long it takes until all have looked once Redis is there again.
	catchUp   = 200 * time.Millisecond
	pollParts = 64 // readers look one part after the other, so that not all ask the database at once
)

var errSilent = errors.New("no word for three seconds")

// listen hears what other nodes say, over one connection after another, until ctx ends.
func (b *Bus) listen(ctx context.Context, here Here) {
	told := false // one line a time that it is away, not one a try
	for ctx.Err() == nil {
		err := b.session(ctx, here)
		if b.up.Swap(false) {
			told = false
			b.lookOnce()
		}
		if ctx.Err() != nil {
			return
		}
		if !told {
			told = true
			b.cfg.Log.WarnContext(ctx, "Redis is away: readers look into the log every two seconds, rate windows are this node's share",
				"error", err.Error())
		}
		pause(ctx, retryLeast+rand.N(retrySpread))
	}
}

// session is one connection, from its making to its end.
func (b *Bus) session(ctx context.Context, here Here) error {
	ctx, cancel := context.WithCancel(ctx)
	ps := b.cfg.Client.Subscribe(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	// A receiver that waits does not see the end of ctx, but that of its connection.
	defer context.AfterFunc(ctx, func() { _ = ps.Close() })()
	defer func() { _ = ps.Close() }()
	defer cancel()
	// Redis confirms in order: once the last one is confirmed, all are.
	for all := b.wanted.again(); len(all) > 0; all = all[min(chunk, len(all)):] {
		if err := ps.Subscribe(ctx, all[:min(chunk, len(all))]...); err != nil {
			return err
		}
	}
	if err := ps.Subscribe(ctx, b.channel(forNodes, "")); err != nil {
		return err
	}
	work.Go(func() { b.keep(ctx, cancel, ps) })
	return b.receive(ctx, ps, here)
}

// keep tells Redis whom somebody listens to, and asks it whether it is there.
func (b *Bus) keep(ctx context.Context, cancel func(), ps *redis.PubSub) {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-ping.C:
			err = ps.Ping(ctx)
		case <-b.wanted.changed:
			enter, leave := b.wanted.changes()
			if len(leave) > 0 {
				err = ps.Unsubscribe(ctx, leave...)
			}
			if len(enter) > 0 && err == nil {
				err = ps.Subscribe(ctx, enter...)
			}
		}
		if err != nil {
			cancel() // the receiver ends with it
			return
		}
	}
}

func (b *Bus) receive(ctx context.Context, ps *redis.PubSub, here Here) error {
	for ctx.Err() == nil {
		said, err := ps.ReceiveTimeout(ctx, silence)
		if err != nil {
			var late interface{ Timeout() bool }
			if errors.As(err, &late) && late.Timeout() {
				return errSilent
			}
			return err
		}
		switch m := said.(type) {
		case *redis.Subscription:
			b.subscribed(ctx, m)
		case *redis.Message:
			b.hear(strings.TrimPrefix(m.Channel, b.cfg.Space), m.Payload, here)
		}
	}
	return context.Cause(ctx)
}

func (b *Bus) subscribed(ctx context.Context, m *redis.Subscription) {
	if m.Kind != "subscribe" {
		return
	}
	b.wanted.confirm(m.Channel)
	if m.Channel == b.channel(forNodes, "") && !b.up.Swap(true) {
		b.cfg.Log.InfoContext(ctx, "Redis is there: nodes hear of each other")
		b.lookOnce()
	}
}

// hear passes on what another node said.
func (b *Bus) hear(channel, text string, here Here) {
	var n note
	if err := json.Unmarshal([]byte(text), &n); err != nil || n.From == b.cfg.Node || len(channel) < len(forNodes) {
		return // of a newer server, or of this one
	}
	kind, id := channel[:len(forNodes)], console.ID(channel[len(forNodes):])
	switch {
	case n.News != nil:
		here.Heard(*n.News)
	case n.Halt != nil:
		b.halting(*n.Halt, n.From, here)
	case n.Delta != nil:
		b.pass(kind, stream.Event{Delta: n.Delta}, n.Delta.At)
	case n.Status != nil:
		b.pass(kind, stream.Event{Status: n.Status}, n.Status.At)
	case n.Row != nil:
		b.Row(id, *n.Row)
	case kind == forConversation:
		b.Look(id)
	case kind == forTeam:
		b.LookAtTeam(id)
	}
}

// pass tells those alone for whom the channel is: a node with both kinds of readers hears twice.
func (b *Bus) pass(kind string, e stream.Event, at stream.At) {
	if kind == forLiveTeam {
		b.PassToTeam(e, at)
	} else {
		b.Pass(e, at)
	}
}

// poll has readers look into the log while nobody tells them of it, and once when that is over.
func (b *Bus) poll(ctx context.Context) {
	for ctx.Err() == nil {
		if b.up.Load() {
			b.rest(ctx)
			continue
		}
		b.LookAll(func() bool {
			pause(ctx, pollEvery/pollParts)
			return ctx.Err() == nil && !b.up.Load()
		})
	}
}

// lookOnce has everyone look soon: something may have been lost.
func (b *Bus) lookOnce() {
	select {
	case b.lost <- struct{}{}:
	default: // all are about to look anyway
	}
}

// rest waits, and has everyone look if something may have been lost.
func (b *Bus) rest(ctx context.Context) {
	t := time.NewTimer(pollEvery)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-b.lost:
		b.LookAll(func() bool {
			pause(ctx, catchUp/pollParts)
			return ctx.Err() == nil
		})
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
