package webpage_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/outbound"
	"github.com/bimpe/bimpe/internal/webpage"
)

// fault is what both kinds of errors can say.
type fault interface {
	error
	Plain() string
	Passing() bool
}

// reading returns what a page becomes that a host answers with.
func reading(t *testing.T, answer http.HandlerFunc) (string, error) {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return newReader(t).Read(t.Context(), s.URL+"/shop/hours")
}

func newReader(t *testing.T) *webpage.Reader {
	t.Helper()
	client := outbound.New(outbound.Config{
		Agent: "bimpe-test", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		Limits: outbound.Limits{Body: webpage.MaxBody},
	})
	t.Cleanup(client.CloseIdleConnections)
	return webpage.New(client)
}

func page(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = []string{contentType}
		if contentType == "" {
			w.Header()["Content-Type"] = nil
		}
		_, _ = io.WriteString(w, body)
	}
}

func TestTheMainTextOfAPage(t *testing.T) {
	t.Parallel()
	html, err := os.ReadFile("testdata/hours.html")
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile("testdata/hours.md")
	if err != nil {
		t.Fatal(err)
	}
	var host string
	got, err := reading(t, func(w http.ResponseWriter, r *http.Request) {
		host = "http://" + r.Host
		page("text/html", string(html))(w, r)
	})
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(golden)), strings.ReplaceAll(got, host, "https://shop.test")); diff != "" {
		t.Errorf("Read (-want +got):\n%s", diff)
	}
}

func TestWhatAPageBecomes(t *testing.T) {
	t.Parallel()
	latin := "text/html; charset=iso-8859-1"
	for name, test := range map[string]struct{ kind, body, want string }{
		"plain text":             {"text/plain", "We open at nine.\r\n\r\n\r\n\r\nOr ten. \n", "We open at nine.\n\nOr ten."},
		"Markdown":               {"text/markdown; charset=utf-8", "# Hours\n\n* nine", "# Hours\n\n* nine"},
		"plain text with tags":   {"text/plain", "<p>a</p>", "<p>a</p>"},
		"no type":                {"", "<p>We open at nine.", "We open at nine."},
		"XHTML":                  {"application/xhtml+xml", "<html><body><p>nine</p></body></html>", "nine"},
		"a broken type":          {"text/html; charset", "<p>nine", "nine"},
		"latin":                  {latin, "<p>Caf\xe9", "Café"},
		"latin by the page":      {"text/html", "<meta charset=windows-1252><p>Caf\xe9 \x80 5", "Café € 5"},
		"latin by the look":      {"text/html", "<p>Caf\xe9", "Café"},
		"UTF-8, far down":        {"text/html", "<p>" + strings.Repeat("a ", 1000) + "é", strings.Repeat("a ", 1000) + "é"},
		"UTF-16":                 {"text/plain; charset=utf-16le", "N\x00i\x00\xf1\x00", "Niñ"},
		"UTF-16 by its mark":     {"text/plain", "\xff\xfeN\x00i\x00\xf1\x00", "Niñ"},
		"Japanese":               {"text/html; charset=shift_jis", "<p>\x89\x63\x8b\xc6", "営業"},
		"an unknown letter set":  {"text/html; charset=klingon", "<p>café", "café"},
		"bytes that are none":    {"text/html; charset=utf-8", "<p>caf\xe9 x", "caf\uFFFD x"},
		"control characters":     {"text/plain", "a\x01\x7f\u200bb", "ab"},
		"the title":              {"text/html", "<title> Our\n hours </title><p>nine", "# Our hours\n\nnine"},
		"no pictures or scripts": {"text/html", "<p>a<img alt=x src=y><script>b</script><style>c</style><!-- d -->", "a"},
		"a list of links only":   {"text/html", "<a href=/x>One</a> <a href=https://b.test/>Two</a>", "[One](HOST/x) [Two](https://b.test/)"},
		"a base":                 {"text/html", "<base href=https://c.test/d/><p>see <a href=e>this</a>.", "see [this](https://c.test/d/e)."},
		"links that lead nowhere": {
			"text/html", "<p><a href=#top>Top</a> <a href=javascript:x>run</a> <a href=data:x>data</a> <a href=mailto:a@b.test>write</a> <a href='" +
				strings.Repeat("x", 600) + "'>far</a> <a>none</a> <a href=/y> </a>.",
			"Top run data [write](mailto:a@b.test) far none .",
		},
		"lists": {
			"text/html", "<ul><li>one<li><p>two</p><ol><li>three<ul><li>deep</ul></ol><li><li> </ul>after",
			"- one\n- two\n  - three\n    - deep\n\nafter",
		},
		"a table": {
			"text/html", "<table><tr><th>Day<th>From<tr><td><p>Mon</p><td colspan=1000000>nine<br>sharp</table>", "Day | From\nMon | nine sharp",
		},
		"headings": {"text/html", "<h1>A</h1><p>a</p><h3><a href=/c>C</a></h3><p>c</p><h2> </h2><p>d", "## A\n\na\n\n### [C](HOST/c)\n\nc\n\nd"},
		"verses":   {"text/html", "<pre>one\n  two</pre><p>three", "one\n  two\n\nthree"},
		"inline":   {"text/html", "<p>a<b>b</b> <i> c </i>d<br>e&nbsp;f &amp; &lt;g>", "ab c d\ne f & <g>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var host string
			got, err := reading(t, func(w http.ResponseWriter, r *http.Request) {
				host = "http://" + r.Host
				page(test.kind, test.body)(w, r)
			})
			if diff := cmp.Diff(test.want, strings.ReplaceAll(got, host, "HOST")); err != nil || diff != "" {
				t.Errorf("%v, text (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestWhatIsNoPage(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, test := range map[string]struct {
		answer  http.HandlerFunc
		words   string
		passing bool
	}{
		"not there":            {status(404), "answered 404", false},
		"gone":                 {status(410), "answered 410", false},
		"private":              {status(401), "not public", false},
		"forbidden":            {status(403), "not public", false},
		"too often":            {status(429), "answered 429", true},
		"trouble":              {status(500), "answered 500", true},
		"busy":                 {status(503), "answered 503", true},
		"nothing":              {status(204), "but with 204", false},
		"a part":               {status(206), "but with 206", false},
		"a picture":            {page("image/png", "\x89PNG"), "something else: image/png", false},
		"a picture that says":  {page("text/html", "\x89PNG\r\n\x1a\n\x00\x00"), "not text", false},
		"a document that says": {page("text/plain", "%PDF-1.7\x00\x01\x02"), "not text", false},
		"an odd type":          {page("te\nxt/"+strings.Repeat("x", 500), "a"), "something else", false},
		"empty":                {page("text/html", ""), "no text", false},
		"blank":                {page("text/html", "<p> &nbsp; <script>x</script>"), "no text", false},
		"a title alone":        {page("text/html", "<title>Hours</title>"), "no text", false},
		"packed otherwise": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			_, _ = io.WriteString(w, "x")
		}, "not asked for", false},
		"too long":     {page("text/plain", strings.Repeat("word ", webpage.MaxBody/5+1)), "longer than", false},
		"too much":     {page("text/plain", strings.Repeat("word ", 300_000)), "more text", false},
		"too much too": {page("text/html", "<p>"+strings.Repeat("word ", 300_000)), "more text", false},
		"many tags":    {page("text/html", strings.Repeat("<b>", 100_001)), "too complicated", false},
		"too deep":     {page("text/html", strings.Repeat("<div>", 2000)), "cannot be read", false},
		"a bomb": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Type", "text/plain")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, strings.Repeat("a", webpage.MaxBody+1))
			_ = z.Close()
		}, "longer than", false},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://10.0.0.1/", http.StatusFound)
		}, "private network", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := reading(t, test.answer)
			f, ok := errors.AsType[fault](err)
			if !ok || got != "" {
				t.Fatalf("%q, %v, want an error with words", got, err)
			}
			if !strings.Contains(f.Plain(), test.words) || f.Passing() != test.passing || len(f.Plain()) > 200 {
				t.Errorf("%q, passing %t, want %q, %t", f.Plain(), f.Passing(), test.words, test.passing)
			}
		})
	}
}

func TestAddressesThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://a b/", "", "http://127.1/", ":", "http://%zz/", "\x00"} {
		_, err := newReader(t).Read(t.Context(), address)
		if f, ok := errors.AsType[fault](err); !ok || f.Plain() == "" || f.Passing() {
			t.Errorf("Read(%q): %v", address, err)
		}
	}
}

func TestReadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	if _, err := newReader(t).Read(ctx, s.URL); !errors.Is(err, context.Canceled) {
		t.Errorf("Read: %v, want that it was cancelled", err)
	}
}

// Pages that are built to cost much end, with text or with a reason. Each of these once took minutes
// or gigabytes of somebody's program.
func TestHostilePages(t *testing.T) {
	t.Parallel()
	const size = 1 << 18
	for name, unit := range map[string]string{
		"quotations": strings.Repeat("<blockquote>a<br>b", 200) + strings.Repeat("</blockquote>", 200),
		"lists":      strings.Repeat("<ul><li>", 200) + "a" + strings.Repeat("</ul>", 200),
		"boxes":      strings.Repeat("<div><p>word, word</p>", 200) + strings.Repeat("</div>", 200),
		"formatting": "<p><font>", "rows": "<tr><td>a<td>b", "no ends": "<a><b><i>", "entries": "<li>", "scripts": "<script>a</script>",
		"titles": "<title>a | b</title>", "bases": "<base href=https://b.test/" + strings.Repeat("x", 400) + "/><a href=y>a</a>",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := reading(t, page("text/html", strings.Repeat(unit, size/len(unit))))
			if _, ok := errors.AsType[fault](err); err != nil && !ok {
				t.Errorf("Read: %v", err)
			}
			if len(got) > 1<<20 || !utf8.ValidString(got) {
				t.Errorf("%d bytes of text", len(got))
			}
		})
	}
}
