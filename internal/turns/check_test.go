package turns

import (
	"fmt"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

// check looks at everything that must hold after each deed.
func (w *world) check() error {
	s, err := w.back.state()
	if err != nil || s.conversation == nil {
		return err
	}
	if err := w.checkLog(s); err != nil {
		return err
	}
	if err := checkTurns(s); err != nil {
		return err
	}
	if err := w.checkPromise(s); err != nil {
		return err
	}
	if err := checkRecords(s); err != nil {
		return err
	}
	return checkCover(s)
}

// checkRecords: what the store says that a turn covers and said is what the log says.
func checkRecords(s state) error {
	for _, r := range s.records {
		want := console.TurnRecord{Turn: r.Turn}
		for _, m := range s.log {
			if m.TurnID == r.ID {
				want.Reply = m.ID
			}
			if m.Author != console.ByCustomer || m.Seq < r.FromSeq || r.State != console.TurnOpen && m.Seq > r.ToSeq {
				continue
			}
			want.Last = m.ID
			if want.Messages++; want.First == "" {
				want.First = m.ID
			}
		}
		if diff := cmp.Diff(want, r); diff != "" {
			return fmt.Errorf("turn %s is on record otherwise than the log has it: -log +record\n%s", r.ID, diff)
		}
	}
	return nil
}

// checkPromise: a customer's message that was to be answered when it came is answered or being
// answered, unless something happened afterwards that hushed the agent.
func (w *world) checkPromise(s state) error {
	for _, m := range s.log {
		if m.Author != console.ByCustomer {
			continue
		}
		kept, silent := false, false
		for _, t := range s.turns {
			covers := t.FromSeq <= m.Seq && (t.State == console.TurnOpen || m.Seq <= t.ToSeq)
			kept = kept || covers && (t.State == console.TurnOpen || t.State == console.TurnReplied)
			silent = silent || covers && t.State == console.TurnSilent
		}
		if _, known := w.heardAt[m.Seq]; !known && !silent {
			w.heardAt[m.Seq] = w.hushes
		}
		if at, heard := w.heardAt[m.Seq]; heard && !kept && at == w.hushes {
			return fmt.Errorf("customer message %d was to be answered and is not, though nothing hushed the agent", m.Seq)
		}
	}
	return nil
}

// checkLog: the log only grows, is numbered without a gap, its times rise, and the agent adds
// nothing while it may not speak.
func (w *world) checkLog(s state) error {
	if len(s.log) < len(w.log) {
		return fmt.Errorf("the log shrank from %d to %d", len(w.log), len(s.log))
	}
	for i, m := range s.log {
		if m.Seq != int64(i+1) {
			return fmt.Errorf("message %d has seq %d", i+1, m.Seq)
		}
		if i > 0 && !m.CreatedAt.After(s.log[i-1].CreatedAt) {
			return fmt.Errorf("message %d is not later than the one before", i+1)
		}
		if i < len(w.log) && w.log[i].ID != m.ID {
			return fmt.Errorf("message %d changed from %s to %s", i+1, w.log[i].ID, m.ID)
		}
	}
	for _, m := range s.log[len(w.log):] {
		silenced := s.conversation.Paused || s.agent == nil || s.agent.Status == console.AgentPaused
		if m.Author == console.ByAgent && !m.Partial && silenced {
			return fmt.Errorf("the agent spoke (%s) while it was to be silent", m.ID)
		}
	}
	w.log = s.log
	return nil
}

// checkTurns: at most one turn is open, and it is the one that the conversation names; a turn that
// replied has one reply, every other has none that is whole.
func checkTurns(s state) error {
	replies := map[console.ID]int{}
	for _, m := range s.log {
		if m.TurnID != "" {
			replies[m.TurnID]++
		}
	}
	open := console.ID("")
	for _, t := range s.turns {
		if t.State == console.TurnOpen {
			if open != "" {
				return fmt.Errorf("turns %s and %s are both open", open, t.ID)
			}
			open = t.ID
		}
		want := 0
		if t.State == console.TurnReplied || t.State == console.TurnFailed {
			want = 1
		}
		if n := replies[t.ID]; n != want && t.State != console.TurnCancelled || n > 1 {
			return fmt.Errorf("turn %s is %s and has %d replies", t.ID, t.State, n)
		}
	}
	if open != s.conversation.OpenTurn {
		return fmt.Errorf("turn %q is open, the conversation says %q", open, s.conversation.OpenTurn)
	}
	return nil
}

// checkCover: every customer message is answered by one turn, is being answered by the open one, or
// has a reason on record why there is no reply; never two replies for one message.
func checkCover(s state) error {
	for _, m := range s.log {
		if m.Author != console.ByCustomer {
			continue
		}
		answered, kept := 0, false
		for _, t := range s.turns {
			switch {
			case t.State == console.TurnOpen && t.FromSeq <= m.Seq:
				kept = true
			case t.State != console.TurnOpen && t.FromSeq <= m.Seq && m.Seq <= t.ToSeq:
				kept = kept || t.Why != ""
				if t.State == console.TurnReplied {
					answered++
				}
			}
		}
		if answered > 1 || answered == 0 && !kept {
			return fmt.Errorf("customer message %d: answered by %d turns, with a reason or an open turn: %v", m.Seq, answered, kept)
		}
	}
	return nil
}
