package store

import (
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
)

// TestPlans keeps SQLite from sorting or walking over whole tables where a list may be long. That
// an index fits is not seen in any answer, only in its time.
func TestPlans(t *testing.T) {
	t.Parallel()
	_, l := liteDB(t)
	yes, no := true, false
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
		"test":               {byRecent, console.ConversationFilter{Test: &yes}, "INDEX conversation_test"},
		"created":            {byCreated, console.ConversationFilter{}, "COVERING INDEX conversation_created"},
		"created, attention": {byCreated, console.ConversationFilter{NeedsAttention: &yes}, "INDEX conversation_created"},
	} {
		p := newPicker("agent", "team", test.f)
		of := list[console.Conversation]{
			table: "conversation", columns: conversationColumns, from: p.from(test.field, console.Query{}, l.d),
			args: append(p.args, int64(20), int64(0)), outer: ` AND x.team_id = $2`,
		}
		plan := explain(t, l, of.text(" DESC", "$3", "$4"), of.args...)
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
