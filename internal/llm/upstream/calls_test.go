package upstream

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/llm"
)

func offered() []llm.Tool { return []llm.Tool{{Name: "a"}, {Name: "b"}} }

// put puts parts together, as many as are wanted, and ends the reply so.
func put(end llm.Finish, parts ...Part) ([]llm.Call, []llm.Misfit) {
	var c calls
	for _, p := range parts {
		if !c.add(p) {
			break
		}
	}
	return c.sort(end, offered())
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
		"ids that no vendor takes back": {
			[]Part{{0, "functions.a:0", "a", "{}"}, {1, strings.Repeat("x", 129), "b", "{}"}},
			[]llm.Call{{ID: "call_1", Name: "a", Arguments: "{}"}, {ID: "call_2", Name: "b", Arguments: "{}"}},
		},
		"an id that another one has": {
			[]Part{{0, "", "a", "{}"}, {1, "call_1", "b", "{}"}},
			[]llm.Call{{ID: "call_1_", Name: "a", Arguments: "{}"}, {ID: "call_1", Name: "b", Arguments: "{}"}},
		},
		"a character in two": {
			[]Part{{0, "x", "a", "{\"k\":\"\xc3"}, {0, "", "", "\xb6\"}"}}, []llm.Call{{ID: "x", Name: "a", Arguments: `{"k":"ö"}`}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, misfits := put(llm.FinishStop, test.parts...)
			if len(misfits) > 0 {
				t.Errorf("misfits %v", misfits)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// What is wrong with one call is not held against the one beside it.
func TestCallsThatAreNone(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000)
	tests := map[string]struct {
		end  llm.Finish
		part Part
		want llm.Misfit
	}{
		"not offered":   {llm.FinishStop, Part{1, "x", "c", "{}"}, llm.Misfit{Why: llm.FlawNotOffered}},
		"no name":       {llm.FinishStop, Part{1, "x", "", "{}"}, llm.Misfit{Why: llm.FlawNotOffered}},
		"malformed":     {llm.FinishStop, Part{1, "x", "a", `{"k":`}, llm.Misfit{Tool: "a", Why: llm.FlawArguments}},
		"two objects":   {llm.FinishStop, Part{1, "x", "a", "{}{}"}, llm.Misfit{Tool: "a", Why: llm.FlawArguments}},
		"a list":        {llm.FinishStop, Part{1, "x", "a", "[]"}, llm.Misfit{Tool: "a", Why: llm.FlawArguments}},
		"too deep":      {llm.FinishStop, Part{1, "x", "a", deep}, llm.Misfit{Tool: "a", Why: llm.FlawArguments}},
		"one id twice":  {llm.FinishStop, Part{1, "good", "b", "{}"}, llm.Misfit{Tool: "b", Why: llm.FlawTwice}},
		"cut":           {llm.FinishLength, Part{1, "x", "a", `{"k":"v`}, llm.Misfit{Tool: "a", Why: llm.FlawCut}},
		"cut at first":  {llm.FinishLength, Part{1, "x", "a", ""}, llm.Misfit{Tool: "a", Why: llm.FlawCut}},
		"cut in a name": {llm.FinishLength, Part{1, "x", "aa", ""}, llm.Misfit{Why: llm.FlawNotOffered}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, misfits := put(test.end, Part{0, "good", "b", ""}, test.part)
			if diff := cmp.Diff([]llm.Misfit{test.want}, misfits); diff != "" {
				t.Errorf("misfits (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]llm.Call{{ID: "good", Name: "b", Arguments: "{}"}}, got); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
	if got, misfits := put(llm.FinishUnknown, Part{0, "x", "c", "{"}); misfits != nil || got != nil {
		t.Errorf("held back: %v, %v; want nothing", got, misfits)
	}
	if got, misfits := put(llm.FinishLength, Part{0, "x", "a", "{}"}); len(misfits) > 0 || len(got) != 1 {
		t.Errorf("cut behind its end: %v, %v; want the call", got, misfits)
	}
}

func TestCallsAreBounded(t *testing.T) {
	t.Parallel()
	var parts []Part
	for i := range llm.MaxCalls {
		parts = append(parts, Part{Index: i, ID: fmt.Sprint("id", i), Name: "a"})
	}
	if got, misfits := put(llm.FinishStop, parts...); len(misfits) > 0 || len(got) != llm.MaxCalls {
		t.Errorf("%d calls, misfits %v; want %d", len(got), misfits, llm.MaxCalls)
	}
	got, misfits := put(llm.FinishStop, append(parts, Part{Index: llm.MaxCalls})...)
	if len(got) != llm.MaxCalls || len(misfits) != 1 || misfits[0].Why != llm.FlawMany {
		t.Errorf("one more: %d calls, misfits %v", len(got), misfits)
	}
}

// Whatever parts come, what comes out keeps to the contract of llm.Call.
func FuzzCalls(f *testing.F) {
	f.Add("x", "a", "{}", 0, "y", "b", "{}", 1)
	f.Add("", "a", "{\xc3", -1, "", "", "}", -1)
	f.Fuzz(func(t *testing.T, id, name, arguments string, index int, id2, name2, arguments2 string, index2 int) {
		got, misfits := put(llm.FinishStop, Part{index, id, name, arguments}, Part{index2, id2, name2, arguments2})
		if n := len(got) + len(misfits); n < 1 || n > 2 {
			t.Errorf("calls %v and misfits %v of two parts", got, misfits)
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
