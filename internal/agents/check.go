package agents

import (
	"fmt"
	"net/mail"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/bimpe/bimpe/internal/console"
)

// The bounds of an agent's fields, in characters.
const (
	maxName         = 255
	maxDescription  = 1000
	maxPrompt       = 50_000
	maxShort        = 255
	maxLong         = 2000
	maxRules        = 500
	maxRuleText     = 10_000
	maxRuleIDLength = 255
)

// Faults returns every fault of the draft at once, as Create does before it looks at anything else.
func (d Draft) Faults() []console.Field { return check(d.agent()) }

// Faults returns every fault of what the patch names, as far as it can be seen without the agent.
func (p Patch) Faults() []console.Field {
	return check(p.apply(console.Agent{
		Name: "any", Language: console.DefaultLanguage, Timezone: console.DefaultTimezone, OnNewMessage: console.Merge,
	}))
}

// check returns every fault of a at once.
func check(a console.Agent) []console.Field {
	c := &checker{}
	c.text("name", a.Name, 1, maxName)
	c.text("description", a.Description, 0, maxDescription)
	c.optional("system_prompt", a.SystemPrompt, maxPrompt)
	c.optional("persona", a.PersonaText, maxLong)
	c.language(a.Language)
	c.timezone(a.Timezone)
	c.url("logo", a.Logo)
	c.optional("business_name", a.BusinessName, maxShort)
	c.optional("business_address", a.BusinessAddress, maxLong)
	c.optional("business_description", a.BusinessDescription, maxLong)
	c.email("business_email", a.BusinessEmail)
	c.email("escalation_email", a.EscalationEmail)
	c.onNewMessage(a.OnNewMessage)
	c.rules(a.Rules)
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
	}
}

func (c *checker) optional(path string, s *string, most int) {
	if s != nil {
		c.text(path, *s, 0, most)
	}
}

func (c *checker) language(tag string) {
	if _, err := language.Parse(tag); err != nil || len(tag) > maxShort {
		c.fail("language", "must be a BCP 47 language tag such as en or pt-BR")
	}
}

// timezone refuses "Local" and "", which name the server's own zone.
func (c *checker) timezone(name string) {
	if name == "" || name == "Local" {
		c.fail("timezone", "must be an IANA time zone such as Africa/Lagos")
		return
	}
	if _, err := time.LoadLocation(name); err != nil {
		c.fail("timezone", "must be an IANA time zone such as Africa/Lagos")
	}
}

func (c *checker) url(path string, s *string) {
	if s == nil || *s == "" {
		return
	}
	u, err := url.Parse(*s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || len(*s) > maxLong {
		c.fail(path, "must be an http or https URL")
	}
}

func (c *checker) email(path string, s *string) {
	if s == nil || *s == "" {
		return
	}
	if a, err := mail.ParseAddress(*s); err != nil || a.Address != *s || !strings.Contains(*s, "@") || len(*s) > maxShort {
		c.fail(path, "must be an e-mail address")
	}
}

func (c *checker) onNewMessage(o console.OnNewMessage) {
	switch o {
	case console.Merge, console.Queue, console.Interrupt:
	default:
		c.fail("on_new_message", "must be merge, queue or interrupt")
	}
}

func (c *checker) rules(rules []console.Rule) {
	if len(rules) > maxRules {
		c.fail("rules", "must be at most %d rules", maxRules)
		return
	}
	for i, r := range rules {
		path := fmt.Sprintf("rules.%d.", i)
		c.text(path+"id", r.ID, 1, maxRuleIDLength)
		c.text(path+"name", r.Name, 0, maxRuleText)
		c.text(path+"trigger", r.Trigger, 0, maxRuleText)
		c.text(path+"response", r.Response, 0, maxRuleText)
		c.optional(path+"condition", r.Condition, maxRuleText)
		c.optional(path+"action", r.Action, maxRuleText)
	}
}
