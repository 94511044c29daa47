package cli

import (
	"testing"

	"github.com/bimpe/bimpe/internal/app"
)

// What is said of a rotation is what has become of the values, and of which key they are under.
func TestWhatIsToldOfARotation(t *testing.T) {
	t.Parallel()
	for want, came := range map[string]app.Rotated{
		"The database's own master key is 0f0f now. 12 sealed values are under it; 10 of them had to be sealed anew.\n": {
			Key: "0f0f", Under: 12, Sealed: 10,
		},
		"The database's own master key is 0f0f already. 1 sealed value is under it; 0 of them had to be sealed anew.\n": {
			Key: "0f0f", Already: true, Under: 1,
		},
	} {
		if got := told(came); got != want {
			t.Errorf("told(%+v): got %q, want %q", came, got, want)
		}
	}
}
