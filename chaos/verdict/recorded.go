package verdict

// The states and reasons of turns that matter here.
const (
	turnOpen      = "open"
	turnReplied   = "replied"
	turnFailed    = "failed"
	turnCancelled = "cancelled"
	turnDiscarded = "discarded"

	interrupted = "interrupted" // another turn goes on with its messages
)

// recorded: the record says of every message of the customer, once, what became of it, and of every
// word of the agent, once, where it came from. Nothing is under way any more.
func (t Talk) recorded(f *faults) {
	if t.Turns == nil {
		return
	}
	covered, replies := map[string]int{}, map[string]int{}
	for _, turn := range t.Turns {
		turn.plausible(f)
		if turn.Reply != "" {
			replies[turn.Reply]++
		}
		if turn.State == turnDiscarded && turn.Why == interrupted {
			continue
		}
		for _, id := range turn.Messages {
			covered[id]++
		}
	}
	agent := t.agents()
	for i, m := range t.Log {
		if n := covered[m.ID]; m.Role == user && n != 1 {
			f.add("the record covers %q %d times, want once", m.Text, n)
		}
		if n := replies[m.ID]; agent[i] && n != 1 {
			f.add("the record has %d turns for the reply %q, want one", n, m.Text)
		}
	}
}

// plausible: a turn has ended, with a reply or a reason.
func (turn Turn) plausible(f *faults) {
	switch {
	case turn.State == turnOpen:
		f.add("lost: turn %s is still open", turn.ID)
	case len(turn.Messages) != turn.Count:
		f.add("turn %s is for %d messages, and the log has %d of them", turn.ID, turn.Count, len(turn.Messages))
	case (turn.State == turnReplied || turn.State == turnFailed) && turn.Reply == "":
		f.add("turn %s is %s without a reply", turn.ID, turn.State)
	case turn.State != turnReplied && turn.Why == "":
		f.add("turn %s is %s without a reason", turn.ID, turn.State)
	case turn.Reply != "" && turn.State != turnReplied && turn.State != turnFailed && turn.State != turnCancelled:
		f.add("turn %s is %s and has a reply", turn.ID, turn.State)
	}
}

// Settled reports that nothing is under way any more and that the reader has seen all there is.
func (t Talk) Settled() bool {
	for _, turn := range t.Turns {
		if turn.State == turnOpen {
			return false
		}
	}
	return len(t.Open()) == 0 && len(t.Seen) >= len(t.Log)
}
