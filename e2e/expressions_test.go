package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The dashboard and the alert rules are read by others' programs, so that nothing here fails when a metric is
// renamed. These tests hold them to what a server really answers.

const (
	dashboard = "../deploy/grafana/bimpe.json"
	alerts    = "../deploy/prometheus/alerts.yml"
)

// expressions are those of the dashboard's panels and of the alert rules, by where they stand.
func expressions(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	raw, err := os.ReadFile(dashboard)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &board); err != nil {
		t.Fatalf("%s: %v", dashboard, err)
	}
	for _, p := range board.Panels {
		for i, target := range p.Targets {
			all[fmt.Sprintf("panel %s, %d", p.Title, i+1)] = target.Expr
		}
	}
	if raw, err = os.ReadFile(alerts); err != nil {
		t.Fatal(err)
	}
	name := ""
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if after, ok := strings.CutPrefix(line, "- alert: "); ok {
			name = after
		}
		if after, ok := strings.CutPrefix(line, "expr: "); ok {
			all["alert "+name] = after
		}
	}
	return all
}

// known are the labels of each metric that a server has, by its name.
func known(series map[string]float64) map[string][]string {
	all := map[string][]string{"up": nil, "vector": nil}
	label := regexp.MustCompile(`([a-z_]+)="`)
	for s := range series {
		name, labels, _ := strings.Cut(s, "{")
		all[name] = []string{"instance", "job"} // which Prometheus adds
		for _, m := range label.FindAllStringSubmatch(labels, -1) {
			all[name] = append(all[name], m[1])
		}
	}
	all["up"] = []string{"instance", "job"}
	return all
}

var (
	selector = regexp.MustCompile(`\b([a-z_:]+)(\{[^}]*\})?(\[[^\]]*\])?`)
	matcher  = regexp.MustCompile(`^([a-z_]+)(=~|!~|!=|=)"[^"]*"$`)
	by       = regexp.MustCompile(`\bby \(([^)]*)\)`)
	quantity = regexp.MustCompile(`^(\$__rate_interval|\d+[smh])$`)
	word     = regexp.MustCompile(`^[a-z_:]+$`)
)

// functions are those that an expression may call.
func functions() []string {
	return []string{"sum", "rate", "increase", "histogram_quantile", "topk", "count", "max", "min", "vector", "by", "or"}
}

// faultsOf says what an expression names that is not there, and what cannot be read.
func faultsOf(expr string, metrics map[string][]string) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for _, pair := range []string{"()", "{}", "[]"} {
		if strings.Count(expr, pair[:1]) != strings.Count(expr, pair[1:]) {
			fault("%s do not match", pair)
		}
	}
	var grouped []string
	for _, m := range by.FindAllStringSubmatch(expr, -1) {
		for _, l := range strings.Split(m[1], ",") {
			grouped = append(grouped, strings.TrimSpace(l))
		}
	}
	found := 0
	for _, m := range selector.FindAllStringSubmatch(by.ReplaceAllString(expr, " "), -1) {
		name, labels, span := m[1], m[2], m[3]
		if slices.Contains(functions(), name) && labels == "" && span == "" {
			continue
		}
		has, there := metrics[name]
		if !there {
			fault("%s is not there", name)
			continue
		}
		found++
		if span != "" && !quantity.MatchString(strings.Trim(span, "[]")) {
			fault("%s is no span of time", span)
		}
		for _, l := range strings.Split(strings.Trim(labels, "{}"), ",") {
			if l == "" {
				continue
			}
			if one := matcher.FindStringSubmatch(l); one == nil || !slices.Contains(has, one[1]) {
				fault("%s has no label for %s", name, l)
			}
		}
		for _, l := range grouped {
			if !word.MatchString(l) || !slices.Contains(has, l) {
				fault("%s has no label %s to group by", name, l)
			}
		}
	}
	if found == 0 {
		fault("it names no metric")
	}
	return faults
}

func TestWhatDashboardAndAlertsNameIsThere(t *testing.T) {
	t.Parallel()
	s, _, _ := pair(t, newModel(t, spends))
	a := s.newAgent(t, nil)
	first := s.say(t, a.ID, "hello")
	s.listen(t, a.ID, first.ConversationID, map[string][]string{"after": {first.ID}}).fromAgent(t)
	eventually(t, "the turn is counted", func() bool { return s.metrics(t)[`bimpe_turns_total{state="replied",why=""}`] == 1 })
	metrics := known(s.metrics(t))
	all := expressions(t)
	if len(all) < 40 {
		t.Errorf("%d expressions were found, want all of a dashboard and of the alerts", len(all))
	}
	used := map[string]bool{}
	for where, expr := range all {
		for _, fault := range faultsOf(expr, metrics) {
			t.Errorf("%s: %s\n\t%s", where, fault, expr)
		}
		for _, m := range selector.FindAllStringSubmatch(expr, -1) {
			used[m[1]] = true
		}
	}
	// What nobody looks at need not be counted.
	for name := range metrics {
		base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
		if strings.HasPrefix(name, "bimpe_") && !used[name] && !used[base+"_bucket"] && !used[base+"_sum"] && !used[base+"_count"] {
			t.Errorf("%s is on no panel and in no alert", name)
		}
	}
}

func TestFaultsOfExpressionsAreFound(t *testing.T) {
	t.Parallel()
	metrics := map[string][]string{"a_total": {"instance", "kind"}, "a_seconds_bucket": {"instance", "le"}}
	for expr, want := range map[string]int{
		`sum by (kind) (rate(a_total{kind="x",instance=~"$node"}[5m]))`:                   0,
		`histogram_quantile(0.9, sum by (le) (rate(a_seconds_bucket[$__rate_interval])))`: 0,
		`rate(b_total[5m])`:                          2, // and so it names none
		`rate(a_total{colour="red"}[5m])`:            1,
		`sum by (colour) (rate(a_total[5m]))`:        1,
		`rate(a_total[5 minutes])`:                   1,
		`rate(a_total{kind=red}[5m])`:                1,
		`sum(rate(a_total[5m])`:                      1,
		`derivative(a_total)`:                        1,
		`1 > 0`:                                      1,
		`topk(3, sum by (kind) (a_total)) / a_total`: 0,
	} {
		if got := faultsOf(expr, metrics); len(got) != want {
			t.Errorf("%s: %q, want %d faults", expr, got, want)
		}
	}
}
