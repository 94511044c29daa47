package main

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/bimpe/bimpe/bench/figures"
	"github.com/bimpe/bimpe/bench/load"
	"github.com/bimpe/bimpe/internal/limit"
	"github.com/bimpe/bimpe/internal/limit/redislimit"
	"github.com/bimpe/bimpe/internal/redistest"
)

const (
	takes       = 5000 // in a run
	takersBusy  = 16
	boundless   = 1 << 30 // a limit that is never reached
	neighbours  = 200     // conversations whose readers are on another node
	windowBar   = 0.3
	nodesP95Bar = 50
)

// window measures what a rate window costs that all nodes share. The floor is Redis's PING.
func (b *bench) window(ctx context.Context) (all []figures.Figure, err error) {
	var stop stoppers
	defer stop.all(&err)
	client, _, err := b.redis(ctx, &stop)
	if err != nil {
		return nil, err
	}
	shared := redislimit.New(redislimit.Config{
		Client: client, Space: "bench:", Local: limit.New(now), Nodes: func() int { return 1 }, Now: now,
	})
	for _, takers := range []int{1, takersBusy} {
		f := figures.Figure{
			Name: fmt.Sprintf("a shared rate window, %d at once, p50", takers), Unit: "ms",
			Bar: figures.Bar{Kind: figures.ValueAtMost, Limit: windowBar}, Note: "floor: PING",
		}
		for range b.pairs {
			ping, err := load.Times(ctx, now, takers, takes, func(ctx context.Context, _, _ int) error {
				return client.Ping(ctx).Err()
			})
			if err != nil {
				return nil, err
			}
			own, err := load.Times(ctx, now, takers, takes, func(ctx context.Context, worker, _ int) error {
				if r := shared.Take(ctx, fmt.Sprint("key", worker), boundless); !r.OK {
					return fmt.Errorf("a window refused: %+v", r)
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
			add(&f, own, ping, median)
		}
		all = append(all, f)
	}
	return all, nil
}

// redis starts a Redis and a client of it.
func (b *bench) redis(ctx context.Context, stop *stoppers) (*redis.Client, *redistest.Server, error) {
	server, err := redistest.Open(ctx, b.folder)
	if err != nil {
		return nil, nil, err
	}
	stop.add(func() error { server.Stop(); return nil })
	o, err := redis.ParseURL(server.URL())
	if err != nil {
		return nil, nil, err
	}
	client := redis.NewClient(o)
	stop.add(client.Close)
	return client, server, nil
}

// nodes measures how long a message takes from the node that accepted it to a reader on another one. The
// floor is a reader on the same node.
func (b *bench) nodes(ctx context.Context) (all []figures.Figure, err error) {
	if b.postgres == "" {
		b.say("BIMPE_TEST_POSTGRES is not set: no figures of several nodes")
		return nil, nil
	}
	var stop stoppers
	defer stop.all(&err)
	_, bus, err := b.redis(ctx, &stop)
	if err != nil {
		return nil, err
	}
	p, err := b.postgresPlace(ctx, &stop, "BIMPE_REDIS_URL="+bus.URL())
	if err != nil {
		return nil, err
	}
	var pair [2]*server
	for i := range pair {
		if pair[i], err = b.serve(ctx, p); err != nil {
			return nil, err
		}
		stop.add(pair[i].stop)
	}
	n, err := newNeighbours(ctx, pair)
	if err != nil {
		return nil, err
	}
	p50 := figures.Figure{Name: "from node to node, p50", Unit: "ms", Note: "floor: a reader on the same node"}
	p95 := figures.Figure{Name: "from node to node, p95", Unit: "ms", Bar: figures.Bar{Kind: figures.ValueAtMost, Limit: nodesP95Bar}, Note: p50.Note}
	for range b.pairs {
		same, err := n.delays(ctx, pair[0])
		if err != nil {
			return nil, err
		}
		other, err := n.delays(ctx, pair[1])
		if err != nil {
			return nil, err
		}
		for f, q := range map[*figures.Figure]float64{&p50: .5, &p95: .95} {
			f.Ours = append(f.Ours, figures.Milliseconds(figures.Quantile(other, q)))
			f.Floor = append(f.Floor, figures.Milliseconds(figures.Quantile(same, q)))
		}
	}
	return []figures.Figure{p50, p95}, nil
}

// neighbourhood is conversations of which each node can tell.
type neighbourhood struct {
	from          *server // accepts all messages
	agent         string
	conversations []string
}

func newNeighbours(ctx context.Context, pair [2]*server) (n neighbourhood, err error) {
	n = neighbourhood{from: pair[0], conversations: make([]string, neighbours)}
	if n.agent, err = n.from.newAgent(ctx); err != nil {
		return n, err
	}
	return n, load.Each(ctx, senders, neighbours, func(ctx context.Context, i int) (err error) {
		n.conversations[i], err = n.from.Begin(ctx, n.agent, fmt.Sprint("neighbour-", i))
		return err
	})
}

// delays is how long readers on a node wait for what the other has accepted, from its answer on.
func (n neighbourhood) delays(ctx context.Context, at *server) ([]time.Duration, error) {
	crowd, err := at.Listen(ctx, n.agent, n.conversations)
	if err != nil {
		return nil, err
	}
	defer crowd.Close()
	return n.from.Delays(ctx, crowd, n.agent, n.conversations, senders)
}
