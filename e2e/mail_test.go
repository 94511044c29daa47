package e2e

import (
	"io"
	"net"
	"net/http"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
)

// mailbox is an SMTP server that takes everything, or stalls where it is told to.
type mailbox struct {
	listener net.Listener
	mails    chan *mail.Message // has room for more than any test sends
	held     chan struct{}      // closed: from now on mails are taken; until then the server stalls before its "taken"
	reached  chan struct{}      // a mail has come as far as that
}

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &mailbox{
		listener: l, mails: make(chan *mail.Message, 64), held: make(chan struct{}), reached: make(chan struct{}, 64),
	}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			group.Go(func() { b.serve(conn, t.Context().Done()) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close() // nothing depends on it any more
		group.Wait()
	})
	return b
}

func (b *mailbox) settings() []string {
	return []string{
		"BIMPE_SMTP_URL=smtp://" + b.listener.Addr().String() + "?tls=none", "BIMPE_SMTP_FROM=bimpe@shop.example",
		"BIMPE_PUBLIC_URL=https://bimpe.example",
	}
}

func (b *mailbox) serve(conn net.Conn, over <-chan struct{}) {
	defer func() { _ = conn.Close() }() // the other side may have gone first
	text := textproto.NewConn(conn)
	say := func(line string) { _ = text.PrintfLine("%s", line) } // as above
	say("220 mailbox")
	for {
		line, err := text.ReadLine()
		if err != nil {
			return
		}
		switch verb, _, _ := strings.Cut(line, " "); verb {
		case "DATA":
			say("354 go on")
			raw, err := io.ReadAll(text.DotReader())
			if err != nil {
				return
			}
			m, err := mail.ReadMessage(strings.NewReader(string(raw)))
			if err != nil {
				say("554 nonsense")
				continue
			}
			b.mails <- m
			b.reached <- struct{}{}
			select {
			case <-b.held:
				say("250 taken")
			case <-over:
				return
			}
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (b *mailbox) next(t *testing.T, s *site) (*mail.Message, string) {
	t.Helper()
	select {
	case m := <-b.mails:
		body, err := io.ReadAll(m.Body)
		if err != nil {
			t.Fatal(err)
		}
		return m, string(body)
	case <-within(t, patience).Done():
		t.Fatalf("no mail came\n%s", s.current().stderr)
		return nil, ""
	}
}

// A mail survives a kill at any moment: here in the one between the handing over and the answer, after
// which it comes once more, under the same Message-ID.
func TestAMailComesWhenAHumanIsNeeded(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, e engine) {
		b := newMailbox(t)
		s := serving(t, e, b.settings()...)
		a := s.newAgent(t, object{"escalation_email": "owner@shop.example", "name": "Ada"})
		asked := want[message](t, s, http.StatusCreated, request{
			method: http.MethodPost, path: api + "/agents/" + a.ID + "/conversations/messages",
			body: object{"message": "What is the meaning of life?", "channel_username": "Eve\r\nBcc: all@victim.example"},
		})
		first, body := b.next(t, s)
		for header, want := range map[string]string{
			"To": "<owner@shop.example>", "From": "<bimpe@shop.example>", "Subject": "Ada: a customer needs you", "Bcc": "",
		} {
			if got := first.Header.Get(header); got != want {
				t.Errorf("%s: %q, want %q", header, got, want)
			}
		}
		for _, want := range []string{"Eve", "meaning of life?", "https://bimpe.example/api/v1/console/agents/" + a.ID} {
			if !strings.Contains(body, want) {
				t.Errorf("the mail lacks %q:\n%s", want, body)
			}
		}
		<-b.reached
		s.kill()
		close(b.held)
		s.start()
		again, _ := b.next(t, s)
		if got, want := again.Header.Get("Message-Id"), first.Header.Get("Message-Id"); got != want || want == "" {
			t.Errorf("after the kill: Message-Id %q, want %q", got, want)
		}
		// It has been told of once it has been taken, and no restart tells it again.
		eventually(t, "the mail is noted as sent", func() bool {
			return s.logged(`"msg":"alert"`)
		})
		s.restart()
		s.reply(t, a.ID, asked.ConversationID, "user", "And of death?")
		eventually(t, "the second question is answered", func() bool { return s.idle(t, a.ID, asked.ConversationID) })
		select {
		case m := <-b.mails:
			t.Errorf("another mail for the same need: %q", m.Header.Get("Message-Id"))
		default:
		}
	})
}
