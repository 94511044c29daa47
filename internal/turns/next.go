package turns

import (
	"errors"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

// transcript is what a turn knows and what has happened in it so far.
type transcript struct {
	brief   brief
	chain   []Candidate   // whom to ask; nil: that has not been found out
	tries   []try         // what came to nothing
	told    bool          // what led to the first asking is in the journal
	shown   []int         // the windows of which it is in the journal what did not fit
	answer  *answer       // of the model, once it gave one
	expired bool          // the turn's time is over
	left    time.Duration // of the turn's time
	jitter  float64       // 0 to 1, by chance
}

// answer is what a model said.
type answer struct {
	text string
	end  llm.End
}

// wantsHuman reports whether a human should look: the model says so, it said a half only, or wanted
// something done that nobody could make out.
func (a *answer) wantsHuman() bool {
	switch a.end.Finish {
	case llm.FinishUnknown, llm.FinishLength, llm.FinishCalls:
		return true
	case llm.FinishStop:
	}
	return len(a.end.Misfits) > 0
}

// action is what a turn does next: ask or say.
type action interface{ action() }

// ask puts a request to a candidate, after a wait if it has failed before.
type ask struct {
	who     int // place in the chain
	after   time.Duration
	silence time.Duration // how long it may say nothing; 0: the adapter's own bound
	resort  bool          // its breaker is open, and nobody else is left
	prompt  told
	about   string         // which of several messages it is about; empty: all
	tail    string         // what is said behind the model's answer, word for word; empty: nothing
	steps   []console.Step // what led to it, for the journal
}

// say ends the turn with a reply.
type say struct {
	reply reply
	steps []console.Step // what decided it, for the journal
}

// note is what the record says of it.
func (a ask) note() string {
	if a.resort {
		return strings.TrimSpace("as a last resort " + a.about)
	}
	return a.about
}

func (ask) action() {}
func (say) action() {}

// errNothingSaid is the fault of a model that ended without a word.
var errNothingSaid = errors.New("the model said nothing")

// next decides the one thing that is to be done now. It is pure.
//
// What rules and flows have decided is the reply, and no model is asked. Otherwise the agent's models
// are asked, one after the other, until one answers, none is left or the time is over; then the
// customer gets an apology and a human is called. Behind either stands what was decided of other
// messages, and the question of the flow that the customer strayed from.
func next(t transcript, l Limits) action {
	if t.brief.late() {
		return say{} // the fence discards it
	}
	if t.brief.decided.text != "" {
		s := t.say(t.brief.decided.text, console.TurnReplied, "")
		s.steps = t.brief.decided.steps
		return s
	}
	if t.answer != nil {
		s := t.say(t.answer.text, console.TurnReplied, "")
		s.reply.attention = s.reply.attention || t.answer.wantsHuman()
		return s
	}
	if t.expired {
		return t.apologise(console.WhyDeadline)
	}
	return t.ask(l)
}

func (t transcript) say(text string, state console.TurnState, why console.Why) say {
	return say{reply: reply{
		message: console.Message{Text: text}, state: state, why: why, seen: t.brief.seen(),
		attention: t.brief.decided.attention, upon: t.brief.conversation.Flow, flow: t.brief.decided.flow, learned: t.brief.decided.learned,
	}}
}

func (t transcript) apologise(why console.Why) say {
	s := t.say(behind(apology(t.brief.language()), t.brief.decided.after), console.TurnFailed, why)
	s.reply.attention = true
	s.steps = []console.Step{{Kind: console.StepApology, Fault: string(why)}}
	return s
}

// behind puts the question of a flow behind a text.
func behind(text, after string) string {
	if after == "" {
		return text
	}
	return text + "\n\n" + after
}
