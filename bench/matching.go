package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bimpe/bimpe/bench/figures"
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

const (
	matchRules   = 200
	matchTimes   = 2000 // in a run
	matchBar     = 50
	conditionBar = 1
)

// matching measures, inside this program, what a message costs against many rules, and what each
// condition adds that is reached. The floor looks for each trigger by strings.Contains.
func (b *bench) matching(context.Context) ([]figures.Figure, error) {
	const reached, other = "Hello, what does delivery cost, and do you have bread?", "Hello, when do you open tomorrow, and do you have bread?"
	plain, given := ruleset(""), ruleset("now.hour < 9 && contact.email == ''")
	none := figures.Figure{
		Name: fmt.Sprintf("a message against %d rules", matchRules), Unit: "µs",
		Bar: figures.Bar{Kind: figures.ValueAtMost, Limit: matchBar}, Note: "floor: strings.Contains of each trigger",
	}
	every := figures.Figure{
		Name: "a condition that is reached", Unit: "µs", Bar: figures.Bar{Kind: figures.ValueAtMost, Limit: conditionBar},
		Note: "by the difference",
	}
	without, with := flows.Compile(plain, nil), flows.Compile(given, nil)
	for range b.pairs {
		none.Floor = append(none.Floor, micros(func() { contains200(plain, other) }))
		none.Ours = append(none.Ours, micros(func() { without.Decide(heard(other)) }))
		base := micros(func() { without.Decide(heard(reached)) })
		all := micros(func() { with.Decide(heard(reached)) })
		every.Ours = append(every.Ours, max(0, all-base)/matchRules)
	}
	return []figures.Figure{none, every}, nil
}

// ruleset is many rules that share a phrase.
func ruleset(condition string) []console.Rule {
	all := make([]console.Rule, matchRules)
	for i := range all {
		all[i] = console.Rule{
			ID: fmt.Sprint(i), Name: fmt.Sprint(i), Enabled: true, Response: "It depends.",
			Trigger: fmt.Sprintf("delivery fee %d, what does delivery cost, menú %d", i, i),
		}
		if condition != "" {
			all[i].Condition = &condition
		}
	}
	return all
}

// heard is a message in the afternoon, when none of the conditions hold.
func heard(text string) flows.Input {
	return flows.Input{Text: text, Now: time.Date(2026, 11, 25, 14, 5, 0, 0, time.UTC)}
}

// contains200 is the least that matching could be.
func contains200(rules []console.Rule, text string) (found int) {
	text = strings.ToLower(text)
	for _, r := range rules {
		for trigger := range strings.SplitSeq(r.Trigger, ", ") {
			if strings.Contains(text, trigger) {
				found++
			}
		}
	}
	return found
}

// micros is what f takes, of many times the median.
func micros(f func()) float64 {
	times := make([]time.Duration, matchTimes)
	for i := range times {
		begun := now()
		f()
		times[i] = now().Sub(begun)
	}
	return float64(figures.Quantile(times, .5)) / float64(time.Microsecond)
}
