package figures

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"text/tabwriter"
)

// WriteTable prints figures for people. Spread is the least and the most of the runs here.
func WriteTable(to io.Writer, all []Figure) error {
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	// What a tabwriter is given it keeps; the first fault comes back from Flush.
	_, _ = fmt.Fprintln(t, "FIGURE\tOURS\tFLOOR\tRATIO\tBAR\t\tSPREAD\tNOTE")
	for _, f := range all {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Name, f.value(f.Ours), f.value(f.Floor), f.ratio(),
			f.bar(), f.verdict(), f.spread(), f.Note)
	}
	return t.Flush()
}

func (f Figure) value(runs []float64) string {
	if len(runs) == 0 {
		return "-"
	}
	return number(Median(runs)) + " " + f.Unit
}

func (f Figure) ratio() string {
	if r := f.Ratio(); !math.IsNaN(r) {
		return strconv.FormatFloat(r, 'f', 2, 64) + " x"
	}
	return "-"
}

func (f Figure) bar() string {
	limit := number(f.Bar.Limit)
	switch f.Bar.Kind {
	case RatioAtMost:
		return "≤ " + limit + " x"
	case RatioAtLeast:
		return "≥ " + limit + " x"
	case ValueAtMost:
		return "≤ " + limit + " " + f.Unit
	case ValueAtLeast:
		return "≥ " + limit + " " + f.Unit
	default:
		return "-"
	}
}

func (f Figure) verdict() string {
	switch {
	case f.Bar.Kind == "":
		return ""
	case f.Missed():
		return "MISSED"
	default:
		return "met"
	}
}

func (f Figure) spread() string {
	if len(f.Ours) < 2 {
		return "-"
	}
	return number(slices.Min(f.Ours)) + "–" + number(slices.Max(f.Ours))
}

// number has three digits that count, or all of them before the point.
func number(v float64) string {
	switch a := math.Abs(v); {
	case a >= 100 || a == math.Trunc(a):
		return strconv.FormatFloat(v, 'f', 0, 64)
	case a >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case a >= 1:
		return strconv.FormatFloat(v, 'f', 2, 64)
	default:
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
}

// lineJSON is a figure with what follows from it.
type lineJSON struct {
	Figure
	Median      float64  `json:"median"`
	FloorMedian *float64 `json:"floor_median,omitempty"`
	Ratio       *float64 `json:"ratio,omitempty"`
	Missed      bool     `json:"missed"`
}

// WriteJSON prints figures for programs, as one array.
func WriteJSON(to io.Writer, all []Figure) error {
	lines := make([]lineJSON, len(all))
	for i, f := range all {
		lines[i] = lineJSON{Figure: f, Median: Median(f.Ours), Missed: f.Missed()}
		if len(f.Floor) > 0 {
			floor, ratio := Median(f.Floor), f.Ratio()
			lines[i].FloorMedian, lines[i].Ratio = &floor, &ratio
		}
	}
	e := json.NewEncoder(to)
	e.SetIndent("", "  ")
	return e.Encode(lines)
}
