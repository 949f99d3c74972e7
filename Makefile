# make help lists the targets. `make demo` and `make test` set up what they need.

GO        ?= go
BIN       := bin/dbwise
GOFLAGS_  := -trimpath -ldflags '-s -w'
FUZZTIME  ?= 30s
BENCH     ?= .

.DEFAULT_GOAL := build
.PHONY: build demo test bench fuzz vscode install clean help setup editors screenshot schema

build: ## bin/dbwise
	$(GO) build $(GOFLAGS_) -o $(BIN) ./cmd/dbwise

demo: build ## what dbwise says about the demo shop
	@$(BIN) check editors/demo || [ $$? = 1 ]

test: ## everything: formatting, vet, Go tests, races, short fuzzing, the extension, real editors
	@GO=$(GO) .ci/test

bench: ## Go benchmarks (BENCH=regexp)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

fuzz: ## every fuzz target for FUZZTIME
	@GO=$(GO) .ci/fuzz $(FUZZTIME)

vscode: build ## editors/vscode/dist/*.vsix
	@editors/vscode/build.sh $(BIN)

install: ## dbwise into GOBIN
	$(GO) install $(GOFLAGS_) ./cmd/dbwise

setup: ## the editors and packages that `make test` needs
	@editors/e2e/setup.sh

editors: setup vscode ## the editor tests alone
	@editors/e2e/run.sh $(BIN)

screenshot: setup vscode ## the picture in the README, taken again
	@editors/e2e/run.sh $(BIN) "VS Code ui"
	cp editors/e2e/out/vscode-ui/menu.png editors/vscode/media/screenshot.png

schema: build ## the JSON schema in the extension, from the binary
	$(BIN) schema > editors/vscode/schemas/dbwise.schema.json

clean: ## built files; downloads stay
	rm -rf bin editors/vscode/dist editors/vscode/bin editors/e2e/out
	$(GO) clean ./...

help:
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12
