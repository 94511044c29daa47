package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
)

// TestPlans keeps SQLite from sorting or walking over whole tables where a list may be long. That
// an index fits is not seen in any answer, only in its time.
func TestPlans(t *testing.T) {
	t.Parallel()
	_, l := liteDB(t)
	yes, no, open, resolved := true, false, console.DeskOpen, console.DeskResolved
	for name, test := range map[string]struct {
		field string
		f     console.ConversationFilter
		want  string
	}{
		"newest":       {byRecent, console.ConversationFilter{}, "MERGE (UNION ALL)"},
		"not paused":   {byRecent, console.ConversationFilter{Paused: &no}, "MERGE (UNION ALL)"},
		"attention":    {byRecent, console.ConversationFilter{NeedsAttention: &yes}, "COVERING INDEX conversation_recent"},
		"no attention": {byRecent, console.ConversationFilter{NeedsAttention: &no}, "COVERING INDEX conversation_recent"},
		"paused":       {byRecent, console.ConversationFilter{Paused: &yes}, "INDEX conversation_paused"},
		"paused, attention": {
			byRecent, console.ConversationFilter{Paused: &yes, NeedsAttention: &yes}, "INDEX conversation_paused",
		},
		"open":               {byRecent, console.ConversationFilter{Status: &open}, "MERGE (UNION ALL)"},
		"resolved":           {byRecent, console.ConversationFilter{Status: &resolved}, "INDEX conversation_resolved"},
		"test":               {byRecent, console.ConversationFilter{Test: &yes}, "INDEX conversation_test"},
		"created":            {byCreated, console.ConversationFilter{}, "COVERING INDEX conversation_created"},
		"created, attention": {byCreated, console.ConversationFilter{NeedsAttention: &yes}, "INDEX conversation_created"},
	} {
		p := newPicker("agent", "team", test.f)
		of := list[console.Conversation]{
			table: "conversation", columns: conversationColumns, from: p.from(test.field, console.Query{}, l.d),
			args: append(p.args, int64(20), int64(0)), outer: ` AND x.team_id = $1`,
		}
		plan := explain(t, l, of.text(" DESC", "$3", "$4"), of.args...)
		if !strings.Contains(plan, test.want) || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "SCAN x") {
			t.Errorf("%s: want %s and nothing sorted or scanned, got\n%s", name, test.want, plan)
		}
	}
}

// TestPlansOfTheDesk is the same for the lists across agents, and for those of an assignee.
func TestPlansOfTheDesk(t *testing.T) {
	t.Parallel()
	_, l := liteDB(t)
	yes, resolved, open, ada := true, console.DeskResolved, console.DeskOpen, "Ada"
	for name, test := range map[string]struct {
		field string
		agent console.ID
		f     console.ConversationFilter
		want  string
	}{
		"newest":           {byRecent, "", console.ConversationFilter{}, "COVERING INDEX conversation_team "},
		"open":             {byRecent, "", console.ConversationFilter{Status: &open}, "COVERING INDEX conversation_team "},
		"created":          {byCreated, "", console.ConversationFilter{}, "COVERING INDEX conversation_team_created"},
		"attention":        {byRecent, "", console.ConversationFilter{NeedsAttention: &yes}, "INDEX conversation_team_attention"},
		"paused":           {byRecent, "", console.ConversationFilter{Paused: &yes}, "INDEX conversation_team_paused"},
		"resolved":         {byRecent, "", console.ConversationFilter{Status: &resolved}, "COVERING INDEX conversation_team "},
		"assigned":         {byRecent, "", console.ConversationFilter{Assignee: &ada}, "COVERING INDEX conversation_assignee"},
		"assigned, open":   {byRecent, "", console.ConversationFilter{Assignee: &ada, Status: &open}, "COVERING INDEX conversation_assignee"},
		"an agent's own":   {byRecent, "agent", console.ConversationFilter{Assignee: &ada}, "COVERING INDEX conversation_assignee"},
		"an agent's, open": {byRecent, "agent", console.ConversationFilter{Assignee: &ada, Status: &open}, "COVERING INDEX conversation_assignee"},
	} {
		p := newPicker(test.agent, "team", test.f)
		p.condition("")
		p.args = append(p.args, int64(20), int64(0))
		limit, offset := fmt.Sprint("$", len(p.args)-1), fmt.Sprint("$", len(p.args))
		of := list[console.Conversation]{
			table: "conversation", columns: conversationColumns, from: p.from(test.field, console.Query{}, l.d),
			outer: ` AND x.team_id = $1`,
		}
		plan := explain(t, l, of.text(" DESC", limit, offset), p.args...)
		if !strings.Contains(plan, test.want) || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "SCAN x") {
			t.Errorf("%s: want %s and nothing sorted or scanned, got\n%s", name, test.want, plan)
		}
	}
}

// TestPlansOfCalls is the same for an agent's calls, which may be many.
func TestPlansOfCalls(t *testing.T) {
	t.Parallel()
	_, l := liteDB(t)
	of, status := callList("agent", "team", console.CallFilter{}), console.CallEnded
	narrow := callList("agent", "team", console.CallFilter{Status: &status})
	for name, test := range map[string]struct {
		text string
		args []any
		want string
	}{
		"count":    {`SELECT count(*) FROM call x WHERE ` + of.where, of.args, "COVERING INDEX call_agent"},
		"newest":   {newest(of, "$3", "$4"), append(of.args, int64(20), int64(0)), "COVERING INDEX call_agent"},
		"a status": {newest(narrow, "$4", "$5"), append(narrow.args, int64(20), int64(0)), "INDEX call_agent"},
	} {
		plan := explain(t, l, test.text, test.args...)
		if !strings.Contains(plan, test.want) || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "SCAN x") {
			t.Errorf("%s: want %s and nothing sorted or scanned, got\n%s", name, test.want, plan)
		}
	}
}

// newest is the text of a page of a list in its own order.
func newest[T any](l list[T], limit, offset string) string {
	l.from = `SELECT x.id, x.` + l.newest + ` AS k FROM ` + l.table + ` x WHERE ` + l.where
	return l.text(" DESC", limit, offset)
}

func explain(t *testing.T, l *lite, text string, args ...any) string {
	t.Helper()
	var plan strings.Builder
	if err := l.read(t.Context(), func(s *session) error {
		return s.all(`EXPLAIN QUERY PLAN `+text, func(r *row) {
			r.num()
			r.num()
			r.num()
			plan.WriteString(r.text() + "\n")
		}, args...)
	}); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
