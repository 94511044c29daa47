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
	// Window is how many tokens the model holds, prompt and reply together; 0: DefaultWindow.
	Window    int
	CreatedAt time.Time
	UpdatedAt time.Time
}

// The bounds of a model's window, in tokens. DefaultWindow is the smallest usual size that holds the
// longest instructions that can be saved and leaves more than half of it for all else.
const (
	MinWindow     = 2048
	MaxWindow     = 2_000_000
	DefaultWindow = 32_768
)

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
