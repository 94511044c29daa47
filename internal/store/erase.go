package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// maxTraces is how many conversations or calls one customer may have: who has more is not one.
const maxTraces = 10_000

// eraseSlice is how many rows are looked at, or removed, at a time.
const eraseSlice = 500

// Traces are where a customer was found.
type Traces struct {
	Conversations, Calls []console.ID
	// Names are all that names the customer in what requests were answered.
	Names []string
}

// FindCustomer finds what belongs to one customer of a team: conversations by their customer's id, their own
// id, or the e-mail address or phone number that is known, and calls by their number. Phone numbers are
// the same whatever stands between their digits; everything else is compared as it is, addresses without
// their case. Conversations below deleted agents are found too. Whoever is found more than ten thousand times
// is CodeConflict.
func (db *DB) FindCustomer(ctx context.Context, team console.ID, who string) (Traces, error) {
	const conversations = `SELECT x.id, x.customer_id, x.email, x.phone_number, k.email, k.phone
		FROM conversation x LEFT JOIN contact k ON k.id = x.id
		WHERE x.team_id = $1 AND x.id > $2 ORDER BY x.id LIMIT $3`
	const calls = `SELECT x.id, x.source, x.destination FROM call x
		WHERE x.team_id = $1 AND x.id > $2 ORDER BY x.id LIMIT $3`
	found := Traces{Names: []string{who}}
	var err error
	if found.Conversations, err = db.findWho(ctx, conversations, team, &found.Names); err != nil {
		return Traces{}, err
	}
	if found.Calls, err = db.findWho(ctx, calls, team, &found.Names); err != nil {
		return Traces{}, err
	}
	slices.Sort(found.Names)
	found.Names = slices.Compact(found.Names)
	return found, nil
}

// findWho walks over all rows of a team and returns the ids, which come first, of those in which something
// names the customer who is the first of names, and adds what they are called there.
func (db *DB) findWho(ctx context.Context, text string, team console.ID, names *[]string) (ids []console.ID, err error) {
	who, last, n := (*names)[0], "", eraseSlice
	look := func(r *row) {
		n++
		words := make([]string, 0, len(r.vals))
		for range r.vals {
			if name := r.textOr(); name != nil {
				words = append(words, *name)
			}
		}
		last = words[0]
		if slices.ContainsFunc(words, func(name string) bool { return sameWho(name, who) }) {
			ids = append(ids, console.ID(last))
			*names = append(*names, words...)
		}
	}
	for n == eraseSlice {
		n = 0
		err := db.eng.read(ctx, func(s *session) error { return s.all(text, look, string(team), last, int64(eraseSlice)) })
		if err != nil {
			return nil, err
		}
		if len(ids) > maxTraces {
			return nil, console.Errorf(console.CodeConflict, "%q is in more than %d places, so that is not one customer.", who, maxTraces)
		}
	}
	return ids, nil
}

// sameWho reports whether two words name the same customer.
func sameWho(a, b string) bool {
	if n := phoneDigits(a); n != "" && n == phoneDigits(b) {
		return true
	}
	return a == b && a != "" || strings.Contains(a, "@") && strings.EqualFold(a, b)
}

// phoneDigits are the digits of what may be a phone number, "" of anything else.
func phoneDigits(s string) string {
	const fewest = 7
	var digits strings.Builder
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits.WriteRune(c)
		case !strings.ContainsRune("+-() ./", c):
			return ""
		}
	}
	if digits.Len() < fewest {
		return ""
	}
	return digits.String()
}

// CountTraces counts what Erase would remove.
func (db *DB) CountTraces(ctx context.Context, team console.ID, of Traces) (n Removed, err error) {
	for _, id := range of.Conversations {
		if err := db.eng.read(ctx, func(s *session) error {
			below, err := (&reads{db: db, team: string(team)}).below(s, string(id))
			n.Add(below)
			return err
		}); err != nil {
			return n, err
		}
	}
	// A call that belongs to a conversation has been counted with it.
	const alone = `SELECT count(*) FROM call WHERE id = $1 AND team_id = $2 AND conversation_id IS NULL`
	for _, id := range of.Calls {
		if err := db.eng.read(ctx, func(s *session) error {
			one, err := s.count(alone, string(id), string(team))
			n.Calls += one
			return err
		}); err != nil {
			return n, err
		}
	}
	who, err := namesOf(of.Names)
	if err != nil {
		return n, err
	}
	n.Answers, err = db.answersThatName(ctx, team, who, func([]string) error { return nil })
	return n, err
}

