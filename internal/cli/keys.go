package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/bimpe/bimpe/internal/app"
)

// keysRotate replaces the master key.
type keysRotate struct {
	app.Storage `embed:""`
}

// Run is called by kong.
func (c *keysRotate) Run(ctx context.Context, to IO) error {
	came, err := app.RotateKeys(ctx, c.Storage)
	if err != nil {
		return err
	}
	if came.Lost > 0 {
		if _, err := fmt.Fprintf(to.Stderr, "%d sealed values could not be opened by any key and were left: give those keys of model connections anew.\n", came.Lost); err != nil {
			return err
		}
	}
	_, err = io.WriteString(to.Stdout, told(came))
	return err
}

// told says under which key everything is now.
func told(came app.Rotated) string {
	now := "now"
	if came.Already {
		now = "already"
	}
	return fmt.Sprintf("The database's own master key is %s %s. %s under it; %d of them had to be sealed anew.\n",
		came.Key, now, values(came.Under), came.Sealed)
}

// values says how many there are.
func values(n int64) string {
	if n == 1 {
		return "1 sealed value is"
	}
	return fmt.Sprintf("%d sealed values are", n)
}
