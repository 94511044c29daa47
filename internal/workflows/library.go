package workflows

import (
	"bytes"
	"embed"
	"encoding/json"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

//go:embed library/*.json
var library embed.FS

// Library returns the public workflows that a new server has. Their ids never change, so that a
// server can tell which it already has; they belong to no team. Each call gives fresh values.
func Library() []console.Workflow {
	var all []console.Workflow
	for _, name := range []string{"restaurant", "appointments", "shop_support", "lead_capture", "faq_desk"} {
		all = append(all, fromLibrary("library/"+name+".json"))
	}
	return all
}

// published is when the library was written; its workflows are older than all of a server's own.
func published() time.Time { return time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC) }

// revised is when it was last changed: a server that has an older version gets this one.
func revised() time.Time { return time.Date(2026, time.November, 25, 0, 0, 0, 0, time.UTC) }

type libraryJSON struct {
	ID           console.ID
	Name         string
	Description  *string
	Category     *string
	SystemPrompt *string `json:"system_prompt"`
	Rules        []console.Rule
	Flows        []console.Flow
	Tags         []string
	Integrations []string
	Channels     []string
	Actions      []string
	Guide        *console.Guide
	FAQ          []console.QA
	SetupSteps   []any          `json:"setup_steps"`
	SetupMinutes int64          `json:"setup_time"`
	PromptConfig map[string]any `json:"prompt_config"`
}

func fromLibrary(file string) console.Workflow {
	text, err := library.ReadFile(file)
	if err != nil {
		panic("workflows: the library is not complete: " + err.Error())
	}
	var w libraryJSON
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		panic("workflows: " + file + ": " + err.Error())
	}
	return console.Workflow{
		ID: w.ID, Name: w.Name, Description: w.Description, Category: w.Category,
		Visibility: console.Public, SystemPrompt: w.SystemPrompt, Rules: w.Rules, Flows: w.Flows,
		Tags: w.Tags, Integrations: w.Integrations, Channels: w.Channels, Actions: w.Actions,
		Guide: w.Guide, FAQ: w.FAQ, SetupSteps: w.SetupSteps, SetupMinutes: w.SetupMinutes,
		PromptConfig: w.PromptConfig, CreatedAt: published(), UpdatedAt: revised(),
	}
}
