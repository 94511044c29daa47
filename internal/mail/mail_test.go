package mail

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/mail"
	"strings"
	"testing"
	"time"
)

func sender(t *testing.T, p *postOffice, address string) *Sender {
	t.Helper()
	server, err := ParseServer(address)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{Server: server, From: "Bimpe <bimpe@shop.example>", TLS: trusting(t, p), Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func note() Mail {
	return Mail{
		ID: "cmail1", To: "owner@shop.example", Subject: "Ada: a customer needs you",
		Text: "Hello.\n.\nẸ káàárọ̀\n", At: time.UnixMilli(1_800_000_000_000).UTC(),
	}
}

func TestSend(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		configure func(*postOffice)
		scheme    string
		user      string
		query     string
		login     string
		secure    bool
	}{
		"STARTTLS":                  {func(p *postOffice) { p.auth = "PLAIN LOGIN" }, "smtp", "ada:p%40ss@", "", "PLAIN \x00ada\x00p@ss", true},
		"LOGIN alone":               {func(p *postOffice) { p.auth = "LOGIN XOAUTH2" }, "smtp", "ada:p%40ss@", "", "LOGIN  ada p@ss", true},
		"TLS at once":               {func(p *postOffice) { p.implicit, p.auth = true, "PLAIN" }, "smtps", "ada:x@", "", "PLAIN \x00ada\x00x", true},
		"no TLS":                    {func(p *postOffice) { p.noTLS = true }, "smtp", "", "?tls=none", "", false},
		"no TLS, though":            {func(*postOffice) {}, "smtp", "", "?tls=none", "", false},
		"a goodbye that goes wrong": {func(p *postOffice) { p.answers["QUIT"] = "421 gone" }, "smtp", "", "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := openPostOffice(t, test.configure)
			if err := sender(t, p, p.address(test.scheme, test.user)+test.query).Send(t.Context(), note()); err != nil {
				t.Fatalf("Send: %v", err)
			}
			if got := p.got(); len(got) != 1 || p.secure[0] != test.secure {
				t.Fatalf("mails %q, by TLS %v", got, p.secure)
			}
			if test.login != "" && (len(p.logins) != 1 || p.logins[0] != test.login) {
				t.Errorf("logins %q, want %q", p.logins, test.login)
			}
		})
	}
}

func TestSendWritesTheMail(t *testing.T) {
	t.Parallel()
	p := openPostOffice(t, func(*postOffice) {})
	s := sender(t, p, p.address("smtp", ""))
	for range 2 {
		if err := s.Send(t.Context(), note()); err != nil {
			t.Fatal(err)
		}
	}
	for _, raw := range p.got() {
		m, err := mail.ReadMessage(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		for header, want := range map[string]string{
			"Message-Id": "<cmail1@shop.example>", "To": "<owner@shop.example>", "From": `"Bimpe" <bimpe@shop.example>`,
			"Subject": "Ada: a customer needs you", "Auto-Submitted": "auto-generated",
			"Date": "Fri, 15 Jan 2027 08:00:00 +0000",
		} {
			if got := m.Header.Get(header); got != want {
				t.Errorf("%s: %q, want %q", header, got, want)
			}
		}
		body, err := io.ReadAll(m.Body)
		if err != nil || !strings.Contains(string(body), "Hello.") {
			t.Errorf("body %q, %v", body, err)
		}
	}
	if len(p.got()) != 2 {
		t.Errorf("%d mails, want 2", len(p.got()))
	}
}

// No subject and no address brings a header, a recipient or a body of its own.
func TestSendTakesNoHeadersFromOutside(t *testing.T) {
	t.Parallel()
	p := openPostOffice(t, func(*postOffice) {})
	s := sender(t, p, p.address("smtp", ""))
	hostile := note()
	hostile.Subject = "hi\r\nBcc: all@victim.example\r\n\r\nbody \u2028 世界 \x00" + strings.Repeat("x", 2000)
	if err := s.Send(t.Context(), hostile); err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(strings.NewReader(p.got()[0]))
	if err != nil {
		t.Fatal(err)
	}
	if m.Header.Get("Bcc") != "" {
		t.Error("the subject brought a header")
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || !strings.HasPrefix(subject, "hi  Bcc: all@victim.example    body   世界  xxx") {
		t.Errorf("subject %q, %v", subject, err)
	}
	for _, to := range []string{
		"", "a@b.example\r\nBcc: c@d.example", "A <a@b.example>", "a@b.example, c@d.example", "a@b.example>\r\nRCPT TO:<c@d.example",
		"zoë@shop.example", "owner@bücher.example", // which would be for the server to take or not
	} {
		hostile.To = to
		e, ok := errors.AsType[*Error](s.Send(t.Context(), hostile))
		if !ok || !e.Refused {
			t.Errorf("to %q: %v, want that it is refused", to, e)
		}
	}
	if n := len(p.got()); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
}

func TestIsAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"a@b.example": true, "Zoë <a@b.example>": true, "": false, "a": false, "zoë@b.example": false, "a@bücher.example": false,
	} {
		if got := IsAddress(address); got != want {
			t.Errorf("IsAddress(%q) = %t, want %t", address, got, want)
		}
	}
}

func TestSendFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		configure func(*postOffice)
		user      string
		want      string
		refused   bool
	}{
		"no STARTTLS":     {func(p *postOffice) { p.noTLS = true }, "", "connect: the server did not keep", false},
		"busy":            {func(p *postOffice) { p.answers["GREETING"] = "421 busy owner@shop.example" }, "", "connect: the server answered 421", false},
		"wrong password":  {func(p *postOffice) { p.auth, p.answers["AUTH"] = "PLAIN", "535 no" }, "a:secret@", "connect: the server answered 535", false},
		"greylisted":      {func(p *postOffice) { p.answers["RCPT"] = "451 later" }, "", "hand over: the server answered 451", false},
		"no such mailbox": {func(p *postOffice) { p.answers["RCPT"] = "550 owner@shop.example is unknown" }, "", "hand over: the server answered 550", true},
		"no such sender":  {func(p *postOffice) { p.answers["MAIL"] = "553 no" }, "", "hand over: the server answered 553", true},
		"full":            {func(p *postOffice) { p.answers["."] = "452 full" }, "", "hand over: the server answered 452", false},
		"spam":            {func(p *postOffice) { p.answers["."] = "554 spam" }, "", "hand over: the server answered 554", true},
		"nonsense":        {func(p *postOffice) { p.answers["GREETING"] = "what?" }, "", "connect: the server did not keep", false},
		"talkative":       {func(p *postOffice) { p.answers["GREETING"] = strings.Repeat("220-more\r\n", 100_000) + "220 end" }, "", "connect: ", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := openPostOffice(t, test.configure)
			err := sender(t, p, p.address("smtp", test.user)).Send(t.Context(), note())
			e, ok := errors.AsType[*Error](err)
			if !ok || !strings.HasPrefix(err.Error(), test.want) || e.Refused != test.refused {
				t.Errorf("Send: %v (refused %t), want %q (%t)", err, ok && e.Refused, test.want, test.refused)
			}
			for _, secret := range []string{"owner@", "secret"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("Send: %v tells %q", err, secret)
				}
			}
			if len(p.got()) != 0 {
				t.Error("a mail was taken")
			}
		})
	}
}

func TestSendTrustsNoStranger(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"smtp", "smtps"} {
		p := openPostOffice(t, func(p *postOffice) { p.implicit = scheme == "smtps" })
		s := sender(t, p, p.address(scheme, ""))
		s.cfg.TLS = nil
		if err := s.Send(t.Context(), note()); err == nil || !strings.Contains(err.Error(), "certificate is not trusted") {
			t.Errorf("%s: %v, want that the certificate is not trusted", scheme, err)
		}
	}
}

func TestSendEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"GREETING", "MAIL", "."} {
		p := openPostOffice(t, func(p *postOffice) { p.answers[verb] = "" })
		s := sender(t, p, p.address("smtp", ""))
		s.cfg.Timeout = time.Hour
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := s.Send(ctx, note()); err == nil {
			t.Errorf("a stall at %s: nil, want an error", verb)
		}
		cancel()
	}
}

func TestSendHasATimeLimit(t *testing.T) {
	t.Parallel()
	p := openPostOffice(t, func(p *postOffice) { p.answers["RCPT"] = "" })
	s := sender(t, p, p.address("smtp", ""))
	s.cfg.Timeout = 100 * time.Millisecond
	if err := s.Send(t.Context(), note()); err == nil {
		t.Error("a stall: nil, want an error")
	}
	if err := p.listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), note()); err == nil || !strings.Contains(err.Error(), "connect: no connection") {
		t.Errorf("nobody there: %v", err)
	}
}

func TestParseServer(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]Server{
		"smtp://mail.example.com":              {host: "mail.example.com", port: 587},
		"smtp://u:p%2Fw@mail.example.com:2525": {host: "mail.example.com", port: 2525, user: "u", password: "p/w"},
		"smtps://u@[::1]/":                     {host: "::1", port: 465, user: "u", implicit: true},
		"smtp://relay:25?tls=none":             {host: "relay", port: 25, plain: true},
		"smtp://u:p@localhost:25?tls=none":     {host: "localhost", port: 25, user: "u", password: "p", plain: true},
	} {
		if got, err := ParseServer(address); err != nil || got != want {
			t.Errorf("ParseServer(%q) = %+v, %v, want %+v", address, got, err, want)
		}
	}
	for _, address := range []string{
		"", "mail.example.com:587", "http://mail.example.com", "smtp://", "smtp://host:0", "smtp://host:99999", "smtp://host/path",
		"smtps://host?tls=none", "smtp://host?tls=maybe", "smtp://u:secret@relay?tls=none", "smtp://u:secret@[bad",
	} {
		if got, err := ParseServer(address); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("ParseServer(%q) = %+v, %v, want an error that tells no secret", address, got, err)
		}
	}
	for _, from := range []string{"", "nobody", "a@b.example\r\nBcc: c@d.example"} {
		if _, err := New(Config{Server: Server{host: "h"}, From: from}); err == nil {
			t.Errorf("New with From %q: nil, want an error", from)
		}
	}
}
