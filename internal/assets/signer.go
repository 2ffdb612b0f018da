package assets

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"parley/domain"
)

// Signer makes and checks the signatures of URLs. A store that shares the key
// can check them by itself.
type Signer struct{ key []byte }

// NewSigner is a Signer with a key of at least 32 characters.
func NewSigner(key string) (*Signer, error) {
	if len(key) < minKey {
		return nil, fmt.Errorf("the asset key needs at least %d characters", minKey)
	}
	return &Signer{[]byte(key)}, nil
}

const minKey = 32

// Methods that are signed; GET stands for HEAD too.
const (
	methodGet = "GET"
	methodPut = "PUT"
)

// signedVersion is the first line of what is signed.
const signedVersion = "parley-asset-v1"

// text is what is signed: lines without a break after the last. No part can
// hold a line break, since each is checked when it is signed.
func text(parts ...string) string {
	return strings.Join(append([]string{signedVersion}, parts...), "\n")
}

func (s *Signer) sign(text string) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// Query parameters of signed URLs.
const (
	paramSize      = "size"
	paramExpires   = "expires"
	paramBytes     = "size_bytes"
	paramType      = "content_type"
	paramSignature = "signature"
)

// download is the query of a URL to fetch an asset in a size.
func (s *Signer) download(app domain.AppID, asset, size string, expires time.Time) string {
	at := strconv.FormatInt(expires.Unix(), 10)
	sig := s.sign(text(methodGet, string(app), asset, size, at))
	return query(paramSize, size, paramExpires, at, paramSignature, encode(sig))
}

// upload is the query of a URL to send an asset's bytes.
func (s *Signer) upload(a Asset) string {
	at, size := strconv.FormatInt(a.ExpiresAt/1000, 10), strconv.FormatInt(a.Size, 10)
	sig := s.sign(text(methodPut, string(a.App), a.ID.String(), at, size, a.Declared))
	return query(paramExpires, at, paramBytes, size, paramType, a.Declared, paramSignature, encode(sig))
}

func query(pairs ...string) string {
	b := make([]string, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		b = append(b, pairs[i]+"="+url.QueryEscape(pairs[i+1]))
	}
	return strings.Join(b, "&")
}

func encode(sig []byte) string { return base64.RawURLEncoding.EncodeToString(sig) }

// Grant is what the signature of a URL allows.
type Grant struct {
	App     domain.AppID
	ID      ID
	Size    string // of a download
	Expires time.Time
	Bytes   int64 // of an upload
	Type    string
}

// Download checks the URL of a download; anything that is not as it was signed
// is domain.ErrForbidden.
func (s *Signer) Download(now time.Time, app, asset, rawQuery string) (Grant, error) {
	q, err := once(rawQuery, paramSize, paramExpires)
	if err != nil {
		return Grant{}, err
	}
	return s.grant(now, app, asset, q, text(methodGet, app, asset, q[paramSize], q[paramExpires]))
}

// Upload checks the URL of an upload likewise.
func (s *Signer) Upload(now time.Time, app, asset, rawQuery string) (Grant, error) {
	q, err := once(rawQuery, paramExpires, paramBytes, paramType)
	if err != nil {
		return Grant{}, err
	}
	return s.grant(now, app, asset, q, text(methodPut, app, asset, q[paramExpires], q[paramBytes], q[paramType]))
}

var errSignature = domain.ErrForbidden.Because("the URL is not as it was signed; ask for a new one")

// once reads parameters that have to be there exactly once, and the signature.
func once(rawQuery string, names ...string) (map[string]string, error) {
	values, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, errSignature
	}
	q := map[string]string{}
	for _, name := range append(names, paramSignature) {
		if len(values[name]) != 1 || strings.ContainsAny(values[name][0], "\r\n") {
			return nil, errSignature
		}
		q[name] = values[name][0]
	}
	return q, nil
}

func (s *Signer) grant(now time.Time, app, asset string, q map[string]string, signed string) (Grant, error) {
	given, err := base64.RawURLEncoding.Strict().DecodeString(q[paramSignature])
	// The comparison takes the same time whatever is wrong.
	if right := hmac.Equal(given, s.sign(signed)); err != nil || !right || !domain.AppID(app).Valid() {
		return Grant{}, errSignature
	}
	expires, err1 := strconv.ParseInt(q[paramExpires], 10, 64)
	id, err2 := domain.ParseID(asset)
	g := Grant{App: domain.AppID(app), ID: ID(id), Size: q[paramSize], Expires: time.Unix(expires, 0), Type: q[paramType]}
	var err3 error
	if text, ok := q[paramBytes]; ok {
		g.Bytes, err3 = strconv.ParseInt(text, 10, 64)
	}
	switch {
	case errors.Join(err1, err2, err3) != nil:
		return Grant{}, errSignature
	case !now.Before(g.Expires):
		return Grant{}, domain.ErrForbidden.Because("the URL has expired; ask for a new one")
	}
	return g, nil
}
