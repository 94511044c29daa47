package httpapi

import (
	"strings"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/conversations"
	"github.com/bimpe/bimpe/internal/flows"
)

// testPrefix marks the channel of a test conversation.
const testPrefix = "test_"

// conversationJSON is a conversation, in lists and by itself.
type conversationJSON struct {
	ID             console.ID `json:"id"`
	ChannelType    string     `json:"channel_type"`
	ChannelID      *string    `json:"channel_id"`
	CustomerID     string     `json:"channel_user_id"`
	CustomerName   *string    `json:"channel_user_username"`
	OlderName      *string    `json:"channel_username"`
	Test           bool       `json:"is_test_channel"`
	Paused         bool       `json:"is_ai_chat_paused"`
	NeedsAttention bool       `json:"needs_attention"`
	LastMessageAt  orTime     `json:"last_message_at"`
	LastSeen       orTime     `json:"last_seen"`
	Preview        *string    `json:"last_message_preview"`
	FullName       *string    `json:"full_name"`
	Email          *string    `json:"email"`
	PhoneNumber    *string    `json:"phone_number"`
	ProfilePicture *string    `json:"profile_picture"`
	Assignee       *string    `json:"assignee"`
	Status         string     `json:"status" enum:"open,resolved"`
	ResolvedAt     orTime     `json:"resolved_at"`
	CreatedAt      stamp      `json:"created_at"`
	UpdatedAt      stamp      `json:"updated_at"`
}

func conversationOf(c console.Conversation) conversationJSON {
	j := conversationJSON{
		ID: c.ID, ChannelType: channelType(c.Channel, trial(c.Test)), ChannelID: c.ChannelID, CustomerID: c.CustomerID,
		CustomerName: c.CustomerName, OlderName: c.CustomerName, Test: c.Test, Paused: c.Paused,
		NeedsAttention: c.NeedsAttention, LastMessageAt: stampOr(c.LastMessageAt), LastSeen: stampOr(c.LastSeen),
		Preview: c.Preview, FullName: c.FullName, Email: c.Email, PhoneNumber: c.PhoneNumber,
		ProfilePicture: c.ProfilePicture, Assignee: c.Assignee, Status: string(c.Status()),
		ResolvedAt: stampOr(c.ResolvedAt), CreatedAt: stamp(c.CreatedAt), UpdatedAt: stamp(c.UpdatedAt),
	}
	if c.ChannelID == nil && c.Channel == console.Webchat {
		id := webchatID(c.AgentID)
		j.ChannelID = &id
	}
	return j
}

// trial is whether something takes place on a test channel.
type trial bool

// channelType is a channel's name on the wire.
func channelType(c console.Channel, test trial) string {
	if test {
		return testPrefix + string(c)
	}
	return string(c)
}

func (a *API) conversationsEndpoint() *endpoint {
	return filtered(conversationListing(), conversationParams(), conversationFilter, a.listConversations)
}

// channelWords are the names of all channels, then of all test channels.
func channelWords() []string {
	var plain, test []string
	for _, c := range console.Channels() {
		plain, test = append(plain, string(c)), append(test, testPrefix+string(c))
	}
	return append(plain, test...)
}

// narrowing is a filter; none is one that nothing passes.
type narrowing struct {
	console.ConversationFilter
	none bool
}

// conversationFilter reads the filter. The channel test_x means x where it is a test, x itself where
// it is none; is_test_channel may contradict that, and then nothing is found.
func conversationFilter(q *query) narrowing {
	f := narrowing{ConversationFilter: console.ConversationFilter{
		Test: q.truth("is_test_channel"), Paused: q.truth("is_ai_chat_paused"), NeedsAttention: q.truth("needs_attention"),
		Assignee: q.given255("assignee"),
	}}
	if status := console.DeskStatus(q.oneOf("status", deskStatuses())); status != "" {
		f.Status = &status
	}
	word := q.oneOf("channel", channelWords())
	if word == "" {
		return f
	}
	name, test := strings.CutPrefix(word, testPrefix)
	channel := console.Channel(name)
	f.Channel = &channel
	f.none = f.Test != nil && *f.Test != test
	f.Test = &test
	return f
}

func (a *API) listConversations(c *call, f narrowing, q console.Query) (console.Page[conversationJSON], error) {
	if f.none {
		_, err := c.reads().Agent(c.ctx(), c.agentID())
		return console.Page[conversationJSON]{}, err
	}
	got, err := c.reads().Conversations(c.ctx(), c.agentID(), f.ConversationFilter, q)
	return console.Page[conversationJSON]{Items: items(got.Items, conversationOf), Total: got.Total}, err
}

// conversationDetailJSON is a conversation by itself.
type conversationDetailJSON struct {
	conversationJSON
	Flow orNull[inFlowJSON] `json:"flow" doc:"where the customer stands in a flow"`
}

func (a *API) conversation(c *call) (conversationDetailJSON, error) {
	got, err := c.reads().Conversation(c.ctx(), c.agentID(), c.chatID())
	return conversationDetailJSON{conversationOf(got), inFlowOf(flows.DecodeState(got.Flow))}, err
}

// aiStatus is the body and the answer of a pause.
type aiStatus struct {
	Paused bool `json:"is_ai_chat_paused"`
}

func (a *API) setAIStatus(c *call, tx Tx, in aiStatus) (aiStatus, error) {
	return in, a.cfg.Conversations.SetPaused(c.ctx(), tx, c.agentID(), c.chatID(),
		conversations.Pause{On: in.Paused, Key: c.principal().Key})
}

// cancelledJSON is what a cancel did.
type cancelledJSON struct {
	Cancelled bool                `json:"cancelled"`
	TurnID    *console.ID         `json:"turn_id"`
	Message   orNull[messageJSON] `json:"message"`
}

func (a *API) cancel(c *call, tx Tx, _ nothing) (cancelledJSON, error) {
	got, err := a.cfg.Conversations.Cancel(c.ctx(), tx, c.agentID(), c.chatID(), c.principal().Key)
	if err != nil || got.TurnID == "" {
		return cancelledJSON{}, err
	}
	out := cancelledJSON{Cancelled: true, TurnID: &got.TurnID}
	if got.Partial != nil {
		m := messageOf(*got.Partial)
		out.Message.it = &m
	}
	return out, nil
}

// ticketJSON is the right to open a stream once.
type ticketJSON struct {
	Ticket    string `json:"ticket"`
	ExpiresIn int    `json:"expires_in" doc:"seconds"`
}

// streamTicket makes a ticket anew whatever idempotency key there is: it is of use only once.
func (a *API) streamTicket(c *call) (ticketJSON, error) {
	if _, err := idempotencyKey(c.r.Header); err != nil {
		return ticketJSON{}, err
	}
	got, err := c.reads().Conversation(c.ctx(), c.agentID(), c.chatID())
	if err != nil {
		return ticketJSON{}, err
	}
	ticket, life := a.cfg.Auth.IssueTicket(c.principal(), got.AgentID, got.ID, got.Seq)
	return ticketJSON{Ticket: ticket, ExpiresIn: int(life.Seconds())}, nil
}
