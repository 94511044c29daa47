package httpapi

import (
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
)

// turnJSON is a turn as it is on record.
type turnJSON struct {
	ID             console.ID            `json:"id"`
	AgentID        console.ID            `json:"agent_id"`
	ConversationID console.ID            `json:"conversation_id"`
	State          string                `json:"state" enum:"open,replied,failed,silent,discarded,cancelled"`
	Reason         *string               `json:"reason" enum:"agent_paused,agent_in_development,conversation_paused,human_replied,interrupted,agent_deleted,cancelled,model_failed,deadline,gave_up"`
	Explanation    string                `json:"explanation"`
	Attempts       int64                 `json:"attempts"`
	KeyID          *console.ID           `json:"key_id"`
	FirstMessage   *console.ID           `json:"first_message_id"`
	LastMessage    *console.ID           `json:"last_message_id"`
	Messages       int                   `json:"message_count"`
	Reply          *console.ID           `json:"reply_message_id"`
	DecidedBy      *string               `json:"decided_by" enum:"rule,flow,model,builtin,apology"`
	RuleIDs        []string              `json:"rule_ids" nullable:"false"`
	Flow           *string               `json:"flow"`
	FlowStep       *string               `json:"flow_step"`
	Sources        []sourceJSON          `json:"sources" nullable:"false"`
	Model          orNull[modelRefJSON]  `json:"model"`
	Usage          tokensJSON            `json:"usage"`
	Costs          []moneyJSON           `json:"costs" nullable:"false"`
	Budget         *string               `json:"budget" enum:"turn,agent_day,team_day,key_day"`
	Discarded      orNull[discardedJSON] `json:"discarded"`
	CreatedAt      stamp                 `json:"created_at"`
	EndedAt        orTime                `json:"ended_at"`
	Duration       *int64                `json:"duration_ms"`
}

// turnDetailJSON is a turn with all that it did.
type turnDetailJSON struct {
	turnJSON
	Steps   []stepJSON `json:"steps" nullable:"false"`
	Omitted int        `json:"omitted_steps"`
}

// sourceJSON is a passage that a reply could rest on.
type sourceJSON struct {
	PassageID console.ID `json:"passage_id"`
	BaseID    console.ID `json:"knowledge_base_id"`
	Name      string     `json:"name"`
	Quote     string     `json:"quote"`
}

// modelRefJSON names a model.
type modelRefJSON struct {
	Connection *console.ID `json:"connection_id"`
	Provider   string      `json:"provider"`
	Name       string      `json:"name"`
}

// tokensJSON are tokens that were spent.
type tokensJSON struct {
	Prompt     int64 `json:"prompt_tokens"`
	Completion int64 `json:"completion_tokens"`
	Total      int64 `json:"total_tokens"`
	Estimated  bool  `json:"is_estimated"`
}

// moneyJSON is an amount of one currency.
type moneyJSON struct {
	Currency string `json:"currency"`
	Amount   string `json:"amount"`
}

// discardedJSON is what became of a reply that was not said.
type discardedJSON struct {
	By    string      `json:"by" enum:"human,pause,customer,deletion,cancel"`
	KeyID *console.ID `json:"key_id"`
	Text  *string     `json:"text"`
}

// stepJSON is one thing that a turn did.
type stepJSON struct {
	Kind     string               `json:"kind" enum:"rule,flow,knowledge,model,skipped,budget,summary,prompt,restart,apology"`
	At       stamp                `json:"at"`
	Took     float64              `json:"duration_ms"`
	Note     *string              `json:"note"`
	Rule     *string              `json:"rule_id"`
	Flow     *string              `json:"flow"`
	FlowStep *string              `json:"flow_step"`
	Sources  []sourceJSON         `json:"sources" nullable:"false"`
	Model    orNull[modelRefJSON] `json:"model"`
	Try      *int                 `json:"try"`
	Waited   *float64             `json:"waited_ms"`
	Fault    *string              `json:"fault"`
	Usage    orNull[tokensJSON]   `json:"usage"`
	Cost     orNull[moneyJSON]    `json:"cost"`
}

