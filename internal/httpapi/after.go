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

// parseTime reads the forms of ISO 8601 that say a day, and a time of it with or without a zone: the
// extended and the basic one, as far as the second and its fraction or cut short before. Without a
// zone they are UTC. A plus sign of a zone that was not escaped has become a space on the way.
func parseTime(s string) (time.Time, bool) {
	s = strings.Replace(strings.ToUpper(s), " ", "+", 1)
	day, ofDay := time.DateOnly, []string{"T15:04:05", "T15:04", "T15"} // a fraction needs no layout
	if !strings.Contains(s[:min(len(s), len("2006-"))], "-") {
		day, ofDay = "20060102", []string{"T150405", "T1504", "T15"}
	}
	if t, err := time.Parse(day, s); err == nil {
		return t, true
	}
	for _, clock := range ofDay {
		for _, zone := range []string{"", "Z07:00", "Z0700", "Z07"} {
			if t, err := time.Parse(day+clock+zone, s); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

// parseAfter reads a message's id or a time.
func parseAfter(path, s string) (a after, ok bool) {
	if t, ok := parseTime(s); ok {
		return after{path: path, at: &t}, true
	}
	if !plausible(s) || strings.ContainsAny(s, ":+") {
		return after{}, false
	}
	return after{path: path, message: console.ID(s)}, true
}

// What is wrong with an after, on the stream of a conversation and on that of a team.
const (
	faultAfter     = "must be the id of a message of this conversation or an ISO 8601 time"
	faultTeamAfter = "must be the id of a message of this team or an ISO 8601 time"
)

// place returns the place in the team's log after which the stream begins.
func (a after) place(ctx context.Context, from Reads, ticket int64) (int64, error) {
	switch {
	case a.message != "":
		place, err := from.TeamPlace(ctx, a.message)
		if console.IsNotFound(err) {
			return 0, invalid(a.path, faultTeamAfter)
		}
		return place, err
	case a.at != nil:
		return from.TeamPlaceAt(ctx, *a.at)
	default:
		return ticket, nil
	}
}

// seq returns the number of the message after which the stream begins.
func (a after) seq(ctx context.Context, from Reads, conversation console.ID, ticket int64) (int64, error) {
	switch {
	case a.message != "":
		m, err := from.Message(ctx, conversation, a.message)
		if console.IsNotFound(err) {
			return 0, invalid(a.path, faultAfter)
		}
		return m.Seq, err
	case a.at != nil:
		return from.SeqAt(ctx, conversation, *a.at)
	default:
		return ticket, nil
	}
}
