package cli

import (
	"context"
	"fmt"

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
	_, err = fmt.Fprintf(to.Stdout, "%d sealed values are under the new master key.\n", came.Sealed)
	return err
}
