package turns

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/conversations"
	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/stream"
)

// house is an engine over memory, with a scripted model and ears that hear everything. It belongs
// into a synctest bubble.
type house struct {
	t     *testing.T
	db    *fakeDB
	ears  *ears
	model *script
	// fallbacks are asked behind model. The models cannot be found out so many times.
	fallbacks []Candidate
	chainless int
	*Engine
	talk *conversations.Service
}

func newHouse(t *testing.T, says ...utterance) *house {
	t.Helper()
	h := &house{t: t, db: &fakeDB{memory: newMemory()}, ears: &ears{}, model: &script{says: says}}
	ids := console.NewIDs(time.Now)
	h.Engine = New(Config{
		DB: h.db, Finder: h.db, Models: h, Builtin: &script{says: []utterance{{words: []string{"builtin"}}}}, Hub: h.ears, Now: time.Now, NewID: ids.Next,
		Node: "node", Log: slog.New(slog.DiscardHandler),
	})
	h.talk = conversations.New(conversations.Config{
		Now: time.Now, NewID: ids.Next, Node: "node", Listener: h.Engine, Halter: h.Engine,
	})
	t.Cleanup(func() {
		h.stopWork(errStopping)
		h.runs.Wait()
	})
	return h
}

// Chain is the scripted model and what stands behind it.
func (h *house) Chain(context.Context, console.ID, console.Agent) ([]Candidate, error) {
	if h.chainless > 0 {
		h.chainless--
		return nil, errDisk
	}
	return append([]Candidate{{Provider: console.ProviderOpenAI, Name: "script", Model: h.model}}, h.fallbacks...), nil
}

// fallback puts a model behind the others.
func (h *house) fallback(name string, says ...utterance) *script {
	m := &script{says: says}
	h.fallbacks = append(h.fallbacks, Candidate{Connection: console.ID(name), Provider: console.ProviderOpenAI, Name: name, Model: m})
	return m
}

// health is that of the scripted model.
func (h *house) health() *health {
	chain, _ := h.Chain(context.Background(), "", console.Agent{})
	return h.healths.of(chain[0], h.Limits.Upstream)
}

func (h *house) customer(text string) {
	h.send(conversations.Draft{Role: console.RoleUser, Text: text})
}

func (h *house) human(text string) {
	h.send(conversations.Draft{Role: console.RoleAssistant, Text: text, TakeOver: true})
}

func (h *house) send(d conversations.Draft) {
	h.t.Helper()
	h.must(h.db.write(func(t tx) error {
		_, err := h.talk.SendTo(context.Background(), t, placeOf(agentID), d)
		return err
	}))
}

