package store

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

const requestColumns = `x.id, x.status, x.status_reason, x.business_name, x.intended_use, x.region, x.agent_count, ` +
	`x.outbound_minutes, x.submitted_by, x.number_id, x.created_at, x.updated_at`

// theNumber is the number that fulfilled a request, NULL where none has.
const (
	askedColumns = requestColumns + `, n.id, n.e164, n.label, n.agent_id, n.created_at, n.updated_at`
	theNumber    = ` LEFT JOIN phone_number n ON n.id = x.number_id AND n.team_id = x.team_id`
)

func scanRequest(r *row) console.NumberRequest {
	return console.NumberRequest{
		ID: r.id(), Status: console.RequestStatus(r.text()), StatusReason: r.textOr(), BusinessName: r.text(),
		IntendedUse: r.text(), Region: console.Region(r.text()), AgentCount: r.num(), OutboundMinutes: r.num(),
		SubmittedBy: idOr(r), NumberID: idOr(r), CreatedAt: r.at(), UpdatedAt: r.at(),
	}
}

func scanAsked(r *row) console.AskedNumber {
	a := console.AskedNumber{NumberRequest: scanRequest(r)}
	if n := scanNumber(r); n.ID != "" {
		a.Number = &n
	}
	return a
}

// NumberRequests returns one page; search looks in the business's name, sort takes created_at.
func (r *reads) NumberRequests(
	ctx context.Context, q console.Query,
) (page console.Page[console.AskedNumber], err error) {
	l := list[console.AskedNumber]{
		table: "number_request", columns: askedColumns, scan: scanAsked, where: `x.team_id = $1`, outer: theNumber,
		args: []any{r.team}, sorts: []string{defaultSort},
	}
	err = r.in(ctx, func(s *session) error {
		page, err = l.page(ctx, s, q)
		return err
	})
	return page, err
}

// InsertNumberRequest adds a request of the team.
func (t *Tx) InsertNumberRequest(_ context.Context, n console.NumberRequest) error {
	const text = `INSERT INTO number_request (id, team_id, status, status_reason, business_name, intended_use, region,
			agent_count, outbound_minutes, submitted_by, number_id, created_at, updated_at, search)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`
	_, err := t.s.exec(text, string(n.ID), t.team, string(n.Status), textArg(n.StatusReason), n.BusinessName,
		n.IntendedUse, string(n.Region), n.AgentCount, n.OutboundMinutes, textArg(n.SubmittedBy), textArg(n.NumberID),
		ms(n.CreatedAt), ms(n.UpdatedAt), n.Searchable())
	return err
}

// LockNumberRequest returns one request of the team, or CodeNotFound, and holds it until the unit
// ends.
func (t *Tx) LockNumberRequest(_ context.Context, id console.ID) (console.NumberRequest, error) {
	const text = `SELECT ` + requestColumns + ` FROM number_request x WHERE x.id = $1 AND x.team_id = $2 FOR UPDATE`
	r, err := t.s.one(text, string(id), t.team)
	if err != nil {
		return console.NumberRequest{}, err
	}
	if r == nil {
		return console.NumberRequest{}, noRequest(id)
	}
	n := scanRequest(r)
	return n, r.err
}

func noRequest(id console.ID) error { return console.NotFound("phone number request", id) }

// SettleNumberRequest writes what became of a request, or returns CodeNotFound. What was asked for
// stays.
func (t *Tx) SettleNumberRequest(_ context.Context, n console.NumberRequest) error {
	const text = `UPDATE number_request SET status = $3, status_reason = $4, number_id = $5, updated_at = $6
		WHERE id = $1 AND team_id = $2`
	changes, err := t.s.exec(text, string(n.ID), t.team, string(n.Status), textArg(n.StatusReason),
		textArg(n.NumberID), ms(n.UpdatedAt))
	return changed(changes, err, "phone number request", n.ID)
}

// TeamRequest is a request with its team's name, as an operator sees it.
type TeamRequest struct {
	console.AskedNumber
	Team string
}

// AllNumberRequests returns the newest requests of all teams, oldest of them first, up to a hundred
// thousand.
func (db *DB) AllNumberRequests(ctx context.Context) (requests []TeamRequest, err error) {
	err = db.eng.read(ctx, func(s *session) error {
		return s.all(`SELECT `+askedColumns+`, t.name FROM (
				SELECT id, created_at FROM number_request ORDER BY created_at DESC, id DESC LIMIT $1
			) p JOIN number_request x ON x.id = p.id JOIN team t ON t.id = x.team_id`+theNumber+`
			ORDER BY x.created_at, x.id`,
			func(r *row) { requests = append(requests, TeamRequest{scanAsked(r), r.text()}) }, int64(maxNumbers))
	})
	return requests, err
}

// TeamOfNumberRequest returns whose request it is, or CodeNotFound.
func (db *DB) TeamOfNumberRequest(ctx context.Context, id console.ID) (team console.ID, err error) {
	err = db.eng.read(ctx, func(s *session) error {
		r, err := s.one(`SELECT team_id FROM number_request WHERE id = $1`, string(id))
		if err != nil {
			return err
		}
		if r == nil {
			return noRequest(id)
		}
		team = r.id()
		return r.err
	})
	return team, err
}
