package native

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"parley/domain"
)

// Limits of request bodies (CH-015); depth is of nested JSON.
const (
	maxBody  = 256 << 10
	maxDepth = 64
)

// object is a JSON object by the exact names of its members; of a repeated
// name the last counts.
type object map[string]json.RawMessage

// body reads the request's JSON object. A body that cannot be taken at all is
// an error; one that is not a JSON object is a refusal for later: input, which
// the command answers in its turn (CH-026).
func (r *request) body() (o object, input, err error) {
	if err := checkMedia(r.Request.Header); err != nil {
		return nil, nil, err
	}
	if r.Request.ContentLength > maxBody {
		return nil, nil, domain.ErrBodyTooLarge // without waiting for it
	}
	b, err := io.ReadAll(http.MaxBytesReader(r.Writer, r.Request.Body, maxBody))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, nil, domain.ErrBodyTooLarge
		}
		return nil, nil, domain.ErrInvalidRequest.Because("the body could not be read")
	}
	o, input = parseObject(b)
	return o, input, nil
}

// checkMedia refuses encodings and types that are clearly not JSON; anything
// else is parsed as JSON whatever it says.
func checkMedia(h http.Header) error {
	if enc := h.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return domain.ErrMediaType
	}
	text := h.Get("Content-Type")
	if text == "" || text == "application/json" {
		return nil
	}
	media, params, err := mime.ParseMediaType(text)
	if err != nil {
		return domain.ErrMediaType
	}
	if cs := params["charset"]; cs != "" && !strings.EqualFold(cs, "utf-8") && !strings.EqualFold(cs, "us-ascii") {
		return domain.ErrMediaType
	}
	kind, sub, _ := strings.Cut(media, "/")
	switch kind {
	case "text", "multipart", "image", "audio", "video", "font":
		return domain.ErrMediaType
	}
	if sub == "xml" || strings.HasSuffix(sub, "+xml") || strings.Contains(sub, "msgpack") {
		return domain.ErrMediaType
	}
	return nil
}

func parseObject(b []byte) (object, error) {
	notObject := domain.ErrInvalidRequest.Because("the body is not a JSON object")
	if !utf8.Valid(b) {
		return nil, domain.ErrInvalidRequest.Because("the body is not UTF-8")
	}
	if deep(b) {
		return nil, domain.ErrInvalidRequest.Because("the body is nested deeper than %d", maxDepth)
	}
	var o object
	if err := json.Unmarshal(b, &o); err != nil || o == nil {
		return nil, notObject
	}
	return o, nil
}

// deep reports whether JSON nests beyond maxDepth, without decoding it.
func deep(b []byte) bool {
	depth, text := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

func (o object) has(name string) bool {
	v, ok := o[name]
	return ok && string(v) != "null"
}

// text reads a string member, "" when it is absent or null.
func (o object) text(name string) (string, error) {
	if !o.has(name) {
		return "", nil
	}
	s, ok := stringOf(o[name])
	if !ok {
		return "", domain.ErrInvalidRequest.Because("%s is not a string", name)
	}
	if strings.ContainsRune(s, 0) {
		return "", domain.ErrInvalidRequest.Because("%s holds U+0000", name)
	}
	return s, nil
}

// stringOf reads a JSON value that the whole body's decoder has accepted.
func stringOf(v json.RawMessage) (s string, ok bool) {
	if len(v) < 2 || v[0] != '"' {
		return "", false
	}
	if bytes.IndexByte(v, '\\') < 0 {
		return string(v[1 : len(v)-1]), true
	}
	var text string
	ok = json.Unmarshal(v, &text) == nil
	return text, ok
}

// id reads an id member: a string or a non-negative integer (CH-011).
func (o object) id(name string) (string, error) {
	if v := o[name]; len(v) > 0 && v[0] >= '0' && v[0] <= '9' {
		for _, c := range v {
			if c < '0' || c > '9' {
				return "", domain.ErrInvalidRequest.Because("%s is neither a string nor a non-negative integer", name)
			}
		}
		return string(v), nil
	}
	return o.text(name)
}

// boolean reads a member that must be true or false.
func (o object) boolean(name string) (bool, error) {
	switch string(o[name]) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, domain.ErrInvalidRequest.Because("%s is true or false", name)
}

// list reads an array member, nil when it is absent or null.
func (o object) list(name string) ([]json.RawMessage, error) {
	if !o.has(name) {
		return nil, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(o[name], &list); err != nil {
		return nil, domain.ErrInvalidRequest.Because("%s is not an array", name)
	}
	return list, nil
}

// number reads a member that is a non-negative integer written in digits.
func (o object) number(name string) (n int64, ok bool) {
	v := o[name]
	if len(v) == 0 || v[0] < '0' || v[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(string(v), 10, 64)
	return n, err == nil
}

// first is the first of several errors.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
