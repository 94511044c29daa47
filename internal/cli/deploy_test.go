package cli

import (
	"io/fs"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"gopkg.in/yaml.v2"
)

// What is in deploy/ is read by others' programs, so that nothing here fails when a setting is renamed or a node
// takes longer to stop. These tests hold it to what the binary knows.

const deploy = "../../deploy"

// stopTime is how long a node may take to stop, and slack what whoever stops it adds.
const (
	stopTime = 10 * time.Second
	slack    = 2 * time.Second
)

// settings are the flags of bimpe serve by their settings.
func settings(t *testing.T) map[string]string {
	t.Helper()
	parser, err := kong.New(&commands{}, kong.Name("bimpe"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, leaf := range parser.Model.Leaves(true) {
		for _, flag := range leaf.Flags {
			for _, name := range flag.Envs {
				if leaf.Path() == "serve" && !flag.Hidden {
					all[name] = flag.Name
				}
			}
		}
	}
	if all["BIMPE_LISTEN"] != "listen" {
		t.Fatalf("the settings of bimpe serve: %v", all)
	}
	return all
}

// serves checks that a server would start with settings.
func serves(t *testing.T, where string, set map[string]string) {
	t.Helper()
	var c commands
	parser, err := kong.New(&c, kong.Name("bimpe"))
	if err != nil {
		t.Fatal(err)
	}
	flags, args := settings(t), []string{"serve"}
	for name, value := range set {
		if flags[name] == "" {
			t.Errorf("%s sets %s, which is no setting", where, name)
			continue
		}
		args = append(args, "--"+flags[name]+"="+value)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	if err := c.Serve.Check(); err != nil {
		t.Errorf("%s: a server would not start: %v", where, err)
	}
}

var anySetting = regexp.MustCompile(`\bBIMPE_[A-Z_]+\b`)

func TestWhatIsDeployedNamesSettingsThatThereAre(t *testing.T) {
	t.Parallel()
	known, found := settings(t), 0
	err := filepath.WalkDir(deploy, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		for _, name := range anySetting.FindAllString(read(t, path), -1) {
			// A Service called bimpe would make this one, which the file says.
			if found++; known[name] == "" && name != "BIMPE_PORT" {
				t.Errorf("%s names %s, which is no setting", path, name)
			}
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Fatalf("%d settings, %v", found, err)
	}
}

// document reads one of YAML, whose fields are those of into; others are not looked at.
func document[T any](t *testing.T, name string) (into T) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(deploy, name))), &into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return into
}

const (
	name   = "app.kubernetes.io/name"
	master = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
)

type (
	probe struct {
		HTTPGet struct{ Path, Port string } `yaml:"httpGet"`
	}
	container struct {
		Args    []string
		EnvFrom []struct {
			SecretRef struct{ Name string } `yaml:"secretRef"`
		} `yaml:"envFrom"`
		Env   []struct{ Name, Value string }
		Ports []struct {
			Name          string
			ContainerPort string `yaml:"containerPort"`
		}
		Startup   probe `yaml:"startupProbe"`
		Liveness  probe `yaml:"livenessProbe"`
		Readiness probe `yaml:"readinessProbe"`
		Lifecycle struct {
			PreStop struct{ Sleep struct{ Seconds int } } `yaml:"preStop"`
		}
		Security struct {
			Escalates *bool `yaml:"allowPrivilegeEscalation"`
			ReadOnly  bool  `yaml:"readOnlyRootFilesystem"`
		} `yaml:"securityContext"`
		Mounts []struct {
			Path string `yaml:"mountPath"`
		} `yaml:"volumeMounts"`
	}
	deployment struct {
		Kind string
		Spec struct {
			Replicas int
			Selector struct {
				MatchLabels map[string]string `yaml:"matchLabels"`
			}
			Template struct {
				Metadata struct{ Labels, Annotations map[string]string }
				Spec     struct {
					Links    *bool `yaml:"enableServiceLinks"` // without a word they are there
					Grace    int   `yaml:"terminationGracePeriodSeconds"`
					Security struct {
						NonRoot bool `yaml:"runAsNonRoot"`
						User    int  `yaml:"runAsUser"`
					} `yaml:"securityContext"`
					Containers []container
				}
			}
		}
	}
)

func TestKubernetesStartsWhatThereIs(t *testing.T) {
	t.Parallel()
	d := document[deployment](t, "kubernetes/deployment.yaml")
	pod := d.Spec.Template.Spec
	if d.Kind != "Deployment" || len(pod.Containers) != 1 || d.Spec.Replicas < 2 {
		t.Fatalf("the deployment is %+v", d)
	}
	c := pod.Containers[0]
	secret := document[struct {
		Metadata struct{ Name string }
		Data     map[string]string `yaml:"stringData"`
	}](t, "kubernetes/secret.example.yaml")
	set := map[string]string{}
	for key, value := range secret.Data {
		if !strings.Contains(value, "change-me") && key != "BIMPE_REDIS_URL" {
			t.Errorf("the example of a secret has %s: %s", key, value)
		}
		set[key] = value
	}
	set["BIMPE_MASTER_KEY"] = master
	for _, e := range c.Env {
		set[e.Name] = e.Value
	}
	serves(t, "kubernetes", set)
	if len(c.EnvFrom) != 1 || c.EnvFrom[0].SecretRef.Name != secret.Metadata.Name || pod.Links == nil || *pod.Links {
		t.Errorf("the environment comes from %+v, the secret is %q, links %v", c.EnvFrom, secret.Metadata.Name, pod.Links)
	}
	if need := time.Duration(c.Lifecycle.PreStop.Sleep.Seconds)*time.Second + stopTime + slack; time.Duration(pod.Grace)*time.Second < need {
		t.Errorf("terminationGracePeriodSeconds is %d, want at least %s", pod.Grace, need)
	}
	for probe, path := range map[probe]string{c.Startup: "/healthz", c.Liveness: "/healthz", c.Readiness: "/readyz"} {
		if probe.HTTPGet.Path != path || probe.HTTPGet.Port != c.Ports[0].Name {
			t.Errorf("a probe asks %+v, want %s", probe, path)
		}
	}
	if _, port, _ := strings.Cut(set["BIMPE_LISTEN"], ":"); c.Ports[0].ContainerPort != port || d.Spec.Template.Metadata.Annotations["prometheus.io/port"] != port {
		t.Errorf("the ports are %+v, it listens on %s", c.Ports, set["BIMPE_LISTEN"])
	}
	if !c.Security.ReadOnly || c.Security.Escalates == nil || *c.Security.Escalates || !pod.Security.NonRoot || pod.Security.User == 0 || c.Mounts[0].Path != set["BIMPE_DATA_DIR"] ||
		!slices.Equal(c.Args, []string{"serve"}) {
		t.Errorf("the container is %+v, the pod's security %+v", c, pod.Security)
	}
}

func TestKubernetesFindsItsPods(t *testing.T) {
	t.Parallel()
	type selecting struct {
		Kind string
		Spec struct {
			Selector map[string]any
			Ports    []struct {
				Target string `yaml:"targetPort"`
			}
		}
	}
	d := document[deployment](t, "kubernetes/deployment.yaml")
	is := d.Spec.Template.Metadata.Labels[name]
	service, budget := document[selecting](t, "kubernetes/service.yaml"), document[selecting](t, "kubernetes/poddisruptionbudget.yaml")
	labels, _ := budget.Spec.Selector["matchLabels"].(map[any]any)
	if is == "" || d.Spec.Selector.MatchLabels[name] != is || service.Spec.Selector[name] != is || labels[name] != is {
		t.Errorf("pods are %q, the deployment looks for %v, the service for %v, the budget for %v", is, d.Spec.Selector,
			service.Spec.Selector, labels)
	}
	if service.Spec.Ports[0].Target != d.Spec.Template.Spec.Containers[0].Ports[0].Name {
		t.Errorf("the service leads to %+v", service.Spec.Ports)
	}
	resources := document[struct{ Resources []string }](t, "kubernetes/kustomization.yaml").Resources
	files, err := filepath.Glob(filepath.Join(deploy, "kubernetes", "*.yaml"))
	if err != nil || len(files) != len(resources)+2 { // itself, and the example
		t.Errorf("resources %v of files %v, %v", resources, files, err)
	}
}

type service struct {
	Build       struct{ Context, Dockerfile string }
	Environment map[string]string
	ReadOnly    bool   `yaml:"read_only"`
	Grace       string `yaml:"stop_grace_period"`
	Depends     any    `yaml:"depends_on"`
	Healthcheck struct{ Test []string }
}

func TestComposeRunsThreeNodesBehindAProxy(t *testing.T) {
	t.Parallel()
	all := document[struct {
		Services map[string]service
		Networks map[string]struct {
			IPAM struct{ Config []struct{ Subnet string } }
		}
	}](t, "compose/compose.yml")
	proxy := read(t, filepath.Join(deploy, "compose", "Caddyfile"))
	_, upstreams, _ := strings.Cut(proxy, "reverse_proxy ")
	upstreams, _, _ = strings.Cut(upstreams, " {")
	nodes := strings.Fields(upstreams)
	if len(nodes) != 3 || !strings.Contains(proxy, "health_uri /readyz") || !strings.Contains(proxy, "flush_interval -1") {
		t.Fatalf("the proxy leads to %q", nodes)
	}
	for _, node := range nodes {
		host, port, _ := strings.Cut(node, ":")
		s := all.Services[host]
		set := map[string]string{}
		for key, value := range s.Environment {
			set[key] = regexp.MustCompile(`\$\{POSTGRES_PASSWORD:\?[^}]*}`).ReplaceAllString(value, "secret")
		}
		set["BIMPE_MASTER_KEY"] = master
		serves(t, host, set)
		if grace, err := time.ParseDuration(s.Grace); err != nil || grace < stopTime+slack {
			t.Errorf("%s has %q to stop, %v", host, s.Grace, err)
		}
		subnet := all.Networks["inside"].IPAM.Config[0].Subnet
		if _, err := netip.ParsePrefix(subnet); err != nil || set["BIMPE_TRUSTED_PROXIES"] != subnet || set["BIMPE_LISTEN"] != "0.0.0.0:"+port || !s.ReadOnly {
			t.Errorf("%s is %+v in %s, %v", host, s, subnet, err)
		}
		if _, err := os.Stat(filepath.Join(deploy, "compose", s.Build.Context, s.Build.Dockerfile)); err != nil {
			t.Errorf("%s is built from %v", host, err)
		}
	}
	for _, of := range []string{"postgres", "redis"} {
		if len(all.Services[of].Healthcheck.Test) == 0 {
			t.Errorf("nodes wait for %s to be well, and nobody looks", of)
		}
	}
}

// lineOf returns what stands behind a word at the beginning of a line, of the last such line.
func lineOf(text, word string) (rest string) {
	for line := range strings.Lines(text) {
		if after, ok := strings.CutPrefix(strings.TrimSpace(line), word); ok {
			rest = strings.TrimSpace(after)
		}
	}
	return rest
}

func TestTheImageIsTheBinaryAlone(t *testing.T) {
	t.Parallel()
	file := read(t, filepath.Join(deploy, "docker", "Dockerfile"))
	set := map[string]string{}
	for _, pair := range strings.Fields(lineOf(file, "ENV ")) {
		key, value, _ := strings.Cut(pair, "=")
		set[key] = value
	}
	temporary := set["TMPDIR"]
	delete(set, "TMPDIR")
	serves(t, "Dockerfile", set)
	if lineOf(file, "FROM ") != "scratch" || lineOf(file, "USER ") != "65532:65532" || lineOf(file, "VOLUME ") != set["BIMPE_DATA_DIR"] ||
		temporary != set["BIMPE_DATA_DIR"] || !strings.HasSuffix(set["BIMPE_LISTEN"], ":"+lineOf(file, "EXPOSE ")) || lineOf(file, "CMD ") != `["serve"]` {
		t.Errorf("the image is made by\n%s", file)
	}
	_, of, _ := strings.Cut(file, "FROM golang:")
	of, _, _ = strings.Cut(of, "-")
	if language := lineOf(read(t, "../../go.mod"), "go "); !strings.HasPrefix(language, of+".") {
		t.Errorf("the image is built by Go %s, go.mod says %s", of, language)
	}
}

func TestTheUnitIsOneThatSystemdKnows(t *testing.T) {
	t.Parallel()
	unit := read(t, filepath.Join(deploy, "systemd", "bimpe.service"))
	set := map[string]string{}
	for line := range strings.Lines(unit) {
		if pair, ok := strings.CutPrefix(strings.TrimSpace(line), "Environment="); ok {
			key, value, _ := strings.Cut(pair, "=")
			set[key] = value
		}
	}
	serves(t, "bimpe.service", set)
	if limit, err := time.ParseDuration(lineOf(unit, "TimeoutStopSec=") + "s"); err != nil || limit < stopTime+slack {
		t.Errorf("it has %s to stop, %v", limit, err)
	}
	if set["BIMPE_DATA_DIR"] != "/var/lib/"+lineOf(unit, "StateDirectory=") || !strings.HasSuffix(lineOf(unit, "ExecStart="), "/bimpe serve") {
		t.Errorf("the unit keeps its data in %s", set["BIMPE_DATA_DIR"])
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		return // where there is no systemd it is not read by it either
	}
	here := filepath.Join(t.TempDir(), "bimpe.service")
	// Its binary is not here.
	if err := os.WriteFile(here, []byte(strings.Replace(unit, "/usr/local/bin/bimpe", "/bin/true", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"verify", here}, {"security", "--offline=yes", "--threshold=20", "--no-pager", here}} {
		out, err := exec.CommandContext(t.Context(), analyze, args...).CombinedOutput()
		if err != nil || args[0] == "verify" && len(out) > 0 {
			t.Errorf("systemd-analyze %s: %v\n%s", args[0], err, out)
		}
	}
}
