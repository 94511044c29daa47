package app

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/seal"
)

// Storage is where data is kept. Its tags are read by the command line.
type Storage struct {
	DataDir     string      `env:"BIMPE_DATA_DIR" default:"./data" help:"Folder for what the server keeps."`
	DatabaseURL seal.Secret `env:"BIMPE_DATABASE_URL" placeholder:"URL" help:"postgres://…; without it, SQLite in the data folder."`
	MasterKey   seal.Secret `env:"BIMPE_MASTER_KEY" placeholder:"KEY" help:"32 bytes in hex or base 64; needed with PostgreSQL, else made once in the data folder. Older keys may follow, separated by commas."`
}

// Config is what a server is told. Its tags are read by the command line; a Config made otherwise
// must set Listen, DataDir, ModelProvider, LogFormat and TurnTimeout; its zero PromptDays keeps no prompts, and its
// zero ModelContext is the usual one.
type Config struct {
	Listen         string `env:"BIMPE_LISTEN" default:"127.0.0.1:8080" help:"Address and port to listen on."`
	Storage        `embed:""`
	RedisURL       seal.Secret   `env:"BIMPE_REDIS_URL" placeholder:"URL" help:"redis://… or rediss://…, by which several nodes on PostgreSQL hear of each other at once and share rate windows."`
	ModelProvider  string        `env:"BIMPE_MODEL_PROVIDER" default:"builtin" help:"Who writes replies: builtin (no model), openai or anthropic (or any server compatible with either)."`
	ModelURL       string        `env:"BIMPE_MODEL_URL" placeholder:"URL" help:"The model's server, up to /v1; without it, the provider's own."`
	ModelKey       seal.Secret   `env:"BIMPE_MODEL_KEY" placeholder:"KEY" help:"The model's key; better given by the environment."`
	Model          string        `env:"BIMPE_MODEL" placeholder:"NAME" help:"The model's name."`
	ModelContext   int           `env:"BIMPE_MODEL_CONTEXT" default:"32768" help:"Tokens that the model holds, prompt and reply together: what is more is not asked."`
	AllowedOrigins []string      `env:"BIMPE_ALLOWED_ORIGINS" placeholder:"ORIGIN" help:"Origins whose pages may call the API, separated by commas."`
	RateLimit      int           `env:"BIMPE_RATE_LIMIT" default:"600" help:"Requests of one key in a minute; 0: as many as it likes."`
	PublicURL      string        `env:"BIMPE_PUBLIC_URL" placeholder:"URL" help:"Address under which the server is reached from outside."`
	TrustedProxies []string      `env:"BIMPE_TRUSTED_PROXIES" placeholder:"CIDR" help:"Proxies whose X-Forwarded-For counts, separated by commas."`
	MetricsAllow   []string      `env:"BIMPE_METRICS_ALLOW" placeholder:"CIDR" help:"Networks from which /metrics may be read beside this machine, separated by commas."`
	OutboundAllow  []string      `env:"BIMPE_OUTBOUND_ALLOW" placeholder:"CIDR" help:"Private networks that addresses given by users may lead to, separated by commas; default none."`
	SMTPURL        seal.Secret   `env:"BIMPE_SMTP_URL" name:"smtp-url" placeholder:"URL" help:"Mail server for e-mails when a human is needed: smtp://user:password@host:587 or smtps://…; without it there are none."`
	SMTPFrom       string        `env:"BIMPE_SMTP_FROM" name:"smtp-from" placeholder:"ADDRESS" help:"Address that these e-mails come from."`
	PromptDays     int           `env:"BIMPE_PROMPT_DAYS" default:"30" help:"For how many days what models were asked is kept; 0: not at all."`
	TurnTimeout    time.Duration `env:"BIMPE_TURN_TIMEOUT" default:"60s" help:"How long a reply may take before the customer gets an apology."`
	LogFormat      string        `env:"BIMPE_LOG_FORMAT" default:"text" help:"text or json."`
	LogLevel       string        `env:"BIMPE_LOG_LEVEL" placeholder:"LEVEL" help:"debug, info, warn or error; without it info, or warn under quickstart."`
	TestClock      string        `env:"BIMPE_TEST_CLOCK" hidden:""` // of tests alone, see clock.go

	Version string    `kong:"-"` // stands in the log and in the API's document
	Log     io.Writer `kong:"-"` // nil: nothing is logged
	// Getenv finds OpenTelemetry's own settings; nil: there are none.
	Getenv func(name string) string `kong:"-"`
}

