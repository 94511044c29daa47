package workflows

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/llm/builtin"
)

func TestLibraryIsSound(t *testing.T) {
	t.Parallel()
	id := regexp.MustCompile(`^[a-z][a-z0-9]{24}$`)
	seen := map[console.ID]bool{}
	for _, w := range Library() {
		if faults := Faults(w); faults != nil {
			t.Errorf("%s: %v", w.Name, faults)
		}
		if !id.MatchString(string(w.ID)) || seen[w.ID] {
			t.Errorf("%s: id %q", w.Name, w.ID)
		}
		seen[w.ID] = true
		if w.TeamID != "" || w.Visibility != console.Public || !w.SeenBy("anyone") || w.OwnedBy("") {
			t.Errorf("%s: team %q, %s", w.Name, w.TeamID, w.Visibility)
		}
		if len(w.Rules) == 0 || len(w.Flows) == 0 || len(w.FAQ) < 8 || len(w.Tags) == 0 || len(w.SetupSteps) == 0 ||
			w.Guide == nil || w.SystemPrompt == nil || w.Description == nil || w.Category == nil || w.SetupMinutes == 0 {
			t.Errorf("%s: something is missing", w.Name)
		}
		if diff := cmp.Diff(w.Flows, tidyFlows(w.Flows)); diff != "" {
			t.Errorf("%s: flows are not tidy:\n%s", w.Name, diff)
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d workflows, want 5", len(seen))
	}
}

func TestLibraryIsFresh(t *testing.T) {
	t.Parallel()
	Library()[0].FAQ[0].Answer = "changed"
	Library()[0].Flows[0]["name"] = "changed"
	if w := Library()[0]; w.FAQ[0].Answer == "changed" || w.Flows[0]["name"] == "changed" {
		t.Error("Library gives out what it keeps")
	}
}

func reply(t *testing.T, w console.Workflow, question string) (string, llm.Finish) {
	t.Helper()
	d := flows.Compile(w.Rules, w.Flows).Decide(flows.Input{Text: question, Agent: console.Agent{Language: "en"}, Now: published()})
	if d.Decided() {
		return d.Text, llm.FinishStop
	}
	var text strings.Builder
	var finish llm.Finish
	r := llm.Request{Grounding: llm.Grounding{Question: question, Language: "en", FAQ: w.FAQ}}
	for d, err := range builtin.New().Stream(t.Context(), r) {
		if err != nil {
			t.Fatalf("%q: %v", question, err)
		}
		text.WriteString(d.Text)
		if d.End != nil {
			finish = d.End.Finish
		}
	}
	return text.String(), finish
}

// Every question of a FAQ is answered by its own answer, with no rule in the way and no model.
func TestLibraryAnswersItsOwnQuestions(t *testing.T) {
	t.Parallel()
	for _, w := range Library() {
		for _, qa := range w.FAQ {
			for _, question := range strings.SplitAfter(qa.Question, "? ") {
				if got, _ := reply(t, w, question); got != qa.Answer {
					t.Errorf("%s: %q is answered %q, want %q", w.Name, question, got, qa.Answer)
				}
			}
		}
	}
}

// What customers ask in their own words is answered too, and what is not in the FAQ is not.
func TestLibraryIsUsefulAtOnce(t *testing.T) {
	t.Parallel()
	tests := []struct{ workflow, question, want string }{
		{"Restaurant", "hi, when do you open?", "12:00 to 22:00"},
		{"Restaurant", "Can I get a table for 4 tonight?", "For which day"},
		{"Restaurant", "do u deliver", "within 8 km"},
		{"Restaurant", "anything vegan?", "vegan"},
		{"Restaurant", "My son has a nut allergy", "free of traces"},
		{"Restaurant", "Can I pay by card?", "all common cards"},
		{"Appointments", "I'd like to book an appointment", "Which service"},
		{"Appointments", "please cancel my appointment", "1. cancel it"},
		{"Appointments", "I have chest pain", "emergency number"},
		{"Appointments", "how much is a haircut, what does it cost?", "depends on the service"},
		{"Shop support", "Where's my order??", "order number"},
		{"Shop support", "I want to return my shoes", "order number"},
		{"Shop support", "how long until my refund", "5 working days"},
		{"Shop support", "my package arrived damaged", "photo"},
		{"Lead capture", "How much does it cost?", "depends on what you need"},
		{"Lead capture", "can we book a demo", "your name"},
		{"Lead capture", "Hi, I'm interested in your services", "like to achieve"},
		{"Shop support", "can you tell me when the blue one is back in stock", "Which product"},
		{"FAQ desk", "can I speak to a human please", "tell the team"},
		{"FAQ desk", "I am very unhappy with this", "What happened"},
		{"FAQ desk", "I forgot my password", "Forgot password"},
		{"FAQ desk", "are you a robot?", "assistant"},
		{"FAQ desk", "How do I cancel my subscription?", "profile"},
		{"Restaurant", "Who won the football match?", "I don't know"},
		{"Shop support", "I want to speak to a human", "I don't know"},
		{"FAQ desk", "What is the weather in Lagos?", "I don't know"},
	}
	for _, test := range tests {
		for _, w := range Library() {
			if w.Name != test.workflow {
				continue
			}
			if got, _ := reply(t, w, test.question); !strings.Contains(got, test.want) {
				t.Errorf("%s: %q is answered %q, want %q", w.Name, test.question, got, test.want)
			}
		}
	}
}

// A customer who answers what is asked gets to the end of each flow, and the team hears of what was
// collected.
func TestLibraryFlowsLeadToTheirEnd(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		workflow string
		says     []string
		end      string
		learned  map[string]string
	}{
		{
			"Restaurant",
			[]string{"I'd like to book a table", "tomorrow", "8 pm", "we are 4", "Ngozi Obi", "0803 123 4567"},
			"A table for 4 on Monday,",
			map[string]string{"day": "2026-11-02", "guests": "4", "name": "Ngozi Obi", "phone": "+2348031234567"},
		},
		{
			"Restaurant",
			[]string{"I want to order", "delivery", "two jollof rice", "12 Marina Road", "Ngozi", "0803 123 4567"},
			"your order on for delivery",
			map[string]string{"address": "12 Marina Road", "dishes": "two jollof rice"},
		},
		{
			"Restaurant",
			[]string{"I want to order", "pick up", "two jollof rice", "Ngozi", "0803 123 4567"},
			"your order on for pick-up",
			map[string]string{"way": "pick-up"},
		},
		{
			"Appointments",
			[]string{"I need an appointment", "a haircut", "tomorrow", "in the morning", "Ngozi", "0803 123 4567"},
			"a haircut on Monday",
			map[string]string{"time": "morning", "service": "a haircut"},
		},
		{
			"Appointments",
			[]string{"reschedule please", "move it", "Ngozi", "tomorrow", "Friday"},
			"I have passed it on",
			map[string]string{"old_day": "2026-11-02", "new_day": "2026-11-06"},
		},
		{
			"Appointments",
			[]string{"cancel my appointment", "cancel it", "Ngozi", "tomorrow"},
			"I have passed it on",
			map[string]string{"wish": "cancel it"},
		},
		{
			"Shop support",
			[]string{"I want to return my shoes", "A-1001", "the shoes, too small", "another size", "n@example.com"},
			"order A-1001",
			map[string]string{"wish": "another size or colour", "email": "n@example.com"},
		},
		{
			"Shop support",
			[]string{"notify me", "the blue kettle", "n@example.com"},
			"n@example.com",
			map[string]string{"product": "the blue kettle"},
		},
		{
			"Lead capture",
			[]string{"I am interested in it", "sell more", "May, 20 people", "Ngozi Obi", "ngozi(at)", "ngozi@example.com", "+2348031234567"},
			"Thank you, Ngozi",
			map[string]string{"name": "Ngozi Obi", "email": "ngozi@example.com", "phone": "+2348031234567"},
		},
		{
			"Lead capture",
			[]string{"book a demo", "Ngozi", "n@example.com", "0803 123 4567", "monday", "afternoon"},
			"in the afternoon",
			map[string]string{"day": "2026-11-02", "time": "afternoon"},
		},
		{
			"FAQ desk",
			[]string{"leave a message", "my invoice is wrong", "Ngozi", "n@example.com"},
			"n@example.com",
			map[string]string{"message": "my invoice is wrong"},
		},
		{
			"FAQ desk",
			[]string{"I am very unhappy", "it broke", "a new one", "Ngozi", "n@example.com"},
			"I am passing this on",
			map[string]string{"what": "it broke", "wish": "a new one"},
		},
	} {
		last, got := led(t, test.workflow, test.says)
		if !strings.Contains(last.Text, test.end) || last.State.InFlow() {
			t.Errorf("%s: %q ends in %q (%s)", test.workflow, test.says, last.Text, last.Outcome)
		}
		for field, want := range test.learned {
			if got[field] != want {
				t.Errorf("%s: %q: %s is %q, want %q", test.workflow, test.says, field, got[field], want)
			}
		}
	}
}

// led plays a conversation and returns its last decision, and what was learned in it.
func led(t *testing.T, workflow string, says []string) (flows.Decision, map[string]string) {
	t.Helper()
	learned := map[string]string{}
	var d flows.Decision
	for _, w := range Library() {
		if w.Name != workflow {
			continue
		}
		set := flows.Compile(w.Rules, w.Flows)
		for _, text := range says {
			d = set.Decide(flows.Input{
				Text: text, State: d.State, Now: published(), Contact: flows.Contact{Name: learned["name"]},
				Agent: console.Agent{Language: "en", Timezone: "Africa/Lagos"},
			})
			for _, l := range d.Learned {
				learned[l.Field] = l.Value
			}
		}
	}
	return d, learned
}