// Erase removes all traces of a customer and returns what was removed: conversations with all that hangs
// below them, calls, and what requests were answered as long as it is kept: such a request is answered
// with CodeNotFound if it comes once more, and is not done again. Broken off, it can be asked for again. It
// may run beside a server; a reply that is being written is never said.
func (db *DB) Erase(ctx context.Context, team console.ID, of Traces) (n Removed, err error) {
	if n, err = db.CountTraces(ctx, team, of); err != nil {
		return Removed{}, err
	}
	for _, id := range of.Conversations {
		if err := db.eraseConversation(ctx, team, id); err != nil {
			return Removed{}, err
		}
	}
	for _, id := range of.Calls {
		if err := db.Write(ctx, team, func(tx *Tx) error {
			_, err := tx.s.exec(`DELETE FROM call WHERE id = $1 AND team_id = $2`, string(id), string(team))
			return err
		}); err != nil {
			return Removed{}, err
		}
	}
	// Last, for until here requests could have been answered with what has been removed.
	who, err := namesOf(of.Names)
	if err != nil {
		return Removed{}, err
	}
	n.Answers, err = db.answersThatName(ctx, team, who, func(keys []string) error {
		return db.Write(ctx, team, func(tx *Tx) error { return tx.emptyAnswers(keys, who) })
	})
	return n, err
}

func (db *DB) eraseConversation(ctx context.Context, team, id console.ID) error {
	if err := db.Write(ctx, team, func(tx *Tx) error {
		_, err := tx.cut(id)
		return err
	}); err != nil {
		return err
	}
	for more := true; more; {
		var err error
		if more, err = db.slice(ctx, eraseSlice, func(p *purge) error {
			_, err := p.below(string(id))
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// answersThatName walks over all kept answers of a team, calls f with the keys of those that name the customer,
// and returns how many there are. Sealed ones hold keys and name no customer.
func (db *DB) answersThatName(ctx context.Context, team console.ID, who called, f func(keys []string) error) (found int64, err error) {
	const text = `SELECT key, body FROM answer
		WHERE team_id = $1 AND key > $2 AND NOT sealed AND body IS NOT NULL ORDER BY key LIMIT $3`
	last, n := "", eraseSlice
	for n == eraseSlice {
		var keys []string
		n = 0
		if err := db.eng.read(ctx, func(s *session) error {
			return s.all(text, func(r *row) {
				n++
				last = r.text()
				if who.inKey(last) || who.inBody(r.blob()) {
					keys = append(keys, last)
				}
			}, string(team), last, int64(eraseSlice))
		}); err != nil {
			return found, err
		}
		found += int64(len(keys))
		if len(keys) == 0 {
			continue
		}
		if err := f(keys); err != nil {
			return found, err
		}
	}
	return found, nil
}

// shortestName is of those that are looked for in answers: all that say what a customer wrote name the
// conversation, and shorter names would be found in others.
const shortestName = 6

// called is what is looked for in answers, and as texts of JSON.
type called struct {
	plain  []string
	quoted [][]byte
}

func namesOf(all []string) (called, error) {
	var n called
	for _, name := range all {
		if len(name) < shortestName {
			continue
		}
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(name); err != nil {
			return n, fmt.Errorf("quote a name: %w", err)
		}
		n.plain, n.quoted = append(n.plain, name), append(n.quoted, bytes.TrimSpace(b.Bytes()))
	}
	return n, nil
}

// inKey reports whether an idempotency key holds a name.
func (n called) inKey(key string) bool {
	return slices.ContainsFunc(n.plain, func(name string) bool { return strings.Contains(key, name) })
}

// inBody reports whether an answer has a name as a whole text.
func (n called) inBody(body []byte) bool {
	return slices.ContainsFunc(n.quoted, func(name []byte) bool { return bytes.Contains(body, name) })
}

// erased is the status of an answer that has no body any more.
const erased = 404

// emptyAnswers takes out what was answered under keys. What was asked stays done; a key that itself names
// the customer goes whole.
func (t *Tx) emptyAnswers(keys []string, who called) error {
	const void = `UPDATE answer SET status = $3, body = NULL WHERE team_id = $1 AND key = $2`
	const drop = `DELETE FROM answer WHERE team_id = $1 AND key = $2`
	for _, key := range keys {
		var err error
		if who.inKey(key) {
			_, err = t.s.exec(drop, t.team, key)
		} else {
			_, err = t.s.exec(void, t.team, key, int64(erased))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
