package app

import (
	"context"
	"errors"

	"github.com/bimpe/bimpe/internal/alerts"
	"github.com/bimpe/bimpe/internal/mail"
)

func (c Config) checkMail(f *faults) {
	if !c.SMTPURL.IsZero() {
		if _, err := mail.ParseServer(c.SMTPURL.Reveal()); err != nil {
			f.add("BIMPE_SMTP_URL", err.Error())
		}
	}
	switch {
	case c.SMTPFrom == "" && !c.SMTPURL.IsZero():
		f.add("BIMPE_SMTP_FROM", "must be set with BIMPE_SMTP_URL")
	case c.SMTPFrom == "":
	case c.SMTPURL.IsZero():
		f.add("BIMPE_SMTP_FROM", "is of no use without BIMPE_SMTP_URL")
	case !mail.IsAddress(c.SMTPFrom):
		f.add("BIMPE_SMTP_FROM", "must be an address such as bimpe@shop.example")
	}
}

// newAlerts returns who writes when a human is needed, nil where no mail server is set.
func (a *App) newAlerts() (*alerts.Worker, error) {
	if a.cfg.SMTPURL.IsZero() {
		return nil, nil //nolint:nilnil // a server without e-mail is an ordinary server
	}
	server, err := mail.ParseServer(a.cfg.SMTPURL.Reveal())
	if err != nil {
		return nil, err
	}
	sender, err := mail.New(mail.Config{Server: server, From: a.cfg.SMTPFrom})
	if err != nil {
		return nil, err
	}
	return alerts.New(alerts.Config{
		Queue: a.db, Mailer: mailer{sender}, Node: a.node, NewID: a.ids.Next, Now: a.now, Log: a.log,
		Link: a.cfg.PublicURL,
	}), nil
}

// mails writes when a human is needed. As with pages this node must be known to be alive before.
func (a *App) mails(ctx context.Context) error {
	a.beat(ctx)
	return a.alerts.Run(ctx)
}

// mailer is SMTP as the alerts want it.
type mailer struct{ sender *mail.Sender }

func (m mailer) Send(ctx context.Context, n alerts.Mail) (refused bool, err error) {
	err = m.sender.Send(ctx, mail.Mail{ID: string(n.ID), To: n.To, Subject: n.Subject, Text: n.Text, At: n.At})
	if fault, ok := errors.AsType[*mail.Error](err); ok {
		return fault.Refused, err
	}
	return false, err
}
