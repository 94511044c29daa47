package turns

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/stream"
	"github.com/bimpe/bimpe/internal/words"
)

// run is one taking of a turn.
type run struct {
	e     *Engine
	turn  console.Turn
	known known
	// ctx ends when the turn is halted, dropped, out of time, or the engine stops.
	ctx  context.Context
	stop context.CancelCauseFunc
	// journal is what the run has done so far.
	journal journal
	tries   int // how often a model has been asked; of the run's own goroutine
	begun   time.Time
	asking  Candidate // whom it asks now; of the run's own goroutine
	pass    pass      // by which it was let in there; of the run's own goroutine
	owed    bool      // that it was taken up again has not been counted; of the run's own goroutine
	purse   purse
	cause   console.Cause   // that sent the message which began the turn; zero: it is not known here
	traced  context.Context // of the turn's span; of the run's own goroutine, which sets it before it does anything
	talk    int             // the room of the conversation in what it asked last; 0: it asked nobody who reads it

	mu       sync.Mutex
	message  console.ID              // of the reply being written
	text     strings.Builder         // of it, so far
	heard    bool                    // some of it has gone out to a reader
	told     bool                    // some of it has gone out, to whoever there may be
	seen     int64                   // newest customer message that it rests on; 0 before the brief
	newest   int64                   // newest customer message that was told of
	later    console.Cause           // the request of the first that it does not rest on, which begins the next turn
	queues   bool                    // the agent never starts over
	restarts int                     // how often it has started over
	again    context.CancelCauseFunc // starts the attempt over; nil between attempts
}

func newRun(e *Engine, t console.Turn, k known) *run {
	ctx, stop := context.WithCancelCause(e.work)
	return &run{
		e: e, turn: t, known: k, ctx: ctx, stop: stop, message: e.NewID(), begun: e.Now(), purse: purse{e: e, turn: t},
		cause: k.cause, traced: ctx,
	}
}

// work answers the turn, and writes the one log line of it.
func (r *run) work() {
	var drawn func(failed bool, attrs []slog.Attr)
	r.traced, drawn = r.e.Tracer.Turn(r.ctx, r.cause.Trace)
	deadline, cancel := context.WithTimeoutCause(r.traced, r.e.Limits.Turn, errExpired)
	defer cancel()
	defer r.stop(errGone)
	defer r.purse.close()
	outcome, faults, err := r.attempt(deadline)
	if err != nil {
		r.keep()
	}
	if failed(err) {
		r.setBack()
	}
	drawn(failed(err) || outcome == console.TurnFailed, r.log(r.e.Now().Sub(r.begun), outcome, faults, err))
}

// log writes the line of the run, and returns what it says.
func (r *run) log(took time.Duration, outcome console.TurnState, faults []try, err error) []slog.Attr {
	level, what := slog.LevelInfo, append(r.who(),
		slog.Int64("attempt", r.turn.Attempt), slog.Int64("duration_ms", took.Milliseconds()))
	switch {
	case err == nil:
		what = append(what, slog.String("outcome", string(outcome)), slog.Int("model_faults", len(faults)))
		if n := len(faults); n > 0 {
			what = append(what, slog.String("last_fault", faults[n-1].fault.Error()))
		}
	case failed(err):
		level = slog.LevelError
		what = append(what, slog.String("outcome", "left open"), slog.String("error", err.Error()))
	default:
		what = append(what, slog.String("outcome", "left"), slog.String("why", err.Error()))
	}
	r.e.Log.LogAttrs(context.Background(), level, "turn", what...)
	return what
}

// who says in a log which turn it is.
func (r *run) who() []slog.Attr {
	who := []slog.Attr{
		slog.String("turn", string(r.turn.ID)), slog.String("team", string(r.turn.TeamID)),
		slog.String("conversation", string(r.turn.ConversationID)),
	}
	if r.cause.Request != "" {
		who = append(who, slog.String("request_id", r.cause.Request))
	}
	return who
}

