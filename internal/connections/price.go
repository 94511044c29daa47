package connections

import (
	"strconv"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// Price is what a model costs as people write it: decimals, for a million tokens.
type Price struct {
	Currency   string // ISO 4217
	Prompt     string // of what the model reads
	Completion string // of what it writes
}

// places is how many digits may stand behind the point: amounts are kept in millionths.
const places = 6

// maxPrice is for a million tokens, in millionths: a million of whatever the currency is.
const maxPrice = 1_000_000 * 1_000_000

// price reads what people wrote; nil is none.
func (c *checker) price(p *Price) console.Price {
	if p == nil {
		return console.Price{}
	}
	if len(p.Currency) != 3 || strings.Trim(p.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		c.Fail("price.currency", "must be a currency's three letters, such as USD")
	}
	return console.Price{
		Currency: p.Currency, Prompt: c.amount("price.prompt", p.Prompt), Completion: c.amount("price.completion", p.Completion),
	}
}

// amount reads a decimal exactly. Floating point would not.
func (c *checker) amount(path, text string) int64 {
	whole, part, _ := strings.Cut(text, ".")
	digits := whole + part + strings.Repeat("0", max(places-len(part), 0))
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || whole == "" || len(part) > places || strings.Trim(digits, "0123456789") != "" ||
		strings.HasSuffix(text, ".") || n > maxPrice {
		c.Fail(path, `must be a decimal of 0 to 1000000 with at most %d places, such as "2.50"`, places)
		return 0
	}
	return n
}

// PriceOf is a price as people write it, nil where none is known.
func PriceOf(p console.Price) *Price {
	if p.Currency == "" {
		return nil
	}
	return &Price{Currency: p.Currency, Prompt: decimal(p.Prompt), Completion: decimal(p.Completion)}
}

// decimal writes millionths, with two places at least.
func decimal(n int64) string {
	const one = 1_000_000
	part := strings.TrimRight(strconv.FormatInt(one+n%one, 10)[1:], "0")
	for len(part) < 2 {
		part += "0"
	}
	return strconv.FormatInt(n/one, 10) + "." + part
}
