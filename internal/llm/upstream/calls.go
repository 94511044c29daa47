package upstream

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/llm"
)

var (
	errManyCalls  = fmt.Errorf("the reply has more than %d calls", llm.MaxCalls)
	errNotOffered = errors.New("the reply calls a tool that was not offered")
	errArguments  = errors.New("the arguments of a call are not a JSON object")
	errCallID     = errors.New("the id of a call is not one, or not its own")
	errCallsCut   = errors.New("the limit cut the calls of the reply")
)

// calls are those of one reply, put together from parts.
type calls struct{ list []*building }

type building struct {
	index     int
	id, name  string
	arguments strings.Builder
	half      halves
}

// add takes a part up.
func (c *calls) add(p Part) error {
	b := c.find(p)
	if b == nil {
		if len(c.list) == llm.MaxCalls {
			return llm.Fail(llm.KindBroken, errManyCalls)
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
	return nil
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

// whole returns the calls of a reply that ended so. What a reply that was held back wanted done is not.
func (c *calls) whole(end llm.Finish, offered []llm.Tool) ([]llm.Call, error) {
	switch {
	case len(c.list) == 0 || end == llm.FinishUnknown:
		return nil, nil
	case end == llm.FinishLength:
		return nil, llm.Fail(llm.KindBroken, errCallsCut)
	}
	all := make([]llm.Call, 0, len(c.list))
	ids := map[string]bool{}
	for i, b := range c.list {
		call, err := b.whole(i, offered)
		if err == nil && ids[call.ID] {
			err = errCallID
		}
		if err != nil {
			return nil, llm.Fail(llm.KindBroken, err)
		}
		ids[call.ID] = true
		all = append(all, call)
	}
	return all, nil
}

// whole returns the call, the nth of its reply.
func (b *building) whole(n int, offered []llm.Tool) (llm.Call, error) {
	b.arguments.WriteString(b.half.rest())
	call := llm.Call{ID: b.id, Name: b.name, Arguments: strings.TrimSpace(b.arguments.String())}
	if call.ID == "" {
		call.ID = fmt.Sprintf("call_%d", n+1)
	}
	if call.Arguments == "" {
		call.Arguments = "{}"
	}
	switch {
	case !slices.ContainsFunc(offered, func(t llm.Tool) bool { return t.Name == call.Name }):
		return call, errNotOffered
	case call.Arguments[0] != '{' || !json.Valid([]byte(call.Arguments)):
		return call, errArguments
	case !isID(call.ID):
		return call, errCallID
	}
	return call, nil
}

// isID reports whether a server's id is one that any vendor takes back.
func isID(s string) bool {
	const most = 128
	return len(s) <= most && !strings.ContainsFunc(s, func(r rune) bool { return !isWord(r) })
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
