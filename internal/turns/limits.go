package turns

import (
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// Limits bound a turn. The zero value of a field means its default.
type Limits struct {
	Turn        time.Duration // from taking a turn to an apology; 60 s
	Attempts    int           // how often one model is asked; 4
	Silence     time.Duration // of a model that has a fallback; 20 s
	Backoff     time.Duration // before the second attempt, doubling; 250 ms
	Window      int           // tokens that a model holds, of one that does not say; console.DefaultWindow
	ReplyTokens int           // asked of the model, at most a quarter of its window; 1024
	ReplyBytes  int           // where a reply that goes on for ever is cut; 64 KiB
	Upstream    int           // turns that ask one model at a time; 512
	Running     int           // turns at work or waiting for a model; 10,000
	Grace       time.Duration // for running turns to finish at shutdown; 5 s
}

const (
	maxBackoff = 8 * time.Second
	// maxRestarts is how often a turn starts over because the customer goes on writing.
	maxRestarts = 20
)

func (l Limits) withDefaults() Limits {
	l.Turn = or(l.Turn, 60*time.Second)
	l.Attempts = or(l.Attempts, 4)
	l.Silence = or(l.Silence, 20*time.Second)
	l.Backoff = or(l.Backoff, 250*time.Millisecond)
	l.Window = or(l.Window, console.DefaultWindow)
	l.ReplyTokens = or(l.ReplyTokens, 1024)
	l.ReplyBytes = or(l.ReplyBytes, 64<<10)
	l.Upstream = or(l.Upstream, 512)
	l.Running = or(l.Running, 10_000)
	l.Grace = or(l.Grace, 5*time.Second)
	return l
}

// in is the limits of a model that holds so many tokens; 0: it does not say.
func (l Limits) in(window int) Limits {
	l.Window = or(window, l.Window)
	return l
}

// reply is how many tokens of the window are kept for the reply, and room how many the prompt may take.
func (l Limits) reply() int { return min(l.ReplyTokens, l.Window/4) }

func (l Limits) room() int { return l.Window - l.reply() }

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
