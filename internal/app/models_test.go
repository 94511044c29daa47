package app

import (
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// What is known of a model's health lasts as long as its connection leads to it in the same way.
func TestAWayIsAddressKeyModelAndProvider(t *testing.T) {
	t.Parallel()
	address, other := "https://a.example/v1", "https://b.example/v1"
	c := console.ModelConnection{
		Name: "n", Provider: console.ProviderOpenAI, BaseURL: &address, Model: "m", SealedKey: []byte("sealed"),
	}
	for what, tt := range map[string]struct {
		change func(*console.ModelConnection)
		same   bool
	}{
		"nothing":  {func(*console.ModelConnection) {}, true},
		"name":     {func(c *console.ModelConnection) { c.Name, c.UpdatedAt = "x", time.UnixMilli(1) }, true},
		"price":    {func(c *console.ModelConnection) { c.Price.Currency = "EUR" }, true},
		"address":  {func(c *console.ModelConnection) { c.BaseURL = &other }, false},
		"none":     {func(c *console.ModelConnection) { c.BaseURL = nil }, false},
		"key":      {func(c *console.ModelConnection) { c.SealedKey = []byte("another") }, false},
		"model":    {func(c *console.ModelConnection) { c.Model = "x" }, false},
		"provider": {func(c *console.ModelConnection) { c.Provider = console.ProviderAnthropic }, false},
	} {
		changed := c
		tt.change(&changed)
		if got := wayOf(changed) == wayOf(c); got != tt.same {
			t.Errorf("%s changed: the same way %v, want %v", what, got, tt.same)
		}
	}
}
