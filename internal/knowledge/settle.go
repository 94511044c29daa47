package knowledge

import (
	"context"
	"errors"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// maxTries is how often a page is called before it has failed for good.
const maxTries = 4

// pause is how long to wait after a try that failed.
func pause(tries int) time.Duration {
	switch tries {
	case 0, 1:
		return 5 * time.Second
	case 2:
		return 30 * time.Second
	default:
		return 2 * time.Minute
	}
}

// outcome is what came of one try.
type outcome struct {
	text string
	cut  *Cut

	err     error  // nil: there is a text
	words   string // why there is none, for the user
	final   bool   // another try would not go better
	stopped bool   // this server ends
}

// plain is an error that has words for the user.
type plain interface {
	error
	Plain() string
	Passing() bool
}

func outcomeOf(err error) outcome {
	if e, ok := errors.AsType[plain](err); ok {
		return outcome{err: err, words: e.Plain(), final: !e.Passing()}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return outcome{err: err, words: "The host did not answer in time."}
	}
	return outcome{err: err, words: "The page could not be read.", final: true}
}

// apply returns what becomes of a knowledge base whose page was tried.
func (o outcome) apply(kb console.KnowledgeBase, now time.Time) console.KnowledgeBase {
	kb.Fetch.Node = ""
	at := console.Later(kb.UpdatedAt, now)
	switch {
	case o.stopped:
		kb.Status = console.KnowledgePending
		kb.Fetch.Tries--
		return kb
	case o.err == nil && !o.final:
		kb.Status, kb.Problem, kb.Content, kb.FetchedAt, kb.Fetch.Due = console.KnowledgeReady, nil, &o.text, &at, nil
	case o.final || kb.Fetch.Tries >= maxTries:
		kb.Status, kb.Problem, kb.Fetch.Due = console.KnowledgeFailed, &o.words, nil
	default:
		due := at.Add(pause(kb.Fetch.Tries))
		kb.Status, kb.Problem, kb.Fetch.Due = console.KnowledgePending, &o.words, &due
	}
	kb.UpdatedAt = at
	return kb
}

// settle stores what came of a fetch and returns what became of its knowledge base; "" where nobody
// waits for it any more: it was deleted or changed, or another node has taken it.
func (s *Service) settle(ctx context.Context, tx Store, taken console.Taken, o outcome) (console.KnowledgeStatus, error) {
	a, err := tx.LockAgent(ctx, taken.Base.AgentID)
	if err != nil {
		return "", unlessGone(err)
	}
	was, err := tx.LockKnowledgeBase(ctx, a.ID, taken.Base.ID)
	if err != nil || was.Fetch.Number != taken.Base.Fetch.Number {
		return "", unlessGone(err)
	}
	kb := o.apply(was, s.now())
	if same(kb.Content, was.Content) {
		return kb.Status, tx.UpdateKnowledgeBase(ctx, kb)
	}
	return kb.Status, tx.PutKnowledgeBase(ctx, kb, s.passages(kb, a.Language, o.cut))
}

func unlessGone(err error) error {
	if console.IsNotFound(err) {
		return nil
	}
	return err
}
