package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/e2e/strict"
)

// walker is the strictest client of an era. It holds every answer to the era's profile and
// remembers which operations it has seen succeed.
type walker struct {
	t    *testing.T
	s    *site
	p    *strict.Profile
	seen map[string]bool
}

func newWalker(t *testing.T, s *site, era string) *walker {
	t.Helper()
	p, err := strict.Load(era)
	if err != nil {
		t.Fatal(err)
	}
	return &walker{t: t, s: s, p: p, seen: map[string]bool{}}
}

// operation finds what a line such as "GET /agents/{}?limit=2" asks for, and the path with the ids
// in it.
func (w *walker) operation(line string, ids []string) (strict.Operation, string) {
	w.t.Helper()
	name, query, _ := strings.Cut(line, "?")
	o, ok := w.p.Operation(name)
	if !ok {
		w.t.Fatalf("%s: the era %s has no such operation", name, w.p.Era)
	}
	_, path, _ := strings.Cut(name, " ")
	for _, id := range ids {
		path = strings.Replace(path, "{}", id, 1)
	}
	if strings.Contains(path, "{}") {
		w.t.Fatalf("%s: only %d ids", line, len(ids))
	}
	if query != "" {
		path += "?" + query
	}
	return o, api + path
}

func (w *walker) send(line string, body any, ids []string) (strict.Operation, strict.Answer) {
	w.t.Helper()
	o, path := w.operation(line, ids)
	a := w.s.send(w.t, request{method: o.Method, path: path, body: body})
	return o, strict.Answer{Status: a.status, Header: a.header, Body: a.body}
}

func (w *walker) report(line string, a strict.Answer, faults []string) {
	w.t.Helper()
	if len(faults) > 0 {
		w.t.Errorf("%s, era %s:\n  %s\n%.600s", line, w.p.Era, strings.Join(faults, "\n  "), a.Body)
	}
}

// do asks for something that must succeed, and returns the answer's data.
func (w *walker) do(line string, body any, ids ...string) any {
	w.t.Helper()
	o, a := w.send(line, body, ids)
	got, faults := w.p.Success(o, a)
	w.report(line, a, faults)
	w.seen[o.Name()] = true
	return got
}

// one is do for an answer that is one thing.
func (w *walker) one(line string, body any, ids ...string) object {
	w.t.Helper()
	got, ok := w.do(line, body, ids...).(map[string]any)
	if !ok {
		w.t.Fatalf("%s: the data is no object", line)
	}
	return got
}

// all is do for a list.
func (w *walker) all(line string, ids ...string) []object {
	w.t.Helper()
	items, _ := w.do(line, nil, ids...).([]any) // no list has been reported
	var all []object
	for _, item := range items {
		o, _ := item.(map[string]any) // as above
		all = append(all, o)
	}
	return all
}

// refused asks for something that must be refused with a code, and returns the reason.
func (w *walker) refused(code, line string, body any, ids ...string) string {
	w.t.Helper()
	_, a := w.send(line, body, ids)
	reason, faults := strict.Refusal(code, a)
	if strings.Contains(string(a.Body), "nothing at this path") {
		faults = append(faults, "the server does not know the operation")
	}
	w.report(line, a, faults)
	return reason
}

// never is refused for an operation that nothing can make succeed yet.
func (w *walker) never(code, line string, body any, ids ...string) {
	w.t.Helper()
	o, _ := w.operation(line, ids)
	w.refused(code, line, body, ids...)
	w.seen[o.Name()] = true
}

// pages walks a list page by page and fails unless it has just so many rows, each once.
func (w *walker) pages(line string, limit, rows int, ids ...string) {
	w.t.Helper()
	with := "?"
	if strings.Contains(line, "?") {
		with = "&"
	}
	seen := map[any]bool{}
	for page := 1; ; page++ {
		got := w.all(line+with+"limit="+itoa(limit)+"&page="+itoa(page), ids...)
		for _, row := range got {
			seen[row["id"]] = true
		}
		if len(got) < limit {
			break
		}
	}
	if len(seen) != rows {
		w.t.Errorf("%s, %d a page: %d rows, want %d", line, limit, len(seen), rows)
	}
}

