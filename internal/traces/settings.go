package traces

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// settings are OpenTelemetry's own, as far as the exporter needs them.
type settings struct {
	on      bool
	url     string
	headers map[string]string // may hold secrets
	timeout time.Duration     // for one sending
}

// sendTime is OpenTelemetry's default.
const sendTime = 10 * time.Second

// The settings by their names; the second of a pair goes first and is of traces alone.
const (
	endpointName, tracesEndpointName = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	protocolName, tracesProtocolName = "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
	headersName, tracesHeadersName   = "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"
	timeoutName, tracesTimeoutName   = "OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"
)

// environment is where settings are.
type environment func(string) string

// either is the setting of traces, or else the general one.
func (e environment) either(general, ours string) (name, value string) {
	if v := e(ours); v != "" {
		return ours, v
	}
	return general, e(general)
}

func readSettings(getenv environment) (settings, error) {
	s := settings{timeout: sendTime}
	off := strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true") || getenv("OTEL_TRACES_EXPORTER") == "none"
	name, endpoint := getenv.either(endpointName, tracesEndpointName)
	if off || endpoint == "" {
		return s, nil
	}
	s.on = true
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return s, errors.New(name + ": must be an http or https URL")
	}
	if name == endpointName {
		u = u.JoinPath("v1/traces")
	}
	s.url = u.String()
	return s, errors.Join(getenv.checkProtocol(), s.readTimeout(getenv), s.readHeaders(getenv))
}

func (e environment) checkProtocol() error {
	if name, v := e.either(protocolName, tracesProtocolName); v != "" && v != "http/protobuf" {
		return errors.New(name + ": must be http/protobuf, which is all that is spoken here")
	}
	return nil
}

func (s *settings) readTimeout(e environment) error {
	name, v := e.either(timeoutName, tracesTimeoutName)
	if v == "" {
		return nil
	}
	ms, err := strconv.Atoi(v)
	if err != nil || ms <= 0 || ms > int(time.Minute/time.Millisecond) {
		return errors.New(name + ": must be milliseconds, up to 60000")
	}
	s.timeout = time.Duration(ms) * time.Millisecond
	return nil
}

// readHeaders does not repeat in its error what it was given.
func (s *settings) readHeaders(e environment) error {
	name, list := e.either(headersName, tracesHeadersName)
	s.headers = map[string]string{}
	for pair := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		header, value, ok := strings.Cut(pair, "=")
		plain, err := url.PathUnescape(strings.TrimSpace(value))
		if !ok || err != nil || strings.TrimSpace(header) == "" || strings.ContainsAny(plain+header, "\r\n") {
			return errors.New(name + ": must be name=value pairs with commas between")
		}
		s.headers[strings.TrimSpace(header)] = plain
	}
	return nil
}
