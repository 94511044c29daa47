package e2e

// newer walks through the newer era with real data.
func (w *walker) newer() {
	w.t.Helper()
	w.one("GET /health", nil)
	workflow := w.newerWorkflows()
	agent := w.newerAgents(workflow)
	w.knowledge(agent)
	w.muchKnowledge()
	w.newerBelow(agent)
	w.newerConversations(agent)
	w.desk(agent)
	w.models(agent)
	w.phones(agent)
	w.newerKeys()
	w.newerEnd(agent, workflow)
}

func (w *walker) newerWorkflows() string {
	w.t.Helper()
	w.one("POST /workflows", object{"name": "Empty", "system_prompt": "Be kind."})
	body := object{
		"name": "Shop", "description": "Sells shoes", "category": "retail", "system_prompt": "Be brief.",
		"rules": []object{fullRule()},
		"flows": []object{fullFlow(), {"name": "Lean"}, {"name": "Other", "color": "red"}},
		"tags":  []string{"a", "b"}, "integrations": []string{"stripe"}, "channels": []string{"whatsapp"},
		"actions": []string{"refund"}, "guide": object{"youtubeUrl": "https://youtu.be/x", "steps": []string{"one", "two"}},
		"faq":         []object{{"question": "When?", "answer": "Now."}},
		"setup_steps": []any{"one", 2, object{"three": nil}, nil}, "setup_time": 15, "video_url": "https://example.com/v.mp4",
		"visibility": "public",
	}
	made := w.one("POST /workflows", body)
	w.sent(without(body, "guide"), made)
	w.one("POST /workflows", object{
		"name": "Odd", "system_prompt": nil, "description": nil, "guide": object{"youtube_url": "https://youtu.be/y"},
		"rules": nil, "tags": nil, "faq": nil, "setup_steps": nil, "setup_time": nil,
		"flows": []object{
			{}, {
				"name": nil, "description": nil, "category": nil, "priority": nil, "is_active": nil,
				"trigger_keywords": nil, "conversation_steps": nil,
			}, {
				"trigger_keywords":   []object{{"keyword": "x", "weight": nil}},
				"conversation_steps": []object{{"type": "message", "content": nil, "action": nil, "followup": nil}},
			},
		},
	})
	w.one("PATCH /workflows/{}", object{"guide": nil, "faq": []any{}, "setup_time": 0, "video_url": nil, "rules": []object{leanRule()}}, id(made))
	w.one("GET /workflows/{}", nil, id(made))
	clone := w.one("POST /workflows/clone", object{"source_workflow_id": id(made)})
	if clone["visibility"] != "private" || clone["is_owner"] != true || id(clone) == id(made) {
		w.t.Errorf("a clone is %v", clone)
	}
	w.pages("GET /workflows?scope=owned&sort=-updated_at", 3, 4)
	for _, w4 := range w.all("GET /workflows?scope=public&limit=100") {
		w.one("GET /workflows/{}", nil, id(w4))
		if w4["is_owner"] == false {
			w.refused("forbidden", "PATCH /workflows/{}", object{"name": "Mine"}, id(w4))
			w.one("POST /workflows/clone", object{"source_workflow_id": id(w4)})
		}
	}
	w.all("GET /workflows?scope=accessible&limit=100")
	w.refused("not_found", "POST /workflows/clone", object{"source_workflow_id": "w00000000000000000000000x"})
	w.do("DELETE /workflows/{}", nil, id(clone))
	return id(made)
}

func (w *walker) newerAgents(workflow string) string {
	w.t.Helper()
	minimal := w.one("POST /agents", object{"name": "Lean"})
	body := object{
		"workflow_id": workflow, "name": "Ada", "description": "Helps", "language": "en", "persona": "friendly",
		"timezone": "Africa/Lagos", "logo": "https://example.com/logo.png", "business_name": "Shoes",
		"business_address": "1 Road", "business_email": "shop@example.com", "business_description": "We sell shoes.",
		"escalation_email": "boss@example.com",
	}
	made := w.one("POST /agents", body)
	w.sent(body, made)
	w.sent(body, w.one("GET /agents/{}", nil, id(made)))
	patch := object{"persona": "concise", "description": "Helps more", "logo": nil}
	w.sent(patch, w.one("PATCH /agents/{}", patch, id(made)))
	w.one("PATCH /agents/{}", object{"persona": "Like a pirate"}, id(minimal))
	paused := object{"status": "paused", "status_reason": "Holidays"}
	w.sent(paused, w.one("PATCH /agents/{}/live-status", paused, id(made)))
	w.one("GET /agents/{}", nil, id(made))
	w.sent(object{"status": "live", "status_reason": nil},
		w.one("PATCH /agents/{}/live-status", object{"status": "live"}, id(made)))
	w.refused("validation_error", "PATCH /agents/{}/live-status", object{"status": "asleep"}, id(made))
	code := w.one("GET /agents/{}/deployment/agent-test-code", nil, id(made))
	if code["code"] != made["test_channel_code"] {
		w.t.Errorf("the test code %v is not that of the agent, %v", code["code"], made["test_channel_code"])
	}
	w.pages("GET /agents", 1, 2)
	w.all("GET /agents?page=99&limit=100")
	w.refused("validation_error", "POST /agents", object{"name": "", "language": 3, "logo": "no"})
	w.refused("conflict", "DELETE /workflows/{}", nil, workflow)
	return id(made)
}

