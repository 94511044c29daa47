package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/bimpe/bimpe/internal/console"
)

// keptTown is two agents with conversations, written to by a server and by a command beside it.
type keptTown struct {
	db, beside *DB
	clock      time.Time
	street     int // names what one check has of its own
	turns      int
	most       int // rows that were kept at a time
}

var errUndone = errors.New("undone on purpose")

func newKeptTown(t *testing.T) *keptTown {
	t.Helper()
	w := &keptTown{clock: time.UnixMilli(1_700_000_000_000).UTC()}
	c := Config{DataDir: t.TempDir(), Now: time.Now, Log: slog.New(slog.DiscardHandler), Exclusive: true}
	for _, db := range []**DB{&w.db, &w.beside} {
		opened, err := Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := opened.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
		*db, c.Exclusive = opened, false
	}
	return w
}

func (w *keptTown) named(what string, n int) (ids []console.ID) {
	for i := range n {
		ids = append(ids, console.ID(fmt.Sprint(what, w.street, "-", i)))
	}
	return ids
}

func (w *keptTown) agents() []console.ID { return w.named("agent", 2) }

func (w *keptTown) conversations() []console.ID { return w.named("conversation", 4) }

// below is the agent of the nth conversation.
func (w *keptTown) below(n int) console.ID { return w.agents()[n%2] }

// step is one thing that happens in a unit.
type step struct {
	name string
	do   func(*rapid.T, *Tx) error
}

func (w *keptTown) steps() []step {
	return []step{
		{"say", w.say},
		{"say", w.say},
		{"say", w.say},
		{"end", w.end},
		{"agent", w.agent},
		{"delete", w.remove},
		{"knowledge", w.knowledge},
		{"retry", w.retry},
		{"nested", w.nested},
		{"read", w.read},
	}
}

func (w *keptTown) read(_ *rapid.T, tx *Tx) error { return w.compare(tx) }

// say changes all that a conversation can change in, each now and then.
func (w *keptTown) say(t *rapid.T, tx *Tx) error {
	n := rapid.IntRange(0, 3).Draw(t, "conversation")
	was, err := tx.LockConversation(context.Background(), w.below(n), w.conversations()[n])
	if console.IsNotFound(err) {
		return w.begin(tx, n)
	}
	if err != nil {
		return err
	}
	now, flip := was, rapid.Bool()
	texts := rapid.SampledFrom([]string{"", "Ada", "nul\x00", "bad\xff", "東京"})
	if flip.Draw(t, "state") {
		now.Paused, now.NeedsAttention, now.Epoch = flip.Draw(t, "paused"), flip.Draw(t, "attention"), now.Epoch+1
	}
	if flip.Draw(t, "customer") {
		now.CustomerName, now.Email, now.HasContact = new(texts.Draw(t, "name")), nil, flip.Draw(t, "contact")
		now.PhoneNumber, now.ProfilePicture = new(texts.Draw(t, "phone")), new(texts.Draw(t, "picture"))
	}
	if flip.Draw(t, "flow") {
		now.Flow, now.FlowAt = texts.Draw(t, "flow"), new(w.clock.Add(time.Microsecond))
	}
	if flip.Draw(t, "desk") {
		now.Assignee, now.ResolvedAt = new(texts.Draw(t, "assignee")), nil
	}
	now.LastSeen, now.Preview = new(w.clock.Add(time.Nanosecond)), new(texts.Draw(t, "preview"))
	if now.OpenTurn != "" || !flip.Draw(t, "open") {
		return tx.Apply(context.Background(), console.Change{Was: &was, Now: now})
	}
	return w.open(tx, was, now)
}

func (w *keptTown) begin(tx *Tx, n int) error {
	if _, err := tx.AgentState(context.Background(), w.below(n)); err != nil {
		return ignoreMissing(err)
	}
	c := console.Conversation{
		ID: w.conversations()[n], AgentID: w.below(n), Channel: console.Webchat, CustomerID: fmt.Sprint(n),
		CreatedAt: w.clock, UpdatedAt: w.clock,
	}
	return tx.Apply(context.Background(), console.Change{Now: c})
}

