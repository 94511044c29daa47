package flows

import (
	"fmt"
	"strings"
)

// resume takes a message as what it is to the flow in progress: the wish to stop, an answer, or
// something else. It reports that the flow has been left, with a note why, and that the message is
// to be decided as outside of it.
func (m *hearing) resume() (d Decision, left bool) {
	state := m.in.State
	f := m.set.flow(state)
	if f == nil {
		return dropped("flow %s is not there any more", state.Flow), true
	}
	at := f.find(state.Step)
	switch {
	case at == outside || f.steps[at].kind != stepAsk,
		state.Version != f.version && !f.steps[at].named:
		return dropped("flow %s was edited, and its step %s is not there any more", f.name, state.Step), true
	}
	r := newRun(m, f, Decision{})
	s := &f.steps[at]
	r.d.Step = s.name
	r.restore(state)
	if r.cancelled(s) {
		return r.stop(), false
	}
	if value, ok := r.answer(s); ok {
		r.learn(s.field, s.want.kind, value)
		r.bring(s)
		return r.proceed(s.to), false
	}
	return r.astray(s)
}

// restore takes up what was collected before.
func (r *run) restore(state State) {
	for name, value := range state.Fields {
		if _, ok := r.f.fields[name]; ok {
			r.fields[name] = value
			r.recall(name, value)
		}
	}
	for _, name := range state.Given {
		if r.fields[name] != "" {
			r.given[name] = true
		}
	}
}

// stop leaves the flow because the customer wishes so.
func (r *run) stop() Decision {
	text, err := r.m.render(r.f.stopped, r)
	if err != nil {
		r.note("a text " + err.Error())
	}
	if strings.TrimSpace(text) == "" {
		text = sayCancelled.in(r.m.in.language())
	}
	r.put(text)
	return r.end(Cancelled)
}

// recall makes known of the customer what was told earlier in the flow, where nothing else is.
func (r *run) recall(field, value string) {
	c := &r.m.facts().Contact
	switch k := r.f.fields[field]; {
	case k == KindName && c.Name == "":
		c.Name, c.FirstName = value, first(value)
	case k == KindEmail && c.Email == "":
		c.Email = value
	case k == KindPhone && c.Phone == "":
		c.Phone = value
	}
}

func dropped(format string, args ...any) Decision {
	return Decision{Notes: []string{fmt.Sprintf(format, args...)}}
}

// cancelled reports whether the customer wants to stop: in words that everybody uses, unless they are
// an option, or in the flow's own.
func (r *run) cancelled(s *step) bool {
	h := r.m.h
	if s.want.kind == KindChoice {
		w := r.wanted(s)
		if _, ok := exactly(w.options, r.m.in.Text, w.numerals); ok {
			return false
		}
		if _, ok := w.read(r.m.in.Text); ok && in(plainly(r.m.in.Text), refraining) {
			return false
		}
	}
	if r.m.set.talk.cancels(h) {
		return true
	}
	for _, p := range r.f.cancel {
		if h.says(p.source) {
			return true
		}
	}
	return false
}

// answer reads the answer to a step; false where there is none, or where the message asks something
// instead. Free words are none where they may be for a person who has written since.
func (r *run) answer(s *step) (string, bool) {
	h, t := r.m.h, r.m.set.talk
	switch s.want.kind {
	case KindEmail, KindPhone:
	case KindText:
		if r.m.in.Interrupted || t.asks(h) || r.clearlyRuled() {
			return "", false
		}
	case KindName:
		if r.m.in.Interrupted && !introduces(h.text) || marked(h.text) || len(h.words) > 2 && t.wonders(h) || r.clearlyRuled() {
			return "", false
		}
	case KindDate, KindNumber, KindChoice:
		if t.wonders(h) {
			return "", false
		}
	}
	return r.wanted(s).read(r.m.in.Text)
}

// clearlyRuled reports whether a rule is meant by a message that could also be an answer in free
// words: one word of it is not enough, unless it is all of the message.
func (r *run) clearlyRuled() bool {
	for _, c := range r.m.candidates {
		if !c.rule.enabled || c.rule.prose {
			continue
		}
		p := c.rule.parts[c.part]
		if p.kind == phrase && len(p.words) < 2 && len(r.m.h.words) > 1 {
			continue
		}
		if holds, err := r.m.holds(c.rule.condition); err == nil && holds {
			return true
		}
	}
	return false
}

// bring takes along addresses and numbers that were given together with an answer, where the next
// steps would ask for them.
func (r *run) bring(s *step) {
	for at := s.to; at > 0 && at < len(r.f.steps); at = r.f.steps[at].to {
		next := &r.f.steps[at]
		if next.kind != stepAsk || next.want.kind != KindEmail && next.want.kind != KindPhone || next.want.kind == s.want.kind {
			return
		}
		if next.field == "" {
			return
		}
		if value, ok := r.wanted(next).read(r.m.in.Text); ok {
			r.learn(next.field, next.want.kind, value)
			r.given[next.field] = true
		}
	}
}

// astray deals with a message that is no answer: a rule's response or a model's, and the question
// again; or, where nothing else is in it, what is wrong with it. After too many of either the flow
// is left.
func (r *run) astray(s *step) (Decision, bool) {
	d, fired := r.m.rule()
	question := r.m.set.talk.asks(r.m.h)
	r.d.Notes, r.d.Rule, r.d.Attention = append(r.d.Notes, d.Notes...), d.Rule, d.Attention
	if !fired && !question && !r.m.in.Interrupted {
		return r.retry(s), false
	}
	state := r.m.in.State
	if state.Strayed >= maxStrays {
		return dropped("flow %s, step %s: %d other questions in a row", r.f.name, s.name, maxStrays+1), true
	}
	r.put(d.Text)
	if !r.putQuestion(s) {
		return r.finish(), false
	}
	r.d.Outcome = Digressed
	r.wait(s, State{Tries: state.Tries, Strayed: state.Strayed + 1})
	if d.Text == "" {
		r.d.After = strings.Join(r.said, "\n\n")
		return r.d, false
	}
	return r.finish(), false
}

// retry says what is wrong with an answer, or calls a human after too many.
func (r *run) retry(s *step) Decision {
	tries := r.m.in.State.Tries + 1
	if tries >= s.tries {
		r.note(fmt.Sprintf("%d answers that could not be used", tries))
		return r.handOff(template{})
	}
	if s.retry.blank() {
		r.put(retrySaying(s.want.kind).in(r.m.in.language()))
		if !r.putQuestion(s) {
			return r.finish()
		}
	} else if r.say(s.retry) {
		r.d.Question = r.said[len(r.said)-1]
	} else {
		return r.finish()
	}
	r.d.Outcome = Asked
	r.wait(s, State{Tries: tries, Strayed: r.m.in.State.Strayed})
	return r.finish()
}