// sent fails unless what was sent reads back, field by field.
func (w *walker) sent(body, got object) {
	w.t.Helper()
	back := object{}
	for name := range body {
		back[name] = got[name]
	}
	if diff := cmp.Diff(plainly(w.t, body), plainly(w.t, back)); diff != "" {
		w.t.Errorf("what was sent does not read back (-sent +got):\n%s", diff)
	}
}

// plainly is a value as JSON has it.
func plainly(t *testing.T, v any) any {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// id is the id of something.
func id(o object) string {
	s, _ := o["id"].(string) // no id has been reported
	return s
}

// covered fails for each operation of the era that has not succeeded, or never does.
func (w *walker) covered() {
	w.t.Helper()
	for _, o := range w.p.Operations {
		if !w.seen[o.Name()] {
			w.t.Errorf("the walk through the era %s leaves out %s", w.p.Era, o.Name())
		}
	}
}

// frames is an open stream whose every frame is held to the profile.
type frames struct {
	w    *walker
	line string
	o    strict.Operation
	come chan string // each without the empty line after it; closed at the end of the body
	err  error       // once come is closed
}

// listen takes a ticket and opens a stream; it is closed at the test's end.
func (w *walker) listen(line, query string, ids ...string) *frames {
	w.t.Helper()
	at := "/agents/{}/conversations/{}"
	if len(ids) == 0 {
		at = "/conversations"
	}
	ticket := w.one("POST "+at+"/stream-ticket", nil, ids...)
	o, path := w.operation(line, ids)
	out, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet,
		w.s.base()+path+"?ticket="+plainText(ticket["ticket"])+query, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	in, err := streamClient.Do(out)
	if err != nil {
		w.t.Fatalf("%s: %v", line, err)
	}
	w.report(line, strict.Answer{}, o.Opened(strict.Answer{Status: in.StatusCode, Header: in.Header}))
	w.seen[o.Name()] = true
	f := &frames{w: w, line: line, o: o, come: make(chan string, 64)}
	go f.read(in.Body)
	w.t.Cleanup(func() {
		_ = in.Body.Close() // it was only read
		for range f.come {  // the reader ends
		}
	})
	return f
}

func plainText(v any) string {
	s, _ := v.(string) // what is no text has been reported
	return s
}

func (f *frames) read(body io.Reader) {
	defer close(f.come)
	in := bufio.NewScanner(body)
	in.Buffer(nil, 1<<20)
	in.Split(func(data []byte, end bool) (int, []byte, error) {
		if i := bytes.Index(data, []byte("\n\n")); i >= 0 {
			return i + 2, data[:i], nil
		}
		if end && len(data) > 0 {
			return 0, nil, errors.New("the last frame is cut short")
		}
		return 0, nil, nil
	})
	for in.Scan() {
		f.come <- in.Text()
	}
	f.err = in.Err()
}

// next returns the next event of a name; all that come are checked.
func (f *frames) next(name string) object {
	f.w.t.Helper()
	ctx := within(f.w.t, patience)
	for {
		select {
		case text, ok := <-f.come:
			if !ok {
				f.w.t.Fatalf("%s ended (%v) before a %s", f.line, f.err, name)
			}
			e, faults := f.w.p.Frame(f.o, text)
			f.w.report(f.line, strict.Answer{Body: []byte(text)}, faults)
			if e.Event == name {
				return e.Data
			}
		case <-ctx.Done():
			f.w.t.Fatalf("%s: no %s came", f.line, name)
		}
	}
}

// message waits for the next message, and for its text to be what is wanted.
func (f *frames) message(want string) object {
	f.w.t.Helper()
	m := f.next("message")
	if m["message"] != want {
		f.w.t.Errorf("%s: message %v, want %q", f.line, m["message"], want)
	}
	return m
}
