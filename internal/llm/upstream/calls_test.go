package upstream

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/llm"
)

func offered() []llm.Tool { return []llm.Tool{{Name: "a"}, {Name: "b"}} }

// put puts parts together and ends the reply so.
func put(end llm.Finish, parts ...Part) ([]llm.Call, error) {
	var c calls
	for _, p := range parts {
		if err := c.add(p); err != nil {
			return nil, err
		}
	}
	return c.whole(end, offered())
}

func TestCallsArePutTogether(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		parts []Part
		want  []llm.Call
	}{
		"none": {nil, nil},
		"by number, in turns": {
			[]Part{{0, "x", "a", "{"}, {1, "y", "b", `{"k"`}, {0, "", "", "}"}, {1, "", "", `:"v"}`}},
			[]llm.Call{{ID: "x", Name: "a", Arguments: "{}"}, {ID: "y", Name: "b", Arguments: `{"k":"v"}`}},
		},
		"id and name with every part": {
			[]Part{{0, "x", "a", "{"}, {0, "x", "a", "}"}}, []llm.Call{{ID: "x", Name: "a", Arguments: "{}"}},
		},
		"all with number 0": {
			[]Part{{0, "x", "a", "{"}, {0, "x", "", "}"}, {0, "y", "b", "{"}, {0, "", "", "}"}},
			[]llm.Call{{ID: "x", Name: "a", Arguments: "{}"}, {ID: "y", Name: "b", Arguments: "{}"}},
		},
		"without numbers": {
			[]Part{{Unnumbered, "x", "a", "{"}, {Unnumbered, "", "", "}"}, {Unnumbered, "y", "b", "{}"}},
			[]llm.Call{{ID: "x", Name: "a", Arguments: "{}"}, {ID: "y", Name: "b", Arguments: "{}"}},
		},
		"without numbers and ids": {
			[]Part{{Unnumbered, "", "a", "{}"}, {Unnumbered, "", "a", `{"k":1}`}},
			[]llm.Call{{ID: "call_1", Name: "a", Arguments: "{}"}, {ID: "call_2", Name: "a", Arguments: `{"k":1}`}},
		},
		"name after the arguments": {
			[]Part{{0, "", "", "{"}, {0, "x", "a", "}"}}, []llm.Call{{ID: "x", Name: "a", Arguments: "{}"}},
		},
		"space around the arguments": {[]Part{{0, "x", "a", " {} \n"}}, []llm.Call{{ID: "x", Name: "a", Arguments: "{}"}}},
		"a character in two": {
			[]Part{{0, "x", "a", "{\"k\":\"\xc3"}, {0, "", "", "\xb6\"}"}}, []llm.Call{{ID: "x", Name: "a", Arguments: `{"k":"ö"}`}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := put(llm.FinishStop, test.parts...)
			if err != nil {
				t.Fatalf("error %v", err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCallsThatAreNone(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000)
	tests := map[string]struct {
		end   llm.Finish
		parts []Part
		want  error
	}{
		"not offered":          {llm.FinishStop, []Part{{0, "x", "c", "{}"}}, errNotOffered},
		"no name":              {llm.FinishStop, []Part{{0, "x", "", "{}"}}, errNotOffered},
		"malformed":            {llm.FinishStop, []Part{{0, "x", "a", `{"k":`}}, errArguments},
		"two objects":          {llm.FinishStop, []Part{{0, "x", "a", "{}{}"}}, errArguments},
		"a list":               {llm.FinishStop, []Part{{0, "x", "a", "[]"}}, errArguments},
		"too deep":             {llm.FinishStop, []Part{{0, "x", "a", deep}}, errArguments},
		"one id for two":       {llm.FinishStop, []Part{{0, "x", "a", "{}"}, {1, "x", "b", "{}"}}, errCallID},
		"an id made and given": {llm.FinishStop, []Part{{0, "call_2", "a", "{}"}, {1, "", "b", "{}"}}, errCallID},
		"an id with a space":   {llm.FinishStop, []Part{{0, "x y", "a", "{}"}}, errCallID},
		"a long id":            {llm.FinishStop, []Part{{0, strings.Repeat("x", 129), "a", "{}"}}, errCallID},
		"cut":                  {llm.FinishLength, []Part{{0, "x", "a", "{}"}}, errCallsCut},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := put(test.end, test.parts...)
			if e, ok := errors.AsType[*llm.Error](err); !ok || e.Kind != llm.KindBroken || !errors.Is(err, test.want) {
				t.Errorf("%v, error %v; want one because %v", got, err, test.want)
			}
		})
	}
	if got, err := put(llm.FinishUnknown, Part{0, "x", "c", "{"}); err != nil || got != nil {
		t.Errorf("held back: %v, %v; want nothing", got, err)
	}
}

func TestCallsAreBounded(t *testing.T) {
	t.Parallel()
	var parts []Part
	for i := range llm.MaxCalls {
		parts = append(parts, Part{Index: i, ID: fmt.Sprint("id", i), Name: "a"})
	}
	if got, err := put(llm.FinishStop, parts...); err != nil || len(got) != llm.MaxCalls {
		t.Errorf("%d calls, error %v; want %d", len(got), err, llm.MaxCalls)
	}
	if _, err := put(llm.FinishStop, append(parts, Part{Index: llm.MaxCalls})...); !errors.Is(err, errManyCalls) {
		t.Errorf("one more: error %v", err)
	}
}

// Whatever parts come, what comes out keeps to the contract of llm.Call.
func FuzzCalls(f *testing.F) {
	f.Add("x", "a", "{}", 0, "y", "b", "{}", 1)
	f.Add("", "a", "{\xc3", -1, "", "", "}", -1)
	f.Fuzz(func(t *testing.T, id, name, arguments string, index int, id2, name2, arguments2 string, index2 int) {
		got, err := put(llm.FinishStop, Part{index, id, name, arguments}, Part{index2, id2, name2, arguments2})
		if err != nil {
			return
		}
		ids := map[string]bool{}
		for _, c := range got {
			if ids[c.ID] || !isID(c.ID) || (c.Name != "a" && c.Name != "b") || c.Arguments[0] != '{' {
				t.Errorf("call %+v", c)
			}
			ids[c.ID] = true
		}
	})
}
