package flows

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/words"
)

// The bounds of a flow that runs.
const (
	maxSilent = 100 // steps in one go
	maxStrays = 5   // digressions in a row
)

// run leads through a flow, from one message to the next.
type run struct {
	m      *hearing
	f      *flow
	d      Decision
	said   []string
	fields map[string]string
	given  map[string]bool // fields that came along with another answer, which are not asked for
	turns  int             // of the fields: how often one of them became another
}

// newRun goes on with a decision that may hold notes already.
func newRun(m *hearing, f *flow, d Decision) *run {
	d.Flow = f.name
	return &run{m: m, f: f, d: d, fields: map[string]string{}, given: map[string]bool{}}
}

// proceed goes from a step to the next that waits for an answer, or to the end.
func (r *run) proceed(at int) Decision {
	seen := make([]int, len(r.f.steps))
	for range maxSilent {
		if at < 0 || at >= len(r.f.steps) {
			return r.end(Ended)
		}
		s := &r.f.steps[at]
		r.d.Step = s.name
		if seen[at] == r.turns+1 { // and since nothing has changed since, it would go on so
			r.note("went round in a circle without a question")
			return r.handOff(template{})
		}
		seen[at] = r.turns + 1
		next, done := r.do(s)
		if done {
			return r.finish()
		}
		at = next
	}
	r.note(fmt.Sprintf("went through %d steps without a question", maxSilent))
	return r.handOff(template{})
}

// do does one step and says which is next; done where the flow now waits or has ended.
func (r *run) do(s *step) (next int, done bool) {
	switch s.kind {
	case stepAsk:
		if r.has(s) {
			return s.to, false
		}
		r.ask(s)
		return 0, true
	case stepSay:
		if !r.say(s.content) {
			return 0, true
		}
	case stepSet:
		value, ok := r.render(s.value)
		if !ok {
			return 0, true
		}
		r.set(s, beginning(value, maxAnswer))
	case stepBranch:
		if !r.holds(s.when) {
			return s.orElse, false
		}
	case stepHandoff:
		r.handOff(s.content)
		return 0, true
	case stepEnd:
		if r.say(s.content) {
			r.end(Ended)
		}
		return 0, true
	case stepGoto:
	}
	return s.to, false
}

// set keeps a value, for the contact too where it is the customer's name, address or number; one that is none of these
// is kept with the flow alone.
func (r *run) set(s *step, value string) {
	if s.want.kind == KindText || s.want.kind == "" {
		r.learn(s.field, KindText, value)
		return
	}
	read, ok := r.wanted(s).read(value)
	if !ok {
		r.note("keeps what is no " + string(s.want.kind))
		r.keep(s.field, value)
		return
	}
	r.learn(s.field, s.want.kind, read)
}

// has reports whether an ask need not be asked.
func (r *run) has(s *step) bool {
	if s.field == "" {
		return false
	}
	if r.given[s.field] {
		delete(r.given, s.field) // a circle asks for it
		r.turns++
		return true
	}
	if !s.skip {
		return false
	}
	value := r.m.contact(s.field)
	if value == "" {
		return false
	}
	r.keep(s.field, value)
	return true
}

// keep notes what a field is.
func (r *run) keep(field, value string) {
	if before, ok := r.fields[field]; !ok || before != value {
		r.turns++
	}
	r.fields[field] = value
}

// contact is what is known of the customer under a field's name.
func (m *hearing) contact(field string) string {
	known := &m.facts().Contact // with what has been learned just now
	switch Kind(field) {
	case KindName:
		return known.Name
	case KindEmail:
		return known.Email
	case KindPhone:
		return known.Phone
	default:
		return known.Fields[field]
	}
}

func (r *run) ask(s *step) {
	if !s.followup.blank() && !r.say(s.content) {
		return
	}
	if !r.putQuestion(s) {
		return
	}
	r.wait(s, State{})
	if r.d.Outcome == "" {
		r.d.Outcome = WentOn
	}
}

// putQuestion says the question of an ask, with its options.
func (r *run) putQuestion(s *step) bool {
	text, ok := r.render(s.question())
	if ok {
		r.d.Question = listed(text, s.want.options)
		r.put(r.d.Question)
	}
	return ok
}

