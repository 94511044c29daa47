package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
)

// older walks through the older era with real data.
func (w *walker) older() {
	w.t.Helper()
	w.one("GET /health", nil)
	w.never("not_implemented", "GET /calls", nil)
	full := w.olderWorkflows()
	agent := w.olderAgents(full)
	w.olderBelow(agent)
	w.olderConversations(agent)
}

func (w *walker) olderWorkflows() string {
	w.t.Helper()
	minimal := w.one("POST /workflows", object{"name": "Empty"})
	body := object{
		"name": "Shop", "description": "Sells shoes", "category": "retail", "system_prompt": "Be brief.",
		"rules":         []object{fullRule(), leanRule()},
		"flows":         []object{fullFlow(), {"name": "Lean"}, {"name": "Other", "color": "red", "size": 5}},
		"tags":          []string{"a", "b"},
		"prompt_config": object{"tone": object{"warm": true}, "max": 3, "none": nil},
	}
	made := w.one("POST /workflows", body)
	w.sent(without(body, "rules"), made)
	w.one("GET /workflows/{}", nil, id(made))
	patch := object{"description": nil, "tags": []string{}, "prompt_config": object{}}
	w.sent(patch, w.one("PATCH /workflows/{}", patch, id(made)))
	w.pages("GET /workflows?scope=owned&sort=name", 1, 2)
	w.all("GET /workflows?scope=public")
	w.all("GET /workflows?search=shoes")
	w.refused("validation_error", "POST /workflows", object{"rules": []object{{"id": 3}}})
	w.do("DELETE /workflows/{}", nil, id(minimal))
	w.refused("not_found", "GET /workflows/{}", nil, id(minimal))
	return id(made)
}

func (w *walker) olderAgents(workflow string) string {
	w.t.Helper()
	minimal := w.one("POST /agents", object{"name": "Lean"})
	nulls := object{"name": "Nulls"}
	for _, name := range []string{
		"description", "system_prompt", "language", "persona", "agent_workflow_id", "rules", "timezone", "logo",
		"business_name", "business_address", "business_email", "business_description", "escalation_email",
	} {
		nulls[name] = nil
	}
	w.one("POST /agents", nulls)
	body := object{
		"name": "Ada", "description": "Helps", "system_prompt": "You sell shoes.", "language": "en",
		"agent_workflow_id": workflow, "rules": []object{fullRule()}, "timezone": "Africa/Lagos",
		"logo": "https://example.com/logo.png", "business_name": "Shoes", "business_address": "1 Road",
		"business_email": "shop@example.com", "business_description": "We sell shoes.",
		"escalation_email": "boss@example.com",
	}
	made := w.one("POST /agents", body)
	w.sent(body, made)
	if got := w.one("PATCH /agents/{}", object{"persona": "Talks like a pirate"}, id(made)); got["persona"] != nil {
		w.t.Errorf("a persona in free words reads back as %v", got["persona"])
	}
	cleared := object{"logo": nil, "system_prompt": nil, "business_email": nil, "persona": "friendly"}
	w.sent(cleared, w.one("PATCH /agents/{}", cleared, id(made)))
	w.one("GET /agents/{}", nil, id(minimal))
	w.pages("GET /agents?sort=-name", 2, 3)
	w.all("GET /agents?search=helps&sort=status")
	w.all("GET /agents?page=9")
	w.refused("validation_error", "GET /agents?limit=0", nil)
	w.refused("validation_error", "PATCH /agents/{}", object{"business_email": "no"}, id(made))
	w.refused("not_found", "GET /agents/{}", nil, "a00000000000000000000000x")
	return id(made)
}

func (w *walker) olderBelow(agent string) {
	w.t.Helper()
	w.knowledge(agent)
	w.one("GET /agents/{}", nil, agent) // with knowledge and flows
	w.all("GET /agents/{}/channels", agent)
	flows := w.all("GET /agents/{}/conversation_flows", agent)
	if len(flows) != 3 {
		w.t.Errorf("%d conversation flows, want those of the workflow", len(flows))
	}
	w.all("GET /agents/{}/actions", agent)
	w.all("GET /agents/{}/integrations", agent)
}

// knowledge walks through knowledge bases, which are the same in both eras.
func (w *walker) knowledge(agent string) {
	w.t.Helper()
	const at = "/agents/{}/knowledge_bases"
	lean := object{"type": "text", "name": "Hours", "content": "We open at nine."}
	text := w.one("POST "+at, lean, agent)
	w.sent(lean, text)
	full := object{"type": "text", "name": "Site", "description": "Ours", "content": "We sell shoes."}
	site := w.one("POST "+at, full, agent)
	w.sent(full, site)
	patch := object{"name": "Times", "description": "When", "content": "We open at ten."}
	w.sent(patch, w.one("PATCH "+at+"/{}", patch, agent, id(text)))
	w.sent(object{"description": nil}, w.one("PATCH "+at+"/{}", object{"description": nil}, agent, id(site)))
	w.webPages(agent)
	if got := w.all("GET "+at, agent); len(got) != 4 {
		w.t.Errorf("%d knowledge bases, want 4", len(got))
	}
	w.refused("validation_error", "POST "+at, object{"type": "text", "name": "No content"}, agent)
	w.refused("validation_error", "PATCH "+at+"/{}", object{"content": nil}, agent, id(text))
	gone := w.one("POST "+at, lean, agent)
	w.do("DELETE "+at+"/{}", nil, agent, id(gone))
	w.refused("not_found", "DELETE "+at+"/{}", nil, agent, id(gone))
}

