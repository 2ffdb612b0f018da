package auth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"
	"github.com/maypok86/otter/v2"

	"parley/commands"
	"parley/domain"
)

// Keys finds the secrets that may have signed an app's tokens: of one key, or
// of all its native keys when key is empty.
type Keys interface {
	SigningKeys(ctx context.Context, app domain.AppID, key string) ([]commands.SigningKey, error)
}

// Limits of tokens.
const (
	maxToken = 8 << 10
	maxName  = 100 // characters; a longer name is cut (CH-003)
	leeway   = 5 * time.Second
	maxTime  = 1 << 53 // seconds; a double holds them exactly up to here
)

// Native verifies tokens of the native face: JWTs signed HS256 with the
// secret of a native key (CH-003 to CH-006). It remembers tokens it has
// verified; their times and the validity of their key are checked each time.
type Native struct {
	keys     Keys
	now      func() time.Time
	parser   *jwt.Parser
	verified *otter.Cache[[32]byte, token]
}

// token is what a verified token says.
type token struct {
	actor     domain.Actor
	key       string         // key id of its kid, "" for none
	signer    domain.KeyName // that verified it, with its secret
	secret    string
	notBefore time.Time
	expires   time.Time
}

// NewNative makes a verifier; now is the clock, time.Now when nil.
func NewNative(keys Keys, now func() time.Time) (*Native, error) {
	if now == nil {
		now = time.Now
	}
	verified, err := otter.New(&otter.Options[[32]byte, token]{MaximumSize: 20_000})
	if err != nil {
		return nil, fmt.Errorf("auth: token cache: %w", err)
	}
	return &Native{
		keys: keys, now: now, verified: verified,
		parser: jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired(),
			jwt.WithLeeway(leeway), jwt.WithIssuedAt(), jwt.WithTimeFunc(now), jwt.WithStrictDecoding()),
	}, nil
}

// Verify reads a token; the hash names it in caches. Errors are refusals of
// the catalogue, or faults of the keyring.
func (n *Native) Verify(ctx context.Context, raw string) (domain.Actor, [32]byte, error) {
	if len(raw) > maxToken {
		return domain.Actor{}, [32]byte{}, domain.ErrInvalidToken
	}
	hash := sha256.Sum256([]byte(raw))
	if t, ok := n.verified.GetIfPresent(hash); ok {
		err := n.again(ctx, t)
		return t.actor, hash, err
	}
	if strings.Count(raw, ".") != 2 {
		return domain.Actor{}, hash, domain.ErrInvalidToken
	}
	t, err := n.verify(ctx, raw)
	if err != nil {
		return domain.Actor{}, hash, err
	}
	n.verified.Set(hash, t)
	return t.actor, hash, nil
}

// again checks what may have changed since a token was verified.
func (n *Native) again(ctx context.Context, t token) error {
	now := n.now()
	switch {
	case !now.Before(t.expires.Add(leeway)):
		return domain.ErrTokenExpired
	case now.Before(t.notBefore.Add(-leeway)):
		return domain.ErrInvalidToken
	}
	keys, err := n.keys.SigningKeys(ctx, t.actor.App, t.key)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.Secret == t.secret {
			return nil
		}
	}
	return domain.ErrInvalidToken
}

func (n *Native) verify(ctx context.Context, raw string) (token, error) {
	claims := jwt.MapClaims{}
	unverified, parts, err := n.parser.ParseUnverified(raw, claims)
	if err != nil || unverified.Method.Alg() != jwt.SigningMethodHS256.Alg() || !sound(parts, unverified.Header, claims) {
		return token{}, domain.ErrInvalidToken
	}
	app, _ := claims["app"].(string)
	if !domain.AppID(app).Valid() {
		return token{}, domain.ErrInvalidToken.Because("the token's claim app names no app")
	}
	key, ok := keyOf(unverified.Header, domain.AppID(app))
	if !ok {
		return token{}, domain.ErrInvalidToken.Because("the token's kid is not a key of its app")
	}
	keys, err := n.keys.SigningKeys(ctx, domain.AppID(app), key)
	if err != nil {
		return token{}, err
	}
	for _, k := range keys {
		_, err := n.parser.ParseWithClaims(raw, jwt.MapClaims{}, func(*jwt.Token) (any, error) { return []byte(k.Secret), nil })
		switch {
		case err == nil:
			return n.read(claims, domain.AppID(app), key, k)
		case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		case errors.Is(err, jwt.ErrTokenExpired), claims["exp"] == float64(0): // 0 is missing to the library
			return token{}, domain.ErrTokenExpired
		default:
			return token{}, domain.ErrInvalidToken.Because("the token's claims are not valid: it needs exp, and iat and nbf in the past if present")
		}
	}
	return token{}, domain.ErrInvalidToken
}

