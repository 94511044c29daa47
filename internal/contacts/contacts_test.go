package contacts_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/contacts"
)

// shelf is a store of one conversation and perhaps its contact.
type shelf struct {
	in      console.Conversation
	contact *console.Contact
	after   []func()
	broken  error
}

func (s *shelf) Conversation(_ context.Context, agent, id console.ID) (console.Conversation, error) {
	if agent != s.in.AgentID || id != s.in.ID {
		return console.Conversation{}, console.NotFound("conversation", id)
	}
	return s.in, nil
}

func (s *shelf) LockConversation(ctx context.Context, agent, id console.ID) (console.Conversation, error) {
	return s.Conversation(ctx, agent, id)
}

func (s *shelf) Contact(_ context.Context, _, id console.ID) (console.Contact, error) {
	if s.contact == nil || s.broken != nil {
		return console.Contact{}, errors.Join(s.broken, console.NotFound("contact", id))
	}
	return *s.contact, nil
}

func (s *shelf) Contacts(
	context.Context, console.ID, console.ContactFilter, console.Query,
) (console.Page[console.Contact], error) {
	return console.Page[console.Contact]{}, nil
}

func (s *shelf) PutContact(_ context.Context, c console.Contact) error {
	s.contact = &c
	return nil
}

func (s *shelf) DeleteContact(context.Context, console.ID, console.ID) error {
	s.contact = nil
	return nil
}

func (s *shelf) Apply(_ context.Context, c console.Change) error {
	s.in = c.Now
	return nil
}

func (s *shelf) Team() console.ID { return "t" }

func (s *shelf) AfterCommit(f func()) { s.after = append(s.after, f) }

// ear remembers the last change that was told.
type ear struct{ heard []console.Change }

func (e *ear) Changed(c console.Change) { e.heard = append(e.heard, c) }

func newRoom(t *testing.T) (*contacts.Service, *shelf, *ear) {
	t.Helper()
	at := time.UnixMilli(1_800_000_000_000).UTC()
	heard := &ear{}
	s := &shelf{in: console.Conversation{ID: "c", AgentID: "a", CustomerID: "one", UpdatedAt: at}}
	return contacts.New(func() time.Time { return at }, heard), s, heard
}

func text(s string) *string { return &s }

func TestNothingIsKnownAtFirst(t *testing.T) {
	t.Parallel()
	room, s, _ := newRoom(t)
	got, err := room.Of(t.Context(), s, "a", "c")
	if err != nil || !got.CreatedAt.IsZero() || got.ConversationID != "c" || got.CustomerID != "one" {
		t.Errorf("Of: got %+v, %v, want an empty contact of the conversation", got, err)
	}
	if _, err := room.Of(t.Context(), s, "b", "c"); !console.IsNotFound(err) {
		t.Errorf("Of a conversation of another agent: got %v, want not found", err)
	}
	_, err = room.UpdateKnown(t.Context(), s, "a", "c", contacts.Patch{Name: console.Some(text("Ada"))})
	if !console.IsNotFound(err) {
		t.Errorf("UpdateKnown of what is not kept: got %v, want not found", err)
	}
	if err := room.Delete(t.Context(), s, "a", "c"); !console.IsNotFound(err) || s.contact != nil {
		t.Errorf("Delete of what is not kept: got %v, want not found", err)
	}
}

func TestAHumanSaysWhoItIs(t *testing.T) {
	t.Parallel()
	room, s, heard := newRoom(t)
	_, err := room.Update(t.Context(), s, "a", "c", contacts.Patch{
		Name: console.Some(text("Ada")), Email: console.Some(text("ada@example.com")),
		Fields: console.Some(map[string]*string{"size": text("M"), "city": text("Lagos")}),
		Tags:   console.Some([]string{"vip", "new", "vip"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.in.FullName == nil || *s.in.FullName != "Ada" || *s.in.Email != "ada@example.com" || !s.in.HasContact {
		t.Errorf("the conversation shows %+v, want the name and the address", s.in)
	}
	for _, f := range s.after {
		f()
	}
	if len(heard.heard) != 1 || heard.heard[0].Now.FullName == nil {
		t.Errorf("told %+v, want the change of the conversation once", heard.heard)
	}
	got, err := room.UpdateKnown(t.Context(), s, "a", "c", contacts.Patch{
		Email: console.Some(text("")), Fields: console.Some(map[string]*string{"size": nil, "shoe": text("38")}),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := console.Contact{
		AgentID: "a", ConversationID: "c", CustomerID: "one", Name: text("Ada"),
		Fields: map[string]string{"city": "Lagos", "shoe": "38"}, Tags: []string{"vip", "new"},
		CreatedAt: s.contact.CreatedAt, UpdatedAt: got.UpdatedAt,
	}
	if diff := cmp.Diff(want, got); diff != "" || s.in.Email != nil {
		t.Errorf("UpdateKnown (-want +got):\n%s; the conversation has the address %v", diff, s.in.Email)
	}
	cleared, err := room.UpdateKnown(t.Context(), s, "a", "c", contacts.Patch{Fields: console.Some[map[string]*string](nil)})
	if err != nil || len(cleared.Fields) > 0 {
		t.Errorf("UpdateKnown with no fields: got %v, %v", cleared.Fields, err)
	}
	s.in = s.in.InFlow(`{"flow":"F"}`, s.in.UpdatedAt)
	if err := room.Delete(t.Context(), s, "a", "c"); err != nil || s.in.Flow != "" || s.in.FlowAt != nil || s.in.FullName != nil || s.in.HasContact || s.contact != nil {
		t.Errorf("Delete: %v; the conversation shows %v", err, s.in.FullName)
	}
}

func TestFaultsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	room, s, _ := newRoom(t)
	many := map[string]*string{}
	for i := range console.MaxContactFields + 1 {
		many[strings.Repeat("x", i+1)] = text("y")
	}
	for name, test := range map[string]struct {
		patch contacts.Patch
		want  []string
	}{
		"all of one": {contacts.Patch{
			Name: console.Some(text(strings.Repeat("x", 256))), Email: console.Some(text("Ada <a@b.c>")),
			Phone: console.Some(text("123")), Language: console.Some(text("?")), Notes: console.Some(text("\x1f")),
			Fields: console.Some(map[string]*string{"": text("x"), "b": text(strings.Repeat("x", 1001))}),
			Tags:   console.Some([]string{"ok", "", " x"}),
		}, []string{"name", "notes", "email", "language", "phone", "fields", "fields.b", "tags.1", "tags.2"}},
		"names of fields": {contacts.Patch{Fields: console.Some(map[string]*string{
			"a\x00": text(""), "b": text("ok"), "c\x1f": text("x\x1f"), strings.Repeat("é", 101): text("x"),
		})}, []string{"fields.a\x00", "fields.c\x1f", "fields.c\x1f", "fields." + strings.Repeat("é", 100) + "…"}},
		"too many fields": {contacts.Patch{Fields: console.Some(many)}, []string{"fields"}},
		"too many tags": {
			contacts.Patch{Tags: console.Some(tags(51))},
			[]string{"tags"},
		},
	} {
		var got []string
		for _, f := range test.patch.Faults() {
			got = append(got, f.Path)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: Faults (-want +got):\n%s", name, diff)
		}
		if _, err := room.Update(t.Context(), s, "a", "c", test.patch); console.CodeOf(err) != console.CodeValidation || s.contact != nil {
			t.Errorf("%s: Update: got %v, want a validation error", name, err)
		}
	}
}

func tags(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = strings.Repeat("t", i+1)
	}
	return all
}
