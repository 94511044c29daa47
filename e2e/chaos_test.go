package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The load while the server is being killed.
const (
	workers       = 12
	maxUnanswered = 4 // of one customer; so all that is unanswered stands in the prompt
	chaosRounds   = 20
)

// TestChaos kills the server at random moments under load and starts it again, half of the rounds
// on each engine. Then it counts: no acknowledged message is lost, none is answered twice, none
// after a human took over, and readers who resume by after saw each message once and in order.
// BIMPE_CHAOS_ROUNDS and BIMPE_CHAOS_SEED set it.
func TestChaos(t *testing.T) {
	t.Parallel()
	rounds, seed := number(t, "BIMPE_CHAOS_ROUNDS", chaosRounds), number(t, "BIMPE_CHAOS_SEED", rand.IntN(1<<30))
	t.Logf("%d rounds, BIMPE_CHAOS_SEED=%d", rounds, seed)
	both(t, func(t *testing.T, e engine) {
		c := &chaos{
			s:      serving(t, e, newModel(t, answerAll).settings("BIMPE_TURN_TIMEOUT=30s")...),
			random: rand.New(rand.NewPCG(uint64(seed), uint64(len(e)))),
		}
		c.run(t, (rounds+1)/2)
	})
}

func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.Fatalf("%s: %q is not a number", name, text)
	}
	return n
}

// marks are how messages are recognized: who wrote, and the how manieth it is.
var marks = regexp.MustCompile(`w\d+e\d+m\d+`)

// answerAll is a script that answers each of the customer's messages that no reply has named yet,
// in a few pieces that take a moment.
func answerAll(c *call) {
	named := map[string]bool{}
	var open []string
	for _, m := range c.messages {
		if m.Role == "assistant" {
			for _, mark := range marks.FindAllString(m.Content, -1) {
				named[mark] = true
			}
		}
	}
	for _, text := range c.users() {
		for _, mark := range marks.FindAllString(text, -1) {
			if !named[mark] {
				open = append(open, mark)
			}
		}
	}
	c.say("To")
	for _, mark := range open {
		select {
		case <-c.gone:
			return
		case <-time.After(rand.N(30 * time.Millisecond)):
		}
		c.say(" " + mark)
	}
	c.finish()
}

// chaos is one test's load and what came of it.
type chaos struct {
	s      *site
	agent  string
	random *rand.Rand // of the one who kills
	begun  time.Time

	mu     sync.Mutex
	talks  []*talk
	faults []string
}

// talk is one customer's conversation.
type talk struct {
	id     string
	sent   []string // acknowledged messages of the customer, in order
	human  string   // id of the human's message, if one took over
	before int      // how many of sent came before it
	reader *reader
}

func (c *chaos) run(t *testing.T, rounds int) {
	t.Helper()
	a := c.s.newAgent(t, nil)
	c.agent, c.begun = a.ID, a.CreatedAt
	reading, stopReading := context.WithCancel(t.Context())
	working, stopWorking := context.WithCancel(t.Context())
	var readers, all sync.WaitGroup
	for w := range workers {
		all.Go(func() { c.work(working, w, func(k *talk) { readers.Go(func() { k.reader.follow(reading) }) }) })
	}
	for range rounds {
		pause(t.Context(), 150*time.Millisecond+time.Duration(c.random.Int64N(int64(1200*time.Millisecond))))
		c.s.restart()
	}
	stopWorking()
	all.Wait()
	open := ""
	defer func() {
		if open != "" {
			t.Log(open)
		}
	}()
	eventually(t, "everything is answered and read", func() bool {
		open = c.unsettled(t)
		return open == ""
	})
	stopReading()
	readers.Wait()
	c.check(t)
}

// pause waits; how long is part of the dice.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// work is one customer after the other, until it is told to end. What has begun is brought to its
// end: every message is sent until it is acknowledged.
func (c *chaos) work(ctx context.Context, w int, follow func(*talk)) {
	for episode := 0; ctx.Err() == nil; episode++ {
		k := &talk{}
		customer := fmt.Sprintf("w%de%d", w, episode)
		length, takeover := 2+rand.IntN(8), rand.IntN(3) == 0
		for n := 0; n < length && (ctx.Err() == nil || n == 0); n++ {
			m := c.deliver(customer, fmt.Sprintf("%sm%d", customer, n), object{"channel_user_id": customer})
			k.sent = append(k.sent, fmt.Sprintf("%sm%d", customer, n))
			if n == 0 {
				k.id = m.ConversationID
				k.reader = newReader(c.s, c.agent, k.id, c.begun)
				c.add(k)
				follow(k)
			}
			if takeover && n == length-2 {
				k.before = len(k.sent)
				k.human = c.deliver(customer, customer+" human", object{
					"conversation_id": k.id, "role": "assistant", "takeover": true,
				}).ID
			}
			if k.human == "" {
				k.reader.await(ctx, len(k.sent)-maxUnanswered)
			}
			pause(ctx, rand.N(120*time.Millisecond))
		}
	}
}

func (c *chaos) add(k *talk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.talks = append(c.talks, k)
}

