package conversations

import (
	"strings"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

func TestDesk(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_800_000_000_000).UTC()
	ada := "Ada"
	open := console.Conversation{ID: "c", NeedsAttention: true, UpdatedAt: at}
	resolved := open
	resolved.NeedsAttention, resolved.ResolvedAt = false, &at
	called := resolved // as older versions left it
	called.NeedsAttention = true
	for name, test := range map[string]struct {
		was       console.Conversation
		patch     DeskPatch
		assignee  string
		status    console.DeskStatus
		attention bool
		same      bool
	}{
		"nothing": {was: open, status: console.DeskOpen, attention: true, same: true},
		"assigned": {
			was: open, patch: DeskPatch{Assignee: console.Some(&ada)}, assignee: ada, status: console.DeskOpen, attention: true,
		},
		"to nobody, as it is": {
			was: open, patch: DeskPatch{Assignee: console.Some[*string](nil)}, status: console.DeskOpen, attention: true, same: true,
		},
		"resolved": {was: open, patch: DeskPatch{Status: console.Some(console.DeskResolved)}, status: console.DeskResolved},
		"resolved again": {
			was: resolved, patch: DeskPatch{Status: console.Some(console.DeskResolved)}, status: console.DeskResolved, same: true,
		},
		"resolved again, though it needs somebody": {
			was: called, patch: DeskPatch{Status: console.Some(console.DeskResolved)}, status: console.DeskResolved,
		},
		"opened": {was: resolved, patch: DeskPatch{Status: console.Some(console.DeskOpen)}, status: console.DeskOpen},
	} {
		got := desk(test.was, test.patch, at)
		assignee := ""
		if got.Assignee != nil {
			assignee = *got.Assignee
		}
		if assignee != test.assignee || got.Status() != test.status || got.NeedsAttention != test.attention {
			t.Errorf("%s: got %q, %s, attention %t", name, assignee, got.Status(), got.NeedsAttention)
		}
		if (got == test.was) != test.same || !test.same && !got.UpdatedAt.After(at) {
			t.Errorf("%s: got %+v of %+v", name, got, test.was)
		}
	}
}

func TestDeskFaults(t *testing.T) {
	t.Parallel()
	empty, long, blank, lines, bell := "", strings.Repeat("x", 256), " \u2003\t", "Ada\nObi", "Ada\a"
	first, last := " Ada", "Ada\u00a0"
	for name, p := range map[string]DeskPatch{
		"nobody's name": {Assignee: console.Some(&empty)},
		"a long name":   {Assignee: console.Some(&long)},
		"a blank name":  {Assignee: console.Some(&blank)},
		"a space first": {Assignee: console.Some(&first)},
		"a space last":  {Assignee: console.Some(&last)},
		"two lines":     {Assignee: console.Some(&lines)},
		"a bell":        {Assignee: console.Some(&bell)},
		"a status":      {Status: console.Some(console.DeskStatus("gone"))},
	} {
		if len(p.Faults()) != 1 {
			t.Errorf("%s: got faults %v, want one", name, p.Faults())
		}
	}
	for text, want := range map[string]int{"": 1, blank: 1, strings.Repeat("x", console.MaxNote+1): 1, lines: 0} {
		if got := (NoteDraft{Text: text}).Faults(); len(got) != want {
			t.Errorf("a note of %.20q: got faults %v, want %d", text, got, want)
		}
	}
	if faults := (DeskPatch{}).Faults(); faults != nil {
		t.Errorf("nothing: got %v, want none", faults)
	}
}

// TestACustomerOpens a conversation again that was resolved; nobody else does.
func TestACustomerOpens(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_800_000_000_000).UTC()
	was := console.Conversation{ID: "c", Channel: console.Webchat, ResolvedAt: &at}
	for role, want := range map[console.Role]console.DeskStatus{
		console.RoleUser: console.DeskOpen, console.RoleAssistant: console.DeskResolved,
	} {
		got := decide(sending{was: &was, now: was, draft: Draft{Role: role, Text: "x"}, at: at, messageID: "m"})
		if got.Now.Status() != want {
			t.Errorf("a message of %s: got %s, want %s", role, got.Now.Status(), want)
		}
	}
}
