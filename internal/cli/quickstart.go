package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/app"
	"github.com/bimpe/bimpe/internal/console"
)

// quickstart shows the whole thing: a key, an agent, a message and its reply, over the real API.
type quickstart struct {
	app.Config `embed:""`
}

// The names by which a later quickstart finds again what the first one made.
const (
	demoTeam    = "quickstart"
	demoKeyFile = "quickstart.key"
	demoAgent   = "Mama Put Kitchen"
)

// demoLimit bounds the demonstration; serving goes on after it.
const demoLimit = 90 * time.Second

// Run is called by kong.
func (c *quickstart) Run(ctx context.Context, to IO) error {
	c.Version, c.Log, c.Getenv = to.Version, to.Stderr, os.Getenv
	if c.LogLevel == "" {
		c.LogLevel = "warn" // what is to be seen is the reply
	}
	a, err := app.Build(ctx, c.Config)
	if err != nil {
		return err
	}
	showing, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		defer stop() // there is nothing to show once nobody serves
		ended <- a.Run(ctx)
	}()
	d := demo{
		admin: a.Admin(), base: "http://" + local(a.Address()),
		keyFile: filepath.Join(c.DataDir, demoKeyFile), out: printer{to: to.Stdout},
	}
	d.show(showing, printer{to: to.Stderr})
	return <-ended
}

// local is an address at which this machine reaches a server that listens on it.
func local(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return address
}

// demo is one demonstration.
type demo struct {
	admin   *app.Admin
	base    string // of the server
	keyFile string
	out     printer
}

// show gives the demonstration. One that fails is no reason to stop serving: why is said in a line.
// One that ends because the server does is no failure.
func (d *demo) show(ctx context.Context, complaints printer) {
	err := d.run(ctx)
	if err == nil || ctx.Err() != nil {
		return
	}
	complaints.printf("bimpe: the demonstration failed: %s\n", why(err))
	d.out.printf("\n  API   %s%s\n  docs  %s%s\n\nServing until Ctrl-C.\n", d.base, prefix, d.base, docs)
}

// why is an error in one plain line.
func why(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "there was no answer within " + demoLimit.String()
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

func (d *demo) run(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, demoLimit)
	defer cancel()
	api, err := d.client(limited)
	if err != nil {
		return err
	}
	agent, err := d.agent(limited, api)
	if err != nil {
		return fmt.Errorf("make the agent: %w", err)
	}
	conversation, err := d.talk(limited, api, agent)
	if err != nil {
		return fmt.Errorf("talk to the agent: %w", err)
	}
	d.explain(api, agent, conversation)
	return d.out.err
}

// agent returns the one to talk to. One that was paused since the last time would say nothing.
func (d *demo) agent(ctx context.Context, api *client) (string, error) {
	agent, err := api.demoAgent(ctx)
	if err != nil || agent.Status != statusPaused {
		return agent.ID, err
	}
	d.out.printf("(%s was paused; it is set live again.)\n", demoAgent)
	live := map[string]string{"status": statusLive}
	return agent.ID, api.send(ctx, http.MethodPatch, "/agents/"+agent.ID+"/live-status", live, nil)
}

// client returns one with a key that works: the one of an earlier quickstart, or a new one.
func (d *demo) client(ctx context.Context) (*client, error) {
	key, err := os.ReadFile(d.keyFile)
	if err != nil && !noSuchFile(err) {
		return nil, err
	}
	api := newClient(d.base, strings.TrimSpace(string(key)))
	if len(key) > 0 && api.get(ctx, "/agents?limit=1", nil) == nil {
		return api, nil
	}
	_, secret, err := d.admin.CreateKey(ctx, app.KeyDraft{
		Team: demoTeam, Name: "quickstart", Scopes: []console.Scope{console.ScopeAll},
	})
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return newClient(d.base, secret), keep(d.keyFile, secret)
}

// keep writes a secret whole or not at all, for its owner only.
func keep(file, secret string) error {
	temp, err := os.CreateTemp(filepath.Dir(file), ".key-*") // its mode is 0600
	if err != nil {
		return err
	}
	_, err = temp.WriteString(secret + "\n")
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return nil
}

// talk writes as a new customer and prints the reply as it comes. It returns the conversation.
func (d *demo) talk(ctx context.Context, api *client, agent string) (string, error) {
	hello, err := api.say(ctx, agent, "", said{Role: "assistant", Text: demoGreeting})
	if err != nil {
		return "", err
	}
	events, err := api.listen(ctx, agent, hello.Conversation)
	if err != nil {
		return "", err
	}
	defer func() { _ = events.Close() }() // it was only read
	d.out.printf("%s: %s\nCustomer: %s\n%s: ", demoAgent, demoGreeting, demoQuestion, demoAgent)
	_, err = api.say(ctx, agent, hello.Conversation, said{Role: "user", Text: demoQuestion})
	if err == nil {
		err = d.print(events)
	}
	if err != nil {
		d.out.printf("\n") // what comes next is not the reply
	}
	return hello.Conversation, err
}

// print writes what comes of the reply at once, and ends with it.
func (d *demo) print(events *events) error {
	shown, pieces := "", 0
	for {
		e, err := events.next()
		if err != nil {
			return fmt.Errorf("wait for the reply: %w", err)
		}
		switch e.kind {
		case "delta":
			shown += e.Text
			pieces++
			d.out.printf("%s", e.Text)
		case "message":
			if e.Role != "assistant" {
				continue
			}
			// Whoever joins late, or hears another text than was said at last, sees the rest here.
			if rest, ok := strings.CutPrefix(e.Message, shown); ok {
				d.out.printf("%s\n", rest)
			} else {
				d.out.printf("\n%s: %s\n", demoAgent, e.Message)
			}
			d.out.printf("(streamed in %d pieces)\n", pieces)
			return d.out.err
		}
	}
}

// explain says what is there now and how to go on.
func (d *demo) explain(api *client, agent, conversation string) {
	chat := d.base + prefix + "/agents/" + agent + "/conversations"
	header := `-H "Authorization: Bearer $(cat ` + quote(d.keyFile) + `)"`
	d.out.printf(`
That was one message in and one reply out, over the real API.

  API   %s
  key   %s
  docs  %s, where that key can be used to try all of it
  ask   curl -s %s/%s/messages %s -H 'Content-Type: application/json' -d '{"message":"Do you deliver?"}'
  read  curl -s '%s/%s/messages?sort=created_at' %s

Serving until Ctrl-C.
`, api.root, d.keyFile, d.base+docs, chat, conversation, header, chat, conversation, header)
}

// quote makes a file's name safe for a shell.
func quote(name string) string { return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'" }
