package outbound_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/outbound"
)

// serve starts a server that ends with the test, whatever its handlers still do.
func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	var hops atomic.Int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		hops.Add(1)
		switch r.URL.Path {
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/5", "/4", "/3", "/2", "/1":
			http.Redirect(w, r, fmt.Sprintf("/%d", r.URL.Path[1]-'0'-1), http.StatusMovedPermanently)
		case "/to":
			http.Redirect(w, r, r.URL.Query().Get("a"), http.StatusTemporaryRedirect)
		default:
			_, _ = io.WriteString(w, "arrived")
		}
	})
	client := newClient(t, outbound.Config{Allow: loopback()})
	if body, err := get(t, client, s.URL+"/5"); err != nil || body != "arrived" {
		t.Errorf("five redirects: %q, %v", body, err)
	}
	hops.Store(0)
	_, err := get(t, client, s.URL+"/loop")
	want(t, "a loop", err, outbound.KindRedirect)
	if hops.Load() != 6 {
		t.Errorf("%d hops, want 6", hops.Load())
	}
	for address, kind := range map[string]outbound.Kind{
		"http://127.0.0.2/": outbound.KindRefused, "http://169.254.169.254/latest/meta-data": outbound.KindRefused,
		"http://[::1]/": outbound.KindRefused, "//10.0.0.1/": outbound.KindRefused, "http://2130706433/": outbound.KindAddress,
		"file:///etc/passwd": outbound.KindAddress, "http://user:pass@127.0.0.1/": outbound.KindAddress,
		"http://nobody.test/": outbound.KindNoHost, "javascript:alert(1)": outbound.KindAddress,
	} {
		_, err := get(t, client, s.URL+"/to?a="+address)
		want(t, "a redirect to "+address, err, kind)
	}
}

func TestSecretsStayWithTheHostTheyAreFor(t *testing.T) {
	t.Parallel()
	var heard atomic.Value
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		heard.Store(r.Header.Clone())
		if back := r.URL.Query().Get("back"); back != "" {
			http.Redirect(w, r, back, http.StatusFound)
		}
	})
	first := serve(t, func(w http.ResponseWriter, r *http.Request) {
		heard.Store(r.Header.Clone())
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusTemporaryRedirect)
		}
	})
	client := newClient(t, outbound.Config{Allow: loopback()})
	send := func(method, address string) error {
		r, err := http.NewRequestWithContext(t.Context(), method, address, http.NoBody)
		if method == http.MethodPost {
			r, err = http.NewRequestWithContext(t.Context(), method, address, strings.NewReader("secret"))
		}
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"X-Api-Key": {"secret"}, "Authorization": {"Bearer secret"}, "Accept": {"text/html"}}
		got, err := client.Do(r)
		if err == nil {
			err = got.Body.Close()
		}
		return err
	}
	for name, test := range map[string]struct{ to, key string }{
		"to another host":          {other.URL + "/", ""},
		"there and back":           {other.URL + "/?back=" + first.URL + "/", ""},
		"to another path":          {"/path", "secret"},
		"to another scheme's port": {strings.Replace(first.URL, "127.0.0.1", "127.0.0.1.", 1), ""},
	} {
		err := send(http.MethodGet, first.URL+"/?to="+test.to)
		if name == "to another scheme's port" {
			want(t, name, outbound.Explain(err), outbound.KindAddress)
			continue
		}
		got, _ := heard.Load().(http.Header)
		kept := []string{got.Get("X-Api-Key"), got.Get("Accept"), got.Get("Referer"), got.Get("User-Agent")}
		if diff := cmp.Diff([]string{test.key, "text/html", "", "bimpe-test"}, kept); err != nil || diff != "" {
			t.Errorf("%s: %v, headers (-want +got):\n%s", name, err, diff)
		}
		if auth := got.Get("Authorization"); (auth != "") != (test.key != "") {
			t.Errorf("%s: Authorization %q", name, auth)
		}
	}
	if err := send(http.MethodPost, first.URL+"/?to=/path"); err != nil {
		t.Errorf("a body on the same host: %v", err)
	}
	want(t, "a body to another host", outbound.Explain(send(http.MethodPost, first.URL+"/?to="+other.URL)), outbound.KindRedirect)
}

