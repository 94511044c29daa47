package app

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/seal"
)

const masterKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

func good() Config {
	return Config{
		Listen: "127.0.0.1:0", Storage: Storage{DataDir: "data"}, ModelProvider: "builtin", RateLimit: 600,
		TurnTimeout: time.Minute, LogFormat: "text",
	}
}

func TestCheckTakesWhatCanBe(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*Config){
		"the defaults":          func(*Config) {},
		"every address":         func(c *Config) { c.Listen = ":8080" },
		"an address of IPv6":    func(c *Config) { c.Listen = "[::1]:65535" },
		"a name":                func(c *Config) { c.Listen = "localhost:0" },
		"no rate limit":         func(c *Config) { c.RateLimit = 0 },
		"PostgreSQL with a key": func(c *Config) { c.DatabaseURL, c.MasterKey = secret("postgres://h/d"), secret(masterKey) },
		"the other scheme":      func(c *Config) { c.DatabaseURL, c.MasterKey = secret("postgresql://h/d"), secret(masterKey) },
		"a model":               func(c *Config) { c.ModelProvider, c.Model, c.ModelURL = "openai", "m", "http://127.0.0.1:1/v1" },
		"a small window":        func(c *Config) { c.ModelContext = 2048 },
		"the vendor's own":      func(c *Config) { c.ModelProvider, c.Model = "openai", "m" },
		"an origin with a port": func(c *Config) { c.AllowedOrigins = []string{"http://localhost:3000", "https://shop.example"} },
		"proxies":               func(c *Config) { c.TrustedProxies = []string{"10.0.0.0/8", "::1", "fd00::/8"} },
		"spaces after commas": func(c *Config) {
			c.AllowedOrigins = []string{"http://localhost:3000", " https://shop.example\t"}
			c.TrustedProxies, c.OutboundAllow = []string{"10.0.0.0/8", " ::1"}, []string{" 10.20.0.0/16 ", " 192.168.7.5", " "}
			c.MetricsAllow = []string{"10.9.0.0/16 ", " ::1"}
		},
		"a level in capitals": func(c *Config) { c.LogLevel = "WARN" },
		"a mail server": func(c *Config) {
			c.SMTPURL, c.SMTPFrom = secret("smtp://u:p@mail.example.com:587"), "Bimpe <bimpe@shop.example>"
		},
		"machines' logs": func(c *Config) { c.LogFormat = "json" },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := good()
			change(&c)
			if err := c.Check(); err != nil {
				t.Errorf("Check() = %v", err)
			}
		})
	}
}

func secret(s string) seal.Secret { return seal.NewSecret(s) }

