package apitest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"time"
)

// NewSecret is a fresh secret of a key.
func NewSecret() string { return rand.Text() + rand.Text() }

// Claims are the claims of a token; a nil value takes a claim away.
type Claims map[string]any

// Forgery makes tokens, good and bad ones. Zero fields stand for a good
// token: alg HS256, signed with SHA-256.
type Forgery struct {
	// Header and Payload are JSON text, used as they are.
	Header, Payload string
	Secret          []byte
	Hash            func() hash.Hash
	// Unsigned leaves the signature empty.
	Unsigned bool
}

// Token is the forged token.
func (f Forgery) Token() string {
	if f.Header == "" {
		f.Header = `{"alg":"HS256","typ":"JWT"}`
	}
	if f.Hash == nil {
		f.Hash = sha256.New
	}
	text := encode(f.Header) + "." + encode(f.Payload)
	if f.Unsigned {
		return text + "."
	}
	mac := hmac.New(f.Hash, f.Secret)
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// Claims are those of a good token of a user, with changes.
func (a *App) Claims(user string, changes Claims) Claims {
	now := a.s.Clock.Now()
	c := Claims{"app": string(a.ID), "sub": user, "iat": now.Unix(), "exp": now.Add(24 * time.Hour).Unix()}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// Forge is a forgery with the claims of a good token, changed.
func (a *App) Forge(user string, changes Claims) Forgery {
	return Forgery{Payload: JSON(a.Claims(user, changes)), Secret: []byte(a.Secret)}
}

// JSON is a value as JSON text; one that has none is a fault of the test.
func JSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %#v: %v", v, err))
	}
	return string(b)
}
