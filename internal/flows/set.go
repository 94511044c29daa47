package flows

import (
	"fmt"
	"sync"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/words"
)

// Set is the rules and flows of one version of an agent and its workflow, ready to decide. It is
// best kept as long as neither changes: to compile one takes milliseconds where there are hundreds.
type Set struct {
	rules    []rule
	flows    []*flow
	index    *index    // of rules, then of flows: owner len(rules) is the first flow
	machines sync.Pool // that run conditions
	talk     talk
	numerals func() map[string]int // of all languages, made once something asks for them
	counts   bool                  // something asks how many messages the customer wrote
	analyser *words.Analyser       // nil: nothing asks for the language of a message
}

// Compile makes a Set. What is not sound is left out, never a reason to fail: Check says at saving
// what that would be. The rules of an agent come before those of its workflow.
func Compile(rules []console.Rule, flows []console.Flow) *Set {
	s, _ := compile(rules, flows)
	return s
}

// compile also says what is wrong with each part by itself.
func compile(rules []console.Rule, flows []console.Flow) (*Set, console.Faults) {
	b := &builder{templates: newTemplates(), language: newLanguage()}
	s := &Set{index: newIndex(len(rules)), talk: newTalk(), numerals: sync.OnceValue(newNumerals)}
	for i, r := range rules {
		s.rules = append(s.rules, b.rule(i, r))
	}
	for i, f := range flows {
		s.flows = append(s.flows, b.flow(i, f))
	}
	programs := 0
	for i := range s.rules {
		r := &s.rules[i]
		for j, p := range r.parts {
			b.put(s.index, p, ref{owner: id(i), part: id(j)}, &programs, fmt.Sprintf("rules.%d.trigger", i))
		}
	}
	for i, f := range s.flows {
		for j, k := range f.keywords {
			path := fmt.Sprintf("flows.%d.trigger_keywords.%d.keyword", i, k.entry)
			b.put(s.index, k.part, ref{owner: id(len(rules) + i), part: id(j)}, &programs, path)
		}
	}
	s.index.link()
	s.counts = s.asksCount()
	if s.asksLanguage() {
		s.analyser = words.New()
	}
	return s, b.Faults
}

func id(n int) int32 { return int32(n) }

// put adds a part of a trigger to the index, unless it is an expression that is not sound or is one
// too many.
func (b *builder) put(x *index, p part, r ref, programs *int, path string) {
	var e *regex
	r.length = id(p.length())
	if p.kind == expression {
		var err error
		if e, err = compileRegex(p.expression); err != nil {
			b.Fail(path, "has the expression %s, which %s", beginning(p.source, 40), err.Error())
			return
		}
		r.length = id(e.least)
		if *programs += e.size; *programs > maxPrograms {
			b.Fail(path, "has one expression too many: together they are too large")
			return
		}
	}
	x.add(p, e, r)
}

func (s *Set) asksLanguage() bool {
	return s.asks("language", func(c *condition) bool { return c.language })
}

// Counts reports whether anything of the Set asks how many messages the customer has written, so that
// Conversation.Messages has to be right.
func (s *Set) Counts() bool { return s != nil && s.counts }

func (s *Set) asksCount() bool {
	counts := func(c *condition) bool { return c.counts }
	return s.asks("message_count", counts) || s.asks("first_message", counts)
}

// asks reports whether a template may ask for what has such a name, or a condition does.
func (s *Set) asks(name string, does func(*condition) bool) bool {
	for _, r := range s.rules {
		if r.condition != nil && does(r.condition) || r.response.asks(name) {
			return true
		}
	}
	for _, f := range s.flows {
		for _, st := range f.steps {
			if st.when != nil && does(st.when) || st.content.asks(name) || st.followup.asks(name) ||
				st.retry.asks(name) || st.value.asks(name) {
				return true
			}
		}
	}
	return false
}

// Leads reports whether the flow of an index, among those that the Set was compiled from, is led by
// the Set itself. The others are for the model to follow, unless they are not active.
func (s *Set) Leads(flow int) bool {
	return s != nil && flow < len(s.flows) && s.flows[flow].runs()
}

// Told reports whether the rule of an index, among those that the Set was compiled from, is for a model
// to follow: it is enabled and can never answer by itself, since its condition is prose or nothing in
// its trigger could be found in a message. What the Set judges itself no model is to judge again.
func (s *Set) Told(rule int) bool {
	if s == nil || rule >= len(s.rules) {
		return false
	}
	r := s.rules[rule]
	return r.enabled && (r.prose || r.condition == nil && len(r.parts) == 0)
}

// Handing returns the indices of the rules that are Told and whose action is to call a human.
func (s *Set) Handing() []int {
	if s == nil {
		return nil
	}
	var found []int
	for i := range s.rules {
		if s.rules[i].handoff && s.Told(i) {
			found = append(found, i)
		}
	}
	return found
}

// Empty reports whether there is nothing that could ever decide.
func (s *Set) Empty() bool {
	if s == nil {
		return true
	}
	for _, f := range s.flows {
		if f.runs() {
			return false
		}
	}
	for _, r := range s.rules {
		if r.enabled && !r.prose && len(r.parts) > 0 {
			return false
		}
	}
	return true
}

// Decide says what rules and flows make of a message. It changes nothing; whatever the input, it
// comes back soon.
func (s *Set) Decide(in Input) Decision {
	m := s.hear(in)
	defer m.judge.done(&s.machines)
	return m.decide()
}

// numbersIn is what is known of numbers where a language is spoken.
func (s *Set) numbersIn(language string) numerals {
	return numerals{language: language, known: s.numerals}
}

// flow returns the flow in which a State is, nil where there is none: of two with the same name that of
// the same version, else the first.
func (s *Set) flow(in State) *flow {
	var found *flow
	for _, f := range s.flows {
		if f.name != in.Flow || !f.runs() {
			continue
		}
		if f.version == in.Version {
			return f
		}
		if found == nil {
			found = f
		}
	}
	return found
}
