package webpage

import (
	"net/url"
	"strings"

	"codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	// maxTags bounds what a page becomes in memory and how long it takes to read: with it, one of
	// the worst takes some seconds.
	maxTags = 100_000
	// maxTitle is the longest title that is put before the text, in bytes.
	maxTitle = 200
)

// extract returns the page's title and main text.
func extract(page string, at *url.URL) (string, error) {
	if strings.Count(page, "<") > maxTags {
		return "", failed("The page is too complicated.")
	}
	doc, base, err := parse(page, at)
	if err != nil {
		return "", err
	}
	parser := readability.NewParser()
	parser.DisableJSONLD = true
	// Without the page's address it leaves links as they are: made whole, they could be many times
	// as long as the page. The writer has its own bounds.
	article, err := parser.ParseAndMutate(doc, nil)
	if err != nil {
		return "", unreadable(err)
	}
	w := newWriter(base)
	if title := strings.Join(strings.Fields(article.Title()), " "); len(title) <= maxTitle {
		w.title(title)
	}
	if article.Node != nil {
		w.node(article.Node)
	}
	if w.empty() { // a page of links, say: all of it is the text
		if doc, _, err = parse(page, at); err != nil {
			return "", err
		}
		w.node(doc)
	}
	return w.text()
}

// parse returns a page's tree without what is not read, and where its links begin.
func parse(page string, at *url.URL) (*html.Node, *url.URL, error) {
	doc, err := html.Parse(strings.NewReader(page)) // it refuses what is nested too deeply
	if err != nil {
		return nil, nil, unreadable(err)
	}
	base := at
	var drop []*html.Node
	for n := range doc.Descendants() {
		switch {
		case n.DataAtom == atom.Base && base == at:
			base = baseOf(n, at)
		case n.Type == html.CommentNode || n.Type == html.ElementNode && isSilent(n.DataAtom):
			drop = append(drop, n)
		}
	}
	for _, n := range drop {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
	return doc, base, nil
}

func unreadable(cause error) *Error {
	return &Error{message: "The page is built in a way that cannot be read.", cause: cause}
}

// baseOf is where a page says that its links begin.
func baseOf(n *html.Node, at *url.URL) *url.URL {
	given := attribute(n, "href")
	if len(given) > maxLink {
		return at
	}
	base, err := at.Parse(given)
	if err != nil {
		return at
	}
	return base
}

// isSilent says of an element that there is nothing to read in it.
func isSilent(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Img, atom.Picture, atom.Svg, atom.Math, atom.Video,
		atom.Audio, atom.Canvas, atom.Iframe, atom.Object, atom.Embed, atom.Map, atom.Button, atom.Select, atom.Input,
		atom.Textarea, atom.Dialog, atom.Link:
		return true
	default:
		return false
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}