func (h *house) cancel() (c conversations.Cancelled) {
	h.t.Helper()
	id := h.db.conversation().ID
	h.must(h.db.write(func(t tx) error {
		var err error
		c, err = h.talk.Cancel(context.Background(), t, agentID, id, "")
		return err
	}))
	return c
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// want compares the log, as "author: text", with what is wanted.
func (h *house) want(lines ...string) {
	h.t.Helper()
	var got []string
	for _, m := range h.db.log() {
		line := fmt.Sprintf("%s: %s", m.Author, m.Text)
		if m.Partial {
			line += " (partial)"
		}
		got = append(got, line)
	}
	if !slices.Equal(got, lines) {
		h.t.Errorf("log:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(lines, "\n"))
	}
}

// fakeDB is memory behind a lock, as a DB.
type fakeDB struct {
	mu       sync.Mutex
	memory   *memory
	after    []func()
	rules    []console.Rule
	broken   int // how many writes are still to fail
	adopting []console.Turn
	left     bool
	writes   int // transactions that were committed
	bounds   console.Bounds
	perTurn  int64 // the agent's bound
	asked    int   // how often the bounds were read

	refuses func(console.Change) bool // changes that are never stored; nil: none

	description string            // of the agent
	workflow    *console.Workflow // of the agent; nil: none
}

var (
	errDisk = errors.New("the disk is full")
	errRow  = errors.New("the row violates a constraint")
)

func (f *fakeDB) write(do func(tx) error) error {
	f.mu.Lock()
	if f.broken > 0 {
		f.broken--
		f.mu.Unlock()
		return errDisk
	}
	f.after = nil
	err := f.memory.write(func(tx) error { return do(fakeTx{f.memory, f}) })
	after := f.after
	if err == nil {
		f.writes++
	}
	f.mu.Unlock()
	if err == nil {
		for _, a := range after {
			a()
		}
	}
	return err
}

type fakeTx struct {
	*memory
	f *fakeDB
}

func (t fakeTx) Apply(ctx context.Context, c console.Change) error {
	if t.f.refuses != nil && t.f.refuses(c) {
		return errRow
	}
	return t.memory.Apply(ctx, c)
}

func (t fakeTx) AfterCommit(a func()) { t.f.after = append(t.f.after, a) }

func (f *fakeDB) locked(do func(*state)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do(&f.memory.s)
}

func (f *fakeDB) conversation() (c console.Conversation) {
	f.locked(func(s *state) { c = *s.conversation })
	return c
}

func (f *fakeDB) log() (l []console.Message) {
	f.locked(func(s *state) { l = s.log })
	return l
}

func (f *fakeDB) lastTurn() (t console.Turn) {
	f.locked(func(s *state) { t = s.turns[len(s.turns)-1] })
	return t
}

func (f *fakeDB) Team(console.ID) Reads { return f }

func (f *fakeDB) Write(_ context.Context, _ console.ID, do func(Tx) error) error {
	return f.write(func(t tx) error { return do(t) })
}

func (f *fakeDB) AdoptTurns(context.Context, console.ID, int) ([]console.Turn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	adopted := f.adopting
	f.adopting = nil
	return adopted, nil
}

func (f *fakeDB) OwnTurns(context.Context, console.ID, int) ([]console.Turn, error) {
	var own []console.Turn
	f.locked(func(s *state) {
		for _, t := range s.turns {
			if t.State == console.TurnOpen {
				own = append(own, t)
			}
		}
	})
	return own, nil
}

func (f *fakeDB) RetryTurn(_ context.Context, turn console.Turn) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken > 0 {
		f.broken--
		return 0, errDisk
	}
	for i := range f.memory.s.turns {
		if t := &f.memory.s.turns[i]; t.ID == turn.ID && t.State == console.TurnOpen && t.Attempt == turn.Attempt {
			t.Attempt++
			return t.Attempt, nil
		}
	}
	return 0, console.NotFound("turn", turn.ID)
}

func (f *fakeDB) Beat(context.Context, console.ID) error { return nil }

func (f *fakeDB) Leave(context.Context, console.ID) error {
	f.locked(func(*state) { f.left = true })
	return nil
}

func (f *fakeDB) Agent(context.Context, console.ID) (a console.Agent, err error) {
	f.locked(func(s *state) {
		if s.agent == nil {
			err = console.NotFound("agent", agentID)
			return
		}
		a = console.Agent{
			ID: agentID, Name: "Ada", Description: f.description, UpdatedAt: s.agent.UpdatedAt, Language: "en", Timezone: "UTC", Rules: f.rules,
			WorkflowID: f.workflowID(), Status: s.agent.Status, OnNewMessage: s.agent.OnNewMessage, Epoch: s.agent.Epoch, MaxTokensPerTurn: f.perTurn,
			MaxTokensPerDay: f.bounds.Agent.Most,
		}
	})
	return a, err
}

func (f *fakeDB) workflowID() *console.ID {
	if f.workflow == nil {
		return nil
	}
	return &f.workflow.ID
}

// Bounds are those of the test, and what all turns have spent that have ended.
func (f *fakeDB) Bounds(context.Context, console.Day, console.ID, console.ID) (b console.Bounds, err error) {
	f.locked(func(s *state) {
		f.asked++
		b = f.bounds
		var spent int64
		for _, t := range s.turns {
			if t.Record != nil {
				for _, one := range t.Record.Spent {
					spent += one.Tokens.Total()
				}
			}
		}
		for _, one := range []*console.Bound{&b.Team, &b.Agent, &b.Key} {
			one.Spent += spent
		}
	})
	return b, err
}

func (f *fakeDB) Workflow(_ context.Context, id console.ID) (console.Workflow, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.workflow == nil {
		return console.Workflow{}, console.NotFound("workflow", id)
	}
	return *f.workflow, nil
}

func (f *fakeDB) Conversation(context.Context, console.ID, console.ID) (console.Conversation, error) {
	return f.conversation(), nil
}

func (f *fakeDB) Contact(_ context.Context, _, id console.ID) (console.Contact, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.memory.contact == nil {
		return console.Contact{}, console.NotFound("contact", id)
	}
	return *f.memory.contact, nil
}

func (f *fakeDB) History(_ context.Context, _ console.ID, limit int) ([]console.Message, error) {
	log := f.log()
	return log[max(0, len(log)-limit):], nil
}

func (f *fakeDB) Wrote(_ context.Context, _ console.ID, before int64) (n int64, err error) {
	for _, m := range f.log() {
		if m.Author == console.ByCustomer && m.Seq < before {
			n++
		}
	}
	return n, nil
}

func (f *fakeDB) Find(context.Context, console.ID, console.ID, string, int) ([]console.Passage, error) {
	return nil, nil
}

func (f *fakeDB) Summary(context.Context, console.ID) (s console.Summary, err error) {
	f.locked(func(*state) { s = f.memory.summary })
	return s, nil
}

// ears note what readers would see.
type ears struct {
	mu     sync.Mutex
	deaf   bool // nobody listens to deltas
	far    bool // whoever does is on another node, of which nobody knows yet when the first is told
	events []string
}

func (e *ears) note(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.events = append(e.events, fmt.Sprintf(format, args...))
}

func (e *ears) Said(m console.Message) { e.note("said %s %s", m.Author, m.ID) }

func (e *ears) Changed(console.Change) {}

func (e *ears) Delta(_ stream.At, message console.ID, text string) bool {
	if e.deaf {
		return false
	}
	e.note("delta %s %s", message, text)
	return !e.far
}

func (e *ears) Watched(stream.At) bool { return !e.deaf }

func (e *ears) EndAgent(id console.ID) { e.note("ended %s", id) }

func (e *ears) Tell(stream.News) {}

func (e *ears) HaltAt(_ context.Context, node, turn console.ID) console.Halted {
	e.note("halt %s at %s", turn, node)
	return console.Halted{Written: "elsewhere"}
}

func (e *ears) Status(_ stream.At, s stream.Status) {
	e.note("status %s", s.State)
	if s.Discarded != "" {
		e.note("discarded %s", s.Discarded)
	}
}

// heard returns the events that begin with a word.
func (e *ears) heard(word string) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var found []string
	for _, ev := range e.events {
		if strings.HasPrefix(ev, word) {
			found = append(found, strings.TrimSpace(strings.TrimPrefix(ev, word)))
		}
	}
	return found
}

