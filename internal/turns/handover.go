package turns

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/words"
)

// handOver is the name of the one tool that a model is offered: by it the model obeys a rule that only
// it can judge, and whose action is to call a human. It calls a human and does nothing else, so that
// nothing else can come of whatever talks a model into it.
const handOver = "hand_over"

func handOverTool() llm.Tool {
	return llm.Tool{
		Name:        handOver,
		Description: "Calls a person of the team. Use it when a rule says so, and only then, and answer the customer too.",
		Schema: `{"type":"object","properties":{"rule":{"type":"integer","description":"the number of the rule"}},` +
			`"required":["rule"],"additionalProperties":false}`,
	}
}

// tools is what a model may call, and about how many tokens that takes.
func (b brief) tools() ([]llm.Tool, int) {
	if len(b.set.Handing()) == 0 {
		return nil, 0
	}
	tools := []llm.Tool{handOverTool()}
	return tools, llm.EstimateUsage(llm.Request{Tools: tools}, "").PromptTokens
}

// handed is the rule by which a model called a human, nil where that cannot be told.
func (b brief) handed(calls []llm.Call) *console.Rule {
	rules, handing := b.agent.WithRules(b.workflow), b.set.Handing()
	for _, c := range calls {
		if i := ruleNumber(c.Arguments) - 1; slices.Contains(handing, i) {
			return &rules[i]
		}
	}
	if len(handing) == 1 {
		return &rules[handing[0]]
	}
	return nil
}

// ruleNumber is the number that a model gave, also as a text; 0 if there is none.
func ruleNumber(arguments string) int {
	var given struct {
		Rule any `json:"rule"`
	}
	if json.Unmarshal([]byte(arguments), &given) != nil {
		return 0
	}
	switch n := given.Rule.(type) {
	case float64:
		return int(n)
	case string:
		i, _ := strconv.Atoi(strings.TrimSpace(n)) // 0 is no rule's number
		return i
	default:
		return 0
	}
}

// handOver puts on record that a model called a human. Where it said nothing to the customer, the rule's
// response is said, or that somebody will come.
func (r *run) handOver(ctx context.Context, b brief, end llm.End) {
	if len(end.Calls) == 0 {
		return
	}
	step, say := console.Step{Kind: console.StepRule, Note: "the model called a human"}, flows.HandoffWords(b.language())
	if rule := b.handed(end.Calls); rule != nil {
		step.Rule = or(rule.ID, rule.Name)
		if text := readable(rule.Response); text != nil {
			say = *text
		}
	}
	if strings.TrimSpace(words.Visible(r.written().Written)) == "" {
		r.write(context.WithoutCancel(ctx), say)
	} else {
		step.Model = r.asking.ref() // which has the words
	}
	r.note([]console.Step{step})
}
