package e2e

import (
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// raw answers with a stream of the very bytes.
func (c *call) raw(texts ...string) {
	c.w.Header().Set("Content-Type", "text/event-stream")
	for _, text := range texts {
		c.write(text)
	}
	c.flush()
}

// forever writes a text until nobody reads any more.
func (c *call) forever(text string) {
	c.w.Header().Set("Content-Type", "text/event-stream")
	text = strings.Repeat(text, max(1, 32<<10/len(text)))
	for {
		select {
		case <-c.gone:
			return
		default:
			c.write(text)
		}
	}
}

const piece = `data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"%s"},"finish_reason":null}]}` + "\n\n"

// badModels are models that would harm a server which trusts them.
func badModels() map[string]func(*call) {
	said := fmt.Sprintf(piece, "I was about to ")
	return map[string]func(*call){
		"says nothing":                 func(c *call) { c.finish() },
		"answers with an empty body":   func(c *call) { c.raw() },
		"is done before it begins":     func(c *call) { c.raw("data: [DONE]\n\n") },
		"stops in the middle of JSON":  func(c *call) { c.raw(said, `data: {"choices":[{"delta":{"con`, "\n\n") },
		"speaks another language":      func(c *call) { c.raw("data: <html>hello</html>\n\n") },
		"says null":                    func(c *call) { c.raw("data: null\n\ndata: []\n\ndata: {\"choices\":null}\n\n") },
		"says what is no text":         func(c *call) { c.raw(fmt.Sprintf(piece, `\ud800`), fmt.Sprintf(piece, "\xff\xfe\\u0000")); c.finish() },
		"ends in half a character":     func(c *call) { c.raw(fmt.Sprintf(piece, "caf\xc3")); c.finish() },
		"breaks off in mid character":  func(c *call) { c.raw(fmt.Sprintf(piece, "caf\xc3")); c.cut() },
		"never stops talking":          func(c *call) { c.forever(fmt.Sprintf(piece, strings.Repeat("word ", 200))) },
		"never ends a line":            func(c *call) { c.forever("x") },
		"sends empty pieces for ever":  func(c *call) { c.forever(fmt.Sprintf(piece, "")) },
		"sends comments for ever":      func(c *call) { c.forever(": still here\n\n") },
		"sends empty lines for ever":   func(c *call) { c.forever("\n") },
		"calls ten thousand tools":     func(c *call) { c.raw(manyCalls(), "data: [DONE]\n\n") },
		"calls one without an end":     func(c *call) { c.forever(oneCall) },
		"nests JSON deeply":            func(c *call) { c.raw("data: " + strings.Repeat(`{"a":[`, 100_000) + "\n\n") },
		"reports an error in between":  func(c *call) { c.raw(said, `data: {"error":{"message":"no","code":500}}`+"\n\n") },
		"fails with an endless excuse": func(c *call) { c.w.WriteHeader(http.StatusInternalServerError); c.forever("sorry ") },
		"answers with the wrong type":  func(c *call) { c.w.Header().Set("Content-Type", "image/png"); c.write("\x89PNG") },
		"stalls before the first byte": func(c *call) { <-c.gone },
		"stalls in the middle":         func(c *call) { c.say("I was "); <-c.gone },
		"claims to have spent a lot": func(c *call) {
			c.say("fine")
			c.raw(`data: {"choices":[],"usage":{"prompt_tokens":1e300,"completion_tokens":-7}}` + "\n\n")
			c.finish()
		},
	}
}

const oneCall = `data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"xxxxxxxxxxxxxxxx"}}]}}]}` + "\n\n"

func manyCalls() string {
	var b strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&b, `data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":%d,"id":"c%d","type":"function","function":{"name":"rm","arguments":"{}"}}]}}]}`+"\n\n", i, i)
	}
	return b.String()
}

// mostMemory is what a server may come to that is fed by all bad models at once, in MiB.
const mostMemory = 200

// However bad the model is, the customer has exactly one reply or apology, in valid text; the server
// does not grow; and the next message is answered.
func TestBadModelsCostOneApology(t *testing.T) {
	t.Parallel()
	bad := badModels()
	m := newModel(t, func(c *call) {
		if script := bad[c.last()]; script != nil {
			script(c)
			return
		}
		echo(c)
	})
	s := serving(t, onSQLite, m.settings("BIMPE_TURN_TIMEOUT=6s")...)
	a := s.newAgent(t, nil)
	talks := map[string]string{}
	for name := range bad {
		talks[name] = s.say(t, a.ID, name).ConversationID
	}
	for name, id := range talks {
		eventually(t, "the customer of a model that "+name+" has an answer", func() bool { return s.idle(t, a.ID, id) })
	}
	s.recovered(t, a.ID)
	for name, id := range talks {
		s.reply(t, a.ID, id, "user", "next")
		eventually(t, "after a model that "+name+" the next turn is well", func() bool {
			log := s.log(t, a.ID, id)
			return log[len(log)-1].Text == "You said: next"
		})
		log := s.log(t, a.ID, id)
		if len(log) != 4 || log[1].Role != "assistant" || !utf8.ValidString(log[1].Text) || strings.ContainsRune(log[1].Text, 0) {
			t.Errorf("a model that %s: %.300q, want one reply to each message, in valid text", name, texts(log))
		}
	}
	if most := s.peak(t); most > mostMemory {
		t.Errorf("the server grew to %d MiB, want at most %d", most, mostMemory)
	}
}

// recovered waits until the model is asked again: after so many faults in a row it is left alone for up
// to a minute, in which every customer has an apology at once.
func (s *site) recovered(t *testing.T, agent string) {
	t.Helper()
	ctx := within(t, 2*patience)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		id := s.say(t, agent, "are you well").ConversationID
		eventually(t, "the customer has an answer", func() bool { return s.idle(t, agent, id) })
		if log := s.log(t, agent, id); log[len(log)-1].Text == "You said: are you well" {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("a model that is well again is never asked again")
		}
	}
}

// peak is the most memory that the server has had, in MiB; 0 where the system does not tell.
func (s *site) peak(t *testing.T) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Logf("how much memory the server has had is not known on %s", runtime.GOOS)
		return 0
	}
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.current().cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if value, found := strings.CutPrefix(line, "VmHWM:"); found {
			kib, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("the server has had %d MiB at most", kib>>10)
			return kib >> 10
		}
	}
	t.Fatalf("no VmHWM in %s", raw)
	return 0
}