func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	const most = 1 << 16
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		block := strings.Repeat("a", 1<<10)
		switch r.URL.Path {
		case "/exact":
			_, _ = io.WriteString(w, strings.Repeat(block, most>>10))
		case "/more":
			_, _ = io.WriteString(w, strings.Repeat(block, most>>10)+"a")
		case "/endless":
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, block); err != nil {
					return
				}
			}
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 64 << 10 { // 64 MiB of it
				if _, err := io.WriteString(z, block); err != nil {
					return
				}
			}
			_ = z.Close()
		case "/header":
			for i := range 200 {
				w.Header().Set(fmt.Sprintf("X-%d", i), block)
			}
		}
	})
	client := newClient(t, outbound.Config{Allow: loopback(), Limits: outbound.Limits{Body: most}})
	if body, err := get(t, client, s.URL+"/exact"); err != nil || len(body) != most {
		t.Errorf("%d bytes, %v, want all of them", len(body), err)
	}
	for _, path := range []string{"/more", "/endless", "/bomb"} {
		body, err := get(t, client, s.URL+path)
		want(t, path, err, outbound.KindTooLong)
		if len(body) != most {
			t.Errorf("%s: %d bytes, want %d", path, len(body), most)
		}
	}
	_, err := get(t, client, s.URL+"/header")
	want(t, "a long header", err, outbound.KindAnswer)
}

func TestTimeIsBounded(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/drip": // the header at once, then a byte now and then, for ever
			_, _ = io.WriteString(w, "a")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		case "/trap":
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for r.Context().Err() == nil {
				<-tick.C
				_, _ = io.WriteString(w, "a")
				_ = http.NewResponseController(w).Flush()
			}
		default:
			<-r.Context().Done()
		}
	})
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	for what, test := range map[string]struct {
		address string
		limits  outbound.Limits
	}{
		"no header":         {s.URL, outbound.Limits{Header: 50 * time.Millisecond}},
		"no header, whole":  {s.URL, outbound.Limits{Whole: 50 * time.Millisecond}},
		"a slow body":       {s.URL + "/drip", outbound.Limits{Whole: 50 * time.Millisecond}},
		"a body in drops":   {s.URL + "/trap", outbound.Limits{Whole: 200 * time.Millisecond}},
		"nobody takes it":   {"http://" + silent.Addr().String(), outbound.Limits{Header: 50 * time.Millisecond}},
		"nobody shakes":     {"https://" + silent.Addr().String(), outbound.Limits{Whole: 50 * time.Millisecond}},
		"the name is slow ": {"http://slow.test/", outbound.Limits{Dial: 50 * time.Millisecond}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			c := outbound.Config{Allow: loopback(), Limits: test.limits}
			if strings.Contains(test.address, "slow.test") {
				c.Resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
					<-ctx.Done()
					return nil, ctx.Err()
				}}
			}
			_, err := get(t, newClient(t, c), test.address)
			want(t, what, err, outbound.KindTimeout)
			if err != nil && !err.Passing() {
				t.Error("it does not pass")
			}
		})
	}
}

// raw answers every connection with the same bytes and closes it.
func raw(t *testing.T, answer string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, answer)
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}

func TestWhatElseGoesWrong(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = nil
	t.Cleanup(secure.Close)
	gone := serve(t, http.NotFound)
	gone.Close()
	plain := serve(t, http.NotFound)
	for what, test := range map[string]struct {
		address string
		kind    outbound.Kind
		passing bool
	}{
		"a certificate of nobody": {secure.URL, outbound.KindTLS, false},
		"http where https is due": {strings.Replace(plain.URL, "http", "https", 1), outbound.KindTLS, false},
		"an alert":                {"https://" + raw(t, "\x15\x03\x03\x00\x02\x02\x28"), outbound.KindTLS, false},
		"nobody listens":          {gone.URL, outbound.KindUnreachable, true},
		"not HTTP":                {"http://" + raw(t, "SSH-2.0-OpenSSH\r\n"), outbound.KindAnswer, false},
		"nothing":                 {"http://" + raw(t, ""), outbound.KindUnreachable, true},
		"less than promised":      {"http://" + raw(t, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), outbound.KindUnreachable, true},
		"lengths that differ":     {"http://" + raw(t, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), outbound.KindAnswer, false},
		"a bad chunk":             {"http://" + raw(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), outbound.KindAnswer, false},
		"no gzip":                 {"http://" + raw(t, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplain text"), outbound.KindAnswer, false},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			_, err := get(t, newClient(t, outbound.Config{Allow: loopback()}), test.address)
			want(t, what, err, test.kind)
			if err != nil && err.Passing() != test.passing {
				t.Errorf("passing %t, want %t: %v", err.Passing(), test.passing, err)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	if e := outbound.Explain(nil); e != nil {
		t.Errorf("Explain(nil) = %v", e)
	}
	if e := outbound.Explain(fmt.Errorf("call: %w", context.Canceled)); e != nil {
		t.Errorf("Explain of a caller that gave up = %v", e)
	}
	cause := errors.New("cause of 10.0.0.1")
	e := outbound.Explain(cause)
	if !errors.Is(e, cause) || !strings.Contains(e.Error(), "10.0.0.1") || strings.Contains(e.Plain(), "10.0.0.1") {
		t.Errorf("Explain of a cause = %v, plain %q", e, e.Plain())
	}
}
