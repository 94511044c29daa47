package workflows

import (
	"fmt"
	"math"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/console"
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

// Faults returns every fault of a workflow that is to be created, as Create does before it looks at
// anything else.
func Faults(w console.Workflow) []console.Field {
	if w.Visibility == "" {
		w.Visibility = console.Private
	}
	w.Flows = tidyFlows(w.Flows)
	return check(w)
}

// check returns every fault of w at once.
func check(w console.Workflow) []console.Field {
	c := &checker{}
	c.text("name", w.Name, 1, maxName)
	c.optional("description", w.Description, maxDescription)
	c.optional("category", w.Category, maxCategory)
	c.visibility(w.Visibility)
	c.optional("system_prompt", w.SystemPrompt, maxPrompt)
	c.rules(w.Rules)
	c.flows(w.Flows)
	c.labels("tags", w.Tags)
	c.labels("integrations", w.Integrations)
	c.labels("channels", w.Channels)
	c.labels("actions", w.Actions)
	c.guide(w.Guide)
	c.faq(w.FAQ)
	c.most("setup_steps", len(w.SetupSteps), maxShort, "steps")
	if w.SetupMinutes < 0 || w.SetupMinutes > math.MaxInt32 {
		c.fail("setup_time", "must be from 0 to %d", math.MaxInt32)
	}
	c.url("video_url", w.VideoURL)
	c.most("prompt_config", len(w.PromptConfig), maxPrompts, "keys")
	return c.fields
}

type checker struct{ fields []console.Field }

func (c *checker) fail(path, format string, args ...any) {
	c.fields = append(c.fields, console.Field{Path: path, Fault: fmt.Sprintf(format, args...)})
}

func (c *checker) text(path, s string, least, most int) {
	switch n := utf8.RuneCountInString(s); {
	case n < least:
		c.fail(path, "must not be empty")
	case n > most:
		c.fail(path, "must be at most %d characters", most)
	case strings.IndexByte(s, 0) >= 0:
		c.fail(path, "must not contain the character NUL")
	}
}

func (c *checker) optional(path string, s *string, most int) {
	if s != nil {
		c.text(path, *s, 0, most)
	}
}

// most reports whether a list is short enough for its entries to be looked at.
func (c *checker) most(path string, n, most int, noun string) bool {
	if n > most {
		c.fail(path, "must be at most %d %s", most, noun)
	}
	return n <= most
}

func (c *checker) visibility(v console.Visibility) {
	switch v {
	case console.Private, console.Public:
	default:
		c.fail("visibility", "must be private or public")
	}
}

func (c *checker) url(path string, s *string) {
	if s == nil || *s == "" {
		return
	}
	u, err := url.Parse(*s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || len(*s) > maxLine {
		c.fail(path, "must be an http or https URL")
	}
}

func (c *checker) rules(rules []console.Rule) {
	if !c.most("rules", len(rules), maxLong, "rules") {
		return
	}
	for i, r := range rules {
		path := fmt.Sprintf("rules.%d.", i)
		c.text(path+"id", r.ID, 1, maxLabel)
		c.text(path+"name", r.Name, 0, maxText)
		c.text(path+"trigger", r.Trigger, 0, maxText)
		c.text(path+"response", r.Response, 0, maxText)
		c.optional(path+"condition", r.Condition, maxText)
		c.optional(path+"action", r.Action, maxText)
	}
}

func (c *checker) labels(path string, labels []string) {
	if !c.most(path, len(labels), maxShort, "entries") {
		return
	}
	for i, s := range labels {
		c.text(fmt.Sprintf("%s.%d", path, i), s, 1, maxLabel)
	}
}

func (c *checker) guide(g *console.Guide) {
	if g == nil {
		return
	}
	c.url("guide.youtubeUrl", g.YouTubeURL)
	if !c.most("guide.steps", len(g.Steps), maxShort, "steps") {
		return
	}
	for i, s := range g.Steps {
		c.text(fmt.Sprintf("guide.steps.%d", i), s, 0, maxLine)
	}
}

func (c *checker) faq(faq []console.QA) {
	if !c.most("faq", len(faq), maxLong, "questions") {
		return
	}
	for i, qa := range faq {
		c.text(fmt.Sprintf("faq.%d.question", i), qa.Question, 1, maxLine)
		c.text(fmt.Sprintf("faq.%d.answer", i), qa.Answer, 1, maxText)
	}
}
