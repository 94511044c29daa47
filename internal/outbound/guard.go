package outbound

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"
)

// azureMetadata is where Microsoft's cloud answers machines about themselves. It is the one such
// address that does not lie in a private network.
const azureMetadata = "168.63.129.16/32"

// firstFreePort is the first one that anybody may serve on. Below it are mail and other things that
// could be made to misunderstand a request.
const firstFreePort = 1024

// guard decides at the moment of connection.
type guard struct {
	allow []netip.Prefix
	rules *ssrf.Guardian
}

func newGuard(allow []netip.Prefix) guard {
	return guard{allow: allow, rules: ssrf.New(
		ssrf.WithDeniedV4Prefixes(netip.MustParsePrefix(azureMetadata)),
	)}
}

// control is called by the dialer with the address that is about to be connected to.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return refused(err)
	}
	addr := to.Addr().Unmap()
	if slices.ContainsFunc(g.allow, func(n netip.Prefix) bool { return n.Contains(addr) }) {
		return nil
	}
	if err := g.rules.SafeAddr(addr); err != nil {
		return refused(err)
	}
	if p := to.Port(); p != 80 && p != 443 && p < firstFreePort {
		return &Error{Kind: KindAddress, Message: "The address names a port that is not called: 80, 443 and those from 1024 up are."}
	}
	return nil
}

// checkURL judges what can be judged without looking the name up.
func checkURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return &Error{Kind: KindAddress, Message: "The address must begin with http:// or https://."}
	case u.User != nil:
		return &Error{Kind: KindAddress, Message: "The address must not contain a user name or a password."}
	case u.Hostname() == "" || u.Opaque != "" || !isPort(u.Port()) || isOddNumber(u.Hostname()):
		return &Error{Kind: KindAddress, Message: "The address does not name a host that can be called."}
	default:
		return nil
	}
}

func isPort(s string) bool {
	if s == "" {
		return true
	}
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

// isOddNumber says of a host that some would read as an address of numbers and we would not, such
// as 2130706433, 0x7f.1 or 127.1; and of an address with a zone, which only means something here.
func isOddNumber(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Zone() != ""
	}
	host = strings.TrimSuffix(host, ".")
	last := strings.ToLower(host[strings.LastIndexByte(host, '.')+1:])
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}
