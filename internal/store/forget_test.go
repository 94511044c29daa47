package store_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

// spoken stores a conversation of a customer of whom everything that can be kept is kept, and all of it has
// mark in it.
func spoken(t *testing.T, db *store.DB, team, agent console.ID, mark string) {
	t.Helper()
	at := time.UnixMilli(1_800_000_000_000).UTC()
	id := console.ID("conversation-" + string(agent) + mark)
	named := func(s string) *string { return new(s + " " + mark) }
	c := console.Conversation{
		ID: id, AgentID: agent, Channel: console.WhatsApp, CustomerID: "wa-" + mark, NeedsAttention: true,
		CustomerName: named("user"), FullName: named("full"), Email: new(mark + "@Example.com"), Flow: `{"said":"` + mark + `"}`,
		FlowAt: &at, Assignee: named("desk"), ResolvedAt: &at, CreatedAt: at, UpdatedAt: at,
	}
	err := db.Write(t.Context(), team, func(tx *store.Tx) error {
		now, m := c.Say(console.Message{
			ID: id + "m", Role: console.RoleUser, Author: console.ByCustomer, Text: "Héllo, I am " + mark,
			Attachments: []console.Attachment{{Type: "image", URL: "https://x.example/" + mark}},
		}, at)
		turn := console.Turn{ID: id + "t", TeamID: team, AgentID: agent, ConversationID: id, State: console.TurnOpen, CreatedAt: at}
		now.OpenTurn = turn.ID
		learned := console.Learned{Name: named("n"), Fields: map[string]string{"f": mark}, Tags: []string{mark}}
		if err := tx.Apply(t.Context(), console.Change{Now: now, Append: &m, Opened: &turn}.Learn(learned)); err != nil {
			return err
		}
		was := now
		now, reply := now.Say(console.Message{ID: id + "r", Role: console.RoleAssistant, TurnID: turn.ID, Text: "Hi " + mark}, at)
		now.OpenTurn = ""
		ended := turn.End(console.TurnReplied, "", 1, at)
		ended.Record = &console.Record{
			Steps: []console.Step{{Kind: console.StepModel, At: at, Note: mark}}, Discarded: mark,
			Prompt: &console.Prompt{System: "You talk to " + mark, Messages: []console.PromptMessage{{Text: mark}}},
		}
		if err := tx.Apply(t.Context(), console.Change{Was: &was, Now: now, Append: &reply, Ended: &ended}); err != nil {
			return err
		}
		if err := tx.InsertNote(t.Context(), console.Note{ID: id + "n", AgentID: agent, ConversationID: id, Text: mark, CreatedAt: at}); err != nil {
			return err
		}
		s := console.Summary{ConversationID: id, AgentID: agent, ToSeq: 1, Text: mark}
		if err := tx.PutSummary(t.Context(), s, console.Turn{Record: &console.Record{}}, at); err != nil {
			return err
		}
		call := console.Call{ID: id + "c", AgentID: agent, ConversationID: &id, Destination: mark, CreatedAt: at}
		return tx.PutCall(t.Context(), call)
	})
	if err != nil {
		t.Fatal(err)
	}
	answered(t, db, team, fmt.Sprint("posted-", agent, len(mark)), fmt.Sprintf(`{"data":{"conversation_id":%q,"message":%q}}`, id, mark))
}

