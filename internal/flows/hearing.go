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
	judge      judge
	work       int                // that templates may still be
	verdicts   map[int]Considered // of the rules that were asked, by index; nil: nobody wants to know
}

func (s *Set) hear(in Input) *hearing {
	m := &hearing{set: s, in: in, h: hear(in.Text), work: maxWork}
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
			d.Flow, d.Step, d.Outcome = m.in.State.Flow, m.in.State.Step, Dropped
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
func (m *hearing) rule() (d Decision, fired bool) {
	for _, c := range m.candidates {
		if !c.rule.enabled || c.rule.prose {
			continue
		}
		holds, err := m.holds(c.rule.condition)
		switch {
		case err != nil:
			d.note(m.verdict(c, VerdictFailed, "the condition "+err.Error()))
		case !holds:
			m.verdict(c, VerdictFalse, "")
		default:
			m.fire(c, &d)
			return d, true
		}
	}
	return d, false
}

// fire lets a rule answer.
func (m *hearing) fire(c candidate, d *Decision) {
	fired := c.rule.Fired
	fired.By = c.by()
	d.Rule, d.Attention = &fired, c.rule.handoff
	if c.rule.response.blank() {
		m.verdict(c, VerdictFired, "it has no response, so the model answers")
		return
	}
	text, err := m.render(c.rule.response, nil)
	if err != nil {
		d.note(m.verdict(c, VerdictFired, "the response "+err.Error()))
		d.Attention = true
		return
	}
	d.Text = text
	m.verdict(c, VerdictFired, "")
}

// verdict keeps what came of asking a rule, for those who want to know, and returns it as a note.
func (m *hearing) verdict(c candidate, v Verdict, note string) string {
	if m.verdicts != nil {
		m.verdicts[c.rule.Index] = Considered{By: c.by(), Verdict: v, Note: note}
	}
	if note == "" {
		return ""
	}
	return fmt.Sprintf("rule %s: %s", c.rule.ID, note)
}

func (m *hearing) holds(c *condition) (bool, error) {
	if c == nil {
		return true, nil
	}
	return m.judge.holds(c, m.facts(), &m.set.machines)
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

// render works out a template, with the fields of a flow that runs, nil for none.
func (m *hearing) render(t template, of *run) (string, error) {
	if t.liquid == nil {
		return t.text, nil
	}
	var fields map[string]any
	if of != nil {
		fields = of.told()
	}
	values := m.facts().values(fields)
	values[languageName] = m.in.language()
	return t.render(values, &m.work)
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
