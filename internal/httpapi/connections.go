package httpapi

import (
	"time"

	"github.com/bimpe/bimpe/internal/connections"
	"github.com/bimpe/bimpe/internal/console"
)

// modelConnectionJSON is a model connection without its key.
type modelConnectionJSON struct {
	ID        console.ID        `json:"id"`
	Name      string            `json:"name"`
	Provider  console.Provider  `json:"provider" enum:"openai,anthropic"`
	BaseURL   *string           `json:"base_url"`
	Model     string            `json:"model"`
	HasKey    bool              `json:"has_key"`
	KeyHint   *string           `json:"key_hint"`
	Price     orNull[priceJSON] `json:"price"`
	Window    *int              `json:"context_window" minimum:"2048" maximum:"2000000"`
	CreatedAt stamp             `json:"created_at"`
	UpdatedAt stamp             `json:"updated_at"`
}

// priceJSON is what a model costs.
type priceJSON struct {
	Currency   string `json:"currency" example:"USD"`
	Prompt     string `json:"prompt" example:"2.50"`
	Completion string `json:"completion" example:"10.00"`
}

func modelOf(m console.ModelConnection) modelConnectionJSON {
	j := modelConnectionJSON{
		ID: m.ID, Name: m.Name, Provider: m.Provider, BaseURL: m.BaseURL, Model: m.Model,
		HasKey: m.SealedKey != nil, CreatedAt: stamp(m.CreatedAt), UpdatedAt: stamp(m.UpdatedAt),
	}
	if m.KeyHint != "" {
		j.KeyHint = &m.KeyHint
	}
	if m.Window != 0 {
		j.Window = &m.Window
	}
	if p := connections.PriceOf(m.Price); p != nil {
		j.Price.it = (*priceJSON)(p)
	}
	return j
}

func modelListing() listing { return listing{sorts: []string{"created_at", "updated_at", "name"}} }

func (a *API) listModels(c *call, q console.Query) (console.Page[modelConnectionJSON], error) {
	got, err := c.reads().ModelConnections(c.ctx(), q)
	return console.Page[modelConnectionJSON]{Items: items(got.Items, modelOf), Total: got.Total}, err
}

func (a *API) model(c *call) (modelConnectionJSON, error) {
	got, err := c.reads().ModelConnection(c.ctx(), c.id("connectionId"))
	return modelOf(got), err
}

// createModelConnection is the body of a new model connection.
type createModelConnection struct {
	Name     string           `json:"name" minLength:"1" maxLength:"255"`
	Provider console.Provider `json:"provider" enum:"openai,anthropic"`
	Model    string           `json:"model" minLength:"1" maxLength:"255"`
	modelFields
}

// modelFields are what both a new connection and a change of one may say.
type modelFields struct {
	BaseURL *string    `json:"base_url,omitempty" nullable:"true"`
	Key     *string    `json:"api_key,omitempty" nullable:"true" maxLength:"512" writeOnly:"true"`
	Price   *priceJSON `json:"price,omitempty"`
	Window  *int       `json:"context_window,omitempty" nullable:"true" minimum:"2048" maximum:"2000000"`
}

func (in createModelConnection) draft() connections.Draft {
	return connections.Draft{
		Name: in.Name, Provider: in.Provider, BaseURL: in.BaseURL, Model: in.Model, Key: in.Key,
		Price: (*connections.Price)(in.Price), Window: in.Window,
	}
}

func (in createModelConnection) faults(*call) []console.Field { return in.draft().Faults() }

func (a *API) createModel(c *call, tx Tx, in createModelConnection) (modelConnectionJSON, error) {
	made, err := a.cfg.Connections.Create(c.ctx(), tx, in.draft())
	return modelOf(made), err
}

// updateModelConnection is the body of a change.
type updateModelConnection struct {
	Name     string           `json:"name,omitempty" minLength:"1" maxLength:"255"`
	Provider console.Provider `json:"provider,omitempty" enum:"openai,anthropic"`
	Model    string           `json:"model,omitempty" minLength:"1" maxLength:"255"`
	modelFields
}

func (in updateModelConnection) patch(c *call) connections.Patch {
	return connections.Patch{
		Name:     changed(c, "name", in.Name),
		Provider: changed(c, "provider", in.Provider),
		BaseURL:  changed(c, "base_url", in.BaseURL),
		Model:    changed(c, "model", in.Model),
		Key:      changed(c, "api_key", in.Key),
		Price:    changed(c, "price", (*connections.Price)(in.Price)),
		Window:   changed(c, "context_window", in.Window),
	}
}

func (in updateModelConnection) faults(c *call) []console.Field { return in.patch(c).Faults() }

func (a *API) updateModel(c *call, tx Tx, in updateModelConnection) (modelConnectionJSON, error) {
	m, err := a.cfg.Connections.Update(c.ctx(), tx, c.id("connectionId"), in.patch(c))
	return modelOf(m), err
}

func (a *API) deleteModel(c *call, tx Tx, _ nothing) (nothing, error) {
	return nothing{}, a.cfg.Connections.Delete(c.ctx(), tx, c.id("connectionId"))
}

// testModel is a test of a model connection, which takes no body. The model is asked before the
// transaction, which then only keeps what came of it.
type testModel struct {
	came modelTestJSON
	err  error
}

// modelTestJSON is what came of a test.
type modelTestJSON struct {
	Success   bool    `json:"success"`
	Message   string  `json:"message"`
	Fault     *string `json:"fault" enum:"overloaded,unavailable,broken,timeout,invalid,refused"`
	Model     string  `json:"model"`
	LatencyMS int64   `json:"latency_ms"`
	Tokens    int     `json:"tokens"`
}

func (in *testModel) prepare(c *call) {
	m, err := c.reads().ModelConnection(c.ctx(), c.id("connectionId"))
	if err != nil {
		in.err = err
		return
	}
	t := c.api.cfg.Connections.Test(c.ctx(), m)
	in.came = modelTestJSON{
		Success: t.OK, Message: t.Message, Model: m.Model, LatencyMS: int64(t.Latency / time.Millisecond), Tokens: t.Tokens,
	}
	if t.Fault != "" {
		in.came.Fault = &t.Fault
	}
}

func (a *API) testModel(_ *call, _ Tx, in testModel) (modelTestJSON, error) { return in.came, in.err }