const maxPromptDays = 3650

// promptLife is how long the store keeps prompts.
func (c Config) promptLife() time.Duration {
	if c.PromptDays == 0 {
		return -1
	}
	return time.Duration(c.PromptDays) * 24 * time.Hour
}

// ConfigError names every setting that cannot be.
type ConfigError struct{ Faults []string }

func (e *ConfigError) Error() string { return strings.Join(e.Faults, "\n") }

// The providers of models.
const (
	providerBuiltin   = "builtin"
	providerOpenAI    = "openai"
	providerAnthropic = "anthropic"
)

// Check returns a *ConfigError with every fault at once, or nil.
func (c Config) Check() error {
	var f faults
	if !isAddress(c.Listen) {
		f.add("BIMPE_LISTEN", "must be an address and a port up to 65535, such as 127.0.0.1:8080")
	}
	c.checkStorage(&f)
	c.checkRedis(&f)
	if c.RateLimit < 0 {
		f.add("BIMPE_RATE_LIMIT", "must be 0 or more")
	}
	if c.TurnTimeout <= 0 {
		f.add("BIMPE_TURN_TIMEOUT", "must be more than nothing, such as 60s")
	}
	if c.PublicURL != "" && !isWebURL(c.PublicURL) {
		f.add("BIMPE_PUBLIC_URL", "must be an http or https URL")
	}
	if c.PromptDays < 0 || c.PromptDays > maxPromptDays {
		f.add("BIMPE_PROMPT_DAYS", "must be from 0 to 3650")
	}
	c.checkMail(&f)
	c.checkModel(&f)
	c.checkLists(&f)
	c.checkLog(&f)
	return f.err()
}

// checkPlace checks what is needed to open the data, which no secret is sealed for.
func (c Storage) checkPlace() error {
	var f faults
	c.place(&f)
	return f.err()
}

func (c Storage) place(f *faults) {
	if c.DataDir == "" {
		f.add("BIMPE_DATA_DIR", "must name a folder")
	}
	if !c.postgres() && !c.DatabaseURL.IsZero() {
		f.add("BIMPE_DATABASE_URL", "must begin with postgres:// or be unset, which means SQLite in the data folder")
	}
}

func (c Storage) checkStorage(f *faults) {
	c.place(f)
	if c.postgres() && c.MasterKey.IsZero() {
		f.add("BIMPE_MASTER_KEY", "is needed with PostgreSQL, the same on every node: `openssl rand -hex 32` makes one")
	}
	if !c.MasterKey.IsZero() {
		if _, err := seal.ParseMasters(c.MasterKey.Reveal()); err != nil {
			f.add("BIMPE_MASTER_KEY", err.Error())
		}
	}
}

func (c Config) checkRedis(f *faults) {
	if c.RedisURL.IsZero() {
		return
	}
	if !c.postgres() {
		f.add("BIMPE_REDIS_URL", "is of use to several nodes alone, which need BIMPE_DATABASE_URL=postgres://…")
	}
	if _, err := redisOptions(c.RedisURL.Reveal()); err != nil {
		f.add("BIMPE_REDIS_URL", err.Error())
	}
}

