package stream

import "github.com/bimpe/bimpe/internal/console"

// News is what the other nodes must hear of because a turn may be at work there: they find it out by
// themselves, but only once it is at its end. Which fields are set says what happened.
type News struct {
	Ended     console.ID        `json:"ended,omitempty"`     // a turn, by something else than its own run
	State     console.TurnState `json:"state,omitempty"`     // in this one
	Asked     console.ID        `json:"asked,omitempty"`     // a turn that was open when its customer wrote again …
	Seq       int64             `json:"seq,omitempty"`       // … this message
	Stopped   console.ID        `json:"stopped,omitempty"`   // an agent that answers nobody any more …
	Why       console.Why       `json:"why,omitempty"`       // … for this reason
	Forgotten console.ID        `json:"forgotten,omitempty"` // a conversation whose contact was deleted
}