func (c *chaos) fault(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

// deliver sends a message until it is acknowledged, under one idempotency key.
func (c *chaos) deliver(customer, text string, fields object) message {
	fields["message"] = text
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	for ctx.Err() == nil {
		a, err := c.s.try(ctx, request{
			method: "POST", path: api + "/agents/" + c.agent + "/conversations/messages", body: fields,
			headers: map[string]string{"Idempotency-Key": text},
		})
		if err == nil && a.status == http.StatusCreated {
			return parse[message](a.body)
		}
		if err == nil && a.status != http.StatusServiceUnavailable {
			c.fault("%s: %d %s", text, a.status, a.body)
		}
		pause(ctx, 20*time.Millisecond)
	}
	c.fault("%s was not acknowledged in time", customer)
	return message{}
}

// unsettled names a conversation in which a customer's message that no human dealt with is not
// answered, or whose reader has not seen its end; "" if there is none.
func (c *chaos) unsettled(t *testing.T) string {
	t.Helper()
	for _, k := range c.talks {
		log := c.s.log(t, c.agent, k.id)
		if k.human == "" && len(answered(log)) < len(k.sent) {
			return fmt.Sprintf("conversation %s: %q was sent, the log is %q", k.id, k.sent, texts(log))
		}
		if !k.reader.has(log[len(log)-1].ID) {
			return fmt.Sprintf("conversation %s: the reader saw %q of %q", k.id, k.reader.seen(), log)
		}
	}
	return ""
}

// answered are the marks that the agent's replies name, in order.
func answered(log []message) []string {
	var all []string
	for _, m := range log {
		if m.Role == "assistant" {
			all = append(all, marks.FindAllString(m.Text, -1)...)
		}
	}
	return all
}

func (c *chaos) check(t *testing.T) {
	t.Helper()
	messages, takeovers := 0, 0
	for _, f := range c.faults {
		t.Error(f)
	}
	for _, k := range c.talks {
		log := c.s.log(t, c.agent, k.id)
		messages += len(k.sent)
		c.checkLog(t, k, log)
		if k.human != "" {
			takeovers++
		}
		var ids []string
		for _, m := range log {
			ids = append(ids, m.ID)
		}
		if diff := cmp.Diff(ids, k.reader.seen()); diff != "" {
			t.Errorf("conversation %s: what the log holds and its reader saw (-log +reader):\n%s", k.id, diff)
		}
	}
	t.Logf("%d messages in %d conversations, %d of them taken over", messages, len(c.talks), takeovers)
}

func (c *chaos) checkLog(t *testing.T, k *talk, log []message) {
	t.Helper()
	var got []string
	over := false
	for _, m := range log {
		switch {
		case m.Role == "user":
			got = append(got, m.Text)
		case m.ID == k.human:
			over = true
		case over:
			t.Errorf("conversation %s: %q was said after a human took over", k.id, m.Text)
		case len(marks.FindAllString(m.Text, -1)) == 0:
			t.Errorf("conversation %s: %q answers nothing", k.id, m.Text)
		}
	}
	if diff := cmp.Diff(k.sent, got); diff != "" {
		t.Errorf("conversation %s: acknowledged messages (-want +got):\n%s", k.id, diff)
	}
	replies := answered(log)
	want := k.sent
	if k.human != "" {
		want = k.sent[:min(len(replies), k.before)] // the human dealt with the others
	}
	if diff := cmp.Diff(want, replies, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("conversation %s: answered messages (-want +got):\n%s\n%q", k.id, diff, texts(log))
	}
}

// reader follows a conversation as the clients do: whenever the stream ends or breaks, it takes a
// new ticket and goes on after the last message that it saw.
type reader struct {
	s         *site
	agent, id string
	begun     time.Time

	mu    sync.Mutex
	ids   []string
	named int           // marks that the agent's replies named
	more  chan struct{} // closed and replaced at each message
}

func newReader(s *site, agentID, id string, begun time.Time) *reader {
	return &reader{s: s, agent: agentID, id: id, begun: begun, more: make(chan struct{})}
}

func (r *reader) follow(ctx context.Context) {
	for ctx.Err() == nil {
		after := r.begun.UTC().Format(time.RFC3339)
		if ids := r.seen(); len(ids) > 0 {
			after = ids[len(ids)-1]
		}
		l, err := r.s.open(ctx, r.agent, r.id, "", map[string][]string{"after": {after}})
		if err != nil {
			pause(ctx, 50*time.Millisecond)
			continue
		}
		for e := range l.events {
			if e.name == "message" {
				r.note(parseEvent(e))
			}
		}
		l.cancel()
	}
}

func (r *reader) note(m message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ids = append(r.ids, m.ID)
	if m.Role == "assistant" {
		r.named += len(marks.FindAllString(m.Text, -1))
	}
	close(r.more)
	r.more = make(chan struct{})
}

func (r *reader) seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.ids)
}

func (r *reader) has(id string) bool { return slices.Contains(r.seen(), id) }

// await waits until the agent's replies have named so many of the customer's messages.
func (r *reader) await(ctx context.Context, n int) {
	for {
		r.mu.Lock()
		named, more := r.named, r.more
		r.mu.Unlock()
		if named >= n {
			return
		}
		select {
		case <-more:
		case <-ctx.Done():
			return
		}
	}
}
