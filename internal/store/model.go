package store

import (
	"context"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

const modelColumns = `x.id, x.name, x.provider, x.base_url, x.model, x.key_hint, x.currency, x.price_prompt, ` +
	`x.price_reply, x.context_window, x.created_at, x.updated_at, x.sealed_key`

func scanModel(r *row) console.ModelConnection {
	m := console.ModelConnection{
		ID: r.id(), Name: r.text(), Provider: console.Provider(r.text()), BaseURL: r.textOr(), Model: r.text(),
		KeyHint:   r.text(),
		Price:     console.Price{Currency: r.text(), Prompt: r.num(), Completion: r.num()},
		Window:    int(r.num()),
		CreatedAt: r.at(), UpdatedAt: r.at(),
	}
	m.SealedKey = slices.Clone(r.blob()) // the row's own bytes are used again
	return m
}

// ModelConnection returns one connection of the team, or CodeNotFound.
func (r *reads) ModelConnection(ctx context.Context, id console.ID) (console.ModelConnection, error) {
	return r.model(ctx, "", id)
}

// LockModelConnection returns one connection of the team, or CodeNotFound, and holds it against
// changes, and against agents that would begin to use it, until the unit ends.
func (t *Tx) LockModelConnection(ctx context.Context, id console.ID) (console.ModelConnection, error) {
	return t.model(ctx, ` FOR UPDATE`, id)
}

func (r *reads) model(ctx context.Context, lock string, id console.ID) (m console.ModelConnection, err error) {
	text := `SELECT ` + modelColumns + ` FROM model_connection x WHERE x.id = $1 AND x.team_id = $2` + lock
	err = r.in(ctx, func(s *session) error {
		found, err := s.one(text, string(id), r.team)
		if err != nil {
			return err
		}
		if found == nil {
			return noModel(id)
		}
		m = scanModel(found)
		return found.err
	})
	return m, err
}

func noModel(id console.ID) error { return console.NotFound("model connection", id) }

// ModelConnections returns one page; search looks in name and model, sort takes name, created_at
// and updated_at.
func (r *reads) ModelConnections(
	ctx context.Context, q console.Query,
) (page console.Page[console.ModelConnection], err error) {
	l := list[console.ModelConnection]{
		table: "model_connection", columns: modelColumns, scan: scanModel, where: `x.team_id = $1`,
		args: []any{r.team}, sorts: []string{"name", "created_at", "updated_at"},
	}
	err = r.in(ctx, func(s *session) error {
		page, err = l.page(ctx, s, q)
		return err
	})
	return page, err
}

// ModelChain returns those of the given connections that are the team's, in the given order.
func (r *reads) ModelChain(ctx context.Context, ids []console.ID) (chain []console.ModelConnection, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	places, args := spread([]any{r.team}, texts(ids))
	found := make(map[console.ID]console.ModelConnection, len(ids))
	err = r.in(ctx, func(s *session) error {
		return s.all(`SELECT `+modelColumns+` FROM model_connection x WHERE x.team_id = $1 AND x.id IN `+places,
			func(r *row) { m := scanModel(r); found[m.ID] = m }, args...)
	})
	for _, id := range ids {
		if m, ok := found[id]; ok {
			chain = append(chain, m)
		}
	}
	return chain, err
}

func texts(ids []console.ID) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
	}
	return all
}

// CountModelConnections returns how many connections the team has, holding back others who count
// until the unit ends.
func (t *Tx) CountModelConnections(context.Context) (int, error) {
	if t.db.d.many {
		if _, err := t.s.one(`SELECT id FROM team WHERE id = $1 FOR UPDATE`, t.team); err != nil {
			return 0, err
		}
	}
	n, err := t.s.count(`SELECT count(*) FROM model_connection WHERE team_id = $1`, t.team)
	return int(n), err
}

// InsertModelConnection adds a connection of the team.
func (t *Tx) InsertModelConnection(_ context.Context, m console.ModelConnection) error {
	const text = `INSERT INTO model_connection (id, team_id, name, provider, base_url, model, sealed_key, key_hint,
			currency, price_prompt, price_reply, created_at, updated_at, search, context_window)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	_, err := t.s.exec(text, t.modelArgs(m)...)
	return err
}

// UpdateModelConnection writes all fields of a connection, or returns CodeNotFound.
func (t *Tx) UpdateModelConnection(_ context.Context, m console.ModelConnection) error {
	const text = `UPDATE model_connection SET name = $3, provider = $4, base_url = $5, model = $6, sealed_key = $7,
			key_hint = $8, currency = $9, price_prompt = $10, price_reply = $11, created_at = $12, updated_at = $13,
			search = $14, context_window = $15
		WHERE id = $1 AND team_id = $2`
	n, err := t.s.exec(text, t.modelArgs(m)...)
	return changed(n, err, "model connection", m.ID)
}

func (t *Tx) modelArgs(m console.ModelConnection) []any {
	var key any
	if m.SealedKey != nil {
		key = m.SealedKey
	}
	return []any{
		string(m.ID), t.team, m.Name, string(m.Provider), textArg(m.BaseURL), m.Model, key, m.KeyHint,
		m.Price.Currency, m.Price.Prompt, m.Price.Completion, ms(m.CreatedAt), ms(m.UpdatedAt), m.Searchable(),
		int64(m.Window),
	}
}

// DeleteModelConnection removes a connection, or returns CodeNotFound.
func (t *Tx) DeleteModelConnection(_ context.Context, id console.ID) error {
	n, err := t.s.exec(`DELETE FROM model_connection WHERE id = $1 AND team_id = $2`, string(id), t.team)
	return changed(n, err, "model connection", id)
}

// CountModelUsers returns how many of the team's agents ask a connection, first or as a fallback. If
// it is held by LockModelConnection, no agent can come to it before the unit ends.
func (t *Tx) CountModelUsers(_ context.Context, id console.ID) (int, error) {
	const text = `SELECT count(*) FROM agent WHERE team_id = $1 AND deleted_at IS NULL
		AND (model_id = $2 OR fallback_ids LIKE $3)`
	n, err := t.s.count(text, t.team, string(id), "% "+string(id)+" %")
	return int(n), err
}

// shareModels holds the connections of an agent against being deleted, or returns CodeNotFound for
// one that the team does not have.
func (t *Tx) shareModels(a console.Agent) error {
	ids := a.Models()
	slices.Sort(ids) // in one order, so that two units never wait for each other
	for _, id := range slices.Compact(ids) {
		r, err := t.s.one(`SELECT id FROM model_connection WHERE id = $1 AND team_id = $2 FOR SHARE`, string(id), t.team)
		if err != nil {
			return err
		}
		if r == nil {
			return noModel(id)
		}
	}
	return nil
}

// joined keeps ids as one text, in which each stands between two spaces.
func joined(ids []console.ID) string {
	if len(ids) == 0 {
		return ""
	}
	return " " + strings.Join(texts(ids), " ") + " "
}

func split(text string) []console.ID {
	var ids []console.ID
	for _, id := range strings.Fields(text) {
		ids = append(ids, console.ID(id))
	}
	return ids
}
