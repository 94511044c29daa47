package e2e

// desk walks through what humans do beside a conversation.
func (w *walker) desk(agent string) {
	w.t.Helper()
	const at = "/agents/{}/conversations/{}"
	said := w.one("POST /agents/{}/conversations/messages", object{"message": "hello", "channel_user_id": "at-the-desk"}, agent)
	chat := plainText(said["conversation_id"])
	everything := w.listen("GET /conversations/stream", "&after="+id(said))
	everything.message("You said: hello")
	mine := object{"assignee": "Ngozi", "status": "resolved"}
	w.sent(mine, w.one("PATCH "+at, mine, agent, chat))
	if got := w.all("GET /conversations?assignee=Ngozi&status=resolved&agent_id=" + agent); len(got) != 1 {
		w.t.Errorf("%d conversations are resolved by Ngozi, want one", len(got))
	}
	w.all("GET /conversations?search=at-the-desk&sort=created_at")
	w.refused("validation_error", "GET /conversations?status=gone", nil)
	w.refused("not_found", "GET /conversations?agent_id="+nowhere, nil)
	w.one("POST /agents/{}/conversations/{}/messages", object{"message": "again"}, agent, chat)
	w.sent(object{"status": "open", "assignee": nil}, w.one("PATCH "+at, object{"assignee": nil}, agent, chat))

	note := w.one("POST "+at+"/notes", object{"text": "Came twice."}, agent, chat)
	w.one("POST "+at+"/notes", object{"text": "And again."}, agent, chat)
	w.pages("GET "+at+"/notes", 1, 2, agent, chat)
	w.do("DELETE "+at+"/notes/{}", nil, agent, chat, id(note))
	w.refused("not_found", "DELETE "+at+"/notes/{}", nil, agent, chat, id(note))
	w.contacts(agent, chat)
}

func (w *walker) contacts(agent, chat string) {
	w.t.Helper()
	const at = "/agents/{}/conversations/{}/contact"
	if empty := w.one("GET "+at, nil, agent, chat); empty["created_at"] != nil {
		w.t.Errorf("a contact of whom nothing is known is %v", empty)
	}
	w.refused("not_found", "GET /agents/{}/contacts/{}", nil, agent, chat)
	known := object{
		"name": "Ngozi", "email": "ngozi@example.com", "phone": "+2348012345678", "language": "en",
		"fields": object{"size": "M"}, "tags": []string{"vip"}, "notes": "Kind.",
	}
	w.sent(known, w.one("PATCH "+at, known, agent, chat))
	w.sent(known, w.one("GET /agents/{}/contacts/{}", nil, agent, chat))
	w.one("PATCH /agents/{}/contacts/{}", object{"notes": nil, "fields": object{"size": nil}}, agent, chat)
	w.pages("GET /agents/{}/contacts?tag=VIP", 1, 1, agent)
	w.one("GET /agents/{}/conversations/{}", nil, agent, chat)
	w.refused("validation_error", "PATCH "+at, object{"phone": "0801", "tags": []string{""}}, agent, chat)
	w.do("DELETE /agents/{}/contacts/{}", nil, agent, chat)
}
