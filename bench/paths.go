package main

import (
	"context"
	"fmt"

	"github.com/bimpe/bimpe/bench/load"
	"github.com/bimpe/bimpe/bench/mock"
)

// makers is how many conversations are made at a time.
const makers = 8

// path is a server before a witness.
type path struct {
	*server
	model *witness
	agent string
	made  int // runs, so that each has marks and customers of its own
	stop  stoppers
}

func (b *bench) newPath(ctx context.Context, m mock.Model) (_ *path, err error) {
	f := &path{}
	defer func() {
		if err != nil {
			f.stop.all(&err)
		}
	}()
	if f.model, err = newWitness(ctx, m); err != nil {
		return nil, err
	}
	f.stop.add(f.model.close)
	p, err := b.newPlace(ctx)
	if err != nil {
		return nil, err
	}
	if f.server, err = b.serve(ctx, p, asks(f.model.base)...); err != nil {
		return nil, err
	}
	f.stop.add(f.server.stop)
	f.agent, err = f.newAgent(ctx)
	return f, err
}

// begin makes the conversations of one run.
func (p *path) begin(ctx context.Context, n int) ([]string, error) {
	p.made++
	all := make([]string, n)
	return all, load.Each(ctx, makers, n, func(ctx context.Context, i int) (err error) {
		all[i], err = p.Begin(ctx, p.agent, fmt.Sprintf("customer-%d-%d", p.made, i))
		return err
	})
}

// mark is what the n-th customer of this run says.
func (p *path) mark(n int) string { return fmt.Sprintf("mark-%d-%d", p.made, n) }

// say posts a mark as the customer.
func (p *path) say(ctx context.Context, conversation, mark string) error {
	_, err := p.Post(ctx, p.agent, conversation, map[string]any{"message": mark, "role": "user"})
	return err
}
