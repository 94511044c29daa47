package store

import (
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// The forms in which records are kept; see json.go.

type recordJSON struct {
	Steps     []stepJSON  `json:"steps,omitempty"`
	Omitted   int         `json:"omitted,omitempty"`
	Spent     []spentJSON `json:"spent,omitempty"`
	Budget    string      `json:"budget,omitempty"`
	Discarded string      `json:"discarded,omitempty"`
}

type stepJSON struct {
	Kind     string       `json:"kind"`
	At       int64        `json:"at"`             // milliseconds
	Took     int64        `json:"took,omitempty"` // nanoseconds
	Note     string       `json:"note,omitempty"`
	Rule     string       `json:"rule,omitempty"`
	Flow     string       `json:"flow,omitempty"`
	FlowStep string       `json:"flow_step,omitempty"`
	Sources  []sourceJSON `json:"sources,omitempty"`
	Model    modelJSON    `json:"model,omitzero"`
	Try      int          `json:"try,omitempty"`
	Waited   int64        `json:"waited,omitempty"` // nanoseconds
	Fault    string       `json:"fault,omitempty"`
	Tokens   tokensJSON   `json:"tokens,omitzero"`
	Cost     moneyJSON    `json:"cost,omitzero"`
}

type sourceJSON struct {
	PassageID console.ID `json:"passage"`
	BaseID    console.ID `json:"base"`
	Name      string     `json:"name"`
	Quote     string     `json:"quote"`
}

type spentJSON struct {
	Model  modelJSON  `json:"model,omitzero"`
	Asked  int64      `json:"asked"`
	Tokens tokensJSON `json:"tokens,omitzero"`
	Guess  int64      `json:"estimated,omitempty"` // of the tokens
	Cost   moneyJSON  `json:"cost,omitzero"`
}

type modelJSON struct {
	Connection console.ID `json:"connection,omitempty"`
	Provider   string     `json:"provider,omitempty"`
	Name       string     `json:"name,omitempty"`
}

type tokensJSON struct {
	Prompt     int64 `json:"prompt,omitempty"`
	Completion int64 `json:"completion,omitempty"`
	Estimated  bool  `json:"estimated,omitempty"`
}

type moneyJSON struct {
	Currency string `json:"currency,omitempty"`
	Nanos    int64  `json:"nanos,omitempty"`
}

// encodeRecord returns NULL for a turn without a record.
func encodeRecord(r *console.Record) (any, error) {
	if r == nil {
		return nil, nil //nolint:nilnil // NULL is a value
	}
	kept := recordJSON{Omitted: r.Omitted, Budget: string(r.Budget), Discarded: r.Discarded}
	for _, s := range r.Steps {
		kept.Steps = append(kept.Steps, stepForm(s))
	}
	for _, s := range r.Spent {
		kept.Spent = append(kept.Spent,
			spentJSON{modelJSON(s.Model), s.Asked, tokensJSON(s.Tokens), s.Estimated, moneyJSON(s.Cost)})
	}
	var e encoder
	return e.text(kept), e.err
}

func stepForm(s console.Step) stepJSON {
	j := stepJSON{
		Kind: string(s.Kind), At: ms(s.At), Took: int64(s.Took), Note: s.Note, Rule: s.Rule, Flow: s.Flow,
		FlowStep: s.FlowStep, Model: modelJSON(s.Model), Try: s.Try, Waited: int64(s.Waited), Fault: s.Fault,
		Tokens: tokensJSON(s.Tokens), Cost: moneyJSON(s.Cost),
	}
	for _, source := range s.Sources {
		j.Sources = append(j.Sources, sourceJSON(source))
	}
	return j
}

// decodeRecord reads the record of a turn, nil where there is none.
func decodeRecord(r *row) *console.Record {
	text := r.textOr()
	if text == nil {
		return nil
	}
	kept := decode[recordJSON](r, *text)
	record := console.Record{Omitted: kept.Omitted, Budget: console.Budget(kept.Budget), Discarded: kept.Discarded}
	for _, s := range kept.Steps {
		record.Steps = append(record.Steps, toStep(s))
	}
	for _, s := range kept.Spent {
		record.Spent = append(record.Spent, console.Spending{
			Model: console.ModelRef(s.Model), Asked: s.Asked, Tokens: console.Tokens(s.Tokens),
			Estimated: s.Guess, Cost: console.Money(s.Cost),
		})
	}
	return &record
}

func toStep(j stepJSON) console.Step {
	s := console.Step{
		Kind: console.StepKind(j.Kind), At: time.UnixMilli(j.At).UTC(), Took: time.Duration(j.Took), Note: j.Note,
		Rule: j.Rule, Flow: j.Flow, FlowStep: j.FlowStep, Model: console.ModelRef(j.Model), Try: j.Try,
		Waited: time.Duration(j.Waited), Fault: j.Fault, Tokens: console.Tokens(j.Tokens),
		Cost: console.Money(j.Cost),
	}
	for _, source := range j.Sources {
		s.Sources = append(s.Sources, console.Source(source))
	}
	return s
}
