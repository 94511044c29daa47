package verdict

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// noon is when the first message of a log was said.
var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// play makes a talk of what happened in order, as a sound server would have it:
//
//	m1        the customer says m1
//	>m1,m2    the agent replies to both
//	>         the agent apologises
//	~m1       the agent's reply to m1, cut short
//	human     a human says something
//	takeover  a human says something and takes over
//	pause, resume, cancel
func play(t *testing.T, story string) Talk {
	t.Helper()
	talk := Talk{Customer: "c"}
	for i, word := range strings.Fields(story) {
		id := fmt.Sprintf("%s#%d", word, i)
		m := Message{ID: id, Role: user, Text: word, At: noon.Add(time.Duration(i) * time.Millisecond)}
		act := Act{ID: id, Text: word, Upto: len(talk.Log)}
		switch {
		case word[0] == '>' || word[0] == '~':
			m.Role, m.Partial = "assistant", word[0] == '~'
			m.Named = strings.FieldsFunc(word[1:], func(r rune) bool { return r == ',' })
			m.Text = "Sorry."
			if len(m.Named) > 0 {
				m.Text = "To " + word[1:]
			}
			talk.Log = append(talk.Log, m)
			continue
		case word == "human", word == "takeover":
			m.Role, act.Kind, act.TakeOver = "assistant", Human, word == "takeover"
		case word == "pause":
			act.Kind = Paused
		case word == "resume":
			act.Kind = Resumed
		case word == "cancel":
			act.Kind = Cancelled
		default:
			act.Kind, act.Mark = Said, word
		}
		if act.Kind == Said || act.Kind == Human {
			talk.Log = append(talk.Log, m)
		}
		talk.Acts = append(talk.Acts, act)
	}
	for _, m := range talk.Log {
		talk.Seen = append(talk.Seen, m.ID)
	}
	return talk
}

func TestSoundStoriesHaveNoFaults(t *testing.T) {
	t.Parallel()
	for _, story := range []string{
		"",
		"m1 >m1 m2 >m2",
		"m1 m2 m3 >m1,m2,m3",
		"m1 m2 >m1 >m2", // what came meanwhile is answered afterwards
		"m1 m2 > m3 >m2,m3",
		"m1 > m2 > m3 >m3",
		"m1 >m1 takeover m2 m3",
		"m1 takeover m2 resume m3 >m3",
		"m1 takeover m2 resume takeover m3 resume m4 >m4",
		"m1 human m2 >m2",
		"m1 pause m2 resume m3 >m2,m3", // the model sees what the agent kept silent on
		"m1 pause",
		"m1 >m1 resume m2 >m2",
		"m1 m2 ~m1 cancel m3 >m2,m3",
		"m1 cancel",
		"takeover resume m1 >m1",
	} {
		talk := play(t, story)
		if got := talk.Faults(); got != nil || !talk.Settled() {
			t.Errorf("%q: faults %q, settled %v", story, got, talk.Settled())
		}
	}
}

// Each story has one thing in it that must not happen. These are what a server with a broken fence, a
// lost write or a second reply would leave behind.
func TestUnsoundStoriesHaveFaults(t *testing.T) {
	t.Parallel()
	for story, want := range map[string]string{
		"m1":                            "lost:",
		"m1 >m1 m2":                     "lost:",
		"m1 > m2":                       "lost:",
		"m1 takeover resume m2":         "lost:",
		"m1 >m1 >m1":                    "doubled:",
		"m1 > >":                        "doubled:",
		"m1 >m1 >":                      "doubled:",
		"m1 m2 >m1,m2 >m2":              "doubled:",
		"m1 human >":                    "doubled:",
		"m1 takeover >m1":               "late after a takeover",
		"m1 takeover m2 >m2":            "late after a takeover",
		"m1 takeover m2 resume >m2":     "late after a takeover",
		"m1 pause >m1":                  "late after a pause",
		"m1 pause m2 >m2 resume m3 >m3": "late after a pause",
		"m1 human m2 >m1,m2":            "late:",
		"m1 human >m1":                  "late:",
		"m1 >m2 m2":                     "late:",
	} {
		talk := play(t, story)
		if got := talk.Faults(); !slices.ContainsFunc(got, func(f string) bool { return strings.HasPrefix(f, want) }) {
			t.Errorf("%q: faults %q, want one that begins with %q", story, got, want)
		}
	}
}

