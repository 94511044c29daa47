package flows

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/words"
)

// facts are what conditions can ask for. The names are the language's, so they never change.
type facts struct {
	Message      messageFacts      `expr:"message"`
	Contact      contactFacts      `expr:"contact"`
	Now          nowFacts          `expr:"now"`
	Conversation conversationFacts `expr:"conversation"`
	Agent        agentFacts        `expr:"agent"`
	Business     businessFacts     `expr:"business"`
	Fields       map[string]any    `expr:"fields"` // of the flow in progress; numbers as such
	Says         func(string) bool `expr:"says"`
}

type messageFacts struct {
	Text     string   `expr:"text"`
	Words    []string `expr:"words"`
	Length   int      `expr:"length"`
	Language string   `expr:"language"`
}

type contactFacts struct {
	Name      string            `expr:"name"`
	FirstName string            `expr:"first_name"`
	Email     string            `expr:"email"`
	Phone     string            `expr:"phone"`
	Fields    map[string]string `expr:"fields"`
	Tags      []string          `expr:"tags"`
}

type nowFacts struct {
	Date    string `expr:"date"`
	Time    string `expr:"time"`
	Weekday string `expr:"weekday"`
	Year    int    `expr:"year"`
	Month   int    `expr:"month"`
	Day     int    `expr:"day"`
	Hour    int    `expr:"hour"`
	Minute  int    `expr:"minute"`
}

type conversationFacts struct {
	Channel      string `expr:"channel"`
	IsTest       bool   `expr:"is_test"`
	MessageCount int    `expr:"message_count"`
	FirstMessage bool   `expr:"first_message"`
}

type agentFacts struct {
	Name     string `expr:"name"`
	Language string `expr:"language"`
	Timezone string `expr:"timezone"`
}

type businessFacts struct {
	Name        string `expr:"name"`
	Address     string `expr:"address"`
	Email       string `expr:"email"`
	Description string `expr:"description"`
}

// maxWords is how many words of a message conditions can go through.
const maxWords = 200

// factsOf gathers what a condition or a response may ask for.
func factsOf(in Input, h heard) *facts {
	f := &facts{
		Message: messageFacts{
			Text: h.text, Words: h.words[:min(len(h.words), maxWords)], Length: utf8.RuneCountInString(in.Text),
		},
		Contact: contactFacts{
			Name: in.Contact.Name, FirstName: first(in.Contact.Name), Email: in.Contact.Email,
			Phone: in.Contact.Phone, Fields: in.Contact.Fields, Tags: in.Contact.Tags,
		},
		Now: nowOf(in.Now),
		Conversation: conversationFacts{
			Channel: string(in.Conversation.Channel), IsTest: in.Conversation.Test,
			MessageCount: int(in.Conversation.Messages), FirstMessage: in.Conversation.Messages <= 1,
		},
		Agent: agentFacts{
			Name: in.Agent.Name, Language: words.Base(in.Agent.Language), Timezone: in.Agent.Timezone,
		},
		Business: businessFacts{
			Name: deref(in.Agent.BusinessName), Address: deref(in.Agent.BusinessAddress),
			Email: deref(in.Agent.BusinessEmail), Description: deref(in.Agent.BusinessDescription),
		},
		Says: h.says,
	}
	return f
}

func nowOf(t time.Time) nowFacts {
	return nowFacts{
		Date: t.Format(time.DateOnly), Time: t.Format("15:04"), Weekday: strings.ToLower(t.Weekday().String()),
		Year: t.Year(), Month: int(t.Month()), Day: t.Day(), Hour: t.Hour(), Minute: t.Minute(),
	}
}

func first(name string) string {
	if all := strings.Fields(name); len(all) > 0 {
		return all[0]
	}
	return ""
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
