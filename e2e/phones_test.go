package e2e

import (
	"database/sql"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver by which a test writes what no operation makes
)

// phones walks through phone numbers, the requests for them, and calls.
func (w *walker) phones(agent string) {
	w.t.Helper()
	w.refused("bad_request", "POST /agents/{}/calls", object{"destination": "+12025550123", "is_test_call": false}, agent)
	number := w.numbers(agent)
	w.never("not_implemented", "POST /agents/{}/calls", object{"destination": "+12025550123", "is_test_call": false}, agent)
	w.refused("validation_error", "POST /agents/{}/calls", object{"destination": "12", "is_test_call": false}, agent)
	w.calls(agent)
	w.sent(object{"agent_id": nil}, w.one("PATCH /phone-numbers/{}", object{"agent_id": nil}, number))
}

// numbers gives the agent a number, as an operator does, and returns its id.
func (w *walker) numbers(agent string) string {
	w.t.Helper()
	wish := object{"business_name": "Shoes", "intended_use": "Orders", "region": "ng", "agent_count": 1, "outbound_minutes": 0}
	asked := w.one("POST /phone-numbers/request", wish)
	w.sent(wish, asked)
	from := without(wish)
	from["submitted_by_agent_id"] = agent
	w.one("POST /phone-numbers/request", from)
	w.operator("phone-number", "add", "--team", "e2e", "+2348012345678", "--request", id(asked))
	w.operator("phone-number", "add", "--team", "e2e", "+12025550100")
	w.pages("GET /phone-numbers/request", 1, 2)
	w.pages("GET /phone-numbers?sort=created_at", 1, 2)
	mine := id(w.all("GET /phone-numbers?search=80123")[0])
	w.one("GET /phone-numbers/{}", nil, mine)
	patch := object{"agent_id": agent, "label": "Desk"}
	w.sent(patch, w.one("PATCH /phone-numbers/{}", patch, mine))
	w.refused("not_found", "PATCH /phone-numbers/{}", object{"agent_id": nowhere}, mine)
	return mine
}

// calls walks through calls that are there. Nothing makes any yet but what writes them into the database.
func (w *walker) calls(agent string) {
	w.t.Helper()
	w.all("GET /agents/{}/calls", agent)
	w.s.kill()
	for _, values := range []string{
		`'call00000000000000000000a', NULL, '+12025550123', 'queued', 'outbound', TRUE, NULL, NULL, 1767000000001, NULL, NULL, NULL, NULL, NULL, 0`,
		`'call00000000000000000000b', '+12025550100', '+12025550123', 'failed', 'outbound', FALSE, 'busy line', NULL, 1767000000002, NULL, NULL, NULL, 1767000009000, NULL, 0`,
		`'call00000000000000000000c', '+12025550123', '+12025550100', 'ended', 'inbound', FALSE, NULL, 'hung up', 1767000000003,
			1767000001000, 1767000002000, 1767000003000, 1767000009000, (SELECT MIN(id) FROM conversation WHERE agent_id = '` + agent + `'), 1`,
	} {
		w.write(`INSERT INTO call (id, source, destination, status, direction, test, error_reason, end_reason, created_on,
			started_at, ringing_at, answered_at, ended_at, conversation_id, from_seq, to_seq, search, team_id, agent_id)
			SELECT ` + values + `, 2, '', team_id, id FROM agent WHERE id = '` + agent + `'`)
	}
	w.s.start()
	w.pages("GET /agents/{}/calls?sort=created_on", 2, 3, agent)
	for _, call := range w.all("GET /agents/{}/calls", agent) {
		w.one("GET /agents/{}/calls/{}", nil, agent, id(call))
	}
	w.all("GET /agents/{}/calls?is_test_call=true", agent)
	w.all("GET /agents/{}/calls?status=ended", agent)
	w.refused("not_found", "GET /agents/{}/calls/{}", nil, agent, nowhere)
	w.refused("validation_error", "GET /agents/{}/calls?status=asleep", nil, agent)
}

// operator runs a command that must do what it says.
func (w *walker) operator(words ...string) {
	w.t.Helper()
	if out := w.s.command(words...); out.code != 0 {
		w.t.Fatalf("bimpe %v: code %d, %s", words, out.code, out.stderr)
	}
}

// write runs a statement on the database of the server, which is not running.
func (w *walker) write(statement string) {
	w.t.Helper()
	for _, setting := range w.s.env {
		if server, ok := strings.CutPrefix(setting, "BIMPE_DATABASE_URL="); ok {
			execute(w.t, server, statement)
			return
		}
	}
	db, err := sql.Open("sqlite", filepath.Join(w.s.dataDir(), "bimpe.db"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // what was not written is found missing
	if _, err := db.ExecContext(w.t.Context(), statement); err != nil {
		w.t.Fatalf("%s: %v", statement, err)
	}
}
