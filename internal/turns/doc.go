// Package turns is the reply engine. It takes open turns, finds what to say, says it to whoever
// listens while it is being written, and commits it behind a fence, so that a reply is said once or
// not at all.
//
//	Changed(opened) ──▶ run: load ─▶ next ─▶ ask the model ─▶ next ─▶ … ─▶ say: commit ──▶ Changed
//	                     ▲                      │    │
//	                     └── the customer wrote ┘    └── halted, dropped: the upstream is closed
//	                         again (merge)
//
// What to do next is decided by next, whether a reply may still be said by settle; both are pure. A
// turn that no run holds any more (a crash, a store out of reach) stays open in the store, where
// Run's sweep finds it. An Engine may be used by many goroutines.
package turns
