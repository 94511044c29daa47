package store

import (
	"context"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// teamGrace is how long keys and the row of a team that was deleted stay: until then every server has
// ended its streams, and nothing that was under way when it was deleted can still write for it.
const teamGrace = 10 * time.Minute

// DropTeam deletes a team: its keys are refused from within a second or two, its agents say nothing any more,
// and its name is free. What it had is removed by Sweep and Purge. It returns CodeNotFound, or CodeConflict
// where agents of other teams are built on its public workflows.
func (db *DB) DropTeam(ctx context.Context, name string) error {
	const find = `SELECT t.id FROM team t WHERE t.name = $1 AND t.deleted_at IS NULL FOR UPDATE`
	const others = `SELECT count(*) FROM agent a JOIN workflow w ON w.id = a.workflow_id
		WHERE w.team_id = $1 AND a.team_id <> $1 AND a.deleted_at IS NULL`
	return db.Write(ctx, "", func(tx *Tx) error {
		r, err := tx.s.one(find, name)
		if err != nil {
			return err
		}
		if r == nil {
			return noTeam(name)
		}
		id, now := r.text(), ms(db.now())
		n, err := tx.s.count(others, id)
		if err != nil {
			return err
		}
		if n > 0 {
			return console.Errorf(console.CodeConflict, "%d agents of other teams are built on public workflows of %q. Make these workflows "+
				"private, or those agents others, first.", n, name)
		}
		for _, text := range []string{
			`UPDATE api_key SET revoked_at = coalesce(revoked_at, $2) WHERE team_id = $1`,
			`UPDATE agent SET deleted_at = $2, epoch = epoch + 1 WHERE team_id = $1 AND deleted_at IS NULL`,
			`UPDATE team SET deleted_at = $2, name = id WHERE id = $1`,
		} {
			if _, err := tx.s.exec(text, id, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// served reports whether a server works on the data.
func (db *DB) served(ctx context.Context) (bool, error) {
	if db.mine {
		return true, nil
	}
	if db.d.many {
		n, err := db.Nodes(ctx)
		return n > 0, err
	}
	return db.eng.(*lite).locked()
}

// manyTeams is how many teams are looked at in a slice.
const manyTeams = 10

// teams removes what teams had that were deleted, and at last themselves.
func (p *purge) teams() error {
	const text = `SELECT t.id, t.deleted_at FROM team t WHERE t.deleted_at IS NOT NULL ORDER BY t.deleted_at, t.id LIMIT $1`
	type team struct {
		id string
		at int64
	}
	var gone []team
	if err := p.s.all(text, func(r *row) { gone = append(gone, team{r.text(), r.num()}) }, int64(manyTeams)); err != nil {
		return err
	}
	for _, t := range gone {
		late := p.alone || t.at <= p.now-teamGrace.Milliseconds()
		if err := p.team(t.id, late); err != nil {
			return err
		}
	}
	return nil
}

// team removes what one team had. Its agents have been removed before, with all that hung below them; if
// they have not, there was no room for more in this slice.
func (p *purge) team(id string, late bool) error { //nolint:revive // it is known by the clock
	for _, part := range []struct{ table, key string }{
		{"workflow", "id"},
		{"model_connection", "id"},
		{"phone_number", "id"},
		{"number_request", "id"},
		{"answer", "key"},
		{"gone_message", "message_id"},
		{"usage", "day"},
	} {
		// Keys of one column are enough to find them: team and column together begin an index.
		text := `DELETE FROM ` + part.table + ` WHERE team_id = $1 AND ` + part.key + ` IN (
			SELECT ` + part.key + ` FROM ` + part.table + ` WHERE team_id = $1 LIMIT $2)`
		if done, err := p.remove(text, id); err != nil || !done {
			return err
		}
	}
	if !late {
		return nil
	}
	if done, err := p.remove(`DELETE FROM api_key WHERE id IN (SELECT id FROM api_key WHERE team_id = $1 LIMIT $2)`, id); err != nil || !done {
		return err
	}
	_, err := p.remove(`DELETE FROM team WHERE id IN (SELECT t.id FROM team t WHERE t.id = $1
		AND NOT EXISTS (SELECT 1 FROM agent a WHERE a.team_id = t.id)
		AND NOT EXISTS (SELECT 1 FROM gone_conversation g WHERE g.team_id = t.id) LIMIT $2)`, id)
	return err
}