// muchKnowledge holds a list that comes whole to that when it is longer than a page.
func (w *walker) muchKnowledge() {
	w.t.Helper()
	const many = 25
	agent := id(w.one("POST /agents", object{"name": "Well read"}))
	for i := range many {
		w.one("POST /agents/{}/knowledge_bases", object{"type": "text", "name": "Fact " + itoa(i), "content": "It is so."}, agent)
	}
	if got := w.all("GET /agents/{}/knowledge_bases", agent); len(got) != many {
		w.t.Errorf("%d knowledge bases, want %d", len(got), many)
	}
	w.do("DELETE /agents/{}", nil, agent)
}

// newerBelow walks through what hangs below an agent, but for its conversations.
func (w *walker) newerBelow(agent string) {
	w.t.Helper()
	w.one("GET /agents/{}", nil, agent)
	w.all("GET /agents/{}/channels", agent)
	w.all("GET /agents/{}/actions", agent)
	none := object{"action_ids": []string{}}
	w.one("POST /agents/{}/actions/enable", none, agent)
	w.one("POST /agents/{}/actions/disable", none, agent)
	w.all("GET /agents/{}/integrations", agent)
	w.integrations(agent)
}

// integrations: nothing connects any yet, which is said, and none that is not there can be used.
func (w *walker) integrations(agent string) {
	w.t.Helper()
	const at = "/agents/{}/integrations/"
	if got := w.all("GET "+at+"bimpeai", agent); len(got) != 5 {
		w.t.Errorf("%d integrations of ours, want all five", len(got))
	}
	for family, body := range map[string]object{
		"bimpeai":    {"type": "stripe", "secret_key": "sk"},
		"custom_api": {"name": "Orders", "base_url": "https://example.com", "auth_type": "bearer", "auth_config": object{"token": "t"}},
		"mcp_server": {"name": "Tools", "server_url": "https://example.com/mcp"},
		"pipedream":  {"app_slug": "slack"},
	} {
		w.all("GET "+at+family, agent)
		w.never("not_implemented", "POST "+at+family+"/configure", body, agent)
		w.never("not_found", "DELETE "+at+family+"/{}", nil, agent, nowhere)
	}
	w.never("not_found", "GET "+at+"custom_api/{}/tools", nil, agent, nowhere)
	tool := object{"name": "Find", "http_method": "GET", "url_template": "https://example.com/{{id}}"}
	w.never("not_found", "POST "+at+"custom_api/{}/tools", tool, agent, nowhere)
	w.never("not_found", "DELETE "+at+"custom_api/{}/tools/{}", nil, agent, nowhere, nowhere)
	w.never("not_found", "GET "+at+"mcp_server/{}/tools", nil, agent, nowhere)
	w.never("not_found", "POST "+at+"mcp_server/{}/test", nil, agent, nowhere)
	w.never("not_found", "POST "+at+"mcp_server/{}/discover", nil, agent, nowhere)
}

// nowhere is an id of nothing.
const nowhere = "n00000000000000000000000x"

func (w *walker) newerConversations(agent string) {
	w.t.Helper()
	const at = "/agents/{}/conversations"
	for i, to := range places() {
		to["message"], to["channel_user_id"] = "hello", "customer-"+itoa(i)
		w.sent(object{"message": "hello", "role": "user"}, w.one("POST "+at+"/messages", to, agent))
	}
	w.one("POST "+at+"/messages", object{
		"message": "Good day, from us.", "role": "assistant", "channel_type": "whatsapp",
		"channel_user_id": "+2348012345678",
	}, agent)
	rows := len(places()) + 1
	w.pages("GET "+at+"?sort=created_at", 3, rows, agent)
	for _, filter := range []string{
		"channel=test_whatsapp", "is_test_channel=true", "is_ai_chat_paused=false", "needs_attention=true", "search=ada",
	} {
		for _, chat := range w.all("GET "+at+"?"+filter, agent) {
			w.one("GET "+at+"/{}", nil, agent, id(chat))
		}
	}
	w.refused("validation_error", "GET "+at+"?is_test_channel=yes", nil, agent)
	w.newerMessages(agent)
}

