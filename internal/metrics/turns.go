package metrics

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bimpe/bimpe/internal/console"
)

// Turns counts turns, what they did and what they spent. It is turns.Watch.
type Turns struct {
	ended     *prometheus.CounterVec
	durations map[console.TurnState]prometheus.Observer
	parts     map[string]prometheus.Observer
	kinds     map[console.StepKind]prometheus.Counter
	budgets   map[console.Budget]prometheus.Counter
	askings   *prometheus.CounterVec
	asked     *prometheus.HistogramVec
	waits     prometheus.Observer
	putOff    prometheus.Counter

	tokens *prometheus.CounterVec
	most   int
	mu     sync.RWMutex
	teams  map[console.ID]spent // held under mu
	rest   spent
}

// spent are one team's counters.
type spent struct{ prompt, completion prometheus.Counter }

// otherTeams is the label of all teams that came when there were many already. No id looks like it.
const otherTeams = other

func newTurns(r prometheus.Registerer, most int) *Turns {
	c := counted{r}
	t := &Turns{
		most: most, teams: map[console.ID]spent{},
		ended: c.counters("turns_total", "Turns that ended, by how and why (empty: the agent's own reply).", "state", "why"),
		askings: c.counters("model_requests_total",
			"Askings of models, by provider and what came of it: ok or a word for the fault.", "provider", "outcome"),
		asked: c.timers("model_request_duration_seconds",
			"From the asking of a model to the end of its reply, by provider.", slow(), "provider"),
		waits: c.timers("model_wait_seconds",
			"What turns waited before they asked a model: pauses after faults, and for a place.", slow()).WithLabelValues(),
		tokens: c.counters("tokens_total",
			"Tokens of models, by team (the first ones that spent any, and other) and kind.", "team", "kind"),
		putOff: c.counter("turns_put_off_total", "Turns that found no place on this node, and were left to the next sweep."),
	}
	t.durations = resolved(c.timers("turn_duration_seconds",
		"From the customer's message to the end of its turn, by how it ended.", slow(), "state").WithLabelValues,
		console.TurnReplied, console.TurnDiscarded, console.TurnCancelled, console.TurnFailed)
	t.parts = resolved(c.timers("turn_part_duration_seconds",
		"Parts of a turn but the model: brief, the loading of what a reply rests on, and commit.", quick(), "part").WithLabelValues,
		"brief", "commit")
	t.kinds = resolved(c.counters("turn_steps_total", "Steps on the records of turns, by kind.", "kind").WithLabelValues,
		console.StepRule, console.StepFlow, console.StepKnowledge, console.StepModel, console.StepSkipped,
		console.StepBudget, console.StepSummary, console.StepPrompt, console.StepRestart, console.StepApology)
	t.budgets = resolved(c.counters("budgets_used_up_total",
		"Turns that were kept from a model by a budget, by which one.", "budget").WithLabelValues,
		console.BudgetTurn, console.BudgetAgent, console.BudgetTeam, console.BudgetKey)
	t.rest = t.named(otherTeams)
	return t
}

// Ended counts a turn that ended so, so long after the message that opened it.
func (t *Turns) Ended(state console.TurnState, why console.Why, took time.Duration) {
	t.ended.WithLabelValues(string(state), string(why)).Inc()
	if o := t.durations[state]; o != nil { // a silent one takes no time
		o.Observe(seconds(took))
	}
}

// Took times a part of a turn: brief or commit.
func (t *Turns) Took(part string, took time.Duration) {
	if o := t.parts[part]; o != nil {
		o.Observe(seconds(took))
	}
}

// PutOff counts a turn that found no place.
func (t *Turns) PutOff() { t.putOff.Inc() }

// Did counts a step on the record of a turn of a team. Providers and faults are of few words.
func (t *Turns) Did(team console.ID, s console.Step) {
	if c := t.kinds[s.Kind]; c != nil {
		c.Inc()
	}
	switch s.Kind { //nolint:exhaustive // the others have nothing more to count
	case console.StepBudget:
		if c := t.budgets[console.Budget(s.Note)]; c != nil {
			c.Inc()
		}
	case console.StepModel, console.StepSummary:
		t.ask(team, s)
	}
}

// ask counts an asking of a model, whatever came of it.
func (t *Turns) ask(team console.ID, s console.Step) {
	outcome := s.Fault
	if outcome == "" {
		outcome = "ok"
	}
	t.askings.WithLabelValues(s.Model.Provider, outcome).Inc()
	t.asked.WithLabelValues(s.Model.Provider).Observe(seconds(s.Took - s.Waited))
	t.waits.Observe(seconds(s.Waited))
	if s.Tokens.Total() <= 0 {
		return
	}
	spent := t.of(team)
	spent.prompt.Add(float64(max(s.Tokens.Prompt, 0)))
	spent.completion.Add(float64(max(s.Tokens.Completion, 0)))
}

// of returns a team's counters. Those who come when there are many already share theirs for as long as
// the process lives, so that no counter ever falls and all of them add up.
func (t *Turns) of(team console.ID) spent {
	t.mu.RLock()
	s, known := t.teams[team]
	full := len(t.teams) >= t.most
	t.mu.RUnlock()
	switch {
	case known:
		return s
	case full:
		return t.rest
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if s, known = t.teams[team]; known {
		return s
	}
	if len(t.teams) >= t.most {
		return t.rest
	}
	s = t.named(string(team))
	t.teams[team] = s
	return s
}

func (t *Turns) named(team string) spent {
	return spent{t.tokens.WithLabelValues(team, "prompt"), t.tokens.WithLabelValues(team, "completion")}
}
