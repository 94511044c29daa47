package store

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

const agentColumns = `x.id, x.status, x.on_new_message, x.epoch, x.created_at, x.updated_at, x.workflow_id, ` +
	`x.test_code, x.name, x.language, x.timezone, x.persona, x.persona_text, x.status_reason, x.logo, ` +
	`x.business_name, x.business_address, x.business_email, x.business_description, x.escalation_email, ` +
	`x.description, x.model_id, x.fallback_ids, x.rules, x.system_prompt, x.reply_language, x.tokens_per_turn, ` +
	`x.tokens_per_day`

const (
	selectAgent = `SELECT ` + agentColumns + ` FROM agent x
		WHERE x.id = $1 AND x.team_id = $2 AND x.deleted_at IS NULL`
	lockAgent = selectAgent + ` FOR UPDATE`
)

func scanAgent(r *row) console.Agent {
	return console.Agent{
		ID: r.id(), Status: console.AgentStatus(r.text()), OnNewMessage: console.OnNewMessage(r.text()),
		Epoch: r.num(), CreatedAt: r.at(), UpdatedAt: r.at(), WorkflowID: idOr(r),
		TestCode: r.text(), Name: r.text(), Language: r.text(), Timezone: r.text(),
		Persona: console.Persona(r.text()), PersonaText: r.textOr(), StatusReason: r.textOr(), Logo: r.textOr(),
		BusinessName: r.textOr(), BusinessAddress: r.textOr(), BusinessEmail: r.textOr(),
		BusinessDescription: r.textOr(), EscalationEmail: r.textOr(),
		Description: r.text(), ModelID: idOr(r), FallbackIDs: split(r.text()), Rules: decodeAs(r, toRule),
		SystemPrompt: r.textOr(), ReplyLanguage: console.ReplyLanguage(r.text()),
		MaxTokensPerTurn: r.num(), MaxTokensPerDay: r.num(),
	}
}

func idOr(r *row) *console.ID {
	s := r.textOr()
	if s == nil {
		return nil
	}
	id := console.ID(*s)
	return &id
}

// Agent returns one agent, or CodeNotFound.
func (r *reads) Agent(ctx context.Context, id console.ID) (console.Agent, error) {
	return r.agent(ctx, selectAgent, id)
}

// LockAgent returns the agent, or CodeNotFound, and holds it against other changes until the unit
// ends.
func (t *Tx) LockAgent(ctx context.Context, id console.ID) (console.Agent, error) {
	return t.agent(ctx, lockAgent, id)
}

func (r *reads) agent(ctx context.Context, text string, id console.ID) (a console.Agent, err error) {
	err = r.in(ctx, func(s *session) error {
		found, err := s.one(text, string(id), r.team)
		if err != nil {
			return err
		}
		if found == nil {
			return console.NotFound("agent", id)
		}
		a = scanAgent(found)
		return found.err
	})
	return a, err
}

// Agents returns one page; search looks in name and description, sort takes name, created_at,
// updated_at and status.
func (r *reads) Agents(ctx context.Context, q console.Query) (page console.Page[console.Agent], err error) {
	l := list[console.Agent]{
		table: "agent", columns: agentColumns, scan: scanAgent,
		where: `x.team_id = $1 AND x.deleted_at IS NULL`, args: []any{r.team},
		sorts: []string{"name", "created_at", "updated_at", "status"},
	}
	err = r.in(ctx, func(s *session) error {
		page, err = l.page(ctx, s, q)
		return err
	})
	return page, err
}

// AgentState returns what decides whether the agent answers, or CodeNotFound, and holds it until
// the unit ends.
func (t *Tx) AgentState(_ context.Context, id console.ID) (console.AgentState, error) {
	const text = `SELECT status, on_new_message, epoch, updated_at,
			EXISTS (SELECT 1 FROM knowledge_base k WHERE k.agent_id = $1)
		FROM agent WHERE id = $1 AND team_id = $2 AND deleted_at IS NULL FOR SHARE`
	r, err := t.s.again("agent", text, string(id), t.team)
	if err != nil {
		return console.AgentState{}, err
	}
	if r == nil {
		return console.AgentState{}, console.NotFound("agent", id)
	}
	a := console.AgentState{
		ID: id, Status: console.AgentStatus(r.text()), OnNewMessage: console.OnNewMessage(r.text()), Epoch: r.num(),
		UpdatedAt: r.at(), Knows: r.flag(),
	}
	return a, r.err
}

