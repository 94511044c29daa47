package flows

import (
	"cmp"
	"fmt"
	"slices"
)

// hearing is one message on its way to a decision.
type hearing struct {
	set        *Set
	in         Input
	h          heard
	found      *hits
	candidates []candidate
	known      *facts
	verdicts   map[int]Considered // of the rules that were asked, by index
}

func (s *Set) hear(in Input) *hearing {
	m := &hearing{set: s, in: in, h: hear(in.Text)}
	m.in.State = in.State.held()
	m.found = s.index.match(m.h)
	m.candidates = s.candidates(m.found)
	return m
}

func (m *hearing) decide() Decision {
	var notes []string
	if m.in.State.InFlow() {
		d, left := m.resume()
		if !left {
			return d
		}
		notes = d.Notes
	}
	d := m.outside()
	if notes != nil {
		d.Notes = append(notes, d.Notes...)
		if d.Flow == "" {
			d.Flow, d.Outcome = m.in.State.Flow, Dropped
		}
	}
	return d
}

// outside decides where no flow is in progress.
func (m *hearing) outside() Decision {
	d, fired := m.rule()
	if fired {
		return d
	}
	if f := m.begins(); f != nil {
		r := newRun(m, f, d)
		r.d.Outcome = Began
		return r.proceed(0)
	}
	return d
}

// rule asks the rules. It reports whether one fired; its response is then the Text, which is empty if
// the rule leaves the message to the model or its response could not be worked out.
func (m *hearing) rule() (Decision, bool) {
	var d Decision
	for _, c := range m.candidates {
		r := c.rule
		if !r.enabled || r.prose {
			continue
		}
		v := Considered{By: c.by(), Verdict: VerdictFired}
		holds, err := m.holds(r.condition)
		switch {
		case err != nil:
			v.Verdict, v.Note = VerdictFailed, "the condition "+err.Error()
			d.Notes = append(d.Notes, fmt.Sprintf("rule %s: %s", r.ID, v.Note))
		case !holds:
			v.Verdict = VerdictFalse
		}
		if v.Verdict == VerdictFired {
			fired := r.Fired
			fired.By = c.by()
			d.Rule, d.Attention = &fired, r.handoff
			if d.Text, err = r.response.render(m.values(nil, r.response)); err != nil {
				v.Note = "the response " + err.Error()
				d.Notes = append(d.Notes, fmt.Sprintf("rule %s: %s", r.ID, v.Note))
				d.Attention = true
			}
			if r.response.blank() {
				d.Text = ""
			}
		}
		m.note(r.Index, v)
		if d.Rule != nil {
			return d, true
		}
	}
	return d, false
}

func (m *hearing) note(rule int, v Considered) {
	if m.verdicts == nil {
		m.verdicts = map[int]Considered{}
	}
	m.verdicts[rule] = v
}

func (m *hearing) holds(c *condition) (bool, error) {
	if c == nil {
		return true, nil
	}
	return m.set.judge.holds(c, m.facts())
}

// facts are gathered when something first asks for them.
func (m *hearing) facts() *facts {
	if m.known == nil {
		m.known = factsOf(m.in, m.h)
		if m.set.analyser != nil {
			m.known.Message.Language = m.set.analyser.Language(m.in.Text, m.in.Agent.Language)
		}
	}
	return m.known
}

// values are what a template may ask for; nil for one that asks for nothing.
func (m *hearing) values(fields map[string]string, t template) map[string]any {
	if t.liquid == nil {
		return nil
	}
	return m.facts().values(fields)
}

// begins returns the flow that the message begins, nil if it begins none: of those with enough
// keywords in it the one of the highest priority, then of the greatest weight, then with the longest
// keyword, then the first.
func (m *hearing) begins() *flow {
	if len(m.found.flows) == 0 {
		return nil
	}
	type start struct {
		f               *flow
		weight, longest int
	}
	starts := map[int]start{}
	for _, hit := range m.found.flows {
		i := int(hit.owner) - len(m.set.rules)
		s := starts[i]
		s.f = m.set.flows[i]
		s.weight += s.f.keywords[hit.part].weight
		s.longest = max(s.longest, int(hit.length))
		starts[i] = s
	}
	var all []start
	for _, s := range starts {
		if s.f.runs() && s.weight >= enough {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return slices.MinFunc(all, func(a, b start) int {
		return cmp.Or(
			cmp.Compare(b.f.priority, a.f.priority), cmp.Compare(b.weight, a.weight),
			cmp.Compare(b.longest, a.longest), cmp.Compare(a.f.index, b.f.index))
	}).f
}
