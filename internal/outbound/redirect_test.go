package outbound

import (
	"net/http"
	"testing"
)

func hop(t *testing.T, method, address string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Api-Key", "secret")
	return r
}

func TestFollow(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method string
		path   []string // from the first address to the next
		ok     bool
		key    string
	}{
		"the same host":          {"GET", []string{"https://a.test/1", "https://a.test/2"}, true, "secret"},
		"the same in capitals":   {"GET", []string{"https://a.test/1", "https://A.test/2"}, true, "secret"},
		"up to https":            {"GET", []string{"http://a.test/", "https://a.test/"}, true, ""},
		"down to http":           {"GET", []string{"https://a.test/", "http://a.test/"}, false, "secret"},
		"up and down":            {"GET", []string{"http://a.test/", "https://a.test/", "http://a.test/"}, false, "secret"},
		"another port":           {"GET", []string{"https://a.test/", "https://a.test:8443/"}, true, ""},
		"another host":           {"HEAD", []string{"https://a.test/", "https://b.test/"}, true, ""},
		"another and back":       {"GET", []string{"https://a.test/", "https://b.test/", "https://a.test/"}, true, ""},
		"a body, the same host":  {"POST", []string{"https://a.test/1", "https://a.test/2"}, true, "secret"},
		"a body, another host":   {"PUT", []string{"https://a.test/", "https://b.test/"}, false, "secret"},
		"a body, another scheme": {"POST", []string{"http://a.test/", "https://a.test/"}, false, "secret"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var via []*http.Request
			for _, address := range test.path {
				via = append(via, hop(t, test.method, address))
			}
			next := via[len(via)-1]
			err := follow(next, via[:len(via)-1])
			if (err == nil) != test.ok || next.Header.Get("X-Api-Key") != test.key {
				t.Errorf("follow = %v, key %q, want ok %t, key %q", err, next.Header.Get("X-Api-Key"), test.ok, test.key)
			}
		})
	}
}

// A proxy of the environment would connect in our place, and to whatever it likes.
func TestNoProxyIsAsked(t *testing.T) {
	t.Parallel()
	tr, ok := New(Config{Agent: "a"}).Transport.(*transport)
	if !ok || tr.next.Proxy != nil {
		t.Errorf("the transport asks a proxy")
	}
}
