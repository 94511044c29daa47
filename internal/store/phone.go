package store

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

const numberColumns = `x.id, x.e164, x.label, x.agent_id, x.created_at, x.updated_at`

// maxAgentNumbers bounds the numbers of one agent that are looked at, maxNumbers the operator's
// list.
const (
	maxAgentNumbers = 100
	maxNumbers      = 100_000
)

func scanNumber(r *row) console.PhoneNumber {
	return console.PhoneNumber{
		ID: r.id(), E164: r.text(), Label: r.textOr(), AgentID: idOr(r), CreatedAt: r.at(), UpdatedAt: r.at(),
	}
}

// PhoneNumber returns one number of the team, or CodeNotFound.
func (r *reads) PhoneNumber(ctx context.Context, id console.ID) (console.PhoneNumber, error) {
	return r.number(ctx, "", id)
}

// LockPhoneNumber returns one number of the team, or CodeNotFound, and holds it until the unit ends.
func (t *Tx) LockPhoneNumber(ctx context.Context, id console.ID) (console.PhoneNumber, error) {
	return t.number(ctx, ` FOR UPDATE`, id)
}

func (r *reads) number(ctx context.Context, lock string, id console.ID) (n console.PhoneNumber, err error) {
	text := `SELECT ` + numberColumns + ` FROM phone_number x WHERE x.id = $1 AND x.team_id = $2` + lock
	err = r.in(ctx, func(s *session) error {
		found, err := s.one(text, string(id), r.team)
		if err != nil {
			return err
		}
		if found == nil {
			return console.NotFound("phone number", id)
		}
		n = scanNumber(found)
		return found.err
	})
	return n, err
}

// PhoneNumbers returns one page; search looks in label and number, sort takes created_at.
func (r *reads) PhoneNumbers(ctx context.Context, q console.Query) (page console.Page[console.PhoneNumber], err error) {
	l := list[console.PhoneNumber]{
		table: "phone_number", columns: numberColumns, scan: scanNumber, where: `x.team_id = $1`,
		args: []any{r.team}, sorts: []string{defaultSort},
	}
	err = r.in(ctx, func(s *session) error {
		page, err = l.page(ctx, s, q)
		return err
	})
	return page, err
}

// AgentNumbers returns the numbers of an agent, oldest first, up to a hundred. An agent that is not
// there has none.
func (r *reads) AgentNumbers(ctx context.Context, agent console.ID) (numbers []console.PhoneNumber, err error) {
	const text = `SELECT ` + numberColumns + ` FROM phone_number x
		WHERE x.agent_id = $1 AND x.team_id = $2 ORDER BY x.created_at, x.id LIMIT $3`
	err = r.in(ctx, func(s *session) error {
		return s.all(text, func(r *row) { numbers = append(numbers, scanNumber(r)) },
			string(agent), r.team, int64(maxAgentNumbers))
	})
	return numbers, err
}

// InsertPhoneNumber gives the team a number. One that a team of this server has is CodeConflict.
func (t *Tx) InsertPhoneNumber(_ context.Context, n console.PhoneNumber) error {
	const text = `INSERT INTO phone_number (id, team_id, e164, agent_id, label, created_at, updated_at, search)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`
	added, err := t.s.exec(text, string(n.ID), t.team, n.E164, textArg(n.AgentID), textArg(n.Label),
		ms(n.CreatedAt), ms(n.UpdatedAt), n.Searchable())
	if err == nil && added == 0 {
		return console.Errorf(console.CodeConflict, "The number %s is on this server already.", n.E164)
	}
	return err
}

// UpdatePhoneNumber writes who has a number and what it is called, or returns CodeNotFound. The
// number itself stays.
func (t *Tx) UpdatePhoneNumber(_ context.Context, n console.PhoneNumber) error {
	const text = `UPDATE phone_number SET agent_id = $3, label = $4, updated_at = $5, search = $6
		WHERE id = $1 AND team_id = $2`
	changes, err := t.s.exec(text, string(n.ID), t.team, textArg(n.AgentID), textArg(n.Label), ms(n.UpdatedAt),
		n.Searchable())
	return changed(changes, err, "phone number", n.ID)
}

// freeNumbers takes an agent's numbers from it.
func (t *Tx) freeNumbers(agent console.ID) error {
	const text = `UPDATE phone_number SET agent_id = NULL,
			updated_at = CASE WHEN updated_at < $3 THEN $3 ELSE updated_at + 1 END
		WHERE agent_id = $1 AND team_id = $2`
	_, err := t.s.exec(text, string(agent), t.team, ms(t.db.now()))
	return err
}

// TeamNumber is a number with the name of its team, as an operator sees it.
type TeamNumber struct {
	console.PhoneNumber
	Team string
}

// AllPhoneNumbers returns the numbers of all teams, by team and age, up to a hundred thousand.
func (db *DB) AllPhoneNumbers(ctx context.Context) (numbers []TeamNumber, err error) {
	err = db.eng.read(ctx, func(s *session) error {
		return s.all(`SELECT `+numberColumns+`, t.name FROM phone_number x JOIN team t ON t.id = x.team_id
			ORDER BY t.name, x.created_at, x.id LIMIT $1`,
			func(r *row) { numbers = append(numbers, TeamNumber{scanNumber(r), r.text()}) }, int64(maxNumbers))
	})
	return numbers, err
}
