// Package playground serves the page at /docs: the API's reference, drawn in the browser from
// /openapi.json, with a form for every operation. It knows nothing of the API but that address; the
// sources are in web/playground, and what is embedded here is their build.
//
// A Site is made once and may be used by many goroutines.
package playground

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed dist/index.html dist/icon.svg dist/licenses.md dist/assets
var dist embed.FS

const (
	// Path is where the page is; what it is made of lies below.
	Path = "/docs"

	assets = Path + "/assets/" // their names change with their content
)

// policy lets the page run its own files and talk to its own server, and nothing else. The one
// policy of trusted types is that of the library by which the page is drawn.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types svelte-trusted-html"

// Site is the page with its files.
type Site struct{ files map[string]*file } // by path

// New reads what is embedded. An error means that the binary was built wrongly.
func New() (*Site, error) {
	s := &Site{files: make(map[string]*file)}
	err := fs.WalkDir(dist, "dist", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := dist.ReadFile(name)
		if err != nil {
			return err
		}
		return s.add(Path+strings.TrimPrefix(name, "dist"), body)
	})
	if err != nil {
		return nil, fmt.Errorf("read the playground: %w", err)
	}
	index := s.files[Path+"/index.html"]
	s.files[Path], s.files[Path+"/"] = index, index
	return s, nil
}

func (s *Site) add(at string, body []byte) error {
	kind, err := kindOf(at)
	if err != nil {
		return err
	}
	cache := "no-cache"
	if strings.HasPrefix(at, assets) {
		cache = "public, max-age=31536000, immutable"
	}
	sum := sha256.Sum256(body)
	s.files[at] = &file{
		body: body, kind: kind, cache: cache, tag: hex.EncodeToString(sum[:12]),
		packed: sync.OnceValue(func() []byte { return pack(body) }),
	}
	return nil
}

// kindOf does not ask the system, whose table of types may be anything.
func kindOf(name string) (string, error) {
	switch ext := path.Ext(name); ext {
	case ".html":
		return "text/html; charset=utf-8", nil
	case ".js":
		return "text/javascript; charset=utf-8", nil
	case ".css":
		return "text/css; charset=utf-8", nil
	case ".svg":
		return "image/svg+xml", nil
	case ".md":
		return "text/plain; charset=utf-8", nil
	default:
		return "", fmt.Errorf("%s is of no known kind", name)
	}
}

// Paths returns the paths at which there is something, sorted.
func (s *Site) Paths() []string {
	paths := make([]string, 0, len(s.files))
	for p := range s.files {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return paths
}

// ServeHTTP answers GET and HEAD of one of Paths. Anything else is 404 without a body: who mounts the
// site is expected to have an answer of its own for that.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := s.files[r.URL.Path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	f.serve(w, r)
}

// file is one file, as it is and, once somebody has asked for that, packed.
type file struct {
	body             []byte
	packed           func() []byte
	kind, cache, tag string
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	body, tag, h := f.body, f.tag, w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", f.cache)
	h.Add("Vary", "Accept-Encoding")
	if takesGzip(r.Header) {
		body, tag = f.packed(), tag+"-gzip"
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// takesGzip reports whether a client names gzip without refusing it. Ranges of a packed file would
// help nobody.
func takesGzip(h http.Header) bool {
	if h.Get("Range") != "" {
		return false
	}
	for coding := range strings.SplitSeq(strings.Join(h["Accept-Encoding"], ","), ",") {
		name, quality, _ := strings.Cut(strings.ReplaceAll(coding, " ", ""), ";")
		if strings.EqualFold(name, "gzip") {
			q, err := strconv.ParseFloat(strings.TrimPrefix(quality, "q="), 64)
			return quality == "" || err == nil && q > 0
		}
	}
	return false
}

func pack(body []byte) []byte {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	// A bytes.Buffer takes everything.
	_, _ = zip.Write(body)
	_ = zip.Close()
	return out.Bytes()
}