// answer alternates next and its actions until the turn has ended. What it returns besides are the
// faults of models.
func (r *run) answer(ctx context.Context) (console.TurnState, []try, error) {
	r.status(stream.Thinking)
	t := transcript{}
	for fresh := true; ; {
		if fresh {
			b, err := r.brief(ctx)
			if err != nil && context.Cause(r.ctx) != nil {
				state, err := r.left()
				return state, t.tries, err
			}
			if err != nil {
				return "", t.tries, err
			}
			t, fresh = transcript{brief: b, chain: t.chain, tries: t.tries}, false
		}
		t.left, t.jitter = r.remaining(), r.e.jitter()
		var err error
		asked := ask{}
		switch do := next(t, r.e.Limits).(type) {
		case say:
			state, err := r.conclude(t, do)
			return state, t.tries, err
		case choose:
			t.chain, err = r.choose(ctx, t.brief.agent)
		case ask:
			asked = do
			t, err = r.try(ctx, t, do)
		}
		switch {
		case err == nil:
		case errors.Is(err, errAgain):
			fresh = true
			r.note([]console.Step{{Kind: console.StepRestart, Note: "the customer wrote again"}})
		case errors.Is(err, errExpired):
			t.expired = true
		case context.Cause(r.ctx) != nil:
			state, err := r.left()
			return state, t.tries, err
		default:
			t.tries = append(t.tries, try{asked.who, err, asked.resort})
		}
	}
}

// try asks a candidate; or, where a budget is used up, nobody, and then the built-in model is all that
// will be asked.
func (r *run) try(ctx context.Context, t transcript, do ask) (transcript, error) {
	r.asking = t.chain[do.who]
	if r.asking.Provider != console.ProviderBuiltin {
		over, err := r.afford(ctx, t.brief.agent, &do.prompt)
		if err != nil {
			return t, err
		}
		if over != "" {
			r.journal.over(over)
			r.note([]console.Step{{Kind: console.StepBudget, Note: string(over)}})
			t.chain, t.tries = []Candidate{{Provider: console.ProviderBuiltin, Model: r.e.Builtin}}, nil
			return t, nil
		}
	}
	r.note(do.steps)
	t.told, t.shown = true, append(t.shown, r.e.Limits.in(r.asking.Window).Window)
	var err error
	if t.answer, err = r.ask(ctx, do); err == nil {
		r.handOver(ctx, t.brief, t.answer.end)
		t.answer.text = r.add(ctx, do.tail)
	}
	return t, err
}

// afford makes room for an asking, and says which budget is used up. While the store is out of reach it
// asks it again.
func (r *run) afford(ctx context.Context, a console.Agent, p *told) (console.Budget, error) {
	for pause := r.e.Limits.Backoff; ; pause = min(2*pause, maxBackoff) {
		over, err := r.purse.take(ctx, a, &p.Request, int64(p.tokens))
		if err == nil {
			return over, nil
		}
		if cause := sleep(ctx, pause); cause != nil {
			return "", cause
		}
	}
}

// conclude says the reply, and has a conversation that has grown long summed up behind it.
func (r *run) conclude(t transcript, do say) (console.TurnState, error) {
	r.note(do.steps)
	state, err := r.say(do.reply)
	if err == nil && state == console.TurnReplied && t.answer != nil {
		r.e.digest(t.brief, r.talk, r.purse.paid)
	}
	return state, err
}

// left ends a run that was stopped from outside. What an agent was writing when it was paused goes
// into the fence, which discards it; everything else is somebody else's to end.
func (r *run) left() (console.TurnState, error) {
	if cause := context.Cause(r.ctx); !errors.Is(cause, errStopped) {
		return "", cause
	}
	return r.say(reply{})
}

// brief loads what the reply rests on, again if the customer wrote meanwhile.
func (r *run) brief(ctx context.Context) (brief, error) {
	for {
		done := r.part(PartBrief)
		b, err := r.load(ctx)
		done()
		if err != nil {
			return b, err
		}
		r.mu.Lock()
		r.seen, r.queues = b.seen(), b.agent.OnNewMessage == console.Queue
		current := r.queues || r.newest <= r.seen
		if r.newest <= r.seen {
			r.later = console.Cause{}
		}
		r.mu.Unlock()
		if current {
			return b, nil
		}
		r.known = known{} // another node may have written since: nothing that was known holds
	}
}

