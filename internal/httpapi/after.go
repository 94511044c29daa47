package httpapi

import (
	"context"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// after is from where on a stream is asked for: from a moment, from a message, or, if it is zero,
// from the ticket on.
type after struct {
	path    string     // of the parameter, for faults
	at      *time.Time // nil: no time was given
	message console.ID
}

// Times come as RFC 3339 and as the forms of ISO 8601 that people write; without a zone they are UTC.
func afterLayouts() []string {
	return []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", time.DateOnly}
}

// parseAfter reads a message's id or a time. A plus sign of a zone that was not escaped has become a
// space on the way.
func parseAfter(path, s string) (after, error) {
	for _, layout := range afterLayouts() {
		if t, err := time.Parse(layout, strings.Replace(s, " ", "+", 1)); err == nil {
			return after{path: path, at: &t}, nil
		}
	}
	if !plausible(s) || strings.ContainsAny(s, ":+") {
		return after{}, errAfter(path)
	}
	return after{path: path, message: console.ID(s)}, nil
}

func errAfter(path string) error {
	return invalid(path, "must be the id of a message of this conversation or an ISO 8601 time")
}

// seq returns the number of the message after which the stream begins.
func (a after) seq(ctx context.Context, from Reads, conversation console.ID, ticket int64) (int64, error) {
	switch {
	case a.message != "":
		m, err := from.Message(ctx, conversation, a.message)
		if console.IsNotFound(err) {
			return 0, errAfter(a.path)
		}
		return m.Seq, err
	case a.at != nil:
		return from.SeqAt(ctx, conversation, *a.at)
	default:
		return ticket, nil
	}
}