func (w *walker) newerMessages(agent string) {
	w.t.Helper()
	const at, messages = "/agents/{}/conversations", "/agents/{}/conversations/{}/messages"
	first := w.one("POST "+at+"/messages", object{"message": "one"}, agent)
	chat := plainText(first["conversation_id"])
	stream := w.listen("GET "+at+"/{}/stream", "&after="+id(first), agent, chat)
	reply := stream.message("You said: one")
	w.one("GET "+messages+"/{}", nil, agent, chat, plainText(reply["id"]))
	into := object{"message": "two", "conversation_id": chat}
	w.sent(into, w.one("POST "+at+"/messages", into, agent))
	stream.message("two")
	stream.message("You said: two")
	human := object{"message": "A human here.", "role": "assistant"}
	w.sent(human, w.one("POST "+messages, human, agent, chat))
	stream.message("A human here.")
	w.one("POST "+at+"/{}/cancel", nil, agent, chat)
	off := object{"is_ai_chat_paused": true}
	w.sent(off, w.one("PATCH "+at+"/{}/ai-status", off, agent, chat))
	w.one("POST "+messages, object{"message": "three"}, agent, chat)
	stream.message("three")
	w.one("GET "+at+"/{}", nil, agent, chat)
	w.pages("GET "+messages+"?sort=created_at", 2, 6, agent, chat)
	w.all("GET "+messages+"?search=human", agent, chat)
	again := w.listen("GET "+at+"/{}/stream", "&after="+id(first), agent, chat)
	for _, text := range []string{"You said: one", "two", "You said: two", "A human here.", "three"} {
		again.message(text)
	}
	w.turns(agent, chat)
	w.refused("not_found", "GET "+messages+"/{}", nil, agent, chat, nowhere)
	w.refused("validation_error", "POST "+messages, object{"message": "x", "role": "system"}, agent, chat)
	stream.next("heartbeat")
}

// turns: two replied and one was silent; what a human found nothing of to discard left none.
func (w *walker) turns(agent, chat string) {
	w.t.Helper()
	const turns = "/agents/{}/conversations/{}/turns"
	w.pages("GET "+turns+"?sort=created_at", 2, 3, agent, chat)
	for _, turn := range w.all("GET "+turns, agent, chat) {
		w.one("GET "+turns+"/{}", nil, agent, chat, id(turn))
		if turn["decided_by"] == "model" {
			w.one("GET "+turns+"/{}/prompt", nil, agent, chat, id(turn))
		}
	}
	if got := w.all("GET "+turns+"?state=replied", agent, chat); len(got) != 2 || got[0]["decided_by"] != "model" {
		w.t.Errorf("turns that replied: %v, want two by a model", got)
	}
	w.refused("validation_error", "GET "+turns+"?state=done", nil, agent, chat)
	w.refused("not_found", "GET "+turns+"/{}", nil, agent, chat, nowhere)
	if got := w.all("GET /usage?group_by=day,agent,model,key"); len(got) == 0 {
		w.t.Error("nothing was spent")
	}
	w.refused("validation_error", "GET /usage?from=then", nil)
}

func (w *walker) newerKeys() {
	w.t.Helper()
	made := w.one("POST /api-keys", object{"name": "CI", "scopes": []string{"agents:read"}, "expires_at": "2090-01-01T00:00:00Z"})
	w.one("POST /api-keys", object{"name": "Lean", "scopes": []string{"*"}})
	w.one("GET /api-keys/{}", nil, id(made))
	w.pages("GET /api-keys", 2, 3)
	w.do("DELETE /api-keys/{}", nil, id(made))
	w.one("GET /api-keys/{}", nil, id(made))
	w.refused("validation_error", "POST /api-keys", object{"name": "Bad", "scopes": []string{"everything"}})
}

// newerEnd deletes what the walk has made.
func (w *walker) newerEnd(agent, workflow string) {
	w.t.Helper()
	w.do("DELETE /agents/{}", nil, agent)
	w.refused("not_found", "GET /agents/{}", nil, agent)
	w.refused("not_found", "GET /agents/{}/conversations", nil, agent)
	w.do("DELETE /workflows/{}", nil, workflow)
}
