package store

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

const contactColumns = `x.id, x.agent_id, x.channel, x.test, x.customer_id, x.name, x.email, x.phone, x.language, ` +
	`x.fields, x.tags, x.notes, x.created_at, x.updated_at`

func scanContact(r *row) console.Contact {
	c := console.Contact{
		ConversationID: r.id(), AgentID: r.id(), Channel: console.Channel(r.text()), Test: r.flag(),
		CustomerID: r.text(),
	}
	if name := r.text(); name != "" {
		c.Name = &name
	}
	c.Email, c.Phone, c.Language = r.textOr(), r.textOr(), r.textOr()
	c.Fields = decode[map[string]string](r, r.text())
	c.Tags, c.Notes = decodeList[string](r), r.textOr()
	c.CreatedAt, c.UpdatedAt = r.at(), r.at()
	return c
}

// Contact returns the contact of one of an agent's conversations, or CodeNotFound where nothing is
// kept of the customer.
func (r *reads) Contact(ctx context.Context, agent, conversation console.ID) (c console.Contact, err error) {
	const text = `SELECT ` + contactColumns + ` FROM contact x
		WHERE x.id = $1 AND x.agent_id = $2 AND x.team_id = $3` + agentLives
	err = r.in(ctx, func(s *session) error {
		found, err := s.one(text, string(conversation), string(agent), r.team)
		if err != nil {
			return err
		}
		if found == nil {
			return console.NotFound("contact", conversation)
		}
		c = scanContact(found)
		return found.err
	})
	return c, err
}

// Contacts returns one page of an agent's contacts; search looks in all that is known, sort takes
// name, created_at and updated_at. An agent that is not there is CodeNotFound.
func (r *reads) Contacts(
	ctx context.Context, agent console.ID, f console.ContactFilter, q console.Query,
) (page console.Page[console.Contact], err error) {
	l := contactList(agent, r.team, f)
	err = r.in(ctx, func(s *session) error {
		in := reads{db: r.db, team: r.team, s: s}
		if err := in.haveAgent(agent); err != nil {
			return err
		}
		page, err = l.page(ctx, s, q)
		return err
	})
	return page, err
}

func contactList(agent console.ID, team string, f console.ContactFilter) list[console.Contact] {
	l := list[console.Contact]{
		table: "contact", columns: contactColumns, scan: scanContact, where: `x.agent_id = $1 AND x.team_id = $2`,
		args: []any{string(agent), team}, sorts: []string{defaultSort, "updated_at", "name"},
	}
	if f.Tag != nil {
		var place string
		place, l.args = param(l.args, "%"+console.FieldEnd+literal(*f.Tag)+console.FieldEnd+"%")
		l.where += ` AND x.tagged LIKE ` + place + ` ESCAPE '\'`
	}
	return l
}

// PutContact keeps a contact, the first time or anew. The conversation must be held by this unit.
func (t *Tx) PutContact(_ context.Context, c console.Contact) error {
	const text = `INSERT INTO contact (id, team_id, agent_id, channel, test, customer_id, name, email, phone, language,
			fields, tags, notes, created_at, updated_at, tagged, search)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, phone = excluded.phone,
			language = excluded.language, fields = excluded.fields, tags = excluded.tags, notes = excluded.notes,
			updated_at = excluded.updated_at, tagged = excluded.tagged, search = excluded.search
		WHERE contact.team_id = excluded.team_id AND contact.agent_id = excluded.agent_id`
	var e encoder
	fields, tags, name := e.text(c.Fields), encodeList(&e, c.Tags), ""
	if c.Name != nil {
		name = *c.Name
	}
	if e.err != nil {
		return e.err
	}
	n, err := t.s.exec(text, string(c.ConversationID), t.team, string(c.AgentID), string(c.Channel), c.Test,
		c.CustomerID, name, textArg(c.Email), textArg(c.Phone), textArg(c.Language), fields, tags, textArg(c.Notes),
		ms(c.CreatedAt), ms(c.UpdatedAt), tagged(c.Tags), c.Searchable())
	return changed(n, err, "contact", c.ConversationID)
}

// tagged is the tags as a filter finds them, each between two ends of a field.
func tagged(tags []string) string {
	if len(tags) == 0 {
		return ""
	}
	return console.FieldEnd + console.Fold(tags...) + console.FieldEnd
}

// DeleteContact forgets what is known of a customer, and what the conversation was summed up to, or
// returns CodeNotFound. The conversation must be held by this unit.
func (t *Tx) DeleteContact(_ context.Context, agent, conversation console.ID) error {
	const text = `DELETE FROM contact WHERE id = $1 AND agent_id = $2 AND team_id = $3`
	n, err := t.s.exec(text, string(conversation), string(agent), t.team)
	if err := changed(n, err, "contact", conversation); err != nil {
		return err
	}
	// The number stays, so that what was summed up is not summed up again.
	const forget = `UPDATE conversation_summary SET text = '' WHERE conversation_id = $1 AND team_id = $2`
	_, err = t.s.exec(forget, string(conversation), t.team)
	return err
}

// learn keeps what a change teaches of the customer, whose conversation the unit holds.
func (t *Tx) learn(ctx context.Context, c console.Change) error {
	who, err := t.Contact(ctx, c.Now.AgentID, c.Now.ID)
	if console.IsNotFound(err) {
		who, err = c.Now.Contact(), nil
	}
	if err != nil {
		return err
	}
	return t.PutContact(ctx, who.Learn(*c.Learned, c.Now.UpdatedAt))
}
