package turns

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
)

// Finder finds what an agent knows about a question.
type Finder interface {
	// Find returns at most n passages, the best first.
	Find(ctx context.Context, team, agent console.ID, question string, n int) ([]console.Passage, error)
}

// passagesInPrompt is how many passages a model is given.
const passagesInPrompt = 5

// brief is all that a reply rests on.
type brief struct {
	turn         console.Turn
	agent        console.Agent
	workflow     *console.Workflow
	conversation console.Conversation
	contact      console.Contact   // what is known of the customer
	history      []console.Message // oldest first
	weights      []weight          // of the history; nil: they are not known
	earlier      int64             // messages of the customer before the history, where rules ask for their number
	summary      console.Summary   // of what came before the history; zero: there is none
	passages     []console.Passage
	set          *flows.Set // nil: no rules and no flows
	decided      decided    // by them
	preambles    *preambles // nil: the team's text is written anew
	spoken       string     // the customer's language, as far as it shows
	now          time.Time  // in the agent's zone
}

// load reads a turn's brief. Where the conversation is not known, it returns errGone when the turn is
// not the conversation's open one any more.
func (e *Engine) load(ctx context.Context, t console.Turn, k known) (brief, error) {
	from := e.DB.Team(t.TeamID)
	b := brief{turn: t}
	var err error
	if k.conversation != nil {
		b.conversation = *k.conversation
	} else if b.conversation, err = e.conversation(ctx, from, t); err != nil {
		return b, err
	}
	if b.agent, err = e.agent(ctx, from, t.AgentID, k.agent.UpdatedAt); err != nil {
		return b, gone(err)
	}
	b.now = e.zones.in(e.Now(), b.agent.Timezone)
	read, err := e.history(ctx, from, b.conversation, t.FromSeq)
	if err != nil {
		return b, err
	}
	b.history, b.weights = read.log, read.weights
	if b.workflow, err = e.workflow(ctx, from, b.agent.WorkflowID); err != nil {
		return b, err
	}
	if b.contact, err = contact(ctx, from, b.conversation); err != nil {
		return b, err
	}
	if b.summary, err = e.summary(ctx, from, b); err != nil {
		return b, err
	}
	b.set = e.sets.of(b.agent, b.workflow)
	if b.earlier, err = earlier(ctx, from, b); err != nil {
		return b, err
	}
	b.preambles = &e.preambles
	if b.agent.ReplyLanguage == console.ReplyInCustomers {
		b.spoken = e.guesser.Language(b.spokenText())
	}
	b.decided = decide(b)
	if b.decided.text != "" || k.agent.ID != "" && !k.agent.Knows {
		return b, nil
	}
	b.passages, err = e.Finder.Find(ctx, t.TeamID, t.AgentID, b.question(), passagesInPrompt)
	return b, err
}

func (e *Engine) conversation(ctx context.Context, from Reads, t console.Turn) (console.Conversation, error) {
	c, err := from.Conversation(ctx, t.AgentID, t.ConversationID)
	if err != nil {
		return c, gone(err)
	}
	if c.OpenTurn != t.ID {
		return c, errGone
	}
	return c, nil
}

// maxAsked is how many messages that wait for a reply are looked at; of more, the newest.
const maxAsked = 200

// history reads back as far as replies look, and at least to what is to be answered.
func (e *Engine) history(ctx context.Context, from Reads, c console.Conversation, asked int64) (tail, error) {
	if known := e.tails.get(c.ID, c.Seq); known.log != nil && known.log[0].Seq <= asked {
		return known, nil
	}
	waiting := min(max(c.Seq-asked+1, 0), maxAsked)
	log, err := from.History(ctx, c.ID, console.HistoryLength+int(waiting))
	if err != nil {
		return tail{}, err
	}
	return e.tails.put(c.ID, log), nil
}

