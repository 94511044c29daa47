package flows

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/osteele/liquid"
)

// addReckoning replaces the filters that reckon: liquid's own say a million as 1e+06, and tell of the
// binary fractions behind a sum.
func addReckoning(e *liquid.Engine) {
	e.RegisterFilter("abs", func(a float64) (any, error) { return amount(math.Abs(a)) })
	e.RegisterFilter("ceil", func(a float64) (any, error) { return amount(math.Ceil(a)) })
	e.RegisterFilter("floor", func(a float64) (any, error) { return amount(math.Floor(a)) })
	e.RegisterFilter("plus", func(a, b float64) (any, error) { return amount(a + b) })
	e.RegisterFilter("minus", func(a, b float64) (any, error) { return amount(a - b) })
	e.RegisterFilter("times", func(a, b float64) (any, error) { return amount(a * b) })
	e.RegisterFilter("modulo", modulo)
	e.RegisterFilter("divided_by", divided)
	e.RegisterFilter("round", func(a float64, places func(int) int) (any, error) {
		scale := math.Pow10(max(0, min(places(0), 9)))
		return amount(math.Round(a*scale) / scale)
	})
}

var (
	errByZero    = errors.New("division by zero")
	errNoDivisor = errors.New("divided by what is no number")
	errNoNumber  = errors.New("the result is no number")
)

func modulo(a, b float64) (any, error) {
	if b == 0 {
		return nil, errByZero
	}
	return amount(math.Mod(a, b))
}

// divided divides as liquid does: by a whole number without a rest.
func divided(a float64, by any) (any, error) {
	text := fmt.Sprint(by)
	b, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, errNoDivisor
	}
	if b == 0 {
		return nil, errByZero
	}
	_, fraction := by.(float64) // as in a template's own 5.0
	if _, err := strconv.ParseInt(text, 10, 64); err == nil && !fraction {
		return amount(math.Floor(a / b))
	}
	return amount(a / b)
}

const (
	digits    = 12   // of a result that count; behind them is the noise of binary fractions
	mostWhole = 1e15 // up to here whole numbers are exact
	mostPlain = 1e6  // from here on templates write fractions in powers of ten
)

// amount is a number as a template writes it: whole where it is whole, and never in powers of ten.
func amount(x float64) (any, error) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil, errNoNumber
	}
	if x == math.Trunc(x) && math.Abs(x) < mostWhole {
		return int64(x), nil
	}
	x, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', digits, 64), 64)
	switch {
	case err != nil:
		return nil, errNoNumber
	case x == math.Trunc(x) && math.Abs(x) < mostWhole:
		return int64(x), nil
	case math.Abs(x) >= mostPlain || math.Abs(x) < 1e-4:
		return strconv.FormatFloat(x, 'f', -1, 64), nil
	}
	return x, nil
}
