package cli

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// What the demonstration says.
const (
	demoGreeting = "Welcome to Mama Put Kitchen! How can I help?"
	demoQuestion = "Do you have anything vegan, and is it spicy?"
)

// demoFacts are the agent's knowledge bases, by name.
func demoFacts() map[string]string {
	return map[string]string{
		"Menu": "Our vegan dishes are efo riro with tofu, ewa agoyin and coconut rice. They are spicy; " +
			"ask for mild and the kitchen leaves the pepper out.",
		"Delivery": "We deliver within 5 km of Lekki Phase 1 for 1,500 naira, and free of charge above 20,000 " +
			"naira. Delivery takes about 45 minutes.",
		"Opening hours": "We are open Tuesday to Sunday from 11:00 to 22:00 and closed on Mondays. Tables for up " +
			"to eight can be booked for the same day by 16:00.",
	}
}

// The agent's statuses that the demonstration cares about.
const (
	statusLive   = "live"
	statusPaused = "paused"
)

// said is a message to send.
type said struct {
	Text string `json:"message"`
	Role string `json:"role"`
}

// named is the part of agents, workflows and knowledge bases that the demonstration looks at.
type named struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"` // of agents only
}

// message is the part of a message that it looks at.
type message struct {
	ID           string `json:"id"`
	Conversation string `json:"conversation_id"`
}

// demoAgent returns the demonstration's agent, which it makes if there is none yet.
func (c *client) demoAgent(ctx context.Context) (named, error) {
	agent, err := c.named(ctx, "/agents?search="+url.QueryEscape(demoAgent), demoAgent)
	if err == nil && agent.ID == "" {
		agent, err = c.makeAgent(ctx)
	}
	if err != nil {
		return named{}, err
	}
	return agent, c.teach(ctx, agent.ID)
}

// named returns the thing of that name in a list, one without an id if there is none.
func (c *client) named(ctx context.Context, path, name string) (named, error) {
	var all []named
	if err := c.get(ctx, path, &all); err != nil {
		return named{}, err
	}
	for _, n := range all {
		if n.Name == name {
			return n, nil
		}
	}
	return named{}, nil
}

func (c *client) makeAgent(ctx context.Context) (named, error) {
	var library []named
	if err := c.get(ctx, "/workflows?scope=public&search=restaurant&sort=created_at", &library); err != nil {
		return named{}, err
	}
	if len(library) == 0 {
		return named{}, errors.New("the library has no workflow for restaurants")
	}
	var made named
	err := c.send(ctx, http.MethodPost, "/agents", map[string]any{
		"name": demoAgent, "workflow_id": library[0].ID, "persona": "friendly",
		"business_name": demoAgent, "business_description": "A Nigerian restaurant in Lekki, Lagos.",
	}, &made)
	return made, err
}

// teach gives the agent the facts that it has not.
func (c *client) teach(ctx context.Context, agent string) error {
	path := "/agents/" + agent + "/knowledge_bases"
	for name, facts := range demoFacts() {
		known, err := c.named(ctx, path, name)
		if err == nil && known.ID == "" {
			err = c.send(ctx, http.MethodPost, path, map[string]any{"type": "text", "name": name, "content": facts}, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// say sends a message to a conversation, or begins one where none is named.
func (c *client) say(ctx context.Context, agent, conversation string, m said) (message, error) {
	path := "/agents/" + agent + "/conversations/messages"
	if conversation != "" {
		path = "/agents/" + agent + "/conversations/" + conversation + "/messages"
	}
	var sent message
	return sent, c.send(ctx, http.MethodPost, path, m, &sent)
}
