package httpapi

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/console"
)

// usageJSON is what was spent, as far as the request tells it apart.
type usageJSON struct {
	Day        *string              `json:"day" format:"date"`
	AgentID    *console.ID          `json:"agent_id"`
	KeyID      *console.ID          `json:"key_id"`
	Model      orNull[modelRefJSON] `json:"model"`
	Turns      int64                `json:"turns"`
	Requests   int64                `json:"model_requests"`
	Prompt     int64                `json:"prompt_tokens"`
	Completion int64                `json:"completion_tokens"`
	Total      int64                `json:"total_tokens"`
	Estimated  int64                `json:"estimated_tokens"`
	Cost       orNull[moneyJSON]    `json:"cost"`
}

func usageOf(u console.Usage) usageJSON {
	j := usageJSON{
		Turns: u.Turns, Requests: u.Asked, Prompt: u.Tokens.Prompt, Completion: u.Tokens.Completion,
		Total: u.Tokens.Total(), Estimated: u.Estimated, Cost: moneyOr(u.Cost),
	}
	if u.Day != nil {
		day := u.Day.Begins().Format(time.DateOnly)
		j.Day = &day
	}
	if u.Agent != nil {
		j.AgentID = nullable(*u.Agent)
	}
	if u.Key != nil {
		j.KeyID = nullable(*u.Key)
	}
	if u.Model != nil {
		j.Model = modelRefOf(*u.Model)
	}
	return j
}

// usageBy are the words of group_by.
func usageBy() []string {
	return []string{
		string(console.UsageByDay), string(console.UsageByAgent), string(console.UsageByModel),
		string(console.UsageByKey),
	}
}

func (a *API) usageEndpoint() *endpoint {
	date := func(name string) *huma.Param {
		return queryParam(name, &huma.Schema{Type: huma.TypeString, Format: "date"})
	}
	id := func(name string) *huma.Param { return queryParam(name, textSchema(1, console.MaxIDLength)) }
	by := queryParam("group_by", &huma.Schema{
		Type: huma.TypeString, Default: string(console.UsageByDay),
		Pattern: "^(day|agent|model|key)(,(day|agent|model|key))*$",
	})
	params := []*huma.Param{date("from"), date("to"), by, id("agent_id"), id("key_id"), queryParam("model", textSchema(1, maxModelName))}
	l := listing{sorts: []string{"day", "total_tokens", "turns"}, unsearched: true}
	return filtered(l, params, a.usageFilter, a.listUsage)
}

// maxModelName is the longest name of a model, in characters.
const maxModelName = 255

// usageDays is how many days are counted when nothing is said, today included.
const usageDays = 30

func (a *API) usageFilter(q *query) console.UsageFilter {
	today := console.DayOf(a.cfg.Now())
	f := console.UsageFilter{To: today}
	if day, ok := q.day("to"); ok {
		f.To = day
	}
	f.From = f.To - usageDays + 1
	if day, ok := q.day("from"); ok {
		f.From = day
	}
	switch days := f.To - f.From + 1; {
	case days < 1:
		q.fail("from", "must not be later than to")
	case days > console.MaxUsageDays:
		q.fail("from", fmt.Sprintf("must be at most %d days before to", console.MaxUsageDays-1))
	}
	f.Agent, f.Key = console.ID(q.short("agent_id", console.MaxIDLength)), console.ID(q.short("key_id", console.MaxIDLength))
	f.Model = q.short("model", maxModelName)
	f.By = q.usageBy()
	return f
}

// usageBy returns by what usage is told apart.
func (q *query) usageBy() []console.UsageBy {
	words := string(console.UsageByDay)
	if given, ok := q.given("group_by"); ok {
		words = given
	}
	var by []console.UsageBy
	for word := range strings.SplitSeq(words, ",") {
		if one := console.UsageBy(word); !slices.Contains(usageBy(), word) {
			q.fail("group_by", "must be one or more of "+strings.Join(usageBy(), ", ")+", with commas between them")
			return nil
		} else if !slices.Contains(by, one) {
			by = append(by, one)
		}
	}
	return by
}

// day returns a parameter that is a day, and whether it is there and is one.
func (q *query) day(name string) (console.Day, bool) {
	v, ok := q.given(name)
	if !ok {
		return 0, false
	}
	at, err := time.Parse(time.DateOnly, v)
	if err != nil {
		q.fail(name, "must be a day such as 2030-01-31")
		return 0, false
	}
	return console.DayOf(at), true
}

// short returns a parameter of a bounded length that must not be empty where it is there.
func (q *query) short(name string, most int) string {
	v, ok := q.given(name)
	switch {
	case ok && v == "":
		q.fail(name, "must not be empty")
	case len([]rune(v)) > most:
		q.fail(name, fmt.Sprintf("must be at most %d characters", most))
		return ""
	}
	return v
}

func (a *API) listUsage(c *call, f console.UsageFilter, q console.Query) (console.Page[usageJSON], error) {
	got, err := c.reads().Usage(c.ctx(), f, q)
	return console.Page[usageJSON]{Items: items(got.Items, usageOf), Total: got.Total}, err
}
