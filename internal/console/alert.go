package console

import "time"

// Alert is a conversation in which a human has come to be needed.
type Alert struct {
	ConversationID ID
	Why            Why       // of the turn that ended so; empty: it says nothing beyond that a human should look
	RaisedAt       time.Time // when it came to be needed

	Channel      Channel
	Test         bool
	CustomerName *string
	CustomerID   string
	Said         string // the beginning of what the customer wrote last
}

// AlertMail is an e-mail about alerts of one agent, which a node is to send.
type AlertMail struct {
	ID       ID // the same whenever the same mail is tried again
	Team     ID
	AgentID  ID
	Agent    string // its name
	To       string
	Timezone string
	Tries    int64   // this one included
	Alerts   []Alert // the oldest first; none: nobody is needed any more, and there is nothing to send
	More     int     // alerts of the same agent that wait for the next mail
}

// AlertOutcome is what came of sending a mail.
type AlertOutcome struct {
	At    time.Time
	Again time.Time // when it is to be tried again; zero: it has been sent or given up
	Sent  bool
}

// The bounds of alerts.
const (
	// MaxAlerts is how many conversations one mail names.
	MaxAlerts = 20
	// AlertPause is how long after a mail the next one of the same agent goes out, so that a model
	// which fails for everybody does not fill a mailbox.
	AlertPause = 2 * time.Minute
	// AlertLife is after which time an alert that could not be sent is of no use any more.
	AlertLife = 24 * time.Hour
)
