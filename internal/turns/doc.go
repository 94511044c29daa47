// Package turns is the reply engine: it takes open turns, finds what to say, says it as it is being
// written, and commits it behind a fence so that a reply is said once or not at all.
package turns
