package store

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

const workflowColumns = `x.id, x.team_id, x.visibility, x.created_at, x.updated_at, x.name, x.setup_minutes, ` +
	`x.description, x.category, x.video_url, x.tags, x.integrations, x.channels, x.actions, x.rules, x.flows, ` +
	`x.guide, x.faq, x.setup_steps, x.prompt_config, x.system_prompt`

const (
	selectWorkflow = `SELECT ` + workflowColumns + ` FROM workflow x
		WHERE x.id = $1 AND (x.team_id = $2 OR x.visibility = 'public')`
	lockWorkflow = selectWorkflow + ` FOR UPDATE`
)

func scanWorkflow(r *row) console.Workflow {
	return console.Workflow{
		ID: r.id(), TeamID: r.id(), Visibility: console.Visibility(r.text()), CreatedAt: r.at(), UpdatedAt: r.at(),
		Name: r.text(), SetupMinutes: r.num(), Description: r.textOr(), Category: r.textOr(), VideoURL: r.textOr(),
		Tags: decodeList[string](r), Integrations: decodeList[string](r), Channels: decodeList[string](r),
		Actions: decodeList[string](r), Rules: decodeAs(r, toRule), Flows: decodeList[console.Flow](r),
		Guide: decodeGuide(r), FAQ: decodeAs(r, toQA), SetupSteps: decodeList[any](r),
		PromptConfig: decode[map[string]any](r, r.text()), SystemPrompt: r.textOr(),
	}
}

// Workflow returns a workflow that the team may see, its own or a public one, or CodeNotFound.
func (r *reads) Workflow(ctx context.Context, id console.ID) (console.Workflow, error) {
	return r.workflow(ctx, selectWorkflow, id)
}

// LockWorkflow returns a workflow that the team may see, or CodeNotFound, and holds it against
// changes, and against agents that would begin to use it, until the unit ends.
func (t *Tx) LockWorkflow(ctx context.Context, id console.ID) (console.Workflow, error) {
	return t.workflow(ctx, lockWorkflow, id)
}

func (r *reads) workflow(ctx context.Context, text string, id console.ID) (w console.Workflow, err error) {
	err = r.in(ctx, func(s *session) error {
		found, err := s.one(text, string(id), r.team)
		if err != nil {
			return err
		}
		if found == nil {
			return console.NotFound("workflow", id)
		}
		w = scanWorkflow(found)
		return found.err
	})
	return w, err
}

// Workflows returns one page of the team's own, of the public ones, or of both; search looks in
// name, description, category and tags; sort takes name, created_at and updated_at.
func (r *reads) Workflows(
	ctx context.Context, scope console.WorkflowScope, q console.Query,
) (page console.Page[console.Workflow], err error) {
	l := list[console.Workflow]{
		table: "workflow", columns: workflowColumns, scan: scanWorkflow,
		sorts: []string{"name", "created_at", "updated_at"},
	}
	switch scope {
	case console.ScopeOwned:
		l.where, l.args = `x.team_id = $1`, []any{r.team}
	case console.ScopePublic:
		l.where = `x.visibility = 'public'`
	default:
		l.where, l.args = `(x.team_id = $1 OR x.visibility = 'public')`, []any{r.team}
	}
	err = r.in(ctx, func(s *session) error {
		page, err = l.page(ctx, s, q)
		return err
	})
	return page, err
}

const insertWorkflow = `INSERT INTO workflow (id, team_id, visibility, created_at, updated_at, name, search,
		setup_minutes, description, category, video_url, tags, integrations, channels, actions, rules, flows,
		guide, faq, setup_steps, prompt_config, system_prompt)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`

// InsertWorkflow adds a workflow of the team.
func (t *Tx) InsertWorkflow(_ context.Context, w console.Workflow) error {
	args, err := workflowArgs(w, t.team)
	if err != nil {
		return err
	}
	_, err = t.s.exec(insertWorkflow, args...)
	return err
}