// wait leaves the flow at a step. Of counts, tries and digressions are taken over.
func (r *run) wait(s *step, counts State) {
	r.d.Step = s.name
	r.d.State = State{
		Flow: r.f.name, Version: r.f.version, Step: s.name, Given: slices.Sorted(maps.Keys(r.given)),
		Tries: counts.Tries, Strayed: counts.Strayed,
	}
	if len(r.fields) > 0 {
		r.d.State.Fields = maps.Clone(r.fields)
	}
}

func (r *run) put(text string) {
	if strings.TrimSpace(text) != "" {
		r.said = append(r.said, text)
	}
}

// say says a text of the flow; false if it could not be worked out, and a human has the conversation.
func (r *run) say(t template) bool {
	text, ok := r.render(t)
	if ok {
		r.put(text)
	}
	return ok
}

func (r *run) render(t template) (string, bool) {
	text, err := r.m.render(t, r)
	if err != nil {
		r.note("a text " + err.Error())
		r.handOff(template{})
		return "", false
	}
	return text, true
}

func (r *run) holds(c *condition) bool {
	if c == nil {
		return false
	}
	f := *r.m.facts()
	f.Fields = r.typed()
	holds, err := r.m.judge.holds(c, &f, &r.m.set.machines)
	if err != nil {
		r.note("a condition " + err.Error())
	}
	return holds
}

// typed are the fields as conditions see them: numbers as such, and nil for what is not collected yet.
func (r *run) typed() map[string]any {
	typed := make(map[string]any, len(r.fields))
	for name, value := range r.fields {
		typed[name] = value
		if r.f.fields[name] != KindNumber {
			continue
		}
		if _, n, ok := numberOf(value, "", r.m.set.numbersIn("en")); ok {
			typed[name] = n
		}
	}
	return typed
}

// told are the fields as responses see them: numbers as such, written as people write them.
func (r *run) told() map[string]any {
	all := r.typed()
	for name, value := range all {
		if n, ok := value.(float64); ok {
			if f, err := amount(n); err == nil {
				all[name] = f
			}
		}
	}
	return all
}

// learn keeps what was told under a field, and for the contact.
func (r *run) learn(field string, kind Kind, value string) {
	if field == "" {
		return
	}
	r.keep(field, value)
	r.d.Learned = append(r.d.Learned, Learned{Field: field, Kind: kind, Value: value})
	c := &r.m.facts().Contact
	switch kind {
	case KindName:
		c.Name, c.FirstName = value, first(value)
	case KindEmail:
		c.Email = value
	case KindPhone:
		c.Phone = value
	default:
		c.Fields = maps.Clone(c.Fields)
		if c.Fields == nil {
			c.Fields = map[string]string{}
		}
		c.Fields[field] = value
	}
}

func (r *run) note(text string) {
	r.d.note(fmt.Sprintf("flow %s, step %s: %s", r.f.name, r.d.Step, text))
}

// end leaves the flow.
func (r *run) end(o Outcome) Decision {
	r.d.State, r.d.Outcome = State{}, o
	return r.finish()
}

// handOff leaves the flow to a human, with words of the flow's or our own.
func (r *run) handOff(words template) Decision {
	text, err := r.m.render(words, r)
	if err != nil {
		r.note("a text " + err.Error())
	}
	if strings.TrimSpace(text) == "" {
		text = sayHandoff.in(r.m.in.language())
	}
	r.put(text)
	r.d.Attention = true
	return r.end(HandedOff)
}

func (r *run) finish() Decision {
	r.d.Text = beginning(strings.Join(r.said, "\n\n"), console.MaxMessageLength)
	return r.d
}

// wanted is what an answer to a step is held to, now.
func (r *run) wanted(s *step) wanted {
	w := s.want
	w.now, w.numerals = r.m.in.Now, r.m.set.numbersIn(words.Base(r.m.in.language()))
	if w.region == "" {
		w.region = regionOf(r.m.in.Agent.Timezone)
	}
	w.from, w.until = r.today(w.from), r.today(w.until)
	return w
}

// today puts the day in where a bound is the zero time.
func (r *run) today(bound *time.Time) *time.Time {
	if bound == nil || !bound.IsZero() {
		return bound
	}
	t := midnight(r.m.in.Now)
	return &t
}
