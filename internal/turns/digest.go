package turns

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

// The bounds of summing up on one node. Nothing waits for it: who comes when it is busy comes again
// with the next reply of the same conversation.
const (
	maxDigests  = 16                    // at a time
	digestPause = 50 * time.Millisecond // between two beginnings
	digestTime  = 30 * time.Second      // for one
)

// summary returns what stands for the beginning of a conversation. One that is told in full needs
// none.
func (e *Engine) summary(ctx context.Context, from Reads, b brief) (console.Summary, error) {
	if len(b.history) == 0 || len(b.history) < digestKeeps && b.history[0].Seq <= 1 {
		return console.Summary{}, nil
	}
	if s, ok := e.summaries.get(b.conversation.ID, b.contact.CreatedAt); ok {
		return s, nil
	}
	s, err := from.Summary(ctx, b.conversation.ID)
	if err == nil {
		s.ConversationID = b.conversation.ID
		e.summaries.put(s, b.contact.CreatedAt)
	}
	return s, err
}

// digest sums up a conversation in the background if it has outgrown what a model is told. It is
// called once a reply has been committed, by whoever held its turn, with what the reply rested on, the
// room that the conversation had in what was asked, 0 where nobody was, and what was spent for it:
// nothing is summed up by the built-in model, which reads no history.
func (e *Engine) digest(b brief, room int, spent int64) {
	if room == 0 {
		return
	}
	if to := outgrown(b, room); to > 0 {
		e.beginDigest(b, to, spent)
	}
}

// beginDigest does nothing where as much is being summed up as may be. It stands apart from digest, as
// what it hands to a goroutine is copied, which most replies have no need of.
func (e *Engine) beginDigest(b brief, to, spent int64) {
	id := b.conversation.ID
	e.mu.Lock()
	defer e.mu.Unlock()
	since := e.Now().Sub(e.digested)
	busy := len(e.digesting) >= maxDigests || since >= 0 && since < digestPause
	if e.closed || busy || e.digesting[id] {
		return
	}
	e.digesting[id], e.digested = true, e.Now()
	e.runs.Go(func() {
		defer e.undigest(id)
		e.sumUp(b, to, spent)
	})
}

func (e *Engine) undigest(id console.ID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.digesting, id)
}

// sumUp asks for a summary and keeps it, and what was spent for it in any case, and writes the one log
// line of it.
func (e *Engine) sumUp(b brief, to, spent int64) {
	ctx, cancel := context.WithTimeout(e.spare, digestTime)
	defer cancel()
	log := e.Log.With("conversation", b.conversation.ID, "team", b.turn.TeamID, "to", to)
	p := purse{e: e, turn: b.turn, before: spent}
	defer p.close()
	s, steps, err := e.write(ctx, &p, b, to)
	if len(steps) > 0 {
		err = errors.Join(err, e.keep(ctx, b, s, steps))
	}
	switch {
	case err == nil:
		last := steps[len(steps)-1]
		log.InfoContext(ctx, "summary", "model", last.Model.Name, "ms", last.Took.Milliseconds())
	case errors.Is(err, errNobody), e.spare.Err() != nil, console.IsNotFound(err):
	default:
		log.WarnContext(ctx, "summing up failed", "error", err.Error())
	}
}

// errNobody says that no model can sum up.
var errNobody = errors.New("turns: no model can sum up")

