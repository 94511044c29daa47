package httpapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/auth"
	"github.com/bimpe/bimpe/internal/console"
)

// aList is a list of the API and how it is filled. What it holds is known from what made it, and
// from the answers to questions for one thing.
type aList struct {
	searched []string // fields that a search looks in
	// open makes a new place for rows and returns the list's path there.
	open func(p *place) string
	// add makes one row in a place, and perhaps changes it, and returns how it reads.
	add func(p *place, rt *rapid.T) item
}

type item map[string]any

// lists are all lists that come in pages, by the operation's name.
func lists() map[string]aList {
	return map[string]aList{
		"listAgents":           {[]string{"name", "description"}, func(*place) string { return "/agents" }, addAgent},
		"listWorkflows":        {[]string{"name", "description", "category", "tags"}, func(*place) string { return "/workflows" }, addWorkflow},
		"listModelConnections": {[]string{"name", "model"}, func(*place) string { return "/model-connections" }, addModel},
		"listKeys":             {[]string{"name"}, func(*place) string { return "/api-keys" }, addKey},
		"listConversations":    {[]string{"channel_user_username", "channel_user_id"}, openAgent, addConversation},
		"listMessages":         {[]string{"message"}, openConversation, addMessage},

		"listTurns":            {nil, openTurns, addTurn},
		"listAllConversations": {[]string{"channel_user_username", "channel_user_id"}, openDesk, addDesked},
		"listNotes":            {[]string{"text"}, openNotes, addNote},
		"listContacts": {
			[]string{"name", "email", "phone", "channel_user_id", "notes", "tags"}, openContacts, addContact,
		},

		"listAgentCalls":          {[]string{"source", "destination"}, openCalls, addCall},
		"listPhoneNumbers":        {[]string{"label", "e164"}, func(*place) string { return "/phone-numbers" }, addNumber},
		"listPhoneNumberRequests": {[]string{"business_name"}, func(*place) string { return "/phone-numbers/request" }, addNumberRequest},
	}
}

// Every list, in every order, searched and narrowed in every way that the document knows, has on its
// pages what a model in memory has: nothing skipped, nothing twice, true counts, also past the end.
func TestEveryListIsAsTheModel(t *testing.T) {
	t.Parallel()
	known := lists()
	for _, op := range openHouse(t, nil).operations() {
		if op.name == "listUsage" {
			continue // its rows are sums and have no ids; they are compared in the store's contract
		}
		if _, ok := known[op.name]; !ok && slices.ContainsFunc(op.endpoint.query, func(p *huma.Param) bool { return p.Name == "page" }) {
			t.Errorf("%s comes in pages and is not compared with a model", op.name)
		}
	}
	onBoth(t, func(t *testing.T, database func(*testing.T) string) {
		t.Helper()
		for name, list := range known {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				h := openHouseOn(t, database(t), func(c *Config) { c.RateLimit = 0 })
				i := slices.IndexFunc(h.operations(), func(op operation) bool { return op.name == name })
				op := h.operations()[i]
				rapid.Check(t, func(rt *rapid.T) { h.compare(t, rt, list, &op) })
			})
		}
	})
}

// compare fills a new place at random and asks for its rows in some ways.
func (h *house) compare(t *testing.T, rt *rapid.T, list aList, op *operation) {
	t.Helper()
	p := h.newPlace(t)
	defer p.clear()
	p.path = list.open(p)
	model := p.all(url.Values{"limit": {"100"}})
	for range rapid.IntRange(0, 12).Draw(rt, "rows") {
		h.clock.move(time.Duration(rapid.IntRange(0, 2).Draw(rt, "ms")) * time.Millisecond)
		made := list.add(p, rt)
		model = slices.DeleteFunc(model, func(i item) bool { return i["id"] == made["id"] })
		model = append(model, made)
	}
	for range 4 {
		q := drawParams(rt, op)
		if q.Has("agent_id") {
			q.Set("agent_id", p.agent) // any other one is not found
		}
		want := expected(model, q, list.searched)
		if diff := gocmp.Diff(ids(want), ids(p.all(q))); diff != "" {
			t.Fatalf("%s?%s of %v (-model +list):\n%s", p.path, q.Encode(), model, diff)
		}
	}
}

