package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bimpe/bimpe/bench/figures"
	"github.com/bimpe/bimpe/bench/load"
	"github.com/bimpe/bimpe/bench/mock"
)

const (
	deltaReaders = 8
	deltaWords   = 100
	deltaPause   = 20 * time.Millisecond
	deltaBar     = 3
)

// deltas measures from the model's writing a word until a reader of the event stream has it. The floor
// is a reader at the model itself.
func (b *bench) deltas(ctx context.Context) (_ []figures.Figure, err error) {
	stamped := mock.Model{Words: deltaWords, Pause: deltaPause, Word: func() string { return stamp(now()) }}
	p, err := b.newPath(ctx, stamped)
	if err != nil {
		return nil, err
	}
	defer p.stop.all(&err)
	p50 := figures.Figure{
		Name: "a delta from model to reader, p50", Unit: "ms", Bar: figures.Bar{Kind: figures.ValueAtMost, Limit: deltaBar},
		Note: "floor: a reader at the model itself",
	}
	p99 := figures.Figure{Name: "a delta from model to reader, p99", Unit: "ms", Note: p50.Note}
	for range b.pairs {
		under, err := p.bareDeltas(ctx)
		if err != nil {
			return nil, err
		}
		own, err := p.ownDeltas(ctx)
		if err != nil {
			return nil, err
		}
		add(&p50, own, under, median)
		add(&p99, own, under, worst)
	}
	return []figures.Figure{p50, p99}, nil
}

// stamp is a word that says when it was written.
func stamp(at time.Time) string { return "at" + strconv.FormatInt(at.UnixNano(), 10) + " " }

// stamps are the times that stand in a text.
func stamps(text string) (all []time.Time) {
	for _, word := range strings.Fields(text) {
		if digits, found := strings.CutPrefix(word, "at"); found {
			if nanos, err := strconv.ParseInt(digits, 10, 64); err == nil {
				all = append(all, time.Unix(0, nanos))
			}
		}
	}
	return all
}

// bareDeltas reads at the model.
func (p *path) bareDeltas(ctx context.Context) (load.Result, error) {
	model := load.NewClient(strings.TrimSuffix(p.model.base, "/v1"), "", now)
	defer model.Close()
	body := map[string]any{"stream": true, "messages": []map[string]string{{"role": "user", "content": "hello"}}}
	return p.listeners(ctx, func(ctx context.Context, _ int, hear func(text string, at time.Time)) error {
		return model.Events(ctx, http.MethodPost, "/v1/chat/completions", body, func(_, data string, at time.Time) bool {
			hear(content(data), at)
			return data != "[DONE]"
		})
	})
}

// ownDeltas reads the server's event streams.
func (p *path) ownDeltas(ctx context.Context) (load.Result, error) {
	talks, err := p.begin(ctx, deltaReaders)
	if err != nil {
		return load.Result{}, err
	}
	return p.listeners(ctx, func(ctx context.Context, i int, hear func(text string, at time.Time)) error {
		return p.Live(ctx, p.agent, talks[i], func() error { return p.say(ctx, talks[i], p.mark(i)) }, hear)
	})
}

// listeners reads as many replies at a time and collects how old each word was.
func (p *path) listeners(
	ctx context.Context, read func(ctx context.Context, i int, hear func(text string, at time.Time)) error,
) (load.Result, error) {
	ages := make([][]time.Duration, deltaReaders)
	err := load.Each(ctx, deltaReaders, deltaReaders, func(ctx context.Context, i int) error {
		return read(ctx, i, func(text string, at time.Time) {
			for _, written := range stamps(text) {
				ages[i] = append(ages[i], at.Sub(written))
			}
		})
	})
	var r load.Result
	for _, a := range ages {
		r.Times = append(r.Times, a...)
	}
	if err == nil && len(r.Times) < deltaReaders*deltaWords {
		err = fmt.Errorf("only %d of %d words were heard", len(r.Times), deltaReaders*deltaWords)
	}
	return r, err
}

// content is the text of a model's frame.
func content(data string) string {
	var c struct {
		Choices []struct{ Delta struct{ Content string } }
	}
	if json.Unmarshal([]byte(data), &c) != nil || len(c.Choices) == 0 {
		return "" // the end of the stream, which says nothing
	}
	return c.Choices[0].Delta.Content
}