// Each sabotage does to a sound talk what a broken server would do.
func TestSabotageIsSeen(t *testing.T) {
	t.Parallel()
	const story = "m1 >m1 m2 human m3 >m3"
	for name, test := range map[string]struct {
		sabotage func(*Talk)
		want     string
	}{
		"a lost message":     {func(s *Talk) { s.Log = slices.Delete(s.Log, 0, 1) }, "lost: \"m1\""},
		"a message twice":    {func(s *Talk) { s.Log = slices.Insert(s.Log, 1, s.Log[0]) }, "doubled: the log has"},
		"a new id":           {func(s *Talk) { s.Log[0].ID = "other" }, "lost: \"m1\""},
		"another text":       {func(s *Talk) { s.Log[0].Text = "m" }, "out of order: message 0"},
		"swapped":            {func(s *Talk) { s.Log[2], s.Log[3] = s.Log[3], s.Log[2] }, "out of order:"},
		"an equal time":      {func(s *Talk) { s.Log[1].At = s.Log[0].At }, "out of order:"},
		"a message too many": {func(s *Talk) { s.Log = append(s.Log, Message{ID: "x", Role: user, At: noon.Add(time.Hour)}) }, "doubled: "},
		"a word about nothing": {func(s *Talk) {
			s.Log[1].Named, s.Log[1].Text = nil, "To"
		}, "doubled: \"To\" answers nothing"},
		"not seen":       {func(s *Talk) { s.Seen = s.Seen[1:] }, "out of order: the reader"},
		"the end unseen": {func(s *Talk) { s.Seen = s.Seen[:2] }, "lost: the reader"},
		"seen twice":     {func(s *Talk) { s.Seen = append(s.Seen, s.Seen[0]) }, "doubled: the reader"},
	} {
		talk := play(t, story)
		test.sabotage(&talk)
		if got := talk.Faults(); !slices.ContainsFunc(got, func(f string) bool { return strings.HasPrefix(f, test.want) }) {
			t.Errorf("%s: faults %q, want one that begins with %q", name, got, test.want)
		}
	}
}

func TestNoReplyWhileTheAgentWasPausedIsNoFault(t *testing.T) {
	t.Parallel()
	talk := play(t, "m1 m2 >m2")
	if talk.Faults() == nil {
		t.Error("m1 was not answered, and there is no fault")
	}
	talk.AgentPaused = true
	if got := talk.Faults(); got != nil {
		t.Errorf("faults %q", got)
	}
}

func TestWhatIsNotReadYetHasNotSettled(t *testing.T) {
	t.Parallel()
	talk := play(t, "m1 >m1")
	talk.Seen = talk.Seen[:1]
	if talk.Settled() {
		t.Error("the reader has not seen the reply, and all has settled")
	}
}

// record is the record of a sound server for the story "m1 >m1 m2 human m3 >m3".
func record(s Talk) []Turn {
	all := []Turn{
		{ID: "t1", State: turnReplied, Messages: []string{s.Log[0].ID}, Reply: s.Log[1].ID},
		{ID: "t2", State: turnDiscarded, Why: "human_replied", Messages: []string{s.Log[2].ID}},
		{ID: "t3", State: turnDiscarded, Why: interrupted, Messages: []string{s.Log[4].ID}},
		{ID: "t4", State: turnReplied, Messages: []string{s.Log[4].ID}, Reply: s.Log[5].ID},
	}
	for i := range all {
		all[i].Count = len(all[i].Messages)
	}
	return all
}

func TestTheRecordCoversEverythingOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		sabotage func([]Turn) []Turn
		want     string
	}{
		"sound":                {func(r []Turn) []Turn { return r }, ""},
		"not covered":          {func(r []Turn) []Turn { return append(r[:1], r[2:]...) }, "the record covers \"m2\" 0 times"},
		"covered twice":        {func(r []Turn) []Turn { r[2].Why = "agent_paused"; return r }, "the record covers \"m3\" 2 times"},
		"a reply of nowhere":   {func(r []Turn) []Turn { r[0].Reply = ""; return r }, "the record has 0 turns"},
		"no reply":             {func(r []Turn) []Turn { r[0].Reply = ""; return r }, "turn t1 is replied without"},
		"no reason":            {func(r []Turn) []Turn { r[1].Why = ""; return r }, "turn t2 is discarded without"},
		"a discarded reply":    {func(r []Turn) []Turn { r[1].Reply = "x"; return r }, "turn t2 is discarded and has"},
		"another number":       {func(r []Turn) []Turn { r[0].Count = 2; return r }, "turn t1 is for 2 messages"},
		"still open":           {func(r []Turn) []Turn { r[3].State = turnOpen; return r }, "lost: turn t4 is still open"},
		"two turns, one reply": {func(r []Turn) []Turn { r[1].Reply = r[0].Reply; return r }, "the record has 2 turns"},
	} {
		talk := play(t, "m1 >m1 m2 human m3 >m3")
		talk.Turns = test.sabotage(record(talk))
		got := talk.Faults()
		if test.want == "" && got != nil || test.want != "" &&
			!slices.ContainsFunc(got, func(f string) bool { return strings.HasPrefix(f, test.want) }) {
			t.Errorf("%s: faults %q, want one that begins with %q", name, got, test.want)
		}
	}
}

func TestAnOpenTurnHasNotSettled(t *testing.T) {
	t.Parallel()
	talk := play(t, "m1 >m1 m2 human m3 >m3")
	talk.Turns = record(talk)
	if !talk.Settled() {
		t.Error("nothing is under way, and it has not settled")
	}
	talk.Turns[3].State = turnOpen
	if talk.Settled() {
		t.Error("a turn is open, and all has settled")
	}
}

func TestBetween(t *testing.T) {
	t.Parallel()
	talk := play(t, "m1 m2 >m1 m3")
	for _, test := range []struct{ first, last, want string }{
		{"m1#0", "m3#3", "[m1#0 m2#1 m3#3]"}, {"m2#1", "m2#1", "[m2#1]"}, {"", "m1#0", "[]"}, {"m1#0", "x", "[]"}, {"m3#3", "m1#0", "[]"},
	} {
		if got := fmt.Sprint(talk.Between(test.first, test.last)); got != test.want {
			t.Errorf("Between(%q, %q) = %s, want %s", test.first, test.last, got, test.want)
		}
	}
}
