package flows

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/osteele/liquid"
	"github.com/osteele/liquid/render"

	"github.com/bimpe/bimpe/internal/console"
)

// The bounds of a template and of what comes of it.
const (
	maxTemplate = 10_000                       // characters
	maxMarks    = 200                          // objects, tags and filters
	maxNesting  = 10                           // blocks in blocks
	maxRendered = 4 * console.MaxMessageLength // bytes, which are at least as many as characters
	maxSteps    = 100                          // rounds of all loops
	maxWork     = 1000                         // marks, each as often as it is gone round to, of one decision
)

// template is a text with liquid in it. The zero template is an empty text.
type template struct {
	text   string           // without liquid: what is said, byte for byte
	liquid *liquid.Template // nil: there is none in it
	marks  int              // objects, tags and filters
}

func (t template) blank() bool { return t.liquid == nil && strings.TrimSpace(t.text) == "" }

// templates compiles them.
type templates struct{ engine *liquid.Engine }

func newTemplates() templates {
	e := liquid.NewEngine()
	addFilters(e)
	e.RegisterTag(roundTag, countRound)
	return templates{engine: e}
}

// compile makes a template. Of one with faults in it, which come as sentences without a subject, it
// makes the text as it stands: so one from a release that knew no liquid is said as it always was.
func (ts templates) compile(text string, known names) (template, []string) {
	if !strings.Contains(text, "{{") && !strings.Contains(text, "{%") {
		return template{text: text}, nil
	}
	if utf8.RuneCountInString(text) > maxTemplate {
		return template{text: text}, []string{fmt.Sprintf("is longer than %d characters", maxTemplate)}
	}
	r := read(text, known)
	if len(r.faults) > 0 {
		return template{text: text}, r.faults
	}
	t, err := ts.parse(r.source.String())
	if err != nil {
		return template{text: text}, []string{err.Error()}
	}
	return template{text: text, liquid: t, marks: r.marks}, nil
}

// parse never panics, as the parser would where blocks do not fit into each other.
func (ts templates) parse(source string) (t *liquid.Template, err error) {
	defer func() {
		if r := recover(); r != nil {
			t, err = nil, errors.New("is not liquid: its tags do not fit together")
		}
	}()
	t, fault := ts.engine.ParseString(source)
	if fault != nil {
		return nil, errors.New("is not liquid: " + line(cause(fault)))
	}
	return t, nil
}

func cause(err liquid.SourceError) string {
	if c := err.Cause(); c != nil {
		return c.Error()
	}
	return err.Error()
}

// render returns what is said, or why it could not be worked out. What it costs is taken off work.
func (t template) render(values map[string]any, work *int) (text string, err error) {
	if t.liquid == nil {
		return t.text, nil
	}
	defer func() {
		if r := recover(); r != nil {
			text, err = "", errors.New("could not be worked out, or became too long")
		}
	}()
	rounds := min(maxSteps, *work/t.marks)
	allowed := rounds
	defer func() { *work -= t.marks * (1 + allowed - rounds) }()
	if rounds == 0 {
		return "", errors.New("is one too many: all texts together are too much work")
	}
	with := make(map[string]any, len(values)+1)
	for k, v := range values {
		with[k] = v
	}
	with[roundTag] = &rounds
	w := &bounded{}
	if fault := t.liquid.FRender(w, with); fault != nil {
		return "", unsaid(cause(fault))
	}
	text = strings.TrimSpace(w.text.String())
	if n := utf8.RuneCountInString(text); n > console.MaxMessageLength {
		return "", errTooLong
	}
	return text, nil
}

var errTooLong = fmt.Errorf("is longer than %d characters", console.MaxMessageLength)

// bounded refuses more than a message can hold.
type bounded struct{ text strings.Builder }

// Write adds to the text, or refuses.
func (b *bounded) Write(p []byte) (int, error) {
	if b.text.Len()+len(p) > maxRendered {
		return 0, errTooLong
	}
	return b.text.Write(p)
}

// roundTag is put into every loop, where it counts. No template can name it.
const roundTag = "_round"

func countRound(c render.Context) (string, error) {
	left, ok := c.Get(roundTag).(*int)
	if !ok || *left <= 0 {
		return "", errors.New("goes round too often")
	}
	*left--
	return "", nil
}

// asks reports whether the template may ask for what has such a name.
func (t template) asks(name string) bool {
	return t.liquid != nil && strings.Contains(t.text, name)
}
