package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"parley/api"
)

// Description is the description of the API as tests hold answers to it: in
// answers, objects have the described fields only, while clients must expect
// more (CH-009).
var Description = sync.OnceValues(func() (*openapi3.T, error) {
	b, err := api.Description()
	if err != nil {
		return nil, err
	}
	d, err := openapi3.NewLoader().LoadFromData(b)
	if err != nil {
		return nil, fmt.Errorf("load the description: %w", err)
	}
	return d, closeAnswers(d)
})

// closeAnswers refuses further fields in the schemas of answers, save those
// that others extend.
func closeAnswers(d *openapi3.T) error {
	answers, others := map[*openapi3.Schema]bool{}, map[*openapi3.Schema]bool{}
	collect := func(c openapi3.Content, into map[*openapi3.Schema]bool) error {
		for _, m := range c {
			if m.Schema == nil {
				continue
			}
			err := m.Schema.WalkSubtree(func(_ string, s *openapi3.SchemaRef) error {
				into[s.Value] = true
				for _, part := range s.Value.AllOf {
					others[part.Value] = true
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	for _, item := range d.Paths.Map() {
		for _, op := range item.Operations() {
			if op.RequestBody != nil {
				if err := collect(op.RequestBody.Value.Content, others); err != nil {
					return err
				}
			}
			for _, r := range op.Responses.Map() {
				if err := collect(r.Value.Content, answers); err != nil {
					return err
				}
			}
		}
	}
	for s := range answers {
		if !others[s] && len(s.Properties) > 0 && s.AdditionalProperties.Schema == nil {
			s.AdditionalProperties.Has = new(false)
		}
	}
	return nil
}

// described holds an exchange to the description; what was sent, if the server
// has taken it.
func (a *Answer) described(q *http.Request, sent any) {
	a.t.Helper()
	d, err := Description()
	if err != nil {
		a.fail("%v", err)
		return
	}
	path, params := pathOf(d, q.URL)
	item := d.Paths.Value(path)
	if item == nil || q.Method == http.MethodOptions {
		if item == nil && a.Status < http.StatusBadRequest && q.Method != http.MethodOptions {
			a.fail("the path is not described")
		}
		return
	}
	method := q.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	op := item.GetOperation(method)
	if op == nil {
		if a.Status != http.StatusMethodNotAllowed {
			a.fail("the method is not described")
		}
		return
	}
	if a.Status/100 == 2 {
		a.describedRequest(q, sent, &routers.Route{Spec: d, Path: path, PathItem: item, Method: q.Method, Operation: op}, params)
	}
	a.describedAnswer(op, q.Method)
}

// pathOf is the described path of a URL, "" for none, and the values in it.
func pathOf(d *openapi3.T, u *url.URL) (path string, params map[string]string) {
	segments := strings.Split(u.EscapedPath(), "/")
	for _, pattern := range d.Paths.InMatchingOrder() {
		names := strings.Split(pattern, "/")
		if len(names) != len(segments) {
			continue
		}
		values, fits := map[string]string{}, true
		for i, name := range names {
			if strings.HasPrefix(name, "{") {
				value, err := url.PathUnescape(segments[i])
				values[strings.Trim(name, "{}")] = value
				fits = fits && err == nil && segments[i] != ""
				continue
			}
			fits = fits && name == segments[i]
		}
		if fits {
			return pattern, values
		}
	}
	return "", nil
}

// describedRequest holds a request that was taken to the description:
// parameters, and the body, whatever Content-Type says of it (CH-001).
func (a *Answer) describedRequest(q *http.Request, sent any, route *routers.Route, params map[string]string) {
	a.t.Helper()
	err := openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
		Request: q, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			ExcludeRequestBody: true, SkipSettingDefaults: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
		},
	})
	if err != nil {
		a.fail("it was taken, and is not described: %v", err)
	}
	body := text(sent)
	if route.Operation.RequestBody == nil || len(body) == 0 {
		return
	}
	for media, m := range route.Operation.RequestBody.Value.Content {
		if media == lines {
			body = a.taken(body)
		}
		if err := fits(media, m.Schema.Value, body); err != nil {
			a.fail("the body %.300s was taken, and is not described: %v", body, err)
		}
	}
}

// taken are the lines of a request whose lines in the answer do not refuse
// them.
func (a *Answer) taken(sent []byte) []byte {
	var taken [][]byte
	answers := slices.Collect(bytes.Lines(a.Body))
	for i, line := range slices.Collect(bytes.Lines(sent)) {
		if i < len(answers) && !bytes.Contains(answers[i], []byte(`"status":"refused"`)) {
			taken = append(taken, line)
		}
	}
	return bytes.Join(taken, nil)
}

// describedAnswer holds the answer to the description: status, headers, code,
// body.
func (a *Answer) describedAnswer(op *openapi3.Operation, method string) {
	a.t.Helper()
	ref := op.Responses.Status(a.Status)
	if ref == nil {
		a.fail("%s does not describe the status", op.OperationID)
		return
	}
	a.describedHeaders(ref.Value)
	if method == http.MethodHead {
		return
	}
	if len(ref.Value.Content) == 0 {
		if len(a.Body) > 0 {
			a.fail("%s describes no body", op.OperationID)
		}
		return
	}
	m := ref.Value.Content.Get(a.Header.Get("Content-Type"))
	if m == nil {
		a.fail("%s does not describe the Content-Type %q", op.OperationID, a.Header.Get("Content-Type"))
		return
	}
	media, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	if err := fits(media, m.Schema.Value, a.Body, openapi3.VisitAsResponse()); err != nil {
		a.fail("not as %s describes it: %v", op.OperationID, err)
	}
	if code := a.Code(); code != "" && a.Status >= http.StatusBadRequest && m.Examples[code] == nil {
		a.fail("%s does not describe the code among those of %d", op.OperationID, a.Status)
	}
}

// ourHeaders are those that are described wherever they may come.
var ourHeaders = []string{"Idempotent-Replayed", "Parley-Position", "Parley-Stale", "Retry-After", "Www-Authenticate", "X-Request-Id"}

func (a *Answer) describedHeaders(r *openapi3.Response) {
	a.t.Helper()
	for name, h := range r.Headers {
		value, given := a.Header[http.CanonicalHeaderKey(name)]
		switch {
		case !given && h.Value.Required:
			a.fail("the header %s is missing", name)
		case given && h.Value.Schema.Value.Type.Is("string"):
			if err := h.Value.Schema.Value.VisitJSON(value[0]); err != nil {
				a.fail("the header %s: %v", name, err)
			}
		}
	}
	for _, name := range ourHeaders {
		described := describes(r.Headers, name)
		if a.Header.Get(name) != "" && !described {
			a.fail("the header %s is not described", name)
		}
	}
}

// lines is the type of content with one JSON text a line; what is described is
// a line.
const lines = "application/x-ndjson"

// fits holds content to a schema: JSON, or one JSON text a line. Other content
// is free.
func fits(media string, schema *openapi3.Schema, content []byte, opts ...openapi3.SchemaValidationOption) error {
	texts := [][]byte{content}
	switch media {
	case "application/json":
	case lines:
		texts = slices.Collect(bytes.Lines(content))
	default:
		return nil
	}
	for _, text := range texts {
		var v any
		if err := json.Unmarshal(text, &v); err != nil {
			return err
		}
		if err := schema.VisitJSON(v, opts...); err != nil {
			return err
		}
	}
	return nil
}

func describes(headers openapi3.Headers, name string) bool {
	for n := range headers {
		if http.CanonicalHeaderKey(n) == name {
			return true
		}
	}
	return false
}
