package seal

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
)

// redacted is all that is ever printed of a secret.
const redacted = "[sealed]"

// Secret is a text that prints as [sealed] by every verb of fmt, in JSON and in logs, also deep in
// a struct. Its zero value is no secret at all. It is read by Reveal alone.
type Secret struct {
	// text is behind a pointer because fmt calls no methods on unexported fields, but prints the
	// pointer's address there and not what it points to.
	text *string
}

// NewSecret returns text as a secret.
func NewSecret(text string) Secret { return Secret{text: &text} }

// Reveal returns the text itself, "" for the zero value.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether there is no secret or an empty one.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

// Equal compares in constant time for texts of one length.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// String returns [sealed].
func (s Secret) String() string { return redacted }

// Format prints [sealed] for every verb.
func (s Secret) Format(f fmt.State, _ rune) {
	_, _ = f.Write([]byte(redacted)) // a Formatter cannot report an error
}

// MarshalText returns [sealed]. JSON uses it too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalText takes the text as it stands, so that a secret can be read from configuration.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

// LogValue returns [sealed].
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
