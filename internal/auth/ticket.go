package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// Ticket is the right to open one event stream.
type Ticket struct {
	Principal    console.Principal // who asked for it
	Agent        console.ID
	Conversation console.ID
	Seq          int64 // of the newest message when the ticket was issued
}

// The form of a ticket before its base 64: the version, random bytes, four ids each behind its
// length, Seq and the expiry in milliseconds, both in 8 bytes, and an HMAC over all that.
const (
	ticketVersion  = 1
	ticketRandom   = 32
	ticketLife     = time.Minute
	ticketKeyBytes = 32
	maxTicket      = 512 // characters; ours have 247
)

// slip is what a ticket says by itself.
type slip struct {
	team, key, agent, conversation console.ID
	seq                            int64
	expires                        time.Time
}

// IssueTicket returns a ticket for a conversation, which the caller has found to be the team's and
// the agent's, and how long it is good for. Nothing is stored.
func (s *Service) IssueTicket(p console.Principal, agent, conversation console.ID, seq int64) (string, time.Duration) {
	return s.seal(slip{
		team: p.Team.ID, key: p.Key, agent: agent, conversation: conversation,
		seq: seq, expires: s.cfg.Now().Add(ticketLife),
	}), ticketLife
}

// CheckTicket returns what a ticket is good for without using it up. Any fault of the ticket or
// its key is CodeUnauthorized with words that do not tell which; faults of the registry come back
// as they are.
func (s *Service) CheckTicket(ctx context.Context, ticket string) (Ticket, error) {
	t, _, _, err := s.check(ctx, ticket)
	return t, err
}

// RedeemTicket uses a ticket up: of all who redeem it, on whichever node, one succeeds. Its faults
// are those of CheckTicket. A caller registers the stream with the hub first and then redeems, so
// that a key which ends in between ends the stream too.
func (s *Service) RedeemTicket(ctx context.Context, ticket string) (Ticket, error) {
	t, h, expires, err := s.check(ctx, ticket)
	if err != nil {
		return Ticket{}, err
	}
	if !s.watch(t.Principal) {
		return Ticket{}, console.Errorf(console.CodeTooManyRequests,
			"Too many keys that expire have open streams.").With(console.ReasonTooManyStreams)
	}
	first, err := s.cfg.Registry.SpendTicket(ctx, h, expires)
	if err != nil {
		return Ticket{}, err
	}
	if !first {
		return Ticket{}, errTicket()
	}
	return t, nil
}

// check also returns what SpendTicket needs.
func (s *Service) check(ctx context.Context, ticket string) (Ticket, Hash, time.Time, error) {
	none := func(err error) (Ticket, Hash, time.Time, error) { return Ticket{}, Hash{}, time.Time{}, err }
	sl, h, ok := s.unseal(ticket)
	if !ok || !s.cfg.Now().Before(sl.expires) {
		return none(errTicket())
	}
	k, team, err := s.cfg.Registry.KeyByID(ctx, sl.key)
	if console.IsNotFound(err) {
		return none(errTicket())
	}
	if err != nil {
		return none(err)
	}
	p, err := principal(k, team, s.cfg.Now())
	if err != nil || team.ID != sl.team {
		return none(errTicket())
	}
	return Ticket{Principal: p, Agent: sl.agent, Conversation: sl.conversation, Seq: sl.seq}, h, sl.expires, nil
}

func errTicket() error {
	return console.Errorf(console.CodeUnauthorized,
		"A stream needs a ticket that is fresh and unused. Ask for a new one.")
}

func (s *Service) seal(sl slip) string {
	random := make([]byte, ticketRandom)
	_, _ = rand.Read(random) // it never fails: crypto/rand ends the process instead
	raw := append([]byte{ticketVersion}, random...)
	for _, id := range []console.ID{sl.team, sl.key, sl.agent, sl.conversation} {
		raw = binary.AppendUvarint(raw, uint64(len(id)))
		raw = append(raw, id...)
	}
	raw = binary.BigEndian.AppendUint64(raw, uint64(sl.seq))
	raw = binary.BigEndian.AppendUint64(raw, uint64(sl.expires.UnixMilli()))
	return base64.RawURLEncoding.EncodeToString(append(raw, s.mac(raw)...))
}

// unseal reads a ticket of ours and names it by a hash of what it says, not of how it is spelled:
// base 64 may be spelled in several ways.
func (s *Service) unseal(ticket string) (slip, Hash, bool) {
	if len(ticket) > maxTicket {
		return slip{}, Hash{}, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(ticket)
	if err != nil || len(raw) < 1+ticketRandom+sha256.Size {
		return slip{}, Hash{}, false
	}
	said, mac := raw[:len(raw)-sha256.Size], raw[len(raw)-sha256.Size:]
	if !hmac.Equal(mac, s.mac(said)) || said[0] != ticketVersion {
		return slip{}, Hash{}, false
	}
	sl, ok := readSlip(said[1+ticketRandom:])
	return sl, sha256.Sum256(raw), ok
}

func readSlip(rest []byte) (slip, bool) {
	var ids [4]console.ID
	for i := range ids {
		n, width := binary.Uvarint(rest)
		if width <= 0 || n > uint64(len(rest)-width) {
			return slip{}, false
		}
		ids[i] = console.ID(rest[width : width+int(n)])
		rest = rest[width+int(n):]
	}
	if len(rest) != 16 {
		return slip{}, false
	}
	return slip{
		team: ids[0], key: ids[1], agent: ids[2], conversation: ids[3],
		seq:     int64(binary.BigEndian.Uint64(rest)),
		expires: time.UnixMilli(int64(binary.BigEndian.Uint64(rest[8:]))),
	}, true
}

func (s *Service) mac(said []byte) []byte {
	h := hmac.New(sha256.New, s.cfg.TicketKey)
	_, _ = h.Write(said) // a hash never fails
	return h.Sum(nil)
}
