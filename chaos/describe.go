package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/bimpe/bimpe/chaos/play"
	"github.com/bimpe/bimpe/chaos/schedule"
	"github.com/bimpe/bimpe/chaos/verdict"
)

// describe prints a schedule and what came of it.
func describe(out io.Writer, s schedule.Schedule, r play.Report) {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s", s)
	for _, t := range r.Talks {
		fmt.Fprintf(&b, "  the log of %s:\n", t.Customer)
		for _, m := range t.Log {
			fmt.Fprintf(&b, "    %s %s %-9s %.60q\n", m.At.Format("15:04:05.000"), m.ID, m.Role, m.Text)
		}
		turns(&b, t.Turns)
		fmt.Fprintf(&b, "    its reader saw %d of %d\n", len(t.Seen), len(t.Log))
	}
	if len(r.Faults) > 0 {
		fmt.Fprintf(&b, "  the server's last words:\n%s\n", r.Server)
	}
	for _, f := range r.Faults {
		fmt.Fprintf(&b, "  FAULT %s\n", f)
	}
	if len(r.Faults) == 0 {
		b.WriteString("  no fault\n")
	}
	_, _ = io.WriteString(out, b.String()) // there is nobody else to tell
}

func turns(b *strings.Builder, all []verdict.Turn) {
	for _, t := range all {
		fmt.Fprintf(b, "    turn %s %s %s for %v: %s\n", t.ID, t.State, t.Why, t.Messages, t.Reply)
	}
}
