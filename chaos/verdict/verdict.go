// Package verdict judges what became of conversations in which much went wrong. It compares what was
// acknowledged with what the API lists afterwards, and does nothing else.
package verdict

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Talk is one conversation: what was done in it and what came of it.
type Talk struct {
	Customer string
	Acts     []Act     // that were acknowledged, in order
	Log      []Message // all messages, oldest first
	Seen     []string  // ids of messages that its reader saw, in order
	Turns    []Turn    // as recorded, oldest first
	// AgentPaused says that the agent was paused at times, which is a reason for no reply.
	AgentPaused bool
}

// Kind is what was done.
type Kind string

// The acts.
const (
	Said      Kind = "said"
	Human     Kind = "human"
	Paused    Kind = "paused"
	Resumed   Kind = "resumed"
	Cancelled Kind = "cancelled"
)

// Act is one thing that was done and acknowledged.
type Act struct {
	Kind     Kind
	ID       string // of the message of Said and Human; of the turn of Cancelled, empty if nothing was cancelled
	Text     string // of the message
	Mark     string // of Said: how replies name it
	TakeOver bool   // of Human
	// Upto is how many messages there were right after a Paused was acknowledged: what comes later in
	// the log came later.
	Upto int
}

// Message is one entry of the log.
type Message struct {
	ID      string
	Role    string
	Text    string
	Named   []string // marks that stand in it
	Partial bool
	At      time.Time
}

// Turn is one entry of the record.
type Turn struct {
	ID, State, Why string
	Messages       []string // ids of the customer's that it was to answer
	Count          int      // of them, as the record says
	Reply          string   // id; empty: none
}

const (
	user        = "user" // the customer's role
	replyBegins = "To"   // how the model begins; an apology does not
)

// Between are the ids of the customer's messages from the first to the last one; none if either is not
// in the log.
func (t Talk) Between(first, last string) (ids []string) {
	from, to := t.place(Act{ID: first}), t.place(Act{ID: last})
	if from < 0 || to < 0 {
		return nil
	}
	for i := from; i <= to; i++ {
		if t.Log[i].Role == user {
			ids = append(ids, t.Log[i].ID)
		}
	}
	return ids
}

// Faults returns everything that must not have happened, nil if nothing did.
func (t Talk) Faults() []string {
	var f faults
	t.kept(&f)
	t.rising(&f)
	t.replies(&f)
	t.late(&f)
	t.covered(&f)
	t.recorded(&f)
	t.read(&f)
	return f
}

type faults []string

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// entries are the acts that stand in the log.
func (t Talk) entries() []Act {
	return slices.DeleteFunc(slices.Clone(t.Acts), func(a Act) bool { return a.Kind != Said && a.Kind != Human })
}

// byPeople are the messages that customer and humans wrote, which the harness tells from the agent's
// by their ids.
func (t Talk) byPeople() (all []Message) {
	human := map[string]bool{}
	for _, a := range t.Acts {
		human[a.ID] = a.Kind == Human
	}
	for _, m := range t.Log {
		if m.Role == user || human[m.ID] {
			all = append(all, m)
		}
	}
	return all
}

// kept: every acknowledged message is there once, in order, as it was sent.
func (t Talk) kept(f *faults) {
	want, got := t.entries(), t.byPeople()
	sound := true
	for _, a := range want {
		if !slices.ContainsFunc(got, func(m Message) bool { return m.ID == a.ID }) {
			f.add("lost: %q was acknowledged and is not in the log", a.Text)
			sound = false
		}
	}
	for _, m := range got {
		if !slices.ContainsFunc(want, func(a Act) bool { return m.ID == a.ID }) {
			f.add("doubled: %q is in the log and was not sent", m.Text)
			sound = false
		}
	}
	for i := range min(len(want), len(got)) {
		if sound && (got[i].ID != want[i].ID || got[i].Text != want[i].Text) {
			f.add("out of order: message %d is %s %q, want %s %q", i, got[i].ID, got[i].Text, want[i].ID, want[i].Text)
			return
		}
	}
}

// rising: times rise, and an id is given once.
func (t Talk) rising(f *faults) {
	ids := map[string]bool{}
	for i, m := range t.Log {
		if i > 0 && !m.At.After(t.Log[i-1].At) {
			f.add("out of order: %q of %v comes after %q of %v", m.Text, m.At, t.Log[i-1].Text, t.Log[i-1].At)
		}
		if ids[m.ID] {
			f.add("doubled: the log has %s twice", m.ID)
		}
		ids[m.ID] = true
	}
}

// agents reports for each message of the log whether the agent wrote it.
func (t Talk) agents() []bool {
	by := make([]bool, len(t.Log))
	people := t.byPeople()
	for i, m := range t.Log {
		by[i] = !slices.ContainsFunc(people, func(p Message) bool { return p.ID == m.ID })
	}
	return by
}