// webPages walks through knowledge bases whose text is fetched: from a page that is there, and from one
// that is not.
func (w *walker) webPages(agent string) {
	w.t.Helper()
	const at = "/agents/{}/knowledge_bases"
	web := httptest.NewServer(http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/about" {
			http.NotFound(to, r)
			return
		}
		_, _ = io.WriteString(to, "<title>About</title><main><p>We have sold good shoes in Lagos since 1999.</p></main>") // a reader who is gone is no fault
	}))
	w.t.Cleanup(web.Close)
	fetched := func(body object) func(string, string) {
		made := w.one("POST "+at, body, agent)
		w.sent(body, made)
		return func(status, text string) {
			w.t.Helper()
			eventually(w.t, "a page is "+status, func() bool {
				all := w.all("GET "+at, agent)
				i := slices.IndexFunc(all, func(k object) bool { return id(k) == id(made) })
				return i >= 0 && all[i]["status"] == status && strings.Contains(plainText(all[i]["content"]), text)
			})
			patch := object{"url": web.URL + "/about?again", "name": "Again"}
			w.sent(patch, w.one("PATCH "+at+"/{}", patch, agent, id(made)))
		}
	}
	there := fetched(object{"type": "url", "name": "Site", "description": "Ours", "url": web.URL + "/about"})
	gone := fetched(object{"type": "url", "name": "Gone", "url": web.URL + "/gone"})
	there("ready", "since 1999")
	gone("failed", "")
}

func (w *walker) olderConversations(agent string) {
	w.t.Helper()
	const at = "/agents/{}/conversations"
	chats := w.reached(agent)
	w.pages("GET "+at+"?sort=created_at", 4, len(chats), agent)
	w.all("GET "+at+"?channel=messenger", agent)
	w.all("GET "+at+"?channel=test_webchat&search=customer", agent)
	for _, chat := range chats {
		w.one("GET "+at+"/{}", nil, agent, chat)
	}
	chat := w.s.say(w.t, agent, "web").ConversationID
	stream := w.listen("GET "+at+"/{}/messages/stream", "", agent, chat)
	body := object{"message": "see this", "attachments": []object{{"type": "image", "url": "https://example.com/a.png"}}}
	w.sent(body, w.one("POST "+at+"/{}/messages", body, agent, chat))
	for seen := false; !seen; {
		seen = stream.next("message")["message"] == "You said: see this"
	}
	w.pages("GET "+at+"/{}/messages", 1, len(w.all("GET "+at+"/{}/messages", agent, chat)), agent, chat)
	w.refused("validation_error", "POST "+at+"/{}/messages", object{"message": ""}, agent, chat)
	w.refused("not_found", "GET "+at+"/{}/messages", nil, agent, "c00000000000000000000000x")
	stream.next("heartbeat")
}

// reached returns conversations at all places. The older era has no way to begin any: customers do, on
// channels.
func (w *walker) reached(agent string) []string {
	w.t.Helper()
	var chats []string
	for i, to := range places() {
		to["message"], to["channel_user_id"] = "hello", "customer-"+itoa(i)
		m := want[message](w.t, w.s, http.StatusCreated, request{
			method: "POST", path: api + "/agents/" + agent + "/conversations/messages", body: to,
		})
		chats = append(chats, m.ConversationID)
	}
	return chats
}

// places are where conversations can be, by what a message to them says.
func places() []object {
	var all []object
	for _, channel := range []string{"whatsapp", "webchat", "telephony"} {
		all = append(all, object{"channel_type": channel, "is_test_channel": true},
			object{"channel_type": channel, "channel_username": "Ada L."})
	}
	return all
}

func fullRule() object {
	return object{
		"id": "refunds", "name": "Refunds", "trigger": "refund", "condition": "in 30 days",
		"response": "We refund.", "action": "tell a human", "enabled": true,
	}
}

func leanRule() object {
	return object{"id": "lean", "name": "Lean", "trigger": "lean", "response": "Yes.", "enabled": false}
}

func fullFlow() object {
	return object{
		"name": "Order", "description": "Takes an order", "category": "sales", "priority": 5, "is_active": true,
		"trigger_keywords": []object{{"keyword": "buy", "weight": "high"}, {"keyword": "order"}},
		"conversation_steps": []object{
			{"type": "message", "content": "Which size?", "action": "ask", "followup": "size"}, {"type": "end"},
		},
	}
}

func without(o object, names ...string) object {
	rest := object{}
	for name, v := range o {
		rest[name] = v
	}
	for _, name := range names {
		delete(rest, name)
	}
	return rest
}
