package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

// teamStreamTicket makes a ticket for the stream of all conversations, from now on. As streamTicket
// does, it makes it anew whatever idempotency key there is.
func (a *API) teamStreamTicket(c *call) (ticketJSON, error) {
	if _, err := idempotencyKey(c.r.Header); err != nil {
		return ticketJSON{}, err
	}
	place, err := c.reads().Settled(c.ctx())
	if err != nil {
		return ticketJSON{}, err
	}
	ticket, life := a.cfg.Auth.IssueTicket(c.principal(), "", "", place)
	return ticketJSON{Ticket: ticket, ExpiresIn: int(life.Seconds())}, nil
}

func (a *API) teamStreamEndpoint() *endpoint {
	return streaming(a.openTeamStream, []string{eventDelta, eventStatus, eventRow}, map[string]string{
		eventMessage: "TeamMessageEvent", eventHeartbeat: "HeartbeatEvent", eventDelta: "TeamDeltaEvent",
		eventStatus: "TeamStatusEvent", eventRow: "ConversationEvent",
	}, a)
}

// openTeamStream does for a team what openStream does for a conversation.
func (a *API) openTeamStream(x *exchange, r *http.Request) (*reader, error) {
	ask, askErr := readAsked(r, faultTeamAfter, eventDelta, eventStatus, eventRow)
	t, err := a.admitTicket(x, r, ask.ticket)
	if err != nil {
		return nil, err
	}
	if askErr != nil {
		return nil, askErr
	}
	from := a.cfg.Store.Team(t.Principal.Team.ID)
	place, err := ask.after.place(r.Context(), from, t.Seq)
	if err != nil {
		return nil, err
	}
	sub, err := a.cfg.Streams.Subscribe(stream.Request{
		Team: t.Principal.Team.ID, Key: t.Principal.Key, Live: ask.delta || ask.status, Rows: ask.row,
		Limit: t.Principal.Team.Quotas.StreamQuota(),
	})
	if err != nil {
		return nil, err
	}
	if _, err := a.cfg.Auth.RedeemTicket(r.Context(), ask.ticket); err != nil {
		sub.Close()
		return nil, err
	}
	return &reader{
		w: x, rc: http.NewResponseController(x.ResponseWriter), sub: sub, from: from, now: a.cfg.Now,
		delta: ask.delta, status: ask.status, shared: a.cfg.SharedLog, team: &teamLog{told: place}, sent: a.sent,
	}, nil
}

// teamLog is where a reader of a whole team stands. Messages are told only from the log, up to where
// it is settled: so what was told is always the log's beginning, and the last message's id says all
// that there is to say of it.
type teamLog struct {
	told   int64        // the place of the newest message that was written
	recent []console.ID // of messages that were written, as many as there may be pieces on the way
}

// maxRecent is not less than the events that a subscription holds.
const maxRecent = 64

// catchUp writes all that the log has and that has not been told.
func (t *teamLog) catchUp(ctx context.Context, s *reader) error {
	s.sub.Look()
	var upTo int64
	var err error
	aside(func() { upTo, err = s.from.Settled(ctx) })
	for more := err == nil; more; {
		var page []console.Told
		aside(func() { page, err = s.from.TeamLog(ctx, t.told, upTo, replayPage) })
		for _, m := range page {
			if err := t.message(s, m); err != nil {
				return err
			}
		}
		more = err == nil && len(page) == replayPage
	}
	if err != nil {
		return fmt.Errorf("read the team's log after %d: %w", t.told, err)
	}
	return nil
}

func (t *teamLog) message(s *reader, m console.Told) error {
	t.told = m.Place
	if s.delta && m.TurnID != "" {
		if len(t.recent) == maxRecent {
			t.recent = slices.Delete(t.recent, 0, 1)
		}
		t.recent = append(t.recent, m.ID)
	}
	return s.send(eventMessage, withAgent(messageFrame(m.Message), m.AgentID))
}

// event does for a team what the reader does for a conversation.
func (t *teamLog) event(ctx context.Context, s *reader, e stream.Event) error {
	if s.sub.Missed() || e.Message != nil {
		if err := t.catchUp(ctx, s); err != nil {
			return err
		}
	}
	switch {
	case e.Delta != nil && s.delta && !slices.Contains(t.recent, e.Delta.MessageID):
		return s.send(eventDelta, withPlace(deltaFrame(*e.Delta), e.Delta.At))
	case e.Status != nil && e.Status.Row != nil:
		var raw []byte
		var err error
		aside(func() { raw, err = rowFrame(*e.Status.Row) })
		if err != nil {
			return err
		}
		return s.send(eventRow, raw)
	case e.Status != nil && s.status:
		return s.send(eventStatus, withPlace(statusFrame(*e.Status), e.Status.At))
	}
	return nil
}

// withAgent adds an agent's id to a frame's data.
func withAgent(frame []byte, agent console.ID) []byte {
	frame = append(frame[:len(frame)-len(frameEnd)], `,"agent_id":"`...)
	return append(append(frame, agent...), `"`+frameEnd...)
}

// withPlace adds the ids of conversation and agent to a frame's data.
func withPlace(frame []byte, at stream.At) []byte {
	frame = append(frame[:len(frame)-len(frameEnd)], `,"conversation_id":"`...)
	return withAgent(append(append(frame, at.Conversation...), `"`+frameEnd...), at.Agent)
}

// rowJSON is a conversation that became another one.
type rowJSON struct {
	conversationJSON
	AgentID console.ID `json:"agent_id"`
}

func rowFrame(c console.Conversation) ([]byte, error) {
	raw, err := json.Marshal(rowJSON{conversationJSON: conversationOf(c), AgentID: c.AgentID})
	if err != nil {
		return nil, fmt.Errorf("write conversation %s: %w", c.ID, err)
	}
	frame := append(make([]byte, 0, frameSize+len(raw)), "event: "+eventRow+"\ndata: "...)
	return append(append(frame, raw...), "\n\n"...), nil
}
