package mail

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"math/big"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"
)

// postOffice is a small SMTP server.
type postOffice struct {
	listener net.Listener
	tls      *tls.Config
	implicit bool
	noTLS    bool              // it does not offer STARTTLS
	auth     string            // what it offers: "PLAIN LOGIN"
	answers  map[string]string // by verb, instead of the good one; "" stalls
	stalled  chan struct{}     // closed at the end of the test

	mu     sync.Mutex
	mails  []string // held under mu
	logins []string // held under mu
	secure []bool   // of each mail; held under mu
}

func openPostOffice(t *testing.T, configure func(*postOffice)) *postOffice {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &postOffice{listener: l, tls: certificate(t), stalled: make(chan struct{}), answers: map[string]string{}}
	configure(p)
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			group.Go(func() { p.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close() // it may be closed already
		close(p.stalled)
		group.Wait()
	})
	return p
}

func (p *postOffice) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }() // the client may have gone first
	if p.implicit {
		conn = tls.Server(conn, p.tls)
	}
	text, secure := textproto.NewConn(conn), p.implicit
	say := func(line string) { _ = text.PrintfLine("%s", line) } // as above
	if !p.answered("GREETING", say, "220 post office") {
		return
	}
	for {
		line, err := text.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch verb = strings.ToUpper(verb); verb {
		case "EHLO":
			say("250-post office")
			if !secure && !p.noTLS {
				say("250-STARTTLS")
			}
			if p.auth != "" {
				say("250-AUTH " + p.auth)
			}
			say("250 8BITMIME")
		case "STARTTLS":
			say("220 go on")
			conn, secure = tls.Server(conn, p.tls), true
			text = textproto.NewConn(conn)
			say = func(line string) { _ = text.PrintfLine("%s", line) } // as above
		case "AUTH":
			if !p.login(text, rest, say) {
				return
			}
		case "DATA":
			if !p.data(text, say, secure) {
				return
			}
		case "QUIT":
			p.answered("QUIT", say, "221 bye")
			return
		default:
			if !p.answered(verb, say, "250 ok") {
				return
			}
		}
	}
}

// answered says the good answer or the one that was ordered; it returns false after a stall.
func (p *postOffice) answered(verb string, say func(string), good string) bool {
	answer, ordered := p.answers[verb]
	switch {
	case !ordered:
		say(good)
	case answer == "":
		<-p.stalled
		return false
	default:
		say(answer)
	}
	return true
}

func (p *postOffice) login(text *textproto.Conn, rest string, say func(string)) bool {
	method, first, _ := strings.Cut(rest, " ")
	login := method + " " + unbase(first)
	if method == "LOGIN" {
		for _, ask := range []string{"Username:", "Password:"} {
			say("334 " + base64.StdEncoding.EncodeToString([]byte(ask)))
			line, err := text.ReadLine()
			if err != nil {
				return false
			}
			login += " " + unbase(line)
		}
	}
	p.mu.Lock()
	p.logins = append(p.logins, login)
	p.mu.Unlock()
	return p.answered("AUTH", say, "235 welcome")
}

func unbase(s string) string {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return "?" + s
	}
	return string(b)
}

func (p *postOffice) data(text *textproto.Conn, say func(string), secure bool) bool {
	if answer, ordered := p.answers["DATA"]; ordered {
		say(answer)
		return true
	}
	say("354 go on")
	body, err := io.ReadAll(bufio.NewReader(text.DotReader()))
	if err != nil {
		return false
	}
	if _, refused := p.answers["."]; !refused {
		p.mu.Lock()
		p.mails, p.secure = append(p.mails, string(body)), append(p.secure, secure)
		p.mu.Unlock()
	}
	return p.answered(".", say, "250 taken")
}

func (p *postOffice) got() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mails
}

// address is where it listens, as a URL of the scheme with a user.
func (p *postOffice) address(scheme, user string) string {
	return scheme + "://" + user + p.listener.Addr().String()
}

// certificate is one for 127.0.0.1 that nobody trusts but who is given it.
func certificate(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}},
	}
}

// trusting trusts the server's certificate.
func trusting(t *testing.T, p *postOffice) *tls.Config {
	t.Helper()
	leaf, err := x509.ParseCertificate(p.tls.Certificates[0].Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}
}
