package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func things() Table {
	return Table{Name: "thing", Columns: []Column{
		{"blob", Bytes}, {"done", Bool}, {"name", Text}, {"size", Int},
	}}
}

func rows() [][]any {
	return [][]any{
		{[]byte{0, 255}, true, "Ọláyẹmí \x7f", int64(math.MinInt64)},
		{[]byte{}, false, "", int64(math.MaxInt64)},
		{nil, nil, nil, nil},
		{[]byte("x"), true, strings.Repeat("long ", 20_000), int64(0)},
	}
}

func header() Header {
	return Header{
		Schema: 19, Release: "v1", Engine: "sqlite", MasterFingerprint: "0f",
		TakenAt: time.UnixMilli(1_800_000_000_000).UTC(),
	}
}

// written is an archive with a table of some rows, one that is empty, and one of many.
func written(tb testing.TB) ([]byte, Contents) {
	tb.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, header())
	if err != nil {
		tb.Fatal(err)
	}
	put := func(table Table, all [][]any) {
		tb.Helper()
		if err := w.Table(table); err != nil {
			tb.Fatal(err)
		}
		for _, values := range all {
			row, err := AppendRow(nil, table.Columns, values)
			if err != nil {
				tb.Fatal(err)
			}
			if err := w.Row(row); err != nil {
				tb.Fatal(err)
			}
		}
	}
	put(things(), rows())
	put(Table{Name: "nothing", Columns: things().Columns}, nil)
	var many [][]any
	for i := range 10_000 {
		many = append(many, []any{int64(i)})
	}
	put(Table{Name: "number", Columns: []Column{{"n", Int}}}, many)
	c, err := w.Close()
	if err != nil {
		tb.Fatal(err)
	}
	return b.Bytes(), c
}

// What was written is read, value by value.
func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	b, want := written(t)
	if want.Rows() != 10_004 {
		t.Errorf("Rows: got %d, want 10004", want.Rows())
	}
	r, err := NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(header(), r.Header()); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	table, err := r.Next()
	if diff := cmp.Diff(things(), table); err != nil || diff != "" {
		t.Errorf("the first table, %v (-want +got):\n%s", err, diff)
	}
	var got [][]any
	for {
		values := make([]any, len(table.Columns))
		more, err := r.Row(values)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
		got = append(got, values)
	}
	if diff := cmp.Diff(rows(), got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	for _, name := range []string{"nothing", "number"} { // the rows are not asked for
		if table, err = r.Next(); err != nil || table.Name != name {
			t.Errorf("Next: got %q, %v, want %q", table.Name, err, name)
		}
	}
	if _, err = r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("the end: got %v, want io.EOF", err)
	}
	if diff := cmp.Diff(want, r.Contents(), cmp.AllowUnexported(Sum{})); diff != "" {
		t.Errorf("contents (-written +read):\n%s", diff)
	}
}

// No byte can change, none can be missing and none can be added without being noticed.
func TestDamageIsNoticed(t *testing.T) {
	t.Parallel()
	whole, _ := written(t)
	check := func(what string, b []byte, want ...error) {
		t.Helper()
		_, err := Check(bytes.NewReader(b))
		for _, w := range want {
			if errors.Is(err, w) {
				return
			}
		}
		t.Errorf("%s: got %v, want one of %v", what, err, want)
	}
	step := len(whole) / 400
	for i := 0; i < len(whole); i += min(step, max(1, i/50)) {
		b := bytes.Clone(whole)
		b[i] ^= 0x10
		if i < len(magic) {
			check(fmt.Sprint("byte ", i), b, ErrForeign)
		} else {
			check(fmt.Sprint("byte ", i), b, ErrDamaged, ErrShort)
		}
		if i < len(magic) {
			check(fmt.Sprint("cut at ", i), whole[:i], ErrForeign)
		} else {
			check(fmt.Sprint("cut at ", i), whole[:i], ErrShort)
		}
	}
	for i := len(whole) - 100; i < len(whole); i++ {
		check(fmt.Sprint("cut at ", i), whole[:i], ErrShort)
	}
	check("more", append(bytes.Clone(whole), 0), ErrDamaged)
	check("twice", append(bytes.Clone(whole), whole...), ErrDamaged)
	check("nothing", nil, ErrForeign)
	check("another file", []byte("SQLite format 3\x00 and so on"), ErrForeign)
	if _, err := Check(bytes.NewReader(whole)); err != nil {
		t.Errorf("the whole one: %v", err)
	}
}