// UpdateWorkflow writes all fields of a workflow of the team, or returns CodeNotFound.
func (t *Tx) UpdateWorkflow(_ context.Context, w console.Workflow) error {
	const text = `UPDATE workflow SET visibility = $3, created_at = $4, updated_at = $5, name = $6, search = $7,
			setup_minutes = $8, description = $9, category = $10, video_url = $11, tags = $12, integrations = $13,
			channels = $14, actions = $15, rules = $16, flows = $17, guide = $18, faq = $19, setup_steps = $20,
			prompt_config = $21, system_prompt = $22
		WHERE id = $1 AND team_id = $2`
	args, err := workflowArgs(w, t.team)
	if err != nil {
		return err
	}
	n, err := t.s.exec(text, args...)
	return changed(n, err, "workflow", w.ID)
}

func workflowArgs(w console.Workflow, team string) ([]any, error) {
	var e encoder
	config := "{}"
	if len(w.PromptConfig) > 0 {
		config = e.text(w.PromptConfig)
	}
	return []any{
		string(w.ID), team, string(w.Visibility), ms(w.CreatedAt), ms(w.UpdatedAt), w.Name, w.Searchable(),
		w.SetupMinutes, textArg(w.Description), textArg(w.Category), textArg(w.VideoURL),
		encodeList(&e, w.Tags), encodeList(&e, w.Integrations), encodeList(&e, w.Channels),
		encodeList(&e, w.Actions), encodeAs(&e, w.Rules, ruleForm), encodeList(&e, w.Flows), e.guide(w.Guide),
		encodeAs(&e, w.FAQ, qaForm), encodeList(&e, w.SetupSteps), config, textArg(w.SystemPrompt),
	}, e.err
}

// DeleteWorkflow removes a workflow of the team, or returns CodeNotFound.
func (t *Tx) DeleteWorkflow(_ context.Context, id console.ID) error {
	n, err := t.s.exec(`DELETE FROM workflow WHERE id = $1 AND team_id = $2`, string(id), t.team)
	return changed(n, err, "workflow", id)
}

// CountUsers returns how many agents, of any team, are built on a workflow. If the workflow is held
// by LockWorkflow, no agent can come to it before the unit ends.
func (t *Tx) CountUsers(_ context.Context, workflow console.ID) (int, error) {
	n, err := t.s.count(`SELECT count(*) FROM agent WHERE workflow_id = $1 AND deleted_at IS NULL`, string(workflow))
	return int(n), err
}

// shareWorkflow holds the workflow of an agent against being deleted, or returns CodeNotFound.
// Whether the team may see it is the room's to ask: an agent keeps one that has become private
// since.
func (t *Tx) shareWorkflow(id *console.ID) error {
	if id == nil {
		return nil
	}
	r, err := t.s.one(`SELECT id FROM workflow WHERE id = $1 FOR SHARE`, string(*id))
	if err == nil && r == nil {
		return console.NotFound("workflow", *id)
	}
	return err
}

const renewWorkflow = ` ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at, name = excluded.name,
		search = excluded.search, setup_minutes = excluded.setup_minutes, description = excluded.description,
		category = excluded.category, tags = excluded.tags, integrations = excluded.integrations,
		channels = excluded.channels, actions = excluded.actions, rules = excluded.rules, flows = excluded.flows,
		guide = excluded.guide, faq = excluded.faq, setup_steps = excluded.setup_steps,
		prompt_config = excluded.prompt_config, system_prompt = excluded.system_prompt
	WHERE workflow.team_id = excluded.team_id AND workflow.updated_at < excluded.updated_at`

// SeedLibrary adds those workflows of the server's public library that are not there yet, by their
// ids, and renews those that are there in an older version. What teams own stays as it is.
func (db *DB) SeedLibrary(ctx context.Context, library []console.Workflow) error {
	return db.Write(ctx, "", func(t *Tx) error {
		for _, w := range library {
			w.Visibility = console.Public
			args, err := workflowArgs(w, "")
			if err != nil {
				return err
			}
			if _, err := t.s.exec(insertWorkflow+renewWorkflow, args...); err != nil {
				return err
			}
		}
		return nil
	})
}
