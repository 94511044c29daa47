package manual

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// text is a file of words with one of everything.
const text = "What is before the first heading is left out.\n" + `# Agents

An agent
answers.

## createAgent
Create an agent

Makes an agent.

` + "```" + `
# in code this is no heading
` + "```" + `

Not yet: The server
cannot.

Deprecated: Use another.

Parameters:
- search: In the
  name.

Errors:
- not_found: There is none.
- conflict/workflow_in_use: It is in use.

## Parameters

- page: Which page.

## Schemas

### *

- id: Its id.
- name: Its name.

### Agent*

All agents.

### Agent, CreateAgent

An agent.

- name: What it
  is called.
`

func parsed(t *testing.T, text string) *Manual {
	t.Helper()
	m := &Manual{operations: map[string]Operation{}, parameters: map[string]string{}}
	if err := m.read(text); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAnOperationIsRead(t *testing.T) {
	t.Parallel()
	m := parsed(t, text)
	want := Operation{
		Tag: "Agents", Summary: "Create an agent",
		Description: "Makes an agent.\n\n```\n# in code this is no heading\n```",
		NotYet:      "The server cannot.", Deprecated: "Use another.",
		Parameters: map[string]string{"search": "In the name."},
		Faults:     []Fault{{"not_found", "", "There is none."}, {"conflict", "workflow_in_use", "It is in use."}},
	}
	if diff := cmp.Diff(want, m.Operation("createAgent")); diff != "" {
		t.Errorf("createAgent (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"createAgent"}, m.Operations()); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
	if got := m.Tag("Agents").Description; got != "An agent\nanswers." {
		t.Errorf("the tag: %q", got)
	}
	if got := m.Tag("Others"); got != (Tag{Name: "Others"}) {
		t.Errorf("a tag that is nowhere described: %+v", got)
	}
}

func TestTheClosestWordsCount(t *testing.T) {
	t.Parallel()
	m := parsed(t, text)
	for _, test := range []struct{ got, want string }{
		{m.Parameter("createAgent", "search"), "In the name."},
		{m.Parameter("createAgent", "page"), "Which page."},
		{m.Parameter("", "page"), "Which page."},
		{m.Parameter("createAgent", "limit"), ""},
		{m.Schema("Agent"), "An agent."},
		{m.Schema("AgentDetail"), "All agents."},
		{m.Schema("Workflow"), ""},
		{m.Field("Agent", "name"), "What it is called."},
		{m.Field("AgentDetail", "name"), "Its name."},
		{m.Field("Workflow", "id"), "Its id."},
		{m.Field("Workflow", "faq"), ""},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

func TestWordsAboutNothingAreFound(t *testing.T) {
	t.Parallel()
	m := parsed(t, text)
	known := map[string][]string{"Agent": {"id", "name"}, "CreateAgent": {"name"}}
	if got := m.Unknown(known); len(got) > 0 {
		t.Errorf("all is there, and yet: %v", got)
	}
	known = map[string][]string{"Agent": {"id"}}
	want := []string{"*: name", "Agent, CreateAgent: name", "CreateAgent"}
	if diff := cmp.Diff(want, m.Unknown(known)); diff != "" {
		t.Errorf("what is not there (-want +got):\n%s", diff)
	}
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"# A\n\n## b\nB\n\n## b\nB\n":          "described twice",
		"# A\n\n### b\n":                       "no place here",
		"# A\n\n## b\nB\n\nErrors:\n- nothing": "not a name, a colon and words",
		"# A\n\n## b\nB\n\nParameters:\n- x":   "not a name, a colon and words",
		"## Parameters\n\n- x":                 "not a name, a colon and words",
		"## Schemas\n\n### A\n\n- x":           "not a name, a colon and words",
	} {
		m := &Manual{operations: map[string]Operation{}, parameters: map[string]string{}}
		if err := m.read(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestWhatIsEmbeddedCanBeRead(t *testing.T) {
	t.Parallel()
	m, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if m.Overview == "" || len(m.Operations()) < 40 || len(m.Examples()) < 40 || len(m.FaultExamples()) < 20 {
		t.Errorf("%d operations, %d examples, %d faults", len(m.Operations()), len(m.Examples()), len(m.FaultExamples()))
	}
	if e, ok := m.Example("createAgent"); !ok || e.Request == nil || e.Answer == nil {
		t.Errorf("the example of createAgent: %s, %s", e.Request, e.Answer)
	}
	if _, ok := m.Example("nothing"); ok {
		t.Error("there is an example of nothing")
	}
}

func TestFaultsHaveNames(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{"": "conflict", "workflow_in_use": "conflict.workflow_in_use"} {
		if got := FaultName("conflict", reason); got != want {
			t.Errorf("the name of conflict with the reason %q: %s", reason, got)
		}
	}
}