// answered keeps what a request was answered.
func answered(t *testing.T, db *store.DB, team console.ID, key, body string) {
	t.Helper()
	err := db.Write(t.Context(), team, func(tx *store.Tx) error {
		if _, err := tx.ClaimKey(t.Context(), key, [32]byte{1}); err != nil {
			return err
		}
		return tx.KeepAnswer(t.Context(), key, console.Answer{Status: 201, Body: []byte(body)})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// marked returns in which columns of which tables a text stands, those of the database itself left out.
func marked(t *testing.T, db *sql.DB, c store.Config, mark string) (found []string) {
	t.Helper()
	for _, table := range tables(t, db, c) {
		for _, r := range rowsIn(t, db, table) {
			for column, value := range r {
				text := fmt.Sprint(value)
				if b, ok := value.([]byte); ok {
					text = string(b)
				}
				if name := table + "." + column; strings.Contains(text, mark) && !slices.Contains(found, name) {
					found = append(found, name)
				}
			}
		}
	}
	slices.Sort(found)
	return found
}

func tables(t *testing.T, db *sql.DB, c store.Config) (names []string) {
	t.Helper()
	text := `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`
	if c.URL != "" {
		text = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename`
	}
	for _, r := range rowsOfQuery(t, db, text) {
		for _, name := range r {
			names = append(names, fmt.Sprint(name))
		}
	}
	return names
}

func rowsIn(t *testing.T, db *sql.DB, table string) []map[string]any {
	t.Helper()
	return rowsOfQuery(t, db, `SELECT * FROM `+table)
}

func rowsOfQuery(t *testing.T, db *sql.DB, text string) (all []map[string]any) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer func() { _ = rows.Close() }() // it was only read
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		r := map[string]any{}
		for i, name := range columns {
			r[name] = values[i]
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

const (
	gone = "zebrafinch"
	kept = "okapi-stays"
)

// town is a team with an agent and two customers, each with two conversations: one below another agent, which
// has been deleted and not yet purged.
func town(t *testing.T, c store.Config) *store.DB {
	t.Helper()
	at := time.UnixMilli(1_800_000_000_000).UTC()
	c.Now, c.Alerts = func() time.Time { return at }, true
	db := open(t, c)
	if err := db.InsertTeam(t.Context(), console.Team{ID: "team", Name: "shop", CreatedAt: at}); err != nil {
		t.Fatal(err)
	}
	for _, agent := range []console.ID{"here", "left"} {
		err := db.Write(t.Context(), "team", func(tx *store.Tx) error {
			return tx.InsertAgent(t.Context(), console.Agent{
				ID: agent, EscalationEmail: new("a@b.example"), TestCode: string(agent), CreatedAt: at, UpdatedAt: at,
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, mark := range []string{gone, kept} {
			spoken(t, db, "team", agent, mark)
		}
	}
	if err := db.Write(t.Context(), "team", func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), "left") }); err != nil {
		t.Fatal(err)
	}
	return db
}

// TestNothingOfACustomerIsLeft looks into every column of every table and, on SQLite, into the files.
func TestNothingOfACustomerIsLeft(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c store.Config, raw func(*testing.T) *sql.DB) {
		t.Helper()
		db, look := town(t, c), raw(t)
		answered(t, db, "team", "key-of-wa-"+gone, `{"data":null}`)
		before := marked(t, look, c, gone)
		traces, err := db.FindCustomer(t.Context(), "team", "wa-"+gone)
		if err != nil {
			t.Fatal(err)
		}
		want := store.Removed{
			Conversations: 2, Messages: 4, Turns: 2, Prompts: 2, Contacts: 2, Notes: 2, Summaries: 2, Alerts: 2, Calls: 2, Answers: 3,
		}
		would, err := db.CountTraces(t.Context(), "team", traces)
		if diff := cmp.Diff(want, would); diff != "" || err != nil {
			t.Errorf("CountTraces: %v, (-want +got)\n%s", err, diff)
		}
		if diff := cmp.Diff(before, marked(t, look, c, gone)); diff != "" {
			t.Errorf("counting has changed something (-before +after):\n%s", diff)
		}
		removed, err := db.Erase(t.Context(), "team", traces)
		if diff := cmp.Diff(want, removed); diff != "" || err != nil {
			t.Errorf("Erase: %v, (-want +got)\n%s", err, diff)
		}
		places := []string{"gone_message.message_id"} // which say nothing, and are gone in a day
		if diff := cmp.Diff(places, marked(t, look, c, gone)); diff != "" {
			t.Errorf("what is left of the customer (-want +got):\n%s", diff)
		}
		if n := len(marked(t, look, c, kept)); n < 20 {
			t.Errorf("of the other customer there are %d columns left", n)
		}
		words := []string{"am " + gone, "to " + gone, gone + "@Example.com", "wa-" + gone}
		if c.URL == "" {
			if err := store.EmptyJournal(t.Context(), db); err != nil {
				t.Fatal(err)
			}
			notInFiles(t, c.DataDir, words...)
		}
		came, err := db.Scrub(t.Context())
		if want := (store.Scrubbed{Rewritten: c.URL == "", Foreign: c.URL != ""}); came != want || err != nil {
			t.Errorf("Scrub: %+v, %v, want %+v", came, err, want)
		}
		if c.URL == "" {
			notInFiles(t, c.DataDir, append(words, gone+"t", "Hi "+gone)...)
		}
	})
}

// notInFiles looks for texts in the files of a data folder.
func notInFiles(t *testing.T, folder string, texts ...string) {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if bytes.Contains(raw, []byte(text)) {
				t.Errorf("%s holds %q", f.Name(), text)
			}
		}
	}
}

// TestWhoACustomerIs is about the words by which an operator names one.
func TestWhoACustomerIs(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c store.Config, _ func(*testing.T) *sql.DB) {
		t.Helper()
		db := open(t, c)
		at := time.UnixMilli(1_800_000_000_000).UTC()
		err := db.Write(t.Context(), "team", func(tx *store.Tx) error {
			if err := tx.InsertAgent(t.Context(), console.Agent{ID: "a", TestCode: "a", CreatedAt: at, UpdatedAt: at}); err != nil {
				return err
			}
			for id, change := range map[console.ID]func(*console.Conversation){
				"one":   func(c *console.Conversation) { c.CustomerID = "2348012345678" },
				"two":   func(c *console.Conversation) { c.PhoneNumber = new("+234 801 234-5678") },
				"three": func(c *console.Conversation) { c.Email = new("Ada@Example.com") },
				"four":  func(c *console.Conversation) { c.CustomerID = "Ada" },
			} {
				c := console.Conversation{ID: id, AgentID: "a", Channel: console.Webchat, CustomerID: "of " + string(id), CreatedAt: at, UpdatedAt: at}
				change(&c)
				if err := tx.Apply(t.Context(), console.Change{Now: c}); err != nil {
					return err
				}
			}
			for id, source := range map[console.ID]string{"in": "+2348012345678", "other": "+15550100"} {
				if err := tx.PutCall(t.Context(), console.Call{ID: id, AgentID: "a", Source: &source, CreatedAt: at}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for who, want := range map[string][]console.ID{
			"+2348012345678": {"in", "one", "two"}, "234 801 2345678": {"in", "one", "two"}, "2348012345": {},
			"ada@example.COM": {"three"}, "Ada": {"four"}, "ada": {}, "two": {"two"}, "": {},
		} {
			found, err := db.FindCustomer(t.Context(), "team", who)
			got := append(found.Conversations, found.Calls...)
			slices.Sort(got)
			if !slices.Equal(got, want) || err != nil {
				t.Errorf("%q: got %v, %v, want %v", who, got, err, want)
			}
			if found, err = db.FindCustomer(t.Context(), "other", who); len(found.Conversations)+len(found.Calls) > 0 || err != nil {
				t.Errorf("%q of another team: %v, %v", who, found, err)
			}
		}
	})
}

// TestNothingOfATeamIsLeft walks over every table there is, those that are yet to come too.
func TestNothingOfATeamIsLeft(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c store.Config, raw func(*testing.T) *sql.DB) {
		t.Helper()
		at := time.UnixMilli(1_800_000_000_000).UTC()
		c.Now, c.Alerts = func() time.Time { return at }, true
		db, look := open(t, c), raw(t)
		for _, team := range []string{gone, kept} {
			settled(t, db, team, at)
		}
		everyTableHolds(t, look, c, gone, "")
		if err := db.DropTeam(t.Context(), "name "+gone); err != nil {
			t.Fatal(err)
		}
		if err := db.DropTeam(t.Context(), "name "+gone); !console.IsNotFound(err) {
			t.Errorf("DropTeam of one that is gone: %v, want CodeNotFound", err)
		}
		for more := true; more; {
			var err error
			if more, err = db.Sweep(t.Context(), 7); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]string(nil), marked(t, look, c, gone)); diff != "" {
			t.Errorf("what is left of the team (-want +got):\n%s", diff)
		}
		everyTableHolds(t, look, c, kept, "gone_conversation")
	})
}

// everyTableHolds checks that all tables but one hold something of a team.
func everyTableHolds(t *testing.T, db *sql.DB, c store.Config, mark, but string) {
	t.Helper()
	for _, table := range tables(t, db, c) {
		switch table {
		case "meta", "node", "spent_ticket", "goose_db_version", "sqlite_sequence", but:
			continue // of no team
		}
		raw, err := json.Marshal(rowsIn(t, db, table))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(raw), mark) {
			t.Errorf("%s: there are no rows of %s, so that this test says nothing: settle it", table, mark)
		}
	}
}

// settled stores a team that has something in every table. All ids hold mark.
func settled(t *testing.T, db *store.DB, mark string, at time.Time) {
	t.Helper()
	team, agent := console.ID(mark), console.ID("a"+mark)
	if err := db.InsertTeam(t.Context(), console.Team{ID: team, Name: "name " + mark, CreatedAt: at}); err != nil {
		t.Fatal(err)
	}
	id := func(prefix string) console.ID { return console.ID(prefix + mark) }
	err := db.Write(t.Context(), team, func(tx *store.Tx) error {
		for _, f := range []func() error{
			func() error {
				return tx.InsertWorkflow(t.Context(), console.Workflow{ID: id("w"), Name: mark, CreatedAt: at, UpdatedAt: at})
			},
			func() error {
				return tx.InsertAgent(t.Context(), console.Agent{
					ID: agent, WorkflowID: new(id("w")), EscalationEmail: new("a@b.example"), TestCode: mark, CreatedAt: at, UpdatedAt: at,
				})
			},
			func() error {
				return tx.PutKnowledgeBase(t.Context(), console.KnowledgeBase{ID: id("k"), AgentID: agent, Content: new("text " + mark), CreatedAt: at, UpdatedAt: at},
					[]console.Passage{{ID: id("p"), Terms: []console.Term{{Word: "a", Count: 1}}}})
			},
			func() error {
				return tx.InsertKey(t.Context(), console.Key{ID: id("y"), TeamID: team, Name: mark, CreatedAt: at}, [32]byte([]byte(mark+strings.Repeat("x", 32))))
			},
			func() error {
				return tx.InsertModelConnection(t.Context(), console.ModelConnection{ID: id("m"), Name: mark, SealedKey: []byte("sealed-secret"), CreatedAt: at, UpdatedAt: at})
			},
			func() error {
				return tx.InsertPhoneNumber(t.Context(), console.PhoneNumber{ID: id("n"), E164: mark, AgentID: &agent, CreatedAt: at, UpdatedAt: at})
			},
			func() error {
				return tx.InsertNumberRequest(t.Context(), console.NumberRequest{ID: id("q"), BusinessName: mark, CreatedAt: at, UpdatedAt: at})
			},
		} {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	spoken(t, db, team, agent, mark)
	// A conversation that was erased leaves its places, and one that is being erased its mark.
	spoken(t, db, team, agent, mark+"2")
	if err := store.Cut(t.Context(), db, team, "conversation-"+agent+console.ID(mark+"2")); err != nil {
		t.Fatal(err)
	}
}

// taken is an export in memory.
type taken struct {
	kind  string
	lines map[string][]string
}

func (e *taken) Kind(name string) error {
	e.kind, e.lines[name] = name, nil
	return nil
}

func (e *taken) Line(object []byte) error {
	if !json.Valid(object) {
		return fmt.Errorf("%s is no JSON", object)
	}
	e.lines[e.kind] = append(e.lines[e.kind], string(object))
	return nil
}

func (e *taken) Text(base console.ID, text string) error {
	e.lines["texts"] = append(e.lines["texts"], string(base)+": "+text)
	return nil
}

// TestAnExportIsTheTeams exports one of two teams that have something of everything, in the middle of writes.
func TestAnExportIsTheTeams(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c store.Config, _ func(*testing.T) *sql.DB) {
		t.Helper()
		at := time.UnixMilli(1_800_000_000_000).UTC()
		c.Now, c.Alerts = func() time.Time { return at }, true
		db := open(t, c)
		for _, team := range []string{gone, kept} {
			settled(t, db, team, at)
		}
		err := db.Write(t.Context(), kept, func(tx *store.Tx) error {
			return tx.InsertAgent(t.Context(), console.Agent{ID: "a2", Name: "deleted", TestCode: "a2", CreatedAt: at, UpdatedAt: at})
		})
		if err != nil {
			t.Fatal(err)
		}
		spoken(t, db, kept, "a2", "deleted words")
		if err := db.Write(t.Context(), kept, func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), "a2") }); err != nil {
			t.Fatal(err)
		}
		came := &taken{lines: map[string][]string{}}
		if err := store.Export(t.Context(), c, "name "+kept, came); err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for kind, lines := range came.lines {
			got[kind] = len(lines)
			for _, line := range lines {
				if strings.Contains(line, gone) || strings.Contains(line, "deleted") || strings.Contains(line, kept+"2") ||
					strings.Contains(line, "sealed-secret") || strings.Contains(line, "hash") {
					t.Errorf("%s has %s", kind, line)
				}
			}
		}
		want := map[string]int{
			"team": 1, "api_keys": 1, "model_connections": 1, "workflows": 1, "agents": 1, "knowledge_bases": 1, "phone_numbers": 1,
			"number_requests": 1, "contacts": 1, "conversations": 1, "messages": 2, "notes": 1, "summaries": 1, "turns": 1, "prompts": 1,
			"calls": 1, "usage": 1, "texts": 1,
		}
		// What was spent stays counted, whatever has become of the conversation and its agent.
		want["usage"] = got["usage"]
		if diff := cmp.Diff(want, got); diff != "" || got["usage"] == 0 {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
		if err := store.Export(t.Context(), c, "nobody", came); !console.IsNotFound(err) {
			t.Errorf("Export of nobody: %v, want CodeNotFound", err)
		}
	})
}
