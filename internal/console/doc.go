// Package console holds the words of the product: agents, workflows, conversations, messages,
// turns, keys, pages and errors. It does no I/O and imports nothing of ours, so that every other
// package can speak in these words.
//
// A conversation is a log of messages numbered by Seq. A turn is the work of answering it; a
// conversation has at most one open turn, named by its OpenTurn.
//
//	              accepted                      settled
//	(message) ──────────────▶ TurnOpen ──────────────────────▶ TurnReplied
//	     │                     │  ▲ taken again after a crash   (the reply stands in the log)
//	     │ nobody may answer   │  └── Attempt+1
//	     ▼                     ├─▶ TurnDiscarded  a human, a pause or a deletion came first
//	 TurnSilent                ├─▶ TurnCancelled  someone stopped it
//	 (with the reason)         └─▶ TurnFailed     an apology stands in the log
//
// Everything that is done to a conversation is one Change, decided from values and applied by the
// store in one transaction. All values here are safe to copy; none is safe for concurrent writing.
package console
