package app

import (
	"context"
	"io"
	"time"
)

// gentle writes with pauses. Whoever reads a whole database as fast as can be takes a processor, and
// on a small machine that is half of what its server has.
type gentle struct {
	ctx     context.Context
	to      io.Writer
	resumed time.Time // when the work since the last pause was begun
}

const (
	// workTime is how long a gentle writer works between two pauses, and restTime how long those are.
	workTime = 12 * time.Millisecond
	restTime = 12 * time.Millisecond
)

func newGentle(ctx context.Context, to io.Writer) *gentle {
	return &gentle{ctx: ctx, to: to, resumed: time.Now()}
}

// Write writes, and rests when it is time to.
func (g *gentle) Write(p []byte) (int, error) {
	n, err := g.to.Write(p)
	if err != nil || time.Since(g.resumed) < workTime {
		return n, err
	}
	rest := time.NewTimer(restTime)
	defer rest.Stop()
	select {
	case <-rest.C:
	case <-g.ctx.Done():
		return n, g.ctx.Err()
	}
	g.resumed = time.Now()
	return n, nil
}
