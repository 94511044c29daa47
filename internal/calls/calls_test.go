package calls_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bimpe/bimpe/internal/calls"
	"github.com/bimpe/bimpe/internal/console"
)

// fakeStore is a transaction of one team, in memory, with two agents.
type fakeStore struct {
	calls   []console.Call
	numbers map[console.ID][]console.PhoneNumber // by agent
	logs    map[console.ID][]console.Message     // by conversation
}

var _ calls.Store = (*fakeStore)(nil)

func (s *fakeStore) Calls(context.Context, console.ID, console.CallFilter, console.Query) (console.Page[console.Call], error) {
	return console.Page[console.Call]{Items: s.calls, Total: int64(len(s.calls))}, nil
}

func (s *fakeStore) Call(_ context.Context, agent, id console.ID) (console.Call, error) {
	for _, c := range s.calls {
		if c.AgentID == agent && c.ID == id {
			return c, nil
		}
	}
	return console.Call{}, console.NotFound("call", id)
}

func (s *fakeStore) MessagesAfter(_ context.Context, conversation console.ID, seq int64, limit int) ([]console.Message, error) {
	log := s.logs[conversation]
	i := slices.IndexFunc(log, func(m console.Message) bool { return m.Seq > seq })
	if i < 0 {
		return nil, nil
	}
	return log[i:min(i+limit, len(log))], nil
}

func (s *fakeStore) AgentState(_ context.Context, id console.ID) (console.AgentState, error) {
	if id != "ada" && id != "bola" {
		return console.AgentState{}, console.NotFound("agent", id)
	}
	return console.AgentState{ID: id}, nil
}

func (s *fakeStore) AgentNumbers(_ context.Context, agent console.ID) ([]console.PhoneNumber, error) {
	return s.numbers[agent], nil
}

func TestOnlyACallThatLacksNothingIsNotImplemented(t *testing.T) {
	t.Parallel()
	store := &fakeStore{numbers: map[console.ID][]console.PhoneNumber{"ada": {{ID: "n"}}}}
	const good = "+2348012345678"
	for name, test := range map[string]struct {
		agent  console.ID
		draft  calls.Draft
		code   console.Code
		reason console.Reason
	}{
		"live, with a number":       {"ada", calls.Draft{Destination: good}, console.CodeNotImplemented, ""},
		"live, without a number":    {"bola", calls.Draft{Destination: good}, console.CodeBadRequest, console.ReasonChannelNotConfigured},
		"a test, with a number":     {"ada", calls.Draft{Destination: good, Test: true}, console.CodeNotImplemented, ""},
		"a test, without a number":  {"bola", calls.Draft{Destination: good, Test: true}, console.CodeNotImplemented, ""},
		"of nobody":                 {"nobody", calls.Draft{Destination: good}, console.CodeNotFound, ""},
		"a test of nobody":          {"nobody", calls.Draft{Destination: good, Test: true}, console.CodeNotFound, ""},
		"to nobody":                 {"ada", calls.Draft{}, console.CodeValidation, ""},
		"to a number of no country": {"bola", calls.Draft{Destination: "08012345678"}, console.CodeValidation, ""},
	} {
		err := calls.New().Place(t.Context(), store, test.agent, test.draft)
		var got console.Error
		if e, ok := err.(*console.Error); ok { //nolint:errorlint // it must not be wrapped in anything
			got = *e
		}
		if got.Code != test.code || got.Reason != test.reason {
			t.Errorf("Place %s: %v, want %s %s", name, err, test.code, test.reason)
		}
	}
}

func TestACallHasItsPartOfTheConversation(t *testing.T) {
	t.Parallel()
	talk := console.ID("talk")
	var log []console.Message
	for seq := range int64(1500) {
		log = append(log, console.Message{Seq: seq + 1})
	}
	for name, test := range map[string]struct {
		conversation *console.ID
		from, to     int64
		want         []int64 // the first and the last number, none for nothing
	}{
		"nothing was said":          {nil, 0, 0, nil},
		"one message":               {&talk, 7, 7, []int64{7, 7}},
		"from the beginning":        {&talk, 1, 3, []int64{1, 3}},
		"it goes on":                {&talk, 1498, 0, []int64{1498, 1500}},
		"it has just begun":         {&talk, 1501, 0, nil},
		"a long one":                {&talk, 10, 1400, []int64{10, 1009}},
		"a long one that goes on":   {&talk, 2, 0, []int64{2, 1001}},
		"ended before anybody said": {&talk, 8, 7, nil},
	} {
		call := console.Call{ID: "call", AgentID: "ada", ConversationID: test.conversation, FromSeq: test.from, ToSeq: test.to}
		store := &fakeStore{calls: []console.Call{call}, logs: map[console.ID][]console.Message{talk: log}}
		got, err := calls.New().Detail(t.Context(), store, "ada", "call")
		if err != nil {
			t.Errorf("Detail: %v", err)
		}
		want := calls.Detail{Call: call}
		if test.want != nil {
			want.Log = log[test.want[0]-1 : test.want[1]]
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestACallOfAnotherAgentIsNotThere(t *testing.T) {
	t.Parallel()
	store := &fakeStore{calls: []console.Call{{ID: "call", AgentID: "ada"}}}
	if got, err := calls.New().Detail(t.Context(), store, "bola", "call"); !console.IsNotFound(err) {
		t.Errorf("Detail: %v, %v, want CodeNotFound", got, err)
	}
}
