package console_test

import (
	"math"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
)

func TestPrices(t *testing.T) {
	t.Parallel()
	cheap := console.Price{Currency: "USD", Prompt: 150_000, Completion: 600_000} // 0.15 and 0.60 a million
	for _, tt := range []struct {
		price  console.Price
		tokens console.Tokens
		want   console.Money
	}{
		{console.Price{}, console.Tokens{Prompt: 10}, console.Money{}},
		{cheap, console.Tokens{}, console.Money{Currency: "USD"}},
		{cheap, console.Tokens{Prompt: 1000, Completion: 100}, console.Money{Currency: "USD", Nanos: 210_000}},
		{console.Price{Currency: "NGN", Prompt: 1}, console.Tokens{Prompt: 1499}, console.Money{Currency: "NGN", Nanos: 1}},
		{console.Price{Currency: "NGN", Prompt: 1}, console.Tokens{Prompt: 1500}, console.Money{Currency: "NGN", Nanos: 2}},
		{ // a server may claim any number of tokens
			console.Price{Currency: "NGN", Prompt: 1 << 40, Completion: 1 << 40},
			console.Tokens{Prompt: 1 << 40, Completion: 1 << 40},
			console.Money{Currency: "NGN", Nanos: (1<<61-1)/500 + 1},
		},
	} {
		if got := tt.price.Of(tt.tokens); got != tt.want {
			t.Errorf("%+v at %+v cost %+v, want %+v", tt.tokens, tt.price, got, tt.want)
		}
	}
}

func TestSpendingIsByModelAndCurrency(t *testing.T) {
	t.Parallel()
	var r console.Record
	for _, currency := range []string{"USD", "USD", "EUR"} {
		r.Spend(console.Step{
			Model: console.ModelRef{Name: "m"}, Tokens: console.Tokens{Prompt: 1, Estimated: currency == "EUR"},
			Cost: console.Money{Currency: currency, Nanos: 2},
		})
	}
	if len(r.Spent) != 2 || r.Spent[0].Asked != 2 || r.Spent[0].Cost.Nanos != 4 || r.Spent[0].Tokens.Estimated ||
		!r.Spent[1].Tokens.Estimated {
		t.Errorf("spent %+v, want two tries in dollars and an estimated one in euros", r.Spent)
	}
}

func TestMoneyIsWrittenInFull(t *testing.T) {
	t.Parallel()
	for nanos, want := range map[int64]string{
		0: "0", 1: "0.000000001", 210_000: "0.00021", 3_000_000_000: "3", -1_500_000_000: "-1.5",
		math.MaxInt64: "9223372036.854775807", math.MinInt64: "-9223372036.854775808",
	} {
		if got := (console.Money{Currency: "USD", Nanos: nanos}).Decimal(); got != want {
			t.Errorf("%d thousand millionths are written %q, want %q", nanos, got, want)
		}
	}
}