// earlier counts what the customer wrote before the history, where a rule or a flow asks for it: few do.
func earlier(ctx context.Context, from Reads, b brief) (int64, error) {
	if !b.set.Counts() || len(b.history) == 0 || b.history[0].Seq <= 1 {
		return 0, nil
	}
	return from.Wrote(ctx, b.conversation.ID, b.history[0].Seq)
}

// workflow returns nil for an agent that has none, or whose workflow its team may not see any more.
func (e *Engine) workflow(ctx context.Context, from Reads, id *console.ID) (*console.Workflow, error) {
	if id == nil {
		return nil, nil //nolint:nilnil // an agent without a workflow is an ordinary agent
	}
	w, err := from.Workflow(ctx, *id)
	if console.IsNotFound(err) {
		return nil, nil //nolint:nilnil // as above
	}
	return &w, err
}

// contact reads what is known of the customer, where that is more than the conversation says.
func contact(ctx context.Context, from Reads, c console.Conversation) (console.Contact, error) {
	if !c.HasContact {
		return c.Contact(), nil
	}
	known, err := from.Contact(ctx, c.AgentID, c.ID)
	if console.IsNotFound(err) {
		return c.Contact(), nil // deleted since
	}
	return known, err
}

func gone(err error) error {
	if console.IsNotFound(err) {
		return errGone
	}
	return err
}

// asked returns the customer's messages that the turn is to answer, oldest first; before returns
// everything else.
func (b brief) asked() []console.Message { return b.pick(true) }

func (b brief) before() []console.Message { return b.pick(false) }

func (b brief) pick(asked bool) []console.Message { //nolint:revive // which half is wanted
	var found []console.Message
	for _, m := range b.history {
		if asked == b.asks(m) {
			found = append(found, m)
		}
	}
	return found
}

// asks reports whether a message is one that the turn is to answer.
func (b brief) asks(m console.Message) bool {
	return m.Author == console.ByCustomer && m.Seq >= b.turn.FromSeq
}

// question is what the customer wants to know of the model, in the customer's words.
func (b brief) question() string {
	var texts []string
	for _, m := range b.asked() {
		if b.decided.leaves(m) {
			texts = append(texts, m.Text)
		}
	}
	return strings.Join(texts, "\n")
}

// part says for the record which of several messages a model is asked about; "": all of them.
func (b brief) part() string {
	if b.decided.open == nil {
		return ""
	}
	var numbers []string
	asked := b.asked()
	for i, m := range asked {
		if b.decided.leaves(m) {
			numbers = append(numbers, strconv.Itoa(i+1))
		}
	}
	return fmt.Sprintf("about message %s of %d", strings.Join(numbers, ", "), len(asked))
}

// seen is the Seq of the newest customer message that the brief holds.
func (b brief) seen() int64 {
	for i := len(b.history) - 1; i >= 0; i-- {
		if b.history[i].Author == console.ByCustomer {
			return b.history[i].Seq
		}
	}
	return b.turn.FromSeq
}

// late reports that the agent has stopped answering since the turn was opened.
func (b brief) late() bool {
	return b.agent.Epoch != b.turn.AgentEpoch || b.agent.Status == console.AgentPaused
}

func (b brief) faq() []console.QA {
	if b.workflow == nil {
		return nil
	}
	return b.workflow.FAQ
}

// language is the one to reply in.
func (b brief) language() string { return flows.ReplyLanguage(b.agent, b.spoken) }

// enoughWords is how many bytes of a customer's words show their language; of shorter questions
// earlier messages are looked at too.
const enoughWords = 40

// spokenText is what the customer wrote, the newest first, and as much of it as is needed to tell the
// language.
func (b brief) spokenText() string {
	text := b.question()
	for i := len(b.history) - 1; i >= 0 && len(text) < enoughWords; i-- {
		if m := b.history[i]; m.Author == console.ByCustomer && m.Seq < b.turn.FromSeq {
			text += "\n" + m.Text
		}
	}
	return text
}
