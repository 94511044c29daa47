package agents

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

func TestTryKnowsTheAgentAndTheTime(t *testing.T) {
	t.Parallel()
	night := "now.hour >= 20"
	a := console.Agent{ID: "a", Timezone: "Africa/Lagos", WorkflowID: ptr(console.ID("seen")), Rules: []console.Rule{
		{ID: "night", Trigger: "hours", Condition: &night, Response: "closed", Enabled: true},
		{ID: "day", Trigger: "hours", Response: "open", Enabled: true},
	}}
	for _, tt := range []struct {
		at       time.Time
		workflow console.ID
		want     string
	}{
		{time.Date(2026, 1, 1, 18, 59, 0, 0, time.UTC), "seen", "day"},
		{time.Date(2026, 1, 1, 19, 0, 0, 0, time.UTC), "seen", "night"},
		{time.Date(2026, 1, 1, 19, 0, 0, 0, time.UTC), "shared no more", "night"},
	} {
		a.WorkflowID = &tt.workflow
		got, err := service(&watcher{}).Try(t.Context(), &one{agent: &a}, "a", Trial{Text: "hours?", At: &tt.at})
		if err != nil || got.Decision.Rule == nil || got.Decision.Rule.ID != tt.want || got.Own != 2 {
			t.Errorf("Try at %v: %+v, %v, want rule %s", tt.at, got.Decision, err, tt.want)
		}
		if verdicts := len(got.Considered); verdicts != 2 {
			t.Errorf("%d rules were considered, want 2", verdicts)
		}
	}
	now, err := service(&watcher{}).Try(t.Context(), &one{agent: &a}, "a", Trial{Text: "hours?"}) // 14 November, 23:13
	if err != nil || now.Decision.Rule.ID != "night" {
		t.Errorf("Try now: %+v, %v", now.Decision, err)
	}
	if _, err := service(&watcher{}).Try(t.Context(), &one{}, "a", Trial{}); !console.IsNotFound(err) {
		t.Errorf("Try of no agent: %v", err)
	}
}

// Where the agent replies in the customer's language, so do the flow's own sayings.
func TestTryInTheCustomersLanguage(t *testing.T) {
	t.Parallel()
	ask := console.Workflow{Flows: []console.Flow{{"name": "F", "conversation_steps": []any{
		map[string]any{"id": "mail", "type": "ask", "kind": "email", "content": "Mail?"},
	}}}}
	for _, tt := range []struct {
		replies console.ReplyLanguage
		says    string
		want    string
	}{
		{console.ReplyInCustomers, "ich habe leider keine Adresse für Sie", "E-Mail-Adresse"},
		{console.ReplyInCustomers, "je ne sais pas encore", "adresse e-mail"},
		{console.ReplyInCustomers, "-", "e-mail address"},
		{console.ReplyInAgents, "ich habe leider keine Adresse für Sie", "e-mail address"},
	} {
		id := console.ID("w")
		a := console.Agent{ID: "a", Language: "en", Timezone: "UTC", ReplyLanguage: tt.replies, WorkflowID: &id}
		in := Trial{Text: tt.says, State: flows.State{Flow: "F", Step: "mail"}}
		got, err := service(&watcher{}).Try(t.Context(), &one{agent: &a, workflow: &ask}, "a", in)
		if err != nil || !strings.Contains(got.Decision.Text, tt.want) {
			t.Errorf("%s, %q: %q, %v, want %q in it", tt.replies, tt.says, got.Decision.Text, err, tt.want)
		}
	}
}

// A zone that this machine does not know is UTC.
func TestTryInAnUnknownZone(t *testing.T) {
	t.Parallel()
	condition := `now.time == "19:00"`
	a := console.Agent{ID: "a", Timezone: "Mars/Olympus", Rules: []console.Rule{
		{ID: "seven", Trigger: "hi", Condition: &condition, Response: "r", Enabled: true},
	}}
	at := time.Date(2026, 1, 1, 20, 0, 0, 0, time.FixedZone("", 3600))
	got, err := service(&watcher{}).Try(t.Context(), &one{agent: &a}, "a", Trial{Text: "hi", At: &at, State: flows.State{}})
	if err != nil || got.Decision.Rule == nil {
		t.Errorf("Try: %+v, %v", got, err)
	}
}

// What rules mean is checked where they are named, and nowhere else.
func TestRulesAreCheckedWhereTheyAreNamed(t *testing.T) {
	t.Parallel()
	bad := []console.Rule{{ID: "1", Name: "One", Trigger: "/(/", Response: "{{ nobody.name }}", Enabled: true}}
	want := []string{"name", "rules.0.response", "rules.0.trigger"}
	var got []string
	for _, f := range (Draft{Rules: bad}).Faults() {
		got = append(got, f.Path)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults of a draft: -want +got\n%s", diff)
	}
	if f := (Patch{Rules: console.Opt[[]console.Rule]{Set: true, Value: bad}}).Faults(); len(f) != 2 {
		t.Errorf("faults of a patch: %v", f)
	}
	stored := console.Agent{
		ID: "a", Name: "Ada", Language: "en", Timezone: "UTC", OnNewMessage: console.Merge, ReplyLanguage: console.ReplyInAgents, Rules: bad,
	}
	rename := Patch{Name: console.Opt[string]{Set: true, Value: "Ben"}}
	if _, err := service(&watcher{}).Update(t.Context(), &one{agent: &stored}, "a", rename); err != nil {
		t.Errorf("an agent with older rules cannot be renamed: %v", err)
	}
}

// A body with far too many rules is refused for their number and not looked at further.
func TestTooManyRulesAreNotCompiled(t *testing.T) {
	t.Parallel()
	rules := make([]console.Rule, console.MaxRules+1)
	for i := range rules {
		rules[i] = console.Rule{ID: fmt.Sprint(i), Trigger: "/(/", Response: strings.Repeat("x", 100)}
	}
	if f := (Draft{Name: "Ada", Rules: rules}).Faults(); len(f) != 1 || f[0].Path != "rules" {
		t.Errorf("%d faults, the first %+v", len(f), f[0])
	}
}
