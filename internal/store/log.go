package store

import (
	"context"
	"sort"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// The team's log is all messages of all its conversations in the order of their places. A place is
// taken when a message is inserted and not when it is committed. On SQLite that is the same, since
// there is one writer. On PostgreSQL a place may be committed after a greater one, so a reader goes
// no further than Settled says.

// TeamLog returns the team's messages behind one place and up to another in order, at most limit of
// them, without those of agents that were deleted.
func (v *View) TeamLog(ctx context.Context, after, upTo int64, limit int) (told []console.Told, err error) {
	const text = `SELECT ` + messageColumns + `, x.pos, c.agent_id FROM message x
		JOIN conversation c ON c.id = x.conversation_id
		WHERE x.team_id = $1 AND x.pos > $2 AND x.pos <= $3
			AND c.agent_id NOT IN (SELECT g.id FROM agent g WHERE g.deleted_at IS NOT NULL)
		ORDER BY x.pos LIMIT $4`
	err = v.in(ctx, func(s *session) error {
		return s.all(text, func(r *row) {
			told = append(told, console.Told{Message: scanMessage(r), Place: r.num(), AgentID: r.id()})
		}, v.team, after, upTo, int64(limit))
	})
	return told, err
}

// Settled returns a place up to which the team's log does not change any more: all that was committed
// before the call stands there, and whatever is committed later stands behind it. On PostgreSQL it
// waits for the writes that are under way, for some seconds at most.
func (v *View) Settled(ctx context.Context) (int64, error) { return v.db.eng.settled(ctx, v.team) }

// TeamPlace returns the place of a message of the team, or CodeNotFound. That of one that was removed
// lately is known too.
func (v *View) TeamPlace(ctx context.Context, message console.ID) (place int64, err error) {
	err = v.in(ctx, func(s *session) error {
		const text = `SELECT x.pos FROM message x WHERE x.id = $1 AND x.team_id = $2
			UNION ALL SELECT x.pos FROM gone_message x WHERE x.message_id = $1 AND x.team_id = $2`
		r, err := s.one(text, string(message), v.team)
		if err != nil {
			return err
		}
		if r == nil {
			return console.NotFound("message", message)
		}
		place = r.num()
		return r.err
	})
	return place, err
}

// clockSlack is how far the times of messages may be from the order of their places: the clocks of
// nodes differ, and a unit may take its time.
const clockSlack = time.Minute

// TeamPlaceAt returns a place behind which are all messages later than at. Few that are not later may
// be behind it too.
func (v *View) TeamPlaceAt(ctx context.Context, at time.Time) (place int64, err error) {
	err = v.in(ctx, func(s *session) error {
		from, err := v.near(s, ms(at.Add(-clockSlack)))
		if err != nil {
			return err
		}
		const text = `SELECT x.pos FROM message x WHERE x.team_id = $1 AND x.pos > $2 AND x.created_at > $3
			ORDER BY x.pos LIMIT 1`
		r, err := s.one(text, v.team, from, ms(at))
		if err != nil {
			return err
		}
		if r != nil {
			place = r.num() - 1
			return r.err
		}
		place, err = s.count(lastPlace, v.team)
		return err
	})
	return place, err
}

const lastPlace = `SELECT x.pos FROM message x WHERE x.team_id = $1 AND x.pos > 0 ORDER BY x.pos DESC LIMIT 1`

// near returns about the last place before a time, by halving: places are nearly in the order of
// times.
func (v *View) near(s *session, at int64) (int64, error) {
	last, err := s.count(lastPlace, v.team)
	if err != nil {
		return 0, err
	}
	const text = `SELECT x.created_at FROM message x WHERE x.team_id = $1 AND x.pos >= $2 ORDER BY x.pos LIMIT 1`
	var failed error
	n := sort.Search(int(last), func(i int) bool {
		if failed != nil {
			return true
		}
		var created int64
		created, failed = s.count(text, v.team, int64(i)+1)
		return created > at
	})
	return int64(n), failed
}
