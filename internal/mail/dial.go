package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/textproto"
	"slices"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// dialer opens the one connection of a mail, ends it with its context, and bounds what comes on it.
type dialer struct {
	ctx    context.Context
	config Config
	open   []func()
}

func (d *dialer) tls() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if d.config.TLS != nil {
		c = d.config.TLS.Clone()
	}
	c.ServerName = d.config.Server.host
	return c
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	plain, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(d.ctx, func() {
		// Whoever waits for the server is woken; that the connection is gone already is no fault.
		_ = plain.Close()
	})
	d.open = append(d.open, func() {
		stop()
		_ = plain.Close() // as above
	})
	var conn net.Conn = &bounded{Conn: plain, left: maxAnswers}
	if !d.config.Server.implicit {
		return conn, nil
	}
	if err := conn.SetDeadline(time.Now().Add(d.config.Timeout)); err != nil { //nolint:forbidigo // a connection's deadline is of the system's clock
		return nil, err
	}
	secure := tls.Client(conn, d.tls())
	return secure, secure.HandshakeContext(ctx)
}

func (d *dialer) close() {
	for _, f := range d.open {
		f()
	}
}

// maxAnswers is more than a server has to say, certificates included.
const maxAnswers = 256 << 10

var errTalkative = errors.New("mail: the server says too much")

// bounded is a connection on which only so much may come.
type bounded struct {
	net.Conn
	left int
}

// Read implements net.Conn.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTalkative
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// login takes PLAIN where the server has it, and else LOGIN, which some large ones have alone.
type login struct {
	server Server
	chosen smtp.Auth
}

// Start implements smtp.Auth.
func (l *login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	l.chosen = smtp.PlainAuth("", l.server.user, l.server.password, l.server.host, l.server.plain)
	if !slices.Contains(server.Auth, "PLAIN") && slices.Contains(server.Auth, "LOGIN") {
		l.chosen = smtp.LoginAuth(l.server.user, l.server.password, l.server.host, l.server.plain)
	}
	return l.chosen.Start(server)
}

// Next implements smtp.Auth.
func (l *login) Next(from []byte, more bool) ([]byte, error) { return l.chosen.Next(from, more) }

// code is the answer of the server that an error is about, 0 if it is about none.
func code(err error) int {
	if e, ok := errors.AsType[*gomail.SendError](err); ok && e.ErrorCode() != 0 {
		return e.ErrorCode()
	}
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		return e.Code
	}
	return 0
}
