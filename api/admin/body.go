package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"parley/domain"
)

const maxBody = 64 << 10

// decode reads a body that is one JSON object with known fields only; fields
// tells which, for the refusal.
func decode(c *gin.Context, dst any, fields string) error {
	b, err := body(c)
	if err != nil {
		return err
	}
	if b = bytes.TrimSpace(b); len(b) == 0 || b[0] != '{' || !strict(b, dst) {
		return domain.ErrInvalidRequest.Because("want a JSON object with %s", fields)
	}
	return nil
}

// strict reads one JSON value and nothing besides, without unknown fields.
func strict(b []byte, dst any) bool {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if d.Decode(dst) != nil {
		return false
	}
	_, err := d.Token() // the end, and nothing before it
	return errors.Is(err, io.EOF)
}

func body(c *gin.Context) ([]byte, error) {
	tooLarge := domain.ErrBodyTooLarge.Because("the body is larger than %d KiB", maxBody>>10)
	if c.Request.ContentLength > maxBody {
		return nil, tooLarge // without waiting for it
	}
	b, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, tooLarge
	case err != nil:
		return nil, domain.ErrInvalidRequest.Because("the body could not be read")
	case !utf8.Valid(b):
		return nil, domain.ErrInvalidRequest.Because("the body is not UTF-8")
	}
	return b, nil
}