// A reader's own fault is no fault of the archive.
func TestAFaultOfReadingIsPassedOn(t *testing.T) {
	t.Parallel()
	whole, _ := written(t)
	broken := errors.New("broken")
	for _, n := range []int{0, 20, 300, len(whole) / 2} {
		_, err := Check(io.MultiReader(bytes.NewReader(whole[:n]), failing{broken}))
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: got %v, want the reader's own", n, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A fault of writing is told by the next call or by Close.
func TestAFaultOfWritingIsTold(t *testing.T) {
	t.Parallel()
	w, err := NewWriter(full{}, header())
	if err != nil {
		t.Fatal(err)
	}
	err = w.Table(things())
	for i := 0; err == nil && i < 100_000; i++ {
		err = w.Row(make([]byte, 1000))
	}
	if !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v, want io.ErrShortWrite", err)
	}
	if _, err := w.Close(); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("Close: got %v, want io.ErrShortWrite", err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// A sum does not ask in which order rows came, but which they were.
func TestASumIsOfRowsInAnyOrder(t *testing.T) {
	t.Parallel()
	sum := func(rows ...string) (s Sum) {
		for _, r := range rows {
			s.Add([]byte(r))
		}
		return s
	}
	same := sum("a", "b", "c")
	if got := sum("c", "a", "b"); got != same {
		t.Errorf("another order: got %v, want %v", got, same)
	}
	for _, other := range []Sum{sum(), sum("a", "b"), sum("a", "b", "d"), sum("a", "b", "c", "c")} {
		if other.Hash() == same.Hash() {
			t.Errorf("%v is like %v", other, same)
		}
	}
}

// A value of another kind than its column's is refused on both ways.
func TestKindsAreHeld(t *testing.T) {
	t.Parallel()
	values := map[Kind]any{Int: int64(1), Bool: true, Text: "x", Bytes: []byte("x")}
	for kind := range values {
		for is, value := range values {
			columns := []Column{{"c", kind}}
			if _, err := AppendRow(nil, columns, []any{value}); (err == nil) != (kind == is) {
				t.Errorf("AppendRow of %s into %s: %v", is, kind, err)
			}
			row, err := AppendRow(nil, []Column{{"c", is}}, []any{value})
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := takeRow(row, columns, make([]any, 1)); (err == nil) != (kind == is) {
				t.Errorf("takeRow of %s from %s: %v", kind, is, err)
			}
		}
		if _, err := AppendRow(nil, []Column{{"c", kind}}, []any{1.5}); err == nil {
			t.Errorf("AppendRow took a float for %s", kind)
		}
	}
}

// A row too large for a reader is not written.
func TestARowHasABound(t *testing.T) {
	t.Parallel()
	w, err := NewWriter(io.Discard, header())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Table(things()); err != nil {
		t.Fatal(err)
	}
	if err := w.Row(make([]byte, maxFrame)); err == nil {
		t.Error("a row of 64 MiB was taken")
	}
}

// Whatever bytes come, a reader ends, and what it calls sound is written again as it was.
func FuzzCheck(f *testing.F) {
	whole, _ := written(f)
	f.Add(whole[:400])
	f.Add([]byte(magic + "H\x00\x00\x00\x02{}T\x00\x00\x00\x02{}R\x00\x00\x00\x01\x00"))
	f.Add([]byte(magic + "H\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := Check(bytes.NewReader(b)); err == nil && !bytes.HasPrefix(b, []byte(magic)) {
			t.Errorf("%q passes for an archive", b)
		}
	})
}
