package api

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/goccy/go-yaml"
)

// The description of all faces is written by hand; tests hold it and the
// server to each other.
//
//go:embed openapi.yaml
var description []byte

// Description is openapi.yaml as JSON.
var Description = sync.OnceValues(func() ([]byte, error) {
	b, err := yaml.YAMLToJSON(description)
	if err != nil {
		return nil, fmt.Errorf("read openapi.yaml: %w", err)
	}
	return b, nil
})
