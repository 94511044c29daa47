package agents

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// one is a transaction of a team that has one agent at most, and sees one workflow.
type one struct {
	agent    *console.Agent
	workflow *console.Workflow
	count    int
	deleted  bool
	after    []func()
}

func (o *one) Agent(_ context.Context, id console.ID) (console.Agent, error) {
	if o.agent == nil || o.agent.ID != id {
		return console.Agent{}, console.NotFound("agent", id)
	}
	return *o.agent, nil
}

func (o *one) LockAgent(ctx context.Context, id console.ID) (console.Agent, error) {
	return o.Agent(ctx, id)
}

func (o *one) Agents(context.Context, console.Query) (console.Page[console.Agent], error) {
	return console.Page[console.Agent]{}, nil
}

func (o *one) Workflow(_ context.Context, id console.ID) (console.Workflow, error) {
	if o.workflow != nil {
		return *o.workflow, nil
	}
	if id != "seen" {
		return console.Workflow{}, console.NotFound("workflow", id)
	}
	return console.Workflow{ID: id}, nil
}

func (o *one) CountAgents(context.Context) (int, error) { return o.count, nil }

func (o *one) InsertAgent(_ context.Context, a console.Agent) error {
	o.agent = &a
	return nil
}

func (o *one) UpdateAgent(_ context.Context, a console.Agent) error {
	o.agent = &a
	return nil
}

func (o *one) DeleteAgent(context.Context, console.ID) error {
	o.deleted = true
	return nil
}

func (o *one) AfterCommit(f func()) { o.after = append(o.after, f) }

// watcher notes who stopped.
type watcher struct{ stopped []console.Why }

func (w *watcher) AgentStopped(_ console.ID, why console.Why) { w.stopped = append(w.stopped, why) }

func service(w *watcher) *Service {
	at := time.UnixMilli(1_700_000_000_000)
	return New(func() time.Time { return at }, func() console.ID { return "fresh" }, w)
}

func ptr[T any](v T) *T { return &v }

func TestCreateDefaults(t *testing.T) {
	t.Parallel()
	tx := &one{}
	a, w, err := service(&watcher{}).Create(t.Context(), tx, console.Team{}, Draft{Name: "Ada"})
	if err != nil || w != nil {
		t.Fatalf("Create: %v, workflow %v", err, w)
	}
	if a.Language != "en" || a.Timezone != "Africa/Lagos" || a.Status != console.AgentDevelopment ||
		a.OnNewMessage != console.Merge || a.ReplyLanguage != console.ReplyInAgents || a.Description != "" || len(a.TestCode) != testCodeLength {
		t.Errorf("Create: %+v", a)
	}
}

// Forms of older clients send an empty text for an address that is not there.
func TestAnEmptyAddressIsNone(t *testing.T) {
	t.Parallel()
	tx, some := &one{}, ptr("a@shop.example")
	a, _, err := service(&watcher{}).Create(t.Context(), tx, console.Team{}, Draft{
		Name: "Ada", Logo: ptr(""), BusinessEmail: ptr(""), EscalationEmail: ptr(""),
	})
	if err != nil || a.Logo != nil || a.BusinessEmail != nil || a.EscalationEmail != nil {
		t.Errorf("Create: %+v, %v", a, err)
	}
	tx.agent.Logo, tx.agent.BusinessEmail, tx.agent.EscalationEmail = ptr("https://a.example"), some, some
	empty := console.Some(ptr(""))
	a, err = service(&watcher{}).Update(t.Context(), tx, a.ID, Patch{Logo: empty, BusinessEmail: empty, EscalationEmail: empty})
	if err != nil || a.Logo != nil || a.BusinessEmail != nil || a.EscalationEmail != nil {
		t.Errorf("Update: %+v, %v", a, err)
	}
}

func TestCreatePersona(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]struct {
		named console.Persona
		free  string
	}{
		"friendly":           {named: console.Friendly},
		"like an old sailor": {free: "like an old sailor"},
	} {
		a, _, err := service(&watcher{}).Create(t.Context(), &one{}, console.Team{}, Draft{Name: "Ada", Persona: &given})
		if err != nil {
			t.Fatal(err)
		}
		free := ""
		if a.PersonaText != nil {
			free = *a.PersonaText
		}
		if a.Persona != want.named || free != want.free {
			t.Errorf("persona %q: named %q, free %q", given, a.Persona, free)
		}
	}
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 256)
	tests := map[string]struct {
		draft Draft
		count int
		code  console.Code
		paths []string
	}{
		"no name":           {Draft{}, 0, console.CodeValidation, []string{"name"}},
		"a long name":       {Draft{Name: long}, 0, console.CodeValidation, []string{"name"}},
		"a zone":            {Draft{Name: "a", Timezone: ptr("Mars/Base")}, 0, console.CodeValidation, []string{"timezone"}},
		"the server's":      {Draft{Name: "a", Timezone: ptr("Local")}, 0, console.CodeValidation, []string{"timezone"}},
		"a language":        {Draft{Name: "a", Language: ptr("not a tag")}, 0, console.CodeValidation, []string{"language"}},
		"two addresses":     {Draft{Name: "a", BusinessEmail: ptr("x"), EscalationEmail: ptr("y <y@z.com>")}, 0, console.CodeValidation, []string{"business_email", "escalation_email"}},
		"no ASCII":          {Draft{Name: "a", BusinessEmail: ptr("zoë@bücher.example"), EscalationEmail: ptr("ada@bücher.example")}, 0, console.CodeValidation, []string{"escalation_email"}},
		"a logo":            {Draft{Name: "a", Logo: ptr("ftp://x/y")}, 0, console.CodeValidation, []string{"logo"}},
		"a rule without id": {Draft{Name: "a", Rules: []console.Rule{{Name: "x"}}}, 0, console.CodeValidation, []string{"rules.0.id"}},
		"a manner":          {Draft{Name: "a", OnNewMessage: ptr("shout")}, 0, console.CodeValidation, []string{"on_new_message"}},
		"another's tongue":  {Draft{Name: "a", ReplyLanguage: ptr("mine")}, 0, console.CodeValidation, []string{"reply_language"}},
		"too many":          {Draft{Name: "a"}, console.DefaultAgentQuota, console.CodeAgentLimit, nil},
		"unseen workflow":   {Draft{Name: "a", WorkflowID: ptr(console.ID("hidden"))}, 0, console.CodeNotFound, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tx := &one{count: tt.count}
			_, _, err := service(&watcher{}).Create(t.Context(), tx, console.Team{}, tt.draft)
			if got := console.CodeOf(err); got != tt.code {
				t.Fatalf("Create: %v, want %s", err, tt.code)
			}
			if tt.paths != nil && !slices.Equal(paths(err), tt.paths) {
				t.Errorf("Create: faults at %v, want %v", paths(err), tt.paths)
			}
			if tx.agent != nil {
				t.Error("Create: something was inserted")
			}
		})
	}
}

