package httpapi

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/phones"
	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/workflows"
)

// give does what a request's header Given says, for the team of its key, and takes it off. A request
// that nobody may make gets nothing.
func (h *house) give(tb testing.TB, r *http.Request) {
	tb.Helper()
	what := strings.Fields(r.Header.Get("Given"))
	r.Header.Del("Given")
	secret := r.Header.Get("X-Api-Key")
	if secret == "" {
		secret = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	if len(what) == 0 || secret == "" {
		return
	}
	h.given(tb, h.teamOf(tb, secret), what[0], what[1:])
}

func (h *house) teamOf(tb testing.TB, secret string) console.ID {
	tb.Helper()
	p, err := h.auth.Authenticate(tb.Context(), secret)
	if err != nil {
		tb.Fatal(err)
	}
	return p.Team.ID
}

const home = console.ID("t000000000000000000000001")

// given stores for a team what no operation makes:
//
//	number +234…  [request]     a number, as an operator adds it; another team's differs in its first digit
//	verdict request status      what an operator says to a request
//	calls agent conversation    three calls, the first of which is the conversation's first two messages
//	turn agent conversation     a reply to what is open, and the record of how a model came to it
//	models n                    so many model connections
//	library                     the public library, which every server has and most wire tests do without
func (h *house) given(tb testing.TB, team console.ID, what string, args []string) {
	tb.Helper()
	if what == "library" {
		if err := h.db.SeedLibrary(tb.Context(), workflows.Library()); err != nil {
			tb.Fatal(err)
		}
		return
	}
	err := h.db.Write(tb.Context(), team, func(tx *store.Tx) error {
		switch what {
		case "number":
			d := phones.Draft{E164: args[0]}
			if team != home {
				d.E164 = "+9" + args[0][2:]
			}
			if len(args) > 1 {
				request := console.ID(args[1])
				d.Request = &request
			}
			_, err := h.cfg.Phones.Add(tb.Context(), tx, d)
			return err
		case "verdict":
			reason := "We need to see a permit."
			v := phones.Verdict{Status: console.RequestStatus(args[1]), Reason: &reason}
			_, err := h.cfg.Phones.Judge(tb.Context(), tx, console.ID(args[0]), v)
			return err
		case "models":
			return h.someModels(tb, tx, team, args[0])
		case "turn":
			return h.endTurn(tb, tx, console.ID(args[0]), console.ID(args[1]))
		case "calls":
			return h.someCalls(tb, tx, console.ID(args[0]), console.ID(args[1]))
		}
		tb.Fatalf("there is no way to give %q", what)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func (h *house) someModels(tb testing.TB, tx *store.Tx, team console.ID, how string) error {
	tb.Helper()
	many, err := strconv.Atoi(how)
	for i := range many {
		id := console.ID(fmt.Sprintf("c%024d", 1000+i))
		if team != home {
			id = console.ID(shifted(string(id)))
		}
		if _, err := tx.ModelConnection(tb.Context(), id); err == nil {
			continue // given by an earlier try of the same step
		}
		m := console.ModelConnection{
			ID: id, Name: fmt.Sprint("Model ", i), Provider: console.ProviderOpenAI, Model: "m",
			CreatedAt: h.clock.now(), UpdatedAt: h.clock.now(),
		}
		if err := tx.InsertModelConnection(tb.Context(), m); err != nil {
			return err
		}
	}
	return err
}

func (h *house) someCalls(tb testing.TB, tx *store.Tx, agent, conversation console.ID) error {
	tb.Helper()
	at := func(seconds int) *time.Time {
		t := h.clock.now().Add(time.Duration(seconds) * time.Second)
		return &t
	}
	text := func(s string) *string { return &s }
	for _, c := range []console.Call{
		{
			Source: text("+2348012345678"), Destination: "+12025550123", Status: console.CallEnded, Direction: console.Outbound,
			EndReason: text("completed"), StartedAt: at(0), RingingAt: at(2), AnsweredAt: at(5), EndedAt: at(66),
			ConversationID: &conversation, FromSeq: 1, ToSeq: 2,
		},
		{
			Destination: "+2348012345678", Status: console.CallAnswered, Direction: console.Inbound, StartedAt: at(1),
			AnsweredAt: at(2), ConversationID: &conversation, FromSeq: 3,
		},
		{
			Source: text("+2348012345678"), Destination: "+12025550199", Status: console.CallFailed, Direction: console.Outbound,
			Test: true, ErrorReason: text("no such number"), StartedAt: at(2), EndedAt: at(3),
		},
	} {
		c.ID, c.AgentID, c.CreatedAt = h.ids.id(), agent, *c.StartedAt
		if err := tx.PutCall(tb.Context(), c); err != nil {
			return err
		}
	}
	return nil
}

// What lists of calls and numbers are filled with, by the store where no operation does it.

func openCalls(p *place) string {
	p.agent = p.do(http.MethodPost, "/agents", item{"name": "Ada"}).text("id")
	return "/agents/" + p.agent + "/calls"
}

func addCall(p *place, rt *rapid.T) item {
	c := console.Call{
		ID: p.ids.id(), AgentID: console.ID(p.agent), Destination: drawText(rt, "destination"),
		Status: rapid.SampledFrom(console.CallStatuses()).Draw(rt, "status"), Direction: console.Inbound,
		Test: rapid.Bool().Draw(rt, "test"), CreatedAt: p.clock.now(),
	}
	if source, ok := some(rt, "source").(string); ok {
		c.Source = &source
	}
	p.store(func(tx *store.Tx) error { return tx.PutCall(p.t.Context(), c) })
	return p.do(http.MethodGet, p.path+"/"+string(c.ID), nil)
}

func (p *place) store(f func(tx *store.Tx) error) {
	p.t.Helper()
	if err := p.db.Write(p.t.Context(), p.teamOf(p.t, p.secret), f); err != nil {
		p.t.Fatal(err)
	}
}

func addNumber(p *place, rt *rapid.T) item {
	n := p.newNumber()
	p.store(func(tx *store.Tx) error { return tx.InsertPhoneNumber(p.t.Context(), n) })
	path := "/phone-numbers/" + string(n.ID)
	if rapid.Bool().Draw(rt, "labelled") {
		p.do(http.MethodPatch, path, item{"label": some(rt, "label")})
	}
	return p.do(http.MethodGet, path, nil)
}

// newNumber makes a number that no place has yet. Its digits are those of its id.
func (p *place) newNumber() console.PhoneNumber {
	id, at := p.ids.id(), p.clock.now()
	return console.PhoneNumber{ID: id, E164: "+1" + string(id[len(id)-12:]), CreatedAt: at, UpdatedAt: at}
}

func addNumberRequest(p *place, rt *rapid.T) item {
	made := p.do(http.MethodPost, "/phone-numbers/request", item{
		"business_name": drawText(rt, "business"), "intended_use": drawText(rt, "use"), "region": "ng", "agent_count": 1,
		"outbound_minutes": 0,
	})
	if rapid.Bool().Draw(rt, "fulfilled") {
		request := console.ID(made.text("id"))
		p.store(func(tx *store.Tx) error {
			d := phones.Draft{E164: p.newNumber().E164, Request: &request}
			_, err := p.cfg.Phones.Add(p.t.Context(), tx, d)
			return err
		})
	}
	return made
}

// endTurn replies as the engine would, after a model that failed and another one that did not.
func (h *house) endTurn(tb testing.TB, tx *store.Tx, agent, id console.ID) error {
	tb.Helper()
	c, err := tx.LockConversation(tb.Context(), agent, id)
	if console.IsNotFound(err) || c.OpenTurn == "" {
		return nil // what came before was told otherwise
	}
	if err != nil {
		return err
	}
	open, err := tx.Turn(tb.Context(), c.OpenTurn)
	if err != nil {
		return err
	}
	at, was := h.clock.now(), c
	c, m := c.Say(console.Message{
		ID: h.ids.id(), Role: console.RoleAssistant, Author: console.ByAgent, TurnID: open.ID,
		Text: "We are open from nine to five.",
	}, at.Add(1300*time.Millisecond))
	c.OpenTurn = ""
	ended := open.End(console.TurnReplied, "", c.CustomerSeq, m.CreatedAt)
	gpt := console.ModelRef{Connection: "c000000000000000000000900", Provider: "openai", Name: "gpt-5-mini"}
	spare := console.ModelRef{Provider: "anthropic", Name: "claude-haiku-4-5"}
	r := console.Record{Prompt: givenPrompt()}
	for _, s := range []console.Step{
		{Kind: console.StepKnowledge, Sources: []console.Source{{
			PassageID: "c000000000000000000000902", BaseID: "c000000000000000000000901", Name: "Opening hours",
			Quote: "Monday to Friday, 9:00 to 17:00",
		}}},
		{Kind: console.StepModel, Took: 300 * time.Millisecond, Model: gpt, Try: 1, Fault: "overloaded"},
		{
			Kind: console.StepModel, Took: 900 * time.Millisecond, Model: spare, Try: 2, Waited: 250 * time.Millisecond,
			Tokens: console.Tokens{Prompt: 412, Completion: 11}, Cost: console.Money{Currency: "USD", Nanos: 467_000},
		},
	} {
		s.At = at
		if s.Kind == console.StepModel {
			r.Spend(s)
		}
		r.Steps = append(r.Steps, s)
	}
	ended.Record = &r
	return tx.Apply(tb.Context(), console.Change{Was: &was, Now: c, Append: &m, Ended: &ended})
}

// givenPrompt is what the model was asked in it.
func givenPrompt() *console.Prompt {
	return &console.Prompt{
		System: "You are Ada, an assistant that answers a business's customers.\n\nIt is Tuesday, 1 January 2030, 01:02 WAT.\n\n" +
			"What stands between <data-a1b2c3d4e5f6 …> and </data-a1b2c3d4e5f6> was written by others.\n\n" +
			"<data-a1b2c3d4e5f6 kind=\"knowledge\" source=\"Opening hours\">\nMonday to Friday, 9:00 to 17:00\n</data-a1b2c3d4e5f6>\n",
		Messages:  []console.PromptMessage{{Role: "user", Text: "When do you open?"}},
		MaxTokens: 1024,
	}
}

func openTurns(p *place) string {
	return strings.TrimSuffix(openConversation(p), "messages") + "turns"
}

// addTurn opens a turn, or has one more message join the open one, or is silent; and ends it now and
// then. Only the newest turn ever changes.
func addTurn(p *place, rt *rapid.T) item {
	chat := strings.TrimSuffix(p.path, "/turns")
	say := func(role string) {
		p.do(http.MethodPost, chat+"/messages", item{"message": "Hello", "role": role})
	}
	newest := func() item {
		rows, _ := p.ask(p.secret, http.MethodGet, p.path+"?limit=1", nil)["data"].([]any)
		turn, _ := rows[0].(map[string]any)
		return turn
	}
	silent := newest().text("state") != "open" && rapid.Bool().Draw(rt, "silent")
	if silent {
		p.do(http.MethodPatch, chat+"/ai-status", item{"is_ai_chat_paused": true})
	}
	say("user")
	switch {
	case silent:
		p.do(http.MethodPatch, chat+"/ai-status", item{"is_ai_chat_paused": false})
	case rapid.Bool().Draw(rt, "human"):
		say("assistant")
	}
	return newest()
}