// drawParams asks for a list by the parameters that the document gives it.
func drawParams(rt *rapid.T, op *operation) url.Values {
	q := url.Values{"limit": {strconv.Itoa(rapid.IntRange(1, 7).Draw(rt, "limit"))}}
	for _, p := range op.endpoint.query {
		switch {
		case p.Name == "page" || p.Name == "limit" || p.In != "query":
		case !rapid.Bool().Draw(rt, "with "+p.Name):
			if p.Name == "sort" {
				q.Set("default", fmt.Sprint(p.Schema.Default)) // for the model; the list ignores it
			}
		case p.Name == "search":
			q.Set(p.Name, drawText(rt, "search"))
		case p.Schema.Type == "boolean":
			q.Set(p.Name, strconv.FormatBool(rapid.Bool().Draw(rt, p.Name)))
		case p.Schema.Enum == nil:
			q.Set(p.Name, drawText(rt, p.Name))
		default:
			q.Set(p.Name, fmt.Sprint(rapid.SampledFrom(p.Schema.Enum).Draw(rt, p.Name)))
		}
	}
	return q
}

// drawText is short, so that texts are equal now and then and found in each other.
func drawText(rt *rapid.T, label string) string {
	return rapid.SampledFrom([]string{
		"a", "A", "b", "B", "É", "é", "e\u0301", "ß", "SS", "ẞ", "İ", "ı", "Σ", "ς", "%", "_", `\`, `\%`, "'", "a b", "ab", "a%b", "a_b", "日本", "🙂", "\x1f", "0",
	}).Draw(rt, label)
}

// expected is what a list should have, in order.
func expected(model []item, q url.Values, searched []string) []item {
	want := slices.DeleteFunc(slices.Clone(model), func(i item) bool { return !i.fits(q) || !i.has(q.Get("search"), searched) })
	sort := cmp.Or(q.Get("sort"), q.Get("default"))
	field, descending := strings.CutPrefix(sort, "-")
	slices.SortFunc(want, func(a, b item) int {
		c := cmp.Or(cmp.Compare(a.text(field), b.text(field)), cmp.Compare(a.text("id"), b.text("id")))
		if descending {
			return -c
		}
		return c
	})
	return want
}

// text is a field as it is compared: times have one length, and null comes before all else.
func (i item) text(field string) string {
	s, _ := i[field].(string)
	return s
}

// fits reports whether an item is among those that the parameters leave.
func (i item) fits(q url.Values) bool {
	for name, v := range q {
		switch name {
		case "limit", "search", "sort", "default", "page":
		case "scope":
			owned, public := i["is_owner"] == true, i["visibility"] == "public"
			if v[0] == "owned" && !owned || v[0] == "public" && !public {
				return false
			}
		case "channel":
			if i["channel_type"] != v[0] {
				return false
			}
		case "tag":
			if !i.has(v[0], []string{"tags"}) { // the tags of these tests have one character
				return false
			}
		default:
			if fmt.Sprint(i[name]) != v[0] {
				return false
			}
		}
	}
	return true
}

// has reports whether a search finds an item: in one of its fields, whatever the case.
func (i item) has(search string, fields []string) bool {
	if search == "" {
		return true
	}
	return slices.ContainsFunc(fields, func(field string) bool {
		texts, ok := i[field].([]any)
		if !ok {
			texts = []any{i[field]}
		}
		return slices.ContainsFunc(texts, func(v any) bool {
			s, _ := v.(string)
			return search != console.FieldEnd && strings.Contains(console.Fold(s), console.Fold(search))
		})
	})
}

func ids(items []item) []string {
	all := []string{}
	for _, i := range items {
		all = append(all, i.text("id"))
	}
	return all
}

// place is a team of its own and where its rows go.
type place struct {
	*house
	t             *testing.T
	secret, other string // keys of the team and of another one
	path          string
	agent         string
	made          []func() // what must be undone, since others would see it
}

func (h *house) newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{house: h, t: t}
	for _, secret := range []*string{&p.secret, &p.other} {
		team := console.Team{ID: h.ids.id(), Name: "Team", CreatedAt: h.clock.now()}
		team.Name += string(team.ID)
		if err := h.db.InsertTeam(t.Context(), team); err != nil {
			t.Fatal(err)
		}
		*secret = h.grant(t, team.ID, auth.Draft{Name: "key", Scopes: []console.Scope{console.ScopeAll}})
	}
	return p
}

func (p *place) clear() {
	for _, undo := range p.made {
		undo()
	}
}

// ask makes a request and returns the whole answer.
func (p *place) ask(secret, method, path string, body any) map[string]any {
	p.t.Helper()
	raw := []byte{}
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			p.t.Fatal(err)
		}
	}
	r := httptest.NewRequest(method, Prefix+path, strings.NewReader(string(raw)))
	r.Header.Set("X-Api-Key", secret)
	rec := httptest.NewRecorder()
	p.Handler().ServeHTTP(rec, r)
	var in map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &in); err != nil || rec.Code >= 300 {
		p.t.Fatalf("%s %s %s: got %d %s, %v", method, path, raw, rec.Code, rec.Body, err)
	}
	return in
}

// do makes a request of the team and returns what it is about.
func (p *place) do(method, path string, body any) item {
	p.t.Helper()
	in, _ := p.ask(p.secret, method, path, body)["data"].(map[string]any)
	return in
}

// all walks over the pages of the list and one beyond, and holds each to its meta.
func (p *place) all(q url.Values) []item {
	p.t.Helper()
	items, total := []item{}, 0.0
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil {
		p.t.Fatal(err)
	}
	for page := 1; ; page++ {
		q.Set("page", strconv.Itoa(page))
		got := p.ask(p.secret, http.MethodGet, p.path+"?"+q.Encode(), nil)
		rows, _ := got["data"].([]any)
		meta, _ := got["meta"].(map[string]any)
		if page == 1 {
			total, _ = meta["total_count"].(float64)
		}
		pages := (int(total) + limit - 1) / limit
		want := map[string]any{
			"total_count": total, "page_count": float64(pages), "current_page": float64(page), "limit": float64(limit),
			"has_next_page": page < pages, "has_previous_page": page > 1,
		}
		if diff := gocmp.Diff(want, meta); diff != "" || len(rows) != max(0, min(limit, int(total)-limit*(page-1))) {
			p.t.Fatalf("%s?%s: %d rows, meta (-want +got):\n%s", p.path, q.Encode(), len(rows), diff)
		}
		for _, row := range rows {
			row, _ := row.(map[string]any)
			items = append(items, row)
		}
		if page > pages {
			q.Del("page")
			return items
		}
	}
}

// some is a value now and then, else null.
func some(rt *rapid.T, label string) any {
	if rapid.Bool().Draw(rt, "no "+label) {
		return nil
	}
	return drawText(rt, label)
}

// someLine is like some, of what has no control characters.
func someLine(rt *rapid.T, label string) any {
	text, ok := some(rt, label).(string)
	if !ok {
		return nil
	}
	return strings.ReplaceAll(text, "\x1f", "~")
}

// touched changes a row some time later, now and then.
func (p *place) touched(rt *rapid.T, path string, made item) item {
	if !rapid.Bool().Draw(rt, "touched") {
		return made
	}
	p.clock.move(time.Duration(rapid.IntRange(0, 2).Draw(rt, "later")) * time.Millisecond)
	return p.do(http.MethodPatch, path, item{"name": drawText(rt, "name")})
}

func addAgent(p *place, rt *rapid.T) item {
	made := p.do(http.MethodPost, "/agents", item{"name": drawText(rt, "name"), "description": some(rt, "description")})
	if path := "/agents/" + made.text("id"); rapid.Bool().Draw(rt, "live") {
		p.do(http.MethodPatch, path+"/live-status", item{"status": "live"})
		made = p.do(http.MethodGet, path, nil)
	}
	return p.touched(rt, "/agents/"+made.text("id"), made)
}

func addWorkflow(p *place, rt *rapid.T) item {
	secret := rapid.SampledFrom([]string{p.secret, p.other}).Draw(rt, "whose")
	visibility := "public" // else it is not seen
	if secret == p.secret {
		visibility = rapid.SampledFrom([]string{"private", "public"}).Draw(rt, "visibility")
	}
	in, _ := p.ask(secret, http.MethodPost, "/workflows", item{
		"name": drawText(rt, "name"), "description": some(rt, "description"), "category": some(rt, "category"),
		"tags": rapid.SliceOfN(rapid.SampledFrom([]string{"a", "É", "%"}), 0, 2).Draw(rt, "tags"), "visibility": visibility,
	})["data"].(map[string]any)
	path := "/workflows/" + item(in).text("id")
	p.made = append(p.made, func() { p.ask(secret, http.MethodDelete, path, nil) })
	if secret == p.secret {
		return p.touched(rt, path, in)
	}
	return p.do(http.MethodGet, path, nil)
}

// addModel changes one of a team's connections once it has some.
func addModel(p *place, rt *rapid.T) item {
	model := strings.ReplaceAll(drawText(rt, "model"), "\x1f", "-") // which no model may have
	body := item{"name": drawText(rt, "name"), "model": model, "provider": "openai"}
	if there := p.all(url.Values{"limit": {"100"}}); len(there) == 3 {
		one := rapid.SampledFrom(there).Draw(rt, "which")
		return p.do(http.MethodPatch, "/model-connections/"+one.text("id"), body)
	}
	return p.do(http.MethodPost, "/model-connections", body)
}

func addKey(p *place, rt *rapid.T) item {
	made := p.do(http.MethodPost, "/api-keys", item{"name": drawText(rt, "name"), "scopes": []string{"agents:read"}})
	path := "/api-keys/" + made.text("id")
	switch rapid.IntRange(0, 3).Draw(rt, "then") {
	case 0:
		p.do(http.MethodDelete, path, nil)
	case 1:
		at := map[console.ID]time.Time{console.ID(made.text("id")): p.clock.now()}
		if err := p.db.TouchKeys(p.t.Context(), at); err != nil {
			p.t.Fatal(err)
		}
	}
	return p.do(http.MethodGet, path, nil)
}

func openAgent(p *place) string {
	p.agent = p.do(http.MethodPost, "/agents", item{"name": "Ada"}).text("id")
	return "/agents/" + p.agent + "/conversations"
}

func addConversation(p *place, rt *rapid.T) item {
	said := p.do(http.MethodPost, p.path+"/messages", item{
		"message": "Hello", "channel_type": rapid.SampledFrom([]string{"webchat", "whatsapp", "telephony"}).Draw(rt, "channel"),
		"is_test_channel": rapid.Bool().Draw(rt, "test"), "channel_user_id": drawText(rt, "customer"), "channel_username": some(rt, "name"),
	})
	path := p.path + "/" + said.text("conversation_id")
	if rapid.Bool().Draw(rt, "desk") {
		p.do(http.MethodPatch, path, item{
			"assignee": someLine(rt, "assignee"), "status": rapid.SampledFrom([]string{"open", "resolved"}).Draw(rt, "status"),
		})
	}
	if rapid.Bool().Draw(rt, "pause") {
		p.clock.move(time.Duration(rapid.IntRange(0, 2).Draw(rt, "later")) * time.Millisecond)
		p.do(http.MethodPatch, path+"/ai-status", item{"is_ai_chat_paused": rapid.Bool().Draw(rt, "paused")})
	}
	return p.do(http.MethodGet, path, nil)
}

func openConversation(p *place) string {
	path := openAgent(p)
	chat := p.do(http.MethodPost, path+"/messages", item{"message": "Hello"}).text("conversation_id")
	return path + "/" + chat + "/messages"
}

func addMessage(p *place, rt *rapid.T) item {
	return p.do(http.MethodPost, p.path, item{
		"message": drawText(rt, "message"), "role": rapid.SampledFrom([]string{"user", "assistant"}).Draw(rt, "role"),
	})
}
