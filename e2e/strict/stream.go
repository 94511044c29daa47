package strict

import (
	"fmt"
	"strings"
)

// Frame is one event of a stream.
type Frame struct {
	ID, Event string
	Data      map[string]any
}

// Opened returns what is wrong with the head of a stream's answer.
func (o Operation) Opened(a Answer) []string {
	faults := a.common()
	for name, want := range map[string]string{
		"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no",
	} {
		if got := a.Header.Get(name); got != want {
			faults = append(faults, fmt.Sprintf("%s %q, want %q", name, got, want))
		}
	}
	if a.Status != o.Status {
		faults = append(faults, fmt.Sprintf("status %d, want %d", a.Status, o.Status))
	}
	return faults
}

// Frame reads the lines of one event, without the empty line that ends it, and says what is wrong
// with them. There are two events: a message, which has an id, and a heartbeat, which has none.
func (p *Profile) Frame(o Operation, text string) (Frame, []string) {
	var f Frame
	var names, faults []string
	for _, line := range strings.Split(text, "\n") {
		name, rest, ok := strings.Cut(line, ": ")
		if !ok || strings.Contains(line, "\r") {
			faults = append(faults, fmt.Sprintf("line %q", line))
		}
		names = append(names, name)
		switch name {
		case "id":
			f.ID = rest
		case "event":
			f.Event = rest
		case "data":
			v, err := decode([]byte(rest))
			if err != nil {
				faults = append(faults, fmt.Sprintf("data %q: %v", rest, err))
			}
			f.Data, _ = v.(map[string]any) // nil is found below
		}
	}
	return f, append(faults, p.frameFaults(o, f, strings.Join(names, " "))...)
}

func (p *Profile) frameFaults(o Operation, f Frame, names string) []string {
	if f.Data == nil {
		return []string{"the data of an event is an object"}
	}
	var faults []string
	want, shape := "id event data", o.Shape
	switch f.Event {
	case "message":
		if f.Data["id"] != f.ID {
			faults = append(faults, fmt.Sprintf("id %q of a message %v", f.ID, f.Data["id"]))
		}
	case "heartbeat":
		want, shape = "event data", "Heartbeat"
	default:
		return []string{fmt.Sprintf("event %q", f.Event)}
	}
	if names != want {
		faults = append(faults, fmt.Sprintf("lines %q, want %q", names, want))
	}
	return append(faults, p.Check("data", shape, f.Data)...)
}
