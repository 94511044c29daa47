package connections

import (
	"net/url"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// The bounds of a connection's fields, in characters.
const (
	maxName  = 255
	maxModel = 255
	maxKey   = 512
)

// Faults returns every fault of the draft at once, as Create does before it looks at anything else.
func (d Draft) Faults() []console.Field {
	_, faults := d.connection()
	return faults
}

// connection is the draft without its key, and what is wrong with it.
func (d Draft) connection() (console.ModelConnection, []console.Field) {
	var c checker
	m := console.ModelConnection{
		Name: d.Name, Provider: d.Provider, BaseURL: console.Filled(d.BaseURL), Model: d.Model,
		Price: c.price(d.Price),
	}
	m.Window = c.window(d.Window)
	c.connection(m)
	c.key(d.Key)
	return m, c.All
}

// Faults returns every fault of what the patch names, as far as it can be seen without the connection.
func (p Patch) Faults() []console.Field {
	_, faults := p.apply(console.ModelConnection{Name: "any", Provider: console.ProviderOpenAI, Model: "any"})
	return faults
}

func (p Patch) apply(m console.ModelConnection) (console.ModelConnection, []console.Field) {
	var c checker
	m.Name = p.Name.Or(m.Name)
	m.Provider = p.Provider.Or(m.Provider)
	m.BaseURL = console.Filled(p.BaseURL.Or(m.BaseURL))
	m.Model = p.Model.Or(m.Model)
	if p.Price.Set {
		m.Price = c.price(p.Price.Value)
	}
	if p.Window.Set {
		m.Window = c.window(p.Window.Value)
	}
	c.connection(m)
	c.key(p.Key.Value)
	return m, c.All
}

type checker struct{ console.Faults }

func (c *checker) connection(m console.ModelConnection) {
	c.Words("name", m.Name, maxName)
	c.Line("model", m.Model, maxModel)
	c.Target("base_url", m.BaseURL)
	if m.Provider != console.ProviderOpenAI && m.Provider != console.ProviderAnthropic {
		c.Fail("provider", "must be openai or anthropic")
	}
	if m.BaseURL != nil {
		// A query would go out with every request, but stand open in lists.
		if u, err := url.Parse(*m.BaseURL); err == nil && (u.RawQuery != "" || u.Fragment != "") {
			c.Fail("base_url", "must not contain a query or a fragment")
		}
	}
}

// window is 0 for nil.
func (c *checker) window(tokens *int) int {
	if tokens == nil {
		return 0
	}
	if *tokens < console.MinWindow || *tokens > console.MaxWindow {
		c.Fail("context_window", "must be from %d to %d", console.MinWindow, console.MaxWindow)
	}
	return *tokens
}

// key never repeats the key in its faults.
func (c *checker) key(key *string) {
	if key == nil {
		return
	}
	if len(*key) > maxKey || strings.ContainsFunc(*key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		c.Fail("api_key", "must be at most %d visible ASCII characters without spaces", maxKey)
	}
}

// sameHost reports whether two connections lead to the same server of the same vendor, so that the
// key of one may go where the other leads.
func sameHost(a, b console.ModelConnection) bool {
	return a.Provider == b.Provider && origin(a.BaseURL) == origin(b.BaseURL)
}

// origin is where an address leads, "" for the vendor's own.
func origin(address *string) string {
	if address == nil {
		return ""
	}
	u, err := url.Parse(*address)
	if err != nil {
		return *address
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}
