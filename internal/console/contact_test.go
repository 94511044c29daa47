package console_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

func TestLearning(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_800_000_000_000).UTC()
	text := func(s string) *string { return &s }
	before := console.Contact{
		ConversationID: "c", Name: text("Ada"), Fields: map[string]string{"size": "M", "colour": "red"},
		Tags: []string{"vip"}, CreatedAt: at, UpdatedAt: at,
	}
	got := before.Learn(console.Learned{
		Name: text("  "), Email: text(" ada@example.com "), Phone: text("+2348012345678"),
		Fields: map[string]string{"size": "", "city": "Lagos\x00", "": "nameless"}, Tags: []string{"vip", " new ", ""},
	}, at.Add(time.Second))
	want := console.Contact{
		ConversationID: "c", Name: text("Ada"), Email: text("ada@example.com"), Phone: text("+2348012345678"),
		Fields: map[string]string{"colour": "red", "city": "Lagos"}, Tags: []string{"vip", "new"},
		CreatedAt: at, UpdatedAt: at.Add(time.Second),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Learn: -want +got\n%s", diff)
	}
	if len(before.Fields) != 2 || len(before.Tags) != 1 {
		t.Errorf("Learn has changed the contact it was called on: %+v", before)
	}
}

// TestLearningIsBounded lets a customer say more than anybody keeps.
func TestLearningIsBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 2*console.MaxContactNotes)
	l := console.Learned{Name: &long, Fields: map[string]string{}}
	for i := range 2 * console.MaxContactFields {
		l.Fields[fmt.Sprintf("%03d%s", i, long)] = long
		l.Tags = append(l.Tags, fmt.Sprintf("%03d%s", i, long))
	}
	got := console.Contact{}.Learn(l, time.UnixMilli(1))
	if n := len([]rune(*got.Name)); n != console.MaxContactName {
		t.Errorf("got a name of %d characters, want %d", n, console.MaxContactName)
	}
	if len(got.Fields) != console.MaxContactFields || len(got.Tags) != console.MaxContactTags {
		t.Errorf("got %d fields and %d tags, want %d and %d", len(got.Fields), len(got.Tags),
			console.MaxContactFields, console.MaxContactTags)
	}
	for key, value := range got.Fields {
		if len([]rune(key)) > console.MaxContactKey || len([]rune(value)) > console.MaxContactValue {
			t.Errorf("got a field of %d and %d characters", len([]rune(key)), len([]rune(value)))
		}
	}
}

func TestAChangeTeaches(t *testing.T) {
	t.Parallel()
	name := "Ada"
	was := console.Conversation{ID: "c", AgentID: "a", UpdatedAt: time.UnixMilli(5)}
	change := console.Change{Was: &was, Now: was}
	if got := change.Learn(console.Learned{}); got.Learned != nil || got.Now.HasContact {
		t.Errorf("a change that teaches nothing: got %+v", got)
	}
	got := change.Learn(console.Learned{Name: &name})
	if got.Learned == nil || got.Now.FullName == nil || *got.Now.FullName != name || !got.Now.HasContact {
		t.Errorf("got %+v, want a conversation that shows the name", got.Now)
	}
}