func (w *keptTown) open(tx *Tx, was, now console.Conversation) error {
	w.turns++
	now.OpenTurn = w.named("turn", w.turns)[w.turns-1]
	turn := console.Turn{
		ID: now.OpenTurn, AgentID: now.AgentID, ConversationID: now.ID, State: console.TurnOpen, Node: "node",
		FromSeq: 1, CreatedAt: w.clock.Add(time.Nanosecond),
	}
	return tx.Apply(context.Background(), console.Change{Was: &was, Now: now, Opened: &turn})
}

func (w *keptTown) end(t *rapid.T, tx *Tx) error {
	n := rapid.IntRange(0, 3).Draw(t, "conversation")
	was, err := tx.LockConversation(context.Background(), w.below(n), w.conversations()[n])
	if err != nil || was.OpenTurn == "" {
		return ignoreMissing(err)
	}
	turn, err := tx.Turn(context.Background(), was.OpenTurn)
	if err != nil {
		return err
	}
	ended, now := turn.End(console.TurnReplied, "", 1, w.clock), was
	ended.Record, now.OpenTurn = &console.Record{}, ""
	return tx.Apply(context.Background(), console.Change{Was: &was, Now: now, Ended: &ended})
}

func (w *keptTown) agent(t *rapid.T, tx *Tx) error {
	a := console.Agent{
		ID: rapid.SampledFrom(w.agents()).Draw(t, "agent"), CreatedAt: w.clock, UpdatedAt: w.clock,
		Epoch: rapid.Int64Range(0, 9).Draw(t, "epoch"),
	}
	a.TestCode = string(a.ID)
	err := tx.UpdateAgent(context.Background(), a)
	if console.IsNotFound(err) {
		err = tx.InsertAgent(context.Background(), a)
	}
	if console.CodeOf(err) == console.CodeConflict { // its id is taken by one that was deleted
		return nil
	}
	return err
}

func (w *keptTown) remove(t *rapid.T, tx *Tx) error {
	if !rapid.Bool().Draw(t, "really") {
		return nil
	}
	return ignoreMissing(tx.DeleteAgent(context.Background(), rapid.SampledFrom(w.agents()).Draw(t, "agent")))
}

func (w *keptTown) knowledge(t *rapid.T, tx *Tx) error {
	agent := rapid.SampledFrom(w.agents()).Draw(t, "agent")
	kb := console.KnowledgeBase{ID: "k" + agent, AgentID: agent, CreatedAt: w.clock, UpdatedAt: w.clock}
	if rapid.Bool().Draw(t, "put") {
		return ignoreMissing(tx.PutKnowledgeBase(context.Background(), kb, nil))
	}
	return ignoreMissing(tx.DeleteKnowledgeBase(context.Background(), agent, kb.ID))
}

// retry is a statement that changes turns without saying which.
func (w *keptTown) retry(_ *rapid.T, tx *Tx) error {
	_, err := tx.s.one(`UPDATE turn SET attempt = attempt + 1 WHERE state = 'open' AND node_id = $1 RETURNING id`, "node")
	return err
}

func (w *keptTown) nested(t *rapid.T, tx *Tx) error {
	err := tx.Nested(func() error {
		if err := w.say(t, tx); err != nil {
			return err
		}
		return errUndone
	})
	if errors.Is(err, errUndone) {
		return nil
	}
	return err
}

func ignoreMissing(err error) error {
	if console.IsNotFound(err) {
		return nil
	}
	return err
}

// compare reads everything twice: from what may be kept, and from what is stored.
func (w *keptTown) compare(tx *Tx) error {
	held := tx.s.kept
	if held != nil {
		w.most = max(w.most, len(held.rows))
	}
	kept := w.all(tx)
	tx.s.kept = nil
	stored := w.all(tx)
	tx.s.kept = held
	if diff := cmp.Diff(stored, kept); diff != "" {
		return fmt.Errorf("what is kept differs (-stored +kept):\n%s", diff)
	}
	return nil
}

