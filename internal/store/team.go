package store

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

const teamColumns = `t.id, t.name, t.quota_agents, t.quota_integrations, t.quota_streams, t.quota_rate, ` +
	`t.quota_tokens, t.created_at, t.retention_days`

// maxTeams and maxKeys bound the operator's lists.
const (
	maxTeams = 10_000
	maxKeys  = 100_000
)

func scanTeam(r *row) console.Team {
	return console.Team{
		ID: r.id(), Name: r.text(),
		Quotas: console.Quotas{
			Agents: int(r.num()), Integrations: int(r.num()), Streams: int(r.num()), RatePerMinute: int(r.num()),
			TokensPerDay: int(r.num()),
		},
		CreatedAt: r.at(), RetentionDays: int(r.num()),
	}
}

// InsertTeam adds a team. A name that is taken is CodeConflict.
func (db *DB) InsertTeam(ctx context.Context, t console.Team) error {
	const text = `INSERT INTO team (id, name, quota_agents, quota_integrations, quota_streams, quota_rate, quota_tokens,
			created_at, retention_days)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`
	if len(t.Name) > maxIndexed {
		return console.Invalid([]console.Field{{Path: "name", Fault: "is too long"}})
	}
	return db.Write(ctx, t.ID, func(tx *Tx) error {
		n, err := tx.s.exec(text, string(t.ID), t.Name, int64(t.Quotas.Agents), int64(t.Quotas.Integrations),
			int64(t.Quotas.Streams), int64(t.Quotas.RatePerMinute),
			int64(t.Quotas.TokensPerDay), ms(t.CreatedAt), int64(t.RetentionDays))
		if err == nil && n == 0 {
			return console.Errorf(console.CodeConflict, "There is already a team %q.", t.Name)
		}
		return err
	})
}

// TeamByName returns a team, or CodeNotFound.
func (db *DB) TeamByName(ctx context.Context, name string) (team console.Team, err error) {
	err = db.eng.read(ctx, func(s *session) error {
		r, err := s.one(`SELECT `+teamColumns+` FROM team t WHERE t.name = $1 AND t.deleted_at IS NULL`, name)
		if err != nil {
			return err
		}
		if r == nil {
			return noTeam(name)
		}
		team = scanTeam(r)
		return r.err
	})
	return team, err
}

func noTeam(name string) error { return console.NotFound("team", console.ID(name)) }

// Teams returns all teams by name, up to ten thousand.
func (db *DB) Teams(ctx context.Context) (teams []console.Team, err error) {
	err = db.eng.read(ctx, func(s *session) error {
		return s.all(`SELECT `+teamColumns+` FROM team t WHERE t.deleted_at IS NULL ORDER BY t.name LIMIT $1`,
			func(r *row) { teams = append(teams, scanTeam(r)) }, int64(maxTeams))
	})
	return teams, err
}

// SetTeam writes all quotas of the team of that name, and how long it keeps conversations, or returns
// CodeNotFound.
func (db *DB) SetTeam(ctx context.Context, t console.Team) error {
	const text = `UPDATE team SET quota_agents = $2, quota_integrations = $3, quota_streams = $4, quota_rate = $5,
			quota_tokens = $6, retention_days = $7
		WHERE name = $1 AND deleted_at IS NULL`
	q := t.Quotas
	return db.Write(ctx, "", func(tx *Tx) error {
		n, err := tx.s.exec(text, t.Name, int64(q.Agents), int64(q.Integrations), int64(q.Streams),
			int64(q.RatePerMinute), int64(q.TokensPerDay), int64(t.RetentionDays))
		if err == nil && n == 0 {
			return noTeam(t.Name)
		}
		return err
	})
}
