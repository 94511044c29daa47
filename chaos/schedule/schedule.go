// Package schedule makes up what happens to a server: who says what and when, what the model does,
// when the machine dies. A seed makes the same schedule every time; how it goes is up to the machine
// that runs it. It does nothing by itself.
package schedule

import (
	"fmt"
	"strings"
	"time"
)

// Schedule is what happens in one run.
type Schedule struct {
	Seed         uint64
	Postgres     bool   // the server keeps its data on PostgreSQL
	Nodes        int    // how many servers there are; more than one share PostgreSQL and a Redis
	OnNewMessage string // of the agent
	Talks        []Talk
	Machine      []Deed // of whoever runs the server, beside the talks
}

// Talk is what is done in one conversation, each thing once the one before has been acknowledged.
type Talk struct {
	Customer string
	Deeds    []Deed
	Model    []Answer // what the model does at each asking about this conversation; then it is Good
}

// Kind is what is done.
type Kind string

// The deeds of talks, and those of the machine. A reader leaves by breaking off its stream.
const (
	Say    Kind = "say"
	Human  Kind = "human"
	Pause  Kind = "pause the AI"
	Resume Kind = "resume the AI"
	Cancel Kind = "cancel"
	Leave  Kind = "a reader leaves"

	Kill       Kind = "kill -9"
	Stop       Kind = "SIGTERM"
	Jump       Kind = "the clock jumps"
	PauseAgent Kind = "pause the agent"
	LiveAgent  Kind = "the agent is live"

	// Of several nodes alone.
	CutOff    Kind = "all connections are cut"
	RedisGone Kind = "Redis dies"
	RedisBack Kind = "Redis is back"
)

// Deed is one thing that is done. Only the fields of its kind are set.
type Deed struct {
	Kind  Kind
	After time.Duration // since the deed before was acknowledged
	// Text is what is said. It holds the message's mark, by which it is recognized.
	Text     string
	TakeOver bool          // of a human
	Cut      time.Duration // the first request is broken off after so long; 0: it is not
	Again    bool          // once acknowledged it is sent once more, under the same key
	By       time.Duration // of a Jump
	Node     int           // which one is killed or ends
}

// Answer is what the model does when it is asked.
type Answer string

// The answers of a model. Good, Slow and Half are replies, the others are faults.
const (
	Good      Answer = "good"
	Slow      Answer = "slow"
	Half      Answer = "half a character at the end"
	Stall     Answer = "stall"
	StallMid  Answer = "stall in the middle"
	Refuse    Answer = "connection broken"
	Cut       Answer = "cut in the middle"
	Broken    Answer = "500"
	Away      Answer = "503"
	TooMany   Answer = "429"
	Nothing   Answer = "nothing"
	Malformed Answer = "malformed JSON"
)

// String is the schedule for people.
func (s Schedule) String() string {
	var b strings.Builder
	engine := "SQLite"
	if s.Postgres {
		engine = "PostgreSQL"
	}
	if s.Nodes > 1 {
		engine = fmt.Sprintf("%d nodes on PostgreSQL", s.Nodes)
	}
	fmt.Fprintf(&b, "seed %d on %s, on_new_message %s\n", s.Seed, engine, s.OnNewMessage)
	for _, t := range s.Talks {
		fmt.Fprintf(&b, "  %s, whose model is %v:\n", t.Customer, t.Model)
		write(&b, t.Deeds)
	}
	b.WriteString("  the machine:\n")
	write(&b, s.Machine)
	return b.String()
}

func write(b *strings.Builder, deeds []Deed) {
	for _, d := range deeds {
		fmt.Fprintf(b, "    after %5v  %s\n", d.After.Round(time.Millisecond), d)
	}
}

// String is the deed for people.
func (d Deed) String() string {
	text := string(d.Kind)
	if d.Text != "" {
		text += fmt.Sprintf(" %.24q", d.Text)
	}
	if d.TakeOver {
		text += ", taking over"
	}
	if d.Node != 0 {
		text += fmt.Sprintf(" of node %d", d.Node)
	}
	if d.By != 0 {
		text += fmt.Sprintf(" by %v", d.By)
	}
	if d.Cut != 0 {
		text += fmt.Sprintf(", broken off after %v", d.Cut.Round(time.Microsecond))
	}
	if d.Again {
		text += ", and again"
	}
	return text
}