func turnOf(t console.TurnRecord) turnJSON {
	j := turnJSON{
		ID: t.ID, AgentID: t.AgentID, ConversationID: t.ConversationID, State: string(t.State),
		Reason: nullable(string(t.Why)), Explanation: explain(t), Attempts: t.Attempt, KeyID: nullable(t.KeyID),
		FirstMessage: nullable(t.First), LastMessage: nullable(t.Last), Messages: t.Messages, Reply: nullable(t.Reply),
		RuleIDs: []string{}, Sources: []sourceJSON{}, Costs: []moneyJSON{}, Discarded: discardedOf(t),
		CreatedAt: stamp(t.CreatedAt), EndedAt: stampOr(t.EndedAt),
	}
	if t.EndedAt != nil {
		ms := max(t.EndedAt.Sub(t.CreatedAt), 0).Milliseconds()
		j.Duration = &ms
	}
	if t.Record != nil {
		j.record(t)
	}
	return j
}

// record adds what the turn's run has told.
func (j *turnJSON) record(t console.TurnRecord) {
	j.Budget = nullable(string(t.Record.Budget))
	var spent console.Tokens
	for _, s := range t.Record.Spent {
		spent = spent.Plus(s.Tokens)
		j.Costs = addMoney(j.Costs, t.Record.Spent, s.Cost.Currency)
	}
	j.Usage = tokensOf(spent)
	var decided string
	for _, s := range t.Record.Steps {
		decided = j.step(s, decided)
	}
	if t.State == console.TurnReplied || t.State == console.TurnFailed {
		j.DecidedBy = nullable(decided)
	}
}

// step adds what a step decided, and returns what the reply comes from as far as it is known then.
func (j *turnJSON) step(s console.Step, decided string) string {
	if s.Fault != "" && !s.Replied() && s.Kind != console.StepApology {
		return decided
	}
	switch s.Kind {
	case console.StepRule:
		if s.Rule != "" && !slices.Contains(j.RuleIDs, s.Rule) {
			j.RuleIDs = append(j.RuleIDs, s.Rule)
		}
		if s.Rule == "" || s.Model.Name != "" { // by itself, or following the rule with words of its own
			return decided
		}
	case console.StepFlow:
		j.Flow, j.FlowStep = nullable(s.Flow), nullable(s.FlowStep)
	case console.StepKnowledge:
		j.Sources = items(s.Sources, sourceOf)
		return decided
	case console.StepModel:
		j.Model = modelRefOf(s.Model)
		if s.Model.Provider == string(console.ProviderBuiltin) {
			return string(console.ProviderBuiltin)
		}
	case console.StepApology:
	case console.StepSkipped, console.StepBudget, console.StepSummary, console.StepPrompt, console.StepRestart:
		return decided
	}
	return string(s.Kind)
}

// addMoney adds the sum of a currency, unless it is there or there is no currency.
func addMoney(to []moneyJSON, spent []console.Spending, currency string) []moneyJSON {
	if currency == "" || slices.ContainsFunc(to, func(m moneyJSON) bool { return m.Currency == currency }) {
		return to
	}
	sum := console.Money{Currency: currency}
	for _, s := range spent {
		if s.Cost.Currency == currency {
			sum.Nanos += s.Cost.Nanos
		}
	}
	return append(to, moneyOf(sum))
}

func moneyOf(m console.Money) moneyJSON { return moneyJSON{m.Currency, m.Decimal()} }

// moneyOr is null where there is no amount.
func moneyOr(m console.Money) orNull[moneyJSON] {
	if m.Currency == "" {
		return orNull[moneyJSON]{}
	}
	j := moneyOf(m)
	return orNull[moneyJSON]{&j}
}

func sourceOf(s console.Source) sourceJSON { return sourceJSON(s) }