func (c Config) checkModel(f *faults) {
	switch c.ModelProvider {
	case providerBuiltin:
	case providerOpenAI, providerAnthropic:
		if c.Model == "" {
			f.add("BIMPE_MODEL", "must name the model that is to be asked")
		}
	default:
		f.add("BIMPE_MODEL_PROVIDER", "must be builtin, openai or anthropic")
	}
	if n := c.ModelContext; n != 0 && (n < console.MinWindow || n > console.MaxWindow) {
		f.add("BIMPE_MODEL_CONTEXT", fmt.Sprintf("must be from %d to %d", console.MinWindow, console.MaxWindow))
	}
	if c.ModelURL != "" && !isWebURL(c.ModelURL) {
		f.add("BIMPE_MODEL_URL", "must be an http or https URL")
	}
}

func (c Config) checkLists(f *faults) {
	for _, origin := range trimmed(c.AllowedOrigins) {
		if u, err := url.Parse(origin); err != nil || !isWebURL(origin) || u.Path != "" || u.RawQuery != "" {
			f.add("BIMPE_ALLOWED_ORIGINS", fmt.Sprintf("%q is not an origin such as https://shop.example", origin))
		}
	}
	if _, err := networks(c.TrustedProxies); err != nil {
		f.add("BIMPE_TRUSTED_PROXIES", err.Error())
	}
	if _, err := networks(c.MetricsAllow); err != nil {
		f.add("BIMPE_METRICS_ALLOW", err.Error())
	}
	if _, err := networks(c.OutboundAllow); err != nil {
		f.add("BIMPE_OUTBOUND_ALLOW", err.Error())
	}
}

func (c Config) checkLog(f *faults) {
	if c.LogFormat != "text" && c.LogFormat != "json" {
		f.add("BIMPE_LOG_FORMAT", "must be text or json")
	}
	if _, err := c.level(); err != nil {
		f.add("BIMPE_LOG_LEVEL", "must be debug, info, warn or error")
	}
}

// postgres reports whether the data is on a PostgreSQL server.
func (c Storage) postgres() bool {
	u := c.DatabaseURL.Reveal()
	return strings.HasPrefix(u, "postgres://") || strings.HasPrefix(u, "postgresql://")
}

// trimmed is a list without the spaces that people write after commas, and without what is empty
// then.
func trimmed(list []string) []string {
	var all []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// networks reads networks and single addresses.
func networks(list []string) ([]netip.Prefix, error) {
	nets := make([]netip.Prefix, 0, len(list))
	for _, s := range trimmed(list) {
		if addr, err := netip.ParseAddr(s); err == nil {
			nets = append(nets, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		n, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("%q is not a network such as 10.0.0.0/8", s)
		}
		nets = append(nets, n)
	}
	return nets, nil
}

// origins are those whose pages may call the API: those that were named and, behind a proxy that
// changes the name, the server's own.
func (c Config) origins() []string {
	u, err := url.Parse(c.PublicURL)
	allowed := trimmed(c.AllowedOrigins)
	if err != nil || u.Host == "" {
		return allowed
	}
	return append(allowed, u.Scheme+"://"+u.Host)
}

// level is info where none was named.
func (c Config) level() (slog.Level, error) {
	var l slog.Level
	if c.LogLevel == "" {
		return slog.LevelInfo, nil
	}
	return l, l.UnmarshalText([]byte(c.LogLevel))
}

func (c Config) logger() *slog.Logger {
	level, err := c.level()
	if c.Log == nil || err != nil {
		return slog.New(slog.DiscardHandler)
	}
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(c.Log, options))
	}
	return slog.New(slog.NewTextHandler(c.Log, options))
}

// isAddress reports whether a server could listen there; whether this one can is seen when it does.
func isAddress(s string) bool {
	host, port, err := net.SplitHostPort(s)
	if err != nil || strings.ContainsAny(host, "/ ") {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

func isWebURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

type faults []string

func (f *faults) add(setting, what string) { *f = append(*f, setting+": "+what) }

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &ConfigError{Faults: f}
}
