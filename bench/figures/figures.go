// Package figures keeps what was measured, compares it with its floor and its bar, and prints it. It
// measures nothing. Values are not for use by many goroutines at a time.
package figures

import (
	"math"
	"slices"
	"time"
)

// Kind says what a bar is about.
type Kind string

// The kinds of bar. The zero value is no bar: the figure is only printed.
const (
	RatioAtMost  Kind = "ratio at most"
	RatioAtLeast Kind = "ratio at least"
	ValueAtMost  Kind = "value at most"
	ValueAtLeast Kind = "value at least"
)

// Bar is what a figure has to reach.
type Bar struct {
	Kind  Kind    `json:"kind,omitempty"`
	Limit float64 `json:"limit,omitempty"`
}

// Figure is one line of the table: the same thing measured some times here and, by turns, on the
// floor. Ours must not be empty.
type Figure struct {
	Name  string    `json:"name"`
	Unit  string    `json:"unit"`
	Ours  []float64 `json:"ours"`
	Floor []float64 `json:"floor,omitempty"` // empty: there is no floor to it
	Bar   Bar       `json:"bar"`
	Note  string    `json:"note,omitempty"`
}

// Ratio is the median here divided by the median of the floor, NaN where there is no floor.
func (f Figure) Ratio() float64 {
	if len(f.Floor) == 0 {
		return math.NaN()
	}
	return Median(f.Ours) / Median(f.Floor)
}

// Missed reports that there is a bar and that it was not reached. What could not be computed has
// not reached it.
func (f Figure) Missed() bool {
	value := Median(f.Ours)
	switch f.Bar.Kind {
	case RatioAtMost:
		return !(f.Ratio() <= f.Bar.Limit)
	case RatioAtLeast:
		return !(f.Ratio() >= f.Bar.Limit)
	case ValueAtMost:
		return !(value <= f.Bar.Limit)
	case ValueAtLeast:
		return !(value >= f.Bar.Limit)
	default:
		return false
	}
}

// Median is the middle value, the mean of the two middle ones where they are even in number, and
// NaN of nothing.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// Quantile is the value below which the part q of times lies, 0 of nothing.
func Quantile(times []time.Duration, q float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[min(len(sorted)-1, int(float64(len(sorted))*q))]
}

// Milliseconds is a time as figures are given in.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
