package turns

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

// note puts what has just been decided into the journal.
func (r *run) note(steps []console.Step) {
	at := r.e.Now()
	for _, s := range steps {
		if s.At.IsZero() {
			s.At = at
		}
		r.did(r.traced, s)
	}
}

// maxQuote bounds what a record quotes of a passage, in bytes.
const maxQuote = 240

// given is the step of giving passages to a model, none where there are none.
func given(passages []console.Passage) []console.Step {
	if len(passages) == 0 {
		return nil
	}
	sources := make([]console.Source, len(passages))
	for i, p := range passages {
		sources[i] = console.Source{PassageID: p.ID, BaseID: p.BaseID, Name: p.Source, Quote: short(p.Text, maxQuote)}
	}
	return []console.Step{{Kind: console.StepKnowledge, Sources: sources}}
}

// asked puts an asking of a model into the journal, once it is over, however it ended. ctx is that of its span.
func (r *run) asked(ctx context.Context, s console.Step, p told, end llm.End, err error) {
	s.Took, s.Fault = r.e.Now().Sub(s.At), word(err)
	cut, misfits := err == nil && end.Finish == llm.FinishLength, misfitsOf(end, err)
	switch {
	case cut:
		s.Fault = console.FaultCut
	case err == nil && len(misfits) > 0:
		s.Fault = console.FaultCalls
	}
	if len(misfits) > 0 {
		s.Note = strings.TrimSpace(s.Note + " calls that came to nothing: " + llm.List(misfits))
	}
	if r.purse.by != "" && (cut || errors.Is(err, llm.ErrNoRoom)) {
		r.journal.over(r.purse.by)
		s.Note = strings.TrimSpace(s.Note + " cut by the budget " + string(r.purse.by))
	}
	s.Tokens = cost(r.asking, p.Request, end, r.written().Written, err)
	r.purse.pay(s.Tokens.Total())
	s.Cost = r.asking.Price.Of(s.Tokens)
	if r.asking.Provider != console.ProviderBuiltin { // which reads no prompt
		r.talk = p.talk
		r.journal.prompt(p)
	}
	r.did(ctx, s)
}

// misfitsOf are the calls of an asking that nobody could act on, however it ended.
func misfitsOf(end llm.End, err error) []llm.Misfit {
	if none, ok := errors.AsType[*llm.CallsError](err); ok {
		return none.Misfits
	}
	return end.Misfits
}

// cost is what an asking cost, however it ended: what the provider said, or an estimate where it said
// nothing and asks money all the same. What the built-in model says costs nothing.
func cost(c Candidate, request llm.Request, end llm.End, text string, err error) console.Tokens {
	told := cmp.Or(end.Usage, llm.Spent(err))
	free := c.Provider == console.ProviderBuiltin || err != nil && !charged(err, text)
	if told == (llm.Usage{}) && !free {
		return estimate(request, text)
	}
	return tokensOf(told)
}

// keepTime bounds the telling of what a run did.
const keepTime = 2 * time.Second

// keep puts on record what a run did that did not end its turn: somebody else has, or it is to be
// answered anew. No ordinary turn comes here, so that it costs no commit of one.
func (r *run) keep() {
	record := r.journal.written()
	if len(record.Steps) == 0 {
		return
	}
	if !errors.Is(context.Cause(r.ctx), errHalted) { // else it is a message by now
		record.Discarded = r.written().Written
	}
	turn := r.turn
	turn.Record = &record
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), keepTime)
	defer cancel()
	err := r.e.DB.Write(ctx, turn.TeamID, func(tx Tx) error { return tx.KeepRecord(ctx, turn, r.e.Now()) })
	if err != nil {
		r.e.Log.LogAttrs(ctx, slog.LevelWarn, "keeping a turn's record failed", append(r.who(), slog.String("error", err.Error()))...)
	}
}

// charged reports whether a provider asks money for an asking that failed: it had begun to work. One that
// answers with an error in place of a reply, be it that the time was up, asks none.
func charged(err error, text string) bool {
	fault, ok := errors.AsType[*llm.Error](err)
	if text != "" || !ok {
		return true
	}
	return !fault.Answered && (fault.Kind == llm.KindBroken || fault.Kind == llm.KindTimeout)
}

// estimate is about what an asking costs of which no numbers came.
func estimate(request llm.Request, text string) console.Tokens {
	return tokensOf(llm.EstimateUsage(request, text))
}

// word is what went wrong, for a record: never the text of an error, which is for the log.
func word(err error) string {
	fault, ofModel := errors.AsType[*llm.Error](err)
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errNothingSaid):
		return "empty"
	case errors.Is(err, errAgain):
		return "restarted"
	case errors.Is(err, errExpired), errors.Is(err, context.DeadlineExceeded):
		return "deadline"
	case errors.Is(err, errStopping):
		return "shutdown"
	case ofModel:
		return string(fault.Kind)
	case errors.Is(err, errGone), errors.Is(err, errHalted), errors.Is(err, errStopped):
		return "stopped"
	default:
		return "unknown"
	}
}
