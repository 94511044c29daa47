package httpapi

import (
	"net/http"

	"pgregory.net/rapid"
)

// openDesk opens the list across agents, of which there are two.
func openDesk(p *place) string {
	openAgent(p)
	return "/conversations"
}

// addDesked adds a conversation of one agent or the other.
func addDesked(p *place, rt *rapid.T) item {
	agent := p.do(http.MethodGet, "/agents/"+p.agent, nil)
	if rapid.Bool().Draw(rt, "another agent") {
		agent = p.do(http.MethodPost, "/agents", item{"name": drawText(rt, "name")})
	}
	below := *p
	below.path = "/agents/" + agent.text("id") + "/conversations"
	made := addConversation(&below, rt)
	made["agent_id"], made["agent_name"] = agent["id"], agent["name"]
	return made
}

func openNotes(p *place) string {
	path := openAgent(p)
	chat := p.do(http.MethodPost, path+"/messages", item{"message": "Hello"}).text("conversation_id")
	return path + "/" + chat + "/notes"
}

func addNote(p *place, rt *rapid.T) item {
	return p.do(http.MethodPost, p.path, item{"text": drawText(rt, "text")})
}

func openContacts(p *place) string {
	openAgent(p)
	return "/agents/" + p.agent + "/contacts"
}

func addContact(p *place, rt *rapid.T) item {
	said := p.do(http.MethodPost, "/agents/"+p.agent+"/conversations/messages", item{
		"message": "Hello", "channel_user_id": drawText(rt, "customer"),
	})
	path := "/agents/" + p.agent + "/conversations/" + said.text("conversation_id") + "/contact"
	made := p.do(http.MethodPatch, path, item{
		"name": someTold(rt, "name"), "notes": someTold(rt, "notes"),
		"tags": rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "B", "%"}), 0, 2, rapid.ID).Draw(rt, "tags"),
	})
	if rapid.Bool().Draw(rt, "phone") {
		made = p.do(http.MethodPatch, path, item{"phone": "+2348012345678", "email": "a@b.example"})
	}
	return made
}

// someTold is some that a contact may have.
func someTold(rt *rapid.T, label string) any {
	text := some(rt, label)
	if text == "\x1f" {
		return nil
	}
	return text
}
