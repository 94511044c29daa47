package agents

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/language"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// The bounds of an agent's fields, in characters.
const (
	maxName        = 255
	maxDescription = 1000
	maxPrompt      = 50_000
	maxShort       = 255
	maxLong        = 2000
)

// Faults returns every fault of the draft at once. Create sees the same ones again, but for what
// rules mean: to compile them takes too long for a transaction.
func (d Draft) Faults() []console.Field { return thorough(d.agent()) }

// Faults returns every fault of what the patch names, as far as it can be seen without the agent, and
// Update sees them again, but for what rules mean. So an agent whose rules were good enough when
// they were saved can be changed in everything else.
func (p Patch) Faults() []console.Field {
	return thorough(p.apply(console.Agent{
		Name: "any", Language: console.DefaultLanguage, Timezone: console.DefaultTimezone, OnNewMessage: console.Merge,
		ReplyLanguage: console.ReplyInAgents,
	}))
}

// thorough also returns the faults of what the rules mean, unless there are too many to look at.
func thorough(a console.Agent) []console.Field {
	faults := check(a)
	if len(a.Rules) > console.MaxRules {
		return faults
	}
	return append(faults, flows.Check(a.Rules, nil)...)
}

// check returns every fault of a at once.
func check(a console.Agent) []console.Field {
	c := &checker{}
	c.Text("name", a.Name, 1, maxName)
	c.Text("description", a.Description, 0, maxDescription)
	c.Optional("system_prompt", a.SystemPrompt, maxPrompt)
	c.Optional("persona", a.PersonaText, maxLong)
	c.language(a.Language)
	c.timezone(a.Timezone)
	c.URL("logo", a.Logo)
	c.Optional("business_name", a.BusinessName, maxShort)
	c.Optional("business_address", a.BusinessAddress, maxLong)
	c.Optional("business_description", a.BusinessDescription, maxLong)
	c.email("business_email", a.BusinessEmail)
	c.reachable("escalation_email", a.EscalationEmail)
	c.onNewMessage(a.OnNewMessage)
	c.replyLanguage(a.ReplyLanguage)
	c.models(a)
	c.tokens("max_tokens_per_turn", a.MaxTokensPerTurn)
	c.tokens("max_tokens_per_day", a.MaxTokensPerDay)
	c.Rules(a.Rules)
	return c.All
}

// maxFallbacks is how many model connections may stand behind the first.
const maxFallbacks = 5

// models holds the fallbacks to a few, each of them once: a model that has failed is not asked again
// under another name. Whether they are the team's is seen when the agent is stored.
func (c *checker) models(a console.Agent) {
	const path = "fallback_model_connection_ids"
	if !c.Most(path, len(a.FallbackIDs), maxFallbacks, "model connections") {
		return
	}
	for i, id := range a.FallbackIDs {
		if slices.Contains(a.FallbackIDs[:i], id) || a.ModelID != nil && *a.ModelID == id {
			c.Fail(fmt.Sprintf("%s.%d", path, i), "must not be named twice")
		}
	}
}

type checker struct{ console.Faults }

func (c *checker) language(tag string) {
	if _, err := language.Parse(tag); err != nil || len(tag) > maxShort {
		c.Fail("language", "must be a BCP 47 language tag such as en or pt-BR")
	}
}

// timezone refuses "Local" and "", which name the server's own zone.
func (c *checker) timezone(name string) {
	if name == "" || name == "Local" {
		c.Fail("timezone", "must be an IANA time zone such as Africa/Lagos")
		return
	}
	if _, err := time.LoadLocation(name); err != nil {
		c.Fail("timezone", "must be an IANA time zone such as Africa/Lagos")
	}
}

func (c *checker) email(path string, s *string) {
	if s == nil || *s == "" {
		return
	}
	if a, err := mail.ParseAddress(*s); err != nil || a.Address != *s || !strings.Contains(*s, "@") || len(*s) > maxShort {
		c.Fail(path, "must be an e-mail address")
	}
}

// reachable refuses addresses that only some mail servers take, so that a mail about a customer who
// needs somebody is not refused when it is too late.
func (c *checker) reachable(path string, s *string) {
	before := len(c.All)
	c.email(path, s)
	if s == nil || len(c.All) > before {
		return
	}
	if strings.ContainsFunc(*s, func(r rune) bool { return r > unicode.MaxASCII }) {
		c.Fail(path, "must be of ASCII characters; a domain in other ones has a form that begins with xn--")
	}
}

func (c *checker) onNewMessage(o console.OnNewMessage) {
	switch o {
	case console.Merge, console.Queue, console.Interrupt:
	default:
		c.Fail("on_new_message", "must be merge, queue or interrupt")
	}
}

// replyLanguage lets the empty one stand, which agents have that were read from an older release.
func (c *checker) replyLanguage(l console.ReplyLanguage) {
	switch l {
	case "", console.ReplyInAgents, console.ReplyInCustomers:
	default:
		c.Fail("reply_language", "must be agent or customer")
	}
}

func (c *checker) tokens(path string, n int64) {
	if n < 0 || n > console.MaxTokenBound {
		c.Fail(path, "must be from 1 to %d", console.MaxTokenBound)
	}
}
