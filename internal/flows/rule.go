package flows

import (
	"fmt"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// rule is one rule, ready to be asked.
type rule struct {
	Fired
	enabled   bool
	parts     []part
	condition *condition
	prose     bool   // it has a condition that only a model can judge
	note      string // why its condition is prose, or what is wrong with it
	response  template
	handoff   bool
}

func (b *builder) rule(index int, written console.Rule) rule {
	path := fmt.Sprintf("rules.%d.", index)
	parts, mute := parseTrigger(written.Trigger)
	for _, source := range mute {
		b.Fail(path+"trigger", "has %q, which has neither a word nor an emoji in it: it could never fire", beginning(source, maxStepID))
	}
	r := rule{
		Fired: Fired{Index: index, ID: written.ID, Name: written.Name}, enabled: written.Enabled,
		parts: parts, handoff: IsHandoff(written.Action),
	}
	if written.Condition != nil {
		c, faulty, err := b.language.parse(*written.Condition)
		if r.condition = c; err != nil {
			r.prose, r.note = true, err.Error()
		}
		if c != nil && len(c.fields) > 0 {
			r.condition, r.prose, r.note = nil, true, "asks for fields, which only flows have: contact.fields is meant"
			b.Fail(path+"condition", "%s", r.note)
		}
		if faulty {
			b.Fail(path+"condition", "is no condition: %s", err.Error())
		}
	}
	t, faults := b.templates.compile(written.Response, namesFor(nil))
	for _, f := range faults {
		b.Fail(path+"response", "%s", f)
	}
	r.response = t
	return r
}

// IsHandoff reports whether a rule's action is to call a human. All other actions are words for the
// model.
func IsHandoff(action *string) bool {
	return action != nil && strings.EqualFold(strings.TrimSpace(*action), "handoff")
}