// utterance is what a scripted model does when it is asked once.
type utterance struct {
	words  []string
	pause  time.Duration // before each word
	fault  error         // at the end, instead of a good one
	finish llm.Finish
	usage  llm.Usage
	calls  []llm.Call
	misfit []llm.Misfit
	spent  llm.Usage // what it tells when it is broken off
}

// script is a model that says one utterance after the other, the last one for ever.
type script struct {
	mu    sync.Mutex
	says  []utterance
	asked []llm.Request
	open  int // upstreams that are open now

	slow, fails func(llm.Request) bool // what it takes an hour for, and what it does not accept
	instead     func(llm.Request) *utterance
}

func (m *script) Name() string { return "script" }

func (m *script) next(r llm.Request) utterance {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = append(m.asked, r)
	switch {
	case m.slow != nil && m.slow(r):
		return utterance{words: []string{"late"}, pause: time.Hour}
	case m.fails != nil && m.fails(r):
		return utterance{fault: llm.Fail(llm.KindInvalid, nil)}
	}
	if m.instead != nil {
		if u := m.instead(r); u != nil {
			return *u
		}
	}
	u := m.says[0]
	if len(m.says) > 1 {
		m.says = m.says[1:]
	}
	return u
}

func (m *script) requests() []llm.Request {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.asked)
}

func (m *script) Stream(ctx context.Context, r llm.Request) iter.Seq2[llm.Delta, error] {
	return func(yield func(llm.Delta, error) bool) {
		u := m.next(r)
		m.count(1)
		defer m.count(-1)
		for _, w := range u.words {
			if err := sleep(ctx, u.pause); err != nil {
				yield(llm.Delta{}, llm.Cut(ctx.Err(), u.spent))
				return
			}
			if !yield(llm.Delta{Text: w}, nil) {
				return
			}
		}
		if u.fault != nil {
			yield(llm.Delta{}, u.fault)
			return
		}
		yield(llm.Delta{End: &llm.End{Finish: u.finish, Usage: u.usage, Calls: u.calls, Misfits: u.misfit}}, nil)
	}
}

func (m *script) count(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open += n
}

func (m *script) upstreams() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.open
}
