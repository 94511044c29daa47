package httpapi

import (
	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/conversations"
)

// deskStatuses are the values of a conversation's status.
func deskStatuses() []string { return []string{string(console.DeskOpen), string(console.DeskResolved)} }

// listedConversationJSON is a conversation in lists across agents.
type listedConversationJSON struct {
	conversationJSON
	AgentID   console.ID `json:"agent_id"`
	AgentName string     `json:"agent_name"`
}

func listedConversationOf(c console.Named) listedConversationJSON {
	return listedConversationJSON{conversationJSON: conversationOf(c.Conversation), AgentID: c.AgentID, AgentName: c.AgentName}
}

func (a *API) allConversationsEndpoint() *endpoint {
	filter := func(q *query) narrowing {
		f := conversationFilter(q)
		if id := q.given255("agent_id"); id != nil {
			f.Agent = console.ID(*id)
		}
		return f
	}
	params := append(conversationParams(), queryParam("agent_id", textSchema(1, console.MaxIDLength)))
	return filtered(conversationListing(), params, filter, a.listAllConversations)
}

func (a *API) listAllConversations(c *call, f narrowing, q console.Query) (console.Page[listedConversationJSON], error) {
	if f.none && f.Agent == "" {
		return console.Page[listedConversationJSON]{}, nil
	}
	if f.none {
		_, err := c.reads().Agent(c.ctx(), f.Agent)
		return console.Page[listedConversationJSON]{}, err
	}
	got, err := c.reads().AllConversations(c.ctx(), f.ConversationFilter, q)
	return console.Page[listedConversationJSON]{Items: items(got.Items, listedConversationOf), Total: got.Total}, err
}

func conversationListing() listing {
	return listing{sorts: []string{"last_message_at", "created_at", "updated_at"}}
}

func conversationParams() []*huma.Param {
	return []*huma.Param{
		wordParam("channel", channelWords()),
		truthParam("is_test_channel"), truthParam("is_ai_chat_paused"), truthParam("needs_attention"),
		queryParam("assignee", textSchema(1, console.MaxAssignee)), wordParam("status", deskStatuses()),
	}
}

// updateConversation is the body of a change of who takes care of a conversation.
type updateConversation struct {
	Assignee *string            `json:"assignee,omitempty" nullable:"true" minLength:"1" maxLength:"255"`
	Status   console.DeskStatus `json:"status,omitempty" enum:"open,resolved"`
}

func (in updateConversation) patch(c *call) conversations.DeskPatch {
	return conversations.DeskPatch{
		Assignee: changed(c, "assignee", in.Assignee), Status: changed(c, "status", in.Status),
	}
}

func (in updateConversation) faults(c *call) []console.Field { return in.patch(c).Faults() }

func (a *API) updateConversation(c *call, tx Tx, in updateConversation) (conversationJSON, error) {
	got, err := a.cfg.Conversations.Update(c.ctx(), tx, c.agentID(), c.chatID(), in.patch(c))
	return conversationOf(got), err
}

// noteJSON is what a human of the team wrote beside a conversation.
type noteJSON struct {
	ID             console.ID `json:"id"`
	ConversationID console.ID `json:"conversation_id"`
	Text           string     `json:"text"`
	Author         authorJSON `json:"author"`
	CreatedAt      stamp      `json:"created_at"`
}

// authorJSON is the key by which something was written.
type authorJSON struct {
	KeyID console.ID `json:"key_id"`
	Name  string     `json:"name"`
}

func noteOf(n console.Note) noteJSON {
	return noteJSON{
		ID: n.ID, ConversationID: n.ConversationID, Text: n.Text, Author: authorJSON{KeyID: n.Key, Name: n.Author},
		CreatedAt: stamp(n.CreatedAt),
	}
}

func noteListing() listing { return listing{sorts: []string{"created_at"}} }

func (a *API) listNotes(c *call, q console.Query) (console.Page[noteJSON], error) {
	got, err := c.reads().Notes(c.ctx(), c.agentID(), c.chatID(), q)
	return console.Page[noteJSON]{Items: items(got.Items, noteOf), Total: got.Total}, err
}

// createNote is the body of a new note.
type createNote struct {
	Text string `json:"text" minLength:"1" maxLength:"10000"`
}

func (in createNote) draft(c *call) conversations.NoteDraft {
	return conversations.NoteDraft{Agent: c.agentID(), Conversation: c.chatID(), Text: in.Text}
}

func (in createNote) faults(c *call) []console.Field { return in.draft(c).Faults() }

func (a *API) createNote(c *call, tx Tx, in createNote) (noteJSON, error) {
	got, err := a.cfg.Conversations.AddNote(c.ctx(), tx, c.principal().Key, in.draft(c))
	return noteOf(got), err
}

func (a *API) deleteNote(c *call, tx Tx, _ nothing) (nothing, error) {
	return nothing{}, tx.DeleteNote(c.ctx(), c.agentID(), c.chatID(), c.id("noteId"))
}
