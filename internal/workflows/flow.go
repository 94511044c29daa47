package workflows

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"strconv"

	"github.com/bimpe/bimpe/internal/console"
)

// tidyFlows returns flows that have a name each, by their place where they came without, none of the
// known keys with null in it, which means absent, and whole numbers written as such. What it was given stays as it is.
func tidyFlows(flows []console.Flow) []console.Flow {
	if flows == nil {
		return nil
	}
	tidy := make([]console.Flow, len(flows))
	for i, f := range flows {
		f = withoutNulls(f)
		if f["name"] == nil || f["name"] == "" {
			f["name"] = fmt.Sprintf("Flow %d", i+1)
		}
		if n, ok := integer(f["priority"]); ok {
			f["priority"] = n
		}
		tidyEntries(f, "trigger_keywords")
		tidyEntries(f, "conversation_steps")
		tidy[i] = f
	}
	return tidy
}

func tidyEntries(f console.Flow, key string) {
	entries, ok := f[key].([]any)
	if !ok {
		return
	}
	tidy := make([]any, len(entries))
	for i, e := range entries {
		tidy[i] = e
		if object, ok := e.(map[string]any); ok {
			tidy[i] = map[string]any(withoutNulls(object))
		}
	}
	f[key] = tidy
}

// withoutNulls returns a copy of f; it is never nil.
func withoutNulls(f console.Flow) console.Flow {
	tidy := maps.Clone(f)
	if tidy == nil {
		return console.Flow{}
	}
	for _, key := range knownKeys() {
		if v, ok := tidy[key]; ok && v == nil {
			delete(tidy, key)
		}
	}
	return tidy
}

// knownKeys lists the keys of flows, keywords and steps that clients have types for.
func knownKeys() []string {
	return []string{
		"name", "description", "category", "priority", "is_active", "trigger_keywords", "conversation_steps",
		"keyword", "weight", "type", "content", "action", "followup",
	}
}

func (c *checker) flows(flows []console.Flow) {
	if !c.Most("flows", len(flows), maxLong, "flows") {
		return
	}
	for i, f := range flows {
		path := fmt.Sprintf("flows.%d.", i)
		c.value(path+"name", f["name"], 1, maxName)
		c.maybe(path, f, "description", maxDescription)
		c.maybe(path, f, "category", maxCategory)
		if v, ok := f["priority"]; ok {
			if _, ok := integer(v); !ok {
				c.Fail(path+"priority", "must be an integer")
			}
		}
		if v, ok := f["is_active"]; ok {
			if _, ok := v.(bool); !ok {
				c.Fail(path+"is_active", "must be true or false")
			}
		}
		c.entries(path+"trigger_keywords", f["trigger_keywords"], c.keyword)
		c.entries(path+"conversation_steps", f["conversation_steps"], c.step)
	}
}

// value checks a string that must be there.
func (c *checker) value(path string, v any, least, most int) {
	s, ok := v.(string)
	if !ok {
		c.Fail(path, "must be a string")
		return
	}
	c.Text(path, s, least, most)
}

// maybe checks a string that may be there.
func (c *checker) maybe(path string, object map[string]any, key string, most int) {
	if v, ok := object[key]; ok {
		c.value(path+key, v, 0, most)
	}
}

// entries checks a list of objects that may be there.
func (c *checker) entries(path string, v any, one func(path string, object map[string]any)) {
	if v == nil {
		return
	}
	list, ok := v.([]any)
	if !ok {
		c.Fail(path, "must be a list")
		return
	}
	if !c.Most(path, len(list), maxLong, "entries") {
		return
	}
	for i, e := range list {
		object, ok := e.(map[string]any)
		if !ok {
			c.Fail(fmt.Sprintf("%s.%d", path, i), "must be an object")
			continue
		}
		one(fmt.Sprintf("%s.%d.", path, i), object)
	}
}

func (c *checker) keyword(path string, k map[string]any) {
	c.value(path+"keyword", k["keyword"], 1, maxLabel)
	switch k["weight"] {
	case nil, "high", "medium", "low":
	default:
		c.Fail(path+"weight", "must be high, medium or low")
	}
}

func (c *checker) step(path string, s map[string]any) {
	c.value(path+"type", s["type"], 1, maxLabel)
	for _, key := range []string{"content", "action", "followup"} {
		c.maybe(path, s, key, maxText)
	}
}

// integer returns a whole number that every client can hold as such, however it is written: 5, 5.0 or
// 5e0. It reports false for every other JSON value.
func integer(v any) (json.Number, bool) {
	number, ok := v.(json.Number)
	if !ok {
		return "", false
	}
	f, err := number.Float64()
	if err != nil || f != math.Trunc(f) || f < math.MinInt32 || f > math.MaxInt32 {
		return "", false
	}
	return json.Number(strconv.Itoa(int(f))), true
}