// CountAgents returns how many agents the team has, holding back others who count until the unit
// ends, so that a quota cannot be overrun by two at once.
func (t *Tx) CountAgents(context.Context) (int, error) {
	if t.db.d.many {
		if _, err := t.s.one(`SELECT id FROM team WHERE id = $1 FOR UPDATE`, t.team); err != nil {
			return 0, err
		}
	}
	n, err := t.s.count(`SELECT count(*) FROM agent WHERE team_id = $1 AND deleted_at IS NULL`, t.team)
	return int(n), err
}

// InsertAgent adds an agent. A test code or an id that is taken is CodeConflict; a workflow that
// has been deleted meanwhile, and a model connection that is not the team's, is CodeNotFound.
func (t *Tx) InsertAgent(_ context.Context, a console.Agent) error {
	const text = `INSERT INTO agent (id, team_id, status, on_new_message, epoch, created_at, updated_at, workflow_id,
			test_code, name, language, timezone, persona, persona_text, status_reason, logo, business_name,
			business_address, business_email, business_description, escalation_email, description, search, rules,
			system_prompt, model_id, fallback_ids, reply_language, tokens_per_turn, tokens_per_day)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
			$22, $23, $24, $25, $26, $27, $28, $29, $30)
		ON CONFLICT DO NOTHING`
	if err := t.shareWorkflow(a.WorkflowID); err != nil {
		return err
	}
	if err := t.shareModels(a); err != nil {
		return err
	}
	args, err := t.agentArgs(a)
	if err != nil {
		return err
	}
	n, err := t.s.exec(text, args...)
	if err == nil && n == 0 {
		return console.Errorf(console.CodeConflict, "The agent's test code is taken. Try again.")
	}
	return err
}

// UpdateAgent writes all fields of an agent, or returns CodeNotFound. A workflow that has been
// deleted meanwhile, and a model connection that is not the team's, is CodeNotFound too.
func (t *Tx) UpdateAgent(_ context.Context, a console.Agent) error {
	const text = `UPDATE agent SET status = $3, on_new_message = $4, epoch = $5, created_at = $6, updated_at = $7,
			workflow_id = $8, test_code = $9, name = $10, language = $11, timezone = $12, persona = $13,
			persona_text = $14, status_reason = $15, logo = $16, business_name = $17, business_address = $18,
			business_email = $19, business_description = $20, escalation_email = $21, description = $22,
			search = $23, rules = $24, system_prompt = $25, model_id = $26, fallback_ids = $27, reply_language = $28,
			tokens_per_turn = $29, tokens_per_day = $30
		WHERE id = $1 AND team_id = $2 AND deleted_at IS NULL`
	if err := t.shareWorkflow(a.WorkflowID); err != nil {
		return err
	}
	if err := t.shareModels(a); err != nil {
		return err
	}
	args, err := t.agentArgs(a)
	if err != nil {
		return err
	}
	n, err := t.s.exec(text, args...)
	if err != nil && t.db.d.fault(err) == faultTaken {
		return console.Errorf(console.CodeConflict, "The agent's test code is taken.").Because(err)
	}
	return changed(n, err, "agent", a.ID)
}

func (t *Tx) agentArgs(a console.Agent) ([]any, error) {
	var e encoder
	return []any{
		string(a.ID), t.team, string(a.Status), string(a.OnNewMessage), a.Epoch, ms(a.CreatedAt), ms(a.UpdatedAt),
		textArg(a.WorkflowID), a.TestCode, a.Name, a.Language, a.Timezone, string(a.Persona),
		textArg(a.PersonaText), textArg(a.StatusReason), textArg(a.Logo), textArg(a.BusinessName),
		textArg(a.BusinessAddress), textArg(a.BusinessEmail), textArg(a.BusinessDescription),
		textArg(a.EscalationEmail), a.Description, a.Searchable(), encodeAs(&e, a.Rules, ruleForm),
		textArg(a.SystemPrompt), textArg(a.ModelID), joined(a.FallbackIDs), string(a.ReplyLanguage),
		a.MaxTokensPerTurn, a.MaxTokensPerDay,
	}, e.err
}

// DeleteAgent makes the agent and all below it unreachable at once and raises its epoch, or returns
// CodeNotFound; Purge removes the rows later. Its telephone numbers stay the team's.
func (t *Tx) DeleteAgent(_ context.Context, id console.ID) error {
	const text = `UPDATE agent SET deleted_at = $3, epoch = epoch + 1
		WHERE id = $1 AND team_id = $2 AND deleted_at IS NULL`
	n, err := t.s.exec(text, string(id), t.team, ms(t.db.now()))
	if err := changed(n, err, "agent", id); err != nil {
		return err
	}
	return t.freeNumbers(id)
}
