package flows

import "fmt"

// Explain decides as Decide does, and says of every rule and flow what the message made of it: the
// rules in their order, then the flows.
func (s *Set) Explain(in Input) (Decision, []Considered) {
	m := s.hear(in)
	defer m.judge.done(&s.machines)
	m.verdicts = map[int]Considered{}
	d := m.decide()
	by := make(map[int]string, len(m.candidates))
	for _, c := range m.candidates {
		by[c.rule.Index] = c.by()
	}
	var all []Considered
	for i := range s.rules {
		all = append(all, m.considered(&s.rules[i], by))
	}
	for i, f := range s.flows {
		all = append(all, m.consideredFlow(f, id(len(s.rules)+i), d))
	}
	return d, all
}

func (m *hearing) considered(r *rule, by map[int]string) Considered {
	v, asked := m.verdicts[r.Index]
	if !asked {
		v = Considered{By: by[r.Index], Verdict: VerdictBeaten}
		switch {
		case !r.enabled:
			v.Verdict = VerdictOff
		case v.By == "":
			v.Verdict = VerdictNoMatch
		case r.prose:
			v.Verdict, v.Note = VerdictProse, r.note
		}
	}
	if r.prose && v.Note == "" {
		v.Note = r.note
	}
	fired := r.Fired
	fired.By = v.By
	v.Rule = &fired
	return v
}

func (m *hearing) consideredFlow(f *flow, owner int32, d Decision) Considered {
	v := Considered{Flow: f.name, Verdict: VerdictBeaten}
	weight := 0
	for _, hit := range m.found.flows {
		if hit.owner != owner {
			continue
		}
		k := f.keywords[hit.part]
		weight += k.weight
		if len(k.source) > len(v.By) {
			v.By = k.source
		}
	}
	switch {
	case !f.active:
		v.Verdict = VerdictOff
	case f.inert != "":
		v.Verdict, v.Note = VerdictDescribed, f.inert
	case d.Flow == f.name && d.Outcome != Dropped:
		v.Verdict = VerdictFired
	case weight == 0:
		v.Verdict = VerdictNoMatch
	case weight < enough:
		v.Verdict, v.Note = VerdictNoMatch, fmt.Sprintf("its keywords in the message weigh %d, and it begins at %d", weight, enough)
	}
	return v
}