// replies: a reply answers messages that came before it and after the last human's, each of them
// once, and there are no more replies than messages.
func (t Talk) replies(f *faults) {
	agent, named := t.agents(), map[string]bool{}
	open, said, replied := map[string]bool{}, 0, 0
	marks := map[string]string{}
	for _, a := range t.Acts {
		marks[a.ID] = a.Mark
	}
	for i, m := range t.Log {
		switch {
		case m.Role == user:
			open[marks[m.ID]] = true
			said++
		case !agent[i]:
			clear(open)
			said, replied = 0, 0
		default:
			if len(m.Named) == 0 && !m.Partial && strings.HasPrefix(m.Text, replyBegins) {
				f.add("doubled: %q answers nothing that was open", m.Text)
			}
			if replied++; replied > said {
				f.add("doubled: %q is reply %d to %d messages", m.Text, replied, said)
			}
			for _, mark := range m.Named {
				switch {
				case named[mark]:
					f.add("doubled: %q names %s, which a reply has named before", m.Text, mark)
				case !open[mark]:
					f.add("late: %q names %s, which is not open before it", m.Text, mark)
				}
				named[mark] = true
			}
		}
	}
}

// late: once a human took over or the AI was paused, the agent says nothing until it was released and
// the customer wrote again.
func (t Talk) late(f *faults) {
	agent := t.agents()
	for _, s := range t.silences() {
		for i := s.from; i < min(s.to, len(t.Log)); i++ {
			if agent[i] {
				f.add("late after %s: %q was said at place %d of the log, from %d on the agent had to be silent", s.why, t.Log[i].Text, i, s.from)
			}
		}
	}
}

// silence is a part of the log, from one place to before another, in which the agent has no say.
type silence struct {
	from, to int
	why      string
}

func (t Talk) silences() (all []silence) {
	const never = int(^uint(0) >> 1)
	var now *silence // nil: the agent may speak
	released := false
	begin := func(from int, why string) {
		if now != nil && !released {
			return // it is silent already
		}
		if now != nil {
			now.to = from
			all = append(all, *now)
		}
		now, released = &silence{from, never, why}, false
	}
	for _, a := range t.Acts {
		switch {
		case a.Kind == Human && a.TakeOver:
			begin(t.place(a)+1, "a takeover")
		case a.Kind == Paused:
			begin(a.Upto, "a pause")
		case a.Kind == Resumed:
			released = now != nil
		case a.Kind == Said && released:
			now.to = t.place(a)
			all = append(all, *now)
			now, released = nil, false
		}
	}
	if now != nil {
		all = append(all, *now)
	}
	return all
}

// place is where an act's message stands in the log, -1 if it does not.
func (t Talk) place(a Act) int {
	return slices.IndexFunc(t.Log, func(m Message) bool { return a.ID != "" && m.ID == a.ID })
}

// covered: every message of the customer is named by a reply, or there is a reason.
func (t Talk) covered(f *faults) {
	for _, a := range t.Open() {
		f.add("lost: %q was not answered, and there is no reason for it", a.Text)
	}
}

// Open returns what the customer said that no reply has named and for which there is no reason either: an
// apology, a human, a pause, a cancel.
func (t Talk) Open() []Act {
	named, apology := t.named()
	var open []Act
	paused := t.AgentPaused
	for _, a := range t.Acts {
		switch a.Kind {
		case Human:
			open, paused = nil, paused || a.TakeOver
		case Paused:
			open, paused = nil, true
		case Resumed:
			paused = t.AgentPaused
		case Cancelled:
			if a.ID != "" {
				open = nil
			}
		case Said:
			if !paused && !named[a.Mark] && t.place(a) > apology {
				open = append(open, a)
			}
		}
	}
	return open
}

// named are the marks that replies name, and the place of the last apology, -1 if there is none.
func (t Talk) named() (marks map[string]bool, apology int) {
	marks, apology = map[string]bool{}, -1
	for i, byAgent := range t.agents() {
		if !byAgent {
			continue
		}
		for _, mark := range t.Log[i].Named {
			marks[mark] = true
		}
		if len(t.Log[i].Named) == 0 {
			apology = i
		}
	}
	return marks, apology
}

// read: the reader saw what is in the log, each message once and in order.
func (t Talk) read(f *faults) {
	for i := range max(len(t.Log), len(t.Seen)) {
		switch {
		case i >= len(t.Seen):
			f.add("lost: the reader did not see %q", t.Log[i].Text)
		case i >= len(t.Log):
			f.add("doubled: the reader saw %s, which is message %d of %d", t.Seen[i], i+1, len(t.Log))
		case t.Log[i].ID != t.Seen[i]:
			f.add("out of order: the reader saw %s at place %d, want %s %q", t.Seen[i], i, t.Log[i].ID, t.Log[i].Text)
			return
		}
	}
}
