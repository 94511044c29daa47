package alerts

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/bimpe/bimpe/internal/console"
)

// write makes the mail. What it shows of a customer is a name and the beginning of what was said
// last, each in one line.
func write(m console.AlertMail, link string, at time.Time) Mail {
	zone, err := time.LoadLocation(m.Timezone)
	if err != nil {
		zone = time.UTC
	}
	agent := line(m.Agent)
	subject := agent + ": a customer needs you"
	if n := len(m.Alerts) + m.More; n > 1 {
		subject = fmt.Sprintf("%s: %d customers need you", agent, n)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "A human is needed in conversations of %s.\n", agent)
	for _, a := range m.Alerts {
		fmt.Fprintf(&b, "\n%s\n  since %s\n  %s\n", who(a), a.RaisedAt.In(zone).Format("Monday, 2 January 2006, 15:04 MST"), why(a.Why))
		if said := line(a.Said); said != "" {
			fmt.Fprintf(&b, "  They wrote: \"%s\"\n", said)
		}
		if link != "" {
			fmt.Fprintf(&b, "  %s\n", address(link, m.AgentID, a.ConversationID))
		} else {
			fmt.Fprintf(&b, "  Conversation %s of agent %s\n", a.ConversationID, m.AgentID)
		}
	}
	if m.More > 0 {
		fmt.Fprintf(&b, "\nAnd %d more, of which you will be told.\n", m.More)
	}
	b.WriteString("\nYou get this because your address is the agent's escalation_email.\n")
	return Mail{ID: m.ID, To: m.To, Subject: subject, Text: b.String(), At: at}
}

func who(a console.Alert) string {
	name := ""
	if a.CustomerName != nil {
		name = line(*a.CustomerName)
	}
	if name == "" {
		name = line(a.CustomerID)
	}
	channel := string(a.Channel)
	if a.Test {
		channel = "test of " + channel
	}
	return fmt.Sprintf("%s (%s)", name, channel)
}

// why says in plain words what led to it.
func why(w console.Why) string {
	switch w {
	case console.WhyModelFailed:
		return "No language model answered, so the customer got an apology."
	case console.WhyDeadline:
		return "The reply took too long, so the customer got an apology."
	case console.WhyGaveUp:
		return "The server could not finish a reply, so the customer got an apology."
	default:
		return "The agent did not know the answer, or a rule or a flow asked for a human."
	}
}

// address is where the conversation is read.
func address(link string, agent, conversation console.ID) string {
	return strings.TrimRight(link, "/") + "/api/v1/console/agents/" + url.PathEscape(string(agent)) +
		"/conversations/" + url.PathEscape(string(conversation)) + "/messages"
}

// line is a text that others wrote, in one line and at most so long, without what is not to be seen.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == 0x2028, r == 0x2029:
			return ' '
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Join(strings.Fields(s), " ")
	if all := []rune(s); len(all) > maxLine {
		return string(all[:maxLine]) + "…"
	}
	return s
}

// maxLine is a little more than a preview has.
const maxLine = 125
