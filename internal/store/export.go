package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// ExportSink takes what a team has, kind by kind.
type ExportSink interface {
	// Kind begins a kind of things.
	Kind(name string) error
	// Line takes one thing of the kind as an object of JSON, until it returns.
	Line(object []byte) error
	// Text takes the text of a knowledge base.
	Text(base console.ID, text string) error
}

// exported is a kind of things and the columns that are told of it: name@ is a time, name# a day, name? a truth
// value, and name{} text that is JSON itself. Of the rows only those of team $1 are told for which where holds.
type exported struct{ kind, table, columns, where, order string }

// inConversation keeps out what hangs below conversations that are gone, or below deleted agents.
const inConversation = ` AND EXISTS (SELECT 1 FROM conversation c JOIN agent a ON a.id = c.agent_id
	WHERE c.id = x.conversation_id AND a.deleted_at IS NULL)`

// inTurn keeps out the prompts of turns that are kept out.
const inTurn = ` AND EXISTS (SELECT 1 FROM turn t JOIN conversation c ON c.id = t.conversation_id
	JOIN agent a ON a.id = c.agent_id WHERE t.id = x.turn_id AND a.deleted_at IS NULL)`

// notGone keeps out calls of conversations that are being erased.
const notGone = ` AND NOT EXISTS (SELECT 1 FROM gone_conversation g WHERE g.conversation_id = x.conversation_id)`

// exports are all kinds. What is not told is named with its reason in the test. No secret is, and nothing
// from which one could be found.
func exports() []exported {
	return []exported{
		{"api_keys", "api_key", "id name scopes{} created_at@ expires_at@ revoked_at@ last_used_at@ tokens_per_day", "", "id"},
		{"model_connections", "model_connection", "id name provider base_url model context_window currency price_prompt " +
			"price_reply created_at@ updated_at@", "", "id"},
		{"workflows", "workflow", "id name description category visibility system_prompt rules{} flows{} tags{} integrations{} " +
			"channels{} actions{} guide{} faq{} setup_steps{} setup_minutes video_url prompt_config{} created_at@ updated_at@", "", "id"},
		{"agents", "agent", "id name description status status_reason workflow_id language reply_language timezone persona persona_text " +
			"system_prompt rules{} on_new_message model_id fallback_ids tokens_per_turn tokens_per_day logo business_name business_address " +
			"business_email business_description escalation_email test_code created_at@ updated_at@", " AND x.deleted_at IS NULL", "id"},
		{
			"knowledge_bases", "knowledge_base", "id agent_id kind name description url status problem fetched_at@ created_at@ updated_at@",
			agentLives, "id",
		},
		{"phone_numbers", "phone_number", "id e164 agent_id label created_at@ updated_at@", "", "id"},
		{"number_requests", "number_request", "id status status_reason business_name intended_use region agent_count outbound_minutes " +
			"submitted_by number_id created_at@ updated_at@", "", "id"},
		{
			"contacts", "contact", "id agent_id channel test? customer_id name email phone language fields{} tags{} notes created_at@ updated_at@",
			agentLives, "id",
		},
		{
			"conversations", "conversation", "id agent_id channel channel_id test? customer_id customer_name full_name email phone_number " +
				"profile_picture paused? needs_attention? assignee resolved_at@ flow{} flow_at@ last_message_at@ last_seen@ created_at@ updated_at@",
			agentLives, "id",
		},
		{
			"messages", "message", "id conversation_id seq role author partial? turn_id text attachments{} created_at@", inConversation,
			"conversation_id, x.seq",
		},
		{"notes", "note", "id agent_id conversation_id key_id author text created_at@", inConversation, "id"},
		{"summaries", "conversation_summary", "conversation_id agent_id to_seq text", agentLives, "conversation_id"},
		{
			"turns", "turn", "id agent_id conversation_id state why from_seq to_seq attempt key_id ended_by record{} created_at@ ended_at@",
			inConversation, "id",
		},
		{"prompts", "turn_prompt", "turn_id system messages{} tools{} max_tokens cut?", inTurn, "turn_id"},
		{"calls", "call", "id agent_id conversation_id from_seq to_seq source destination status direction test? error_reason end_reason " +
			"created_on@ started_at@ ringing_at@ answered_at@ ended_at@", agentLives + notGone, "id"},
		{"usage", "usage", "day# agent_id key_id connection_id provider model currency shard turns asked prompt_tokens completion_tokens " +
			"estimated_tokens cost_nanos", "", "day, x.agent_id, x.key_id, x.connection_id, x.provider, x.model, x.currency, x.shard"},
	}
}