func TestCheckNamesTheSettingThatCannotBe(t *testing.T) {
	t.Parallel()
	tests := []struct {
		change func(*Config)
		want   []string // settings, in order
	}{
		{func(c *Config) { c.Listen = "nope" }, []string{"BIMPE_LISTEN"}},
		{func(c *Config) { c.Listen = "127.0.0.1" }, []string{"BIMPE_LISTEN"}},
		{func(c *Config) { c.Listen = "127.0.0.1:99999" }, []string{"BIMPE_LISTEN"}},
		{func(c *Config) { c.Listen = "127.0.0.1:-1" }, []string{"BIMPE_LISTEN"}},
		{func(c *Config) { c.Listen = "127.0.0.1:" }, []string{"BIMPE_LISTEN"}},
		{func(c *Config) { c.Listen = "::1:80" }, []string{"BIMPE_LISTEN"}},
		{func(c *Config) { c.Listen = "http://127.0.0.1:80" }, []string{"BIMPE_LISTEN"}},
		{func(c *Config) { c.MetricsAllow = []string{"10.0.0.0/8", "prometheus"} }, []string{"BIMPE_METRICS_ALLOW"}},
		{func(c *Config) { c.DataDir = "" }, []string{"BIMPE_DATA_DIR"}},
		{func(c *Config) { c.RedisURL = secret("redis://h") }, []string{"BIMPE_REDIS_URL"}},
		{
			func(c *Config) {
				c.DatabaseURL, c.MasterKey, c.RedisURL = secret("postgres://h/d"), secret(strings.Repeat("ab", 32)), secret("http://h")
			},
			[]string{"BIMPE_REDIS_URL"},
		},
		{func(c *Config) { c.RateLimit = -1 }, []string{"BIMPE_RATE_LIMIT"}},
		{func(c *Config) { c.TurnTimeout = 0 }, []string{"BIMPE_TURN_TIMEOUT"}},
		{func(c *Config) { c.PublicURL = "shop.example" }, []string{"BIMPE_PUBLIC_URL"}},
		{func(c *Config) { c.DatabaseURL = secret("mysql://h") }, []string{"BIMPE_DATABASE_URL"}},
		{func(c *Config) { c.DatabaseURL = secret("postgres://h") }, []string{"BIMPE_MASTER_KEY"}},
		{func(c *Config) { c.MasterKey = secret("short") }, []string{"BIMPE_MASTER_KEY"}},
		{func(c *Config) { c.ModelProvider = "openai" }, []string{"BIMPE_MODEL"}},
		{func(c *Config) { c.ModelProvider = "anthropic" }, []string{"BIMPE_MODEL"}},
		{func(c *Config) { c.ModelProvider = "oracle" }, []string{"BIMPE_MODEL_PROVIDER"}},
		{func(c *Config) { c.ModelProvider = "" }, []string{"BIMPE_MODEL_PROVIDER"}},
		{func(c *Config) { c.ModelURL = "ftp://h" }, []string{"BIMPE_MODEL_URL"}},
		{func(c *Config) { c.ModelContext = 2047 }, []string{"BIMPE_MODEL_CONTEXT"}},
		{func(c *Config) { c.ModelContext = -1 }, []string{"BIMPE_MODEL_CONTEXT"}},
		{func(c *Config) { c.ModelContext = 2_000_001 }, []string{"BIMPE_MODEL_CONTEXT"}},
		{func(c *Config) { c.AllowedOrigins = []string{"*"} }, []string{"BIMPE_ALLOWED_ORIGINS"}},
		{func(c *Config) { c.AllowedOrigins = []string{"https://h/path"} }, []string{"BIMPE_ALLOWED_ORIGINS"}},
		{func(c *Config) { c.TrustedProxies = []string{"all"} }, []string{"BIMPE_TRUSTED_PROXIES"}},
		{func(c *Config) { c.SMTPURL, c.SMTPFrom = secret("http://h"), "a@b.example" }, []string{"BIMPE_SMTP_URL"}},
		{func(c *Config) { c.SMTPURL = secret("smtp://h") }, []string{"BIMPE_SMTP_FROM"}},
		{func(c *Config) { c.SMTPURL, c.SMTPFrom = secret("smtp://h"), "nobody" }, []string{"BIMPE_SMTP_FROM"}},
		{func(c *Config) { c.PromptDays = -1 }, []string{"BIMPE_PROMPT_DAYS"}},
		{func(c *Config) { c.PromptDays = 4000 }, []string{"BIMPE_PROMPT_DAYS"}},
		{func(c *Config) { c.SMTPFrom = "a@b.example" }, []string{"BIMPE_SMTP_FROM"}},
		{func(c *Config) { c.LogFormat, c.LogLevel = "xml", "loud" }, []string{"BIMPE_LOG_FORMAT", "BIMPE_LOG_LEVEL"}},
		{func(c *Config) { *c = Config{} }, []string{
			"BIMPE_LISTEN", "BIMPE_DATA_DIR", "BIMPE_TURN_TIMEOUT", "BIMPE_MODEL_PROVIDER", "BIMPE_LOG_FORMAT",
		}},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.want, " "), func(t *testing.T) {
			t.Parallel()
			c := good()
			test.change(&c)
			e, ok := errors.AsType[*ConfigError](c.Check())
			if !ok {
				t.Fatalf("Check() = %v, want a *ConfigError", c.Check())
			}
			var got []string
			for _, f := range e.Faults {
				name, _, _ := strings.Cut(f, ":")
				got = append(got, name)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("faulty settings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFaultsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	c := good()
	c.DatabaseURL, c.MasterKey = secret("mysql://user:hunter2@h"), secret("hunter2")
	c.RedisURL, c.SMTPURL = secret("redix://:hunter2@h"), secret("smtp://a:hunter2@h/x")
	for _, text := range []string{c.Check().Error(), fmt.Sprintf("%+v", c)} {
		if strings.Contains(text, "hunter2") {
			t.Errorf("a secret stands in %q", text)
		}
	}
}

func TestProxiesAreNetworksOrAddresses(t *testing.T) {
	t.Parallel()
	got, err := networks([]string{"10.0.0.0/8", "192.0.2.7", "::1"})
	if err != nil {
		t.Fatal(err)
	}
	want := []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32"), netip.MustParsePrefix("::1/128"),
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Errorf("proxies() (-want +got):\n%s", diff)
	}
}

func TestTheLogHasItsFormatAndLevel(t *testing.T) {
	t.Parallel()
	tests := []struct {
		format, level string
		want          string // of one line at warn after one at info
	}{
		{"text", "", "level=INFO msg=one\nlevel=WARN msg=two\n"},
		{"text", "warn", "level=WARN msg=two\n"},
		{"json", "error", ""},
		{"json", "warn", `{"level":"WARN","msg":"two"}` + "\n"},
	}
	for _, test := range tests {
		var out bytes.Buffer
		c := good()
		c.LogFormat, c.LogLevel, c.Log = test.format, test.level, &out
		log := c.logger()
		log.Info("one")
		log.Warn("two")
		if got := withoutTime(out.String()); got != test.want {
			t.Errorf("%s at %q: %q, want %q", test.format, test.level, got, test.want)
		}
	}
	c := good()
	c.logger().Error("nobody hears of it")
}

// withoutTime takes the times out of log lines of either format.
func withoutTime(log string) string {
	var out strings.Builder
	for line := range strings.Lines(log) {
		if rest, ok := strings.CutPrefix(line, "time="); ok {
			_, line, _ = strings.Cut(rest, " ")
		}
		if _, rest, ok := strings.Cut(line, `","level"`); ok && strings.HasPrefix(line, `{"time"`) {
			line = `{"level"` + rest
		}
		out.WriteString(line)
	}
	return out.String()
}

func TestThePublicAddressIsAnOriginOfItsOwn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		public  string
		allowed []string
		want    []string
	}{
		{"", nil, nil},
		{"", []string{"https://shop.example"}, []string{"https://shop.example"}},
		{"https://api.example/bimpe/", nil, []string{"https://api.example"}},
		{"http://api.example:8443", []string{"https://shop.example"}, []string{"https://shop.example", "http://api.example:8443"}},
	}
	for _, test := range tests {
		c := Config{PublicURL: test.public, AllowedOrigins: test.allowed}
		if diff := cmp.Diff(test.want, c.origins()); diff != "" {
			t.Errorf("origins with %q (-want +got):\n%s", test.public, diff)
		}
	}
}
