package httpapi

import "github.com/bimpe/bimpe/internal/console"

// channelJSON is a way to talk to an agent that is connected or always there.
type channelJSON struct {
	ID        string `json:"id"`
	Type      string `json:"type" enum:"whatsapp,instagram,messenger,webchat,voice,telephony"`
	Name      string `json:"name"`
	Status    string `json:"status"`
	Connected bool   `json:"is_connected"`
}

// channelsOf returns an agent's channels. The web chat is always there.
func channelsOf(agent console.ID) []channelJSON {
	return []channelJSON{{
		ID: webchatID(agent), Type: string(console.Webchat), Name: "Web chat", Status: "connected", Connected: true,
	}}
}

// webchatID names an agent's web chat, which is no row of its own: the agent's id with another first
// letter, so that it is still an id and that of nothing else.
func webchatID(agent console.ID) string { return "w" + string(agent[min(1, len(agent)):]) }

// testCodeJSON says how a tester reaches an agent on the shared test channels.
type testCodeJSON struct {
	Code     string           `json:"code"`
	Channels testChannelsJSON `json:"channels"`
}

type testChannelsJSON struct {
	WhatsApp  testWhatsAppJSON  `json:"whatsapp"`
	Instagram testInstagramJSON `json:"instagram"`
	Messenger testMessengerJSON `json:"messenger"`
	Telephony testTelephonyJSON `json:"telephony"`
}

type testWhatsAppJSON struct {
	Enabled     bool    `json:"is_enabled"`
	Start       string  `json:"start_message" doc:"what the tester writes first"`
	PhoneNumber *string `json:"phone_number,omitempty"`
	URL         *string `json:"url,omitempty"`
}

type testInstagramJSON struct {
	Enabled  bool    `json:"is_enabled"`
	Start    string  `json:"start_message" doc:"what the tester writes first"`
	UserName *string `json:"username,omitempty"`
	URL      *string `json:"url,omitempty"`
}

type testMessengerJSON struct {
	Enabled bool    `json:"is_enabled"`
	Start   string  `json:"start_message" doc:"what the tester writes first"`
	Page    *string `json:"page,omitempty"`
	URL     *string `json:"url,omitempty"`
}

type testTelephonyJSON struct {
	Enabled bool `json:"is_enabled"`
}

// testCode answers with an agent's code. No shared test channel is connected to the server yet, so
// that none is enabled.
func (a *API) testCode(c *call) (testCodeJSON, error) {
	got, err := c.reads().Agent(c.ctx(), c.agentID())
	start := "test " + got.TestCode
	return testCodeJSON{Code: got.TestCode, Channels: testChannelsJSON{
		WhatsApp: testWhatsAppJSON{Start: start}, Instagram: testInstagramJSON{Start: start},
		Messenger: testMessengerJSON{Start: start},
	}}, err
}

func (a *API) listConversationFlows(c *call) ([]conversationFlowJSON, error) {
	got, err := c.reads().Agent(c.ctx(), c.agentID())
	if err != nil {
		return nil, err
	}
	return flowsOf(c, got.WorkflowID)
}
