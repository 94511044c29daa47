// Package mail hands e-mails over to an SMTP server. It knows nothing of what they say and leaves to
// its caller when to try again. A Sender may be used by many goroutines.
package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// Config is what a Sender is made of.
type Config struct {
	Server Server // from ParseServer
	From   string // an address, with a name or without; must be set
	// Timeout is for each stage: the connection up to the login, and the handing over; zero: 15 s.
	Timeout time.Duration
	// TLS may be set in tests; nil: what the system trusts.
	TLS *tls.Config
}

// IsAddress reports whether a text is an address to send from, with a name or without. The address is
// in ASCII: not every server on the way takes others.
func IsAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && ascii(a.Address)
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// Mail is an e-mail in plain text.
type Mail struct {
	// ID is the same whenever the same mail is sent, so that programs which read mail show it once.
	// It may hold letters, digits and hyphens.
	ID      string
	To      string
	Subject string
	Text    string
	At      time.Time
}

// Sender sends from one address by one server.
type Sender struct {
	cfg    Config
	from   *mail.Address
	domain string
}

// New returns a Sender. It connects to nothing yet; a From that is no address is an error.
func New(c Config) (*Sender, error) {
	from, err := mail.ParseAddress(c.From)
	if err != nil || c.Server.host == "" {
		return nil, errors.New("mail: a server and the address to send from must be set")
	}
	if c.Timeout == 0 {
		c.Timeout = 15 * time.Second
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	return &Sender{cfg: c, from: from, domain: domain}, nil
}

// Error is a mail that was not handed over. Its text holds no address, no credentials and nothing
// that the server said.
type Error struct {
	// Refused says that the server will never take this mail: trying again is of no use.
	Refused bool
	Code    int // the server's; 0: it gave none

	stage string
	cause error
}

func (e *Error) Error() string {
	if e.Code != 0 {
		return fmt.Sprintf("%s: the server answered %d", e.stage, e.Code)
	}
	return e.stage + ": " + reason(e.cause)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// reason says in words of our own what went wrong, since the server's may hold anything.
func reason(err error) string {
	if network, ok := errors.AsType[net.Error](err); ok && network.Timeout() {
		return "no answer in time"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "its certificate is not trusted"
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return "no connection"
	}
	return "the server did not keep to the protocol"
}

// Send hands a mail over. Nil means that the server has taken it; an *Error that it has not, or that
// its answer got lost, so that a mail which is sent again may come twice. It returns soon after ctx
// has ended.
func (s *Sender) Send(ctx context.Context, m Mail) error {
	message, err := s.message(m)
	if err != nil {
		return &Error{Refused: true, stage: "write the mail", cause: err}
	}
	d := &dialer{ctx: ctx, config: s.cfg}
	defer d.close()
	client, err := s.client(d)
	if err != nil {
		return &Error{stage: "connect", cause: err}
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return &Error{stage: "connect", Code: code(err), cause: err}
	}
	if err := client.SendWithSMTPClient(session, message); err != nil {
		fault := &Error{stage: "hand over", Code: code(err), cause: err}
		fault.Refused = fault.Code >= 500 && fault.Code < 600
		return fault
	}
	// It has been taken: what happens at the goodbye changes nothing.
	_ = client.CloseWithSMTPClient(session)
	return nil
}

func (s *Sender) client(d *dialer) (*gomail.Client, error) {
	server := s.cfg.Server
	options := []gomail.Option{
		gomail.WithPort(server.port), gomail.WithTimeout(s.cfg.Timeout), gomail.WithTLSPolicy(server.policy()),
		gomail.WithTLSConfig(d.tls()), gomail.WithDialContextFunc(d.dial), gomail.WithoutNoop(), gomail.WithHELO(s.domain),
	}
	if server.implicit {
		options = append(options, gomail.WithSSL())
	}
	if server.user != "" {
		options = append(options, gomail.WithSMTPAuthCustom(&login{server: server}))
	}
	return gomail.NewClient(server.host, options...)
}

// message writes the mail. Whatever stands in the subject stays in it: line ends and the like are
// taken out, and what is not ASCII is encoded.
func (s *Sender) message(m Mail) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(s.from)
	to, err := mail.ParseAddress(m.To)
	if err != nil || to.Address != m.To || !ascii(to.Address) {
		return nil, errors.New("the recipient is no address")
	}
	msg.ToMailAddress(&mail.Address{Address: to.Address})
	msg.Subject(header(m.Subject))
	msg.SetDateWithValue(m.At)
	msg.SetMessageIDWithValue(m.ID + "@" + s.domain)
	// So that nobody's absence is answered.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	return msg, nil
}

// header is a text without what could end a header's line.
func header(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7F && r < 0xA0 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
