package console

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Contact is who a customer is, as far as it is known: what the agent learned in the conversation
// and what humans of the team wrote. There is at most one of a conversation, and none until there is
// something to keep.
type Contact struct {
	AgentID        ID
	ConversationID ID // also what the contact is named by
	Channel        Channel
	Test           bool
	CustomerID     string // what the channel calls the customer

	Name     *string
	Email    *string
	Phone    *string           // E.164
	Language *string           // BCP 47
	Fields   map[string]string // what else is known, by name
	Tags     []string          // in the order in which they were given, none twice
	Notes    *string           // a human's; the customer never sees them

	CreatedAt time.Time // zero: nothing is known of the customer, and nothing is stored
	UpdatedAt time.Time
}

// The bounds of a contact, in characters and in number. What is learned beyond them is left out.
const (
	MaxContactName     = 255
	MaxContactEmail    = 320
	MaxContactPhone    = 16
	MaxContactLanguage = 35
	MaxContactFields   = 50
	MaxContactKey      = 100
	MaxContactValue    = 1000
	MaxContactTags     = 50
	MaxContactTag      = 100
	MaxContactNotes    = 10_000
)

// Learned is what a change teaches of the customer. What is nil or empty teaches nothing.
type Learned struct {
	Name     *string
	Email    *string
	Phone    *string // E.164
	Language *string
	Fields   map[string]string // an empty value forgets the field
	Tags     []string          // to be added
}

// Nothing reports whether there is nothing to keep.
func (l Learned) Nothing() bool {
	return l.Name == nil && l.Email == nil && l.Phone == nil && l.Language == nil &&
		len(l.Fields) == 0 && len(l.Tags) == 0
}

// Contact is the contact of a conversation of which nothing is known yet but what the conversation
// itself says.
func (c Conversation) Contact() Contact {
	return Contact{
		AgentID: c.AgentID, ConversationID: c.ID, Channel: c.Channel, Test: c.Test, CustomerID: c.CustomerID,
		Name: c.FullName, Email: c.Email, Phone: c.PhoneNumber,
	}
}

// Learn returns the contact with what was learned, held to the bounds. It is new where it was not
// stored before.
func (c Contact) Learn(l Learned, at time.Time) Contact {
	c.Name = taught(c.Name, l.Name, MaxContactName)
	c.Email = taught(c.Email, l.Email, MaxContactEmail)
	c.Phone = taught(c.Phone, l.Phone, MaxContactPhone)
	c.Language = taught(c.Language, l.Language, MaxContactLanguage)
	c.Fields = maps.Clone(c.Fields)
	for _, key := range slices.Sorted(maps.Keys(l.Fields)) {
		c.field(key, l.Fields[key])
	}
	c.Tags = slices.Clone(c.Tags)
	for _, tag := range l.Tags {
		tag = cut(strings.TrimSpace(tag), MaxContactTag)
		if tag != "" && len(c.Tags) < MaxContactTags && !slices.Contains(c.Tags, tag) {
			c.Tags = append(c.Tags, tag)
		}
	}
	return c.Touch(at)
}

// Touch returns the contact as it is after a change at a time, which makes it one that is stored.
func (c Contact) Touch(at time.Time) Contact {
	if c.CreatedAt.IsZero() {
		c.CreatedAt = at.UTC().Truncate(time.Millisecond)
	}
	c.UpdatedAt = Later(c.UpdatedAt, at)
	return c
}

func (c *Contact) field(key, value string) {
	key = cut(key, MaxContactKey)
	_, known := c.Fields[key]
	switch {
	case value == "":
		delete(c.Fields, key)
	case key == "" || !known && len(c.Fields) >= MaxContactFields:
	default:
		if c.Fields == nil {
			c.Fields = make(map[string]string)
		}
		c.Fields[key] = cut(value, MaxContactValue)
	}
}

func taught(old, learned *string, most int) *string {
	if learned == nil {
		return old
	}
	s := cut(strings.TrimSpace(*learned), most)
	if s == "" {
		return old
	}
	return &s
}

// cut is the beginning of a text, at most so many characters, without what no store would take.
func cut(s string, most int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}

// Searchable is what a search looks through.
func (c Contact) Searchable() string {
	parts := []string{deref(c.Name), deref(c.Email), deref(c.Phone), c.CustomerID, deref(c.Notes)}
	for _, key := range slices.Sorted(maps.Keys(c.Fields)) {
		parts = append(parts, c.Fields[key])
	}
	return Fold(append(parts, c.Tags...)...)
}

// Knows returns the conversation with the name, e-mail and telephone number of its customer.
func (c Conversation) Knows(who Contact) Conversation {
	c.FullName, c.Email, c.PhoneNumber = who.Name, who.Email, who.Phone
	c.HasContact = !who.CreatedAt.IsZero()
	return c
}

// Forgotten returns the conversation without what was learned of its customer: the flow goes too, for
// it holds the answers.
func (c Conversation) Forgotten() Conversation { return c.Knows(Contact{}).LeaveFlow() }

// Learn returns the change with what it teaches of the customer: the conversation shows it, and the
// store keeps it with the contact in the same transaction.
func (c Change) Learn(l Learned) Change {
	if l.Nothing() {
		return c
	}
	c.Learned = &l
	who := c.Now.Contact().Learn(l, c.Now.UpdatedAt)
	c.Now = c.Now.Knows(who)
	return c
}

// ContactFilter narrows a list of contacts; nil means either.
type ContactFilter struct {
	Tag *string
}
