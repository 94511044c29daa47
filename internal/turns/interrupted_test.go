package turns

import (
	"strings"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// Where a person of the team has written since the flow asked, free words are for that person, and the
// question is put again; what can only be the answer is taken.
func TestAPersonWroteSinceTheFlowAsked(t *testing.T) {
	t.Parallel()
	w := lead(t)
	const c, a, human = console.ByCustomer, console.ByAgent, console.ByHuman
	type said struct {
		by   console.Author
		text string
	}
	for name, tt := range map[string]struct {
		since             []said // what was said since the flow began; the last that the customer wrote is open
		step, text, after string
	}{
		"nobody":             {[]said{{c, "Marvellous"}}, "mail", "Your e-mail address?", ""},
		"a person":           {[]said{{human, "I will look"}, {c, "Marvellous"}}, "name", "", "Your name?"},
		"the agent again":    {[]said{{human, "I will look"}, {c, "Marvellous"}, {a, "Ok. Your name?"}, {c, "Ada"}}, "mail", "Your e-mail address?", ""},
		"before that person": {[]said{{c, "Ada"}, {human, "I will look"}}, "mail", "Your e-mail address?", ""},
		"an introduction":    {[]said{{human, "Who is it?"}, {c, "my name is Ada"}}, "mail", "Your e-mail address?", ""},
		"a rule":             {[]said{{human, "Hello"}, {c, "opening hours"}}, "name", "9 to 5,\n\nYour name?", ""},
	} {
		set := flows.Compile(w.Rules, w.Flows)
		b := brief{set: set, agent: console.Agent{Language: "en"}, now: time.Now()}
		begun := set.Decide(flows.Input{Text: "demo"})
		b.conversation.Flow = begun.State.Encode()
		b.history = []console.Message{{Seq: 1, Author: c, Text: "demo"}, {Seq: 2, Author: a, Text: begun.Text}}
		for i, m := range tt.since {
			b.history = append(b.history, console.Message{Seq: int64(i + 3), Author: m.by, Text: m.text})
			if m.by == c {
				b.turn.FromSeq = int64(i + 3)
			}
		}
		d := decide(b)
		text := strings.ReplaceAll(d.text, ", \n", ",\n")
		if s := flows.DecodeState(d.flow); s.Step != tt.step || text != tt.text || d.after != tt.after {
			t.Errorf("%s: %q, then %q, at %q; want %+v", name, d.text, d.after, s.Step, tt)
		}
	}
}

// What a flow says of its own is in the language of the reply.
func TestSayingsFollowTheCustomer(t *testing.T) {
	t.Parallel()
	w := lead(t)
	for _, tt := range []struct {
		replies console.ReplyLanguage
		spoken  string
		want    string
	}{
		{console.ReplyInCustomers, "de", "de"},
		{console.ReplyInCustomers, "", "en"},
		{console.ReplyInCustomers, "en", "en"},
		{console.ReplyInAgents, "de", "en"},
	} {
		set := flows.Compile(w.Rules, w.Flows)
		state := set.Decide(flows.Input{Text: "demo"}).State
		want := set.Decide(flows.Input{Text: "stop", State: state, Agent: console.Agent{Language: tt.want}}).Text
		b := brief{
			set: set, now: time.Now(), agent: console.Agent{Language: "en", ReplyLanguage: tt.replies}, spoken: tt.spoken,
			history:      []console.Message{{Seq: 1, Author: console.ByCustomer, Text: "stop"}},
			conversation: console.Conversation{Flow: state.Encode()},
		}
		if d := decide(b); d.text != want {
			t.Errorf("%s to one who writes %q: %q, want %q", tt.replies, tt.spoken, d.text, want)
		}
	}
}
