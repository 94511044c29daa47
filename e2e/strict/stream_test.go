package strict

import (
	"strings"
	"testing"
)

func TestFrame(t *testing.T) {
	t.Parallel()
	p := load(t, "0.4")
	o, _ := p.Operation("GET /agents/{}/conversations/{}/stream")
	const id = "cmqtuq8xu010fpc6ekpx596ux"
	data := `{"id":"` + id + `","conversation_id":"` + id + `","role":"user","message":"m","message_type":"text","created_at":"2026-01-02T03:04:05.678Z"}`
	message := "id: " + id + "\nevent: message\ndata: " + data
	f, faults := p.Frame(o, message)
	if f.ID != id || f.Event != "message" || f.Data["message"] != "m" || len(faults) > 0 {
		t.Errorf("%+v, %q", f, faults)
	}
	if _, faults := p.Frame(o, "event: heartbeat\ndata: {\"ts\":1}"); len(faults) > 0 {
		t.Errorf("heartbeat: %q", faults)
	}
	for _, c := range []struct{ from, to, want string }{
		{"id: " + id + "\n", "", `id ""`},
		{"id: " + id, "id: other", `id "other"`},
		{"event: message\n", "", "event"},
		{"event: message", "event: delta", `event "delta"`},
		{"event: message\n", "event: message\r\n", "line"},
		{"event: message", "event:message", "line"},
		{"event: message", ": comment\nevent: message", "line"},
		{"event: message", "event: message\nretry: 5", "lines"},
		{`"role":"user"`, `"role":"customer"`, "data.role"},
		{data, "[]", "is an object"},
		{data, "{", "data"},
		{"event: message", "event: heartbeat", "lines"},
	} {
		_, faults := p.Frame(o, strings.Replace(message, c.from, c.to, 1))
		if got := strings.Join(faults, "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%q for %q: %q, want %q", c.to, c.from, got, c.want)
		}
	}
}

func TestHeadOfAStream(t *testing.T) {
	t.Parallel()
	o := Operation{Status: 200, Data: Stream}
	h := header()
	for name, v := range map[string]string{
		"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no",
	} {
		h.Set(name, v)
	}
	if faults := o.Opened(Answer{Status: 200, Header: h}); len(faults) > 0 {
		t.Errorf("a right head: %q", faults)
	}
	for name := range h {
		less := h.Clone()
		less.Del(name)
		if faults := o.Opened(Answer{Status: 200, Header: less}); len(faults) != 1 {
			t.Errorf("without %s: %q", name, faults)
		}
	}
	if faults := o.Opened(Answer{Status: 401, Header: h}); len(faults) != 1 {
		t.Errorf("401: %q", faults)
	}
}
