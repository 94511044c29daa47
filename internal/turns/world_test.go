package turns

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/conversations"
)

// world plays one conversation at random: a customer, a human, an operator, and any number of nodes
// that hold claims to turns, some of them long dead. After each deed it checks the log.
//
// It drives the real decisions (conversations.Service, settle) over a backend: memory, or a store.
type world struct {
	rnd    *rand.Rand
	back   backend
	talk   *conversations.Service
	at     time.Time
	claims []claim
	log    []console.Message
	// hushes counts what may end a turn without a reply; heardAt is its value when a customer's
	// message came that was to be answered.
	hushes  int
	heardAt map[int64]int
	played  []string // what was done, for a failure's text
}

// claim is a node that believes that it holds a turn, with the reply that it decided.
type claim struct {
	turn  console.Turn
	seen  int64
	epoch int64 // of the world's humans when the reply was decided
}

// tx is all that a deed needs.
type tx interface {
	conversations.Store
	Tx
}

// backend keeps the world. Its writes are atomic.
type backend interface {
	write(f func(tx) error) error
	// state returns everything, for the checks.
	state() (state, error)
	// adopt raises the attempts of all open turns and returns them.
	adopt() ([]console.Turn, error)
	// agent changes the agent.
	agent(f func(*console.AgentState)) error
	// remove deletes the agent.
	remove() error
	agentID() console.ID
	nextID() console.ID
}

type state struct {
	agent        *console.AgentState // nil: deleted
	conversation *console.Conversation
	turns        []console.Turn
	log          []console.Message
	records      []console.TurnRecord // of a real store
	spent        []console.Spending   // by runs that did not end their turns
}

var errNoClaim = errors.New("nothing to do")

func newWorld(seed uint64, back backend) *world {
	w := &world{rnd: rand.New(rand.NewPCG(seed, 1)), back: back, at: time.UnixMilli(1_700_000_000_000).UTC(), heardAt: map[int64]int{}}
	w.talk = conversations.New(conversations.Config{
		Now: func() time.Time { return w.at }, NewID: w.newID, Node: "n1", Listener: w, Halter: w,
	})
	return w
}

func (w *world) newID() console.ID { return w.back.nextID() }

// Changed and Halt make the world the listener and halter of its conversations.
func (w *world) Changed(console.Change) {}

func (w *world) Halt(context.Context, console.Turn) console.Halted {
	if w.rnd.IntN(2) == 0 || len(w.claims) == 0 {
		return console.Halted{}
	}
	return console.Halted{Written: "half a rep", MessageID: w.newID(), Seen: w.claims[len(w.claims)-1].seen}
}

func (w *world) place() conversations.Place { return placeOf(w.back.agentID()) }

func placeOf(agent console.ID) conversations.Place {
	return conversations.Place{AgentID: agent, Channel: console.Webchat, CustomerID: "customer"}
}

// step does one random deed and checks what came of it.
func (w *world) step() error {
	w.at = w.at.Add(time.Duration(w.rnd.IntN(3)) * time.Millisecond)
	deeds := []struct {
		name string
		do   func() error
	}{
		{"customer", w.customer},
		{"customer", w.customer},
		{"customer", w.customer},
		{"human", w.human},
		{"pause", w.pause},
		{"cancel", w.cancel},
		{"operator", w.operator},
		{"claim", w.claim},
		{"claim", w.claim},
		{"settle", w.settle},
		{"settle", w.settle},
		{"settle", w.settle},
		{"crash", w.crash},
		{"delete", w.remove},
	}
	d := deeds[w.rnd.IntN(len(deeds))]
	w.played = append(w.played, d.name)
	if err := d.do(); err != nil && !errors.Is(err, errNoClaim) && !console.IsNotFound(err) {
		return err
	}
	return w.check()
}

func (w *world) customer() error {
	return w.send(conversations.Draft{Role: console.RoleUser, Text: "q"})
}

func (w *world) human() error {
	w.hushes++
	return w.send(conversations.Draft{Role: console.RoleAssistant, Text: "h", TakeOver: w.rnd.IntN(2) == 0})
}

func (w *world) send(d conversations.Draft) error {
	return w.back.write(func(t tx) error {
		_, err := w.talk.SendTo(context.Background(), t, w.place(), d)
		return err
	})
}

func (w *world) pause() error {
	w.hushes++
	return w.onConversation(func(t tx, id console.ID) error {
		return w.talk.SetPaused(context.Background(), t, w.back.agentID(), id, conversations.Pause{On: w.rnd.IntN(2) == 0})
	})
}

func (w *world) cancel() error {
	w.hushes++
	return w.onConversation(func(t tx, id console.ID) error {
		_, err := w.talk.Cancel(context.Background(), t, w.back.agentID(), id, "")
		return err
	})
}

func (w *world) onConversation(f func(tx, console.ID) error) error {
	s, err := w.back.state()
	if err != nil || s.conversation == nil {
		return errors.Join(err, errNoClaim)
	}
	return w.back.write(func(t tx) error { return f(t, s.conversation.ID) })
}

// operator pauses the agent, makes it live, or changes how it takes a new message.
func (w *world) operator() error {
	return w.back.agent(func(a *console.AgentState) {
		switch w.rnd.IntN(4) {
		case 0:
			w.hushes++
			if a.Status != console.AgentPaused {
				a.Epoch++
			}
			a.Status = console.AgentPaused
		case 1:
			a.Status = console.AgentLive
		case 2:
			a.OnNewMessage = console.Interrupt
		default:
			a.OnNewMessage = console.Merge
		}
	})
}

// claim has a node read the open turn and decide a reply, which it may say much later.
func (w *world) claim() error {
	s, err := w.back.state()
	if err != nil || s.conversation == nil || s.conversation.OpenTurn == "" {
		return errors.Join(err, errNoClaim)
	}
	for _, t := range s.turns {
		if t.ID == s.conversation.OpenTurn {
			w.claims = append(w.claims, claim{t, s.conversation.CustomerSeq, s.conversation.Epoch})
		}
	}
	return nil
}

// settle has a node try to say what it decided.
func (w *world) settle() error {
	if len(w.claims) == 0 {
		return errNoClaim
	}
	i := w.rnd.IntN(len(w.claims))
	c := w.claims[i]
	if w.rnd.IntN(4) > 0 { // else the node says it again later
		w.claims = append(w.claims[:i], w.claims[i+1:]...)
	}
	next, id := w.newID(), w.newID()
	return w.back.write(func(t tx) error {
		s, err := look(context.Background(), t, c.turn)
		if err != nil {
			return err
		}
		r := reply{message: console.Message{ID: id, Text: "r"}, state: console.TurnReplied, seen: c.seen}
		change, mine := settle(s, c.turn, r, next, w.at)
		if !mine {
			return nil
		}
		if change.Append != nil && s.conversation.Epoch != c.epoch {
			return fmt.Errorf("a reply decided under epoch %d is said under epoch %d", c.epoch, s.conversation.Epoch)
		}
		return t.Apply(context.Background(), change)
	})
}

// crash lets a new node adopt all open turns; the old claims live on.
func (w *world) crash() error {
	_, err := w.back.adopt()
	return err
}

func (w *world) remove() error {
	if w.rnd.IntN(40) > 0 {
		return errNoClaim
	}
	w.hushes++
	return w.back.remove()
}
