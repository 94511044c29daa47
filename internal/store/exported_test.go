package store

import (
	"database/sql/driver"
	"slices"
	"strings"
	"testing"
)

// TestEveryColumnIsExportedOrLeft walks over the tables that there are, so that nobody can add a column and
// forget those who take their data with them, or tell a secret by mistake.
func TestEveryColumnIsExportedOrLeft(t *testing.T) {
	t.Parallel()
	tables := map[string]string{ // what is not told at all
		"alert": "mails that wait", "answer": "kept for a day", "conversation_count": "a count", "resolved_count": "a count",
		"gone_conversation": "nothing is there", "gone_message": "nothing is there", "meta": "of no team",
		"passage": "made from the texts", "posting_block": "made from the texts", "spent_ticket": "of no team", "team": "told by itself",
	}
	columns := map[string]string{ // "table.column" or a column of any table
		"team_id": "all are of the team", "search": "made from the others", "api_key.hash": "a secret", "api_key.hint": "a piece of a secret",
		"model_connection.sealed_key": "a secret", "model_connection.key_hint": "a piece of a secret",
		"agent.deleted_at": "of those that are gone", "agent.epoch": "of the server", "contact.tagged": "made from the tags",
		"conversation.customer_seq": "of the server", "conversation.epoch": "of the server", "conversation.has_contact": "of the server",
		"conversation.open_turn": "of the server", "conversation.preview": "made from the messages", "conversation.seq": "of the server",
		"knowledge_base.buckets": "of the server", "knowledge_base.content": "a file of its own", "knowledge_base.fetch_due": "of the server",
		"knowledge_base.fetch_node": "of the server", "knowledge_base.fetch_number": "of the server", "knowledge_base.fetch_tries": "of the server",
		"knowledge_base.passages": "made from the text", "knowledge_base.words": "made from the text", "message.folded": "made from the text",
		"message.pos": "of the server", "turn.agent_epoch": "of the server", "turn.conversation_epoch": "of the server", "turn.node_id": "of the server",
	}
	newest, err := newestSchema(sqliteDialect())
	if err != nil {
		t.Fatal(err)
	}
	all, err := layout(t.Context(), newest)
	if err != nil || len(all) == 0 {
		t.Fatalf("layout: %v, %v", all, err)
	}
	for _, table := range all {
		i := slices.IndexFunc(exports(), func(e exported) bool { return e.table == table.Name })
		if i < 0 {
			if tables[table.Name] == "" {
				t.Errorf("%s is not exported, and nothing says why", table.Name)
			}
			continue
		}
		told := strings.Fields(exports()[i].columns)
		for j, c := range told {
			told[j] = strings.TrimRight(c, "@#?{}")
		}
		for _, c := range table.Columns {
			left := columns[table.Name+"."+c.Name] + columns[c.Name]
			if slices.Contains(told, c.Name) == (left != "") {
				t.Errorf("%s.%s: exported %t, and left for the reason %q: want one of the two", table.Name, c.Name, left == "", left)
			}
		}
	}
}

func TestAppendObject(t *testing.T) {
	t.Parallel()
	columns := strings.Fields("id n at@ none@ zero@ day# flag? really? list{} broken{} bytes")
	r := &row{}
	r.resize(len(columns))
	copy(r.vals, []driver.Value{"a\"b<", int64(7), int64(1_800_000_000_123), nil, int64(0), int64(20_000), int64(1), true, `[1, {"x":"é"}]`, `{"x`, []byte("text")})
	got, err := appendObject(nil, columns, r)
	want := `{"id":"a\"b\u003c","n":7,"at":"2027-01-15T08:00:00.123Z","none":null,"zero":null,"day":"2024-10-04","flag":true,"really":true,` +
		`"list":[1,{"x":"é"}],"broken":"{\"x","bytes":"text"}`
	if string(got) != want || err != nil {
		t.Errorf("appendObject: %v\n got %s\nwant %s", err, got, want)
	}
}
