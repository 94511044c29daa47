// Package contacts keeps the rules of who a customer is: what humans of the team write beside what
// agents learn. A contact belongs to one conversation, which shows the customer's name, e-mail and
// telephone number, so that both change in one transaction. What agents learn comes with the changes
// of their conversations and not through here. A Service may be used by many goroutines.
package contacts

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// Reads is what may be asked of a team's contacts.
type Reads interface {
	// Contact returns the contact of one of an agent's conversations, or CodeNotFound where nothing
	// is kept of the customer.
	Contact(ctx context.Context, agent, conversation console.ID) (console.Contact, error)
	// Contacts returns one page of an agent's contacts; search looks in all that is known, sort takes
	// name, created_at and updated_at. An agent that is not there is CodeNotFound.
	Contacts(ctx context.Context, agent console.ID, f console.ContactFilter, q console.Query) (console.Page[console.Contact], error)
}

// Store is a transaction of one team.
type Store interface {
	Reads
	// Team is the team whose transaction this is.
	Team() console.ID
	// LockConversation returns one of an agent's conversations, or CodeNotFound, and holds it.
	LockConversation(ctx context.Context, agent, id console.ID) (console.Conversation, error)
	// PutContact keeps a contact, the first time or anew. Its conversation must be held.
	PutContact(ctx context.Context, c console.Contact) error
	// DeleteContact forgets a contact and what the conversation was summed up to, or returns
	// CodeNotFound.
	DeleteContact(ctx context.Context, agent, conversation console.ID) error
	// Apply does all that a change of a conversation says.
	Apply(ctx context.Context, c console.Change) error
	// AfterCommit calls f once the transaction has been committed, and never if it was not.
	AfterCommit(f func())
}

// Listener hears of conversations that were changed. It must not block.
type Listener interface {
	Changed(c console.Change)
}

// Service applies the rules.
type Service struct {
	now      func() time.Time
	listener Listener
}

// New returns a Service.
func New(now func() time.Time, listener Listener) *Service {
	return &Service{now: now, listener: listener}
}

// Conversations is what is asked of conversations beside their contacts.
type Conversations interface {
	// Conversation returns one of an agent's conversations, or CodeNotFound.
	Conversation(ctx context.Context, agent, id console.ID) (console.Conversation, error)
}

// Of returns the contact of a conversation, which is one that is not stored where nothing is kept of
// the customer. A conversation that is not there is CodeNotFound.
func (s *Service) Of(ctx context.Context, from interface {
	Reads
	Conversations
}, agent, conversation console.ID,
) (console.Contact, error) {
	in, err := from.Conversation(ctx, agent, conversation)
	if err != nil {
		return console.Contact{}, err
	}
	return of(ctx, from, in)
}

func of(ctx context.Context, from Reads, in console.Conversation) (console.Contact, error) {
	if !in.HasContact {
		return in.Contact(), nil
	}
	c, err := from.Contact(ctx, in.AgentID, in.ID)
	if console.IsNotFound(err) { // it was deleted a moment ago
		return in.Contact(), nil
	}
	return c, err
}

// Patch is a partial change of a contact; a nil Value clears.
type Patch struct {
	Name     console.Opt[*string]
	Email    console.Opt[*string]
	Phone    console.Opt[*string]
	Language console.Opt[*string]
	Fields   console.Opt[map[string]*string] // the fields that are named; a nil one is forgotten. Nil: all are
	Tags     console.Opt[[]string]           // all of them
	Notes    console.Opt[*string]
}

func (p Patch) apply(c console.Contact) console.Contact {
	c.Name = console.Filled(p.Name.Or(c.Name))
	c.Email = console.Filled(p.Email.Or(c.Email))
	c.Phone = console.Filled(p.Phone.Or(c.Phone))
	c.Language = console.Filled(p.Language.Or(c.Language))
	c.Notes = console.Filled(p.Notes.Or(c.Notes))
	if p.Fields.Set {
		c.Fields = merged(c.Fields, p.Fields.Value)
	}
	if p.Tags.Set {
		c.Tags = distinct(p.Tags.Value)
	}
	return c
}

func merged(old map[string]string, with map[string]*string) map[string]string {
	if with == nil {
		return nil
	}
	now := maps.Clone(old)
	if now == nil {
		now = make(map[string]string)
	}
	for key, value := range with {
		if value == nil {
			delete(now, key)
		} else {
			now[key] = *value
		}
	}
	return now
}

func distinct(tags []string) []string {
	var once []string
	for _, tag := range tags {
		if !slices.Contains(once, tag) {
			once = append(once, tag)
		}
	}
	return once
}

// Update changes who the customer of a conversation is and keeps it, also where nothing was kept
// before. A conversation that is not there is CodeNotFound.
func (s *Service) Update(
	ctx context.Context, tx Store, agent, conversation console.ID, p Patch,
) (console.Contact, error) {
	was, err := tx.LockConversation(ctx, agent, conversation)
	if err != nil {
		return console.Contact{}, err
	}
	return s.put(ctx, tx, was, p)
}

// UpdateKnown is Update of a contact that is kept; one that is not is CodeNotFound.
func (s *Service) UpdateKnown(
	ctx context.Context, tx Store, agent, id console.ID, p Patch,
) (console.Contact, error) {
	was, err := s.known(ctx, tx, agent, id)
	if err != nil {
		return console.Contact{}, err
	}
	return s.put(ctx, tx, was, p)
}

// known returns and holds the conversation of a contact that is kept.
func (s *Service) known(ctx context.Context, tx Store, agent, id console.ID) (console.Conversation, error) {
	in, err := tx.LockConversation(ctx, agent, id)
	if console.IsNotFound(err) || err == nil && !in.HasContact {
		return in, console.NotFound("contact", id)
	}
	return in, err
}

func (s *Service) put(ctx context.Context, tx Store, was console.Conversation, p Patch) (console.Contact, error) {
	c, err := of(ctx, tx, was)
	if err != nil {
		return c, err
	}
	c = p.apply(c).Touch(s.now())
	if err := console.Invalid(check(c)); err != nil {
		return c, err
	}
	if err := tx.PutContact(ctx, c); err != nil {
		return c, err
	}
	return c, s.show(ctx, tx, was, was.Knows(c))
}

// Delete forgets what is known of a customer, in the conversation too: its flow ends, which holds what
// the customer has answered, and its summary says nothing any more. A contact that is not kept is
// CodeNotFound.
func (s *Service) Delete(ctx context.Context, tx Store, agent, id console.ID) error {
	was, err := s.known(ctx, tx, agent, id)
	if err != nil {
		return err
	}
	if err := tx.DeleteContact(ctx, agent, id); err != nil {
		return err
	}
	return s.show(ctx, tx, was, was.Forgotten())
}

// show brings a conversation up to what is known of its customer.
func (s *Service) show(ctx context.Context, tx Store, was, now console.Conversation) error {
	now.UpdatedAt = console.Later(was.UpdatedAt, s.now())
	change := console.Change{Team: tx.Team(), Was: &was, Now: now}
	tx.AfterCommit(func() { s.listener.Changed(change) })
	return tx.Apply(ctx, change)
}