func (w *keptTown) all(tx *Tx) (all []any) {
	add := func(v any, err error) {
		all = append(all, v, console.IsNotFound(err), err == nil)
	}
	for _, a := range w.agents() {
		v, err := tx.AgentState(context.Background(), a)
		add(v, err)
	}
	for n, id := range w.conversations() {
		for _, agent := range w.agents() {
			v, err := tx.LockConversation(context.Background(), agent, id)
			add(v, err)
		}
		other := reads{db: tx.db, team: "other", s: tx.s}
		v, err := (&Tx{reads: other}).LockConversation(context.Background(), w.below(n), id)
		add(v, err)
	}
	for _, id := range w.named("turn", w.turns) {
		v, err := tx.Turn(context.Background(), id)
		add(v, err)
	}
	return all
}

// unit runs some steps by the server or by the command beside it, and sometimes undoes them.
func (w *keptTown) unit(t *rapid.T) {
	db := w.db
	if rapid.IntRange(0, 4).Draw(t, "by") == 0 {
		db = w.beside
	}
	steps := rapid.SliceOfN(rapid.SampledFrom(w.steps()), 1, 4).Draw(t, "steps")
	fails := rapid.IntRange(0, 3).Draw(t, "fails") == 0
	var thrown any
	err := db.Write(context.Background(), "team", func(tx *Tx) (err error) {
		defer func() { // rapid throws where it has nothing more to draw, which the writer would take for an error
			if thrown = recover(); thrown != nil {
				err = errUndone
			}
		}()
		for _, s := range steps {
			if err := s.do(t, tx); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			if err := w.compare(tx); err != nil {
				return fmt.Errorf("behind %s: %w", s.name, err)
			}
		}
		if fails {
			return errUndone
		}
		return nil
	})
	if thrown != nil {
		panic(thrown)
	}
	if err != nil && (!fails || !errors.Is(err, errUndone)) {
		t.Fatal(err)
	}
}

// Whatever happens, what the writer keeps is what is stored.
func TestKeptRowsAreTheStoredOnes(t *testing.T) {
	t.Parallel()
	w := newKeptTown(t)
	rapid.Check(t, func(t *rapid.T) {
		w.street++
		w.turns = 0
		for range rapid.IntRange(1, 12).Draw(t, "units") {
			w.unit(t)
			if err := w.db.Write(context.Background(), "team", w.compare); err != nil {
				t.Fatal(err)
			}
		}
	})
	if w.most < 4 {
		t.Errorf("at most %d rows were kept at a time, so that this test says nothing", w.most)
	}
}

func TestKeptRowsAreBounded(t *testing.T) {
	t.Parallel()
	k := newKept()
	for n := range maxKept + 10 {
		put(k, keptKey{"turn", fmt.Sprint(n), "team"}, []any{int64(n)})
		k.saw(fmt.Sprint("SELECT ", n))
	}
	if len(k.rows) > maxKept || len(k.upsets) > maxStatements {
		t.Errorf("got %d rows and %d statements, want at most %d and %d", len(k.rows), len(k.upsets), maxKept, maxStatements)
	}
}

func TestWhatUpsetsKeptRows(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`UPDATE conversation SET paused = 1`:                                    true,
		"DELETE FROM\n turn WHERE id = $1":                                      true,
		`WITH x AS (SELECT 1) UPDATE turn SET attempt = 1`:                      true,
		`INSERT INTO knowledge_base (id) VALUES ($1)`:                           true,
		`INSERT INTO agent (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET x=1`: true,
		`ROLLBACK TO nested1`:                                                   true,
		`INSERT INTO turn (id) VALUES ($1)`:                                     false,
		`UPDATE conversation_count SET n = 1`:                                   false,
		`DELETE FROM turn_prompt WHERE turn_id = $1`:                            false,
		`INSERT INTO message (id) VALUES ($1)`:                                  false,
		`COMMIT`:                                                                false,
	} {
		if got := upsetting.MatchString(text); got != want {
			t.Errorf("%q upsets: got %v, want %v", text, got, want)
		}
	}
}
