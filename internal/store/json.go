package store

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// The forms in which nouns are kept inside of JSON columns. A field may be added and none may
// change its name, since rows that older programs wrote stay.

type ruleJSON struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Trigger   string  `json:"trigger"`
	Condition *string `json:"condition,omitempty"`
	Response  string  `json:"response"`
	Action    *string `json:"action,omitempty"`
	Enabled   bool    `json:"enabled"`
}

type qaJSON struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

type guideJSON struct {
	YouTubeURL *string  `json:"youtube_url,omitempty"`
	Steps      []string `json:"steps,omitempty"`
}

type attachmentJSON struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// encoder makes JSON columns. The first error stays in err.
type encoder struct{ err error }

func (e *encoder) text(v any) string {
	b, err := json.Marshal(v)
	if err != nil && e.err == nil {
		e.err = fmt.Errorf("encode %T: %w", v, err)
	}
	return string(b)
}

const noItems = "[]"

// encodeList writes a list, [] for none.
func encodeList[T any](e *encoder, items []T) string {
	if len(items) == 0 {
		return noItems
	}
	return e.text(items)
}

// encodeAs writes a list in the form in which its items are kept.
func encodeAs[T, J any](e *encoder, items []T, form func(T) J) string {
	if len(items) == 0 {
		return noItems
	}
	kept := make([]J, len(items))
	for i, item := range items {
		kept[i] = form(item)
	}
	return e.text(kept)
}

// decode reads a JSON column. Numbers of unknown things stay as they were written.
func decode[T any](r *row, text string) T {
	var v T
	if r.err != nil || text == "" {
		return v
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil && r.err == nil {
		r.err = fmt.Errorf("column %d: decode %T: %w", r.i, v, err)
	}
	return v
}

// list reads a JSON column that holds a list; no items are an empty list.
func decodeList[T any](r *row) []T {
	text := r.text()
	if text == noItems {
		return []T{}
	}
	return decode[[]T](r, text)
}

// decodeAs reads a list from the form in which its items are kept.
func decodeAs[T, J any](r *row, form func(J) T) []T {
	kept := decodeList[J](r)
	items := make([]T, len(kept))
	for i, k := range kept {
		items[i] = form(k)
	}
	return items
}

func ruleForm(r console.Rule) ruleJSON                   { return ruleJSON(r) }
func toRule(r ruleJSON) console.Rule                     { return console.Rule(r) }
func qaForm(q console.QA) qaJSON                         { return qaJSON(q) }
func toQA(q qaJSON) console.QA                           { return console.QA(q) }
func attachmentForm(a console.Attachment) attachmentJSON { return attachmentJSON(a) }
func toAttachment(a attachmentJSON) console.Attachment   { return console.Attachment(a) }

func (e *encoder) guide(g *console.Guide) string {
	if g == nil {
		return "null"
	}
	return e.text(guideJSON(*g))
}

func decodeGuide(r *row) *console.Guide {
	kept := decode[*guideJSON](r, r.text())
	if kept == nil {
		return nil
	}
	g := console.Guide(*kept)
	return &g
}
