package upstream

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/llm"
)

// calls are those of one reply, put together from parts.
type calls struct {
	list []*building
	more bool // there was another one behind llm.MaxCalls
}

type building struct {
	index     int
	id, name  string
	arguments strings.Builder
	half      halves
	cut       bool // the reply ended within it
}

// add takes a part up. It returns false once there are too many calls: that part is of none that is kept.
func (c *calls) add(p Part) bool {
	b := c.find(p)
	if b == nil {
		if c.more = len(c.list) == llm.MaxCalls; c.more {
			return false
		}
		b = &building{index: p.Index}
		c.list = append(c.list, b)
	}
	if b.id == "" {
		b.id = p.ID
	}
	if b.name == "" {
		b.name = p.Name
	}
	b.arguments.WriteString(b.half.join(p.Arguments))
	return true
}

// find returns the call that a part belongs to, nil for one that begins a new call. Servers that number
// nothing, or give all the same number, tell calls apart by their ids; those without ids, by naming
// the tool again.
func (c *calls) find(p Part) *building {
	for _, b := range slices.Backward(c.list) {
		switch {
		case p.Index != b.index:
			continue
		case p.ID != "" && b.id != "" && p.ID != b.id:
			return nil
		case p.Index == Unnumbered && p.ID == "" && p.Name != "":
			return nil
		default:
			return b
		}
	}
	return nil
}

// sort tells the calls of a reply that ended so from those that are none. What a reply that was held
// back wanted done is not.
func (c *calls) sort(end llm.Finish, offered []llm.Tool) (whole []llm.Call, misfits []llm.Misfit) {
	if end == llm.FinishUnknown {
		return nil, nil
	}
	ids := c.given()
	for i, b := range c.list {
		b.cut = end == llm.FinishLength && i == len(c.list)-1
		call, flaw := b.whole(offered)
		if flaw == "" {
			if call.ID = ids.own(call.ID, i+1); call.ID == "" {
				flaw = llm.FlawTwice
			}
		}
		if flaw == "" {
			whole = append(whole, call)
			continue
		}
		m := llm.Misfit{Tool: call.Name, Why: flaw}
		if flaw == llm.FlawNotOffered {
			m.Tool = ""
		}
		misfits = append(misfits, m)
	}
	if c.more {
		misfits = append(misfits, llm.Misfit{Why: llm.FlawMany})
	}
	return whole, misfits
}

// whole returns the call, or what is wrong with it. One that was cut is whole if its arguments are: behind
// an object nothing more can come.
func (b *building) whole(offered []llm.Tool) (llm.Call, llm.Flaw) {
	b.arguments.WriteString(b.half.rest())
	call := llm.Call{ID: b.id, Name: b.name, Arguments: strings.TrimSpace(b.arguments.String())}
	if call.Arguments == "" && !b.cut {
		call.Arguments = "{}"
	}
	object := strings.HasPrefix(call.Arguments, "{") && json.Valid([]byte(call.Arguments))
	switch {
	case !slices.ContainsFunc(offered, func(t llm.Tool) bool { return t.Name == call.Name }):
		return call, llm.FlawNotOffered
	case !object && b.cut:
		return call, llm.FlawCut
	case !object:
		return call, llm.FlawArguments
	}
	return call, ""
}

// ids are those of the calls of one reply; true: a call has it already.
type ids map[string]bool

// given are the ids that the server gave and any vendor takes back.
func (c *calls) given() ids {
	all := ids{}
	for _, b := range c.list {
		if isID(b.id) {
			all[b.id] = false
		}
	}
	return all
}

// own returns the id of the nth call: its server's, or a new one where that is none; empty if an earlier
// call has it.
func (all ids) own(id string, n int) string {
	if !isID(id) {
		id = fmt.Sprintf("call_%d", n)
		for _, is := all[id]; is; _, is = all[id] {
			id += "_"
		}
	}
	if all[id] {
		return ""
	}
	all[id] = true
	return id
}

// isID reports whether a server's id is one that any vendor takes back.
func isID(s string) bool {
	const most = 128
	return s != "" && len(s) <= most && !strings.ContainsFunc(s, func(r rune) bool { return !isWord(r) })
}

// text is all that the calls consist of, for counting it.
func (c *calls) text() string {
	var all strings.Builder
	for _, b := range c.list {
		all.WriteString(b.name)
		all.WriteString(b.arguments.String())
	}
	return all.String()
}
