# Everything that can be done here, in one place: `make help`.
SHELL := /bin/bash
.DEFAULT_GOAL := help

export CGO_ENABLED := 0

# Only what is run under load is built by the guide; tests and the lint need not compile everything twice.
check test lint fuzz chaos: export GOFLAGS := $(GOFLAGS) -pgo=off

LINT_VERSION := 2.15.0
LINT := .cache/bin/golangci-lint
OPENAPI_LINT_VERSION := 2.77.0
FUZZTIME ?= 10s
FROM ?= 1
SEEDS ?= 100
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)

.PHONY: help build run check test bench guide lint fuzz chaos web openapi sdk-check release

help: ## list what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/bimpe
	go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/bimpe ./cmd/bimpe

release: ## build dist/ for all PLATFORMS from what is committed, each twice and compared, with checksums and bills of materials
	scripts/release '$(VERSION)'

run: build ## build it, then see a reply being written and go on serving (data in ./data)
	@exec bin/bimpe quickstart

check: build lint ## build, lint and the fast tests: what must be green before a commit
	scripts/with-postgres scripts/with-redis go test -timeout 5m ./cmd/... ./internal/...

test: ## install what tests need, then run all of them on SQLite and PostgreSQL, and in a browser
	go vet ./...
	scripts/with-browser scripts/with-postgres scripts/with-redis go test -count 1 -timeout 20m ./...

web: ## check and build the page at /docs anew (Node.js 20.19 or newer); commit what changes
	cd web/playground && npm ci && npm run check && npm run build

bench: ## measure the speed against a floor taken in the same run
	POSTGRES_FSYNC=on scripts/with-postgres scripts/with-redis go run ./bench $(BENCH)

guide: ## measure what the server does under load anew, by which the compiler makes it fast; commit what changes
	rm -rf .cache/guide
	go run -trimpath ./bench -only turns,streams,reads -pairs 3 -profile .cache/guide -guide cmd/bimpe/default.pgo

lint: $(LINT) ## style, size, the arrows between packages, and the API's document
	$(LINT) run ./...
	scripts/lint-openapi $(OPENAPI_LINT_VERSION)

openapi: ## write docs/openapi.json anew, after a change of an operation, its words or its examples
	go test ./internal/httpapi -count 1 -run '^TestExamplesAreWhatWasRecorded$$' -update
	go run ./cmd/bimpe openapi >docs/openapi.json.new && mv docs/openapi.json.new docs/openapi.json
	@echo "Say in CHANGELOG.md what changed: - API document \`$$(sha256sum docs/openapi.json | head -c 12)\`: …"

fuzz: ## run every fuzz target for FUZZTIME (10s)
	scripts/fuzz $(FUZZTIME)

chaos: ## play SEEDS (100) schedules of all that can go wrong, from seed FROM (1) on; or one again: SEED=17
	scripts/with-postgres scripts/with-redis go run ./chaos $(if $(SEED),-seed $(SEED),-from $(FROM) -seeds $(SEEDS))

sdk-check: ## run every method of the vendor's SDKs: make sdk-check SDK_01=folder SDK_04=folder
	@SDK_01='$(SDK_01)' SDK_04='$(SDK_04)' scripts/sdk-check

.PHONY: $(LINT)
$(LINT):
	@scripts/lint-tool $(LINT) $(LINT_VERSION)