// sound refuses what a native token never has: critical extensions, claims of
// another face, times beyond all calendars, and names that occur twice.
func sound(parts []string, header map[string]any, claims jwt.MapClaims) bool {
	if _, critical := header["crit"]; critical {
		return false
	}
	for name := range claims {
		if strings.HasPrefix(strings.ToLower(name), "x-ably-") {
			return false
		}
	}
	for _, name := range []string{"exp", "nbf", "iat"} {
		if at, ok := claims[name].(float64); ok && math.Abs(at) > maxTime {
			return false
		}
	}
	for i, want := range []int{len(header), len(claims)} {
		b, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || members(b) != want {
			return false
		}
	}
	return true
}

// members counts the members of a JSON object, repeated ones too; -1 if it is
// none.
func members(b []byte) int {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return -1
	}
	n := 0
	for d.More() {
		var value json.RawMessage
		if _, err := d.Token(); err != nil || d.Decode(&value) != nil {
			return -1
		}
		n++
	}
	return n
}

// keyOf is the key id of a token's kid, "" without one; false if it names no
// key of the app.
func keyOf(header map[string]any, app domain.AppID) (string, bool) {
	kid, present := header["kid"]
	if !present {
		return "", true
	}
	name, ok := kid.(string)
	if !ok {
		return "", false
	}
	of, key, ok := domain.KeyName(name).Split()
	return key, ok && of == app
}

func (n *Native) read(claims jwt.MapClaims, app domain.AppID, key string, by commands.SigningKey) (token, error) {
	sub, _ := claims["sub"].(string)
	user := domain.UserID(sub)
	if !user.Valid() {
		return token{}, domain.ErrInvalidToken.Because("the token's claim sub is not a user id")
	}
	name, isText := claims["name"].(string)
	if claims["name"] != nil && !isText || strings.ContainsRune(name, 0) {
		return token{}, domain.ErrInvalidToken.Because("the token's claim name is not text")
	}
	expires, err := claims.GetExpirationTime()
	if err != nil {
		return token{}, domain.ErrInvalidToken
	}
	t := token{key: key, signer: by.Key, secret: by.Secret, expires: expires.Time, actor: domain.Actor{
		App: app, Kind: domain.ActorUser, ID: sub, Name: cut(name), NameIssued: n.now(), Dialect: "native",
	}}
	if issued, _ := claims.GetIssuedAt(); issued != nil {
		t.actor.NameIssued = issued.Time
	}
	if notBefore, _ := claims.GetNotBefore(); notBefore != nil {
		t.notBefore = notBefore.Time
	}
	return t, nil
}

func cut(name string) string {
	if utf8.RuneCountInString(name) <= maxName {
		return name
	}
	return string([]rune(name)[:maxName])
}

// Sign makes a native token for a user; name may be empty.
func Sign(k commands.SigningKey, app domain.AppID, user domain.UserID, name string, issued time.Time, ttl time.Duration) (string, error) {
	claims := jwt.MapClaims{"app": app, "sub": user, "iat": issued.Unix(), "exp": issued.Add(ttl).Unix()}
	if name != "" {
		claims["name"] = name
	}
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	t.Header["kid"] = k.Key
	signed, err := t.SignedString([]byte(k.Secret))
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return signed, nil
}