// modelRefOf is null for no model.
func modelRefOf(m console.ModelRef) orNull[modelRefJSON] {
	if m == (console.ModelRef{}) {
		return orNull[modelRefJSON]{}
	}
	return orNull[modelRefJSON]{&modelRefJSON{nullable(m.Connection), m.Provider, m.Name}}
}

func tokensOf(t console.Tokens) tokensJSON {
	return tokensJSON{t.Prompt, t.Completion, t.Total(), t.Estimated}
}

func discardedOf(t console.TurnRecord) orNull[discardedJSON] {
	if t.State != console.TurnDiscarded && t.State != console.TurnCancelled {
		return orNull[discardedJSON]{}
	}
	j := &discardedJSON{By: discarder(t.Why), KeyID: nullable(t.EndedBy)}
	if t.Record != nil {
		j.Text = nullable(t.Record.Discarded)
	}
	return orNull[discardedJSON]{j}
}

// discarder is who or what ends a turn for a reason.
func discarder(why console.Why) string {
	switch why {
	case console.WhyHumanReplied:
		return "human"
	case console.WhyInterrupted:
		return "customer"
	case console.WhyAgentDeleted:
		return "deletion"
	case console.WhyCancelled:
		return "cancel"
	case console.WhyAgentPaused, console.WhyConversationPaused, console.WhyAgentInDevelopment, console.WhyModelFailed,
		console.WhyDeadline, console.WhyGaveUp:
	}
	return "pause"
}

func stepOf(s console.Step) stepJSON {
	j := stepJSON{
		Kind: string(s.Kind), At: stamp(s.At), Took: millis(s.Took), Note: nullable(s.Note), Rule: nullable(s.Rule),
		Flow: nullable(s.Flow), FlowStep: nullable(s.FlowStep), Sources: items(s.Sources, sourceOf), Fault: nullable(s.Fault),
	}
	j.Model, j.Cost = modelRefOf(s.Model), moneyOr(s.Cost)
	if s.Kind == console.StepModel || s.Kind == console.StepSummary {
		waited, tokens := millis(s.Waited), tokensOf(s.Tokens)
		j.Try, j.Waited, j.Usage = &s.Try, &waited, orNull[tokensJSON]{&tokens}
	}
	return j
}

// millis is a time in milliseconds, to the microsecond.
func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// nullable is a text, or null where it is empty.
func nullable[S ~string](s S) *S {
	if s == "" {
		return nil
	}
	return &s
}

func (a *API) turnsEndpoint() *endpoint {
	states := []string{"open", "replied", "failed", "silent", "discarded", "cancelled"}
	filter := func(q *query) console.TurnState { return console.TurnState(q.oneOf("state", states)) }
	l := listing{sorts: []string{"created_at"}, unsearched: true}
	return filtered(l, []*huma.Param{wordParam("state", states)}, filter, a.listTurns)
}

func (a *API) listTurns(c *call, state console.TurnState, q console.Query) (console.Page[turnJSON], error) {
	if _, err := c.reads().Conversation(c.ctx(), c.agentID(), c.chatID()); err != nil {
		return console.Page[turnJSON]{}, err
	}
	got, err := c.reads().Turns(c.ctx(), c.chatID(), state, q)
	return console.Page[turnJSON]{Items: items(got.Items, turnOf), Total: got.Total}, err
}

func (a *API) turn(c *call) (turnDetailJSON, error) {
	if _, err := c.reads().Conversation(c.ctx(), c.agentID(), c.chatID()); err != nil {
		return turnDetailJSON{}, err
	}
	got, err := c.reads().TurnRecord(c.ctx(), c.chatID(), c.id("turnId"))
	j := turnDetailJSON{turnJSON: turnOf(got), Steps: []stepJSON{}}
	if got.Record != nil {
		j.Steps, j.Omitted = items(got.Record.Steps, stepOf), got.Record.Omitted
	}
	return j, err
}
