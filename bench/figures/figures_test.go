package figures

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		values []float64
		want   float64
	}{
		"one":           {[]float64{3}, 3},
		"odd, unsorted": {[]float64{9, 1, 5}, 5},
		"even":          {[]float64{4, 1, 3, 2}, 2.5},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Median(test.values); got != test.want {
				t.Errorf("Median(%v) = %v, want %v", test.values, got, test.want)
			}
		})
	}
	if got := Median(nil); !math.IsNaN(got) {
		t.Errorf("Median(nil) = %v, want NaN", got)
	}
}

func TestMedianLeavesTheOrderOfRuns(t *testing.T) {
	t.Parallel()
	runs := []float64{3, 1, 2}
	Median(runs)
	if diff := cmp.Diff([]float64{3, 1, 2}, runs); diff != "" {
		t.Error(diff)
	}
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	var times []time.Duration
	for i := 100; i > 0; i-- {
		times = append(times, time.Duration(i))
	}
	tests := map[float64]time.Duration{0: 1, .5: 51, .99: 100, 1: 100}
	for q, want := range tests {
		if got := Quantile(times, q); got != want {
			t.Errorf("Quantile(1..100, %v) = %d, want %d", q, got, want)
		}
	}
	if got := Quantile(nil, .5); got != 0 {
		t.Errorf("Quantile of nothing = %d, want 0", got)
	}
}

func TestMissed(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		figure Figure
		want   bool
	}{
		"no bar":                {Figure{Ours: []float64{1}}, false},
		"ratio just reached":    {Figure{Ours: []float64{4}, Floor: []float64{2}, Bar: Bar{RatioAtMost, 2}}, false},
		"ratio too high":        {Figure{Ours: []float64{5}, Floor: []float64{2}, Bar: Bar{RatioAtMost, 2}}, true},
		"ratio too low":         {Figure{Ours: []float64{2}, Floor: []float64{2}, Bar: Bar{RatioAtLeast, 1.5}}, true},
		"ratio high enough":     {Figure{Ours: []float64{3}, Floor: []float64{2}, Bar: Bar{RatioAtLeast, 1.5}}, false},
		"ratio without floor":   {Figure{Ours: []float64{3}, Bar: Bar{RatioAtMost, 2}}, true},
		"value too high":        {Figure{Ours: []float64{61}, Bar: Bar{ValueAtMost, 60}}, true},
		"value low enough":      {Figure{Ours: []float64{60}, Bar: Bar{ValueAtMost, 60}}, false},
		"value too low":         {Figure{Ours: []float64{999}, Bar: Bar{ValueAtLeast, 1000}}, true},
		"median is what counts": {Figure{Ours: []float64{1, 2000, 1500}, Bar: Bar{ValueAtLeast, 1000}}, false},
		"nothing was measured":  {Figure{Bar: Bar{ValueAtMost, 60}}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.figure.Missed(); got != test.want {
				t.Errorf("Missed() = %v, want %v", got, test.want)
			}
		})
	}
}

func some() []Figure {
	return []Figure{
		{Name: "a turn", Unit: "ms", Ours: []float64{1.5, 1.25, 2}, Floor: []float64{1, 1, 1}, Bar: Bar{RatioAtMost, 2}},
		{Name: "memory", Unit: "MB", Ours: []float64{75}, Bar: Bar{ValueAtMost, 60}, Note: "noisy"},
		{Name: "elsewhere", Unit: "/s", Ours: []float64{12345.6, 12345.6}},
	}
}

func TestWriteTable(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteTable(&b, some()); err != nil {
		t.Fatal(err)
	}
	want := `FIGURE     OURS      FLOOR  RATIO   BAR              SPREAD       NOTE
a turn     1.50 ms   1 ms   1.50 x  ≤ 2 x    met     1.25–2       
memory     75 MB     -      -       ≤ 60 MB  MISSED  -            noisy
elsewhere  12346 /s  -      -       -                12346–12346  
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestWriteJSON(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteJSON(&b, some()); err != nil {
		t.Fatal(err)
	}
	var got []struct {
		Name        string
		Median      float64
		FloorMedian *float64 `json:"floor_median"`
		Ratio       *float64
		Missed      bool
	}
	if err := json.NewDecoder(strings.NewReader(b.String())).Decode(&got); err != nil {
		t.Fatalf("%v in %s", err, b.String())
	}
	if len(got) != 3 || *got[0].Ratio != 1.5 || *got[0].FloorMedian != 1 || got[0].Missed || !got[1].Missed || got[1].Ratio != nil {
		t.Errorf("got %s", b.String())
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestWritersTellOfFaults(t *testing.T) {
	t.Parallel()
	if err := WriteTable(broken{}, some()); err == nil {
		t.Error("WriteTable = nil, want an error")
	}
	if err := WriteJSON(broken{}, some()); err == nil {
		t.Error("WriteJSON = nil, want an error")
	}
}
