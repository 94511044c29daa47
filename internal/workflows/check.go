package workflows

import (
	"fmt"
	"math"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// The bounds of a workflow's fields, in characters and entries.
const (
	maxName        = 255
	maxDescription = 2000
	maxCategory    = 100
	maxPrompt      = 50_000
	maxText        = 10_000
	maxLine        = 2000
	maxLabel       = 255
	maxLong        = 500 // entries of a list of rules, flows, questions
	maxShort       = 100 // entries of a list of labels or steps
	maxPrompts     = 200 // keys of a prompt configuration
)

// Faults returns every fault of a workflow that is to be created at once. Create sees the same ones
// again, but for what rules and flows mean: to compile them takes too long for a transaction, and
// what was good enough when it was saved can be cloned.
func Faults(w console.Workflow) []console.Field {
	if w.Visibility == "" {
		w.Visibility = console.Private
	}
	return thorough(tidy(w))
}

// Faults returns every fault of what the patch names, as far as it can be seen without the workflow,
// and Update sees them again, but for what rules and flows mean.
func (p Patch) Faults() []console.Field {
	return thorough(p.apply(console.Workflow{Name: "any", Visibility: console.Private}))
}

// thorough also returns the faults of what rules and flows mean, unless there are too many to look at.
func thorough(w console.Workflow) []console.Field {
	faults := check(w)
	if len(w.Rules) > console.MaxRules || len(w.Flows) > maxLong {
		return faults
	}
	return append(faults, flows.Check(w.Rules, w.Flows)...)
}

// check returns every fault of w at once.
func check(w console.Workflow) []console.Field {
	c := &checker{}
	c.Text("name", w.Name, 1, maxName)
	c.Optional("description", w.Description, maxDescription)
	c.Optional("category", w.Category, maxCategory)
	c.visibility(w.Visibility)
	c.Optional("system_prompt", w.SystemPrompt, maxPrompt)
	c.Rules(w.Rules)
	c.flows(w.Flows)
	c.labels("tags", w.Tags)
	c.labels("integrations", w.Integrations)
	c.labels("channels", w.Channels)
	c.labels("actions", w.Actions)
	c.guide(w.Guide)
	c.faq(w.FAQ)
	c.Most("setup_steps", len(w.SetupSteps), maxShort, "steps")
	if w.SetupMinutes < 0 || w.SetupMinutes > math.MaxInt32 {
		c.Fail("setup_time", "must be from 0 to %d", math.MaxInt32)
	}
	c.URL("video_url", w.VideoURL)
	c.Most("prompt_config", len(w.PromptConfig), maxPrompts, "keys")
	return c.All
}

type checker struct{ console.Faults }

func (c *checker) visibility(v console.Visibility) {
	switch v {
	case console.Private, console.Public:
	default:
		c.Fail("visibility", "must be private or public")
	}
}

func (c *checker) labels(path string, labels []string) {
	if !c.Most(path, len(labels), maxShort, "entries") {
		return
	}
	for i, s := range labels {
		c.Text(fmt.Sprintf("%s.%d", path, i), s, 1, maxLabel)
	}
}

func (c *checker) guide(g *console.Guide) {
	if g == nil {
		return
	}
	c.URL("guide.youtubeUrl", g.YouTubeURL)
	if !c.Most("guide.steps", len(g.Steps), maxShort, "steps") {
		return
	}
	for i, s := range g.Steps {
		c.Text(fmt.Sprintf("guide.steps.%d", i), s, 0, maxLine)
	}
}

func (c *checker) faq(faq []console.QA) {
	if !c.Most("faq", len(faq), maxLong, "questions") {
		return
	}
	for i, qa := range faq {
		c.Text(fmt.Sprintf("faq.%d.question", i), qa.Question, 1, maxLine)
		c.Text(fmt.Sprintf("faq.%d.answer", i), qa.Answer, 1, maxText)
	}
}
