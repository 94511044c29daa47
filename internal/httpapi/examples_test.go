package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/httpapi/manual"
)

// recording is an exchange of a wire test.
type recording struct {
	pattern string // of the operation; empty: it went to none
	body    []byte // of the request
	status  int
	answer  []byte
}

// recordings are the exchanges of the wire tests that tell a story for the document, manual_*.txtar.
func recordings(t *testing.T, h *house) []recording {
	t.Helper()
	names, err := filepath.Glob("testdata/manual_*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no stories for the document: %v", err)
	}
	var told []recording
	for _, name := range names {
		file, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(file.Files); i += 2 {
			told = append(told, record(t, h, unscrubbed(file.Files[i].Data), unscrubbed(file.Files[i+1].Data)))
		}
	}
	return told
}

func record(t *testing.T, h *house, request, answer string) recording {
	t.Helper()
	r := parseRequest(t, request)
	_, pattern := h.mux.Handler(r)
	head, body, _ := strings.Cut(answer, "\n\n")
	status, err := strconv.Atoi(head[:3])
	if err != nil {
		t.Fatalf("the status of %q: %v", head, err)
	}
	return recording{pattern: pattern, body: take(t, r), status: status, answer: []byte(strings.TrimSpace(body))}
}

// unscrubbed puts something that looks like it in the place of what is random.
func unscrubbed(text []byte) string {
	return os.Expand(string(text), func(name string) string {
		switch name {
		case "code":
			return "K7QM2ZPA"
		case "hint":
			return "x3fQ"
		case "secret":
			return "sk_EXAMPLE-not-a-key-EXAMPLE-not-a-key-EXAMPLEx3fQ"
		case "ticket":
			return "EXAMPLE-not-a-ticket"
		default:
			return "sk_EXAMPLE"
		}
	})
}

// The examples of the document are exchanges of the wire tests manual_*.txtar: the first success of
// each operation and the first answer with each error. -update writes them anew.
func TestExamplesAreWhatWasRecorded(t *testing.T) {
	t.Parallel()
	h := openHouse(t, nil)
	all := recordings(t, h)
	want := map[string][]byte{"errors": faultExamples(t, all)}
	for _, op := range h.operations() {
		want[op.name] = exampleOf(t, h, &op, all)
	}
	folder := "manual/examples"
	for name, raw := range want {
		file := filepath.Join(folder, name+".json")
		if *update && raw != nil {
			if err := os.WriteFile(file, raw, 0o644); err != nil { //nolint:gosec // a source file
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(file)
		if diff := cmp.Diff(string(raw), string(got)); diff != "" {
			t.Errorf("%s is not what the wire tests recorded (%v); make openapi writes it anew (-want +got):\n%s", file, err, diff)
		}
	}
	for _, name := range h.manual.Examples() {
		if want[name] == nil {
			t.Errorf("%s/%s.json is the example of no operation", folder, name)
		}
	}
}

// exampleOf is the first success of an operation; of one that cannot succeed yet, the first request
// that it understood. It is nil if there is none.
func exampleOf(t *testing.T, h *house, op *operation, all []recording) []byte {
	t.Helper()
	notYet := h.manual.Operation(op.name).NotYet != ""
	for _, r := range all {
		if r.pattern != op.method+" "+Prefix+op.path || !r.succeeded() && !notYet {
			continue
		}
		e := manual.Example{}
		if op.endpoint.body != nil {
			e.Request = r.body
		}
		switch {
		case !r.succeeded():
		case json.Valid(r.answer):
			e.Answer = r.answer
		default:
			e.Answer = quoted(t, string(r.answer))
		}
		return indented(t, e)
	}
	return nil
}

func (r recording) succeeded() bool { return r.status < http.StatusMultipleChoices }

// faultExamples are the first answers with each error that an operation can give.
func faultExamples(t *testing.T, all []recording) []byte {
	t.Helper()
	found := map[string]json.RawMessage{}
	for _, r := range all {
		var e struct {
			Code   console.Code
			Reason console.Reason
		}
		if r.succeeded() || json.Unmarshal(r.answer, &e) != nil {
			continue
		}
		name := fault{code: e.Code, reason: e.Reason}.name()
		if found[name] == nil {
			found[name] = r.answer
		}
	}
	return indented(t, found)
}

func quoted(t *testing.T, s string) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func indented(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(fmt.Errorf("write %v: %w", v, err))
	}
	return b.Bytes()
}
