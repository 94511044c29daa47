package llm

import (
	"context"
	"errors"
)

// Probe asks the model for next to nothing, to learn whether it can be asked at all: the address, the
// key and the name are right when the error is nil. It costs some twenty tokens. The error is as that of
// a stream; Plain says it to people. It may take as long as the model's own limits or ctx allow.
func Probe(ctx context.Context, m Model) (Usage, error) {
	r := Request{Messages: []Message{{Role: RoleUser, Text: "Say OK."}}, MaxTokens: probeTokens}
	var used Usage
	for d, err := range m.Stream(ctx, r) {
		if err != nil {
			return Spent(err), unanswered(err)
		}
		if d.End != nil {
			used = d.End.Usage
		}
	}
	return used, nil
}

// unanswered is err unless it shows that the model can be asked, though it had no answer to this.
func unanswered(err error) error {
	e, ok := errors.AsType[*Error](err)
	if ok && (e.Kind == KindWithheld || errors.Is(err, ErrNoRoom) || errors.Is(err, ErrCalls)) {
		return nil
	}
	return err
}

// probeTokens is the least that every server takes for a limit.
const probeTokens = 16

// Plain says in a sentence for people what an error of a model means and what to look at. It holds
// nothing of what the server said. It is empty for nil.
func Plain(err error) string {
	if err == nil {
		return ""
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return "The model did not answer in time."
	}
	switch e.Kind {
	case KindOverloaded:
		return "The model's server has too many requests at the moment; try again later."
	case KindUnavailable:
		return "The model's server cannot be reached or has failed; check its address, or try again later."
	case KindBroken:
		return "The model's server answered with something that is not a reply; check its address and that it speaks the provider's protocol."
	case KindTimeout:
		return "The model's server took too long to answer."
	case KindInvalid:
		return "The model's server did not accept the request; check the model's name and the address."
	case KindWithheld:
		return "A filter of the model's server lets no reply through."
	case KindRefused:
		return "The model's server did not accept the key, or the account has no credit."
	default:
		return "The model failed."
	}
}
