package webpage

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	// maxText is the longest text that is taken from a page, in bytes.
	maxText = 1 << 20
	// maxLink is the longest address that is written behind the words of a link, in bytes.
	maxLink = 500
)

// writer writes a tree as Markdown as far as reading and searching need it: headings, paragraphs,
// lists, rows of tables, links. Nothing is escaped, since it is never rendered. What it writes is
// bounded, and every node is looked at once.
type writer struct {
	b       strings.Builder
	base    *url.URL
	breaks  int    // line ends that are due before the next word
	space   bool   // a space is due before the next word
	mark    string // stands before the next word
	oneLine int    // over 0: no line ends, as in headings, cells and links
	verses  int    // over 0: spaces and line ends count
	lists   int    // how many lists deep
	heading int    // where the title ends
}

func newWriter(base *url.URL) *writer { return &writer{base: base} }

func (w *writer) title(s string) {
	if s != "" {
		w.b.WriteString("# " + s)
		w.heading, w.breaks = w.b.Len(), 2
	}
}

// empty reports whether there is nothing but a title.
func (w *writer) empty() bool { return w.b.Len() == w.heading }

// text is what was written; "" where it is nothing but a title.
func (w *writer) text() (string, error) {
	switch {
	case w.empty():
		return "", nil
	case w.full():
		return "", tooLong()
	default:
		return w.b.String(), nil
	}
}

func tooLong() *Error {
	return failed("There is more text on the page than can be kept: %d KiB at most.", maxText>>10)
}

func (w *writer) full() bool { return w.b.Len() > maxText }

func (w *writer) node(n *html.Node) {
	switch {
	case w.full():
	case n.Type == html.TextNode:
		w.words(n.Data)
	case n.Type == html.ElementNode:
		w.element(n)
	default:
		w.children(n)
	}
}

func (w *writer) children(n *html.Node) {
	for c := range n.ChildNodes() {
		w.node(c)
	}
}

// words writes text with its spaces run together.
func (w *writer) words(s string) {
	if w.verses > 0 {
		w.flush()
		w.b.WriteString(s)
		return
	}
	if s != "" && isSpace(s[0]) {
		w.space = true
	}
	for word := range strings.FieldsSeq(s) {
		w.flush()
		w.b.WriteString(word)
		w.space = true
	}
	w.space = s != "" && (isSpace(s[len(s)-1]) || w.space && strings.TrimSpace(s) == "")
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

// flush writes what is due before a word.
func (w *writer) flush() {
	switch {
	case w.b.Len() == 0:
	case w.breaks > 0:
		w.b.WriteString("\n\n"[:min(w.breaks, 2)])
	case w.space:
		w.b.WriteByte(' ')
	}
	w.b.WriteString(w.mark)
	w.breaks, w.space, w.mark = 0, false, ""
}

// end asks for line ends before the next word.
func (w *writer) end(lines int) {
	if w.oneLine > 0 {
		w.space = true
		return
	}
	if w.lists > 0 {
		lines = 1
	}
	w.breaks = max(w.breaks, lines)
}

func (w *writer) element(n *html.Node) {
	switch n.DataAtom {
	case atom.Head:
	case atom.Br:
		w.end(1)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.front(n)
	case atom.A:
		w.link(n)
	case atom.Pre:
		w.end(2)
		w.verses++
		w.children(n)
		w.verses--
		w.end(2)
	case atom.Ul, atom.Ol:
		w.end(2)
		w.lists++
		w.children(n)
		w.lists--
		w.end(2)
	case atom.Li:
		w.item(n)
	case atom.Td, atom.Th:
		w.cell(n)
	case atom.Tr, atom.Dt, atom.Dd, atom.Div, atom.Option, atom.Summary, atom.Caption:
		w.block(n, 1)
	case atom.P, atom.Section, atom.Article, atom.Main, atom.Header, atom.Footer, atom.Nav, atom.Aside, atom.Table,
		atom.Blockquote, atom.Dl, atom.Figure, atom.Figcaption, atom.Address, atom.Details, atom.Form, atom.Fieldset, atom.Hr:
		w.block(n, 2)
	default:
		w.children(n)
	}
}

func (w *writer) block(n *html.Node, lines int) {
	w.end(lines)
	w.children(n)
	w.end(lines)
}

// marked writes what is in a node behind a mark, and nothing at all where there are no words.
func (w *writer) marked(n *html.Node, mark string) {
	before, kept := w.b.Len(), w.mark
	w.mark = mark
	w.children(n)
	if w.b.Len() == before {
		w.mark = kept
	}
}

// front writes a heading on one line.
func (w *writer) front(n *html.Node) {
	w.end(2)
	mark := "######"[:n.Data[1]-'0'] + " "
	if w.oneLine > 0 {
		mark = w.mark
	}
	w.oneLine++
	w.marked(n, mark)
	w.oneLine--
	w.end(2)
}

// item writes an entry of a list.
func (w *writer) item(n *html.Node) {
	const deepest = 4
	w.end(1)
	mark := strings.Repeat("  ", min(max(w.lists-1, 0), deepest)) + "- "
	if w.oneLine > 0 {
		mark = w.mark
	}
	w.marked(n, mark)
	w.end(1)
}

// cell writes a cell of a table; what divides it from the one before it goes first.
func (w *writer) cell(n *html.Node) {
	for p := n.PrevSibling; p != nil; p = p.PrevSibling {
		if p.Type == html.ElementNode {
			w.space = true
			w.words("| ")
			break
		}
	}
	w.oneLine++
	w.children(n)
	w.oneLine--
}

// link writes the words of a link and where it leads, if that is a page, a letter or a call.
func (w *writer) link(n *html.Node) {
	to := w.target(attribute(n, "href"))
	if to == "" {
		w.children(n)
		return
	}
	before := w.b.Len()
	w.oneLine++
	w.marked(n, w.mark+"[")
	w.oneLine--
	if w.b.Len() > before {
		w.b.WriteString("](" + to + ")")
	}
}

func (w *writer) target(href string) string {
	if href == "" || href[0] == '#' || len(href) > maxLink {
		return ""
	}
	u, err := w.base.Parse(href)
	if err != nil {
		return ""
	}
	switch u.Scheme {
	case "http", "https", "mailto", "tel":
	default:
		return ""
	}
	if to := u.String(); len(to) <= maxLink {
		return to
	}
	return ""
}
