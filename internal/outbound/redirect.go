package outbound

import (
	"net/http"
	"net/url"
	"strings"
)

// maxRedirects is how many hops lead on from the first address.
const maxRedirects = 5

// follow decides about the next hop. The form of its address, and where it leads to, are judged
// when it is taken.
func follow(next *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return &Error{Kind: KindRedirect, Message: "The address redirects too often."}
	}
	next.Header.Del("Referer") // an address may hold a secret
	first, last := via[0], via[len(via)-1]
	if last.URL.Scheme == "https" && next.URL.Scheme == "http" {
		return &Error{Kind: KindRedirect, Message: "The address redirects from https to http."}
	}
	if stays(first.URL, next, via) {
		return nil
	}
	if next.Method != http.MethodGet && next.Method != http.MethodHead {
		return &Error{Kind: KindRedirect, Message: "The address redirects what was sent to another host."}
	}
	for name := range next.Header {
		if !strings.HasPrefix(name, "Accept") && name != "User-Agent" {
			next.Header.Del(name)
		}
	}
	return nil
}

// stays reports that no hop has left the origin. Once one has, there is no way back: whoever
// redirects would decide what is sent where.
func stays(origin *url.URL, next *http.Request, via []*http.Request) bool {
	for _, hop := range append(via[1:len(via):len(via)], next) {
		if hop.URL.Scheme != origin.Scheme || !strings.EqualFold(hop.URL.Host, origin.Host) {
			return false
		}
	}
	return true
}