// load asks the store until it answers or the turn's time is over.
func (r *run) load(ctx context.Context) (brief, error) {
	for pause := r.e.Limits.Backoff; ; pause = min(2*pause, maxBackoff) {
		b, err := r.e.load(ctx, r.turn, r.known)
		r.known = known{conversation: r.known.conversation} // whoever looks again looks at all anew
		if err == nil || errors.Is(err, errGone) {
			return b, err
		}
		if cause := sleep(ctx, pause); cause != nil {
			return b, err
		}
	}
}

// ask puts the request to a model, after a wait, once there is a place at it and unless its breaker
// is open.
func (r *run) ask(ctx context.Context, a ask) (*answer, error) {
	ctx, again := context.WithCancelCause(ctx)
	defer again(nil)
	if !r.begin(again) {
		return nil, errAgain
	}
	h := r.e.healths.of(r.asking, r.e.Limits.Upstream)
	step := console.Step{Kind: console.StepModel, At: r.e.Now(), Model: r.asking.ref(), Note: a.note()}
	if err := sleep(ctx, a.after); err != nil {
		return nil, err
	}
	r.e.waiting.Add(1)
	err := h.enter(ctx)
	r.e.waiting.Add(-1)
	if err != nil {
		return nil, err
	}
	defer h.leave()
	if err := r.admit(h, a); err != nil {
		return nil, err
	}
	ctx = r.e.Tracer.Ask(ctx)
	r.tries++
	step.Try, step.Waited = r.tries, r.e.Now().Sub(step.At)
	end, err := r.put(ctx, h, &a)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		end.Usage, err = cmp.Or(end.Usage, llm.Spent(err)), cause
	}
	text := r.written().Written
	if err == nil && len(end.Calls) == 0 && strings.TrimSpace(words.Visible(text)) == "" {
		err = errNothingSaid
	}
	r.settle(h, a, err)
	r.asked(ctx, step, a.prompt, end, err)
	if err != nil {
		return nil, err
	}
	if end.Finish == llm.FinishLength {
		text = r.round(ctx)
	}
	return &answer{text: text, end: end}, nil
}

// put asks the model. One that does not give whole replies is asked for a stream, now and from now
// on; one that takes no tools is offered none.
func (r *run) put(ctx context.Context, h *health, a *ask) (llm.End, error) {
	if h.toolless.Load() {
		a.prompt.Tools = nil
	}
	request := a.prompt.Request
	request.Whole = a.after == 0 && r.e.whole(h, r.at())
	end, err := r.listen(ctx, h, request, a.silence)
	if request.Whole && refuses(err) {
		h.pace.onlyStreams()
		request.Whole = false
		end, err = r.listen(ctx, h, request, a.silence)
	}
	if len(request.Tools) > 0 && refuses(err) {
		a.prompt.Tools, request.Tools = nil, nil
		end, err = r.listen(ctx, h, request, a.silence)
		h.toolless.Store(err == nil)
	}
	return end, err
}

// refuses reports whether a model does not take what it was asked.
func refuses(err error) bool {
	fault, ok := errors.AsType[*llm.Error](err)
	return ok && fault.Kind == llm.KindInvalid
}

// begin opens an attempt. Readers who heard some of an earlier one are told to forget it. It
// returns false if the customer has written since the brief.
func (r *run) begin(again context.CancelCauseFunc) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.queues && !r.heard && r.newest > r.seen && r.restarts < maxRestarts {
		r.restarts++
		return false
	}
	if r.wasHeard() {
		r.e.Hub.Status(r.at(), stream.Status{State: stream.Thinking, Discarded: r.message})
		r.message, r.heard, r.told = r.e.NewID(), false, false
	}
	r.text.Reset()
	r.again = again
	return true
}

// listen passes a model's deltas on as they come. A reply that goes on for ever is cut, and a model
// that is silent for longer than it may be, 0 for any time, is left.
func (r *run) listen(ctx context.Context, h *health, request llm.Request, silence time.Duration) (end llm.End, err error) {
	begun := r.e.Now()
	defer func() { h.pace.note(r.e.Now().Sub(begun), err) }()
	inner, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	if silence > 0 {
		watch := time.AfterFunc(silence, func() { leave(errSilent) })
		defer watch.Stop()
		defer func() {
			if err != nil && errors.Is(context.Cause(inner), errSilent) {
				err = silent(llm.Spent(err))
			}
		}()
		return r.hear(inner, h, request, func() { watch.Reset(silence) })
	}
	return r.hear(inner, h, request, func() {})
}

