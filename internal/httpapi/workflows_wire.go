package httpapi

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
)

// workflowJSON is a workflow.
type workflowJSON struct {
	ID           console.ID         `json:"id"`
	Name         string             `json:"name"`
	Description  *string            `json:"description"`
	Category     *string            `json:"category"`
	Visibility   console.Visibility `json:"visibility" enum:"private,public"`
	Owner        bool               `json:"is_owner"`
	SystemPrompt *string            `json:"system_prompt"`
	Rules        []ruleJSON         `json:"rules" nullable:"false"`
	Flows        []flowJSON         `json:"flows" nullable:"false"`
	Tags         []string           `json:"tags" nullable:"false"`
	Integrations []string           `json:"integrations" nullable:"false"`
	Channels     []string           `json:"channels" nullable:"false"`
	Actions      []string           `json:"actions" nullable:"false"`
	Guide        orNull[guideJSON]  `json:"guide"`
	FAQ          []qaJSON           `json:"faq" nullable:"false"`
	SetupSteps   []any              `json:"setup_steps" nullable:"false"`
	SetupTime    int64              `json:"setup_time"`
	VideoURL     *string            `json:"video_url"`
	PromptConfig object             `json:"prompt_config"`
	CreatedAt    stamp              `json:"created_at"`
	UpdatedAt    stamp              `json:"updated_at"`
}

// workflowOf shows workflows to a team.
func workflowOf(team console.ID) func(console.Workflow) workflowJSON {
	return func(w console.Workflow) workflowJSON {
		config := object(w.PromptConfig)
		if config == nil {
			config = object{}
		}
		return workflowJSON{
			ID: w.ID, Name: w.Name, Description: w.Description, Category: w.Category, Visibility: w.Visibility,
			Owner: w.OwnedBy(team), SystemPrompt: w.SystemPrompt, Rules: items(w.Rules, ruleOf),
			Flows: items(w.Flows, func(f console.Flow) flowJSON { return flowJSON(f) }),
			Tags:  list(w.Tags), Integrations: list(w.Integrations), Channels: list(w.Channels), Actions: list(w.Actions),
			Guide: guideOf(w.Guide), FAQ: items(w.FAQ, func(q console.QA) qaJSON { return qaJSON(q) }),
			SetupSteps: list(w.SetupSteps), SetupTime: w.SetupMinutes, VideoURL: w.VideoURL, PromptConfig: config,
			CreatedAt: stamp(w.CreatedAt), UpdatedAt: stamp(w.UpdatedAt),
		}
	}
}

// object is any JSON object.
type object map[string]any

// Schema is that of any object.
func (object) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}

// integer is a whole number, however it is written: 5, 5.0 or 5e0. Its range is the schema's business.
type integer int64

// UnmarshalJSON reads the number.
func (n *integer) UnmarshalJSON(raw []byte) error {
	var f float64
	if err := json.Unmarshal(raw, &f); err != nil {
		return fmt.Errorf("read a whole number: %w", err)
	}
	*n = integer(f)
	return nil
}

// whole is the number as rooms take it, nil for nil.
func (n *integer) whole() *int64 { return (*int64)(n) }

// flowJSON is a flow with all keys it came with, and a name in any case.
type flowJSON map[string]any

// Schema is that of the keys that have a meaning.
func (flowJSON) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[flow](), true, "")
}

// flow says what the known keys of a flow look like.
type flow struct {
	Name string `json:"name"`
	flowFields
}

// flowIn is a flow as it comes.
type flowIn map[string]any

// Schema is that of the keys that have a meaning.
func (flowIn) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[flowInput](), true, "")
}

// flowInput says what the known keys of a flow must look like.
type flowInput struct {
	Name string `json:"name,omitempty" maxLength:"255" nullable:"true"`
	flowFields
}

// flowFields are what a flow may have beside a name.
type flowFields struct {
	Describe *string       `json:"description,omitempty" nullable:"true"`
	Category *string       `json:"category,omitempty" nullable:"true"`
	Priority *int          `json:"priority,omitempty" nullable:"true" minimum:"-1000000" maximum:"1000000"`
	Active   *bool         `json:"is_active,omitempty" nullable:"true"`
	Triggers []flowTrigger `json:"trigger_keywords,omitempty" nullable:"true" maxItems:"500"`
	Steps    []flowStep    `json:"conversation_steps,omitempty" nullable:"true" maxItems:"500"`
}

type flowTrigger struct {
	Keyword string  `json:"keyword"`
	Weight  *string `json:"weight,omitempty" nullable:"true" enum:"high,medium,low"`
}

type flowStep struct {
	Type     string  `json:"type"`
	Content  *string `json:"content,omitempty" nullable:"true"`
	Action   *string `json:"action,omitempty" nullable:"true"`
	Followup *string `json:"followup,omitempty" nullable:"true"`
}

// Flows keep all keys that they come with, and so do the objects in them.

func (flow) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return keepExtraKeys(embed[flowFields](r, s))
}

func (flowInput) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	return keepExtraKeys(embed[flowFields](r, s))
}

func (flowTrigger) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	return keepExtraKeys(s)
}

func (flowStep) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	return keepExtraKeys(s)
}

func flowsIn(flows []flowIn) []console.Flow {
	return items(flows, func(f flowIn) console.Flow { return console.Flow(f) })
}

// qaJSON is a question and its answer.
type qaJSON struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

func faqIn(faq []qaJSON) []console.QA {
	return items(faq, func(q qaJSON) console.QA { return console.QA(q) })
}

// guideIn is a guide as it comes, under the name of either era.
type guideIn struct {
	YouTubeURL *string  `json:"youtubeUrl,omitempty" nullable:"true" maxLength:"2000"`
	Older      *string  `json:"youtube_url,omitempty" nullable:"true" maxLength:"2000"`
	Steps      []string `json:"steps,omitempty" nullable:"true" maxItems:"100"`
}

func (g *guideIn) guide() *console.Guide {
	if g == nil {
		return nil
	}
	url := g.YouTubeURL
	if url == nil {
		url = g.Older
	}
	return &console.Guide{YouTubeURL: url, Steps: list(g.Steps)}
}

// guideJSON is a guide as it goes, under the names of both eras.
type guideJSON struct {
	YouTubeURL *string  `json:"youtubeUrl,omitempty"`
	Older      *string  `json:"youtube_url,omitempty"`
	Steps      []string `json:"steps" nullable:"false"`
}

func guideOf(g *console.Guide) orNull[guideJSON] {
	if g == nil {
		return orNull[guideJSON]{}
	}
	return orNull[guideJSON]{&guideJSON{YouTubeURL: g.YouTubeURL, Older: g.YouTubeURL, Steps: list(g.Steps)}}
}
