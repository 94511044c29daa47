package httpapi

import (
	"fmt"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/conversations"
)

// messageJSON is a message.
type messageJSON struct {
	ID             console.ID       `json:"id"`
	ConversationID console.ID       `json:"conversation_id"`
	Role           console.Role     `json:"role" enum:"user,assistant"`
	Text           string           `json:"message"`
	Type           string           `json:"message_type" enum:"text"`
	CreatedAt      stamp            `json:"created_at"`
	Attachments    []attachmentJSON `json:"attachments,omitempty" nullable:"false"`
	Partial        bool             `json:"is_partial,omitempty" doc:"the reply was cut short"`
}

// attachmentJSON is a file that a message points at.
type attachmentJSON struct {
	Type string `json:"type" minLength:"1" maxLength:"50"`
	URL  string `json:"url" maxLength:"2000" pattern:"^[Hh][Tt][Tt][Pp][Ss]?://[^/]" patternDescription:"an http or https URL"`
}

func messageOf(m console.Message) messageJSON {
	return messageJSON{
		ID: m.ID, ConversationID: m.ConversationID, Role: m.Role, Text: m.Text, Type: console.MessageType,
		CreatedAt: stamp(m.CreatedAt), Partial: m.Partial,
		Attachments: items(m.Attachments, func(a console.Attachment) attachmentJSON { return attachmentJSON(a) }),
	}
}

func messageListing() listing { return listing{sorts: []string{"created_at"}} }

func (a *API) listMessages(c *call, q console.Query) (console.Page[messageJSON], error) {
	if _, err := c.reads().Conversation(c.ctx(), c.agentID(), c.chatID()); err != nil {
		return console.Page[messageJSON]{}, err
	}
	got, err := c.reads().Messages(c.ctx(), c.chatID(), q)
	return console.Page[messageJSON]{Items: items(got.Items, messageOf), Total: got.Total}, err
}

func (a *API) message(c *call) (messageJSON, error) {
	if _, err := c.reads().Conversation(c.ctx(), c.agentID(), c.chatID()); err != nil {
		return messageJSON{}, err
	}
	got, err := c.reads().Message(c.ctx(), c.chatID(), c.id("messageId"))
	return messageOf(got), err
}

// messageIn is what is said.
type messageIn struct {
	Text        string           `json:"message" minLength:"1" maxLength:"10000"`
	Role        console.Role     `json:"role,omitempty" enum:"user,assistant" default:"user"`
	Attachments []attachmentJSON `json:"attachments,omitempty" nullable:"true" maxItems:"10"`
	TakeOver    bool             `json:"takeover,omitempty" doc:"of a human's message: also pauses the AI here"`
}

func (m messageIn) draft(c *call) conversations.Draft {
	d := conversations.Draft{
		Role: m.Role, Text: m.Text, TakeOver: m.TakeOver, Key: c.principal().Key, Cause: c.cause(),
		Attachments: items(m.Attachments, func(a attachmentJSON) console.Attachment { return console.Attachment(a) }),
	}
	if d.Role == "" {
		d.Role = console.RoleUser
	}
	return d
}

func (a *API) sendMessage(c *call, tx Tx, in messageIn) (messageJSON, string, error) {
	got, err := a.cfg.Conversations.Send(c.ctx(), tx, c.agentID(), c.chatID(), in.draft(c))
	return messageOf(got.Message), c.saysOf(got.In), err
}

// saysOf tells whether a message goes anywhere. It has to be true of what either side says: of a
// customer's message it is the reply that is not delivered.
func (c *call) saysOf(in console.Conversation) string {
	if in.Delivers() {
		return c.op.says
	}
	return fmt.Sprintf("Message stored. Nothing is delivered, since %s is not connected.", in.Channel)
}

// messageTo is what is said, and to whom: in a conversation, or to a customer on a channel.
type messageTo struct {
	messageIn
	ConversationID *console.ID      `json:"conversation_id,omitempty" nullable:"true"`
	Channel        *console.Channel `json:"channel_type,omitempty" nullable:"true" enum:"whatsapp,webchat,telephony"`
	CustomerID     *string          `json:"channel_user_id,omitempty" nullable:"true" minLength:"1" maxLength:"255"`
	CustomerName   *string          `json:"channel_username,omitempty" nullable:"true" maxLength:"255"`
	Test           *bool            `json:"is_test_channel,omitempty" nullable:"true"`
}

func (m messageTo) draft(c *call) conversations.Draft {
	d := m.messageIn.draft(c)
	d.CustomerName = m.CustomerName
	return d
}

func (a *API) sendMessageTo(c *call, tx Tx, in messageTo) (messageJSON, string, error) {
	got, err := a.sendToPlace(c, tx, in)
	c.x.conversation = got.In.ID
	return messageOf(got.Message), c.saysOf(got.In), err
}

func (a *API) sendToPlace(c *call, tx Tx, in messageTo) (conversations.Sent, error) {
	if in.ConversationID != nil {
		return a.sendInto(c, tx, *in.ConversationID, in)
	}
	at := conversations.Place{AgentID: c.agentID(), Channel: console.Webchat}
	if in.Channel != nil {
		at.Channel = *in.Channel
	}
	if in.Test != nil {
		at.Test = *in.Test
	}
	if in.CustomerID != nil {
		at.CustomerID = *in.CustomerID
	} else {
		at.CustomerID = a.cfg.NewUUID()
	}
	return a.cfg.Conversations.SendTo(c.ctx(), tx, at, in.draft(c))
}

// sendInto sends into a conversation; what else is said of its place must be true of it.
func (a *API) sendInto(c *call, tx Tx, id console.ID, in messageTo) (conversations.Sent, error) {
	if !plausible(string(id)) {
		return conversations.Sent{}, console.NotFound("conversation", id)
	}
	if in.Channel != nil || in.CustomerID != nil || in.Test != nil {
		// The agent first, as Send does: all who write lock in one order.
		if _, err := tx.AgentState(c.ctx(), c.agentID()); err != nil {
			return conversations.Sent{}, err
		}
		at, err := tx.LockConversation(c.ctx(), c.agentID(), id)
		if err != nil {
			return conversations.Sent{}, err
		}
		if err := console.Invalid(in.contradictions(at)); err != nil {
			return conversations.Sent{}, err
		}
	}
	return a.cfg.Conversations.Send(c.ctx(), tx, c.agentID(), id, in.draft(c))
}

func (m messageTo) contradictions(at console.Conversation) []console.Field {
	var faults []console.Field
	unless := func(path string, agrees bool) {
		if !agrees {
			faults = append(faults, console.Field{Path: path, Fault: "is not that of the conversation"})
		}
	}
	unless("channel_type", m.Channel == nil || *m.Channel == at.Channel)
	unless("channel_user_id", m.CustomerID == nil || *m.CustomerID == at.CustomerID)
	unless("is_test_channel", m.Test == nil || *m.Test == at.Test)
	return faults
}