// Export shows all that a team has to a sink, as it is at one moment, while others may go on writing. A team
// that is not there is CodeNotFound. The tables must be up to date.
func Export(ctx context.Context, c Config, team string, to ExportSink) error {
	if err := c.check(); err != nil {
		return err
	}
	return atOneMoment(ctx, c, func(from conn, d *dialect) error {
		x := export{s: &session{d: d, conn: from, ctx: ctx}, to: to}
		r, err := x.s.one(`SELECT `+teamColumns+` FROM team t WHERE t.name = $1 AND t.deleted_at IS NULL`, team)
		if err != nil {
			return err
		}
		if r == nil {
			return noTeam(team)
		}
		t := scanTeam(r)
		if r.err != nil {
			return r.err
		}
		x.team = string(t.ID)
		if err := x.itself(t); err != nil {
			return err
		}
		for _, e := range exports() {
			if err := x.kind(e); err != nil {
				return fmt.Errorf("export %s: %w", e.kind, err)
			}
		}
		return x.texts()
	})
}

// export is one team on its way out.
type export struct {
	s    *session
	team string
	to   ExportSink
}

// itself tells of the team.
func (x export) itself(t console.Team) error {
	line, err := json.Marshal(map[string]any{
		"id": t.ID, "name": t.Name, "created_at": stampOf(ms(t.CreatedAt)), "retention_days": t.RetentionDays,
		"quota_agents": t.Quotas.Agents, "quota_integrations": t.Quotas.Integrations, "quota_streams": t.Quotas.Streams,
		"quota_rate": t.Quotas.RatePerMinute, "quota_tokens": t.Quotas.TokensPerDay,
	})
	return errors.Join(err, x.to.Kind("team"), x.to.Line(line))
}

func (x export) kind(e exported) error {
	if err := x.to.Kind(e.kind); err != nil {
		return err
	}
	columns := strings.Fields(e.columns)
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = "x." + strings.TrimRight(c, "@#?{}")
	}
	text := `SELECT ` + strings.Join(names, ", ") + ` FROM ` + e.table + ` x WHERE x.team_id = $1` + e.where + ` ORDER BY x.` + e.order
	var line []byte
	return x.s.all(text, func(r *row) {
		// An error here ends the walk.
		var err error
		if line, err = appendObject(line[:0], columns, r); err == nil {
			err = x.to.Line(line)
		}
		if r.err == nil {
			r.err = err
		}
		if r.err == nil {
			r.err = x.s.ctx.Err()
		}
	}, x.team)
}

// texts tells the texts of knowledge bases.
func (x export) texts() error {
	const text = `SELECT x.id, x.content FROM knowledge_base x WHERE x.team_id = $1 AND x.content IS NOT NULL` + agentLives + ` ORDER BY x.id`
	return x.s.all(text, func(r *row) {
		id, content := r.id(), r.text()
		if r.err == nil {
			r.err = x.to.Text(id, content)
		}
	}, x.team)
}

// appendObject writes a row as an object of JSON.
func appendObject(line []byte, columns []string, r *row) ([]byte, error) {
	line = append(line, '{')
	for i, c := range columns {
		if i > 0 {
			line = append(line, ',')
		}
		name := strings.TrimRight(c, "@#?{}")
		value, err := json.Marshal(toldAs(r.take(), c[len(name):]))
		if err != nil {
			return line, fmt.Errorf("column %s: %w", name, err)
		}
		line = append(append(append(append(line, '"'), name...), `":`...), value...)
	}
	return append(line, '}'), nil
}

// toldAs is a column's value as it is told, by what it is.
func toldAs(v any, is string) any {
	if b, ok := v.([]byte); ok {
		v = string(b)
	}
	switch is {
	case "@":
		at, ok := v.(int64)
		if !ok || at == 0 {
			return nil
		}
		return stampOf(at)
	case "#":
		day, _ := v.(int64)
		return time.Unix(day*int64(24*time.Hour/time.Second), 0).UTC().Format(time.DateOnly)
	case "?":
		if n, ok := v.(int64); ok {
			return n != 0
		}
	case "{}":
		if text, ok := v.(string); ok && json.Valid([]byte(text)) {
			return json.RawMessage(text)
		}
	}
	return v
}

func stampOf(at int64) string { return time.UnixMilli(at).UTC().Format("2006-01-02T15:04:05.000Z") }
