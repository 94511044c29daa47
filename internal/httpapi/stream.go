package httpapi

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bimpe/bimpe/internal/auth"
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

// The events of streams. All but the first two come only to those who ask.
const (
	eventMessage   = "message"
	eventHeartbeat = "heartbeat"
	eventDelta     = "delta"
	eventStatus    = "status"
	eventRow       = "conversation" // of a team's stream
)

func (a *API) streamEndpoint() *endpoint {
	return streaming(a.openStream, []string{eventDelta, eventStatus}, map[string]string{
		eventMessage: "MessageEvent", eventHeartbeat: "HeartbeatEvent", eventDelta: "DeltaEvent", eventStatus: "StatusEvent",
	}, a)
}

// opener finds out whether a stream may be opened, and opens it.
type opener func(x *exchange, r *http.Request) (*reader, error)

// streaming is an operation that answers with events, some of which come only to those who ask.
func streaming(open opener, asked []string, forms map[string]string, a *API) *endpoint {
	text := &huma.Schema{Type: huma.TypeString}
	var words []any
	for _, list := range orders(asked) {
		words = append(words, strings.Join(list, ","))
	}
	last := &huma.Param{Name: "Last-Event-ID", In: "header", Schema: text}
	return &endpoint{
		raw: func(x *exchange, r *http.Request) { a.stream(x, r, open) },
		query: []*huma.Param{
			queryParam("after", text), queryParam("events", &huma.Schema{Type: huma.TypeString, Enum: words}), last,
		},
		answer: reflect.TypeFor[envelope[nothing]](), events: forms,
	}
}

// orders are all ways to say some of the words, each once, the shorter ones first.
func orders(words []string) [][]string {
	all, longest := [][]string{}, [][]string{nil}
	for range words {
		var longer [][]string
		for _, list := range longest {
			for _, w := range words {
				if !slices.Contains(list, w) {
					longer = append(longer, append(slices.Clone(list), w))
				}
			}
		}
		all, longest = append(all, longer...), longer
	}
	return all
}

// asked is what a request for a stream says.
type asked struct {
	ticket             string
	after              after
	delta, status, row bool
}

// stream tells of new messages until someone leaves.
func (a *API) stream(x *exchange, r *http.Request, open opener) {
	if r.Method != http.MethodGet { // the mux takes HEAD for GET
		a.unknown(x, r)
		return
	}
	var s *reader
	var err error
	aside(func() { s, err = open(x, r) })
	if err != nil {
		a.writeError(x, r, late(err))
		return
	}
	defer s.sub.Close()
	// A time that the request was given to arrive in must not end the stream.
	_ = s.rc.SetReadDeadline(time.Time{})
	x.err = s.run(r.Context())
}

// openStream finds out whether the stream may be opened before it spends the ticket, so that a
// request that was merely wrong can be made again with it. It subscribes before it looks for the
// conversation and spends the ticket, so that a deletion and a revocation in between end the stream.
func (a *API) openStream(x *exchange, r *http.Request) (*reader, error) {
	ask, askErr := readAsked(r, faultAfter, eventDelta, eventStatus)
	t, err := a.admitTicket(x, r, ask.ticket)
	if err != nil {
		return nil, err
	}
	if askErr != nil {
		return nil, askErr
	}
	from := a.cfg.Store.Team(t.Principal.Team.ID)
	seq, err := ask.after.seq(r.Context(), from, t.Conversation, t.Seq)
	if err != nil {
		return nil, err
	}
	sub, err := a.cfg.Streams.Subscribe(stream.Request{
		Team: t.Principal.Team.ID, Agent: t.Agent, Conversation: t.Conversation, Key: t.Principal.Key,
		Live: ask.delta || ask.status, Limit: t.Principal.Team.Quotas.StreamQuota(),
	})
	if err != nil {
		return nil, err
	}
	if err := a.enter(r.Context(), from, ask.ticket, t); err != nil {
		sub.Close()
		return nil, err
	}
	return &reader{
		w: x, rc: http.NewResponseController(x.ResponseWriter), sub: sub, from: from, now: a.cfg.Now,
		conversation: t.Conversation, told: seq, delta: ask.delta, status: ask.status,
		shared: a.cfg.SharedLog, sent: a.sent,
	}, nil
}

func (a *API) enter(ctx context.Context, from Reads, ticket string, t auth.Ticket) error {
	if _, err := from.Conversation(ctx, t.Agent, t.Conversation); err != nil {
		return err
	}
	_, err := a.cfg.Auth.RedeemTicket(ctx, ticket)
	return err
}

// admitTicket recognizes who asks by the ticket, as admit does by the key, and counts the request in
// the window of the ticket's key.
func (a *API) admitTicket(x *exchange, r *http.Request, ticket string) (auth.Ticket, error) {
	var t auth.Ticket
	if ticket == "" {
		x.keyErr = console.Errorf(console.CodeUnauthorized, "A stream needs a ticket: POST …/stream-ticket first.")
	} else {
		t, x.keyErr = a.cfg.Auth.CheckTicket(r.Context(), ticket)
	}
	if x.keyErr == nil && (string(t.Agent) != r.PathValue("agentId") || string(t.Conversation) != r.PathValue("conversationId")) {
		x.keyErr = console.Errorf(console.CodeUnauthorized, "This ticket is for another conversation.")
	}
	if x.keyErr == nil {
		x.principal = t.Principal
	}
	if err := a.charge(x, r); err != nil {
		return t, err
	}
	return t, x.keyErr
}

// readAsked reads the request; the ticket comes back even when something else is wrong. What is wrong
// with an after depends on whose stream it is.
func readAsked(r *http.Request, wrong string, known ...string) (asked, error) {
	q, err := readQuery(r.URL.RawQuery)
	if err != nil {
		return asked{}, err
	}
	var ask asked
	ask.ticket, _ = q.text("ticket")
	path, since := "after", q.values.Get("after")
	if _, given := q.values["after"]; !given {
		path, since = "Last-Event-ID", r.Header.Get("Last-Event-Id")
	}
	if since != "" || path == "after" {
		var ok bool
		if ask.after, ok = parseAfter(path, since); !ok {
			q.fail(path, wrong)
		}
	}
	names := readEvents(q, known)
	ask.delta, ask.status = slices.Contains(names, eventDelta), slices.Contains(names, eventStatus)
	ask.row = slices.Contains(names, eventRow)
	return ask, q.err()
}

// readEvents reads which more events are wanted, of those that there are.
func readEvents(q *query, known []string) []string {
	words, ok := q.text("events")
	if !ok {
		return nil
	}
	names := strings.Split(words, ",")
	for i, n := range names {
		if !slices.Contains(known, n) || slices.Contains(names[:i], n) {
			q.fail("events", faultEvents(known))
			return nil
		}
	}
	return names
}

func faultEvents(known []string) string {
	if len(known) == 2 {
		return "must be " + known[0] + ", " + known[1] + ", or both with a comma"
	}
	return "must be some of " + strings.Join(known, ", ") + ", each once, with commas"
}
