package console

import (
	"regexp"
	"time"
)

// PhoneNumber is a number that a team may use. It belongs to at most one agent; an agent may have
// several.
type PhoneNumber struct {
	ID        ID
	E164      string // unique on the server
	Label     *string
	AgentID   *ID // who is reached by it and calls from it; nil: nobody
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Searchable is what a search looks through.
func (n PhoneNumber) Searchable() string { return Fold(deref(n.Label), n.E164) }

// NumberRequest is a team's wish for a number. An operator looks at it and fulfils or rejects it.
type NumberRequest struct {
	ID              ID
	Status          RequestStatus
	StatusReason    *string // what the operator said to it
	BusinessName    string
	IntendedUse     string
	Region          Region
	AgentCount      int64
	OutboundMinutes int64 // of calls that the agents will make
	SubmittedBy     *ID   // the agent for which it was made; it may be gone since
	NumberID        *ID   // of the number that fulfilled it
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// Searchable is what a search looks through.
func (r NumberRequest) Searchable() string { return Fold(r.BusinessName) }

// AskedNumber is a request with the number that fulfilled it, as that is now.
type AskedNumber struct {
	NumberRequest
	Number *PhoneNumber // nil: it is not fulfilled
}

// RequestStatus is where a request stands.
//
//	pending ──▶ under_review ──▶ fulfilled
//	   │             │
//	   └─────────────┴─────────▶ rejected
//
// A pending request may be fulfilled without a review.
type RequestStatus string

// The last two are final.
const (
	RequestPending     RequestStatus = "pending"
	RequestUnderReview RequestStatus = "under_review"
	RequestFulfilled   RequestStatus = "fulfilled"
	RequestRejected    RequestStatus = "rejected"
)

// Open returns CodeConflict where the request has been settled, and nil where it may go on to any
// other status.
func (s RequestStatus) Open() error {
	if s == RequestFulfilled || s == RequestRejected {
		return Errorf(CodeConflict, "The request is %s already.", s)
	}
	return nil
}

// Region is where a number is wanted.
type Region string

// Regions lists all of them.
func Regions() []Region { return []Region{"us", "uk", "eu", "ng"} }

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// E164 holds s to the form of an international telephone number.
func (f *Faults) E164(path, s string) {
	if !e164.MatchString(s) {
		f.Fail(path, "must be a telephone number with its country code, such as +2348012345678")
	}
}
