package httpapi

import (
	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/contacts"
)

// contactJSON is who a customer is.
type contactJSON struct {
	ID             console.ID    `json:"id"`
	AgentID        console.ID    `json:"agent_id"`
	ConversationID console.ID    `json:"conversation_id"`
	ChannelType    string        `json:"channel_type"`
	CustomerID     string        `json:"channel_user_id"`
	Test           bool          `json:"is_test_channel"`
	Name           *string       `json:"name"`
	Email          *string       `json:"email"`
	Phone          *string       `json:"phone"`
	Language       *string       `json:"language"`
	Fields         contactFields `json:"fields"`
	Tags           []string      `json:"tags" nullable:"false"`
	Notes          *string       `json:"notes"`
	CreatedAt      orTime        `json:"created_at"`
	UpdatedAt      orTime        `json:"updated_at"`
}

// contactFields is what else is known of a customer, by name.
type contactFields map[string]string

// Schema is that of an object with names of its owner's choice.
func (contactFields) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString}}
}

func contactOf(c console.Contact) contactJSON {
	j := contactJSON{
		ID: c.ConversationID, AgentID: c.AgentID, ConversationID: c.ConversationID, ChannelType: channelType(c.Channel, trial(c.Test)),
		CustomerID: c.CustomerID, Test: c.Test, Name: c.Name, Email: c.Email, Phone: c.Phone, Language: c.Language,
		Fields: c.Fields, Tags: list(c.Tags), Notes: c.Notes,
	}
	if j.Fields == nil {
		j.Fields = contactFields{}
	}
	if !c.CreatedAt.IsZero() {
		j.CreatedAt, j.UpdatedAt = stampOr(&c.CreatedAt), stampOr(&c.UpdatedAt)
	}
	return j
}

func (a *API) contactsEndpoint() *endpoint {
	filter := func(q *query) console.ContactFilter {
		return console.ContactFilter{Tag: q.given255("tag")}
	}
	l := listing{sorts: []string{"created_at", "updated_at", "name"}}
	return filtered(l, []*huma.Param{queryParam("tag", textSchema(1, console.MaxSearchLength))}, filter, a.listContacts)
}

func (a *API) listContacts(c *call, f console.ContactFilter, q console.Query) (console.Page[contactJSON], error) {
	got, err := c.reads().Contacts(c.ctx(), c.agentID(), f, q)
	return console.Page[contactJSON]{Items: items(got.Items, contactOf), Total: got.Total}, err
}

func (a *API) contact(c *call) (contactJSON, error) {
	got, err := c.reads().Contact(c.ctx(), c.agentID(), c.id("contactId"))
	return contactOf(got), err
}

func (a *API) contactOfChat(c *call) (contactJSON, error) {
	got, err := a.cfg.Contacts.Of(c.ctx(), c.reads(), c.agentID(), c.chatID())
	return contactOf(got), err
}

// updateContact is the body of a change of a contact.
type updateContact struct {
	Name     *string   `json:"name,omitempty" nullable:"true" maxLength:"255"`
	Email    *string   `json:"email,omitempty" nullable:"true" maxLength:"320"`
	Phone    *string   `json:"phone,omitempty" nullable:"true" example:"+2348012345678"`
	Language *string   `json:"language,omitempty" nullable:"true" example:"en"`
	Fields   newFields `json:"fields,omitempty"`
	Tags     []string  `json:"tags,omitempty" nullable:"true" maxItems:"50"`
	Notes    *string   `json:"notes,omitempty" nullable:"true" maxLength:"10000"`
}

// newFields are the fields of a contact that are to be changed; null forgets one.
type newFields map[string]*string

// Schema is that of an object with names of its owner's choice, which are kept.
func (newFields) Schema(huma.Registry) *huma.Schema {
	most := console.MaxContactValue
	value := &huma.Schema{Type: huma.TypeString, Nullable: true, MaxLength: &most}
	value.PrecomputeMessages() // huma does it for named properties and for items only
	return &huma.Schema{Type: huma.TypeObject, Nullable: true, AdditionalProperties: value}
}

func (in updateContact) patch(c *call) contacts.Patch {
	return contacts.Patch{
		Name: changed(c, "name", in.Name), Email: changed(c, "email", in.Email), Phone: changed(c, "phone", in.Phone),
		Language: changed(c, "language", in.Language), Notes: changed(c, "notes", in.Notes),
		Fields: changed(c, "fields", map[string]*string(in.Fields)), Tags: changed(c, "tags", in.Tags),
	}
}

func (in updateContact) faults(c *call) []console.Field { return in.patch(c).Faults() }

func (a *API) updateContact(c *call, tx Tx, in updateContact) (contactJSON, error) {
	got, err := a.cfg.Contacts.UpdateKnown(c.ctx(), tx, c.agentID(), c.id("contactId"), in.patch(c))
	return contactOf(got), err
}

func (a *API) updateContactOfChat(c *call, tx Tx, in updateContact) (contactJSON, error) {
	got, err := a.cfg.Contacts.Update(c.ctx(), tx, c.agentID(), c.chatID(), in.patch(c))
	return contactOf(got), err
}

func (a *API) deleteContact(c *call, tx Tx, _ nothing) (nothing, error) {
	return nothing{}, a.cfg.Contacts.Delete(c.ctx(), tx, c.agentID(), c.id("contactId"))
}
