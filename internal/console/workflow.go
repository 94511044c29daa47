package console

import (
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/cases"
)

// Workflow is a template of conversation logic that agents are built on.
type Workflow struct {
	ID           ID
	TeamID       ID // empty: the server's own library
	Name         string
	Description  *string
	Category     *string
	Visibility   Visibility
	SystemPrompt *string
	Rules        []Rule
	Flows        []Flow
	Tags         []string
	Integrations []string
	Channels     []string
	Actions      []string
	Guide        *Guide
	FAQ          []QA
	SetupSteps   []any // JSON values, kept as they came
	SetupMinutes int64
	VideoURL     *string
	PromptConfig map[string]any
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Visibility says who may see and use a workflow.
type Visibility string

// The two visibilities.
const (
	Private Visibility = "private"
	Public  Visibility = "public"
)

// OwnedBy reports whether the workflow is the team's own, to change and to delete.
func (w Workflow) OwnedBy(team ID) bool { return w.TeamID == team && team != "" }

// SeenBy reports whether the team may read, use and clone the workflow.
func (w Workflow) SeenBy(team ID) bool { return w.OwnedBy(team) || w.Visibility == Public }

// Rule answers what its trigger finds with its response.
type Rule struct {
	ID        string
	Name      string
	Trigger   string
	Condition *string
	Response  string
	Action    *string
	Enabled   bool
}

// Flow is a JSON object that keeps all keys it came with; numbers in it are json.Number. It always
// has a name.
type Flow map[string]any

// Text returns the string under key, or "".
func (f Flow) Text(key string) string {
	s, _ := f[key].(string)
	return s
}

// QA is a question that customers ask and its answer.
type QA struct {
	Question string
	Answer   string
}

// Guide is how to set the workflow up.
type Guide struct {
	YouTubeURL *string
	Steps      []string
}

// WorkflowScope narrows a list of workflows.
type WorkflowScope string

// The scopes of a list; the empty one means Accessible.
const (
	ScopeOwned      WorkflowScope = "owned"
	ScopePublic     WorkflowScope = "public"
	ScopeAccessible WorkflowScope = "accessible"
)

// Searchable is what a search looks through.
func (w Workflow) Searchable() string {
	return Fold(w.Name, deref(w.Description), deref(w.Category), strings.Join(w.Tags, FieldEnd))
}

// FieldEnd stands between the fields of a folded text, so that no search matches across them. It is
// a control character that nobody types.
const FieldEnd = "\x1f"

// Fold joins texts into one that is compared without regard to case, in any script.
func Fold(texts ...string) string {
	joined := strings.Join(texts, FieldEnd)
	for i := range len(joined) {
		if joined[i] >= utf8.RuneSelf {
			return cases.Fold().String(joined)
		}
	}
	return strings.ToLower(joined)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
