package turns

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/stream"
	"github.com/bimpe/bimpe/internal/words"
)

// Hub is who listens. None of its methods blocks.
type Hub interface {
	// Said tells of a message that has been committed.
	Said(m console.Message)
	// Changed tells those who listen to the whole team of what has been committed.
	Changed(c console.Change)
	// Delta passes on a piece of a reply and reports whether anyone heard it.
	Delta(at stream.At, message console.ID, text string) bool
	// Watched reports whether anyone would hear a Delta.
	Watched(at stream.At) bool
	// EndAgent ends the streams of an agent that has been deleted.
	EndAgent(agent console.ID)
	// Status tells what a turn is doing.
	Status(at stream.At, s stream.Status)
	// Tell tells other nodes what they must hear of since a turn may be at work there.
	Tell(n stream.News)
	// HaltAt closes the upstream of a turn that runs on another node and returns what had been written;
	// nothing where that node does not answer within a moment.
	HaltAt(ctx context.Context, node, turn console.ID) console.Halted
}

// Config is what an Engine is made of. All fields must be set but Limits, Chance, Watch and Tracer.
type Config struct {
	DB     DB
	Finder Finder
	Models Models
	// Builtin answers when a budget is used up: it costs no tokens.
	Builtin llm.Model
	Hub     Hub
	Now     func() time.Time
	NewID   func() console.ID
	Node    console.ID // this process, for as long as it lives
	Limits  Limits
	Chance  func() float64 // from 0 up to 1, to spread what would come at once; nil: nothing is spread
	Log     *slog.Logger
	Watch   Watch  // nil: nobody does
	Tracer  Tracer // nil: nobody does
}

// Engine answers open turns.
type Engine struct {
	Config

	work      context.Context
	stopWork  context.CancelCauseFunc
	spare     context.Context // of what nobody waits for: it ends when the engine begins to stop
	stopSpare context.CancelCauseFunc
	runs      sync.WaitGroup
	zones     zones
	healths   healths
	agents    agentCache
	sets      sets
	tails     tails
	preambles preambles
	summaries summaries
	ledger    ledger
	guesser   *words.Guesser
	waiting   atomic.Int64 // turns that wait for a place at their model

	mu      sync.Mutex
	running map[console.ID]*run // by turn; held under mu
	// halted are runs that were halted for a cancel that has not committed yet: its transaction may
	// run more than once, and each time it asks what had been written. Held under mu.
	halted map[console.ID]*run
	// setbacks are the open turns whose last run failed; at most maxSetbacks. Held under mu.
	setbacks map[console.ID]setback
	// digesting are the conversations that are being summed up, and digested when the last one was
	// begun. Held under mu.
	digesting map[console.ID]bool
	digested  time.Time
	closed    bool // held under mu: nothing starts any more
}

// The causes for which a run's upstream is closed before its end.
var (
	errGone     = errors.New("turns: the turn is not open any more")
	errAgain    = errors.New("turns: the customer wrote again")
	errHalted   = errors.New("turns: halted")
	errStopping = errors.New("turns: the engine stops")
	errExpired  = errors.New("turns: the turn's time is over")
	errStopped  = errors.New("turns: the agent stopped answering")
)

// New returns an Engine. It answers from the first Changed on; Run keeps it whole.
func New(c Config) *Engine {
	c.Limits = c.Limits.withDefaults()
	if c.Watch == nil {
		c.Watch = unwatched{}
	}
	if c.Tracer == nil {
		c.Tracer = untraced{}
	}
	work, stop := context.WithCancelCause(context.Background())
	spare, stopSpare := context.WithCancelCause(work)
	return &Engine{
		Config: c, work: work, stopWork: stop, spare: spare, stopSpare: stopSpare,
		digesting: map[console.ID]bool{}, setbacks: map[console.ID]setback{},
		running: map[console.ID]*run{}, halted: map[console.ID]*run{}, guesser: words.NewGuesser(),
	}
}

// Changed hears of every committed change of a conversation, in order, and does what follows from
// it: tells the listeners, starts an opened turn, starts over, or stops what is late.
func (e *Engine) Changed(c console.Change) {
	e.said(c)
	if c.Was != nil && c.Was.HasContact && !c.Now.HasContact {
		e.summaries.drop(c.Now.ID)
		e.Hub.Tell(stream.News{Forgotten: c.Now.ID})
	}
	if c.Ended != nil && !e.drop(c.Ended.ID, c.Ended.State) {
		e.Hub.Tell(stream.News{Ended: c.Ended.ID, State: c.Ended.State})
	}
	switch {
	case c.Opened != nil && c.Opened.State == console.TurnOpen:
		e.start(*c.Opened, knownOf(c))
	case c.Append != nil && c.Append.Author == console.ByCustomer && c.Now.OpenTurn != "":
		if !e.nudge(c.Now.OpenTurn, c.Append.Seq, c.Cause) {
			e.Hub.Tell(stream.News{Asked: c.Now.OpenTurn, Seq: c.Append.Seq})
		}
	}
}

