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
		if faults := check(w); faults != nil {
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
	if d := flows.Compile(w.Rules, nil).Decide(flows.Input{Text: question}); d.Decided() {
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
		{"Restaurant", "Can I get a table for 4 tonight?", "number of guests"},
		{"Restaurant", "do u deliver", "within 8 km"},
		{"Restaurant", "anything vegan?", "vegan"},
		{"Restaurant", "My son has a nut allergy", "free of traces"},
		{"Restaurant", "Can I pay by card?", "all common cards"},
		{"Appointments", "I'd like to book an appointment", "two times that suit you"},
		{"Appointments", "please cancel my appointment", "your name and the day"},
		{"Appointments", "I have chest pain", "emergency number"},
		{"Appointments", "how much is a haircut, what does it cost?", "depends on the service"},
		{"Shop support", "Where's my order??", "order number"},
		{"Shop support", "I want to return my shoes", "within 14 days"},
		{"Shop support", "how long until my refund", "5 working days"},
		{"Shop support", "my package arrived damaged", "photo"},
		{"Lead capture", "How much does it cost?", "depends on what you need"},
		{"Lead capture", "can we book a demo", "two times that suit you"},
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
