.DEFAULT_GOAL := help
.PHONY: help build test race lint run bench ci

help: ## Print the targets.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'
build: ## Build ./parley.
	go build -o parley ./cmd/parley
test: ## Run the tests.
	./scripts/test
race: ## Run the tests with the race detector.
	go test -race ./...
lint: ## Run the linters.
	./.ci/lint
run: ## Run the demo.
	./scripts/demo
bench: ## Measure sends and history beside the floor.
	go run ./cmd/parley bench send && go run ./cmd/parley bench history
ci: ## Run every gate.
	./.ci/run