// Heard does what follows from what happened on another node.
func (e *Engine) Heard(n stream.News) {
	switch {
	case n.Ended != "":
		e.drop(n.Ended, n.State)
	case n.Asked != "":
		e.nudge(n.Asked, n.Seq, console.Cause{})
	case n.Stopped != "":
		e.agentStopped(n.Stopped, n.Why)
	case n.Forgotten != "":
		e.summaries.drop(n.Forgotten)
	}
}

// said tells of what has been committed.
func (e *Engine) said(c console.Change) {
	if c.Append != nil {
		e.tails.add(*c.Append)
		e.Hub.Said(*c.Append)
	}
	e.Hub.Changed(c)
	e.watchEnds(c)
}

// AgentStopped lets everything that an agent is writing run into the fence, which discards it, and
// ends the streams of one that has been deleted.
func (e *Engine) AgentStopped(agent console.ID, why console.Why) {
	e.Hub.Tell(stream.News{Stopped: agent, Why: why})
	e.agentStopped(agent, why)
}

func (e *Engine) agentStopped(agent console.ID, why console.Why) {
	e.mu.Lock()
	var late []*run
	for _, r := range e.running {
		if r.turn.AgentID == agent {
			late = append(late, r)
		}
	}
	e.mu.Unlock()
	for _, r := range late {
		r.stop(errStopped)
		if why == console.WhyAgentDeleted {
			r.discard() // its streams end before it reaches the fence
		}
	}
	if why == console.WhyAgentDeleted {
		e.Hub.EndAgent(agent)
	}
	e.Log.Info("agent stopped", "agent", agent, "why", why, "turns", len(late))
}

// Halt closes the turn's upstream at once and returns what had been written, or nothing if the turn
// runs nowhere. The caller then ends the turn in the store; if it does not, the turn is
// answered anew.
func (e *Engine) Halt(ctx context.Context, turn console.Turn) console.Halted {
	if h, here := e.HaltHere(turn.ID); here || turn.Node == e.Node {
		return h
	}
	return e.Hub.HaltAt(ctx, turn.Node, turn.ID)
}

// HaltHere does it for a turn of this node, and reports false for one that does not run here.
func (e *Engine) HaltHere(turn console.ID) (h console.Halted, here bool) {
	e.mu.Lock()
	r := e.running[turn]
	if r == nil {
		r = e.halted[turn]
	} else {
		e.halted[turn] = r
	}
	e.mu.Unlock()
	if r == nil {
		return h, false
	}
	r.stop(errHalted)
	return r.written(), true
}

// drop forgets a turn that has ended, whoever ended it, and reports whether it was at work here.
func (e *Engine) drop(turn console.ID, as console.TurnState) bool {
	e.mu.Lock()
	r := cmp.Or(e.running[turn], e.halted[turn])
	delete(e.halted, turn)
	delete(e.setbacks, turn)
	e.mu.Unlock()
	if r == nil {
		return false
	}
	r.stop(errGone)
	if as == console.TurnDiscarded {
		r.discard()
	} else {
		r.status(stream.Idle) // cancelled: what was written is a message by now
	}
	return true
}

// nudge reports whether the turn is at work here.
func (e *Engine) nudge(turn console.ID, seq int64, cause console.Cause) bool {
	e.mu.Lock()
	r := e.running[turn]
	e.mu.Unlock()
	if r != nil {
		r.nudge(seq, cause)
	}
	return r != nil
}

// start answers a turn in a goroutine of its own. A turn that finds no place, or whose last run failed a moment
// ago, is left to the sweep.
func (e *Engine) start(t console.Turn, k known) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, twice := e.running[t.ID]; twice || e.closed {
		return
	}
	if len(e.running) >= e.Limits.Running {
		e.Watch.PutOff()
		return
	}
	back := e.setbacks[t.ID]
	if until(back.until, e.Now()) > 0 {
		return
	}
	delete(e.setbacks, t.ID)
	r := newRun(e, t, k)
	r.owed = back.owed
	e.running[t.ID] = r
	delete(e.halted, t.ID)
	e.runs.Go(func() {
		defer e.forget(t.ID)
		r.work()
	})
}

func (e *Engine) forget(turn console.ID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.running, turn)
}