func paths(err error) []string {
	e, ok := err.(*console.Error) //nolint:errorlint // it is returned unwrapped
	if !ok {
		return nil
	}
	var found []string
	for _, f := range e.Fields {
		found = append(found, f.Path)
	}
	return found
}

func TestUpdateChangesOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	before := console.Agent{
		ID: "a", Name: "Ada", Description: "d", Language: "fr", Timezone: "UTC", Logo: ptr("https://x/y.png"),
		Persona: console.Concise, OnNewMessage: console.Queue, WorkflowID: ptr(console.ID("seen")),
		ReplyLanguage: console.ReplyInCustomers,
	}
	tx := &one{agent: &before}
	got, err := service(&watcher{}).Update(t.Context(), tx, "a", Patch{
		Name: console.Some("Eve"), Logo: console.Some[*string](nil), Language: console.Some[*string](nil),
		Description: console.Some[*string](nil),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "Eve" || got.Logo != nil || got.Language != "en" || got.Description != "" {
		t.Errorf("Update: what was named: %+v", got)
	}
	if got.Timezone != "UTC" || got.Persona != console.Concise || got.OnNewMessage != console.Queue || got.WorkflowID == nil ||
		got.ReplyLanguage != console.ReplyInCustomers {
		t.Errorf("Update: what was not named: %+v", got)
	}
	if !got.UpdatedAt.After(before.UpdatedAt) {
		t.Error("Update: the time of the update did not rise")
	}
}

// A workflow that an agent is built on may have been made private since by the team that owns it.
func TestUpdateKeepsAWorkflowThatIsSharedNoMore(t *testing.T) {
	t.Parallel()
	tx := &one{agent: &console.Agent{
		ID: "a", Name: "Ada", Language: "en", Timezone: "UTC", OnNewMessage: console.Merge, WorkflowID: ptr(console.ID("hidden")),
	}}
	for _, step := range []struct {
		to   *console.ID
		code console.Code
	}{
		{ptr(console.ID("hidden")), ""},
		{ptr(console.ID("unknown")), console.CodeNotFound},
		{ptr(console.ID("seen")), ""},
		{nil, ""},
		{ptr(console.ID("hidden")), console.CodeNotFound},
	} {
		_, err := service(&watcher{}).Update(t.Context(), tx, "a", Patch{WorkflowID: console.Some(step.to)})
		if (err == nil) != (step.code == "") || err != nil && console.CodeOf(err) != step.code {
			t.Errorf("Update to %v: %v, want %q", step.to, err, step.code)
		}
	}
}

func TestSetStatusRaisesTheEpochOnlyByPausing(t *testing.T) {
	t.Parallel()
	w := &watcher{}
	tx := &one{agent: &console.Agent{ID: "a", Status: console.AgentLive, Epoch: 5, StatusReason: ptr("old")}}
	s := service(w)
	for _, step := range []struct {
		to    console.AgentStatus
		epoch int64
	}{
		{console.AgentPaused, 6},
		{console.AgentPaused, 6},
		{console.AgentLive, 6},
		{console.AgentPaused, 7},
	} {
		a, err := s.SetStatus(t.Context(), tx, "a", step.to, nil)
		if err != nil || a.Epoch != step.epoch || a.StatusReason != nil {
			t.Errorf("SetStatus(%s): %v, epoch %d, reason %v; want epoch %d", step.to, err, a.Epoch, a.StatusReason, step.epoch)
		}
	}
	if len(w.stopped) != 0 {
		t.Error("the watcher heard before the commit")
	}
	for _, f := range tx.after {
		f()
	}
	if !slices.Equal(w.stopped, []console.Why{console.WhyAgentPaused, console.WhyAgentPaused}) {
		t.Errorf("the watcher heard %v", w.stopped)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	w := &watcher{}
	tx := &one{agent: &console.Agent{ID: "a"}}
	if err := service(w).Delete(t.Context(), tx, "a"); err != nil || !tx.deleted {
		t.Fatalf("Delete: %v, deleted %v", err, tx.deleted)
	}
	tx.after[0]()
	if !slices.Equal(w.stopped, []console.Why{console.WhyAgentDeleted}) {
		t.Errorf("the watcher heard %v", w.stopped)
	}
}