// write asks the agent's models in their order, each once, unless a budget is used up. It returns the
// askings that cost something, also with an error; the summary is then the zero value but for its
// conversation.
func (e *Engine) write(ctx context.Context, p *purse, b brief, to int64) (console.Summary, []console.Step, error) {
	none := console.Summary{ConversationID: b.conversation.ID, AgentID: b.agent.ID}
	messages, err := e.outgrowing(ctx, b, to)
	if err != nil {
		return none, nil, err
	}
	chain, err := e.Models.Chain(ctx, b.turn.TeamID, b.agent)
	if err != nil {
		return none, nil, err
	}
	fault := errNobody
	var steps []console.Step
	for _, c := range chain {
		if c.Provider == console.ProviderBuiltin {
			continue
		}
		request := digestPrompt(b, messages, e.Limits.in(c.Window))
		if over, err := p.take(ctx, b.agent, &request, estimate(request, "").Prompt); err != nil || over != "" {
			return none, steps, cmp.Or(err, errNobody)
		}
		step := console.Step{Kind: console.StepSummary, At: e.Now(), Model: c.ref()}
		text, tokens, err := e.askFor(ctx, c, request)
		step.Took, step.Tokens, step.Fault, step.Cost = e.Now().Sub(step.At), tokens, word(err), c.Price.Of(tokens)
		p.pay(tokens.Total())
		e.Watch.Did(b.turn.TeamID, step)
		if tokens.Total() > 0 {
			steps = append(steps, step)
		}
		if err == nil {
			made := none
			made.ToSeq, made.Text, made.Upon = to, text, b.summary.Text
			return made, steps, nil
		}
		fault = err
	}
	return none, steps, fault
}

// outgrowing are the messages to be summed up. Those that the reply did not look at any more are
// read.
func (e *Engine) outgrowing(ctx context.Context, b brief, to int64) ([]console.Message, error) {
	all := b.history
	if all[0].Seq > b.summary.ToSeq+1 {
		back := min(b.conversation.Seq-b.summary.ToSeq, maxDigested)
		read, err := e.DB.Team(b.turn.TeamID).History(ctx, b.conversation.ID, int(back))
		if err != nil {
			return nil, err
		}
		all = read
	}
	var found []console.Message
	for _, m := range all {
		if m.Seq > b.summary.ToSeq && m.Seq <= to {
			found = append(found, m)
		}
	}
	return found, nil
}

// askFor returns a whole answer of a model that has a place and is not being left alone, and what it
// cost, which may be something also where there is none.
func (e *Engine) askFor(ctx context.Context, c Candidate, r llm.Request) (string, console.Tokens, error) {
	h := e.healths.of(c, e.Limits.Upstream)
	if err := h.enter(ctx); err != nil {
		return "", console.Tokens{}, err
	}
	defer h.leave()
	admitted, err := h.breaker.admit(e.Now())
	if err != nil {
		return "", console.Tokens{}, err
	}
	r.Whole = h.pace.whole(true)
	text, end, err := collect(ctx, c.Model, r)
	if fault, ok := errors.AsType[*llm.Error](err); r.Whole && ok && fault.Kind == llm.KindInvalid {
		h.pace.onlyStreams()
		r.Whole = false
		text, end, err = collect(ctx, c.Model, r)
	}
	h.breaker.settle(e.Now(), admitted, err)
	return text, cost(c, r, end, text, err), err
}

// collect returns all that a model says, as far as it may be; with an error what it had said.
func collect(ctx context.Context, m llm.Model, r llm.Request) (string, llm.End, error) {
	var b strings.Builder
	end := llm.End{Finish: llm.FinishLength}
	for d, err := range m.Stream(ctx, r) {
		if err != nil {
			return b.String(), end, err
		}
		if d.End != nil {
			end = *d.End
			break
		}
		b.WriteString(clean(d.Text))
		if b.Len() >= maxDigest {
			break
		}
	}
	text := short(strings.TrimSpace(b.String()), maxDigest)
	if text == "" {
		return "", end, errNothingSaid
	}
	return text, end, ctx.Err()
}

func tokensOf(u llm.Usage) console.Tokens {
	return console.Tokens{
		Prompt: int64(u.PromptTokens), Completion: int64(u.CompletionTokens), Estimated: u.Estimated,
	}
}

// keep stores a summary, if there is one, and puts what was spent on record with the turn after which it
// was made. It needs no time of the summary's own.
func (e *Engine) keep(ctx context.Context, b brief, s console.Summary, steps []console.Step) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer cancel()
	turn := b.turn
	turn.Record = &console.Record{Steps: steps}
	for _, step := range steps {
		turn.Record.Spend(step)
	}
	defer e.summaries.drop(s.ConversationID) // whether it was kept is for the store to say
	return e.DB.Write(ctx, turn.TeamID, func(tx Tx) error { return tx.PutSummary(ctx, s, turn, e.Now()) })
}
