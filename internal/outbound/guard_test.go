package outbound_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/outbound"
)

// loopback is what test servers listen on; other addresses of the same machine are still private.
func loopback() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} }

func newClient(t *testing.T, c outbound.Config) *http.Client {
	t.Helper()
	c.Agent = "bimpe-test"
	if c.Resolver == nil {
		c.Resolver = (&names{}).resolver() // knows nobody
	}
	client := outbound.New(c)
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// get calls an address and returns the whole answer, or why there is none.
func get(t *testing.T, client *http.Client, address string) (string, *outbound.Error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatalf("NewRequest %s: %v", address, err)
	}
	got, err := client.Do(r)
	if err != nil {
		return "", explained(t, err)
	}
	body, err := io.ReadAll(got.Body)
	if e := got.Body.Close(); e != nil {
		t.Errorf("Close: %v", e)
	}
	if err != nil {
		return string(body), explained(t, err)
	}
	return string(body), nil
}

func explained(t *testing.T, err error) *outbound.Error {
	t.Helper()
	e := outbound.Explain(err)
	if e == nil {
		t.Fatalf("Explain(%v) = nil", err)
	}
	return e
}

// want checks that a call came to nothing for a reason, told in words without anything internal.
func want(t *testing.T, what string, got *outbound.Error, kind outbound.Kind) {
	t.Helper()
	if got == nil {
		t.Errorf("%s: it was called, want kind %d", what, kind)
		return
	}
	if got.Kind != kind || got.Plain() == "" || !strings.HasSuffix(got.Plain(), ".") {
		t.Errorf("%s: kind %d, %v, want %d", what, got.Kind, got, kind)
	}
	for _, inner := range []string{"127.0.0", "::1", "10.", "169.254", "dial", "lookup"} {
		if strings.Contains(got.Plain(), inner) {
			t.Errorf("%s: %q tells of %s", what, got.Plain(), inner)
		}
	}
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	t.Parallel()
	client := newClient(t, outbound.Config{})
	for what, host := range map[string]string{
		"loopback": "127.0.0.1", "loopback elsewhere": "127.8.9.10", "loopback 6": "[::1]",
		"private A": "10.1.2.3", "private B": "172.16.0.1", "private C": "192.168.1.1",
		"link-local": "169.254.0.1", "metadata": "169.254.169.254", "metadata of Azure": "168.63.129.16",
		"metadata of Oracle": "192.0.0.192", "metadata of Alibaba": "100.100.100.200", "metadata 6": "[fd00:ec2::254]",
		"shared": "100.64.0.1", "this network": "0.1.2.3", "unspecified": "0.0.0.0", "unspecified 6": "[::]",
		"multicast": "224.0.0.1", "multicast 6": "[ff02::1]", "broadcast": "255.255.255.255", "reserved": "240.0.0.1",
		"documentation": "192.0.2.1", "documentation 2": "198.51.100.1", "documentation 3": "203.0.113.1",
		"documentation 6": "[2001:db8::1]", "documentation 6, new": "[3fff::1]", "benchmark": "198.18.0.1",
		"unique local": "[fc00::1]", "unique local 2": "[fd12:3456::1]", "link-local 6": "[fe80::1]", "site-local": "[fec0::1]",
		"mapped": "[::ffff:127.0.0.1]", "mapped in hex": "[::ffff:a00:1]", "compatible": "[::127.0.0.1]",
		"NAT64": "[64:ff9b::7f00:1]", "NAT64, local": "[64:ff9b:1::a00:1]", "6to4": "[2002:7f00:1::]",
		"Teredo": "[2001:0:7f00:1::1]", "discard": "[100::1]",
		"wide digits": "１２７.０.０.１",
	} {
		for _, port := range []string{"", ":8080"} {
			_, err := get(t, client, "http://"+host+port+"/")
			want(t, what+" "+host+port, err, outbound.KindRefused)
		}
	}
}

func TestAddressesThatNobodyShouldCall(t *testing.T) {
	t.Parallel()
	client := newClient(t, outbound.Config{})
	for _, address := range []string{
		"http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/", "http://127.0.0.1./",
		"http://0/", "http://a.0x/", "http://name.09/", "http://[fe80::1%25eth0]/", "http://user:secret@example.com/", "http://user@127.0.0.1/",
		"file:///etc/passwd", "ftp://example.com/", "gopher://example.com/", "unix:///var/run/docker.sock", "http:///path", "http://:80/",
		"http:opaque", "http://example.com:0/", "http://example.com:65536/", "//example.com/", "data:text/plain,hello",
	} {
		_, err := get(t, client, address)
		want(t, address, err, outbound.KindAddress)
		if err != nil && strings.Contains(err.Plain(), "secret") {
			t.Errorf("%s: %q tells the password", address, err.Plain())
		}
	}
}

// A public address is never connected to by a test: the ports are judged before.
func TestPortsOfOtherServicesAreRefused(t *testing.T) {
	t.Parallel()
	client := newClient(t, outbound.Config{Resolver: (&names{answers: map[string][]string{"mail.test": {"8.8.8.8"}}}).resolver()})
	for _, host := range []string{"mail.test:25", "mail.test:22", "8.8.8.8:1023", "8.8.8.8:81"} {
		_, err := get(t, client, "http://"+host+"/")
		want(t, host, err, outbound.KindAddress)
	}
}

func TestWhatIsAllowedIsCalled(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.UserAgent()+" "+r.Host)
	}))
	t.Cleanup(server.Close)
	n := &names{answers: map[string][]string{"shop.test": {"127.0.0.1"}, "six.test": {"::1"}}}
	client := newClient(t, outbound.Config{Allow: loopback(), Resolver: n.resolver()})
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	for _, host := range []string{"127.0.0.1", "shop.test", "[::ffff:127.0.0.1]"} {
		body, err := get(t, client, "http://"+host+port+"/")
		if err != nil || body != "bimpe-test "+host+port {
			t.Errorf("%s: %q, %v", host, body, err)
		}
	}
	_, err := get(t, client, "http://six.test"+port+"/")
	want(t, "another address of the same machine", err, outbound.KindRefused)
	_, err = get(t, newClient(t, outbound.Config{}), server.URL)
	want(t, "without the allowance", err, outbound.KindRefused)
}

func TestANameIsJudgedByWhatItMeansWhenItIsCalled(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close") // so that the next request looks the name up again
	}))
	t.Cleanup(server.Close)
	n := &names{answers: map[string][]string{"rebind.test": {"127.0.0.1", "127.0.0.2"}}}
	client := newClient(t, outbound.Config{Allow: loopback(), Resolver: n.resolver()})
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	if _, err := get(t, client, "http://rebind.test"+port+"/"); err != nil {
		t.Errorf("as it is bound at first: %v", err)
	}
	_, err := get(t, client, "http://rebind.test"+port+"/")
	want(t, "as it is bound anew", err, outbound.KindRefused)
	if n.asked != 2 {
		t.Errorf("asked for the name %d times, want 2", n.asked)
	}
	_, err = get(t, client, "http://nobody.test/")
	want(t, "a name that is not there", err, outbound.KindNoHost)
}
