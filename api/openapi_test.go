package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"
	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"parley/api"
	"parley/api/admin"
	"parley/api/files"
	"parley/api/native"
	"parley/domain"
	"parley/internal/apitest"
)

// plain are the routes that are not those of an engine.
var plain = []string{"GET /healthz", "GET /readyz", "GET /openapi.json", "GET /docs", "GET /docs/{}"}

var parameter = regexp.MustCompile(`\{[^}]*\}|:[^/]+`)

func TestRoutesAndDescription(t *testing.T) {
	served := slices.Clone(plain)
	for _, face := range []http.Handler{(&native.Server{}).Handler(), (&admin.Server{}).Handler(), (&files.Server{}).Handler()} {
		for _, r := range face.(*gin.Engine).Routes() {
			served = append(served, r.Method+" "+parameter.ReplaceAllString(r.Path, "{}"))
		}
	}
	var described []string
	for path, item := range describedAPI(t).Paths.Map() {
		for method := range item.Operations() {
			described = append(described, method+" "+parameter.ReplaceAllString(path, "{}"))
		}
	}
	require.ElementsMatch(t, served, described)
}

func TestCodesAndDescription(t *testing.T) {
	d := describedAPI(t)
	var catalogue []string
	for _, e := range domain.Errors {
		catalogue = append(catalogue, e.Code)
	}
	var listed []string
	for _, v := range d.Components.Schemas["ErrorCode"].Value.Enum {
		listed = append(listed, v.(string))
	}
	require.ElementsMatch(t, catalogue, listed, "the catalogue and the schema ErrorCode")
	// By what is no operation, and by frames of sockets.
	answered := map[string]bool{"METHOD_NOT_ALLOWED": true, "TOO_MANY_SUBSCRIPTIONS": true}
	for _, item := range d.Paths.Map() {
		for _, op := range item.Operations() {
			for code := range codesOf(t, op) {
				answered[code] = true
			}
		}
	}
	require.ElementsMatch(t, catalogue, slices.Collect(maps.Keys(answered)), "the catalogue and what operations answer")
}

// codesOf are the codes of an operation's answers; each is the name of an
// example that shows it.
func codesOf(t *testing.T, op *openapi3.Operation) map[string]bool {
	t.Helper()
	codes := map[string]bool{}
	for status, r := range op.Responses.Map() {
		if status < "400" {
			continue
		}
		examples := r.Value.Content.Get("application/json").Examples
		require.NotEmpty(t, examples, "%s %s", op.OperationID, status)
		for code, example := range examples {
			shown := example.Value.Value.(map[string]any)["error"].(map[string]any)["code"]
			require.Equal(t, code, shown, "%s %s", op.OperationID, status)
			codes[code] = true
		}
	}
	return codes
}

func TestTheDescriptionIsSound(t *testing.T) {
	b, err := api.Description()
	require.NoError(t, err)
	d, err := openapi3.NewLoader().LoadFromData(b)
	require.NoError(t, err)
	require.NoError(t, d.Validate(t.Context(),
		openapi3.EnableExamplesValidation(), openapi3.EnableSchemaFormatValidation(), openapi3.EnableSchemaPatternValidation()))
	t.Run("examples have no field that is not described", func(t *testing.T) {
		for path, item := range describedAPI(t).Paths.Map() {
			for method, op := range item.Operations() {
				if op.RequestBody != nil {
					checkExamples(t, method+" "+path, op.RequestBody.Value.Content)
				}
				for status, r := range op.Responses.Map() {
					checkExamples(t, method+" "+path+" "+status, r.Value.Content)
				}
			}
		}
	})
	t.Run("operations have a name, a tag and words", func(t *testing.T) {
		tags := []string{}
		for _, tag := range d.Tags {
			tags = append(tags, tag.Name)
		}
		for path, item := range d.Paths.Map() {
			for method, op := range item.Operations() {
				require.Regexp(t, `^[a-z]+([A-Z][a-z]*)+$`, op.OperationID, "%s %s", method, path)
				require.NotEmpty(t, op.Summary, op.OperationID)
				require.NotEmpty(t, op.Description, op.OperationID)
				require.Len(t, op.Tags, 1, op.OperationID)
				require.Contains(t, tags, op.Tags[0], op.OperationID)
			}
		}
	})
}

func checkExamples(t *testing.T, where string, c openapi3.Content) {
	t.Helper()
	for media, m := range c {
		if m.Schema.Value.Format != "binary" && strings.Contains(media, "json") && where != "GET /openapi.json 200" {
			require.NotEmpty(t, m.Examples, "%s %s has no example", where, media)
		}
		for name, e := range m.Examples {
			require.NoError(t, m.Schema.Value.VisitJSON(e.Value.Value), "%s: %s", where, name)
		}
	}
}

func TestRowsThatTheDescriptionNames(t *testing.T) {
	contract, err := os.ReadFile("../docs/contracts/channels.md")
	require.NoError(t, err)
	b, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	for _, row := range regexp.MustCompile(`CH-\d+`).FindAllString(string(b), -1) {
		require.Contains(t, string(contract), "| "+row+" |", "a row that there is not")
	}
}

func TestTheDescriptionIsServed(t *testing.T) {
	res := fetch(t, http.MethodGet, "/openapi.json")
	require.Equal(t, http.StatusOK, res.Code)
	require.Equal(t, "application/json", res.Header().Get("Content-Type"))
	var served, written any
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &served))
	b, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(b, &written))
	want, err := json.Marshal(written)
	require.NoError(t, err)
	require.JSONEq(t, string(want), res.Body.String())
}

func describedAPI(t *testing.T) *openapi3.T {
	t.Helper()
	d, err := apitest.Description()
	require.NoError(t, err)
	return d
}

// fetch makes a request to what Docs serves.
func fetch(t *testing.T, method, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	docs, err := api.Docs()
	require.NoError(t, err)
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	api.Handler(api.Faces{Docs: docs}).ServeHTTP(w, r)
	return w
}