func silent(used llm.Usage) error {
	fault := llm.Fail(llm.KindTimeout, errSilent)
	fault.Usage = used
	return fault
}

// hear is listen within a context of its own; it calls heard for every sign of life. Once the context
// has ended nothing more is written, and the model ends too, saying what it has cost so far.
func (r *run) hear(ctx context.Context, h *health, request llm.Request, heard func()) (llm.End, error) {
	end := llm.End{Finish: llm.FinishLength}
	lost, said := false, 0
	for d, err := range r.asking.Model.Stream(ctx, request) {
		if err != nil {
			return end, err
		}
		if heard(); d.End != nil && !lost {
			return *d.End, nil
		}
		if d.End != nil {
			return *d.End, context.Cause(ctx)
		}
		h.breaker.alive(r.pass)
		if !r.write(ctx, clean(d.Text)) {
			if lost = ctx.Err() != nil; !lost {
				break
			}
		}
		if said += llm.EstimateTokens(d.Text); tooMuch(request, said) {
			break
		}
	}
	return end, context.Cause(ctx)
}

// tooMuch reports whether a model goes on far beyond what it was allowed to say, so that it has not been
// told or does not care. An estimate may be twice of what a model counts. A whole reply is there already.
func tooMuch(r llm.Request, said int) bool {
	return r.MaxTokens > 0 && !r.Whole && said > 2*r.MaxTokens+leastReply
}

// write adds a piece to the reply. It returns false when nothing more is wanted.
func (r *run) write(ctx context.Context, piece string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ctx.Err() != nil {
		return false
	}
	if piece == "" {
		return true
	}
	if r.text.Len() == 0 {
		r.e.Hub.Status(r.at(), stream.Status{State: stream.Writing})
	}
	r.text.WriteString(piece)
	r.told = true
	if r.e.Hub.Delta(r.at(), r.message, piece) {
		r.heard = true
	}
	return r.text.Len() < r.e.Limits.ReplyBytes
}

// add says a flow's words behind the model's, which cannot keep them back, and returns the whole
// reply.
func (r *run) add(ctx context.Context, tail string) string {
	if text := r.written().Written; tail != "" {
		r.write(context.WithoutCancel(ctx), behind(text, tail)[len(text):])
	}
	return r.written().Written
}

// clean takes out what no message may hold: NUL, and what is not UTF-8.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// nudge tells that the customer wrote again. The attempt starts over unless some of it has gone out.
func (r *run) nudge(seq int64, cause console.Cause) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.newest = max(r.newest, seq); seq > r.seen && r.later == (console.Cause{}) {
		r.later = cause
	}
	if r.again == nil || r.queues || r.heard || seq <= r.seen || r.restarts >= maxRestarts {
		return
	}
	r.restarts++
	r.again(errAgain)
	r.again = nil
}

// written returns the reply so far.
func (r *run) written() console.Halted {
	r.mu.Lock()
	defer r.mu.Unlock()
	return console.Halted{Written: r.text.String(), MessageID: r.message, Seen: r.seen}
}

// discard tells readers to forget what they heard.
func (r *run) discard() {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := stream.Status{State: stream.Idle}
	if r.wasHeard() {
		s.Discarded = r.message
	}
	r.e.Hub.Status(r.at(), s)
}

// wasHeard reports whether anyone may have heard some of the reply: of a reader on another node who came
// behind the turn's first status nobody knows until what was told has reached Redis. It is called under mu.
func (r *run) wasHeard() bool { return r.heard || r.told && r.e.Hub.Watched(r.at()) }

// at is where the turn's reply is heard.
func (r *run) at() stream.At {
	return stream.At{Team: r.turn.TeamID, Agent: r.turn.AgentID, Conversation: r.turn.ConversationID}
}

func (r *run) status(s stream.State) {
	r.e.Hub.Status(r.at(), stream.Status{State: s})
}

// sleep waits, or returns why the context ended first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
