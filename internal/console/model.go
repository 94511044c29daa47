package console

import "time"

// ModelConnection is a team's own way to a language model.
type ModelConnection struct {
	ID       ID
	Name     string
	Provider Provider
	BaseURL  *string // nil: the vendor's own
	Model    string  // what the provider calls it
	// SealedKey is the provider's key under the master key, nil where it wants none.
	SealedKey []byte
	KeyHint   string // the end of the key, by which its owner knows it again
	Price     Price
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Searchable is what a search looks through.
func (m ModelConnection) Searchable() string { return Fold(m.Name, m.Model) }

// Provider is a protocol by which models are asked.
type Provider string

// The providers. ProviderBuiltin needs no connection.
const (
	ProviderBuiltin   Provider = "builtin"
	ProviderOpenAI    Provider = "openai"
	ProviderAnthropic Provider = "anthropic"
)
