package mail

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// Server is where mails are handed over. The zero value is none.
type Server struct {
	host     string
	port     int
	user     string
	password string
	implicit bool // TLS from the first byte
	plain    bool // never TLS
}

// The usual ports.
const (
	submission  = 587
	submissions = 465
)

// ParseServer reads smtp://user:password@host:587, which goes on by STARTTLS or not at all, or
// smtps://…:465, which is TLS from the first byte. smtp://…?tls=none never asks for TLS, for a server
// on the same machine or network; a password then only goes to this machine itself. Its errors hold
// nothing of the URL.
func ParseServer(address string) (Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || strings.Trim(u.Path, "/") != "" {
		return Server{}, errors.New("must be a URL such as smtp://user:password@mail.example.com:587 or smtps://…")
	}
	s := Server{host: u.Hostname(), user: u.User.Username(), implicit: u.Scheme == "smtps"}
	s.password, _ = u.User.Password()
	if s.port, err = port(u.Port(), s.implicit); err != nil {
		return Server{}, err
	}
	switch tls := u.Query().Get("tls"); {
	case tls == "none" && !s.implicit:
		s.plain = true
	case tls != "":
		return Server{}, errors.New("may end in ?tls=none with smtp:// and in nothing else")
	}
	if s.plain && s.user != "" && !loopback(s.host) {
		return Server{}, errors.New("must not have a password where tls=none, unless it is on this machine")
	}
	return s, nil
}

func port(named string, implicit bool) (int, error) {
	switch {
	case named == "" && implicit:
		return submissions, nil
	case named == "":
		return submission, nil
	}
	n, err := strconv.Atoi(named)
	if err != nil || n < 1 || n > 65535 {
		return 0, errors.New("must have a port from 1 to 65535")
	}
	return n, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s Server) policy() gomail.TLSPolicy {
	if s.plain || s.implicit {
		return gomail.NoTLS
	}
	return gomail.TLSMandatory
}
